"""To whom goes what somebody writes: into the conversation that she means, or visibly to nobody.

A message to the wrong woman can kill somebody: where two could be meant, none is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.contact import Contact, Position
from bot.core.conversation import Conversation, Said
from bot.core.designation import is_like_one
from bot.core.house import TALK, House, Staff, Talked
from bot.core.letter import LetterKind
from bot.core.library import Library
from bot.core.message import Incoming, Kind, Media, token
from bot.core.pairing import knows
from bot.core.relay import Changes, Relay, in_house
from bot.core.rooms.talks import UNSENT, UNSENT_HANDLE, UNSENT_MEDIA
from bot.core.speech import normalise
from bot.core.talking import change, named_anew, say, take_back
from bot.core.written import clean

CODE = Position("peer", "code")
"""Where a woman writes her word: it is for us and goes to nobody."""
WRITE = Position("answer", "write")
WHOM = Position("answer", "whom")
WRITTEN = Position("answer", "talk")
"""Where who answers writes after choosing to whom, where she is asked to whom, and where she is afterwards."""
BEFORE_HER, LATE = Position("answer", "one"), Position("answer", "late")
"""Where a conversation stands before her, and where she reads that it was over when she wrote."""
DUTY = ("answer.begin", "answer.stop")
ALWAYS = ("exit", "forget", "help")
"""Words that work as an answer to somebody, too: any other is said to her there, as in "stop"."""
SHORTEST_DUTY = 5
"""Letters of what begins or ends a duty: a short "on" may be said to somebody."""
LOOKING, ANSWERING = "looking", "answering"
"""Answers: what she had been sent when she last called up a screen, and when she chose to whom she writes."""
LONGEST_ACROSS = 3000
"""Characters: with two words in front it is one message on every platform."""
_PLACE = LetterKind.PLACE.value
"""Her place in the queue is no word of anybody: to have got it changes nothing of what she means."""
_SAID = (Kind.TEXT, Kind.VOICE, Kind.PICTURE)
_NEVER = (Kind.FILE, Kind.STICKER, Kind.LOCATION, Kind.CARD)
"""What goes across to nobody: it says too much about who sends it, or cannot be shown on the other side."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What becomes of something that was for a conversation, or might have been."""

    changes: Changes = ()
    note: str = ""
    """Phrase that says why it did not go across; without one there is nothing to say."""
    go: Position | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    """What is kept or, where empty, forgotten."""


@dataclass(frozen=True)
class Ear:
    """Who writes, and all that she could mean."""

    library: Library
    house: House
    contact: Contact
    address: str
    now: datetime
    asks: str = ""
    """What the node before her asks for."""
    is_choice: bool = False
    """What she typed is, letter for letter, a choice before her."""
    is_offered: bool = False
    """What she typed is a number that stands below what we wrote first, on a platform without buttons."""

    @property
    def staff(self) -> Staff | None:
        """Her role, if she answers on a line."""
        staff = self.house.staff
        return staff if staff and staff.lines and staff.address == self.address else None

    @property
    def seats(self) -> list[Conversation]:
        """Return those in which she answers."""
        staff = self.staff
        return [each for each in self.house.conversations if staff and each.is_open and each.seat_of(staff.designation)]

    @property
    def own(self) -> list[Conversation]:
        """Return the one in which she is the woman."""
        return [each for each in self.house.conversations if each.is_live and each.woman == self.address]

    @property
    def over(self) -> list[Conversation]:
        """Return those in which she answered and that have just ended: a late answer is for them."""
        staff = self.staff
        return [
            each for each in self.house.conversations if staff and not each.is_live and each.seat_of(staff.designation)
        ]

    @property
    def relay(self) -> Relay:
        """What a transition sees."""
        return Relay(self.library, self.house, self.now)

    def hear(self, incoming: Incoming) -> Heard | None:
        """Return what becomes of it, `None` where it is for us: a word that always works, a press, a choice."""
        live = [*self.seats, *self.own]
        if incoming.kind is Kind.TAKEN_BACK:
            return self._taken_back(incoming, live)
        if incoming.kind is Kind.EDIT:
            return self._changed(incoming, live)
        if incoming.kind in _NEVER:
            return Heard(note="not_across") if live else None
        if incoming.kind not in _SAID or self._is_for_us(incoming):
            return None
        if self.seats or self.over or (self.staff and self._named(incoming.text) is not None):
            return self._aimed(incoming, live)
        return self._across(live[0], incoming) if live else None

    def _is_for_us(self, incoming: Incoming) -> bool:
        """Tell whether it is a word that always works, her code word, or a choice on what she saw last."""
        text = normalise(incoming.text)
        if incoming.kind is not Kind.TEXT:
            return False
        if self.library.vocabulary.commands.get(text, "exit") not in ALWAYS and self._is_reply(incoming):
            return False
        if text in self.library.vocabulary.commands or self.contact.position == CODE or self._is_about_duty(text):
            return True
        if self.is_offered:
            return True
        return self.is_choice and self.contact.answers.get(LOOKING) == seen(self.house, self.address)

    def _is_reply(self, incoming: Incoming) -> bool:
        """Tell whether she answers, in the way of her app, to what belongs to a conversation."""
        if not incoming.reply_to or incoming.reply_to in self.contact.living:
            return False
        # Of one that has ended nothing is known any more: who answers is asked for whom it is.
        return bool(self.seats or self.over) or any(knows(each, self.address, incoming.reply_to) for each in self.own)

    def _is_about_duty(self, text: str) -> bool:
        """Tell whether she begins or ends her duty: by words that are said for nothing else."""
        found = self.library.vocabulary.find(text) if self.staff and len(text) >= SHORTEST_DUTY else []
        is_whole = any(each.start == 0 and each.end == len(text.split()) - 1 for each in found[:1])
        return is_whole and found[0].keyword.target in DUTY

    def _aimed(self, incoming: Incoming, live: list[Conversation]) -> Heard | None:
        """Find out which of her conversations who answers means; only what cannot mean another is taken."""
        if incoming.reply_to and incoming.reply_to not in self.contact.living:
            meant = [each for each in live if knows(each, self.address, incoming.reply_to)]
            return self._across(meant[0], incoming) if len(meant) == 1 else self._refused(incoming, live)
        if (named := self._named(incoming.text)) is not None:
            meant = [each for each in live if each in named]
            is_one = len(named) == len(meant) == 1
            return self._across(meant[0], incoming, prefixed=True) if is_one else self._refused(incoming, live)
        if self.contact.position == WRITE and self.contact.answers.get(TALK):
            return self._chosen(incoming, live)
        if self.asks and self.contact.position != WRITE:
            return None
        # A call of her own that nobody has taken reads nobody, as long as somebody else does.
        reached = [each for each in live if each.is_open] or live
        if len(reached) == 1 and not self.over:
            return self._across(reached[0], incoming)
        # Without any left she may want something of us, but not where the last one still stands before her.
        return self._refused(incoming, live) if live or self.contact.position in (BEFORE_HER, LATE) else None

    def _named(self, text: str) -> list[Conversation] | None:
        """Return the conversations whose two words stand in front; `None` where no two words do.

        Two words that mean nobody any more are not for whoever is left.
        """
        first, colon, _ = text.partition(":")
        name = normalise(first)
        known = [*self.seats, *self.own, *self.over]
        found = [each for each in known if colon and each.designation == name]
        return found if found or (colon and is_like_one(name)) else None

    def _chosen(self, incoming: Incoming, live: list[Conversation]) -> Heard:
        """Send it where she said, unless something came from somebody else since."""
        meant = in_house(self.house, self.contact.answers[TALK])
        is_still = self.contact.answers.get(ANSWERING, "") == others_seen(self.house, self.address, meant)
        if meant is None or meant not in live or not is_still:
            return self._refused(incoming, live)
        return self._across(meant, incoming)

    def _across(self, talk: Conversation, incoming: Incoming, *, prefixed: bool = False) -> Heard:
        text = clean(incoming.text)
        if prefixed:
            text = text.partition(":")[2].strip()
        if len(text) > LONGEST_ACROSS:
            return Heard(note="too_long_across")
        if incoming.kind is not Kind.TEXT and incoming.media is None:
            return Heard(note="not_across")
        if not text and incoming.media is None:
            return Heard(note="unclear")
        changes = say(self.relay, talk, self.address, Said(text, incoming.media, incoming.handle))
        if not changes:
            return Heard(note="not_sent")
        # It was for this once: what comes next has to be clear anew.
        go = WRITTEN if self.contact.position == WRITE else None
        return Heard(changes, go=go, answers={LOOKING: "", ANSWERING: "", **_NOTHING_UNSENT})

    def _refused(self, incoming: Incoming, live: list[Conversation]) -> Heard:
        """Send it to nobody, and ask her whom she means."""
        if not live:
            return Heard(go=LATE)
        text = clean(incoming.text)
        if len(text) > LONGEST_ACROSS:
            return Heard(note="too_long_across")
        media = str(incoming.media) if incoming.media else ""
        kept = {UNSENT: text, UNSENT_MEDIA: media, UNSENT_HANDLE: incoming.handle, TALK: "", ANSWERING: ""}
        return Heard(go=WHOM, answers=kept)

    def _changed(self, incoming: Incoming, live: list[Conversation]) -> Heard | None:
        """Let a change follow what it changes, or say that it does not."""
        if incoming.handle and incoming.handle == self.contact.answers.get(UNSENT_HANDLE):
            return self._unsent_changed(incoming, live)
        for talk in live:
            if known := named_anew(self.relay, talk, self.address, incoming.handle, incoming.renamed):
                return self._followed(known, incoming)
        return Heard(note="not_changed") if live else None

    def _followed(self, talk: Conversation, incoming: Incoming) -> Heard:
        text = self._anew(talk, clean(incoming.text))
        if text is None or not (text or incoming.media):
            return Heard((Talked(talk),), note="not_changed")
        if len(text) > LONGEST_ACROSS:
            return Heard((Talked(talk),), note="too_long_across")
        return Heard(change(self.relay, talk, self.address, incoming.handle, Said(text, incoming.media)))

    def _anew(self, talk: Conversation, text: str) -> str | None:
        """Return the new words without the two words in front, `None` where these mean somebody else now."""
        named = self._named(text) if talk.woman != self.address else None
        if named is None:
            return text
        return text.partition(":")[2].strip() if [each.id for each in named] == [talk.id] else None

    def _unsent_changed(self, incoming: Incoming, live: list[Conversation]) -> Heard:
        """Keep the new words of what has gone to nobody yet, and ask again for whom it is."""
        name = incoming.renamed or incoming.handle
        text = incoming.text.partition(":")[2] if self._named(incoming.text) else incoming.text
        media = incoming.media or Media.parse(self.contact.answers.get(UNSENT_MEDIA, ""))
        heard = self._refused(replace(incoming, text=text, media=media), live)
        return replace(heard, answers={**heard.answers, UNSENT_HANDLE: name})

    def _taken_back(self, incoming: Incoming, live: list[Conversation]) -> Heard | None:
        changes = (each for talk in live for each in take_back(self.relay, talk, self.address, incoming.handle))
        is_unsent = incoming.handle and incoming.handle == self.contact.answers.get(UNSENT_HANDLE)
        return Heard(tuple(changes), answers=_NOTHING_UNSENT if is_unsent else {}) if live or is_unsent else None


_NOTHING_UNSENT = {UNSENT: "", UNSENT_MEDIA: "", UNSENT_HANDLE: ""}


def looked(contact: Contact, house: House, address: str) -> Contact:
    """Note what she had been sent when a screen was shown, as long as something may be said across."""
    is_hers = any(
        each.is_live and address in (each.woman, *(seat.address for seat in each.seats)) for each in house.conversations
    )
    if not is_hers or contact.position is None:
        return contact
    answers = {**contact.answers, LOOKING: seen(house, address)}
    if contact.position == WRITE:
        answers[ANSWERING] = others_seen(house, address, in_house(house, answers.get(TALK, "")))
    return replace(contact, answers=answers)


def seen(house: House, address: str) -> str:
    """Return a mark of what somebody was sent last, in each conversation."""
    return _last(house, address, None)


def others_seen(house: House, address: str, but: Conversation | None) -> str:
    """Return a mark of what somebody was sent last from all conversations but one."""
    return _last(house, address, but)


def _last(house: House, address: str, but: Conversation | None) -> str:
    marks = []
    for talk in sorted(house.conversations, key=lambda each: each.id):
        if talk.is_live and (but is None or talk.id != but.id):
            hers = (pair for pair in talk.pairs if pair.to == address and pair.handle != _PLACE)
            there = [handle for pair in hers for handle in pair.there]
            marks.append(f"{talk.id} {there[-1] if there else ''}")
    return token("seen", address, *marks)
