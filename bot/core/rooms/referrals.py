"""Where she is handed, with her yes, to a service, and where its people say whether they receive her."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.core import availability
from bot.core.contact import Position
from bot.core.conversation import Aim, Conversation
from bot.core.directory import Line
from bot.core.errand import AGREED, AIMS, PURPOSE, begin, mark, read_again
from bot.core.follow_up import DAY, LATER, REFUSED_BY, SERVICE, VISIT
from bot.core.house import Staff
from bot.core.referral import ACCEPTED, LONGEST_WORDS, REASONS, TIME, TONGUE, WORDS, accept, passed, refuse
from bot.core.ringing import Caller
from bot.core.rooms.company import ASKED, agreement, details_of, place_of
from bot.core.rooms.desk import without
from bot.core.rooms.duty import staff_of
from bot.core.rooms.lines import own, relay_of
from bot.core.rooms.room import Action, Entry, Fill, Gate, Known, List, Outcome, places, untrue
from bot.core.rooms.talks import ONE, before_her
from bot.core.written import clean

if TYPE_CHECKING:
    from bot.core.stage import Stage

LANDMARKS = places("referral.back", "referral.others", "receive.accept", "receive.reasons")
SPEAKS, REASON = "tells_language", "refused_as"
"""Answers: whether the partner may read her language, and why a partner cannot receive somebody."""


def _line(stage: "Stage") -> Line | None:
    """Return the line of the place whose card she came from, if it takes referrals and somebody answers there."""
    place = place_of(stage)
    if place is None or not place.referrals:
        return None
    lines = (each for each in stage.library.directory.lines if each.kind == "partner" and each.service == place.id)
    return next((each for each in lines if availability.has_staff(stage.house, each, stage.address)), None)


def _referral_is(stage: "Stage") -> str:
    if own(stage):
        return "busy"
    return "ready" if _line(stage) else "none"


def _details(stage: "Stage") -> dict[str, str]:
    details = details_of(stage, SERVICE, PURPOSE, TIME, WORDS, DAY, LATER)
    if details.get(WORDS):
        details[WORDS] = clean(details[WORDS])
    if stage.contact.answers.get(SPEAKS) == "yes":
        details[TONGUE] = stage.contact.language
    return details


def _passed(stage: "Stage", _: str) -> str:
    return passed(stage.library, stage.contact.language, _details(stage))


def _agree(stage: "Stage") -> Iterator[Entry]:
    return agreement(stage, _passed(stage, ""))


def _refer(stage: "Stage") -> Outcome:
    line, details = _line(stage), _details(stage)
    if line is None or stage.contact.answers.get(AGREED) != mark(_passed(stage, "")):
        return Outcome(stage.contact, go="referral.start")
    # Her language is passed on only if she said so.
    caller = Caller(stage.address, details.get(TONGUE, ""))
    changes = begin(relay_of(stage), line, caller, Aim.REFERRAL, details)
    return Outcome(without(stage.contact, *ASKED, SPEAKS), changes)


def _words_are(stage: "Stage") -> str:
    return "long" if len(clean(stage.contact.answers.get(WORDS, ""))) > LONGEST_WORDS else "fit"


def _others(stage: "Stage") -> Iterator[Entry]:
    """Name other places of the city of the one that refused her that are for the same, the open ones first."""
    answers = stage.contact.answers
    refusing = stage.library.services.get(answers.get(REFUSED_BY, "") or answers.get(VISIT, ""))
    near = stage.library.services_by_city.get(refusing.city, ()) if refusing else ()
    found = [each for each in near if refusing and each.id != refusing.id and set(each.needs) & set(refusing.needs)]
    for place in sorted(found, key=lambda each: stage.teller.is_open(each) is not True):
        yield Entry(place.id, stage.teller.label(place), {SERVICE: place.id})


def _before_her(stage: "Stage") -> tuple[Staff, Conversation] | None:
    staff, talk = staff_of(stage), before_her(stage)
    is_referral = talk is not None and talk.aim is Aim.REFERRAL
    return (staff, talk) if staff and talk and is_referral and talk.seat_of(staff.designation) else None


def _accept(stage: "Stage") -> Outcome:
    hers = _before_her(stage)
    return Outcome(stage.contact, accept(relay_of(stage), hers[1], hers[0]) if hers else ())


def _refuse(stage: "Stage") -> Outcome:
    hers, reason = _before_her(stage), stage.contact.answers.get(REASON, "")
    kept = without(stage.contact, REASON)
    return Outcome(kept, refuse(relay_of(stage), hers[1], hers[0], reason) if hers and reason in REASONS else ())


def _read_again(stage: "Stage") -> Outcome:
    staff, talk = staff_of(stage), before_her(stage)
    return Outcome(stage.contact, read_again(relay_of(stage), talk, staff.designation) if staff and talk else ())


def _is_errand(stage: "Stage") -> bool:
    """Tell whether there is something that she agreed to, to be read again."""
    staff, talk = staff_of(stage), before_her(stage)
    return bool(staff and talk and talk.is_open and talk.aim in AIMS and talk.seat_of(staff.designation))


def _is_to_decide(stage: "Stage") -> bool:
    hers = _before_her(stage)
    return hers is not None and hers[1].is_open and ACCEPTED not in hers[1].details


LISTS: Mapping[str, List] = {"others": _others, "agree_referral": _agree}
ACTIONS: Mapping[str, Action] = {
    "refer": _refer,
    "accept_referral": _accept,
    "refuse_referral": _refuse,
    "read_again": _read_again,
}
FILLS: Mapping[str, Fill] = {"passed": _passed}
KNOWN: Mapping[str, Known] = {"referral_is": _referral_is, "words_are": _words_are}
GATES: Mapping[Position, Gate] = {
    Position("referral", "start"): lambda stage: _line(stage) is not None,
    Position("receive", "start"): _is_to_decide,
    Position("receive", "again"): _is_errand,
}
UNTRUE = untrue(ONE, _is_to_decide, "receive.start", "receive.reasons")
