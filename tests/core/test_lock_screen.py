"""What a stranger reads on a locked screen, and the words that give her away there."""

import pytest

from bot.core.lock_screen import LOCK_SCREEN, line, shown, telling_words

SENSITIVE = ("heroín*", "shelter*", "clean needle")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Short.", "Short."),
        ("x" * LOCK_SCREEN, "x" * LOCK_SCREEN),
        ("x" * 90, "x" * 90),
        ("word " * 20, "word " * 12),
        ("a " * 29 + "abcdefgh and more", "a " * 29 + "abcdefgh"),
    ],
)
def test_what_is_cut_in_a_word_is_read_to_its_end(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_a_line_says_that_it_is_cut() -> None:
    assert line("One\n\n two") == "One two"
    assert line("word " * 20) == f"{'word ' * 12}".rstrip() + "…"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Heroína, HEROINA e heroínas", ("Heroína", "HEROINA", "heroínas")),
        ("The shelter. A shelter-bed", ("shelter", "shelter-bed")),
        ("shelter shelter", ("shelter",)),
        ("A clean needle", ("clean needle",)),
        ("A needle that is clean", ()),
        (
            "One line\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nshelter",
            ("shelter",),
        ),
        ("word " * 12 + "shelter", ()),
        ("", ()),
    ],
)
def test_words_are_named_as_they_are_written_each_once(text: str, words: tuple[str, ...]) -> None:
    assert telling_words(text, SENSITIVE) == words
