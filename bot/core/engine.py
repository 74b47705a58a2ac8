"""The conversation as a pure function: a contact and what came in give the next contact, a screen and effects."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from bot.core.contact import RECENT_LIMIT, TRAIL_LIMIT, Contact, Notice, Position, Timer
from bot.core.flow import Node
from bot.core.library import (
    FIND_FOUND,
    FIND_RESULTS,
    FIND_WHAT,
    FIND_WHERE,
    FORGOTTEN,
    GONE,
    GREETING,
    HELP,
    MENU,
    STOPPED,
    Library,
)
from bot.core.message import Incoming, Kind, Screen, fold
from bot.core.stage import Stage
from bot.core.understanding import (
    Answered,
    Chosen,
    Command,
    Found,
    Meaning,
    Opened,
    Placed,
    Sought,
    Spoken,
    Unclear,
    understand,
)

LONGEST_PASSAGE = 20
"""Nodes that one step may pass through; `comadre check` finds circles, this bounds what it missed."""
NOBODY = "none"
"""The case of a `switch` for what is not known."""
OTHERWISE = "else"


@dataclass(frozen=True, slots=True)
class Wiped:
    """The messages in her chat are to be deleted."""

    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Her messages are to be deleted, and the store is to be cleaned of her record."""

    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Something happened that is counted by week, without a person."""

    kind: str


Effect = Wiped | Forgotten | Counted


@dataclass(frozen=True, slots=True)
class Turn:
    """What one update leads to."""

    contact: Contact
    screen: Screen | None
    """`None`: there is nothing to say, as when a timer came too late."""
    effects: tuple[Effect, ...] = ()
    replaces: tuple[str, ...] = ()
    """Handles of the screen that this one takes the place of."""


def respond(library: Library, contact: Contact, incoming: Incoming, now: datetime) -> Turn:
    """Take one step: the same arguments always give the same turn, and no input raises."""
    contact = contact.forget_expired(now)
    if incoming.kind in (Kind.TIMER, Kind.AGAIN):
        return _speak_first(library, contact, incoming, now)
    mark = blake2b(incoming.id.encode(), digest_size=6).hexdigest()
    language = contact.language or library.speech.negotiate(incoming.locale)
    is_repeated = mark in contact.recent
    recent = contact.recent if is_repeated else (*contact.recent, mark)[-RECENT_LIMIT:]
    is_leaving = contact.is_leaving and is_repeated
    contact = replace(contact, language=language, seen=fold(now), recent=recent, is_leaving=is_leaving)
    if incoming.kind is not Kind.PRESS:
        contact = contact.with_handles((incoming.handle,), now)
    step = _Step(library, contact, incoming.address.channel, str(incoming.address), now)
    if is_repeated:
        # We may have died before her chat was wiped: the update that asked for it, come again, finishes that.
        return step.leave("exit") if is_leaving else step.show()
    if incoming.kind is Kind.START:
        return step.greet(incoming.payload)
    return step.take(understand(step.library, incoming, step.stage))


def _speak_first(library: Library, contact: Contact, incoming: Incoming, now: datetime) -> Turn:
    """Show what she is waiting for: the screen of a timer, or the one that we owe her since a crash."""
    timer, position = contact.timer, contact.position
    if not position:
        return Turn(contact, None)
    step = _Step(library, contact, incoming.address.channel, str(incoming.address), now)
    if incoming.kind is Kind.AGAIN:
        return step.show()
    is_due = timer and timer.due_at <= now.timestamp()
    return step.go(library.resolve(timer.node, position.flow)) if timer and is_due else Turn(contact, None)


def apologise(library: Library, contact: Contact, incoming: Incoming, now: datetime) -> Turn:
    """Put her back at the menu after a bug of ours, with nothing left of what led there."""
    language = contact.language or library.speech.negotiate(incoming.locale)
    kept = replace(contact, language=language, position=MENU, seen=fold(now), trail=(), answers={}, timer=None)
    stage = Stage(library, kept, MENU, incoming.address.channel, now)
    return Turn(kept, stage.screen("apology"), replaces=contact.living)


def finish_leaving(contact: Contact, *, is_wiped: bool) -> Contact:
    """Keep only what lasts as long as her language; messages that could not be wiped wait for the next time."""
    handles = () if is_wiped else contact.handles
    return Contact(contact.language, contact.city, notice=contact.notice, handles=handles, seen=contact.seen)


@dataclass(frozen=True)
class _Step:
    library: Library
    contact: Contact
    channel: str
    address: str
    now: datetime

    @property
    def stage(self) -> Stage | None:
        """What she has before her, `None` for a stranger."""
        position = self.contact.position
        if position is None:
            return None
        node = self.library.node(position)
        # An edit may have turned the node where she stands into one that only passes on.
        return self._stage(self.contact, MENU if node and node.is_passing else position)

    def _stage(self, contact: Contact, position: Position) -> Stage:
        if self.library.node(position) is None:
            position = MENU
        return Stage(self.library, contact, position, self.channel, self.now)

    def take(self, meaning: Meaning) -> Turn:
        """Carry out what she meant."""
        match meaning:
            case Command(word):
                return self._obey(word)
            case Chosen(item):
                step = self._with(answers=item.answers, language=item.language, city=item.city)
                return step.go(item.go, turns_page=item.turns_page)
            case Spoken(language):
                return self._with(language=language).show()
            case Opened(target):
                return self.go(self.library.resolve(target, ""))
            case Unclear(phrase):
                return self.show(phrase)
            case _:
                return self._answer(meaning)

    def _answer(self, meaning: Answered | Placed | Sought | Found) -> Turn:
        stage = self.stage
        match meaning:
            case Sought(need, city):
                step = self._with(answers={"need": need, "welcome": ""}, city=city)
                if not need:
                    return step.go(FIND_WHAT)
                return step.go(FIND_RESULTS if step.contact.city else FIND_WHERE)
            case Found(services):
                return self._with(answers={"found": " ".join(services)}).go(FIND_FOUND)
        node = stage.node if stage else Node(say=("",))
        go = self.library.resolve(node.go or "start.menu", stage.position.flow if stage else "")
        if isinstance(meaning, Placed):
            return self._with(city=meaning.city).go(go)
        return self._with(answers={node.name or "answer": meaning.value}).go(go)

    def _with(self, /, answers: Mapping[str, str] | None = None, *, language: str = "", city: str = "") -> "_Step":
        if not (answers or language or city):
            return self
        merged = {name: value for name, value in {**self.contact.answers, **(answers or {})}.items() if value}
        contact = replace(
            self.contact,
            answers=merged,
            language=language or self.contact.language,
            city=city or self.contact.city,
        )
        return replace(self, contact=contact)

    def _obey(self, word: str) -> Turn:
        if word == "back" and self.contact.trail:
            *trail, position = self.contact.trail
            step = replace(self, contact=replace(self.contact, trail=tuple(trail)))
            return step.go(position, is_back=True)
        targets = {"exit": GONE, "forget": FORGOTTEN, "stop": STOPPED, "help": HELP}
        if word in ("exit", "forget"):
            return self.leave(word)
        if word == "stop":
            return replace(self, contact=replace(self.contact, timer=None)).go(STOPPED)
        return self.go(targets.get(word, MENU))

    def greet(self, payload: str) -> Turn:
        """Greet; a link may have said in which language and where, and nothing else is read from it."""
        language, _, city = payload.lower().partition("-")
        language = language if language in self.library.speech.languages else ""
        city = city if city in self.library.cities else ""
        step = self._with(language=language, city=city)
        step = replace(step, contact=replace(step.contact, trail=(), answers={}, position=None))
        return step.go(MENU if language or city else GREETING)

    def show(self, note: str = "") -> Turn:
        """Show her the current screen again; a stranger is greeted."""
        stage = self.stage
        if stage is None:
            return self.go(GREETING)
        return Turn(self.contact, stage.screen(note), replaces=self.contact.living)

    def go(self, position: Position, *, is_back: bool = False, turns_page: bool = False) -> Turn:
        """Arrive at `position`, passing through the nodes that only act or decide."""
        contact, effects = self.contact, []
        for _ in range(LONGEST_PASSAGE):
            stage = self._stage(contact, position)
            node = stage.node
            if node.do in ("exit", "forget_me"):
                return replace(self, contact=contact).leave("exit" if node.do == "exit" else "forget")
            if node.do == "report_wrong":
                effects.append(Counted(f"wrong:{stage.known('service')}"))
            passed = _passage(stage)
            if passed is None:
                break
            position = self.library.resolve(passed, stage.position.flow)
        else:
            stage = self._stage(contact, MENU)
        contact = self._arrived(contact, stage, is_back=is_back or turns_page)
        shown = self._stage(contact, stage.position)
        return Turn(contact, shown.screen(), tuple(effects), replaces=self.contact.living)

    def _arrived(self, contact: Contact, stage: Stage, *, is_back: bool) -> Contact:
        left = contact.position
        trail = contact.trail
        if left and not is_back and left != stage.position:
            trail = (*trail, left)[-TRAIL_LIMIT:]
        timer = None
        for wait, target in stage.node.after.items():
            timer = Timer(int((self.now + wait).timestamp()), target, self.address)
        return replace(contact, position=stage.position, trail=trail, timer=timer, notice=_notice(contact, stage))

    def leave(self, word: str) -> Turn:
        """Wipe the chat, and for `forget` the record too; the last screen is one that may be seen."""
        handles = tuple(dict.fromkeys((*(each.id for each in self.contact.handles), *self.contact.living)))
        kept = replace(self.contact, position=None, trail=(), answers={}, timer=None, living=(), is_leaving=True)
        kept = kept.with_handles(self.contact.living, self.now)
        stage = self._stage(Contact(language=self.contact.language), GONE if word == "exit" else FORGOTTEN)
        bare = replace(stage.screen(), ways=())
        if word == "exit":
            return Turn(kept, bare, (Wiped(handles),))
        return Turn(Contact(), bare, (Forgotten(handles),))


def _notice(contact: Contact, stage: Stage) -> Notice:
    """Give the notice at the first screen that it is due on, and at no other."""
    if contact.notice:
        return Notice.GIVEN
    return Notice.HERE if stage.is_readable else Notice.DUE


def _passage(stage: Stage) -> str | None:
    """Return where a node goes on to by itself, `None` where she stays."""
    node = stage.node
    for subject, cases in node.switch.items():
        return cases.get(stage.known(subject) or NOBODY) or cases.get(OTHERWISE, "start.menu")
    if node.list == "services" and node.empty and not stage.services:
        return node.empty
    return node.go if node.is_passing else None
