"""Reminders by the table: clock changes, zones, a leap day, a machine that is off, a clock that jumps."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.contact import Contact
from bot.core.directory import Group
from bot.core.house import Answered, GroupState, Proposal, Settled, meeting_subject
from bot.core.library import Library
from bot.core.message import Address, fold
from bot.core.terms import Terms
from bot.services.reminders import Reminders
from bot.storage.store import Store
from tests.scenes.content import INVENTED, with_groups
from tests.scenes.world import World, world
from tests.shipped import shipped

ANA = Address("telegram", "700000001")
ZONES = {"porto": "Europe/Lisbon", "berlin": "Europe/Berlin", "athens": "Europe/Athens"}
DAYS = {
    "summer begins": date(2026, 3, 29),
    "winter begins": date(2026, 10, 25),
    "leap day": date(2028, 2, 29),
}
STARTS = 18
"""Hour of the meeting, on the clock of the place."""
HOUR = timedelta(hours=1)


@cache
def library(city: str, day: date) -> Library:
    """Return a library with one group, which meets on that day of the month at six."""
    rule = {"rrule": f"FREQ=MONTHLY;BYMONTHDAY={day.day}", "since": day, "start": "18:00"}
    group = Group.model_validate({**INVENTED, "id": "circle", "name": "Circle", "city": city, **rule})
    return with_groups(shipped(), [group], {})


@dataclass(frozen=True, slots=True)
class Place:
    """A clock on a wall, and a meeting on one of its days."""

    zone: ZoneInfo
    day: date

    def at(self, hours: float) -> datetime:
        """Return so many hours from the meeting, on the clock of the wall."""
        local = datetime(self.day.year, self.day.month, self.day.day, STARTS) + timedelta(hours=hours)  # noqa: DTZ001
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def hours(self, at: datetime) -> float:
        """Return how far an instant is from the meeting, on the clock of the wall."""
        local = at.astimezone(self.zone).replace(tzinfo=None)
        return (local - datetime(self.day.year, self.day.month, self.day.day, STARTS)) / HOUR  # noqa: DTZ001


async def join(store: Store, at: datetime, terms: Terms | None = None) -> None:
    """Let somebody be a member."""
    member = Contact("en", seen=fold(at)).with_memberships({"circle": terms or Terms()}, str(ANA))
    await store.step(ANA, lambda *_: (member, None))


@pytest.fixture(params=[(city, day) for city in ZONES for day in DAYS], ids=lambda param: f"{param[0]}, {param[1]}")
async def placed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[World, Place]]:
    """Yield a world with a meeting in one of the zones on one of the days, eight days before."""
    city, day = request.param
    place = Place(ZoneInfo(ZONES[city]), DAYS[day])
    async with world(tmp_path, library(city, place.day), place.at(-200)) as opened:
        opened.phone(ANA, "en")
        await join(opened.store, opened.now)
        yield opened, place


TABLE = {
    "always on": (None, None, [-24, -2]),
    "off for an hour": (-24.5, -23.5, [-23.5, -2]),
    "off for a day, back in the night": (-37, -13, [-10, -2]),
    "off for a day over both": (-25, -1, [-1]),
    "off for a day, before it was of use": (-50, -26, [-24, -2]),
    "off for a week": (-192, -20, [-10, -2]),
    "off for a week, until the meeting": (-168, 0, []),
    "off for a week, over the meeting": (-150, 18, []),
}
"""When the machine is off, in hours from the meeting, and when reminders come."""


@pytest.mark.parametrize("case", TABLE)
async def test_a_reminder_comes_at_its_time_or_while_it_is_of_use_or_not_at_all(
    placed: tuple[World, Place], case: str
) -> None:
    opened, place = placed
    off, on, expected = TABLE[case]
    hours = sorted({*(float(each) for each in range(-27, 3)), *((on,) if on is not None else ())})
    for hour in hours:
        if off is None or on is None or not off <= hour < on:
            if hour == on:
                opened.start()
            await opened.look(place.at(hour))
    assert [place.hours(each.at) for each in opened.arrivals] == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms("hours", time(20), time(22)), [-22]),
        (Terms("hours", time(9), time(10)), [-9]),
        (Terms("quiet"), []),
    ],
)
async def test_it_waits_for_her_hours(placed: tuple[World, Place], terms: Terms, expected: list[float]) -> None:
    opened, place = placed
    await join(opened.store, opened.now, terms)
    for hour in range(-27, 3):
        await opened.look(place.at(hour))
    assert [place.hours(each.at) for each in opened.arrivals] == expected


@pytest.mark.parametrize(
    "jumps",
    [
        [-30, -24, -25, -24, -23, -2, -3, -1, 0],
        [-30, 300, -26, -24, 20, -3, -2, -1],
        [-24, 24 * 400, -24, -23, -2, 24 * 400, -1],
        [-2, -24, -2, -24, -1],
        [-25, -26, -27, -26, -25, -24, -23],
    ],
)
async def test_a_clock_that_jumps_brings_each_reminder_once_at_most(
    placed: tuple[World, Place], jumps: list[float]
) -> None:
    opened, place = placed
    for number, hour in enumerate(jumps):
        if number % 3 == 2:
            opened.start()
        await opened.look(place.at(hour))
    said = [each.outgoing.screen.texts[0] for each in opened.arrivals]
    assert len(said) == len(set(said)) <= 2
    assert all(-24 <= place.hours(each.at) < 0 for each in opened.arrivals)


async def test_who_joins_after_a_reminder_has_gone_out_gets_the_next(tmp_path: Path) -> None:
    place = Place(ZoneInfo("Europe/Lisbon"), DAYS["winter begins"])
    async with world(tmp_path, library("porto", place.day), place.at(-30)) as opened:
        opened.phone(ANA, "en")
        await opened.look(place.at(-24))
        await join(opened.store, opened.now)
        for hour in range(-23, 1):
            await opened.look(place.at(hour))
        assert [place.hours(each.at) for each in opened.arrivals] == [-2]


async def test_what_is_over_goes_with_the_look_that_finds_it(tmp_path: Path) -> None:
    place = Place(ZoneInfo("Europe/Lisbon"), DAYS["winter begins"])
    meeting = place.day.isoformat()
    async with world(tmp_path, library("porto", place.day), place.at(-1)) as opened:
        opened.phone(ANA, "en")
        await join(opened.store, opened.now)
        state = GroupState(agenda=(Proposal(meeting, "tea"),))
        changes = (Answered(meeting_subject("circle", meeting), "yes"), Settled("circle", state))
        answer = type("Turn", (), {"changes": changes})()
        await opened.store.step(ANA, lambda contact, _: (contact, answer))
        await opened.look(place.at(1))
        assert (await opened.state("circle")).agenda
        assert await opened.count_rows(["answer"]) == {"answer": 1}
        await opened.look(place.at(2))
        assert not (await opened.state("circle")).agenda
        assert await opened.count_rows(["answer"]) == {"answer": 0}


async def test_a_look_that_fails_is_made_up_for_by_the_next(store: Store) -> None:
    place = Place(ZoneInfo("Europe/Lisbon"), DAYS["leap day"])
    now, failures = place.at(-24.5), [RuntimeError()]

    async def current() -> Library:
        if failures and now > place.at(-24.5):
            raise failures.pop()
        return library("porto", place.day)

    reminders = Reminders(store, current, lambda: now)
    await join(store, now)
    await reminders.tick()
    assert await store.outbox.open_due(now) == 0
    now = place.at(-24)
    with pytest.raises(RuntimeError):
        await reminders.tick()
    now = place.at(-23.5)
    await reminders.tick()
    assert await store.outbox.open_due(now) == 1
