"""What is said of a line: its name and hours, whether somebody is there now, and how many wait."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import hours, speech
from bot.core.directory import Line
from bot.core.house import House, Staff
from bot.core.library import Library
from bot.core.relay import Relay
from bot.core.ringing import busy, is_on_duty
from bot.core.speech import DIRECTORY

_SAID = {"danger": "topic_danger", "peer": "topic_talk"}
"""Topics that no title says."""


def name(library: Library, language: str, line: Line) -> str:
    """Say a line as a woman reads it."""
    return library.speech.say(language, DIRECTORY, line.name)


def topic(library: Library, language: str, about: str) -> str:
    """Say what a conversation is about: a flow by its title, else by a phrase; nothing where nothing is known."""
    flow = library.flows.get(about)
    if flow and about not in _SAID:
        return library.speech.say(language, about, flow.title)
    return library.phrase(language, _SAID[about]) if about in _SAID else ""


def zone(library: Library, line: Line) -> tuple[str, str]:
    """Return the zone and the country that its hours are meant in."""
    city = next((library.cities[each] for each in line.cities if each in library.cities), None)
    return line.zone or (city.zone if city else "UTC"), city.country if city else ""


def moment(library: Library, line: Line, now: datetime) -> hours.Moment:
    """Return what its hours mean now."""
    return hours.moment(line.hours, *zone(library, line), now)


def answering(house: House, line: Line, but: str) -> list[Staff]:
    """Return everybody who answers on a line, without the one who asks."""
    return [staff for staff in house.team if staff.answers(line.id) and staff.address != but]


def has_staff(house: House, line: Line, but: str) -> bool:
    """Tell whether anybody answers on a line at all."""
    return bool(answering(house, line, but))


def is_here(relay: Relay, line: Line, but: str) -> bool:
    """Tell whether somebody on a line can take a call now."""
    most = relay.house.rules.most_conversations
    found = answering(relay.house, line, but)
    return any(is_on_duty(relay, staff) and busy(relay, staff) < most for staff in found)


def lines_for(relay: Relay, city: str, but: str) -> list[Line]:
    """Return the lines of a city, or of everywhere, that somebody answers on: those that are there now first."""
    found = [
        line
        for line in relay.library.directory.lines
        if line.kind != "tutor" and (not line.cities or city in line.cities)
        if has_staff(relay.house, line, but)
    ]
    return sorted(found, key=lambda line: (not is_here(relay, line, but), line.kind != "peers"))


def others_here(relay: Relay, language: str, city: str, line: str, but: str) -> str:
    """Name the lines where somebody is now, beside the one that she asked; nothing where there are none."""
    here = (each for each in lines_for(relay, city, but) if each.id != line and is_here(relay, each, but))
    names = [name(relay.library, language, each) for each in here]
    return relay.library.phrase(language, "lines_here", lines=speech.enumerate_all(language, names)) if names else ""


def place(library: Library, language: str, ahead: int) -> str:
    """Say how many wait before her."""
    return (
        library.phrase(language, "place_ahead", number=str(ahead)) if ahead else library.phrase(language, "place_first")
    )


def hours_said(library: Library, language: str, line: Line, now: datetime) -> str:
    """Say when somebody will be there: the next hour, then the week."""
    if not line.hours:
        return library.phrase(language, "line_no_hours")
    where, country = zone(library, line)
    opening = moment(library, line, now)
    lines = hours.week(language, line.hours, where, country, now)
    if opening.is_open is False and opening.changes_at:
        today = now.astimezone(ZoneInfo(where)).date()
        said = "opens_today" if opening.changes_at.date() == today else "opens_on"
        at = speech.clock(language, opening.changes_at)
        day = speech.weekday(language, opening.changes_at.weekday())
        lines = [library.phrase(language, said, time=at, day=day), *lines]
    return "\n".join(lines)
