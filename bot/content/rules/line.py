"""Rules about lines: whom a line is for exists, its hours can be read, and a call is neither too short nor for ever."""

from collections.abc import Iterator
from datetime import timedelta

from bot.content.document import Path_
from bot.content.finding import Finding, nearest
from bot.content.library import DIRECTORY_FILE, Content
from bot.content.rules.directory import hours_fault
from bot.content.rules.word import is_language
from bot.core.directory import Directory, Line

SHORTEST_RING, LONGEST_RING = timedelta(minutes=1), timedelta(minutes=30)
"""Less, and nobody has read it; more, and she believes that nobody comes."""


def _lines(content: Content) -> Iterator[tuple[int, Line]]:
    yield from enumerate(content.directory.lines if content.directory else ())


def unknown_line_place(content: Content) -> Iterator[Finding]:
    """Protect her from a line for a city, or of a service, that does not exist."""
    directory = content.directory
    if not directory:
        return
    cities, services = {each.id for each in directory.cities}, {each.id for each in directory.services}
    for number, line in _lines(content):
        for index, city in enumerate(line.cities):
            if city not in cities:
                message = f"there is no city {city!r}; {nearest(city, cities, 'add it under cities:')}"
                yield content.at(DIRECTORY_FILE, ("lines", number, "cities", index), message)
        if line.service and line.service not in services:
            message = (
                f"there is no service {line.service!r}; {nearest(line.service, services, 'add it under services:')}"
            )
            yield content.at(DIRECTORY_FILE, ("lines", number, "service"), message)


def partner_without_service(content: Content) -> Iterator[Finding]:
    """Protect her from a partner of whom nobody can say who it is: one line, one service."""
    taken: dict[str, str] = {}
    for number, line in _lines(content):
        is_partner = line.kind == "partner"
        if is_partner and not line.service:
            message = "a partner answers for a service; add service: and its id"
            yield content.at(DIRECTORY_FILE, ("lines", number, "kind"), message)
        if line.service and not is_partner:
            message = "only a partner answers for a service; write kind: partner, or remove it"
            yield content.at(DIRECTORY_FILE, ("lines", number, "service"), message)
        if line.service in taken:
            message = f"{line.service!r} has the line {taken[line.service]!r} already; one service has one line"
            yield content.at(DIRECTORY_FILE, ("lines", number, "service"), message)
        if line.service:
            taken.setdefault(line.service, line.id)


def unknown_line_language(content: Content) -> Iterator[Finding]:
    """Protect her from a line whose language has no name."""
    for number, line in _lines(content):
        for index, code in enumerate(line.languages):
            if not is_language(code):
                message = f"{code!r} is not the code of a language; write one like pt or pt-BR"
                yield content.at(DIRECTORY_FILE, ("lines", number, "languages", index), message)


def bad_line_hours(content: Content) -> Iterator[Finding]:
    """Protect her from waiting for hours that the program cannot read."""
    directory = content.directory
    if not directory:
        return
    for number, line in _lines(content):
        path: Path_ = ("lines", number, "hours")
        zone, country = _where(directory, line)
        if line.hours and not zone:
            message = "hours of a line for everywhere need a clock; add zone:, as in Europe/Lisbon"
            yield content.at(DIRECTORY_FILE, path, message)
        elif line.hours and (message := hours_fault(line.hours, zone, country)):
            yield content.at(DIRECTORY_FILE, path, message.partition(", the rest")[0])


def _where(directory: Directory, line: Line) -> tuple[str, str]:
    cities = {city.id: city for city in directory.cities}
    city = next((cities[each] for each in line.cities if each in cities), None)
    return line.zone or (city.zone if city else ""), city.country if city else ""


def bad_ring(content: Content) -> Iterator[Finding]:
    """Protect who waits: those on duty have time to see a call, and she is told soon when nobody comes."""
    for number, line in _lines(content):
        if not SHORTEST_RING <= line.ring <= LONGEST_RING:
            minutes = LONGEST_RING.seconds // 60
            message = f"a call rings for 1 to {minutes} minutes; write one like 3 minutes"
            yield content.at(DIRECTORY_FILE, ("lines", number, "ring"), message)
