"""What a woman reads where nobody can come: what is true, what becomes of her words, and who is there instead."""

from collections.abc import Iterator

from bot.core import availability
from bot.core.contact import Contact
from bot.core.conversation import Conversation
from bot.core.house import LINE
from bot.core.letter import Letter
from bot.core.relay import Relay
from bot.core.ringing import HANDED
from bot.core.speech import SOURCE


def said(relay: Relay, contact: Contact, letter: Letter, talk: Conversation | None) -> str:
    """Say it in one text: a second one would show its beginning on a lock screen too."""
    return "\n".join(filter(None, _lines(relay, contact, letter, talk)))


def _lines(relay: Relay, contact: Contact, letter: Letter, talk: Conversation | None) -> Iterator[str]:
    library, language = relay.library, contact.language or SOURCE
    yield library.phrase(language, "letter_nobody_left" if HANDED in letter.values else "letter_nobody")
    if talk and talk.is_live:
        yield library.phrase(language, "letter_waits")
    if line := library.lines.get(letter.values.get(LINE, "")):
        yield availability.hours_said(library, language, line, relay.now)
        if line.kind != "tutor":
            yield availability.others_here(relay, language, contact.city, line.id, letter.to)
