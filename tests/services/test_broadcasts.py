"""Broadcasts that come again, and screens that stay true while one goes out, through the dispatcher and the store."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.base import SendError
from bot.clock import Clock
from bot.core.contact import Contact, Position
from bot.core.house import Role
from bot.core.library import Library
from bot.core.message import Address, fold
from bot.core.telling import judge
from bot.core.terms import Terms
from bot.core.verdict import Judge
from bot.services.broadcasts import Broadcasts
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.rooms.example import MUSA, NOW, with_groups
from tests.services.chats import Chats
from tests.storage.example import KEY

WEEKLY = ("When it goes out", "Every week", "Saturday 21 November", "18:00")
EVENING = timedelta(hours=7)


async def current() -> Library:
    """Return a library with groups."""
    return with_groups()


@dataclass
class World:
    """A program with one moderator, and members who come."""

    store: Store
    clock: Clock
    chats: Chats
    dispatcher: Dispatcher
    broadcasts: Broadcasts
    ana: Phone

    async def joins(self, *numbers: int) -> None:
        """Let some be members of the group."""
        for number in numbers:
            address = Address("telegram", f"10{number}")
            contact = Contact("pt", position=Position("start", "menu"), seen=fold(NOW))
            joined = contact.with_memberships({MUSA: Terms()}, str(address))
            await self.store.step(address, lambda *_, joined=joined: (joined, None))

    async def does(self, *steps: str) -> None:
        """Let the moderator press what is a button, and type what is none."""
        for step in steps:
            is_button = step in [each.label for each in self.ana.choices]
            await self.dispatcher.receive(self.ana.presses(step) if is_button else self.ana.types(step))

    async def announces(self, *when: str) -> None:
        """Let her write something and send it."""
        await self.does("menu", "For moderators", "Write to a group", "Musa", "Dinner at eight.")
        await self.does(*when, "It's ready", "Yes, send it")

    async def begins(self, after: timedelta = timedelta()) -> None:
        """Let what is due by then begin to go out."""
        self.clock.set(NOW + after)
        await self.store.outbox.open_due(self.clock.now())

    async def delivers(self, state: str, most: int = 1) -> None:
        """Let some deliveries have come to this."""
        query = "UPDATE delivery SET state = ? WHERE contact IN (SELECT contact FROM delivery WHERE state = ? LIMIT ?)"
        await self.store._database.commit_together(
            lambda connection: connection.execute(query, (state, "pending", most)).rowcount
        )

    async def known(self) -> list[str]:
        """Return when everything goes out that is announced, and how it stands."""

        def read(connection: sqlite3.Connection) -> list[str]:
            return [
                f"{datetime.fromtimestamp(each.notice.due_at, NOW.tzinfo):%m-%d %H:%M} {each.stage}"
                for each in self.store._notices.under_way(connection)
            ]

        return sorted(await self.store._database.run(read))

    @property
    def text(self) -> str:
        """What the moderator reads."""
        return "\n".join(self.ana.screen.texts) if self.ana.screen else ""


@pytest.fixture
async def world(tmp_path: Path, chats: Chats) -> AsyncIterator[World]:
    """Yield a world on a Saturday noon."""
    clock = Clock()
    clock.set(NOW)
    path = tmp_path / "data" / "comadre.sqlite3"
    async with Store.open(path, Vault(KEY), languages=lambda: ("en", "pt", "es")) as store:
        dispatcher = Dispatcher(store, current, clock.now)
        dispatcher.channels[chats.name] = chats
        ana = chats.phone(Address("telegram", "1"))
        code = await store.staff.invite(Role.MODERATOR, (MUSA,), NOW)
        assert await store.staff.redeem(code, ana.address, NOW)
        await dispatcher.receive(ana.types("/start en"))
        yield World(store, clock, chats, dispatcher, Broadcasts(store, current, clock.now), ana)


class TestAgain:
    """What comes again."""

    async def test_the_next_time_is_announced_once_when_the_last_has_begun(self, world: World) -> None:
        await world.announces(*WEEKLY)
        assert await world.broadcasts.tick() == 0
        await world.begins(EVENING)
        assert [await world.broadcasts.tick() for _ in range(3)] == [1, 0, 0]
        assert await world.known() == ["11-21 18:00 sending", "11-28 18:00 due"]

    async def test_two_programs_at_once_announce_it_once(self, world: World) -> None:
        await world.announces(*WEEKLY)
        await world.begins(EVENING)
        others = [Broadcasts(world.store, current, world.clock.now) for _ in range(4)]
        assert sum(await asyncio.gather(*(each.tick() for each in others))) == 1
        assert await world.broadcasts.tick() == 0

    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            (0.3, ["11-21 18:00 sending", "11-28 18:00 due"]),
            (1.3, ["11-21 18:00 ended", "11-28 18:00 due"]),
            (8.3, ["11-21 18:00 ended", "12-05 18:00 due"]),
            (38, ["01-02 18:00 due", "11-21 18:00 ended"]),
        ],
    )
    async def test_a_machine_that_was_down_sends_nothing_late_and_goes_on(
        self, world: World, days: float, expected: list[str]
    ) -> None:
        await world.joins(1)
        await world.announces(*WEEKLY)
        for _ in range(3):
            await world.begins(timedelta(days=days))
            await world.store.outbox.end(world.clock.now())
            await world.broadcasts.tick()
        assert await world.known() == expected

    async def test_it_counts_for_the_limit_of_its_day(self, world: World) -> None:
        await world.announces(*WEEKLY)
        await world.begins(EVENING)
        await world.broadcasts.tick()
        house = await world.store.step(world.ana.address, lambda contact, house: (contact, house))
        assert house.state(MUSA).written == {"2026-11-21": 1, "2026-11-28": 1}

    @pytest.mark.parametrize("label", ["Stop it", "Stop it for good"])
    async def test_stopped_it_never_comes_again(self, world: World, label: str) -> None:
        await world.joins(1)
        await world.announces(*WEEKLY)
        await world.begins(EVENING)
        if label == "Stop it for good":
            await world.delivers("sent")
            await world.store.outbox.end(world.clock.now())
        await world.dispatcher.refresh()
        await world.does(label)
        for days in (0, 7, 14, 30):
            world.clock.set(NOW + timedelta(days=days, hours=8))
            assert await world.broadcasts.tick() == 0
            assert await world.store.outbox.open_due(world.clock.now()) == 0
        assert await world.known() == ["11-21 18:00 halted"]

    async def test_it_ends_with_the_role_of_who_wrote_it(self, world: World) -> None:
        await world.announces(*WEEKLY)
        await world.begins(EVENING)
        await world.store.outbox.end(world.clock.now())
        assert await world.known() == ["11-21 18:00 ended"]
        (staff,) = await world.store.staff.everyone()
        assert await world.store.staff.revoke(staff.designation, NOW)
        assert await world.broadcasts.tick() == 0

    async def test_nothing_is_done_where_nothing_comes_again(self, world: World) -> None:
        await world.announces()
        assert await world.broadcasts.tick() == 0


class TestLiving:
    """The screen that shows how far it has come."""

    async def test_it_is_edited_in_its_place_when_something_changed_and_left_alone_when_not(self, world: World) -> None:
        await world.joins(1, 2, 3, 4)
        await world.announces()
        await world.begins()
        before = world.ana.living
        await world.dispatcher.refresh()
        assert world.text == "It's going out.\n░░░░░░░░░░\nStill to go: 4"
        shown = len(world.chats.shown)
        await world.dispatcher.refresh()
        assert len(world.chats.shown) == shown
        await world.delivers("sent", 3)
        await world.dispatcher.refresh()
        assert world.text == "It's going out.\n▓▓▓▓▓▓▓░░░\nDelivered: 3\nStill to go: 1"
        assert world.ana.living == before

    async def test_it_becomes_the_report_and_is_still_from_then_on(self, world: World) -> None:
        await world.joins(1)
        await world.announces()
        await world.begins()
        await world.delivers("gone")
        await world.store.outbox.end(world.clock.now())
        await world.dispatcher.refresh()
        assert world.text == "It has gone out.\n▓▓▓▓▓▓▓▓▓▓\nBlocked me: 1"
        assert not world.dispatcher._living

    @pytest.mark.parametrize("word", ["menu", "exit", "forget me", "What went out"])
    async def test_who_has_moved_on_or_left_sees_nothing_come_back(self, world: World, word: str) -> None:
        await world.joins(1)
        await world.announces()
        await world.does(word)
        await world.begins()
        shown = len(world.chats.shown)
        await world.dispatcher.refresh()
        assert len(world.chats.shown) == shown
        assert not world.dispatcher._living

    async def test_a_platform_that_does_not_take_it_is_asked_no_more(self, world: World) -> None:
        await world.joins(1)
        await world.announces()
        await world.begins()
        world.chats.failures.append(SendError("busy", retryable=True, after=30.0))
        await world.dispatcher.refresh()
        assert not world.dispatcher._living
        await world.does("What went out")
        assert "What goes out" in world.text

    async def test_a_press_of_hers_comes_first(self, world: World) -> None:
        await world.joins(1)
        await world.announces()
        await world.begins()
        world.chats.gates[world.ana.address].clear()
        await world.dispatcher.accept(world.ana.presses("What went out"))
        await world.dispatcher.refresh()
        world.chats.gates[world.ana.address].set()
        await world.dispatcher.finish(1.0)
        assert "What goes out" in world.text

    async def test_after_a_start_it_is_found_again(self, world: World) -> None:
        await world.joins(1)
        await world.announces()
        await world.begins()
        reborn = Dispatcher(world.store, current, world.clock.now)
        reborn.channels = world.dispatcher.channels
        await world.broadcasts.resume(reborn)
        await reborn.refresh()
        assert world.text == "It's going out.\n░░░░░░░░░░\nStill to go: 1"
        world.dispatcher = reborn
        await world.does("menu")
        await world.broadcasts.resume(reborn)
        await reborn.refresh()
        assert not reborn._living


class TestGoingOut:
    """From the last press to the report."""

    async def test_it_reaches_each_member_once_in_her_language_and_ends_in_a_report(self, world: World) -> None:
        await world.joins(1, 2, 3)

        async def judging(now: datetime) -> Judge:
            return judge(with_groups(), now)

        outbox = Outbox(world.store, world.dispatcher.channels, world.clock.now, judging)
        world.dispatcher.outbox = outbox
        outbox.start()
        try:
            await world.announces()
            hers = [Address("telegram", f"10{number}") for number in (1, 2, 3)]
            async with asyncio.timeout(10):
                await world.chats.until(lambda: {each.to for each in world.chats.shown} >= set(hers))
        finally:
            await outbox.finish(1.0)
        await world.store.outbox.end(world.clock.now())
        await world.dispatcher.refresh()
        got = [each.screen.texts for each in world.chats.shown if each.to in hers]
        assert got == [("Dinner at eight.",)] * 3
        assert world.text == "It has gone out.\n▓▓▓▓▓▓▓▓▓▓\nDelivered: 3"
