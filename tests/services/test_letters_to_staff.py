"""What moderators hear by a letter: how a broadcast went, and that one waits for them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.core import mail
from bot.core.contact import Contact
from bot.core.house import Role, Rules
from bot.core.library import MENU, Library
from bot.core.message import Address, fold
from bot.core.terms import Terms
from bot.services.dispatcher import Dispatcher
from bot.services.post import Post
from bot.storage.letterbox import Sort
from bot.storage.outbox import Room
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, with_groups
from tests.services.chats import Chats
from tests.sleeper import Sleeper
from tests.storage.example import KEY, read
from tests.storage.talks import rows
from tests.storage.talks import states as letters
from tests.storage.test_notices import claim, settle

TELLS = "Your message"
ASKS = "Somebody asks you"


async def current() -> Library:
    """Return a library with groups."""
    return with_groups()


async def sorting(now: datetime) -> Sort:
    """Return what letters say."""
    return mail.judge(with_groups(), now)


@dataclass
class World:
    """A program with moderators, and members who come."""

    store: Store
    clock: Clock
    chats: Chats
    dispatcher: Dispatcher
    post: Post

    async def moderator(self, number: str, role: Role = Role.MODERATOR, *groups: str) -> Phone:
        """Let somebody answer for groups."""
        phone = self.chats.phone(Address("telegram", number))
        code = await self.store.staff.invite(role, groups or (MUSA,), NOW)
        assert await self.store.staff.redeem(code, phone.address, NOW)
        await self.dispatcher.receive(phone.types("/start en"))
        return phone

    async def does(self, phone: Phone, *steps: str) -> None:
        """Let somebody press what is a button, and type what is none."""
        for step in steps:
            is_button = step in [each.label for each in phone.choices]
            await self.dispatcher.receive(phone.presses(step) if is_button else phone.types(step))

    async def announces(self, phone: Phone) -> None:
        """Let somebody write to the group of Musa."""
        await self.does(phone, "menu", "For moderators", "Write to a group", "Musa", "Dinner at eight.")
        await self.does(phone, "It's ready", "Yes, send it")

    async def ends(self) -> int:
        """Let what is announced reach everybody, and count them."""
        now = self.clock.now()
        taken = await claim(self.store, now=now, room=Room(9, {2: 9}, {("telegram", 2): now}))
        await settle(self.store, "sent", *taken)
        await self.store.outbox.end(now)
        return len(taken)

    async def delivers(self) -> None:
        """Let the post bring what is due."""
        await self.post._look()
        while self.post._tasks or self.post._landed:
            await self.post._look()

    def letters(self, phone: Phone) -> list[str]:
        """Return the letters that stand in a chat."""
        return [text for text in phone.messages.values() if text.startswith((TELLS, ASKS))]


@pytest.fixture
async def world(tmp_path: Path, chats: Chats, sleeper: Sleeper, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Yield a world on a Saturday noon, where broadcasts need two persons if a test says so."""
    clock = Clock()
    clock.set(NOW)
    rules = Rules(needs_two=getattr(request, "param", False))
    path = tmp_path / "data" / "comadre.sqlite3"
    async with Store.open(path, Vault(KEY), languages=lambda: ("en", "pt", "es"), rules=rules) as store:
        dispatcher = Dispatcher(store, current, clock.now)
        dispatcher.channels[chats.name] = chats
        post = Post(store, dispatcher.channels, clock.now, sorting, sleep=sleeper)
        made = World(store, clock, chats, dispatcher, post)
        address = Address("telegram", "101")
        joined = Contact("en", position=MENU, seen=fold(NOW)).with_memberships({MUSA: Terms()}, str(address))
        await store.step(address, lambda *_: (joined, None))
        yield made
        await made.post.finish(5)


class TestReport:
    """How a broadcast went."""

    async def test_its_author_who_is_elsewhere_reads_it_in_a_letter_and_comes_to_it_by_one_press(
        self, world: World
    ) -> None:
        ana, eva = await world.moderator("1"), await world.moderator("2")
        await world.announces(ana)
        await world.does(ana, "menu")
        await world.ends()
        await world.delivers()
        (letter,) = world.letters(ana)
        assert letter.endswith("It has gone out.\n▓▓▓▓▓▓▓▓▓▓\nDelivered: 1")
        assert "Dinner" not in letter
        assert world.letters(eva) == []
        await world.does(ana, "Show it")
        assert ana.screen
        assert ana.screen.texts[-1].startswith("It has gone out.")
        assert "Write something else" in [each.label for each in ana.choices]

    async def test_whoever_stands_before_it_gets_no_letter(self, world: World) -> None:
        ana = await world.moderator("1")
        await world.announces(ana)
        await world.ends()
        await world.delivers()
        assert (world.letters(ana), await rows(world.store)) == ([], 0)

    async def test_who_looked_at_it_long_ago_gets_one(self, world: World) -> None:
        ana = await world.moderator("1")
        await world.announces(ana)
        await world.ends()
        world.clock.set(NOW + timedelta(hours=25))
        await world.delivers()
        assert len(world.letters(ana)) == 1

    async def test_nobody_is_woken_for_it(self, world: World) -> None:
        ana = await world.moderator("1")
        await world.announces(ana)
        await world.does(ana, "menu")
        world.clock.set(NOW.replace(hour=22, minute=30))
        await world.ends()
        await world.delivers()
        assert world.letters(ana) == []
        world.clock.set(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
        await world.delivers()
        assert len(world.letters(ana)) == 1

    async def test_who_has_no_role_any_more_reads_nothing(self, world: World) -> None:
        ana = await world.moderator("1")
        await world.announces(ana)
        await world.does(ana, "menu")
        await world.ends()
        (staff,) = await world.store.staff.everyone()
        await world.store.staff.revoke(staff.designation, NOW)
        await world.delivers()
        assert (world.letters(ana), await rows(world.store)) == ([], 0)

    async def test_what_was_stopped_is_no_news(self, world: World) -> None:
        ana = await world.moderator("1")
        await world.announces(ana)
        await world.does(ana, "Stop it", "menu")
        await world.ends()
        assert await rows(world.store) == 0


@pytest.mark.parametrize("world", [True], indirect=True)
class TestApprove:
    """A second person is needed."""

    async def test_whoever_else_answers_for_all_of_it_is_asked_and_can_let_it_go(self, world: World) -> None:
        ana, eva = await world.moderator("1"), await world.moderator("2")
        boss, other = await world.moderator("3", Role.ADMIN), await world.moderator("4", Role.MODERATOR, RAVAL)
        await world.announces(ana)
        await world.delivers()
        assert [len(world.letters(each)) for each in (ana, eva, boss, other)] == [0, 1, 1, 0]
        assert "Dinner" not in world.letters(eva)[0]
        await world.does(eva, "Show it")
        assert eva.screen
        assert "Dinner at eight." in eva.screen.texts[0]
        await world.does(eva, "Yes, let it go")
        assert await world.ends() == 1

    async def test_what_somebody_let_go_meanwhile_asks_nobody_else(self, world: World) -> None:
        ana, eva, boss = await world.moderator("1"), await world.moderator("2"), await world.moderator("3", Role.ADMIN)
        await world.announces(ana)
        await world.does(eva, "menu", "For moderators", "Write to a group", "Waiting for a second person")
        await world.does(eva, eva.choices[0].label, "Yes, let it go")
        await world.delivers()
        assert (world.letters(eva), world.letters(boss), await letters(world.store)) == ([], [], [])

    async def test_a_button_of_what_is_no_longer_hers_shows_nothing(self, world: World) -> None:
        ana, eva = await world.moderator("1"), await world.moderator("2", Role.MODERATOR, MUSA, NIGHT)
        await world.announces(ana)
        await world.delivers()
        press = eva.presses("Show it")
        for staff in await world.store.staff.everyone():
            await world.store.staff.revoke(staff.designation, NOW)
        await world.dispatcher.receive(replace(press, id="later"))
        assert eva.screen
        assert not any("Dinner" in text for text in eva.screen.texts)
        assert (await read(world.store, eva.address)).answers.get("notice", "") == ""


async def test_a_broadcast_that_is_known_no_more_is_no_letter(world: World) -> None:
    ana = await world.moderator("1")
    await world.announces(ana)
    await world.does(ana, "menu")
    await world.ends()
    await world.store._database.commit_together(lambda connection: connection.execute("DELETE FROM notice").rowcount)
    await world.delivers()
    assert (world.letters(ana), await rows(world.store)) == ([], 0)
