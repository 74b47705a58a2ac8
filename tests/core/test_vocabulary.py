"""Keywords: exact, forgiven, and not forgiven."""

import pytest

from bot.core.library import Library
from bot.core.speech import normalise
from bot.core.vocabulary import Sense, Vocabulary, keywords

VOCABULARY = Vocabulary(
    {},
    {},
    (
        *keywords(["bed", "bed tonight", "nowhere to sleep"], Sense.NEED, "shelter"),
        *keywords(["methadone", "substitution treatment"], Sense.NEED, "opioid_treatment"),
        *keywords(["overdose", "not breathing"], Sense.FLOW, "overdose", is_urgent=True),
        *keywords(["Porto"], Sense.CITY, "porto"),
    ),
)


def targets(text: str) -> list[str]:
    return [keyword.target for keyword in VOCABULARY.find(normalise(text))]


@pytest.mark.parametrize("text", ["dead", "bad", "red", "be", "beds"])
def test_a_short_word_is_not_forgiven(text: str) -> None:
    assert targets(text) == []


@pytest.mark.parametrize("text", ["overdoes", "ovredose", "overdos", "overrdose"])
def test_a_long_word_is_forgiven_one_error(text: str) -> None:
    assert targets(text) == ["overdose"]


def test_a_very_long_word_is_forgiven_two_errors_and_not_three() -> None:
    assert targets("metadon") == []
    assert targets("metadonne") == ["opioid_treatment"]
    assert targets("mxtxdxne") == []


def test_all_words_of_a_phrase_must_follow_each_other() -> None:
    assert targets("she is not breathing at all") == ["overdose"]
    assert targets("breathing is not it") == []


def test_the_urgent_comes_first_and_then_the_longer_phrase() -> None:
    assert targets("porto bed tonight overdose") == ["overdose", "shelter", "porto", "shelter"]


def test_a_word_beyond_the_sixtieth_is_not_read() -> None:
    assert targets("la " * 59 + "porto") == ["porto"]
    assert targets("la " * 60 + "porto") == []


def test_the_words_that_always_work_are_the_same_in_any_case_and_accent(library: Library) -> None:
    commands = library.vocabulary.commands
    for word in ("SAIR", "Sáir", "esquéce-me", "menú", "BÓRRAME"):
        assert normalise(word) in commands


def test_no_command_means_two_things(library: Library) -> None:
    seen: dict[str, str] = {}
    for language in library.speech.languages.values():
        for command, words in language.words.items():
            for word in words:
                assert seen.setdefault(normalise(word), command) == command


def test_one_word_may_stand_inside_a_cry_for_help_unless_it_turns_it_round() -> None:
    cries = tuple(keywords(["he hit me", "lips are blue"], Sense.FLOW, "danger", is_urgent=True))
    vocabulary = Vocabulary({}, {}, cries, negations=frozenset({"didnt"}))
    assert vocabulary.find("her lips are so blue")
    assert vocabulary.find("he really hit me")
    assert not vocabulary.find("he didnt hit me")
    assert not vocabulary.find("her lips are not at all blue")


def test_words_that_are_no_cry_for_help_are_taken_as_they_stand() -> None:
    plain = tuple(keywords(["clean gear"], Sense.NEED, "gear"))
    assert not Vocabulary({}, {}, plain).find("clean my gear")
