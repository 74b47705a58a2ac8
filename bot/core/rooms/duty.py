"""What concerns who answers herself: her duty, her lines, her languages and her statement."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.core import availability, speech
from bot.core.house import Served, Staff
from bot.core.relay import Changes
from bot.core.ringing import is_on_duty
from bot.core.rooms.lines import line_name, relay_of
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome
from bot.core.shift import USUAL_DUTY, off_duty, on_duty

if TYPE_CHECKING:
    from bot.core.stage import Stage

HOURS, SPEAKS = "duty_hours", "speaks"
"""Answers: for how long, and which language she adds or drops."""
MONTHS_SAID = 6


def staff_of(stage: "Stage") -> Staff | None:
    """Return her role, if she answers on a line; it is asked anew at each step."""
    staff = stage.house.staff
    return staff if staff and staff.lines and staff.address == stage.address else None


def for_staff(act: Callable[["Stage", Staff], Changes]) -> Action:
    """Let an action be taken only by who answers on a line."""

    def action(stage: "Stage") -> Outcome:
        staff = staff_of(stage)
        return Outcome(stage.contact, act(stage, staff) if staff else ())

    return action


def _on(stage: "Stage", staff: Staff) -> Changes:
    return on_duty(relay_of(stage), staff, _length(stage.contact.answers.get(HOURS, "")))


def _length(written: str) -> timedelta:
    is_number = written.isascii() and written.isdecimal() and len(written) <= len("12")
    return timedelta(hours=int(written)) if is_number else USUAL_DUTY


def _off(stage: "Stage", staff: Staff) -> Changes:
    return off_duty(relay_of(stage), staff)


def _add(stage: "Stage", staff: Staff) -> Changes:
    code = stage.contact.answers.get(SPEAKS, "")
    if code not in stage.library.speech.languages or code in staff.languages:
        return ()
    return (Served(staff.changed(languages=(*staff.languages, code))),)


def _drop(stage: "Stage", staff: Staff) -> Changes:
    code = stage.contact.answers.get(SPEAKS, "")
    left = tuple(each for each in staff.languages if each != code)
    return (Served(staff.changed(languages=left)),) if left != staff.languages else ()


def _is_on(stage: "Stage") -> str:
    staff = staff_of(stage)
    return "on" if staff and is_on_duty(relay_of(stage), staff) else "off"


def _duty(stage: "Stage", _: str) -> str:
    """Say whether she is on duty, and until when by the clock of her first line."""
    staff, phrase, language = staff_of(stage), stage.library.phrase, stage.contact.language
    if not staff or _is_on(stage) == "off":
        return phrase(language, "duty_is_off")
    until = datetime.fromtimestamp(staff.duty_until, UTC).astimezone(_zone(stage, staff))
    return phrase(language, "duty_until", time=speech.clock(language, until))


def _zone(stage: "Stage", staff: Staff) -> ZoneInfo:
    line = next((stage.library.lines[each] for each in staff.lines if each in stage.library.lines), None)
    return ZoneInfo(availability.zone(stage.library, line)[0] if line else "UTC")


def _my_lines(stage: "Stage", _: str) -> str:
    staff, language = staff_of(stage), stage.contact.language
    known = stage.library.lines
    names = [line_name(stage, known[each]) for each in staff.lines if each in known] if staff else []
    return speech.enumerate_all(language, names) or stage.library.phrase(language, "no_line_of_hers")


def _my_languages(stage: "Stage", _: str) -> str:
    staff, language = staff_of(stage), stage.contact.language
    codes = staff.languages if staff else ()
    names = [speech.language_name(language, code) for code in codes]
    return speech.enumerate_all(language, names) or stage.library.phrase(language, "languages_of_line")


def _statement(stage: "Stage", _: str) -> str:
    """Say, month by month, how long she was on duty and how many conversations she took."""
    staff, phrase, language = staff_of(stage), stage.library.phrase, stage.contact.language
    served = staff.served if staff else {}
    months = sorted({key.partition(" ")[0] for key in served}, reverse=True)[:MONTHS_SAID]
    lines = []
    for month in months:
        said = speech.partial_day(language, month)
        hours, quarters = divmod(served.get(f"{month} quarters", 0), 4)
        talks = str(served.get(f"{month} talks", 0))
        values = {"month": said, "hours": str(hours), "minutes": f"{quarters * 15:02}", "talks": talks}
        lines.append(phrase(language, "statement_month", **values))
    return "\n".join(lines) or phrase(language, "statement_none")


def _speaks(stage: "Stage") -> Iterator[Entry]:
    staff = staff_of(stage)
    for code in staff.languages if staff else ():
        yield Entry(code, speech.language_name(stage.contact.language, code), {SPEAKS: code})


def _might_speak(stage: "Stage") -> Iterator[Entry]:
    staff = staff_of(stage)
    for code in stage.library.speech.languages if staff else ():
        if staff and code not in staff.languages:
            yield Entry(code, speech.language_name(stage.contact.language, code), {SPEAKS: code})


LISTS: Mapping[str, List] = {"speaks": _speaks, "might_speak": _might_speak}
ACTIONS: Mapping[str, Action] = {
    "duty_on": for_staff(_on),
    "duty_off": for_staff(_off),
    "add_language": for_staff(_add),
    "drop_language": for_staff(_drop),
}
FILLS: Mapping[str, Fill] = {
    "duty": _duty,
    "my_lines": _my_lines,
    "my_languages": _my_languages,
    "statement": _statement,
}
KNOWN: Mapping[str, Known] = {"duty": _is_on}
