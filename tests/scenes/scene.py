"""A scene as a file that a peer can read: several people, a clock that is moved by hand, and what each gets.

What somebody does: `ana types`, `ana presses`, `ana presses an old button`; `ana speaks` and `ana shows` send a voice
note or a picture of `files`, `ana sends` a file, a sticker, a location or a card; `ana replies to`, `ana changes` and
`ana takes back` go on with words of the message that is meant. What happens otherwise: `clock` lets time pass while
the bot runs, `off until` while the machine is off, `clock jumps` sets the clock without any time; `moved`, `cancelled`
and `added` are what a moderator does; `agenda` is what she reads of proposals; `count` counts rows of the database, and
`counted` is what was counted by week, also what nobody is shown; `chat` is all that stands in somebody's chat now, by
first lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.core.contact import Contact
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind, Media, Outgoing, fold
from bot.core.plan import EXTRA
from bot.core.terms import Terms
from tests.conversations.phone import Phone
from tests.conversations.transcript import block, blocks_of, word
from tests.scenes.files import made, said
from tests.scenes.words import Words
from tests.scenes.world import Arrival, World, world

FOLDER = Path(__file__).parent
KEYS = ("title", "at", "files", "people", "scene")
DOES = ("types", "speaks", "shows", "sends", "presses", "presses an old button")
TO_A_MESSAGE = ("replies to ", "changes ", "takes back")
HAPPENS = ("clock", "off until", "clock jumps", "moved", "cancelled", "added", "agenda", "count", "counted", "chat")
ANSWERS = ("sees", "arrives for", "changes for", "taken back for", "nothing", "proposed", "rows", "numbers", "stands")
MINUTES = "%Y-%m-%d %H:%M"

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does, or that happens."""

    verb: str
    who: str
    what: Any
    lines: tuple[str, ...]
    """As it stands in the file, with the comments before it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One file."""

    name: str
    head: tuple[str, ...]
    at: datetime
    people: dict[str, dict[str, Any]]
    steps: tuple[Step, ...]
    files: dict[str, str]

    @property
    def zone(self) -> ZoneInfo:
        """The clock that its times are read from."""
        assert isinstance(self.at.tzinfo, ZoneInfo)
        return self.at.tzinfo

    def time(self, text: str) -> datetime:
        """Read a time of the scene."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone)


def read(path: Path) -> Scene:
    """Read a scene; raises `ValueError` with what to write instead."""
    text = path.read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    if unknown := [key for key in data if key not in KEYS]:
        raise ValueError(f"{path.name}: unknown {unknown}; a scene has {', '.join(KEYS)}")
    head, _, body = text.partition("scene:\n")
    day, clock, zone = data["at"].split()
    at = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone))
    people = {name: known or {} for name, known in data["people"].items()}
    steps = tuple(_steps(path.name, people, data["scene"], blocks_of(body)))
    return Scene(path.name, (f"{head}scene:",), at, people, steps, data.get("files", {}))


def _steps(
    name: str, people: dict[str, dict[str, Any]], entries: list[Entry], blocks: list[tuple[str, ...]]
) -> Iterator[Step]:
    for entry, lines in zip(entries, blocks, strict=True):
        key = next(iter(entry))
        who, _, verb = key.partition(" ")
        if key in HAPPENS:
            yield Step(key, "", entry[key], lines)
        elif who in people and (verb in DOES or verb.startswith(TO_A_MESSAGE)):
            yield Step(verb, who, str(entry[key]), lines)
        elif not any(key.startswith(answer) or verb.startswith(answer) for answer in ANSWERS):
            known = ", ".join((*(f"{each} {does}" for each in people for does in DOES), *HAPPENS))
            raise ValueError(f"{name}: {key!r} is not known here; write one of {known}")


async def play(scene: Scene, library: Library, folder: Path) -> list[tuple[Step, list[Entry]]]:
    """Return what happens at each step, through the real store, dispatcher and reminders."""
    async with world(folder, library, scene.at) as moved:
        stage = _Play(scene, moved)
        await stage.gather()
        return [(step, await stage.take(step)) for step in scene.steps]


class _Play:
    def __init__(self, scene: Scene, moved: World) -> None:
        self._scene = scene
        self._world = moved
        self._phones: dict[str, Phone] = {}
        self._words = Words()

    async def gather(self) -> None:
        """Give everybody a phone, and the groups that she is in as the scene begins."""
        for number, (name, known) in enumerate(self._scene.people.items()):
            address = Address(known.get("channel", "telegram"), f"70000000{number}")
            locale = known.get("locale", "en")
            self._phones[name] = self._world.phone(address, locale)
            memberships = {group: _terms(terms) for group, terms in known.get("in", {}).items()}
            if memberships:
                member = Contact(language=locale.partition("-")[0], seen=fold(self._scene.at))
                member = member.with_memberships(memberships, str(address))
                await self._world.store.step(address, lambda *_, member=member: (member, None))
            files = {file: made(what) for file, what in self._scene.files.items()}
            self._world.chats[address.channel].files.update(files)
            if lines := known.get("answers"):
                await self._world.take_in(address, tuple(lines), tuple(known.get("speaks", ())))

    async def take(self, step: Step) -> list[Entry]:
        """Let one thing happen, and say what that led to."""
        before = len(self._world.arrivals)
        entries = await self._do(step) if step.who else await self._happen(step)
        arrived = sorted(self._world.arrivals[before:], key=lambda each: (each.at, each.to.id))
        entries += [self._arrival(each) for each in arrived if _is_seen(each)]
        entries = [{key: self._words.written(value) for key, value in entry.items()} for entry in entries]
        return entries or [{"nothing": "nobody is written to"}]

    async def _do(self, step: Step) -> list[Entry]:
        phone = self._phones[step.who]
        incoming = self._act(phone, self._words.meant(step.verb), self._words.meant(step.what))
        return [_seen(f"{step.who} sees", each) for each in await self._world.receive(incoming)]

    def _act(self, phone: Phone, verb: str, what: str) -> Incoming:
        match verb.split(" ", 1):
            case ["replies", to]:
                return phone.replies(to.removeprefix("to "), what)
            case ["changes", words]:
                return phone.changes(words, what)
            case ["takes", "back"]:
                return phone.takes_back(what)
            case ["sends"]:
                return phone.sends(Kind(what))
        acts = {"types": phone.types, "speaks": phone.speaks, "shows": phone.shows}
        acts |= {"presses": phone.presses, "presses an old button": phone.presses_old}
        return acts[verb](what)

    async def _happen(self, step: Step) -> list[Entry]:
        moved, read_time = self._world, self._scene.time
        match step.verb:
            case "clock":
                await moved.move(read_time(step.what))
            case "off until":
                moved.start()
                await moved.look(read_time(step.what))
            case "clock jumps":
                await moved.look(read_time(step.what))
            case "agenda":
                agenda = (await moved.state(step.what)).agenda
                return [{"proposed": [f"{each.meeting}: {each.text}" for each in agenda]}]
            case "count":
                return [{"rows": await moved.count_rows(step.what)}]
            case "counted":
                return [{"numbers": await moved.counted(step.what)}]
            case "chat":
                messages = self._phones[step.what].messages.values()
                return [{"stands": [text.partition("\n\n")[0].replace("\n", " ") for text in messages]}]
            case _:
                await self._moderate(step)
        return []

    async def _moderate(self, step: Step) -> None:
        """Do what a moderator does in her own flows."""
        group, meeting, *rest = step.what.split()
        plan = (await self._world.state(group)).plan
        match step.verb:
            case "moved":
                plan = plan.move(meeting, datetime.fromisoformat(" ".join(rest[1:])))
            case "cancelled":
                plan = plan.cancel(meeting)
            case _:
                plan = plan.add(meeting, datetime.fromisoformat(" ".join(rest)))
                meeting = f"{EXTRA}{meeting}"
        await self._world.change(group, meeting, plan)

    def _arrival(self, arrival: Arrival) -> Entry:
        name = next(name for name, phone in self._phones.items() if phone.address == arrival.to)
        local = arrival.at.astimezone(self._scene.zone)
        gone = "\n\n".join(arrival.taken_back)
        if not (arrival.outgoing.screen.texts or arrival.outgoing.screen.media):
            return {f"taken back for {name}": gone}
        how = "changes" if arrival.outgoing.pressed else "arrives"
        text, *rest = _seen(f"{how} for {name}", arrival.outgoing).items()
        entry = dict([text, ("at", f"{local:%a} {local:{MINUTES}}"), *rest])
        return entry | ({"instead of": gone} if gone else {})


def _is_seen(arrival: Arrival) -> bool:
    """Tell whether her chat is another than before: what is gone already can be taken back once more."""
    screen = arrival.outgoing.screen
    return bool(screen.texts or screen.media or arrival.taken_back)


def _terms(written: str) -> Terms:
    if "-" not in written:
        return Terms("quiet") if written == "quiet" else Terms()
    first, last = written.split("-")
    return Terms("hours", time.fromisoformat(first), time.fromisoformat(last))


def _seen(key: str, outgoing: Outgoing) -> Entry:
    screen = outgoing.screen
    entry: Entry = {key: "\n\n".join(screen.texts)}
    if screen.media:
        entry["media"] = _brought(screen.media)
    if screen.choices:
        entry["buttons"] = [each.label for each in screen.choices]
    if screen.ways:
        entry["ways"] = [each.label for each in screen.ways]
    return entry


def _brought(media: Media) -> str:
    """Say what came along: under the platform's own name for it, or in which state it has crossed."""
    return f"{media.kind} {media.ref}" + (f", {said(media.data)}" if media.data else "")


def write(scene: Scene, played: list[tuple[Step, list[Entry]]]) -> str:
    """Return the file with what happens now; what is done, the order and the comments stay."""
    lines = list(scene.head)
    for step, entries in played:
        lines.extend(step.lines)
        for entry in entries:
            lines.extend(_lines(entry))
    return "\n".join(lines) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    for number, (key, value) in enumerate(entry.items()):
        start = "  - " if number == 0 else "    "
        if isinstance(value, list):
            yield f"{start}{key}: [{', '.join(map(word, value))}]"
        elif isinstance(value, dict):
            yield f"{start}{key}: {{{', '.join(f'{name}: {each}' for name, each in value.items())}}}"
        elif key in ("at", "nothing", "media"):
            yield f"{start}{key}: {value}"
        else:
            yield from block(f"{start}{key}:", value, "      ")
