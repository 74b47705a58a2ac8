"""What peers wrote, as each reader gets it: in her language or with a line that says so, and on her platform."""

from dataclasses import replace

import pytest

from bot.core import telling
from bot.core.contact import Contact
from bot.core.house import House
from bot.core.message import Media, Screen, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.core.verdict import Send
from bot.core.written import written
from tests.core.rooms.example import MUSA, NIGHT, NOW, with_groups

AT = int(NOW.timestamp())
NOTICE = Notice(
    NoticeKind.BROADCAST, (MUSA, NIGHT), AT, AT + 86400, "broadcast aa 2026-11-21", texts={"en": "Hi", "pt": "Olá"}
)
VOICE = Media("telegram", "voice", "f")


def gets(notice: Notice, language: str = "en", address: str = "telegram:7") -> Screen:
    """Return what a member gets now."""
    contact = Contact(language, seen=fold(NOW)).with_memberships({MUSA: Terms()}, address)
    verdict = telling.judge(with_groups(), NOW)(contact, House(), notice)
    assert isinstance(verdict, Send)
    return verdict.screen


@pytest.mark.parametrize(("language", "said"), [("en", "Hi"), ("pt", "Olá")])
def test_she_reads_it_in_her_language(language: str, said: str) -> None:
    assert gets(NOTICE, language).texts == (said,)


def test_a_missing_language_gets_the_main_one_with_a_line_that_says_so() -> None:
    line = with_groups().phrase("es", "not_translated")
    assert gets(NOTICE, "es").texts == (f"{line}\n\nHi",)


def test_what_the_moderator_has_read_is_what_she_gets() -> None:
    for language in ("en", "pt", "es"):
        assert gets(NOTICE, language).texts == tuple(written(with_groups(), NOTICE, language))


@pytest.mark.parametrize("address", ["telegram:7", "signal:5f0c9b1e"])
def test_what_goes_along_does_so_whatever_platform_it_lies_with(address: str) -> None:
    screen = gets(replace(NOTICE, media=VOICE), address=address)
    assert (screen.media, screen.texts) == (VOICE, ("Hi",))
    assert gets(replace(NOTICE, media=VOICE, texts={})).texts == ()


@pytest.mark.parametrize(("kind", "line"), [("voice", "[voice note]"), ("picture", "[picture]")])
def test_where_it_cannot_be_had_a_line_says_what_there_is(kind: str, line: str) -> None:
    media = Media("telegram", kind, "f")  # type: ignore[arg-type]  # one of the two
    screen = gets(replace(NOTICE, media=media), address="signal:5f0c9b1e").in_words()
    assert (screen.media, screen.texts) == (None, (f"Hi\n{line}",))
    assert gets(replace(NOTICE, media=media, texts={}), address="web:5f0c9b1e").in_words().texts == (line,)


def test_a_broadcast_has_no_buttons_but_the_ways_out() -> None:
    screen = gets(NOTICE)
    assert screen.choices == ()
    assert [way.label for way in screen.ways] == ["Menu", "Hide this"]


def test_where_something_lies_is_written_and_read_back_and_shown_to_nobody() -> None:
    assert Media.parse(str(VOICE)) == VOICE
    assert Media.parse("") is Media.parse("telegram voice") is Media.parse("telegram") is None
    assert "'f'" not in repr(VOICE)
