"""Catalogues: what a translator is given, and what of her work is said."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract

from bot.content.catalogue import confirmed, messages, needs_translation, read_translations
from bot.content.document import Unreadable, parse
from bot.content.library import read_content
from tests.content.folder import lay

FLOW = """\
spec: 1
title: Menu
keywords: [one, two words]
reviewed: 2026-11-21
nodes:
  start:
    say:
      - First
      - "{service}"
    choices:
      Go on: next
      "No": {go: next, set: {a: b}}
  next:
    say: |-
      Call {hotline:emergency}
      now.
"""
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def _extracted(text: str, name: str) -> list[tuple[int, object, list[str], str | None]]:
    file = BytesIO(text.encode())
    file.name = name
    return list(extract("flowyaml", file, {"pgettext": ((1, "c"), 2)}, strip_comment_tags=False))


def _catalogue(folder: Path, entries: str, header: str = HEADER) -> Path:
    path = folder / "locales/pt/LC_MESSAGES/comadre.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + entries)
    return folder


def _said(folder: Path) -> dict[tuple[str, str], str]:
    return dict(confirmed(read_translations(folder, "pt")))


def test_babel_finds_the_texts_of_a_flow_with_line_and_context() -> None:
    found = [(line, context, text) for line, text, _, context in _extracted(FLOW, "flows/start.yaml")]
    assert found == [
        (2, "start", "Menu"),
        (3, "keywords:start", "one, two words"),
        (8, "start", "First"),
        (11, "start", "Go on"),
        (12, "start", "No"),
        (14, "start", "Call {hotline:emergency}\nnow."),
    ]


def test_babel_finds_the_texts_of_phrases_and_directory() -> None:
    phrases = _extracted("spec: 1\nreviewed: 2026-11-21\nphrases:\n  menu: Menu\n", "flows/phrases.yaml")
    assert [(line, context) for line, _, _, context in phrases] == [(4, "phrases")]
    directory = _extracted((Path(__file__).parents[1] / "broken/good/directory.yaml").read_text(), "directory.yaml")
    assert (3, "keywords:directory:shelter") in [(line, context) for line, _, _, context in directory]
    assert (7, "directory") in [(line, context) for line, _, _, context in directory]


def test_names_and_numbers_of_services_are_not_given_to_translators() -> None:
    text = (Path(__file__).parents[1] / "broken/good/directory.yaml").read_text()
    texts = [text for _, _, text in messages(parse(text, "directory.yaml"))]
    assert "The House" not in texts
    assert "Rua do Exemplo 1, Porto" not in texts
    assert "The Circle" not in texts
    assert {"Women who meet and talk.", "What is said here stays here. Nobody has to speak."} <= set(texts)


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [("{service}", False), ("{city}: {need}", True), ("Call {hotline:emergency}", True), ("", True)],
)
def test_a_text_that_is_one_placeholder_is_the_same_in_every_language(text: str, *, is_needed: bool) -> None:
    assert needs_translation(text) is is_needed


def test_only_what_a_translator_confirmed_is_said(tmp_path: Path) -> None:
    entries = """\
msgctxt "start"
msgid "Sure"
msgstr "Certo"

#, fuzzy
msgctxt "start"
msgid "Do call the police"
msgstr "Não chames a polícia"

msgctxt "start"
msgid "Empty"
msgstr ""

#~ msgctxt "start"
#~ msgid "Old"
#~ msgstr "Velho"
"""
    folder = _catalogue(tmp_path, entries)
    assert _said(folder) == {("start", "Sure"): "Certo"}
    read = [(entry.text, entry.line, entry.is_fuzzy) for entry in read_translations(folder, "pt")]
    assert read == [("Sure", 5, False), ("Do call the police", 10, True), ("Empty", 14, False)]


def test_a_changed_english_sentence_never_keeps_its_old_translation(tmp_path: Path) -> None:
    folder = lay(tmp_path)
    library = read_content(folder)[1]
    assert library
    (tmp_path / "locales/pt/LC_MESSAGES/comadre.po").write_text(
        HEADER + 'msgctxt "now"\nmsgid "Two minutes. Better now?"\nmsgstr "Dois minutos. Está melhor?"\n'
    )
    path = folder / "flows/now.yaml"
    before = read_content(folder)[1]
    path.write_text(path.read_text().replace("Two minutes. Better now?", "Two minutes. Worse now?"))
    after = read_content(folder)[1]
    assert before
    assert after
    assert (
        before.speech.say("pt", "now", before.flows["now"].nodes["two_minutes"].say[0]) == "Dois minutos. Está melhor?"
    )
    assert after.speech.say("pt", "now", after.flows["now"].nodes["two_minutes"].say[0]) == "Two minutes. Worse now?"


def test_the_same_words_may_be_said_otherwise_in_another_flow(tmp_path: Path) -> None:
    entries = 'msgctxt "a"\nmsgid "No"\nmsgstr "Não"\n\nmsgctxt "b"\nmsgid "No"\nmsgstr "Ainda não"\n'
    assert _said(_catalogue(tmp_path, entries)) == {("a", "No"): "Não", ("b", "No"): "Ainda não"}


def test_a_language_without_a_catalogue_has_nothing_to_say_yet(tmp_path: Path) -> None:
    assert read_translations(tmp_path, "pt") == []


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"msgid\n", 1),
        (b'msgctxt "a"\nmsgid "b"\nnonsense\n', 3),
        (b'msgid "a"\nmsgstr "\xff"\n', 1),
        (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=nonsense\\n"\n\nmsgid "a"\nmsgstr "b"\n', 1),
        (b'msgid ""\nmsgstr "Plural-Forms: nplurals=x; plural=?;\\n"\n', 1),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_a_finding(raw: bytes, line: int, tmp_path: Path) -> None:
    path = _catalogue(tmp_path, "") / "locales/pt/LC_MESSAGES/comadre.po"
    path.write_bytes(raw)
    with pytest.raises(Unreadable) as raised:
        read_translations(tmp_path, "pt")
    assert raised.value.finding.file == "locales/pt/LC_MESSAGES/comadre.po"
    assert raised.value.finding.line == line
