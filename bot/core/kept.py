"""What is stored about her, said from the records themselves and the times that end each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core import speech
from bot.core.contact import HANDLE_KEPT, LANGUAGE_KEPT, MEMBERSHIP_KEPT, POSITION_KEPT
from bot.core.conversation import ROUTE_KEPT, Conversation, ConversationState
from bot.core.rooms import FILLS

if TYPE_CHECKING:
    from bot.core.stage import Stage


def kept(stage: "Stage") -> str:
    """Say all of it, a line each."""
    return "\n".join((*_record(stage), *_house(stage))) or stage.library.phrase(stage.contact.language, "kept_nothing")


def _record(stage: "Stage") -> Iterator[str]:
    contact, language = stage.contact, stage.contact.language
    for name, is_kept, duration in (
        # Her groups go on writing in her language.
        ("language", contact.language, MEMBERSHIP_KEPT if contact.memberships else LANGUAGE_KEPT),
        ("city", contact.city, LANGUAGE_KEPT),
        ("notice", contact.told, LANGUAGE_KEPT),
        ("disappears", contact.timed, LANGUAGE_KEPT),
        ("position", contact.position, POSITION_KEPT),
        ("handles", contact.handles or contact.living, HANDLE_KEPT),
        ("timer", contact.timer, timedelta()),
    ):
        if is_kept:
            values = {
                "{language}": stage.name_of("language"),
                "{city}": stage.name_of("city"),
                "{until}": _until(stage, duration),
            }
            yield speech.fill(stage.library.phrase(language, f"kept_{name}"), values)


def _until(stage: "Stage", duration: timedelta) -> str:
    return speech.day(stage.contact.language, (stage.now + duration).date())


def _talk_until(stage: "Stage", talk: Conversation) -> str:
    """Say when a talk is over without another word: what she left for who comes next ends before one that is open."""
    ends = {ConversationState.LEFT: talk.left_until, ConversationState.OPEN: talk.due_at}
    if at := ends.get(talk.state):
        return speech.day(stage.contact.language, datetime.fromtimestamp(at, UTC).date())
    # What is due is a ring, and nobody knows yet what comes of it.
    return _until(stage, ROUTE_KEPT)


def _house(stage: "Stage") -> Iterator[str]:
    contact, language, phrase = stage.contact, stage.contact.language, stage.library.phrase
    if contact.memberships:
        known = stage.library.groups
        names = [known[name].name if name in known else name for name in contact.memberships]
        groups = speech.enumerate_all(language, names)
        yield phrase(language, "kept_groups", groups=groups, until=_until(stage, MEMBERSHIP_KEPT))
    for each in stage.house.conversations:
        if each.is_live and each.woman == stage.address:
            yield phrase(language, "kept_talk", until=_talk_until(stage, each))
    staff = stage.house.staff
    if staff and staff.lines:
        yield phrase(language, "kept_lines", lines=FILLS["my_lines"](stage, ""))
    if staff and (staff.groups or not staff.lines):
        yield phrase(language, "kept_role", groups=FILLS["desks"](stage, ""))
    if stage.house.is_asked_later:
        yield phrase(language, "kept_later")
    if stage.house.own:
        yield phrase(language, "kept_answers")
