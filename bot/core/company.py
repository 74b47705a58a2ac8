"""Somebody who comes along: what peers read of it, and the question afterwards."""

from collections.abc import Iterator, Mapping

from bot.core import speech
from bot.core.conversation import Aim, Conversation
from bot.core.errand import PURPOSE, need_said
from bot.core.follow_up import DAY, LATER, SERVICE, follow_up
from bot.core.house import Posted
from bot.core.library import Library
from bot.core.plan import day_of
from bot.core.relay import Relay

HELPS = "helps"
HELP = ("interpreter", "children", "papers", "medicine")
"""What would help; nothing is asked about herself."""


def wish(library: Library, language: str, details: Mapping[str, str]) -> str:
    """Say exactly what peers read; she reads the same before she says yes."""
    return "\n".join(_lines(library, language, details))


def _lines(library: Library, language: str, details: Mapping[str, str]) -> Iterator[str]:
    service, phrase = library.services.get(details.get(SERVICE, "")), library.phrase
    yield phrase(language, "wish_place", place=service.name if service else "…")
    if purpose := need_said(library, language, details.get(PURPOSE, "")):
        yield phrase(language, "wish_for", purpose=purpose)
    day = day_of(details.get(DAY, ""))
    yield phrase(language, "wish_day", day=speech.weekday_date(language, day)) if day else phrase(language, "wish_open")
    known = [each for each in HELP if each in details.get(HELPS, "").split()]
    if known:
        helps = speech.enumerate_all(language, [phrase(language, f"help_{each}") for each in known])
        yield phrase(language, "wish_help", helps=helps)


def taken(relay: Relay, conversation: Conversation) -> tuple[Conversation, tuple[Posted, ...]]:
    """Return a conversation that somebody has just taken, and what asks her afterwards, once, if she wants that."""
    if conversation.aim is not Aim.COMPANY or LATER not in conversation.details:
        return conversation, ()
    details = conversation.details
    letter = follow_up(relay.library, conversation.woman, conversation.id, details, relay.now)
    kept = conversation.changed(details={name: value for name, value in details.items() if name != LATER})
    return kept, (Posted(letter),) if letter else ()
