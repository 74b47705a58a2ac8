"""C6: no command and no screen of staff tells who the women are: other women, and every byte stays the same."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from bot.cli import app as commands
from bot.core.contact import Contact, Position
from bot.core.engine import respond
from bot.core.house import Answered, House, Role, meeting_subject
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import Vault, open_vault
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, with_groups
from tests.security.plant import hits, plant
from tests.security.test_c3_who_may_do_what import FOR_STAFF, in_scope, ways
from tests.storage.example import KEY, write

EVA = Address("telegram", "9")
WOMEN = 50
COMMANDS: dict[str, tuple[str, ...]] = {
    "audit": (),
    "chat": (),
    "check": (),
    "doctor": (),
    "invite": ("admin",),
    "report": (),
    "run": (),
    "schema": ("flow",),
    "staff list": (),
    "staff revoke": ("amber", "birch"),
    "unblock": ("--yes",),
}
"""Every command, with what makes it say something. One that is not here fails the first test: whoever adds it thinks of
what it tells, and puts it where the second looks at it."""
SERVING = {"chat", "run"}
"""These talk with people, and have no other output."""


def every(group: typer.Typer, before: str = "") -> Iterator[str]:
    """Name all commands."""
    for command in group.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        yield f"{before}{name.replace('_', '-')}"
    for inner in group.registered_groups:
        assert inner.typer_instance
        assert isinstance(inner.typer_instance.info.name, str)
        yield from every(inner.typer_instance, f"{before}{inner.typer_instance.info.name} ")


class Women:
    """Fifty members of a group, none of whom is like those of another fifty."""

    def __init__(self) -> None:
        """Make them up."""
        self.planted = [plant() for _ in range(WOMEN)]

    async def join(self, store: Store) -> list[str]:
        """Let them join, answer and write, and return each way in which one of them could be told from another."""
        for number, mark in enumerate(self.planted):
            address = Address(("telegram", "signal")[number % 2], mark)
            contact = Contact(
                ("en", "pt", "es")[number % 3],
                ("porto", "barcelona")[number % 2],
                Position("find", "start"),
                answers={"need": mark},
                handles=(),
                seen=fold(NOW),
            )
            await write(store, address, contact.with_memberships({MUSA: Terms()}, str(address)))
            await answer(store, address, ("yes", "no")[number % 2])
        keys = [store._vault.pseudonym(Address(("telegram", "signal")[n % 2], m)) for n, m in enumerate(self.planted)]
        return [*self.planted, *(key.hex() for key in keys)]


async def answer(store: Store, address: Address, value: str) -> None:
    """Let one of them say whether she comes."""

    class Turn:
        changes = (Answered(meeting_subject(MUSA, "2026-11-25"), value),)

    await store.step(address, lambda contact, _: (contact, Turn()))


async def staffed(store: Store) -> None:
    """Let somebody answer for all groups, under two words that are the same every time, and write to one."""
    await store.staff.redeem(await store.staff.invite(Role.ADMIN, (), NOW), EVA, NOW)
    at = int(NOW.timestamp())
    notice = Notice(NoticeKind.BROADCAST, (MUSA,), at, at + 86400, key="n", texts={"en": "Dinner."}, author="a b")
    await store.outbox.announce(notice)
    await store.outbox.open_due(NOW)


async def screens(store: Store) -> AsyncIterator[str]:
    """Yield all that somebody who answers can get to see, on every screen and after every step from there."""
    (staff,) = await store.staff.everyone()
    known = {"to": f"{MUSA} {NIGHT} {RAVAL}", "notice": "n"}
    for at in FOR_STAFF:
        scope = in_scope(MUSA, staff)
        contact = replace(scope.contact, position=at, answers={**scope.contact.answers, **known})
        stage = replace(scope, contact=contact, position=at)
        for incoming in (Incoming(EVA, Kind.STICKER, "0"), *ways(stage)):
            await write(store, EVA, contact)

            def act(known: Contact, house: House, incoming: Incoming = incoming) -> tuple[Contact, str]:
                turn = respond(with_groups(), known, incoming, NOW, house)
                return known, repr(turn.screen)

            yield f"{at} {incoming.token}{incoming.text} " + (await store.step(EVA, act))


async def seen(folder: Path, women: Women) -> tuple[list[str], list[str]]:
    """Return all screens of staff with these women in the groups, and what tells one of them from others."""
    async with Store.open(folder / "comadre.sqlite3", Vault(KEY), languages=lambda: ("en", "pt", "es")) as store:
        marks = await women.join(store)
        await staffed(store)
        (staff,) = await store.staff.everyone()
        found = [screen.replace(staff.designation, "two words") async for screen in screens(store)]
        return found, marks


async def test_no_screen_of_staff_depends_on_who_the_women_are(tmp_path: Path) -> None:
    one, marks = await seen(tmp_path / "one", Women())
    other, others = await seen(tmp_path / "other", Women())
    assert len(one) > 100
    assert any(str(WOMEN) in screen for screen in one), "they are counted"
    assert one == other
    assert hits("\n".join(one).encode(), *marks) == []
    assert set(marks).isdisjoint(others)


def test_every_command_is_known_here() -> None:
    assert sorted(every(commands)) == sorted(COMMANDS)


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Return the settings of a bot with fifty women in it."""
    return Settings(data_dir=tmp_path / "data", key_file=tmp_path / "key", preview="off")


async def test_no_command_tells_who_the_women_are(settings: Settings) -> None:
    settings.data_dir.mkdir(mode=0o700)
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        marks = await Women().join(store)
        await store.staff.redeem(await store.staff.invite(Role.ADMIN, (), datetime.now(UTC)), EVA, datetime.now(UTC))
        (staff,) = await store.staff.everyone()
        await store.count("greeting", NOW.date())
    told = {}
    for command, words in COMMANDS.items():
        for arguments in (words, ("--help",)):
            if command in SERVING and arguments != ("--help",):
                continue
            given = tuple(staff.designation.split()) if command == "staff revoke" and arguments == words else arguments
            told[f"{command} {arguments}"] = await said(settings, *command.split(), *given)
    told["audit --verify"] = await said(settings, "audit", "--verify")
    assert "about 50 people" in told["doctor ()"]
    assert staff.designation in told["staff list ()"]
    assert {name for name, output in told.items() if hits(output.encode(), *marks, str(EVA))} == set()


async def said(settings: Settings, *words: str) -> str:
    """Run a command in a process of its own, and return all that it said."""
    told = {"DATA_DIR": settings.data_dir, "KEY_FILE": settings.key_file, "PREVIEW": "off"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=os.environ | {f"COMADRE_{name}": str(value) for name, value in told.items()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return output.decode()
