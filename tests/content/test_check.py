"""Every rule of `comadre check`, each with the broken content that it protects from."""

from datetime import date
from pathlib import Path

import pytest

from bot.content.check import RULES, Report, Rule, check
from bot.content.finding import Finding, Level
from bot.content.library import read_content
from tests.content.folder import BROKEN, EXPECTED, GOOD, lay

TODAY = date(2026, 12, 1)
FIXTURES = sorted(path for path in BROKEN.iterdir() if path != GOOD)
NEVER_FORBIDDING = {
    "unused_phrase", "unused_picture", "wordless_picture", "stale_translation", "old_review", "unverified_entry",
    "future_date", "long_sentence", "avoided_word", "exclamation_mark", "early_reminder", "unsaid_source",
}  # fmt: skip
"""What waits for a person's time: the running bot takes such content."""


@pytest.fixture(params=FIXTURES, ids=lambda path: path.name)
def broken(request: pytest.FixtureRequest) -> Path:
    """Give each folder of broken content in turn."""
    return Path(request.param)


def test_broken_content_is_found_at_its_place_and_the_remedy_said(broken: Path, tmp_path: Path) -> None:
    found = "".join(f"{finding}\n" for finding in check(lay(tmp_path, broken), TODAY).findings)
    assert found == (broken / EXPECTED).read_text()
    assert found


def test_only_what_would_harm_her_forbids_the_content(broken: Path, tmp_path: Path) -> None:
    assert check(lay(tmp_path, broken), TODAY).is_good is (broken.name in NEVER_FORBIDDING)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_has_broken_content_of_its_own(rule: Rule, tmp_path: Path) -> None:
    assert BROKEN / rule.__name__ in FIXTURES, f"tests/broken/{rule.__name__}/ is missing"
    content, _ = read_content(lay(tmp_path, BROKEN / rule.__name__), TODAY)
    assert list(rule(content)) != []


def test_every_rule_says_what_it_protects() -> None:
    for rule in RULES:
        assert (rule.__doc__ or "").startswith("Protect "), rule.__name__


def test_good_content_has_no_findings(tmp_path: Path) -> None:
    report = check(lay(tmp_path), TODAY)
    assert report.findings == ()
    assert report.is_good
    assert report.library


def test_shipped_content_has_no_errors(content_folder: Path) -> None:
    report = check(content_folder, TODAY)
    assert [str(finding) for finding in report.findings if finding.level is not Level.WARNING] == []


def test_findings_of_all_files_come_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    lay(tmp_path)
    for name, old, new in (
        ("directory.yaml", "Europe/Lisbon", "Europe/Porto"),
        ("flows/now.yaml", "Done: start.menu", "Done: start.meny"),
        ("flows/me.yaml", "say: Done.", "sai: Done."),
    ):
        path = tmp_path / name
        path.write_text(path.read_text().replace(old, new))
    found = check(tmp_path, TODAY).findings
    assert [finding.file for finding in found] == ["directory.yaml", "flows/me.yaml", "flows/now.yaml"]
    assert list(found) == sorted(found)


def test_an_empty_folder_gives_findings_and_no_library(tmp_path: Path) -> None:
    report = check(tmp_path, TODAY)
    assert {finding.file for finding in report.findings} == {
        "flows", "flows/phrases.yaml", "directory.yaml", "locales/languages.yaml"
    }  # fmt: skip
    assert report.library is None
    assert not report.is_good


def test_a_report_with_warnings_only_is_good() -> None:
    finding = Finding("a.yaml", 1, 1, "old", Level.WARNING)
    assert Report((finding,), None).is_good
    assert not Report((finding, Finding("a.yaml", 1, 1, "wrong")), None).is_good


def test_a_sentence_that_nobody_has_translated_yet_is_used_in_english_but_not_shipped(tmp_path: Path) -> None:
    lay(tmp_path)
    path = tmp_path / "flows/now.yaml"
    path.write_text(path.read_text().replace("Done: start.menu", "All done: start.menu"))
    report = check(tmp_path, TODAY)
    assert report.is_usable
    assert not report.is_good
    assert report.library


def test_a_language_that_is_hardly_translated_is_not_offered(tmp_path: Path) -> None:
    lay(tmp_path)
    catalogue = tmp_path / "locales/pt/LC_MESSAGES/comadre.po"
    head, *entries = catalogue.read_text().split("\n\n")
    catalogue.write_text("\n\n".join([head, *entries[: len(entries) // 2]]) + "\n")
    assert not check(tmp_path, TODAY).is_usable


@pytest.mark.parametrize("kept", ["2025-12-01", "2026-11-30"])
def test_a_review_is_believed_for_exactly_a_year(kept: str, tmp_path: Path) -> None:
    _write(tmp_path, "flows/now.yaml", "reviewed: 2026-11-21", f"reviewed: {kept}")
    assert check(tmp_path, TODAY).findings == ()
    assert len(check(tmp_path, date(2027, 12, 1)).findings) > 1


@pytest.mark.parametrize(("on", "findings"), [("2026-06-04", 0), ("2026-06-03", 1)])
def test_a_check_with_the_place_is_believed_for_180_days(on: str, findings: int, tmp_path: Path) -> None:
    _write(tmp_path, "directory.yaml", "verified_on: 2026-11-01", f"verified_on: {on}")
    assert len(check(tmp_path, TODAY).findings) == findings


@pytest.mark.parametrize(
    ("needs", "is_refused"),
    [
        ("[womens_shelter]", True),
        ("[womens_shelter, shelter]", True),
        ("[womens_shelter, food]", False),
        ("[shelter]", False),
    ],
)
def test_only_a_place_that_does_more_than_shelter_women_may_have_an_address(
    needs: str, *, is_refused: bool, tmp_path: Path
) -> None:
    _write(tmp_path, "directory.yaml", "needs: [shelter]", f"needs: {needs}")
    assert bool(check(tmp_path, TODAY).findings) is is_refused


@pytest.mark.parametrize(
    ("number", "is_good"),
    [
        ("+351 222 073 810", True),
        ("222 073 810", True),
        ("800 202 148", True),
        ("116 006", True),
        ("144", True),
        ("1", False),
        ("222 073 81", False),
        ("+34 936 398 589", True),
        ("936 398 589", True),
        ("+35 12 34", False),
        ("call us", False),
        ("+", False),
        ("١٤٤", False),
    ],
)
def test_a_number_of_a_service_can_be_dialled(number: str, *, is_good: bool, tmp_path: Path) -> None:
    _write(tmp_path, "directory.yaml", "number: +351 222 073 810", f'number: "{number}"')
    assert (check(tmp_path, TODAY).findings == ()) is is_good


@pytest.mark.parametrize("number", ["+351 800 202 148", "00351800202148", "+351 116 006"])
def test_a_hotline_never_has_a_country_code(number: str, tmp_path: Path) -> None:
    _write(tmp_path, "directory.yaml", "800 202 148", f'"{number}"')
    (finding,) = check(tmp_path, TODAY).findings
    assert "country code" in finding.message


@pytest.mark.parametrize(
    ("text", "is_safe"),
    [
        ("Two minutes. Better now?", True),
        ("Using? Two minutes. Better now?", False),
        ("Fusing two minutes. Better now?", True),
        ("DRÚGS! Two minutes.", False),
        ("x" * 59 + " drugs", True),
        ("x" * 54 + " drugs", False),
        ("x" * 56 + " drugs", False),
    ],
)
def test_a_lock_screen_shows_no_word_that_begins_in_its_first_60_characters(
    text: str, *, is_safe: bool, tmp_path: Path
) -> None:
    _write(tmp_path, "flows/now.yaml", "Two minutes. Better now?", text)
    assert (check(tmp_path, TODAY).findings == ()) is is_safe


def test_a_timer_that_passes_through_a_decision_is_safe_on_every_way(tmp_path: Path) -> None:
    _write(tmp_path, "flows/now.yaml", "minutes: two_minutes", "minutes: decide")
    path = tmp_path / "flows/now.yaml"
    path.write_text(
        path.read_text()
        + "  decide:\n    switch: {city: {none: two_minutes, else: other}}\n  other:\n    say: Any drugs?\n"
    )
    found = [str(finding) for finding in check(tmp_path, TODAY).findings if "lock screen" in finding.message]
    assert [each.partition(": ")[0] for each in found] == ["flows/now.yaml:23:5"]


@pytest.mark.parametrize(
    ("reminder", "is_safe"),
    [
        ("Reminder today {time}.", True),
        ("Using today, {time}?", False),
        ("See you {time} drugs", False),
        (f"{'x' * 60} {{time}} drugs", True),
        (f"{'x' * 50}{{time}} drugs", False),
    ],
)
def test_a_reminder_is_safe_on_a_lock_screen_however_little_is_filled_in(
    reminder: str, *, is_safe: bool, tmp_path: Path
) -> None:
    _write(tmp_path, "flows/phrases.yaml", "Reminder today {time}.", reminder)
    found = [str(finding) for finding in check(tmp_path, TODAY).findings]
    assert (found == []) is is_safe
    assert all("lock screen" in each for each in found)


def test_a_translated_reminder_is_safe_on_a_lock_screen_too(tmp_path: Path) -> None:
    lay(tmp_path)
    path = tmp_path / "locales/pt/LC_MESSAGES/comadre.po"
    path.write_text(path.read_text().replace('msgstr "Reminder today {time}."', 'msgstr "Drogas hoje, {time}?"'))
    (finding,) = check(tmp_path, TODAY).findings
    assert "lock screen" in finding.message
    assert finding.file.endswith("pt/LC_MESSAGES/comadre.po")


def test_what_a_broken_file_may_hold_is_not_reported_missing(tmp_path: Path) -> None:
    _write(tmp_path, "flows/me.yaml", "say: Done.", "sai: Done.")
    found = check(tmp_path, TODAY).findings
    assert {finding.file for finding in found} == {"flows/me.yaml"}


def _write(folder: Path, name: str, old: str, new: str) -> None:
    """Lay the good content with one change, translated word for word."""
    over = folder.parent / f"{folder.name}-change"
    path = over / name
    path.parent.mkdir(parents=True)
    text = (GOOD / name).read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    lay(folder, over)
