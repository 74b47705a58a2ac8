"""How services receive women, from what was counted: for staff, as a table, as bars, or as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from bot.core.monitoring import OUTCOMES, QUESTIONS, WEEKS, Service, to_ask
from bot.core.referral import REASONS
from bot.point import Point
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import open_vault


async def received(settings: Settings) -> dict[str, Service]:
    """Read what was counted in the last full weeks."""
    if not settings.database.exists():
        return {}
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        return await store.received(datetime.now(UTC).date())


def rows(services: Mapping[str, Service]) -> Iterator[tuple[str, str, str, int]]:
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
            yield name, "visit", "refused or badly treated", service.bad


def as_csv(services: Mapping[str, Service]) -> str:
    """Write the numbers for a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("service", "about", "said", "number"))
    writer.writerows(rows(services))
    return written.getvalue()


def points(services: Mapping[str, Service]) -> list[Point]:
    """Name the services that staff ask how women are received there."""
    said = f"refused or treated badly in {WEEKS} weeks; ask this service, then write verified_on (comadre report)"
    return [Point("service", f"{name}: {services[name].bad} women {said}") for name in to_ask(services)]
