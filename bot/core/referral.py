"""A referral: what she lets a partner read, and what the partner answers."""

from collections.abc import Iterator, Mapping

from bot.core import speech
from bot.core.conversation import Aim, Conversation
from bot.core.ending import end
from bot.core.errand import PURPOSE, need_said
from bot.core.follow_up import SERVICE, follow_up
from bot.core.house import Noted, Posted, Staff, Talked
from bot.core.letter import LetterKind
from bot.core.library import Library
from bot.core.relay import Changes, Relay, told

TONGUE, TIME, WORDS, ACCEPTED = "tongue", "safe_time", "words", "accepted"
"""Details: her language and the time that is safe, her own words, each if she wants; and whether they said yes."""
TIMES = ("any", "morning", "afternoon", "evening")
REASONS = ("full", "area", "women", "papers", "children", "use", "other")
"""Why a partner cannot receive her: words of ours, never the partner's."""
LONGEST_WORDS = 400
"""Characters: fewer than an answer may have, so that nothing is cut behind her back."""


def passed(library: Library, language: str, details: Mapping[str, str]) -> str:
    """Say exactly what the partner reads; she reads the same before she says yes."""
    return "\n".join(_lines(library, language, details))


def _lines(library: Library, language: str, details: Mapping[str, str]) -> Iterator[str]:
    phrase = library.phrase
    need = need_said(library, language, details.get(PURPOSE, ""))
    yield phrase(language, "passed_need", need=need) if need else phrase(language, "passed_asks")
    if tongue := details.get(TONGUE, ""):
        yield phrase(language, "passed_language", language=speech.language_name(language, tongue))
    if (safe := details.get(TIME, "")) in TIMES:
        yield phrase(language, f"passed_time_{safe}")
    if words := details.get(WORDS, ""):
        yield phrase(language, "passed_words", text=words)


def accept(relay: Relay, conversation: Conversation, staff: Staff) -> Changes:
    """Tell her that they receive her; she is asked afterwards only if she wanted that."""
    if not _is_hers(relay, conversation, staff) or conversation.details.get(ACCEPTED):
        return ()
    details, woman, service = conversation.details, conversation.woman, conversation.details.get(SERVICE, "")
    accepted = conversation.changed(details={**details, ACCEPTED: "yes"})
    letter = follow_up(relay.library, woman, conversation.id, details, relay.now)
    return (
        Talked(accepted),
        told(conversation, woman, LetterKind.ACCEPTED, service=service),
        *((Posted(letter),) if letter else ()),
        Noted(f"referral {service} accepted", relay.now.date()),
    )


def refuse(relay: Relay, conversation: Conversation, staff: Staff, reason: str) -> Changes:
    """Tell her kindly, with a reason of ours, and end it."""
    if not _is_hers(relay, conversation, staff) or reason not in REASONS:
        return ()
    woman, service = conversation.woman, conversation.details.get(SERVICE, "")
    ended = end(relay, conversation, staff.address)
    others = [each for each in ended if not (isinstance(each, Posted) and each.letter.to == woman)]
    refused = told(conversation, woman, LetterKind.REFUSED, service=service, reason=reason)
    return (*others, refused, Noted(f"referral {service} {reason}", relay.now.date()))


def _is_hers(relay: Relay, conversation: Conversation, staff: Staff) -> bool:
    """Tell whether somebody answers a referral that goes on."""
    seat = conversation.seat_of(staff.designation)
    is_referral = conversation.aim is Aim.REFERRAL and conversation.is_open
    return is_referral and seat is not None and seat in relay.answering(conversation)
