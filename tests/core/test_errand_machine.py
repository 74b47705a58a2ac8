"""Company and referrals among all the rest: what she agreed to is read by who is asked, and is gone with her yes."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from bot.core.conversation import Aim, Conversation
from bot.core.errand import AIMS, begin, read_again, take_yes_back
from bot.core.follow_up import LATER, SERVICE
from bot.core.house import Noted, Posted
from bot.core.letter import LetterKind
from bot.core.referral import REASONS, TONGUE, WORDS, accept, refuse
from bot.core.ringing import Caller
from bot.core.seating import hand_over
from tests.core.relays import HOUSE, PORTO, SHELTER, with_lines
from tests.core.test_relay_machine import EXAMPLES, Relays, names, women

PASSED_ON = "it is passed on"
_AFTER = ("", "it is read", PASSED_ON)
_LINES = {Aim.REFERRAL: SHELTER, Aim.COMPANY: PORTO}


class Errands(Relays):  # noqa: D101 - a test
    def __init__(self) -> None:
        """Let nobody have agreed to anything."""
        super().__init__()
        self.agreed: dict[str, str] = {}
        """What she wrote, by conversation."""
        self.asks: dict[str, str] = {}
        """Who may be asked afterwards how it went, by conversation."""
        self.withdrawn: set[str] = set()

    @rule(woman=women, aim=st.sampled_from(AIMS), later=st.sampled_from(("", "morning")), which=st.integers(1, 99))
    def ask_for(self, woman: str, aim: Aim, later: str, which: int) -> None:
        self.passes()
        self.number += 1
        words = f"[{self.number} of {woman}]"
        details = {SERVICE: HOUSE, WORDS: words, LATER: later, TONGUE: "pt" if which % 2 else ""}
        line = with_lines().lines[_LINES[aim]]
        known = set(self.world.conversations)
        self.world.apply(begin(self.world.relay(woman), line, Caller(woman, details[TONGUE]), aim, details))
        for new in self.world.conversations.keys() - known:
            if self.world.conversations[new].is_live:
                self.agreed[new] = words
            if later:
                self.asks[new] = woman
        if which % 3:
            for staff in [*self.world.team.values()][which % 5 :]:
                for each in self._errands():
                    self._take(staff, each)

    def _errands(self) -> list[Conversation]:
        return [each for each in self.world.live() if each.aim in AIMS]

    @rule(name=names, which=st.integers(0, 99), what=st.sampled_from(("accept", "accept", "refuse", "again")))
    def answer(self, name: str, which: int, what: str) -> None:
        errands = self._errands()
        if not errands:
            return
        talk = errands[which % len(errands)]
        name = talk.seats[0].staff if talk.seats and which % 7 else name
        staff = self._staff(name)
        if staff is None:
            return
        relay = self.world.relay(staff.address)
        changes = self.world.apply(
            {
                "accept": lambda: accept(relay, talk, staff),
                "refuse": lambda: refuse(relay, talk, staff, REASONS[which % len(REASONS)]),
                "again": lambda: read_again(relay, talk, name),
            }[what]()
        )
        if talk.seat_of(name) is None or (what != "again" and talk.aim is not Aim.REFERRAL):
            assert changes == ()
        if changes and what == "accept":
            after = self.world.conversations[talk.id]
            assert accept(self.world.relay(staff.address), after, staff) == ()
        if changes and what == "refuse":
            told = [each.letter.kind for each in changes if isinstance(each, Posted) and each.letter.to == talk.woman]
            assert told == [LetterKind.REFUSED]
            assert sum(isinstance(each, Noted) for each in changes) == 1

    @rule(woman=women, aim=st.sampled_from(AIMS), which=st.integers(1, 99), after=st.sampled_from(_AFTER))
    def withdraw(self, woman: str, aim: Aim, which: int, after: str) -> None:
        self.ask_for(woman, aim, "morning", which)
        talk = next((each for each in self._errands() if each.woman == woman), None)
        if talk is None:
            return
        if after:
            self.world.deliver()
            talk = self.world.conversations[talk.id]
        if talk.is_open and after == PASSED_ON:
            self.passes()
            self.world.apply(hand_over(self.world.relay(talk.seats[0].address), talk, talk.seats[0].staff))
            talk = self.world.conversations[talk.id]
        relay = self.world.relay(talk.woman)
        self.world.apply(take_yes_back(relay, talk))
        self.knows.add((talk.woman, talk.id))
        self.withdrawn.add(talk.id)
        brought = self.world.deliver()
        assert {each.kind for each in brought if each.conversation == talk.id} <= {
            LetterKind.TAKEN_BACK,
            LetterKind.ENDED,
        }
        staff = {each for each, _ in self.world.standing if each != talk.woman}
        self.is_gone_from(staff, lambda each: each.conversation == talk.id and each.kind is not LetterKind.ENDED)
        assert self.agreed[talk.id] not in repr(self.world.conversations[talk.id])

    @invariant()
    def words_of_hers_are_in_no_letter(self) -> None:
        # A letter names the conversation: what she agreed to is put into words as it leaves, and only then.
        for letters in self.world.post.values():
            for letter in letters:
                assert not any(words in repr(letter.to_dict()) for words in self.agreed.values())

    @invariant()
    def nobody_is_asked_afterwards_who_did_not_agree(self) -> None:
        asked = [each for letters in self.world.chats.values() for each in letters if each.kind is LetterKind.FOLLOW_UP]
        often = Counter(each.conversation for each in asked)
        assert not often or max(often.values()) == 1
        assert all(self.asks.get(each.conversation) == each.to for each in asked)
        waiting = [each for letters in self.world.post.values() for each in letters]
        assert not [
            each for each in waiting if each.conversation in self.withdrawn and each.kind is LetterKind.FOLLOW_UP
        ]


TestErrands = Errands.TestCase
TestErrands.settings = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
