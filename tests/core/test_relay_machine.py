"""Many women, who answer, lines and languages, in any order: what one says reaches her other side, and nobody else."""

import os
from collections import Counter
from collections.abc import Callable, Collection
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.core import ringing, seating, shift, talking
from bot.core.conversation import MOST_PAIRS, WAITING_KEPT, Conversation, ConversationState, Said
from bot.core.delivery import undelivered
from bot.core.ending import block, close, end
from bot.core.house import Staff, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.queue import AHEAD, in_order
from bot.core.ringing import Caller
from bot.core.seating import Note
from bot.core.speech import normalise
from tests.core.relays import NIGHT, PORTO, SHELTER, TUTOR, World, is_waiting, peer, with_lines

EXAMPLES = 2000 if os.environ.get("COMADRE_WALK") == "long" else 50
"""A deeper look: `COMADRE_WALK=long`."""
WOMEN = [f"signal:woman{number}" for number in range(4)]
STAFF = (
    peer("amber birch"),
    peer("bold cloud", languages=("es",)),
    peer("calm finch", PORTO, NIGHT),
    peer("deep otter", SHELTER, PORTO, languages=()),
    peer("early plum", TUTOR, languages=("en",)),
)
women, lines = st.sampled_from(WOMEN), st.sampled_from((PORTO, NIGHT, SHELTER, TUTOR))
names = st.sampled_from([each.designation for each in STAFF])
people = st.sampled_from([*WOMEN, *(each.address for each in STAFF)])
ACROSS = (LetterKind.SAID, LetterKind.CHANGED)
TOLD = (LetterKind.ENDED, LetterKind.EXPIRED, LetterKind.NOBODY, LetterKind.NOT_DELIVERED, LetterKind.REFUSED)
"""By these who wrote something knows that it may not have arrived."""
STILL_DELETED = timedelta(hours=46)
"""How long what was delivered can be taken out of the other chats, for whatever hour it came in."""


class Relays(RuleBasedStateMachine):  # noqa: D101 - a test
    def __init__(self) -> None:
        """Put everybody on duty."""
        super().__init__()
        self.world = World()
        self.world.hire(*STAFF)
        for staff in STAFF:
            self.world.apply(shift.on_duty(self.world.relay(staff.address), staff, shift.LONGEST_DUTY))
        self.expected: Counter[tuple[str, str]] = Counter()
        """Text and reader: what has to arrive."""
        self.known: dict[str, str] = {}
        """Text of each message by its handle."""
        self.said: dict[str, tuple[str, str]] = {}
        """By whom each text was written, and in which conversation."""
        self.knows: set[tuple[str, str]] = set()
        """Who ended a conversation herself."""
        self.number = 0

    def _any(self, which: int) -> Conversation | None:
        """Choose mostly among what goes on, and sometimes among what has ended."""
        known = self.world.live() if which % 8 else list(self.world.conversations.values())
        return known[which % len(known)] if known else None

    @staticmethod
    def _one(conversation: Conversation, of: str, which: int) -> str:
        """Choose mostly somebody of the conversation."""
        parties = [conversation.woman, *(seat.address for seat in conversation.seats)]
        return parties[which % len(parties)] or of if which % 5 else of

    def _staff(self, name: str) -> Staff | None:
        return self.world.team.get(name)

    def passes(self) -> None:
        """Let no two begin to wait in one second: nobody could say who is before whom."""
        self.world.now += timedelta(seconds=1)

    @rule(woman=people, line=lines, language=st.sampled_from(("pt", "es", "en", "fa")), leaves=st.booleans())
    def call(self, woman: str, line: str, language: str, leaves: bool) -> None:  # noqa: FBT001 - drawn
        self.passes()
        found, caller = with_lines().lines[line], Caller(woman, language)
        relay = self.world.relay(woman)
        began = ringing.leave_message(relay, found, caller) if leaves else ringing.call(relay, found, caller)
        self.world.apply(began)

    @rule(name=names, which=st.integers(1, 400), again=st.booleans())
    def take(self, name: str, which: int, again: bool) -> None:  # noqa: FBT001 - drawn
        staff, conversation = self._staff(name), self._any(which)
        if not staff or not conversation:
            return
        self._take(staff, conversation)
        after = self.world.conversations[conversation.id]
        if again and after.state is not ConversationState.SECOND:
            self._take(staff, after)
            assert self.world.conversations[conversation.id] == after or is_waiting(after)

    def _take(self, staff: Staff, conversation: Conversation) -> None:
        before = self.world.conversations[conversation.id]
        if self.world.apply(seating.take(self.world.relay(staff.address), before, staff)) and is_waiting(before):
            for said in before.held:
                self.expected[said.text, staff.address] += 1

    @rule(woman=women, number=st.integers(1, 99), words=st.integers(1, 4))
    def talk(self, woman: str, number: int, words: int) -> None:
        """Let one be called, taken by somebody on duty, and go on for a while."""
        self.call(woman, PORTO, "pt", leaves=False)
        for each in self.world.live():
            if each.woman == woman and is_waiting(each):
                self._say(each, woman)
                for staff in [*self.world.team.values()][number % 5 :]:
                    self._take(staff, each)
        for _ in range(words):
            for each in self.world.live():
                for of in (each.woman, *(seat.address for seat in each.seats)):
                    self._say(self.world.conversations[each.id], of)
                    if number % 3:
                        self.world.deliver()

    @rule(woman=women, number=st.integers(1, 99))
    def talk_a_little(self, woman: str, number: int) -> None:
        self.talk(woman, number, 1)

    @rule(of=people, which=st.integers(1, 400))
    def say(self, of: str, which: int) -> None:
        conversation = self._any(which)
        if conversation is None:
            return
        self._say(conversation, self._one(conversation, of, which))

    def _say(self, conversation: Conversation, of: str) -> None:
        self.number += 1
        # Now and then what is short enough to be meant as her word.
        text = f"<{self.number} of {of}>" if self.number % 3 else f"<{self.number}>"
        handle = f"h{self.number}"
        relay = self.world.relay(of)
        to = relay.counterparts(conversation, of)
        changes = self.world.apply(talking.say(relay, conversation, of, Said(text, handle=handle)))
        is_short = len(normalise(text).split()) <= talking.LONGEST_TRY
        is_compared = conversation.is_code_asked and of == conversation.woman and is_short
        self.known[handle] = text
        if changes and not is_compared:
            self.said[text] = (of, conversation.id)
        if changes and self.world.conversations[conversation.id].is_open and not is_compared:
            assert to
            self.expected.update((text, each) for each in to)
        if of not in (conversation.woman, *(seat.address for seat in conversation.seats)):
            assert changes == ()

    @rule(of=people, which=st.integers(1, 400), number=st.integers(1, 60), back=st.booleans())
    def change(self, of: str, which: int, number: int, back: bool) -> None:  # noqa: FBT001 - drawn
        conversation, handle = self._any(which), f"h{number}"
        if conversation is None or handle not in self.known:
            return
        of = next((pair.of for pair in conversation.pairs if pair.handle == handle), of) if which % 5 else of
        relay = self.world.relay(of)
        if back:
            self._take_back(conversation, of, handle)
            return
        before = self._waiting()
        self.world.apply(talking.change(relay, conversation, of, handle, Said(f"{self.known[handle]}*")))
        self.expected.subtract(before)
        self.expected.update(self._waiting())

    def _waiting(self) -> Counter[tuple[str, str]]:
        """Count what is on its way."""
        letters = (letter for letters in self.world.post.values() for letter in letters)
        return Counter((letter.text, letter.to) for letter in letters if letter.kind in ACROSS)

    @rule(which=st.integers(1, 400))
    def ask_for_her_word(self, which: int) -> None:
        conversation = self._any(which)
        if conversation is None or not conversation.is_open:
            return
        self.world.apply((Talked(talking.with_code(conversation, "tea")),))
        with_word = self.world.conversations[conversation.id]
        asks = self.world.relay(conversation.seats[0].address)
        self.world.apply(talking.ask_code(asks, with_word, conversation.seats[0].staff))
        self._say(self.world.conversations[conversation.id], conversation.woman)

    def _take_back(self, conversation: Conversation, of: str, handle: str) -> None:
        """Let who had it have it no more, as long as she is there, and who has not never get it."""
        relay, text = self.world.relay(of), self.known[handle]
        readers = relay.counterparts(conversation, of)
        changes = self.world.apply(talking.take_back(relay, conversation, of, handle))
        if not changes or self.said.get(text) != (of, conversation.id):
            return
        del self.said[text]
        brought = self.world.deliver()
        assert not any(each.handle == handle and each.kind in ACROSS for each in brought)
        talk = self.world.conversations[conversation.id]
        assert not any(each.handle == handle for each in talk.held)
        self.is_gone_from(readers, lambda each: each.conversation == talk.id and text in each.text)

    def is_gone_from(self, readers: Collection[str], is_meant: Callable[[Letter], bool]) -> None:
        """See that something stands in no chat of some people, as far as it can be reached."""
        for (to, _), (letter, since) in self.world.standing.items():
            is_young = self.world.now - since < STILL_DELETED and len(self.known) < MOST_PAIRS
            assert not (to in readers and is_young and is_meant(letter)), letter

    @rule(name=names, which=st.integers(1, 400), what=st.sampled_from(("over", "second", "code", "danger", "block")))
    def work(self, name: str, which: int, what: str) -> None:
        staff, conversation = self._staff(name), self._any(which)
        if conversation and conversation.seats and which % 5:
            name = conversation.seats[which % len(conversation.seats)].staff
            staff = self._staff(name)
        if not staff or not conversation:
            return
        self.passes()
        relay = self.world.relay(staff.address)
        tutor = with_lines().lines[TUTOR]
        changes = {
            "over": lambda: seating.hand_over(relay, conversation, name, Note("a note", "en")),
            "second": lambda: seating.call_second(relay, conversation, name),
            "code": lambda: talking.ask_code(relay, conversation, name),
            "danger": lambda: seating.mark_danger(relay, conversation, staff, tutor, "en"),
            "block": lambda: block(relay, conversation, name),
        }[what]()
        if conversation.seat_of(name) is None:
            assert changes == ()
        self.world.apply(changes)

    @rule(
        of=people,
        which=st.integers(1, 400).filter(lambda which: which % 3 == 0),
        how=st.sampled_from(("end", "close", "gone")),
    )
    def end(self, of: str, which: int, how: str) -> None:
        conversation, staff = self._any(which), self.world.staff(of)
        parties = (conversation.woman, *(seat.address for seat in conversation.seats)) if conversation else ()
        if conversation is None or of not in parties:
            return
        relay = self.world.relay(of)
        self.knows.add((of, conversation.id))
        if how == "close" and staff:
            self.world.apply(close(relay, conversation, staff.designation, "violence"))
            again = close(relay, self.world.conversations[conversation.id], staff.designation, "violence")
            assert not again or conversation.seat_of(staff.designation) is None
        else:
            letter = Letter(of, LetterKind.SAID, conversation.id)
            lost = undelivered(conversation, letter, "gone", self.world.now)
            self.world.apply(lost if how == "gone" else end(relay, conversation, of))

    @rule(of=people, forgets=st.booleans(), rarely=st.integers(0, 9))
    def leave(self, of: str, forgets: bool, rarely: int) -> None:  # noqa: FBT001 - drawn
        if rarely:
            return
        self.passes()
        staff = self.world.staff(of)
        self.knows |= {(of, each.id) for each in self.world.live()}
        self.world.apply(seating.get_up(self.world.relay(of), of, staff, forgets=forgets))
        self.world.hush(of)
        if staff and forgets:
            del self.world.team[staff.designation]
        for each in self.world.live():
            assert each.woman != of
            assert of not in {seat.address for seat in each.seats}

    @rule(name=names, off=st.integers(0, 5))
    def duty(self, name: str, off: int) -> None:
        if staff := self._staff(name):
            relay = self.world.relay(staff.address)
            self.world.apply(shift.on_duty(relay, staff) if off else shift.off_duty(relay, staff))

    @rule(name=names, rarely=st.integers(0, 9))
    def revoke(self, name: str, rarely: int) -> None:
        if rarely:
            return
        self.world.team.pop(name, None)
        self.world.tick()
        for each in self.world.live():
            assert not each.is_open or any(seat.staff != name for seat in each.seats)

    @rule(name=names)
    def come_back(self, name: str) -> None:
        if name not in self.world.team:
            self.world.hire(next(each for each in STAFF if each.designation == name))

    @rule(minutes=st.sampled_from((*[1] * 20, 3, 4, 60, 24 * 60, 8 * 24 * 60)))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)
        self.world.tick()

    @rule(of=people)
    def read(self, of: str) -> None:
        self.world.deliver(of)

    @invariant()
    def nobody_answers_alone_with_two_unless_joined(self) -> None:
        for each in self.world.conversations.values():
            assert len(each.seats) <= 2
            assert each.woman not in {seat.address for seat in each.seats}
            if is_waiting(each):
                assert each.seats == ()
            if each.is_open:
                assert each.seats

    @invariant()
    def nothing_is_stuck(self) -> None:
        for each in self.world.live():
            assert each.due_at

    @invariant()
    def nothing_waits_for_longer_than_three_days(self) -> None:
        for each in self.world.live():
            if each.state is ConversationState.LEFT:
                assert each.due_at - self.world.now.timestamp() <= WAITING_KEPT.total_seconds()

    @invariant()
    def one_woman_has_one(self) -> None:
        having = Counter(each.woman for each in self.world.live())
        assert not having or max(having.values()) == 1

    @invariant()
    def nothing_is_left_of_who_has_ended_it(self) -> None:
        for each in self.world.conversations.values():
            if not each.is_live:
                assert each == each.bare()

    @invariant()
    def her_place_is_told_once_and_is_true(self) -> None:
        waiting = [each for each in self.world.live() if each.state is ConversationState.WAITING]
        for to, letters in self.world.post.items():
            told = [each for each in letters if each.kind is LetterKind.PLACE]
            assert len(told) <= 1
            for letter in told:
                queue = in_order(each for each in waiting if each.line == self._line_of(letter))
                assert queue[int(letter.values[AHEAD])].woman == to

    def _line_of(self, letter: Letter) -> str:
        return self.world.conversations[letter.conversation].line

    @invariant()
    def who_waits_no_more_keeps_no_time(self) -> None:
        for each in self.world.conversations.values():
            assert bool(each.since) == (each.state is ConversationState.WAITING)

    @invariant()
    def staff_learn_two_words_and_no_address(self) -> None:
        for letters in (*self.world.post.values(), *self.world.chats.values()):
            for letter in letters:
                told = repr((letter.values, letter.of, letter.handle))
                assert not any(address in told for address in WOMEN)

    def teardown(self) -> None:
        self.world.deliver()
        arrived = Counter(
            (letter.text, to) for to, letters in self.world.chats.items() for letter in letters if letter.kind in ACROSS
        )
        self.expected.subtract((each.text, each.to) for each in self.world.lost if each.kind in ACROSS)
        assert arrived == +self.expected
        read = {text for text, _ in arrived}
        for text, (of, talk) in self.said.items():
            held = [each.text for each in self.world.conversations[talk].held]
            news = [each for each in self.world.read(of) if each.kind in TOLD and each.conversation == talk]
            assert text in read or text in held or news or (of, talk) in self.knows, f"{of} is not told of {text}"


TestRelays = Relays.TestCase
TestRelays.settings = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
