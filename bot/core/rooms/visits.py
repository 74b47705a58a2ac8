"""Where she says how she was received: counted by week with words of ours, and nothing else is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.contact import Contact
from bot.core.follow_up import VISIT
from bot.core.house import Noted
from bot.core.message import token
from bot.core.monitoring import MONITOR, NO, OUTCOMES, QUESTIONS, REFUSED, YES
from bot.core.referral import REASONS
from bot.core.rooms.desk import without
from bot.core.rooms.room import Action, Fill, Known, List, Outcome, places

if TYPE_CHECKING:
    from bot.core.stage import Stage

LANDMARKS = places("visit.start")
OUTCOME, REASON, QUESTION, SAYS = "outcome", "visit_refused_as", "monitor", "monitor_says"
"""Answers: how it went, why she was refused, which question is before her, and what she says to it."""
TOLD = "told_of"
"""Answer: marks of what she has told already, never of what she said, so that it is counted once."""


def _place(stage: "Stage") -> str:
    place = stage.contact.answers.get(VISIT, "")
    return place if place in stage.library.services else ""


def _note(stage: "Stage", kind: str, value: str, *used: str) -> Outcome:
    """Count one thing about the place before her, once."""
    place, told = _place(stage), stage.contact.answers.get(TOLD, "").split()
    subject = _subject(place, kind)
    kept = without(stage.contact, *used)
    if not place or subject in told:
        return Outcome(kept)
    first, _, rest = kind.partition(" ")
    noted = Noted(" ".join(filter(None, (first, place, rest, value))), stage.now.date())
    return Outcome(_with(kept, " ".join((*told, subject))), (noted,))


def _subject(place: str, kind: str) -> str:
    return token("told", place, kind)


def _with(contact: Contact, told: str) -> Contact:
    return replace(contact, answers={**contact.answers, TOLD: told})


def _visit(stage: "Stage") -> Outcome:
    said = stage.contact.answers.get(OUTCOME, "")
    return _note(stage, VISIT, said, OUTCOME) if said in OUTCOMES else Outcome(without(stage.contact, OUTCOME))


def _refused(stage: "Stage") -> Outcome:
    said = stage.contact.answers.get(REASON, "")
    return _note(stage, REFUSED, said, REASON) if said in REASONS else Outcome(without(stage.contact, REASON))


def _monitor(stage: "Stage") -> Outcome:
    question, says = stage.contact.answers.get(QUESTION, ""), stage.contact.answers.get(SAYS, "")
    if question not in QUESTIONS or says not in (YES, NO):
        return Outcome(without(stage.contact, SAYS))
    return _note(stage, f"{MONITOR} {question}", says, SAYS)


def _visit_is(stage: "Stage") -> str:
    """Tell whether there is something that she can still tell about the place before her."""
    place = _place(stage)
    if not place:
        return "gone"
    return "told" if _subject(place, VISIT) in stage.contact.answers.get(TOLD, "").split() else "due"


def _name(stage: "Stage", _: str) -> str:
    place = stage.library.services.get(_place(stage))
    return place.name if place else stage.library.phrase(stage.contact.language, "place_gone")


LISTS: Mapping[str, List] = {}
ACTIONS: Mapping[str, Action] = {"note_visit": _visit, "note_refused": _refused, "note_monitor": _monitor}
FILLS: Mapping[str, Fill] = {"visit_place": _name}
KNOWN: Mapping[str, Known] = {"visit_is": _visit_is}
