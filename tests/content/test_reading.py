"""How the bot speaks: where a sentence ends, what counts as a word, and which words are not said, in every text."""

from datetime import date
from pathlib import Path

import pytest

from bot.content.check import check
from bot.content.finding import Level
from bot.content.library import Content, read_content
from bot.content.rules.reading import MOST_WORDS, avoided_word, exclamation_mark, long_sentence
from tests.content.folder import lay

TODAY = date(2026, 12, 1)
RULES = (long_sentence, avoided_word, exclamation_mark)
LONG = " ".join(["word"] * (MOST_WORDS + 1))
FULL = " ".join(["word"] * MOST_WORDS)


def _said(folder: Path, english: str, portuguese: str = "") -> Content:
    """Read the good content with another text on one screen, and perhaps with a translation of its own."""
    lay(folder)
    _change(folder, "flows/now.yaml", "Two minutes. Better now?", _block(english))
    if portuguese:
        _translate(folder, english, portuguese)
    return read_content(folder, TODAY)[0]


def _block(text: str) -> str:
    return "|-\n" + "\n".join(f"      {line}" for line in text.split("\n"))


def _change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _translate(folder: Path, english: str, portuguese: str, mark: str = "") -> None:
    with (folder / "locales/pt/LC_MESSAGES/comadre.po").open("a") as file:
        file.write(f'\n{mark}msgctxt "now"\nmsgid "{english}"\nmsgstr "{portuguese}"\n')


def _found(content: Content) -> list[str]:
    """Return what the three rules find, as `file: what`."""
    findings = sorted(finding for rule in RULES for finding in rule(content))
    return [f"{finding.file}: {finding.message.partition(';')[0]}" for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        f"{FULL}. {FULL}? {FULL}… {FULL}: {FULL}; {FULL}.",
        f"“{FULL}.” {FULL}. ({FULL}.) {FULL}",
        f"{FULL}\n- {FULL}\n- {FULL}",
        f"{FULL} - —",
    ],
    ids=["fifteen words", "every mark ends", "a closing quote or bracket", "a line ends", "a dash is no word"],
)
def test_sentences_of_fifteen_words_are_read_at_once(text: str, tmp_path: Path) -> None:
    assert _found(_said(tmp_path, text)) == []


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        f"Short. {LONG}. Short.",
        f"{FULL}, and",
        f"{{hotline:emergency}} {FULL}",
        f"112 {FULL}",
        f"3.5 18:00 {FULL}",
    ],
    ids=["sixteen words", "among short ones", "a comma ends none", "a placeholder counts", "a number counts", "3.5"],
)
def test_a_sentence_of_more_words_is_found(text: str, tmp_path: Path) -> None:
    (found,) = _found(_said(tmp_path, text))
    assert "words in one sentence" in found


def test_the_finding_counts_the_words_and_shows_the_first(tmp_path: Path) -> None:
    assert _found(_said(tmp_path, f"Now. Look at {LONG}")) == [
        f"flows/now.yaml: 'Look at word word word…' has {MOST_WORDS + 3} words in one sentence"
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("flows/now.yaml", "title: I need help now", "title: You must read this"),
        ("flows/now.yaml", "Done: start.menu", "I must stop: start.menu"),
        ("flows/phrases.yaml", "unclear: Unclear.", "unclear: You must say it otherwise."),
        ("directory.yaml", "name: Food,", "name: What you must eat,"),
        (
            "directory.yaml",
            "    hours: Mo-Fr 09:00-18:00",
            "    hours_note: You must ring.\n    hours: Mo-Fr 09:00-18:00",
        ),
        ("directory.yaml", '    sms: "3060"', '    warning: You must ring.\n    sms: "3060"'),
        ("directory.yaml", "    - number: +351 222 073 810", "    - number: 222 073 810\n        note: You must ring."),
    ],
    ids=["title", "label", "phrase", "need", "service", "hotline", "phone"],
)
def test_every_text_that_she_reads_is_held_against_the_list(name: str, old: str, new: str, tmp_path: Path) -> None:
    lay(tmp_path)
    _change(tmp_path, name, old, new)
    assert _found(read_content(tmp_path, TODAY)[0]) == [f"{name}: 'must' is a word to avoid"]


def test_keywords_are_her_words_and_free(tmp_path: Path) -> None:
    lay(tmp_path)
    _change(tmp_path, "flows/now.yaml", "[not breathing, blue lips]", f"[addict, {LONG}]")
    assert _found(read_content(tmp_path, TODAY)[0]) == []


@pytest.mark.parametrize(
    "text",
    [
        "You can ask: “Do you have to report?”",
        'She may hear «addict» or "addict".',
        "Ask at the Sta. Must Be House e.V. You can.",
        "Take all that you have. To go on, rest.",
        "A new test. Clean water.",
    ],
    ids=["a quotation", "other quotation marks", "a name", "two sentences", "two sentences again"],
)
def test_what_the_bot_does_not_say_itself_is_free(text: str, tmp_path: Path) -> None:
    lay(tmp_path)
    _change(tmp_path, "directory.yaml", "name: The other House", "name: Sta. Must be House e.V.")
    _change(tmp_path, "flows/now.yaml", "Two minutes. Better now?", _block(text))
    assert _found(read_content(tmp_path, TODAY)[0]) == []


def test_an_avoided_word_beside_a_name_or_a_quotation_is_found(tmp_path: Path) -> None:
    lay(tmp_path)
    _change(tmp_path, "directory.yaml", "name: The other House", "name: Sta. Must be House e.V.")
    _change(
        tmp_path,
        "flows/now.yaml",
        "Two minutes. Better now?",
        "You must say “must” at the Sta. Must be House e.V. now.",
    )
    assert _found(read_content(tmp_path, TODAY)[0]) == ["flows/now.yaml: 'must' is a word to avoid"]


@pytest.mark.parametrize(
    ("portuguese", "found"),
    [
        (LONG, f"'word word word word word…' has {MOST_WORDS + 1} words in one sentence"),
        ("Tens de ir.", "'tens de' is a word to avoid"),
        ("¡Olá", "'¡' sounds like shouting"),
        ("You must go.", ""),
    ],
)
def test_a_translation_is_read_like_its_source_with_the_list_of_its_language(
    portuguese: str, found: str, tmp_path: Path
) -> None:
    content = _said(tmp_path, "Two minutes.", portuguese)
    assert _found(content) == ([f"locales/pt/LC_MESSAGES/comadre.po: {found}"] if found else [])


def test_a_translation_that_is_not_said_is_not_read(tmp_path: Path) -> None:
    lay(tmp_path)
    _translate(tmp_path, "No longer said.", f"{LONG}!")
    _change(tmp_path, "flows/now.yaml", "Two minutes. Better now?", "Three minutes.")
    _translate(tmp_path, "Three minutes.", f"{LONG}!", mark="#, fuzzy\n")
    assert _found(read_content(tmp_path, TODAY)[0]) == []


def test_how_a_text_reads_never_keeps_it_from_her(tmp_path: Path) -> None:
    _said(tmp_path, f"You must! {LONG}")
    levels = {finding.level for finding in check(tmp_path, TODAY).findings if "translate" not in finding.message}
    assert levels == {Level.WARNING}


def test_shipped_texts_read_easily_in_every_language(content_folder: Path) -> None:
    assert _found(read_content(content_folder, TODAY)[0]) == []
