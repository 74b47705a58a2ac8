"""The conversation as a pure function: a contact and what came in give the next contact, a screen and effects."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from bot.core import across, alone, arrival, beneath, lifeline, mail, taking, telling
from bot.core.across import Ear, Heard
from bot.core.contact import RECENT_LIMIT, RECENT_TALKING, TRAIL_LIMIT, Contact, Position, Timer
from bot.core.flow import Node
from bot.core.house import Change, House, Resigned, Unasked
from bot.core.library import (
    DESK,
    FIND_FOUND,
    FIND_RESULTS,
    FIND_WHAT,
    FIND_WHERE,
    FORGOTTEN,
    GONE,
    GREETING,
    GREETINGS,
    HELP,
    MENU,
    STOPPED,
    WELCOME,
    Library,
)
from bot.core.message import Incoming, Kind, fold
from bot.core.platform import NUMBERED, OURS_ONLY
from bot.core.relay import Relay
from bot.core.rooms import ACTIONS
from bot.core.seating import get_up
from bot.core.speech import normalise
from bot.core.stage import NOTHING_SETTLED, Stage
from bot.core.turn import Counted, Effect, Forgotten, Met, Turn, Wiped, finish_leaving
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
    is_exact,
    understand,
)

__all__ = ["Counted", "Effect", "Forgotten", "Met", "Turn", "Wiped", "apologise", "finish_leaving", "respond"]

LONGEST_PASSAGE = 20
"""Nodes that one step may pass through; `comadre check` finds circles, this bounds what it missed."""
LONGEST_NUMBER = 3
"""Digits that the number of a choice can have."""
MOVED_ON = "moved_on"
"""What is said of a button whose screen has gone: without it a greeting would look like an answer."""


def respond(
    library: Library, contact: Contact, incoming: Incoming, now: datetime, house: House = NOTHING_SETTLED
) -> Turn:
    """Take one step: the same arguments always give the same turn, and no input raises."""
    return _respond(library, contact, incoming, now, house).listed(incoming.address.channel)


def _respond(library: Library, contact: Contact, incoming: Incoming, now: datetime, house: House) -> Turn:
    contact, incoming = contact.forget_expired(now), lifeline.in_words(library, incoming)
    if incoming.kind in (Kind.TIMER, Kind.AGAIN, Kind.LIVING):
        return _speak_first(library, contact, incoming, now, house)
    if incoming.kind is Kind.TAKEN_BACK:
        return _take_back(library, contact, incoming, now, house)
    mark = blake2b(incoming.id.encode(), digest_size=6).hexdigest()
    language = contact.language or arrival.language(library, incoming, house)
    is_repeated = mark in contact.recent
    most = RECENT_TALKING if house.conversations else RECENT_LIMIT
    recent = contact.recent if is_repeated else (*contact.recent, mark)[-most:]
    is_leaving = contact.is_leaving and is_repeated
    contact = replace(contact, language=language, seen=fold(now), recent=recent, is_leaving=is_leaving, is_asked=False)
    if incoming.kind is not Kind.PRESS and incoming.address.channel not in OURS_ONLY:
        contact = contact.with_handles((incoming.handle,), now)
    step = _Step(library, contact, incoming.address.channel, str(incoming.address), now, house)
    if is_repeated:
        if contact.position != across.WHOM and step.heard(incoming):
            return Turn(contact, None)
        # We may have died before her chat was wiped: the update that asked for it, come again, finishes that.
        return step.leave("exit") if is_leaving else step.show()
    return step.answer(incoming).noting_that_she_wrote(library).meeting(incoming.address.channel)


def _take_back(library: Library, contact: Contact, incoming: Incoming, now: datetime, house: House) -> Turn:
    """Follow her in a conversation; she gets no answer for that, and what is gone need not be wiped."""
    contact = replace(contact, handles=tuple(each for each in contact.handles if each.id != incoming.handle))
    step = _Step(library, contact, incoming.address.channel, str(incoming.address), now, house)
    heard = step.heard(incoming)
    return step.carry(heard, incoming) if heard else Turn(contact, None)


def _speak_first(library: Library, contact: Contact, incoming: Incoming, now: datetime, house: House) -> Turn:
    """Show what she is waiting for: a timer's screen, the one that we owe her since a crash, or what has changed."""
    timer, position = contact.timer, contact.position
    if not position:
        return Turn(contact, None)
    step = _Step(library, contact, incoming.address.channel, str(incoming.address), now, house)
    if incoming.kind is Kind.AGAIN:
        return step.show()
    if incoming.kind is Kind.LIVING:
        return step.relive()
    is_due = timer and timer.due_at <= now.timestamp()
    if not (timer and is_due):
        return Turn(contact, None)
    return step.go(library.resolve(timer.node, position.flow)).looked_at(step.address, house)


def apologise(library: Library, contact: Contact, incoming: Incoming, now: datetime) -> Turn:
    """Put her back at the menu after a bug of ours, with nothing left of what led there."""
    language = contact.language or library.speech.negotiate(incoming.locale)
    kept = replace(contact, language=language, position=MENU, seen=fold(now), trail=(), answers={}, timer=None)
    screen = Stage(library, kept, MENU, incoming.address.channel, now).screen("apology")
    return Turn(kept, screen, replaces=contact.living).listed(incoming.address.channel)


@dataclass(frozen=True)
class _Step:
    library: Library
    contact: Contact
    channel: str
    address: str
    now: datetime
    house: House = NOTHING_SETTLED

    @property
    def stage(self) -> Stage | None:
        """What she has before her, `None` for a stranger."""
        position = self.contact.position
        if position is None:
            return None
        node = self.library.node(position)
        # An edit may have turned the node where she stands into one that only passes on.
        return self.at(self.contact, MENU if node and node.is_passing else position)

    @property
    def greeting(self) -> Position:
        """Return where a stranger begins: what can be promised, and how she answers, may differ by platform."""
        return own if self.library.node(own := GREETINGS.get(self.channel, GREETING)) else GREETING

    def at(self, contact: Contact, position: Position) -> Stage:
        """Return what she has at a place, or at the menu if it is not there, or not for her."""
        stage = Stage(self.library, contact, position, self.channel, self.now, self.house, self.address)
        if self.library.node(position) is None or not stage.admits(position):
            return replace(stage, position=MENU)
        return stage

    def answer(self, incoming: Incoming) -> Turn:
        """Take the step that she asks for."""
        if incoming.kind is Kind.START:
            return self.greet(incoming.payload)
        if incoming.kind is Kind.INVITED:
            return self.go(DESK if self._moderates else WELCOME)
        if heard := self.heard(incoming):
            return self.carry(heard, incoming)
        meant = self._meant(incoming)
        stays = beneath.stays(incoming.token, meant.item.said if isinstance(meant, Chosen) else "")
        turn = self.take(meant).looked_at(self.address, self.house)
        return taking.by_letter(replace(turn, stays=stays), self.contact, incoming)

    @property
    def _moderates(self) -> bool:
        staff = self.house.staff
        return staff is None or bool(staff.groups) or not staff.lines

    def heard(self, incoming: Incoming) -> Heard | None:
        """Return what becomes of it where it is for a conversation, or might be."""
        if not self.house.conversations:
            return None
        stage = self.stage
        asks = (stage.node.ask or "") if stage else ""
        ear = Ear(self.library, self.house, self.contact, self.address, self.now, asks)
        is_offered = bool(self._by_number(incoming.text))
        # Where a letter took her screen away, what stands before her is what stands below that.
        is_choice = self._is_before_her(stage, incoming.text) if self.contact.living else is_offered
        # A number that stands in both is one of her screen, which may have changed since she saw it.
        is_offered = is_offered and not (self.contact.living and stage and is_exact(stage, incoming.text))
        return replace(ear, is_choice=is_choice, is_offered=is_offered).hear(incoming)

    def _is_before_her(self, stage: Stage | None, text: str) -> bool:
        """Tell whether she typed a choice that stands on her screen, as long as what it says is so."""
        has_numbers = self.channel in NUMBERED or not normalise(text).isdecimal()
        return stage is not None and has_numbers and not arrival.instead(stage) and is_exact(stage, text)

    def carry(self, heard: Heard, incoming: Incoming) -> Turn:
        """Write what goes across: her chat is the answer, but where something did not go, or nobody else answers."""
        answers = {**self.contact.answers, **heard.answers}
        kept = {name: value for name, value in answers.items() if value}
        house = self.house.after(heard.changes)
        step = replace(self, contact=replace(self.contact, answers=kept), house=house)
        answer, note = None, heard.note
        if heard.is_own and (found := alone.answered(self.stage or self.at(self.contact, MENU), incoming, heard)):
            answer, note = found
        if not (answer or heard.go or note):
            position = heard.then or step.contact.position
            return Turn(replace(step.contact, position=position), None, changes=heard.changes)
        turn = step.take(answer) if answer else step.go(heard.go) if heard.go else step.show()
        if note:
            stage = replace(step, contact=turn.contact).stage or step.at(turn.contact, MENU)
            turn = replace(turn, screen=stage.screen(note))
        return replace(turn, changes=(*heard.changes, *turn.changes)).looked_at(self.address, self.house)

    def _meant(self, incoming: Incoming) -> Meaning:
        """Return what she means: first by her screen, then by what we wrote first, which may be beside it."""
        stage = self.stage
        if incoming.kind is Kind.TEXT and not self.contact.living and (meant := self._by_number(incoming.text)):
            return meant
        meaning = understand(self.library, incoming, stage)
        if incoming.kind is Kind.PRESS and isinstance(meaning, Unclear):
            return self._on_last_screen(incoming.token) or self._under_notice(incoming.token) or meaning
        # A number that stands below a letter is no message, no note and no word of hers, as none of a choice is.
        is_open = stage is not None and stage.node.ask in ("content", "text") and isinstance(meaning, Answered)
        is_unclear = not isinstance(meaning, Command | Chosen | Answered)
        if incoming.kind is Kind.TEXT and (is_unclear or is_open) and (meant := self._by_number(incoming.text)):
            return meant
        if incoming.kind is Kind.TEXT and is_unclear:
            item = telling.typed(self.library, self.house, self.contact, incoming.text, self.now)
            return Chosen(item) if item else meaning
        return meaning

    def _by_number(self, text: str) -> Meaning | None:
        """Return what a number means that stands below what we wrote first, and not on her screen."""
        written = normalise(text)
        is_number = written.isdecimal() and len(written) <= LONGEST_NUMBER
        offered = self.contact.numbers.get(int(written)) if is_number else None
        return (self._under_notice(offered) or Unclear(MOVED_ON)) if offered else None

    def _on_last_screen(self, pressed: str) -> Meaning | None:
        """Return what a button means on the screen with which she left, when nothing was kept of where she is."""
        found = (self.at(self.contact, last).find(pressed) for last in (GONE, FORGOTTEN))
        item = None if self.contact.position else next((each for each in found if each), None)
        return Chosen(item) if item else None

    def _under_notice(self, pressed: str) -> Meaning | None:
        if word := next((each for each in telling.WAYS if pressed == telling.way(each)), None):
            return Command(word)
        item = telling.pressed(self.library, self.house, self.contact, pressed, self.now)
        item = item or mail.pressed(self.library, self.house, pressed)
        return Chosen(item) if item else None

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
        media = {"media": str(meaning.media)} if meaning.media else {}
        return self._with(answers={node.name or "answer": meaning.value} | media).go(go)

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
        if word in ("exit", "forget"):
            return self.leave(word)
        if word == "stop":
            turn = replace(self, contact=self.contact.stopped()).go(
                STOPPED, note=arrival.stopped(self.house, self.address)
            )
            return replace(turn, changes=(*self.got_up(), Unasked(), *turn.changes))
        return self.go(HELP if word == "help" else MENU)

    def greet(self, payload: str) -> Turn:
        """Greet; a link may have said in which language and where, and nothing else is read from it."""
        language, _, city = payload.lower().partition("-")
        language = language if language in self.library.speech.languages else ""
        city = city if city in self.library.cities else ""
        step = self._with(language=language, city=city)
        step = replace(step, contact=replace(step.contact, trail=(), answers={}, position=None))
        return step.go(MENU if language or city else step.greeting)

    def relive(self) -> Turn:
        """Show her screen anew if what it says changes by itself; she has done nothing, so that "back" forgets it."""
        stage = self.stage
        living = stage.living if stage else ""
        return self.go(self.library.resolve(living, ""), is_back=True) if living else Turn(self.contact, None)

    def show(self, note: str = "") -> Turn:
        """Show her the current screen again; a stranger is greeted."""
        stage = self.stage
        if stage is None:
            greeted = self.go(self.greeting)
            if note != MOVED_ON:
                return greeted
            stage = self.at(greeted.contact, self.greeting)
            return replace(greeted, screen=stage.screen(note))
        if elsewhere := arrival.instead(stage):
            turn = self.go(self.library.resolve(elsewhere, ""), is_back=True)
            stage = self.at(turn.contact, turn.contact.position or MENU)
            return replace(turn, screen=stage.screen(note))
        return Turn(self.contact, stage.screen(note), replaces=self.contact.living)

    def go(self, position: Position, *, is_back: bool = False, turns_page: bool = False, note: str = "") -> Turn:
        """Arrive at `position`, passing through the nodes that only act or decide."""
        step = self
        effects: list[Effect] = []
        changes: list[Change] = []
        for _ in range(LONGEST_PASSAGE):
            stage = step.at(step.contact, position)
            node = stage.node
            if node.do in ("exit", "forget_me"):
                return step.leave("exit" if node.do == "exit" else "forget")
            if node.do == "stop":
                note = arrival.stopped(step.house, step.address)
                step = replace(step, contact=step.contact.stopped())
                changes += (*step.got_up(), Unasked())
            if node.do == "report_wrong":
                effects.append(Counted(f"wrong:{stage.known('service')}"))
            passed = arrival.passage(stage)
            if node.do and node.do in ACTIONS:
                outcome = ACTIONS[node.do](stage)
                passed = outcome.go or passed
                changes += outcome.changes
                step = replace(step, contact=outcome.contact, house=step.house.after(outcome.changes))
            if passed is None:
                break
            position = self.library.resolve(passed, stage.position.flow)
        else:
            stage = step.at(step.contact, MENU)
        contact = step.arrived(step.contact, stage, is_back=is_back or turns_page)
        screen = step.at(contact, stage.position).screen(note)
        return Turn(contact, screen, tuple(effects), self.contact.living, tuple(changes))

    def arrived(self, contact: Contact, stage: Stage, *, is_back: bool) -> Contact:
        """Note where she is now, how she gets back, and what is to be shown later."""
        left = contact.position
        trail = contact.trail
        if left and not is_back and left != stage.position:
            trail = (*trail, left)[-TRAIL_LIMIT:]
        timer = None
        for wait, target in stage.node.after.items():
            timer = Timer(int((self.now + wait).timestamp()), target, self.address)
        told, timed = arrival.told(contact, stage), arrival.timed(contact, stage)
        return replace(contact, position=stage.position, trail=trail, timer=timer, told=told, timed=timed)

    def leave(self, word: str) -> Turn:
        """Wipe the chat, and for `forget` the record too; the last screen is one that may be seen."""
        handles = tuple(dict.fromkeys((*(each.id for each in self.contact.handles), *self.contact.living)))
        kept = replace(self.contact, position=None, trail=(), answers={}, timer=None, living=(), listed=())
        kept = replace(kept.with_handles(self.contact.living, self.now), is_leaving=True)
        stage = self.at(Contact(language=self.contact.language), GONE if word == "exit" else FORGOTTEN)
        bare = replace(stage.screen(), ways=())
        if word == "exit":
            return Turn(kept, bare, (Wiped(handles),), changes=self.got_up())
        changes = (*self.got_up(forgets=True), Resigned())
        return Turn(Contact(), bare, (Forgotten(handles),), changes=changes)

    def got_up(self, *, forgets: bool = False) -> tuple[Change, ...]:
        """Leave every conversation: what she has as a woman ends, and whom she answers somebody else does."""
        relay = Relay(self.library, self.house, self.now)
        return get_up(relay, self.address, self.house.staff, forgets=forgets)
