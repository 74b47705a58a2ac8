"""Typing errors: forgiven, and not forgiven."""

import pytest

from bot.core.spelling import Spelling, sound

KNOWN = Spelling(["overdose", "methadone", "bed", "raped", "quiero", "hit", "jeringa", "strangl*", "unconscious"])


@pytest.mark.parametrize("word", ["dead", "bad", "red", "be", "beds", "hid", "hot"])
def test_a_short_word_is_not_forgiven(word: str) -> None:
    assert KNOWN.of(word) == set()


@pytest.mark.parametrize("word", ["overdoes", "ovredose", "overdos", "overrdose"])
def test_a_long_word_is_forgiven_one_error(word: str) -> None:
    assert KNOWN.of(word) == {"overdose"}


def test_a_very_long_word_is_forgiven_two_errors_and_not_three() -> None:
    assert KNOWN.of("metadon") == set()
    assert KNOWN.of("metadonne") == {"methadone"}
    assert KNOWN.of("mxtxdxne") == set()


def test_a_word_of_four_letters_may_have_lost_one_inside() -> None:
    assert KNOWN.of("rapd") == {"raped"}
    assert KNOWN.of("rape") == set()


def test_the_first_letter_is_never_forgiven() -> None:
    assert KNOWN.of("conscious") == set()


@pytest.mark.parametrize(("word", "meant"), [("kiero", "quiero"), ("geringa", "jeringa"), ("hitttt", "hit")])
def test_a_word_may_be_written_by_ear_or_with_a_stuck_key(word: str, meant: str) -> None:
    assert KNOWN.of(word) == {meant}


@pytest.mark.parametrize(("word", "other"), [("still", "sti"), ("all", "ai"), ("will", "wi")])
def test_two_l_at_the_end_of_a_word_are_no_i(word: str, other: str) -> None:
    """Whoever asks “are you still there?” does not ask about infections."""
    assert sound(word) != sound(other)
    assert sound("llamar") == sound("yamar")


def test_a_stem_stands_for_every_ending() -> None:
    assert KNOWN.of("strangling") == {"strangl*"}
    assert KNOWN.of("strange") == set()


def test_an_exact_word_leaves_no_doubt() -> None:
    assert Spelling(["raped", "rapes"]).of("raped") == {"raped"}


def test_nothing_is_forgiven_where_that_was_not_asked_for() -> None:
    assert KNOWN.of("overdoes", is_forgiven=False) == set()


@pytest.mark.parametrize(("one", "other"), [("violó", "bioló"), ("hostia", "ostia"), ("inchado", "inxado")])
def test_words_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)
