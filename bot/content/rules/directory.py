"""Rules about the directory: what it names exists, what it promises can be reached, and no shelter is given away."""

import re
from collections.abc import Iterator

from bot.content.document import Path_
from bot.content.finding import Finding, Level, nearest
from bot.content.library import DIRECTORY_FILE, Content
from bot.core import hours
from bot.core.directory import Directory
from bot.core.flow import Flow

_COLUMN = re.compile(r"--> \d+:(\d+)")
SHELTER = "womens_shelter"
INDOORS = frozenset((SHELTER, "shelter", "housing", "food_hygiene", "health"))
"""What a shelter does for the women who live in it: a place that does no more than this is one."""


def duplicate_id(content: Content) -> Iterator[Finding]:
    """Protect every reference: one id is one thing."""
    if not content.directory:
        return
    directory = content.directory
    for kinds in (("needs",), ("cities",), ("organizations",), ("services", "hotlines", "groups", "lines")):
        first: dict[str, str] = {}
        for kind in kinds:
            for number, entry in enumerate(getattr(directory, kind)):
                here = content.at(DIRECTORY_FILE, (kind, number, "id"), "")
                if entry.id in first:
                    message = f"the id {entry.id!r} is taken ({first[entry.id]}); write another one"
                    yield Finding(here.file, here.line, here.column, message)
                first.setdefault(entry.id, f"line {here.line}")


def unknown_reference(content: Content) -> Iterator[Finding]:
    """Protect her from a service in no city, for no need, by nobody."""
    directory = content.directory
    if not directory:
        return
    ids = {
        "need": {each.id for each in directory.needs},
        "city": {each.id for each in directory.cities},
        "organization": {each.id for each in directory.organizations},
        "topic": {each.topic for each in directory.hotlines},
    }
    for path, kind, named in _references(directory):
        if named not in ids[kind]:
            near = nearest(
                named, ids[kind], "add a hotline for it" if kind == "topic" else f"add it under {_HOMES[kind]}:"
            )
            yield content.at(DIRECTORY_FILE, path, f"there is no {kind} {named!r}; {near}")


_HOMES = {"need": "needs", "city": "cities", "organization": "organizations"}


def _references(directory: Directory) -> Iterator[tuple[Path_, str, str]]:
    for number, need in enumerate(directory.needs):
        yield ("needs", number, "topic"), "topic", need.topic
    for number, service in enumerate(directory.services):
        yield ("services", number, "organization"), "organization", service.organization
        yield ("services", number, "city"), "city", service.city
        for index, named in enumerate(service.needs):
            yield ("services", number, "needs", index), "need", named
    for number, hotline in enumerate(directory.hotlines):
        if hotline.city:
            yield ("hotlines", number, "city"), "city", hotline.city
    for number, group in enumerate(directory.groups):
        yield ("groups", number, "city"), "city", group.city


def bad_hours(content: Content) -> Iterator[Finding]:
    """Protect her from a closed door, and the program from hours that it cannot read."""
    directory = content.directory
    if not directory:
        return
    cities = {city.id: city for city in directory.cities}
    zones = {city.country: city.zone for city in reversed(directory.cities)}
    for number, service in enumerate(directory.services):
        if service.hours and (city := cities.get(service.city)):
            yield from _hours(content, ("services", number, "hours"), service.hours, city.zone, city.country)
    for number, hotline in enumerate(directory.hotlines):
        if hotline.hours:
            zone = zones.get(hotline.country, "UTC")
            yield from _hours(content, ("hotlines", number, "hours"), hotline.hours, zone, hotline.country)


def _hours(content: Content, path: Path_, written: str, zone: str, country: str) -> Iterator[Finding]:
    if message := hours_fault(written, zone, country):
        yield content.at(DIRECTORY_FILE, path, message)


def hours_fault(written: str, zone: str, country: str) -> str:
    """Say what is wrong with hours, and what to write instead; nothing when they can be read."""
    # 20 ms of holiday tables, only for those who check; its stubs forget this error.
    from opening_hours import UnknownCountryError  # type: ignore[attr-defined]  # noqa: PLC0415 - see above

    try:
        hours.check(written, zone, country)
    except hours.HoursError as error:
        column = _COLUMN.search(str(error))
        rest = written[int(column[1]) - 1 :] if column else written
        return f"hours cannot be read from {rest!r} on; write them like Mo-Fr 09:00-18:00, the rest in hours_note"
    except UnknownCountryError:
        return f"the holidays of {country!r} are not known, so hours cannot be read; say them in hours_note"
    if any(part.strip().startswith('"') for part in written.replace("||", ";").split(";")):
        return 'a comment alone means always open; write unknown "…", or say it in hours_note'
    return ""


def shelter_address(content: Content) -> Iterator[Finding]:
    """Protect the women in a shelter: its place is never written down.

    An office that leads to a shelter may have an address; it has a need that women come in from the street for.
    """
    for number, service in enumerate(content.directory.services if content.directory else ()):
        if SHELTER not in service.needs or not INDOORS.issuperset(service.needs):
            continue
        for name in ("address", "latitude", "longitude"):
            if getattr(service, name) is not None:
                message = f"a shelter's place is never listed; remove {name!r} and say in the description how to get in"
                yield content.at(DIRECTORY_FILE, ("services", number, name), message)


def unsourced_urgency(content: Content) -> Iterator[Finding]:
    """Protect a life from advice that nobody can trace: a flow for danger names its sources."""
    for name, flow in content.flows.items():
        if _is_unsourced(flow):
            message = "an urgent flow names where its facts come from; add sources: with the pages that you read"
            yield content.in_flow(name, ("urgent",), message)


def unsaid_source(content: Content) -> Iterator[Finding]:
    """Protect everybody's right to the program: whoever runs it says where its source can be had."""
    if content.directory and not content.directory.links.source:
        message = "say where the source can be had, for the licence asks for it; write its https:// address"
        yield content.at(DIRECTORY_FILE, ("links", "source"), message, level=Level.WARNING)


def _is_unsourced(flow: Flow) -> bool:
    return flow.urgent and not flow.sources
