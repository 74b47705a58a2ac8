"""What a woman reads where nobody can come: what is true, what becomes of her words, and who is there instead."""

from collections.abc import Iterator
from datetime import datetime

from bot.core import availability
from bot.core.contact import Contact
from bot.core.conversation import Conversation
from bot.core.house import LINE, House
from bot.core.letter import Letter
from bot.core.library import Library
from bot.core.relay import Relay
from bot.core.ringing import HANDED
from bot.core.speech import enumerate_all


def said(
    library: Library, house: House, contact: Contact, letter: Letter, talk: Conversation | None, now: datetime
) -> str:
    """Say it in one text: a second one would show its beginning on a lock screen too."""
    return "\n".join(filter(None, _lines(Relay(library, house, now), contact, letter, talk)))


def _lines(relay: Relay, contact: Contact, letter: Letter, talk: Conversation | None) -> Iterator[str]:
    library, language = relay.library, contact.language
    yield library.phrase(language, "letter_nobody_left" if HANDED in letter.values else "letter_nobody")
    if talk and talk.is_live:
        yield library.phrase(language, "letter_waits")
    if line := library.lines.get(letter.values.get(LINE, "")):
        yield availability.hours_said(library, language, line, relay.now)
        if line.kind != "tutor":
            yield availability.others_here(relay, language, contact.city, line.id, letter.to)
