"""Asking afterwards how it went: once, in hours of hers, and only where she said yes to that."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.directory import Service
from bot.core.letter import Letter, LetterKind
from bot.core.library import Library
from bot.core.meeting import instant
from bot.core.plan import day_of
from bot.core.terms import Terms

SERVICE, DAY, LATER = "service", "day", "later"
"""Details, and answers: where she goes, on which day, and when she may be asked afterwards; without that, never."""
VISIT, REFUSED_BY = "visit", "refused_by"
"""Answers: the place that she is asked about, and the one that could not receive her."""
THAT_EVENING = "that_evening"
HOURS: Mapping[str, tuple[time, time]] = {
    THAT_EVENING: (time(19), time(21)),
    "morning": (time(9), time(12)),
    "afternoon": (time(14), time(18)),
    "evening": (time(19), time(21)),
}
"""On the clock of the place where she goes."""
UNKNOWN_DAY = timedelta(days=7)
"""So long after she asked, where she did not say on which day she goes."""
USEFUL_FOR = timedelta(days=2)


def follow_up(library: Library, to: str, conversation: str, details: Mapping[str, str], now: datetime) -> Letter | None:
    """Return what asks her; `None` where she did not say yes, or the place is not known any more."""
    service, hours = library.services.get(details.get(SERVICE, "")), HOURS.get(details.get(LATER, ""))
    if service is None or hours is None:
        return None
    zone = zone_of(library, service)
    today = now.astimezone(zone).date()
    named = day_of(details.get(DAY, ""))
    day = named or today + UNKNOWN_DAY
    if named and details[LATER] != THAT_EVENING:
        day += timedelta(days=1)
    due = instant(datetime.combine(max(day, today), hours[0]), zone)
    if due <= now:
        due = instant(datetime.combine(today + timedelta(days=1), hours[0]), zone)
    values = {SERVICE: service.id, LATER: details[LATER]}
    due_at, until_at = int(due.timestamp()), int((due + USEFUL_FOR).timestamp())
    return Letter(to, LetterKind.FOLLOW_UP, conversation, values, due_at=due_at, until_at=until_at)


def zone_of(library: Library, service: Service) -> ZoneInfo:
    """Return the clock of a place."""
    city = library.cities.get(service.city)
    return ZoneInfo(city.zone if city else "UTC")


def terms(letter: Letter) -> Terms:
    """Return the hours in which she may be asked."""
    first, last = HOURS.get(letter.values.get(LATER, ""), HOURS["afternoon"])
    return Terms("hours", first, last)
