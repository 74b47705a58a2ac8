"""What peers wrote to others, as one reader gets it."""

import unicodedata
from collections.abc import Iterator

from bot.core.library import Library
from bot.core.message import Media
from bot.core.notice import Notice


def written(library: Library, notice: Notice, language: str) -> Iterator[str]:
    """Say what peers wrote in her language, or in the main one with a line that says so."""
    text = notice.texts.get(language)
    if text is None and notice.texts:
        yield f"{library.phrase(language, 'not_translated')}\n\n{next(iter(notice.texts.values()))}"
    elif text:
        yield text


def said_of(media: Media) -> str:
    """Return the phrase for what goes along, where it cannot be shown."""
    return "voice_note" if media.kind == "voice" else "sent_picture"


def clean(text: str) -> str:
    """Return what can be written to others: without half characters and what no screen shows."""
    whole = text.encode(errors="ignore").decode().replace("\t", " ")
    return "".join(char for char in whole if char == "\n" or unicodedata.category(char) != "Cc").strip()
