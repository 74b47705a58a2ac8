"""A vote from its first word to its result, as several women and their moderator see it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.core.beneath import beneath
from bot.core.contact import Contact
from bot.core.house import Role
from bot.core.library import Library
from bot.core.message import Address, Kind, fold
from bot.core.terms import Terms
from bot.services.decisions import Decisions
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.rooms.example import MUSA, NOW, with_groups
from tests.services.chats import Chats
from tests.storage.example import KEY, write

CLOSES = datetime(2026, 11, 28, 20, tzinfo=UTC)


class Town:
    """A moderator, and members of her group."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Begin with nobody."""

        async def library() -> Library:
            return with_groups()

        self.store, self.clock, self.chats = store, clock, Chats()
        self.dispatcher = Dispatcher(store, library, clock.now)
        self.dispatcher.channels[self.chats.name] = self.chats
        self.decisions = Decisions(store, clock.now)

    async def moderator(self) -> Phone:
        """Return the phone of a moderator who has put a question to the group."""
        eva = self.chats.phone(Address("telegram", "eva"))
        await self.types(eva, await self.store.staff.invite(Role.MODERATOR, (MUSA,), self.clock.now()))
        await self.presses(eva, "My groups", "Musa · Porto", "The group decides", "Ask the group something")
        await self.presses(eva, "A question of our own")
        await self.types(eva, "Onde?")
        await self.presses(eva, "Our own answers")
        await self.types(eva, "Aqui", "Ali")
        await self.presses(eva, "That's all")
        await self.types(eva, "3")
        await self.presses(eva, "Choose the day")
        await self.types(eva, "28/11", "20:00")
        await self.presses(eva, "Ask the group now")
        return eva

    async def member(self, number: int) -> Phone:
        """Return the phone of a member."""
        address = Address("telegram", str(number))
        contact = Contact("en", seen=fold(self.clock.now())).with_memberships({MUSA: Terms()}, str(address))
        await write(self.store, address, contact)
        return self.chats.phone(address)

    async def opens(self, phone: Phone) -> str:
        """Let her press the button under the notice."""
        press = beneath("notice", MUSA, await self.question(), "show_it")
        await self.dispatcher.receive(replace(phone.types(""), kind=Kind.PRESS, token=press))
        return said(phone)

    async def question(self) -> str:
        """Return the id of the question."""
        states = await self.store._database.run(self.store._houses.groups)
        return states[MUSA].questions[0].id

    async def types(self, phone: Phone, *texts: str) -> None:
        """Let her write."""
        for text in texts:
            await self.dispatcher.receive(phone.types(text))

    async def presses(self, phone: Phone, *labels: str) -> str:
        """Let her press buttons, and return what she reads then."""
        for label in labels:
            await self.dispatcher.receive(phone.presses(label))
        return said(phone)


def said(phone: Phone) -> str:
    """Return what she reads."""
    return "\n".join(phone.screen.texts) if phone.screen else ""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Run the bot on a folder of its own."""
    clock = Clock()
    clock.set(NOW)
    async with Store.open(tmp_path / "comadre.sqlite3", Vault(KEY), languages=lambda: ("en", "pt", "es")) as store:
        yield Town(store, clock)


async def test_a_group_decides(town: Town) -> None:
    eva = await town.moderator()
    assert "not even you" in said(eva)
    women = [await town.member(number) for number in range(7)]
    for number, woman in enumerate(women):
        assert "Onde?" in await town.opens(woman)
        await town.presses(woman, "Aqui" if number else "Ali")
    await town.opens(women[0])
    await town.presses(women[0], "Change my answer", "Aqui")
    await town.decisions.tick()
    assert "Your answer: Aqui" in await town.opens(women[0])
    town.clock.set(CLOSES)
    await town.decisions.tick()
    assert "Most chosen: Aqui\n\nAqui: 7\nAli: fewer than 5" in await town.opens(women[0])
    await town.types(eva, "menu")
    await town.presses(eva, "For moderators", "Musa · Porto", "The group decides", "1 · Result: Onde?")
    assert "Most chosen: Aqui" in said(eva)


async def test_who_answers_too_late_reads_that_it_is_over_and_then_the_result(town: Town) -> None:
    await town.moderator()
    ana = await town.member(1)
    town.clock.set(CLOSES - timedelta(seconds=1))
    await town.opens(ana)
    town.clock.set(CLOSES)
    assert "The result comes in a minute" in await town.presses(ana, "Aqui")
    await town.decisions.tick()
    assert "Too few have answered" in await town.opens(ana)


async def test_a_tick_that_comes_twice_or_a_week_late_decides_once(town: Town) -> None:
    await town.moderator()
    for number in range(3):
        woman = await town.member(number)
        await town.opens(woman)
        await town.presses(woman, "Ali")
    town.clock.set(CLOSES + timedelta(days=7))
    await town.decisions.tick()
    await town.decisions.tick()
    notices = await town.store._database.run(
        lambda connection: [each.notice.kind.value for each in town.store._notices.under_way(connection)]
    )
    assert sorted(notices) == ["question", "result"]


async def test_two_moderators_of_a_group_see_the_same_question(town: Town) -> None:
    await town.moderator()
    other = town.chats.phone(Address("telegram", "other"))
    await town.types(other, await town.store.staff.invite(Role.MODERATOR, (MUSA,), NOW))
    await town.presses(other, "My groups", "Musa · Porto", "The group decides")
    assert other.screen
    assert "Onde?" in other.screen.choices[0].label
