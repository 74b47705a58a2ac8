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
from bot.core.library import Library
from bot.core.lifeline import cry, names_only
from bot.core.message import Address, Incoming, Kind, Media
from bot.core.pairing import knows
from bot.core.platform import NUMBERED
from bot.core.relay import Changes, Relay, in_house
from bot.core.rooms.talks import UNSENT, UNSENT_HANDLE, UNSENT_MEDIA
from bot.core.sight import ANSWERING, LOOKING, TALKING, WRITE, is_talking, others_seen, seen
from bot.core.speech import normalise
from bot.core.talking import change, is_full, named_anew, say, take_back
from bot.core.tongue import Sense
from bot.core.written import clean

CODE = Position("peer", "code")
"""Where a woman writes her word: it is for us and goes to nobody."""
WHOM = Position("answer", "whom")
WRITTEN = Position("answer", "talk")
"""Where who answers is asked to whom she writes, and where she is afterwards."""
BEFORE_HER, LATE = Position("answer", "one"), Position("answer", "late")
"""Where a conversation stands before her, and where she reads that it was over when she wrote."""
LEFT = tuple(Position("answer", name) for name in ("handed", "handed_to_other", "handed_nobody"))
"""Where she reads what became of the one that she has handed over."""
DUTY = ("answer.begin", "answer.stop")
ALWAYS = ("exit", "forget", "help")
"""Words that work as an answer to somebody, too: any other is said to her there, as in "stop"."""
SHORTEST_DUTY = 5
"""Letters of what begins or ends a duty: a short "on" may be said to somebody."""
LONGEST_CODE = 2
"""Words: what is longer, and comes after somebody wrote to her, is an answer and no code word."""
SEARCHES = "find"
"""The flow in which the name of a place is for us."""
LONGEST_ACROSS = 3000
"""Characters: with two words in front it is one message on every platform."""
SOUGHT = (Sense.CITY, Sense.NEED)
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
    """Where she is shown what to do about it."""
    then: Position | None = None
    """Where she is from now on, without being shown anything."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What is kept or, where empty, forgotten."""
    is_own: bool = False
    """It was for the conversation in which she is the woman."""


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
    def role(self) -> Staff | None:
        """Her role, whatever it is."""
        staff = self.house.staff
        return staff if staff and staff.address == self.address else None

    @property
    def staff(self) -> Staff | None:
        """Her role, if she answers on a line."""
        return self.role if self.role and self.role.lines else None

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
        if incoming.kind not in _SAID or self._is_for_us(incoming, live):
            return None
        if self.role:
            return self._aimed(incoming, live)
        return self._of_woman(live[0], incoming) if live else None

    def _is_for_us(self, incoming: Incoming, live: list[Conversation]) -> bool:
        """Tell whether it is a word that always works, her code word, a choice on what she saw last, or a place."""
        text = normalise(incoming.text)
        if incoming.kind is not Kind.TEXT:
            return False
        is_reply = self._is_reply(incoming)
        if is_reply and self.library.vocabulary.commands.get(text, "exit") not in ALWAYS:
            return False
        if text in self.library.vocabulary.commands or self._is_about_duty(text) or self.is_offered:
            return True
        if self.contact.position == CODE and not live:
            return True
        if self.contact.position == CODE and self._is_alone_as_before and not cry(self.library, incoming.text):
            return True
        # What she answers to somebody is for somebody, also where it is called like a choice.
        return not is_reply and self._is_before_her(live) and (self.is_choice or self._is_place(text))

    @property
    def _is_unmoved(self) -> bool:
        """Tell whether nothing has come for her since she called up what stands before her."""
        return self.contact.answers.get(LOOKING) == seen(self.house, self.address)

    @property
    def _is_alone_as_before(self) -> bool:
        """Tell whether nobody has come or written since she was asked for her word."""
        return self._is_unmoved and self.contact.answers.get(TALKING) == is_talking(self.house, self.address)

    def _is_before_her(self, live: list[Conversation]) -> bool:
        """Tell whether a choice before her can be meant: where nobody is there yet, a number answers nobody else."""
        nobody_is_there = bool(live) and not any(each.is_open for each in live)
        return self._is_unmoved or (nobody_is_there and self._is_numbered)

    @property
    def _is_numbered(self) -> bool:
        return Address.parse(self.address).channel in NUMBERED

    def _is_place(self, text: str) -> bool:
        """Tell whether she names nothing but a place or a need where she looks for one."""
        position = self.contact.position
        is_asked = self.asks == "place" or (position is not None and position.flow == SEARCHES)
        return is_asked and names_only(self.library, text, SOUGHT)

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
        named, replied = self._named(incoming.text), self._replied(incoming, live)
        if named is not None or (replied is not None and (live or self.over)):
            return self._pointed(incoming, live, named, replied)
        if self.contact.position == WRITE and self.contact.answers.get(TALK):
            return self._chosen(incoming, live)
        if self._is_asked:
            # What came since that was asked may be what she answers.
            return self._refused(incoming, live) if live and not self._is_unmoved else None
        # A call of her own that nobody has taken reads nobody, as long as somebody else does.
        reached = [each for each in live if each.is_open] or live
        if len(reached) == 1 and not self.over:
            return self._across(reached[0], incoming)
        # Without any left she may want something of us; what is none of our words was for the one that is over.
        is_late = bool(self.over) or self.contact.position in (BEFORE_HER, LATE, *LEFT)
        return self._refused(incoming, live) if live or (is_late and not self._is_ours(incoming)) else None

    @property
    def _is_asked(self) -> bool:
        """Tell whether what is before her asks for words; a woman who looks for a place may say something else."""
        return bool(self.asks) and self.contact.position != WRITE and (self.staff is not None or self.asks != "place")

    def _replied(self, incoming: Incoming, live: list[Conversation]) -> list[Conversation] | None:
        """Return to whose message she answers in the way of her app; `None` where she does not, or answers us."""
        if not incoming.reply_to or incoming.reply_to in self.contact.living:
            return None
        return [each for each in live if knows(each, self.address, incoming.reply_to)]

    def _pointed(
        self,
        incoming: Incoming,
        live: list[Conversation],
        named: list[Conversation] | None,
        replied: list[Conversation] | None,
    ) -> Heard:
        """Send it where she points; where two words and what she answers do not agree, nobody gets it."""
        ways = [each for each in (named, replied) if each is not None]
        meant = [each for each in live if all(each in way for way in ways)]
        if len(meant) == 1 and all(len(way) == 1 for way in ways):
            return self._across(meant[0], incoming, prefixed=named is not None)
        return self._refused(incoming, live)

    def _is_ours(self, incoming: Incoming) -> bool:
        """Tell whether she wrote a word or a choice of ours, or a cry for help."""
        if incoming.kind is not Kind.TEXT:
            return False
        text = normalise(incoming.text)
        is_known = self.is_choice or text in self.library.vocabulary.languages
        return is_known or names_only(self.library, text) or bool(cry(self.library, incoming.text))

    def _of_woman(self, talk: Conversation, incoming: Incoming) -> Heard:
        """Let it go across, but for a word that can be her code word, typed before she saw what came meanwhile."""
        is_text = incoming.kind is Kind.TEXT and len(incoming.text.split()) <= LONGEST_CODE
        if self.contact.position == CODE and is_text and not cry(self.library, incoming.text):
            return Heard(note="went_to_nobody")
        return self._across(talk, incoming)

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
        heard = self._said(talk, incoming, prefixed=prefixed)
        return replace(heard, is_own=talk.woman == self.address)

    def _said(self, talk: Conversation, incoming: Incoming, *, prefixed: bool) -> Heard:
        text = _unprefixed(clean(incoming.text)) if prefixed else clean(incoming.text)
        if large := _too_large(text, incoming.media):
            return Heard(note=large)
        if incoming.kind is not Kind.TEXT and incoming.media is None:
            return Heard(note="not_across")
        if not text and incoming.media is None:
            return Heard(note="unclear")
        changes = say(self.relay, talk, self.address, Said(text, incoming.media, incoming.handle))
        if not changes:
            return Heard(note="enough_held" if is_full(talk) and talk.woman == self.address else "not_sent")
        # It was for this once: what comes next has to be clear anew.
        there = WRITTEN if self.contact.position == WRITE else None
        # A number that a woman types after her own words still means what stands below ours.
        is_kept = talk.woman == self.address and self._is_numbered
        looking = {} if is_kept else {LOOKING: ""}
        heard = Heard(changes, then=there, answers={**looking, ANSWERING: "", **_NOTHING_UNSENT})
        return replace(heard, note="one_across", go=there) if incoming.has_more else heard

    def _refused(self, incoming: Incoming, live: list[Conversation]) -> Heard:
        """Send it to nobody, and ask her whom she means."""
        if not live:
            return Heard(go=LATE)
        if not self.staff:
            return Heard(note="not_sent")
        text = _unprefixed(clean(incoming.text)) if self._named(incoming.text) else clean(incoming.text)
        if large := _too_large(text, incoming.media):
            return Heard(note=large)
        media = str(incoming.media) if incoming.media else ""
        kept = {UNSENT: text, UNSENT_MEDIA: media, UNSENT_HANDLE: incoming.handle, TALK: "", ANSWERING: ""}
        # Two could be for two: only one is asked about, and she is told which.
        is_second = any(self.contact.answers.get(name) for name in (UNSENT, UNSENT_MEDIA))
        note = "only_last" if is_second else "one_across" if incoming.has_more else ""
        return Heard(note=note, go=WHOM, answers=kept)

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
        if large := _too_large(text, incoming.media):
            return Heard((Talked(talk),), note=large)
        return Heard(change(self.relay, talk, self.address, incoming.handle, Said(text, incoming.media)))

    def _anew(self, talk: Conversation, text: str) -> str | None:
        """Return the new words without the two words in front, `None` where these mean somebody else now."""
        named = self._named(text) if talk.woman != self.address else None
        if named is None:
            return text
        return _unprefixed(text) if [each.id for each in named] == [talk.id] else None

    def _unsent_changed(self, incoming: Incoming, live: list[Conversation]) -> Heard:
        """Keep the new words of what has gone to nobody yet, and ask again for whom it is."""
        name = incoming.renamed or incoming.handle
        media = incoming.media or Media.parse(self.contact.answers.get(UNSENT_MEDIA, ""))
        heard = self._refused(replace(incoming, media=media), live)
        note = "" if heard.note == "only_last" else heard.note
        return replace(heard, note=note, answers={**heard.answers, UNSENT_HANDLE: name})

    def _taken_back(self, incoming: Incoming, live: list[Conversation]) -> Heard | None:
        changes = (each for talk in live for each in take_back(self.relay, talk, self.address, incoming.handle))
        is_unsent = incoming.handle and incoming.handle == self.contact.answers.get(UNSENT_HANDLE)
        return Heard(tuple(changes), answers=_NOTHING_UNSENT if is_unsent else {}) if live or is_unsent else None


def _too_large(text: str, media: Media | None) -> str:
    """Name the phrase that says why something cannot go across, as far as its size is known."""
    if len(text) > LONGEST_ACROSS:
        return "too_long_across"
    return "too_large_across" if media and media.is_too_large else ""


def _unprefixed(text: str) -> str:
    """Return what stands behind the two words that say to whom."""
    return text.partition(":")[2].strip()


_NOTHING_UNSENT = {UNSENT: "", UNSENT_MEDIA: "", UNSENT_HANDLE: ""}
