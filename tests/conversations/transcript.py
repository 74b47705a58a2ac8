"""A conversation as a file that a peer can read: what she does, what the bot says, and when."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.core.contact import Contact, Timed
from bot.core.conversation import ConversationState
from bot.core.engine import Counted, Effect, Forgotten, Met, Wiped, respond
from bot.core.house import Announced, Change, House, Role, Staff, Talked
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind, Screen
from bot.services.dispatcher import remember
from tests.conversations.phone import Phone
from tests.core.rooms.example import with_groups
from tests.scenes.content import with_lines

FOLDER = Path(__file__).parent
_STATES = {
    ConversationState.WAITING: "somebody is called",
    ConversationState.LEFT: "it waits for who comes next",
    ConversationState.ENDED: "it ends",
}
LONG = re.compile(r"^(\d+) times (.+)$")
KEYS = ("title", "at", "locale", "channel", "staff", "answered", "conversation")
HERS = ("she types", "she presses", "she presses an old button", "she sends", "she sends again", "wait")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that she does, or a time that passes, and what the file says happens then."""

    verb: str
    what: str
    lines: tuple[str, ...]
    """As it stands in the file, with the comments before it."""
    expected: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file."""

    name: str
    head: tuple[str, ...]
    at: datetime
    locale: str
    channel: str
    steps: tuple[Step, ...]
    staff: Staff | None = None
    """Who answers for groups meets those of the tests: what we ship may change."""
    answered: tuple[str, ...] = ()
    """Lines, those of the scenes too, that somebody answers on, who is off duty now."""

    @property
    def phone(self) -> Phone:
        """Return the phone of someone who has never written."""
        return Phone(Address(self.channel, "700000001"), self.locale)


def read(path: Path) -> Transcript:
    """Read a transcript; raises `ValueError` with what to write instead."""
    text = path.read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    if unknown := [key for key in data if key not in KEYS]:
        raise ValueError(f"{path.name}: unknown {unknown}; a transcript has {', '.join(KEYS)}")
    head, _, body = text.partition("conversation:\n")
    day, clock, zone = data["at"].split()
    at = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone))
    steps = tuple(_steps(path.name, data["conversation"], blocks_of(body)))
    channel = data.get("channel", "telegram")
    staff = _staff(data["staff"]) if "staff" in data else None
    answered = tuple(data.get("answered", ()))
    return Transcript(path.name, (head + "conversation:",), at, data["locale"], channel, steps, staff, answered)


def _staff(data: dict[str, Any]) -> Staff:
    return Staff(data["designation"], Role(data.get("role", "moderator")), tuple(data.get("groups", ())))


def blocks_of(body: str) -> list[tuple[str, ...]]:
    """Cut the conversation into its entries, each with the comments that stand before it."""
    blocks: list[list[str]] = [[]]
    is_begun = False
    for line in body.splitlines():
        is_entry = line.startswith("  - ")
        if is_begun and (is_entry or line.startswith("  #")):
            blocks.append([])
            is_begun = False
        is_begun = is_begun or is_entry
        blocks[-1].append(line)
    return [tuple(block) for block in blocks]


def _steps(name: str, entries: list[dict[str, Any]], blocks: list[tuple[str, ...]]) -> Iterator[Step]:
    step: Step | None = None
    for entry, lines in zip(entries, blocks, strict=True):
        verb = next(iter(entry))
        if verb in HERS:
            if step:
                yield step
            step = Step(verb, str(entry[verb]), lines)
        elif step is None or not {"bot", "effects", "silence"} & set(entry):
            raise ValueError(f"{name}: {verb!r} is not known here; write one of {', '.join(HERS)}")
        else:
            step = replace(step, expected=(*step.expected, entry))
    if step:
        yield step


def act(phone: Phone, step: Step) -> Incoming:
    """Do on her phone what the step says."""
    match step.verb:
        case "she types":
            return phone.types(spell_out(step.what))
        case "she presses":
            return phone.presses(step.what)
        case "she presses an old button":
            return phone.presses_old(step.what)
        case "she sends":
            return phone.sends(Kind(step.what))
        case "she sends again":
            return phone.again()
        case _:
            return phone.rings()


def spell_out(text: str) -> str:
    """Return the text itself: `10000 times a` is written short."""
    match = LONG.match(text)
    return match[2] * int(match[1]) if match else text


def duration(text: str) -> timedelta:
    """Read `2 minutes`."""
    number, unit = text.split()
    return timedelta(**{f"{unit.rstrip('s')}s": int(number)})


Rename = Callable[[Phone, Step], Step]


def play(library: Library, transcript: Transcript, rename: Rename = lambda _, step: step) -> list[tuple[Step, Any]]:
    """Return what happens at each step, through the engine alone."""
    phone, contact, now, played = transcript.phone, Contact(), transcript.at, []
    house = House(staff=transcript.staff, team=_team(transcript.answered))
    library = with_groups() if transcript.staff else library
    library = with_lines(library) if transcript.answered else library
    for written in transcript.steps:
        step = rename(phone, written)
        if step.verb == "wait":
            now += duration(step.what)
        incoming = act(phone, step)
        turn = respond(library, contact, incoming, now, house)
        contact, house = turn.contact, house.after(turn.changes)
        for effect in turn.effects:
            if isinstance(effect, Wiped | Forgotten):
                phone.erase(effect.handles)
            if isinstance(effect, Met) and contact.position:
                contact = replace(contact, timed=Timed.SET)
        shown = phone.see(turn, incoming)
        if shown and contact.position:
            contact = remember(contact, shown, now)
        played.append((step, happened(turn.screen, turn.effects, turn.changes)))
    return played


def _team(lines: tuple[str, ...]) -> tuple[Staff, ...]:
    return (Staff("amber birch", Role.PEER, address="telegram:9", lines=lines),) if lines else ()


def happened(
    screen: Screen | None, effects: tuple[Effect, ...], changes: tuple[Change, ...] = ()
) -> tuple[dict[str, Any], ...]:
    """Say what a step led to, as the file does."""
    entries: list[dict[str, Any]] = []
    told = [each for each in map(_changed, changes) if each]
    if effects or told:
        entries.append({"effects": [*map(tell, effects), *told]})
    if screen:
        said = {"bot": screen.texts[0] if len(screen.texts) == 1 else list(screen.texts)}
        picture = {"picture": screen.picture.name} if screen.picture else {}
        buttons = {"buttons": [each.label for each in screen.choices]} if screen.choices else {}
        ways = {"ways": [each.label for each in screen.ways]} if screen.ways else {}
        entries.append({**said, **picture, **buttons, **ways})
    return tuple(entries) or ({"silence": "nothing is sent"},)


def _changed(change: Change) -> str:
    match change:
        case Announced(notice):
            return f"tells {' '.join(notice.groups)}"
        case Talked(talk):
            return f"{talk.aim}: {_STATES.get(talk.state, talk.state)}"
        case _:
            return ""


def tell(effect: Effect) -> str:
    """Say an effect in words."""
    match effect:
        case Wiped(handles):
            return f"wipes {len(handles)} messages"
        case Forgotten(handles):
            return f"forgets her, wipes {len(handles)} messages"
        case Counted(kind):
            return f"counts {kind}"
        case Met():
            return "lets the chat forget"


def write(transcript: Transcript, played: list[tuple[Step, Any]]) -> str:
    """Return the file with what the bot says now; hers, the order and the comments stay."""
    lines = list(transcript.head)
    for step, entries in played:
        lines.extend(step.lines)
        for entry in entries:
            lines.extend(_lines(entry))
    return "\n".join(lines) + "\n"


def _lines(entry: dict[str, Any]) -> Iterator[str]:
    for number, (key, value) in enumerate(entry.items()):
        start = "  - " if number == 0 else "    "
        if key in ("buttons", "ways", "effects"):
            yield f"{start}{key}: [{', '.join(map(word, value))}]"
        elif key in ("picture", "silence"):
            yield f"{start}{key}: {value}"
        elif isinstance(value, str):
            yield from block(f"{start}{key}:", value, "      ")
        else:
            yield f"{start}{key}:"
            for text in value:
                yield from block("      -", text, "        ")


def block(start: str, text: str, indent: str) -> Iterator[str]:
    """Write a text over several lines, as it is."""
    yield f"{start} |-"
    yield from (f"{indent}{line}".rstrip() for line in text.split("\n"))


def word(text: str) -> str:
    """Return a label as a peer would write it: in quotes only where YAML would read something else."""
    try:
        is_plain = yaml.safe_load(f"[{text}, x]") == [text, "x"] and yaml.safe_load(f"- x: {text}") == [{"x": text}]
    except yaml.YAMLError:
        is_plain = False
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def renamed(transcript: Transcript) -> Rename:
    """Return how to press a button whose label has changed: the one in the place that it had."""
    seen: dict[str, Any] = {}
    before: dict[int, dict[str, Any]] = {}
    for step in transcript.steps:
        before[id(step)] = dict(seen)
        for entry in step.expected:
            if "bot" in entry:
                seen = entry

    def rename(phone: Phone, step: Step) -> Step:
        if step.verb != "she presses" or any(each.label == step.what for each in phone.choices):
            return step
        old = before[id(step)]
        for kind, choices in (("buttons", phone.screen.choices), ("ways", phone.screen.ways)) if phone.screen else ():
            labels = old.get(kind, [])
            if step.what in labels and labels.index(step.what) < len(choices):
                label = choices[labels.index(step.what)].label
                comments = step.lines[:-1]
                return replace(step, what=label, lines=(*comments, f"  - she presses: {word(label)}"))
        return step

    return rename
