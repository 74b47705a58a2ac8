"""What a screen looks like as messages of the Bot API."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.core.message import Choice, Screen

TEXT_LIMIT = 4096
"""In UTF-16 units, the strictest way to count."""
CAPTION_LIMIT = 1024
"""In the same: what fits under a picture."""
BUTTON_LIMIT = 100

_NO_PREVIEW = {"is_disabled": True}
_BREAKS = ("\n\n", "\n", " ")


def draw(screen: Screen) -> list[dict[str, Any]]:
    """Return the messages of a screen as the Bot API wants them: the buttons are under the last. Not to be changed.

    A picture stands in its message as it is, and so does what comes from elsewhere: only who uploads them knows what
    the platform calls them.
    """
    # What is kept would keep the bytes of what goes along.
    return _draw(screen) if screen.media else _drawn(screen)


@lru_cache(maxsize=512)
def _drawn(screen: Screen) -> list[dict[str, Any]]:
    return _draw(screen)


def _draw(screen: Screen) -> list[dict[str, Any]]:
    texts = [part for text in screen.texts for part in split(text)]
    messages: list[dict[str, Any]] = []
    if screen.picture:
        caption = texts.pop(0) if texts and _units(texts[0]) <= CAPTION_LIMIT else ""
        messages.append({"picture": screen.picture, "caption": caption})
    if screen.media:
        caption = texts.pop(0) if texts and _units(texts[0]) <= CAPTION_LIMIT else ""
        words_alone = (
            Screen((caption,) if caption else (), media=screen.media, instead=screen.instead).in_words().texts[0]
        )
        messages.append({"media": screen.media, "instead": words_alone} | ({"caption": caption} if caption else {}))
    messages += map(words, texts)
    if messages and (rows := _rows(screen)):
        messages[-1]["reply_markup"] = {"inline_keyboard": rows}
    return messages


def words(text: str) -> dict[str, Any]:
    """Return a message of words alone."""
    return {"text": text, "link_preview_options": _NO_PREVIEW}


def shows(message: Mapping[str, Any]) -> bool:
    """Tell whether a message has a picture of ours."""
    return "picture" in message


def _rows(screen: Screen) -> list[list[dict[str, str]]]:
    choices = screen.choices[: BUTTON_LIMIT - len(screen.ways)]
    rows = [[_button(choice)] for choice in choices]
    return [*rows, [_button(way) for way in screen.ways]] if screen.ways else rows


def _button(choice: Choice) -> dict[str, str]:
    return {"text": choice.label, "callback_data": choice.token}


def split(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Cut a text that is too long between paragraphs, else lines, else words, else anywhere."""
    parts = []
    while len(text) > limit // 2 and _units(text) > limit:
        most = len(text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore"))
        cuts = (text.rfind(gap, 1, most + len(gap)) for gap in _BREAKS)
        cut = next((at for at in cuts if at > 0), most)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
