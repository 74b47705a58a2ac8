"""A screen as Signal shows it: few messages, choices with numbers, headings in bold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.core.message import Media, Picture, Screen

BYTE_LIMIT = 1900
"""In UTF-8: the apps take 2,000 in a message, and anything longer as a file beside it."""
HEADING_LIMIT = 60
"""Characters; a longer first line is a sentence."""

_BREAKS = ("\n\n", "\n", " ")
_SENTENCE_ENDS = (".", "?", "!", "…", ",", ";")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, before it is addressed to anybody."""

    text: str
    styles: tuple[str, ...] = ()
    """`start:length:STYLE`, in UTF-16 units, as signal-cli wants them."""
    picture: Picture | None = None
    media: Media | None = None


@lru_cache(maxsize=512)
def draw(screen: Screen) -> tuple[Message, ...]:
    """Return the messages of a screen in the order in which they are sent.

    Its texts are one message as long as they fit, for each message makes her phone ring, and each leaves a line behind
    when it is deleted. A picture goes with the first; so does what a peer sent along, but a voice note goes alone.
    """
    parts = [part for text in screen.texts for part in split(text)]
    choices = numbered(screen)
    messages = [_message(group) for group in _packed([*parts, *split(choices)] if choices else parts)]
    if screen.media and (screen.media.kind == "voice" or not messages):
        messages.insert(0, Message("", media=screen.media))
    elif screen.media:
        messages[0] = replace(messages[0], media=screen.media)
    if screen.picture and messages:
        messages[0] = replace(messages[0], picture=screen.picture)
    return tuple(messages)


def numbered(screen: Screen) -> str:
    """Return what can be chosen, a line each; the ways out go on counting after the choices.

    Where a number is asked for, none has one: she writes its words.
    """
    choices = (*screen.choices, *screen.ways)
    if not screen.first:
        return "\n".join(f"· {choice.label}" for choice in choices)
    return "\n".join(f"{number} · {choice.label}" for number, choice in enumerate(choices, screen.first))


def split(text: str, limit: int = BYTE_LIMIT) -> list[str]:
    """Cut a text that is too long between paragraphs, else lines, else words, else anywhere."""
    parts = []
    while _size(text) > limit:
        most = len(text.encode(errors="replace")[:limit].decode(errors="ignore"))
        cuts = (text.rfind(gap, 1, most + len(gap)) for gap in _BREAKS)
        cut = next((at for at in cuts if at > 0), most)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part]


def _packed(parts: Sequence[str]) -> list[list[str]]:
    """Put together what fits into one message."""
    groups: list[list[str]] = []
    for part in parts:
        if groups and _size("\n\n".join((*groups[-1], part))) <= BYTE_LIMIT:
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _message(parts: Sequence[str]) -> Message:
    styles, at = [], 0
    for part in parts:
        if heading := _heading(part):
            styles.append(f"{at}:{_units(heading)}:BOLD")
        at += _units(part) + 2
    return Message("\n\n".join(parts), tuple(styles))


def _heading(text: str) -> str:
    """Return the first line of a text when it names what follows, rather than saying something."""
    first, _, rest = text.partition("\n")
    is_name = bool(rest.strip()) and len(first) <= HEADING_LIMIT and not first.endswith(_SENTENCE_ENDS)
    return first if is_name and " · " not in first else ""


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="replace")) // 2
