"""How services receive women and what is talked of on lines, as it was counted: for staff, as a table or as CSV."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from bot.core.calls import TALK, Calls
from bot.core.monitoring import (
    MONITOR,
    OUTCOMES,
    QUESTIONS,
    REFERRAL,
    REFUSED,
    VISIT,
    WEEKS,
    Service,
)
from bot.core.referral import REASONS
from bot.point import Point
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import open_vault

Row = tuple[str, str, str, int]
"""Of which service or line, what it is about, what was said, how often."""
NOBODY_CAME = "nobody took it"


async def counted(settings: Settings) -> tuple[dict[str, Service], dict[str, Calls]]:
    """Read what was counted in the last full weeks, of services and on lines."""
    if not settings.database.exists():
        return {}, {}
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        today = datetime.now(UTC).date()
        return await store.received(today), await store.called(today)


def is_reported(kind: str) -> bool:
    """Tell whether a count is for this report alone: week by week, its numbers would say what the sums keep back."""
    return kind.partition(" ")[0] in (VISIT, REFUSED, MONITOR, REFERRAL, TALK)


def rows(services: Mapping[str, Service]) -> Iterator[Row]:
    """Name every number that may be said: service, what it is about, what was said, how often."""
    for name, service in services.items():
        for about, known, counted in (
            ("visit", OUTCOMES, service.outcomes),
            ("refused", REASONS, service.refusals),
            ("referral", ("accepted", *REASONS), service.referrals),
        ):
            yield from ((name, about, each, counted[each]) for each in known if each in counted)
        for question in QUESTIONS:
            for says in ("yes", "no"):
                if (question, says) in service.answers:
                    yield name, question, says, service.answers[question, says]
        if service.bad:
            yield name, "visit", "refused or bad, at least", service.bad


def rows_of_lines(lines: Mapping[str, Calls]) -> Iterator[Row]:
    """Name every number of the lines that may be said."""
    for name, calls in lines.items():
        yield from ((name, "talk", topic, number) for topic, number in calls.topics.items())
        if calls.nobody:
            yield name, "call", NOBODY_CAME, calls.nobody


def as_csv(found: Iterable[Row]) -> str:
    """Write the numbers for a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("service or line", "about", "said", "number"))
    writer.writerows(found)
    return written.getvalue()


def points(services: Mapping[str, Service], to_ask: Collection[str]) -> list[Point]:
    """Name the services that staff ask how women are received there, as long as nobody has."""
    said = f"refused or treated badly in {WEEKS} weeks; ask this service, then write verified_on (comadre report)"
    return [
        Point("service", f"{name}: at least {each.bad} women {said}")
        for name, each in services.items()
        if name in to_ask
    ]
