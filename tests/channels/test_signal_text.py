"""How a screen looks on Signal."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.signal_file import data_uri
from bot.channels.signal_text import BYTE_LIMIT, draw, numbered, split
from bot.core.message import Choice, Media, Screen
from tests.drawn import drawn

YES, NO, MENU = Choice("a", "Yes"), Choice("b", "No"), Choice("c", "Menu")


def test_choices_are_numbered_below_the_text_and_the_ways_go_on_counting() -> None:
    (message,) = draw(Screen(("One.", "Two."), (YES, NO), (MENU,)))
    assert message.text == "One.\n\nTwo.\n\n1 · Yes\n2 · No\n3 · Menu"


def test_numbers_begin_where_those_before_her_end() -> None:
    assert numbered(Screen(("x",), (YES,), (MENU,), first=6)) == "6 · Yes\n7 · Menu"


def test_a_first_line_that_names_what_follows_is_bold_and_a_sentence_is_not() -> None:
    (message,) = draw(Screen(("🏠 Casa\nA place to sleep.", "Call now.\nThen wait.", "Hours\nMo-Fr"), (YES,)))
    assert message.styles == ("0:7:BOLD", "49:5:BOLD")
    text = message.text.encode("utf-16-le")
    assert text[98:108].decode("utf-16-le") == "Hours"


def test_no_line_of_choices_is_a_heading() -> None:
    assert draw(Screen(("x",), (YES, NO)))[0].styles == ()


def test_a_picture_goes_with_the_first_message() -> None:
    first, second = draw(Screen(("a" * 1500, "b" * 1500), picture=drawn()))
    assert first.picture
    assert not second.picture


def test_a_picture_of_a_peer_goes_with_the_words_and_a_voice_note_alone() -> None:
    (together,) = draw(Screen(("Look",), media=Media("signal", "picture", "x")))
    assert together.media
    alone, words = draw(Screen(("Listen",), media=Media("signal", "voice", "x")))
    assert (alone.text, words.media) == ("", None)
    assert draw(Screen((), media=Media("signal", "picture", "x")))[0].media


@given(st.text(max_size=6000))
def test_nothing_is_lost_by_cutting_and_every_part_fits(text: str) -> None:
    parts = split(text)
    assert all(len(part.encode(errors="replace")) <= BYTE_LIMIT for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.lists(st.text(min_size=1, max_size=900), min_size=1, max_size=5), st.integers(0, 9))
def test_styles_stay_inside_of_the_text_whatever_it_says(texts: list[str], choices: int) -> None:
    for message in draw(Screen(tuple(texts), (YES,) * choices)):
        length = len(message.text.encode("utf-16-le", errors="replace")) // 2
        for style in message.styles:
            start, size, _ = style.split(":")
            assert int(start) + int(size) <= length


def test_the_type_of_a_file_is_read_from_its_bytes_and_it_has_no_name() -> None:
    assert data_uri(b"OggS1234").startswith("data:audio/ogg;base64,")
    assert data_uri(b"....ftypM4A ").startswith("data:audio/mp4;base64,")
    assert data_uri(b"?").startswith("data:application/octet-stream;base64,")
