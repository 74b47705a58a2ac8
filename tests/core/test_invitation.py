"""A code is known again however it was typed, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.arrival import language
from bot.core.house import House, Role, Staff
from bot.core.invitation import LETTERS, LONGEST_WRITTEN, PARTS, invitation_in, spaced
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind

CODE = "abcde-fghjk-23456-vwxyz"
ANA = Address("telegram", "1")


def typed(text: str, kind: Kind = Kind.TEXT) -> str:
    """Return the code in something that was typed."""
    return invitation_in(Incoming(ANA, kind, "1", text=text))


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.upper(),
        CODE.replace("-", " "),
        CODE.replace("-", ""),
        f"  {CODE}.\n",
        "abcde \u2013 fghjk \u2013 23456 \u2013 vwxyz",
        "ab cd ef gh jk 23 45 6v wx yz",
        "“abcde-fghjk-23456-vwxyz”",
    ],
)
def test_case_blanks_and_what_a_keyboard_adds_do_not_matter(text: str) -> None:
    assert typed(text) == CODE


def test_a_link_carries_it_too() -> None:
    assert invitation_in(Incoming(ANA, Kind.START, "1", payload=CODE)) == CODE
    assert invitation_in(Incoming(ANA, Kind.START, "1", text=CODE)) == ""


@pytest.mark.parametrize(
    "text", ["", "hello", CODE[:-1], f"{CODE}a", CODE.replace("a", "o"), CODE.replace("a", "1"), "menu"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert typed(text) == ""


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.TEXT, Kind.START)])
def test_nothing_but_words_and_links_carries_one(kind: Kind) -> None:
    assert invitation_in(Incoming(ANA, kind, "1", text=CODE, payload=CODE)) == ""


def test_a_long_message_is_not_looked_through() -> None:
    assert typed(" " * (LONGEST_WRITTEN - len(CODE)) + CODE) == CODE
    assert typed(" " * (LONGEST_WRITTEN - len(CODE) + 1) + CODE) == ""


@given(st.text(LETTERS, min_size=sum(PARTS), max_size=sum(PARTS)))
def test_every_code_is_known_again(letters: str) -> None:
    assert typed(spaced(letters)) == spaced(letters) == typed(letters.upper())


@given(st.text(max_size=80))
def test_no_text_is_an_error(text: str) -> None:
    assert len(typed(text)) in (0, len(CODE))


@pytest.mark.parametrize(
    ("channel", "locale", "invited", "greeted"),
    [
        ("telegram", "pt-BR", ("en", "pt"), "pt"),
        ("telegram", "de", ("pt", "en"), "pt"),
        ("telegram", "es", ("pt",), "pt"),
        ("signal", "", ("pt", "en"), "pt"),
        ("signal", "", (), "en"),
    ],
)
def test_who_is_invited_is_greeted_in_a_language_that_she_answers_in_her_phones_first(
    library: Library, channel: str, locale: str, invited: tuple[str, ...], greeted: str
) -> None:
    incoming = Incoming(Address(channel, "1"), Kind.INVITED, "1", locale=locale)
    house = House(staff=Staff("amber birch", Role.PEER, languages=invited))
    assert language(library, incoming, house) == greeted
