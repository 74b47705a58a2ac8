"""A moderator who writes to her groups, for the tests of what she can do and of what becomes of it."""

from dataclasses import replace
from datetime import timedelta

from bot.core.broadcast import DETAILS, TEXT, draft_in
from bot.core.contact import Position
from bot.core.house import AUDIENCE, Rules
from bot.core.message import Kind, Media
from bot.core.notice import Notice
from tests.core.rooms.example import MUSA, NIGHT, RAVAL, Somebody, moderator

HELLO = "Dinner at eight."
DAY = timedelta(days=1)
VOICE, PICTURE = Media("telegram", "voice", "file-1"), Media("telegram", "picture", "file-2")


def at_the_desk(*groups: str, rules: Rules | None = None, **audience: int) -> Somebody:
    """Return a moderator who is asked for whom it is."""
    somebody = moderator(*(groups or (MUSA, NIGHT, RAVAL)))
    somebody.house = replace(somebody.house, audience=audience or {"pt": 7, "en": 2}, rules=rules or Rules())
    somebody.presses("For moderators", "Write to a group")
    return somebody


def ready(*groups: str, text: str = HELLO, rules: Rules | None = None, **audience: int) -> Somebody:
    """Return a moderator who has written something to a group and looks at it."""
    somebody = at_the_desk(*groups, rules=rules, **audience)
    somebody.presses("Musa")
    somebody.types(text)
    return somebody


def sends(somebody: Somebody) -> Somebody:
    """Confirm what she looks at."""
    somebody.presses("It's ready", "Yes, send it")
    return somebody


def sent(somebody: Somebody) -> Notice:
    """Return the one notice that went out."""
    (notice,) = somebody.notices
    return notice


def is_drafting(somebody: Somebody) -> bool:
    """Tell whether anything of a draft is left in her answers."""
    answers = somebody.contact.answers
    return any(name in answers for name in (AUDIENCE, *DETAILS)) or any(name.startswith(TEXT) for name in answers)


def attach(somebody: Somebody, media: Media, kind: Kind, words: str = "") -> None:
    """Send a voice note or a picture, with words below it."""
    update = somebody.phone.sends(kind)
    somebody.take(replace(update, media=media, text=words))


def force(somebody: Somebody, **planted: str) -> None:
    """Come to the act of sending as if she had confirmed what her answers say."""
    answers = {**somebody.contact.answers, **planted}
    draft = draft_in(answers)
    answers = {"confirmed": draft.mark if draft else "", **answers}
    somebody.contact = replace(somebody.contact, answers=answers, position=Position("broadcast", "again"))
    somebody.types("Yes, again")
