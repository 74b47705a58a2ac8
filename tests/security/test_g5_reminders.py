"""G5: over both clock changes, in three zones, whatever happens to machine and clock, each reminder comes once at most.

And never at night, and never after its use. The table of what comes when is in tests/services/test_reminders.py.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.core.contact import Contact
from bot.core.directory import Group
from bot.core.library import Library
from bot.core.message import Address, fold
from bot.core.terms import Terms
from tests.scenes.content import INVENTED, with_groups
from tests.scenes.world import World, world
from tests.shipped import shipped

ZONES = {"porto": "Europe/Lisbon", "berlin": "Europe/Berlin", "athens": "Europe/Athens"}
CHANGES = (date(2026, 3, 29), date(2026, 10, 25))
LEAD = ("30 minutes", "2 hours", "1 day", "3 days")
SEED, LOOKS = 20260329, 100
STARTS = ("09:00", "21:30")
"""Two hours before the first is night, and half past nine in the evening is nearly."""


@cache
def library() -> Library:
    """Return a library with groups in three zones that meet every day, at hours near and far from the night."""
    rule = {**INVENTED, "rrule": "FREQ=DAILY", "since": "2026-01-01", "reminders": LEAD}
    made = [
        Group.model_validate({**rule, "id": f"{city}-{number}", "name": "Circle", "city": city, "start": start})
        for city in ZONES
        for number, start in enumerate(STARTS)
    ]
    return with_groups(shipped(), made, {})


async def gather(opened: World) -> dict[Address, str]:
    """Let somebody join each group; return the zone that each lives in."""
    zones = {}
    for number, group in enumerate(library().directory.groups):
        address = Address("telegram", str(number))
        opened.phone(address, "en")
        member = Contact("en", seen=fold(opened.now)).with_memberships({group.id: Terms()}, str(address))
        await opened.store.step(address, lambda *_, member=member: (member, None))
        zones[address] = ZONES[group.city]
    return zones


def next_look(random: Random, now: datetime) -> tuple[datetime, bool]:
    """Return when the clock is looked at next, and whether the machine was off meanwhile."""
    what = random.random()
    if what < 0.8:
        return now + timedelta(minutes=random.choice((1, 15, 40, 90))), False
    if what < 0.9:
        return now + timedelta(hours=random.choice((1, 24, 168)) * random.random()), True
    return now + timedelta(hours=random.choice((-26, -2, 5, 26))), random.random() < 0.5


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("number", range(2))
async def test_each_reminder_comes_once_at_most_of_use_and_by_day(tmp_path: Path, change: date, number: int) -> None:
    random = Random(SEED + number)  # noqa: S311 - machines, not secrets
    start = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=2)
    async with world(tmp_path, library(), start) as opened:
        zones = await gather(opened)
        for _ in range(LOOKS):
            now, was_off = next_look(random, opened.now)
            if was_off:
                opened.start()
            await opened.look(now)
        came = Counter((each.to, each.notice.key) for each in opened.arrivals)
        assert set(came.values()) == {1}
        for each in opened.arrivals:
            assert each.notice.due_at <= each.at.timestamp() < each.notice.until_at <= each.notice.starts_at
            assert 8 <= each.at.astimezone(ZoneInfo(zones[each.to])).hour < 22
        assert len(came) > 20
