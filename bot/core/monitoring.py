"""What women say of a service afterwards: words of ours that are counted by week, and nothing else is kept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

OUTCOMES = ("helped", "arrived", "refused", "badly_treated", "did_not_go")
QUESTIONS = ("safe", "respectful", "no_papers", "children", "violence")
"""Asked after a visit, each to be left out: safe, respectful, no papers asked, children possible, violence believed."""
YES, NO = "yes", "no"
VISIT, REFUSED, MONITOR, REFERRAL = "visit", "refused", "monitor", "referral"
"""First words of what is counted."""
BAD = ("refused", "badly_treated")
MANY = 5
"""As many refusals or bad receptions, and staff ask the service; nothing is said of fewer."""
WEEKS = 8


@dataclass(frozen=True)
class Service:
    """What was counted of one service: only sums that point at nobody."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    referrals: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    bad: int = 0
    """Refusals and bad receptions, at least so many: together they would tell, less the one, what is too few of the
    other to be shown."""


def read(sums: Iterable[tuple[str, int]]) -> dict[str, Service]:
    """Return what was counted by service; no number below `MANY` is in it."""
    found: dict[str, dict[str, dict[tuple[str, ...], int]]] = {}
    for kind, number in sums:
        first, *rest = kind.split(" ")
        if first in (VISIT, REFUSED, REFERRAL, MONITOR) and len(rest) > 1:
            found.setdefault(rest[0], {}).setdefault(first, {})[tuple(rest[1:])] = number
    return {name: _service(counted) for name, counted in sorted(found.items()) if _is_shown(_service(counted))}


def week(on: date) -> str:
    """Name a week, so that the later one is the greater: the finest time that a count has."""
    year, number, _ = on.isocalendar()
    return f"{year:04}-W{number:02}"


def doubts(counted: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    """Return where `MANY` were refused or treated badly, and the latest week from which on there were so many.

    `counted` are weeks, kinds and numbers.
    """
    bad: Counter[str] = Counter()
    found: dict[str, str] = {}
    for in_week, kind, number in sorted(counted, reverse=True):
        first, name, *said = kind.split(" ")
        if first == VISIT and said[-1:] and said[-1] in BAD:
            bad[name] += number
            if bad[name] >= MANY:
                found.setdefault(name, in_week)
    return found


def no_doubts(today: date) -> Mapping[str, str]:  # noqa: ARG001 - as `House.doubts` is asked
    """Return nothing: where nothing is counted."""
    return {}


def is_doubted(since: str, verified_on: date | None) -> bool:
    """Tell whether nobody has checked a place since the week from which on many were not received well there."""
    return bool(since) and (verified_on is None or week(verified_on) < since)


def _service(counted: Mapping[str, Mapping[tuple[str, ...], int]]) -> Service:
    visits = counted.get(VISIT, {})
    bad = [visits.get((each,), 0) for each in BAD]
    shown = sum(number for number in bad if number >= MANY)
    return Service(
        _shown(visits),
        _shown(counted.get(REFUSED, {})),
        _shown(counted.get(REFERRAL, {})),
        {(key[0], key[1]): each for key, each in counted.get(MONITOR, {}).items() if len(key) > 1 and each >= MANY},
        shown or (MANY if sum(bad) >= MANY else 0),
    )


def _shown(counted: Mapping[tuple[str, ...], int]) -> dict[str, int]:
    return {key[0]: number for key, number in counted.items() if number >= MANY}


def _is_shown(service: Service) -> bool:
    return bool(service.outcomes or service.refusals or service.referrals or service.answers or service.bad)


def to_ask(services: Mapping[str, Service]) -> list[str]:
    """Name the services that staff ask how women are received there."""
    return [name for name, service in services.items() if service.bad]
