"""C5: who did what to which group, on which day, chained: a line that is changed, taken out, moved or cut off shows."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.core.deed import Deed
from bot.core.house import Role, Rules
from bot.core.library import Library
from bot.core.message import Address
from bot.services.decisions import Decisions
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.rooms.example import MUSA, NOW, with_groups
from tests.security.plant import hits_in
from tests.services.chats import Chats
from tests.storage.example import KEY

TODAY = NOW.date()
WORDS = "Bring the blue folder and two euros"
MEETING = ("My groups", "Musa · Porto", "Meetings", "Wednesday 25 November, 18:00")
QUESTION = (
    *("My groups", "Musa · Porto", "The group decides", "Ask the group something", "A question of our own"),
    *(WORDS, "Yes or no", "3", "Choose the day", "28/11", "20:00", "Ask the group now"),
)
BROADCAST = ("menu", "For moderators", "Write to a group", "Musa", WORDS, "It's ready", "Yes, send it")


@dataclass
class Desk:
    """The running bot and somebody who answers."""

    store: Store
    dispatcher: Dispatcher
    chats: Chats
    clock: Clock
    path: Path

    async def moderator(self, number: int = 1, *groups: str) -> tuple[Phone, str]:
        """Return the phone of a new moderator at her desk, and her two words."""
        phone = self.chats.phone(Address("telegram", str(number)))
        before = {each.designation for each in await self.store.staff.everyone()}
        code = await self.store.staff.invite(Role.MODERATOR, groups or (MUSA,), self.clock.now())
        await self.does(phone, f"/start {code}")
        (name,) = {each.designation for each in await self.store.staff.everyone()} - before
        return phone, name

    async def does(self, phone: Phone, *steps: str) -> None:
        """Press the buttons that are there, and type what is none."""
        for step in steps:
            labels = [choice.label for choice in phone.choices]
            await self.dispatcher.receive(phone.presses(step) if step in labels else phone.types(step))

    async def noted(self, who: str = "") -> list[tuple[str, str]]:
        """Return what was done about what, by one of them or by all."""
        return [(each.what, each.about) for each in await self.store.audit.lines() if who in ("", each.who)]

    async def tamper(self, *statements: str) -> None:
        """Do what somebody does who can write to the file and has no key."""

        def work(connection: sqlite3.Connection) -> None:
            for statement in statements:
                connection.execute(statement)

        await self.store._database.commit_together(work)


@pytest.fixture
def rules() -> Rules:
    """Return the usual rules; a test may ask for a second person."""
    return Rules()


@pytest.fixture
async def desk(tmp_path: Path, rules: Rules) -> AsyncIterator[Desk]:
    """Run the bot on a folder of its own, with groups in its directory."""
    clock, chats, path = Clock(), Chats(), tmp_path / "comadre.sqlite3"
    clock.set(NOW)

    async def library() -> Library:
        return with_groups()

    async with Store.open(path, Vault(KEY), languages=lambda: ("en", "pt", "es"), rules=rules) as store:
        dispatcher = Dispatcher(store, library, clock.now)
        dispatcher.channels[chats.name] = chats
        yield Desk(store, dispatcher, chats, clock, path)


async def ten_lines(desk: Desk) -> None:
    """Write ten lines, one a day."""

    def work(connection: sqlite3.Connection) -> None:
        for number in range(10):
            day = TODAY - timedelta(days=10 - number)
            desk.store.audit.append(connection, day, "amber birch", Deed.MOVED, (f"group-{number}",))

    await desk.store._database.commit_together(work)
    assert await desk.store.audit.fault() == ""


async def test_an_invitation_is_noted_when_it_is_made_and_when_it_is_redeemed(desk: Desk) -> None:
    _, name = await desk.moderator()
    lines = await desk.store.audit.lines()
    assert [(each.day, each.who, each.what, each.about) for each in lines] == [
        (TODAY, "operator", Deed.INVITED, MUSA),
        (TODAY, name, Deed.JOINED, MUSA),
    ]


async def test_a_role_that_is_taken_away_is_noted_with_its_two_words(desk: Desk) -> None:
    _, name = await desk.moderator()
    await desk.store.staff.revoke(name, NOW)
    assert (await desk.noted("operator"))[-1] == (f"{Deed.REVOKED}: {name}", MUSA)


async def test_a_meeting_that_is_called_off_and_on_again_is_noted(desk: Desk) -> None:
    eva, name = await desk.moderator()
    await desk.does(eva, *MEETING, "It's off", "Yes, it's off", "menu")
    assert (await desk.noted(name))[1:] == [(Deed.OFF, MUSA)]


async def test_what_a_moderator_writes_is_in_no_line(desk: Desk) -> None:
    eva, name = await desk.moderator()
    await desk.does(eva, *MEETING, "A note", WORDS)
    assert (await desk.noted(name))[1:] == [(Deed.NOTE, MUSA)]
    assert WORDS not in str(await desk.store.audit.lines())


async def test_nothing_of_it_can_be_read_without_the_key(desk: Desk) -> None:
    _, name = await desk.moderator()
    assert hits_in(desk.path.parent, name, MUSA, str(Deed.JOINED)) == []


async def test_what_women_do_is_noted_nowhere(desk: Desk) -> None:
    ana = desk.chats.phone(Address("telegram", "7"))
    await desk.does(ana, "/start en", "Find a service", "overdose", "exit", "forget me")
    assert await desk.store.audit.lines() == []


async def test_a_broadcast_is_noted_when_it_is_sent_and_when_it_is_stopped(desk: Desk) -> None:
    eva, name = await desk.moderator()
    await desk.does(eva, *BROADCAST)
    assert (await desk.noted(name))[1:] == [(Deed.SENT, MUSA)]
    await desk.does(eva, "menu", "For moderators", "Write to a group", "What went out")
    await desk.does(eva, eva.choices[0].label, "Stop it")
    assert (await desk.noted(name))[1:] == [(Deed.SENT, MUSA), (Deed.STOPPED, MUSA)]


@pytest.mark.parametrize("rules", [Rules(needs_two=True)])
async def test_where_two_are_asked_each_of_them_is_noted(desk: Desk) -> None:
    (eva, first), (ana, second) = await desk.moderator(1), await desk.moderator(2)
    await desk.does(eva, *BROADCAST)
    await desk.does(ana, "menu", "For moderators", "Write to a group", "Waiting for a second person")
    await desk.does(ana, ana.choices[0].label, "Yes, let it go")
    assert (await desk.noted(first))[1:] == [(Deed.PROPOSED, MUSA)]
    assert (await desk.noted(second))[1:] == [(Deed.APPROVED, MUSA)]


async def test_a_question_that_is_withdrawn_is_noted(desk: Desk) -> None:
    eva, name = await desk.moderator()
    await desk.does(eva, *QUESTION)
    group = ("menu", "For moderators", "Musa · Porto", "The group decides")
    await desk.does(eva, *group)
    await desk.does(eva, eva.choices[0].label, "Take it back", "Yes, take it back")
    assert (await desk.noted(name))[1:] == [(Deed.ASKED, MUSA), (Deed.WITHDRAWN, MUSA)]


async def test_what_is_not_stored_is_not_noted(desk: Desk) -> None:
    before = await desk.noted()

    def work(connection: sqlite3.Connection) -> None:
        desk.store.audit.append(connection, TODAY, "amber birch", Deed.MOVED, (MUSA,))
        raise ValueError("something failed after it")

    with pytest.raises(ValueError, match="failed"):
        await desk.store._database.commit_together(work)
    assert await desk.noted() == before
    assert await desk.store.audit.fault() == ""


COPY = "CREATE TEMP TABLE other AS SELECT * FROM audit"
HARM: dict[str, tuple[str, ...]] = {
    "another day": ("UPDATE audit SET day = '2020-01-01' WHERE number = 5",),
    "other words": ("UPDATE audit SET sealed = (SELECT sealed FROM audit WHERE number = 6) WHERE number = 5",),
    "a changed byte": ("UPDATE audit SET sealed = zeroblob(length(sealed)) WHERE number = 5",),
    "another link": ("UPDATE audit SET chain = randomblob(32) WHERE number = 5",),
    "taken out": ("DELETE FROM audit WHERE number = 5",),
    "taken out and closed up": (
        "DELETE FROM audit WHERE number = 5",
        "UPDATE audit SET number = number - 1 WHERE number > 5",
    ),
    "the first taken out": ("DELETE FROM audit WHERE number = 1",),
    "the beginning taken out": ("DELETE FROM audit WHERE number <= 5",),
    "two swapped": (
        "UPDATE audit SET number = 99 WHERE number = 5",
        "UPDATE audit SET number = 5 WHERE number = 6",
        "UPDATE audit SET number = 6 WHERE number = 99",
    ),
    "one doubled": (COPY, "INSERT INTO audit SELECT 11, day, sealed, chain FROM other WHERE number = 10"),
    "cut off": ("DELETE FROM audit WHERE number > 7",),
    "the last cut off": ("DELETE FROM audit WHERE number = 10",),
    "cut off, with an end that was copied from a line": (
        "DELETE FROM audit WHERE number > 7",
        (
            "UPDATE meta SET value = CAST(substr(value, 1, 7) || x'07' || (SELECT chain FROM audit WHERE number = 7)"
            " || substr(value, 41) AS BLOB) WHERE name = 'trail last'"
        ),
    ),
    "cut off, with the end of the beginning": (
        "DELETE FROM audit",
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'trail first') WHERE name = 'trail last'",
    ),
    "all of it": ("DELETE FROM audit",),
    "all of it, and its ends": ("DELETE FROM audit", "DELETE FROM meta WHERE name LIKE 'trail %'"),
    "the end forgotten": ("DELETE FROM meta WHERE name = 'trail last'",),
    "the beginning forgotten": ("DELETE FROM meta WHERE name = 'trail first'",),
    "one put before all": (COPY, "INSERT INTO audit SELECT -1, day, sealed, chain FROM other WHERE number = 10"),
    "text where bytes were": ("UPDATE audit SET chain = CAST(chain AS TEXT), day = x'ff' WHERE number = 5",),
    "an end that is text": ("UPDATE meta SET value = CAST(value AS TEXT) || 'x' WHERE name = 'trail last'",),
    "an end that is nothing": ("UPDATE meta SET value = NULL WHERE name = 'trail last'",),
    "another beginning": ("UPDATE meta SET value = zeroblob(72) WHERE name = 'trail first'",),
}


@pytest.mark.parametrize("statements", HARM.values(), ids=HARM)
async def test_a_trail_that_was_tampered_with_says_so_now_and_after_whatever_is_written_to_it(
    desk: Desk, statements: tuple[str, ...]
) -> None:
    await ten_lines(desk)
    await desk.tamper(*statements)
    assert await desk.store.audit.fault()
    await desk.moderator()
    assert await desk.store.audit.fault()


async def test_it_says_where(desk: Desk) -> None:
    await ten_lines(desk)
    await desk.tamper("UPDATE audit SET day = '2020-01-01' WHERE number = 5")
    assert (await desk.store.audit.fault()).startswith("line 5 ")


async def test_a_trail_that_was_tampered_with_keeps_nobody_from_working(desk: Desk) -> None:
    await ten_lines(desk)
    await desk.tamper("DELETE FROM audit", "DELETE FROM meta WHERE name LIKE 'trail %'")
    eva, name = await desk.moderator()
    await desk.does(eva, *MEETING, "It's off", "Yes, it's off")
    assert (Deed.OFF, MUSA) in await desk.noted(name)


async def test_it_is_whole_after_a_restart(desk: Desk) -> None:
    await ten_lines(desk)
    async with Store.open(desk.path, Vault(KEY)) as again:
        assert await again.audit.fault() == ""
        assert len(await again.audit.lines()) == 10


async def test_after_two_years_a_line_goes_and_the_rest_is_still_a_chain(desk: Desk) -> None:
    await ten_lines(desk)
    await desk.store.purge(NOW + timedelta(days=730 - 5))
    assert [each.about for each in await desk.store.audit.lines()] == [f"group-{number}" for number in range(5, 10)]
    assert await desk.store.audit.fault() == ""
    await desk.tamper("DELETE FROM audit WHERE number = 6")
    assert await desk.store.audit.fault()


async def test_after_all_have_gone_it_goes_on(desk: Desk) -> None:
    await ten_lines(desk)
    await desk.store.purge(NOW + timedelta(days=2000))
    assert await desk.store.audit.lines() == []
    await desk.moderator()
    assert await desk.store.audit.fault() == ""
    await desk.tamper("DELETE FROM audit")
    assert await desk.store.audit.fault()


async def test_nobody_can_have_lines_purged_by_giving_them_an_old_day(desk: Desk) -> None:
    await ten_lines(desk)
    await desk.tamper("UPDATE audit SET day = '2020-01-01' WHERE number <= 7")
    await desk.store.purge(NOW)
    assert len(await desk.store.audit.lines()) == 10 - 7 + 7
    assert (await desk.store.audit.fault()).startswith("line 1 ")


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_database_from_before_there_was_a_trail_begins_one(tmp_path: Path, version: str) -> None:
    archive = Path(__file__).parents[1] / "storage" / "archive" / f"{version}.sql"
    path = tmp_path / "old.sqlite3"
    path.touch(mode=0o600)
    connection = sqlite3.connect(path)
    connection.executescript(archive.read_text())
    connection.close()
    async with Store.open(path, Vault(KEY)) as store:
        assert await store.audit.fault() == ""
        await store.staff.invite(Role.ADMIN, (), NOW)
        assert await store.audit.fault() == ""


async def test_a_question_and_its_end_are_noted(desk: Desk) -> None:
    eva, name = await desk.moderator()
    await desk.does(eva, *QUESTION)
    assert (await desk.noted(name))[1:] == [(Deed.ASKED, MUSA)]
    desk.clock.set(NOW + timedelta(days=30))
    await Decisions(desk.store, desk.clock.now).tick()
    (line,) = [each for each in await desk.store.audit.lines() if each.who == "bot"]
    assert (line.what, line.about, line.day) == (Deed.CLOSED, MUSA, date(2026, 12, 21))
