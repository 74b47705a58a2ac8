"""Words in all languages at once: what comes first, and what only sounds like danger."""

from bot.core.library import Library
from bot.core.speech import normalise
from bot.core.tongue import Sense, Tongue, Urgency
from bot.core.vocabulary import Vocabulary, keywords

ENGLISH = (
    *keywords(["bed", "bed tonight", "nowhere to sleep"], Sense.NEED, "shelter"),
    *keywords(["methadone", "substitution treatment"], Sense.NEED, "opioid_treatment"),
    *keywords(["overdose", "not breathing", "i want to die", "hit me"], Sense.FLOW, "overdose", urgency=Urgency.DANGER),
    *keywords(["help me"], Sense.FLOW, "now", urgency=Urgency.HELP),
    *keywords(["want to die of shame", "hit me up"], Sense.SAYING, ""),
)
PORTUGUESE = tuple(keywords(["cama", "overdose"], Sense.NEED, "cama"))
NAMES = tuple(keywords(["Porto"], Sense.CITY, "porto"))
VOCABULARY = Vocabulary({}, {}, (Tongue(NAMES), Tongue(ENGLISH), Tongue(PORTUGUESE)))


def targets(text: str) -> list[str]:
    return [match.keyword.target for match in VOCABULARY.find(normalise(text))]


def test_all_languages_are_looked_through() -> None:
    assert targets("cama porto bed") == ["porto", "cama", "shelter"]


def test_a_word_of_one_language_is_no_typing_error_in_another() -> None:
    both = Vocabulary(
        {}, {}, (Tongue(keywords(["breath"], Sense.NEED, "a")), Tongue(keywords(["breast"], Sense.NEED, "b")))
    )
    assert [match.keyword.target for match in both.find("breath")] == ["a"]
    assert [match.keyword.target for match in both.find("breasth")] == ["a", "b"]


def test_the_urgent_comes_first_and_then_the_longer_phrase() -> None:
    assert targets("porto bed tonight not breathing") == ["overdose", "shelter", "porto", "shelter"]


def test_a_danger_that_she_names_comes_before_a_bare_cry_for_help() -> None:
    assert targets("help me she is not breathing") == ["overdose", "now"]


def test_a_cry_for_help_inside_a_saying_only_sounds_like_one() -> None:
    assert targets("i want to die of shame") == []
    assert targets("hit me up later") == []


def test_a_saying_hides_no_cry_for_help_beside_it() -> None:
    assert targets("i want to die of shame and she is not breathing") == ["overdose"]
    assert targets("i want to die") == targets("he hit me and i hit him") == ["overdose"]


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
