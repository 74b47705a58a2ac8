"""E5: who is blocked costs one hash and one look-up, and hears nothing but in an emergency; her data stay hers."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import Clock
from bot.core.contact import Timer
from bot.core.house import Role
from bot.core.message import Address, Kind
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.people import NOW
from tests.security.plant import living
from tests.services.chats import Chats
from tests.storage.example import read, write

ANA = Address("telegram", "700000001")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[App, Chats]]:
    """Run the bot on a folder of its own."""
    clock = Clock()
    clock.set(NOW)
    async with living(tmp_path, clock) as (app, chats):
        yield app, chats


async def blocked(app: App, chats: Chats) -> Phone:
    """Return the phone of a woman who wrote to us and is blocked where she stands."""
    ana = chats.phone(ANA)
    await app.dispatcher.receive(ana.types("/start en"))
    key = app.store._vault.pseudonym(ANA)
    await app.store._database.commit_together(lambda connection: app.store.blocked.block(connection, key))
    chats.shown.clear()
    return ana


async def test_one_hash_and_one_look_up_and_nothing_else(
    running: tuple[App, Chats], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    await app.dispatcher.receive(ana.types("the first look reads the list"))
    hashed: list[Address] = []
    statements: list[str] = []
    pseudonym = Vault.pseudonym

    def counted(vault: Vault, address: Address) -> bytes:
        hashed.append(address)
        return pseudonym(vault, address)

    def trace(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(statements.append)

    await app.store._database.run(trace)
    monkeypatch.setattr(Vault, "pseudonym", counted)
    await app.dispatcher.receive(ana.types("hello"))
    assert hashed == [ANA]
    assert statements == []


@pytest.mark.parametrize("text", ["hello", "/start en", "menu", "exit", "help", "stop", "x" * 5000])
async def test_there_is_no_reply_and_no_step(running: tuple[App, Chats], text: str) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    before = await read(app.store, ANA)
    await app.dispatcher.receive(ana.types(text))
    await app.dispatcher.accept(ana.types(text))
    assert chats.shown == []
    assert await read(app.store, ANA) == before


async def test_nor_to_what_is_no_text_or_a_button(running: tuple[App, Chats]) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    for kind in (Kind.VOICE, Kind.PICTURE, Kind.EDIT, Kind.TAKEN_BACK):
        await app.dispatcher.receive(ana.sends(kind))
    for choice in ana.choices:
        await app.dispatcher.receive(ana.presses(choice.label))
    assert chats.shown == []


async def test_a_cry_for_help_is_answered_and_so_is_what_follows_until_that_is_over(running: tuple[App, Chats]) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    await app.dispatcher.receive(ana.types("she took an overdose"))
    assert [each.to for each in chats.shown] == [ANA]
    seen = len(chats.shown)
    await app.dispatcher.receive(ana.presses(ana.choices[0].label))
    assert len(chats.shown) == seen + 1
    await app.dispatcher.receive(ana.types("menu"))
    assert len(chats.shown) == seen + 2
    await app.dispatcher.receive(ana.types("hello"))
    assert len(chats.shown) == seen + 2


async def test_an_invitation_gives_her_no_role(running: tuple[App, Chats]) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    code = await app.store.staff.invite(Role.ADMIN, (), NOW)
    await app.dispatcher.receive(ana.types(code))
    assert await app.store.staff.everyone() == []


async def test_forget_me_erases_what_is_kept_about_her_once_and_she_stays_blocked(running: tuple[App, Chats]) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    await app.dispatcher.receive(ana.types("Forget me."))
    assert not await read(app.store, ANA)
    assert len(chats.shown) == 1
    for _ in range(3):
        await app.dispatcher.receive(ana.types("forget me"))
    assert len(chats.shown) == 1
    assert await app.store.blocked.is_blocked(ANA)


async def test_her_timer_rings_for_nobody(running: tuple[App, Chats]) -> None:
    app, chats = running
    await blocked(app, chats)
    contact = replace(await read(app.store, ANA), timer=Timer(int(NOW.timestamp()), "menu", str(ANA)))
    await write(app.store, ANA, contact)
    assert await app.store.due(NOW) == [ANA]
    await app.dispatcher.ring()
    assert chats.shown == []


async def test_who_is_let_in_again_is_answered(running: tuple[App, Chats]) -> None:
    app, chats = running
    ana = await blocked(app, chats)
    await app.store.blocked.lift(NOW)
    await app.dispatcher.receive(ana.types("menu"))
    assert len(chats.shown) == 1
