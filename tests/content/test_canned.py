"""Ready answers: read with the rest, and never a reason for silence."""

from datetime import date
from pathlib import Path

from bot.content.check import check
from bot.content.library import CANNED_FILE, read_content
from bot.core.library import Library
from bot.core.speech import CANNED
from tests.content.folder import BROKEN, lay

READY = BROKEN / "lost_ready_answer"


def test_what_stands_in_the_file_can_be_sent(tmp_path: Path) -> None:
    _, library = read_content(lay(tmp_path, READY))
    assert library
    assert library.canned["emergency"].text == "Call now:\n{hotline:emergency}"


def test_a_file_without_a_meaning_is_found_and_the_bot_speaks_all_the_same(tmp_path: Path) -> None:
    (lay(tmp_path, READY) / CANNED_FILE).write_text("spec: 1\nanswers: {hello: Hello}\n")
    report = check(tmp_path, date(2026, 12, 1))
    assert not report.is_usable
    assert {finding.file for finding in report.findings} >= {CANNED_FILE}
    assert report.library
    assert report.library.canned == {}


def test_every_ready_answer_that_we_ship_is_said_in_every_language(library: Library) -> None:
    known = library.speech.catalogues
    for ready in library.canned.values():
        for text in (ready.label, ready.text):
            assert all(catalogue.get((CANNED, text)) for catalogue in known.values()), text
