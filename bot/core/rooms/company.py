"""Where a woman asks for somebody to come along, and what company and referrals ask alike: for what, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core import availability, speech
from bot.core.company import HELP, HELPS, wish
from bot.core.contact import Contact, Position
from bot.core.conversation import Aim, ConversationState
from bot.core.directory import Line, Service
from bot.core.errand import AGREED, AIMS, PURPOSE, begin, is_read, mark, need_said, take_yes_back
from bot.core.follow_up import DAY, LATER, SERVICE, zone_of
from bot.core.referral import TIME, TONGUE, WORDS
from bot.core.rooms.desk import without
from bot.core.rooms.hour import called
from bot.core.rooms.lines import caller_of, line_name, own, relay_of
from bot.core.rooms.room import Action, Entry, Fill, Gate, Known, List, Outcome, untrue

if TYPE_CHECKING:
    from bot.core.stage import Stage

HELPED = "help"
"""Answer: what she has just pressed; pressed again it is taken back."""
ASKED = (PURPOSE, DAY, LATER, HELPS, HELPED, TONGUE, TIME, WORDS, AGREED)
DAYS_AHEAD = 7


def place_of(stage: "Stage") -> Service | None:
    """Return the place whose card she came from."""
    return stage.library.services.get(stage.contact.answers.get(SERVICE, ""))


def details_of(stage: "Stage", *names: str) -> dict[str, str]:
    """Return what she has said until now."""
    return {name: value for name in names if (value := stage.contact.answers.get(name, ""))}


def _line(stage: "Stage") -> Line | None:
    """Return the peers of the city of that place that somebody answers for."""
    place = place_of(stage)
    near = (line for line in stage.library.directory.lines if place and place.city in line.cities)
    peers = (line for line in near if line.kind == "peers")
    return next((line for line in peers if availability.has_staff(stage.house, line, stage.address)), None)


def _peers_near(stage: "Stage") -> bool:
    """Tell whether peers answer where she is."""
    city, lines = stage.contact.city, stage.library.directory.lines
    near = (line for line in lines if line.kind == "peers" and city in line.cities)
    return any(availability.has_staff(stage.house, line, stage.address) for line in near)


def _company_is(stage: "Stage") -> str:
    if own(stage):
        return "busy"
    if place_of(stage) is None:
        return "no_place"
    return "ready" if _line(stage) else "none"


def _errand_is(stage: "Stage") -> str:
    """Tell what she has asked for already, and whether it waits because nobody is there."""
    mine = own(stage)
    if mine is None or mine.aim not in AIMS:
        return "none"
    return f"{mine.aim.value}_left" if mine.state is ConversationState.LEFT else mine.aim.value


def _errand_read(stage: "Stage") -> str:
    """Tell whether anybody may have read what she asks for."""
    mine = own(stage)
    return "yes" if mine and is_read(mine) else "no"


def _wished(stage: "Stage") -> dict[str, str]:
    return details_of(stage, SERVICE, PURPOSE, DAY, HELPS, LATER)


def _wish(stage: "Stage", _: str) -> str:
    return wish(stage.library, stage.contact.language, _wished(stage))


def agreement(stage: "Stage", text: str) -> Iterator[Entry]:
    """Offer her yes to exactly this text: an older button is for another one."""
    label = stage.library.phrase(stage.contact.language, "agree_yes")
    yield Entry(mark(text), label, {AGREED: mark(text)})


def _agree(stage: "Stage") -> Iterator[Entry]:
    return agreement(stage, _wish(stage, ""))


def _begin(stage: "Stage") -> Outcome:
    return Outcome(without(stage.contact, *ASKED))


def _ask(stage: "Stage") -> Outcome:
    line, details = _line(stage), _wished(stage)
    if line is None or stage.contact.answers.get(AGREED) != mark(_wish(stage, "")):
        return Outcome(stage.contact, go="company.start")
    changes = begin(relay_of(stage), line, caller_of(stage), Aim.COMPANY, details)
    return Outcome(without(stage.contact, *ASKED), changes)


def _take_back(stage: "Stage") -> Outcome:
    mine = own(stage)
    return Outcome(stage.contact, take_yes_back(relay_of(stage), mine) if mine else ())


def _purposes(stage: "Stage") -> Iterator[Entry]:
    place = place_of(stage)
    for need in place.needs if place else ():
        if label := need_said(stage.library, stage.contact.language, need):
            yield Entry(need, label, {PURPOSE: need})


def _days(stage: "Stage") -> Iterator[Entry]:
    place = place_of(stage)
    today = stage.now.astimezone(zone_of(stage.library, place)).date() if place else stage.now.date()
    for number in range(DAYS_AHEAD):
        day = today + timedelta(days=number)
        said = speech.weekday_date(stage.contact.language, day)
        yield Entry(day.isoformat(), said, {DAY: day.isoformat()}, called(stage, number))


def _helps(stage: "Stage") -> Iterator[Entry]:
    chosen = stage.contact.answers.get(HELPS, "").split()
    for each in HELP:
        label = stage.library.phrase(stage.contact.language, f"help_{each}")
        yield Entry(each, f"✓ {label}" if each in chosen else label, {HELPED: each})


def _toggle(stage: "Stage") -> Outcome:
    pressed = stage.contact.answers.get(HELPED, "")
    chosen = set(stage.contact.answers.get(HELPS, "").split()) ^ {pressed}
    return Outcome(_with(without(stage.contact, HELPED), HELPS, " ".join(each for each in HELP if each in chosen)))


def _with(contact: Contact, name: str, value: str) -> Contact:
    return replace(contact, answers={**contact.answers, name: value})


def _place(stage: "Stage", _: str) -> str:
    place = place_of(stage)
    return place.name if place else stage.library.phrase(stage.contact.language, "place_gone")


def _line_said(stage: "Stage", _: str) -> str:
    line = _line(stage)
    return line_name(stage, line) if line else "…"


LISTS: Mapping[str, List] = {"purposes": _purposes, "visit_days": _days, "helps": _helps, "agree_company": _agree}
ACTIONS: Mapping[str, Action] = {
    "begin_errand": _begin,
    "toggle_help": _toggle,
    "ask_company": _ask,
    "take_yes_back": _take_back,
}
FILLS: Mapping[str, Fill] = {"wish": _wish, "errand_place": _place, "errand_line": _line_said}
KNOWN: Mapping[str, Known] = {"company_is": _company_is, "errand_is": _errand_is, "errand_read": _errand_read}
GATES: Mapping[Position, Gate] = {
    Position("company", "start"): lambda stage: _line(stage) is not None,
    Position("company", "near"): _peers_near,
}
"""A button is there only where it leads on."""
UNTRUE = {
    **untrue("start.menu", lambda stage: _errand_is(stage) == "company_left", "company.waits"),
    **untrue("start.menu", lambda stage: _errand_is(stage) == "referral_left", "referral.waits"),
    **untrue("company.waits", lambda stage: _errand_is(stage) == "company", "company.called"),
    **untrue("referral.waits", lambda stage: _errand_is(stage) == "referral", "referral.sent"),
}
