"""Facts are data: what an entry means, who has to sign it, what the list shows."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.content.check import check
from bot.content.document import parse, validate
from bot.content.facts import NO_PAGE, addresses, fact_list, states_figure
from bot.core.fact import Statement, read_fact
from bot.core.flow import Flow
from bot.core.library import Library
from tests.content.folder import GOOD, lay
from tests.content.test_check import TODAY

HEAD = "spec: 1\ntitle: T\nreviewed: 2026-11-21\n"


def _flow(text: str, head: str = "") -> Flow:
    flow, findings = validate(Flow, parse(f"{HEAD}{head}nodes:\n  start:\n    say: One\n{text}", "x.yaml"))
    assert findings == []
    assert flow
    return flow


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("A tips.md 11 from who.int", Statement("A", "tips.md 11", ("who.int",))),
        ("B tips.md 14 additions from a.org/x, b.org", Statement("B", "tips.md 14 additions", ("a.org/x", "b.org"))),
        ("C violence.md B", Statement("C", "violence.md B", ())),
        ("A from who.int", Statement("A", "", ("who.int",))),
        ("C directory.yaml fr-112", Statement("C", "directory.yaml fr-112", ())),
    ],
)
def test_an_entry_says_its_grade_where_it_comes_from_and_its_pages(written: str, fact: Statement) -> None:
    assert read_fact(written) == fact


@pytest.mark.parametrize(
    "written",
    [
        "A tips.md 11",
        "D tips.md 11 from who.int",
        "a tips.md 11 from who.int",
        "A from",
        "A notes.md 1 from who.int",
        "A tips.md from who.int",
        "A tips.md 11 from a.org b.org",
        "A tips.md 11 from a.org,b.org",
        "B tips.md 11 from a.org ",
        "tips.md 11 from a.org",
        "C",
    ],
)
def test_an_entry_that_cannot_be_traced_is_refused(written: str) -> None:
    text = f'{HEAD}nodes:\n  start:\n    say: One\n    facts: "{written}"\n'
    flow, findings = validate(Flow, parse(text, "x.yaml"))
    assert flow is None
    assert [finding.line for finding in findings] == [7]


@pytest.mark.parametrize(
    ("facts", "head", "unsigned"),
    [
        ("", "", ()),
        ("    facts: []\n", "", ()),
        ("    facts: B tips.md 9 from a.org\n", "", ("clinician", "peer")),
        ("    facts: B violence.md 9 from a.org\n", "", ("legal", "peer")),
        ("    facts: B violence.md 9 from a.org\n", "urgent: true\n", ("clinician", "legal", "peer")),
        ("    facts: [B tips.md 9 from a.org, C violence.md 2]\n", "", ("clinician", "legal", "peer")),
        ("    facts: B from a.org\n", "", ("clinician", "legal", "peer")),
        ("    facts: C directory.yaml fr-112\n", "", ("peer",)),
        ("    facts: C directory.yaml fr-112\n", "signed: {peer: 2026-11-22}\n", ()),
        ("    facts: B tips.md 9 from a.org\n", "signed: {peer: 2026-11-22, legal: 2026-11-22}\n", ("clinician",)),
    ],
)
def test_who_has_to_sign_follows_from_the_facts(facts: str, head: str, unsigned: tuple[str, ...]) -> None:
    assert _flow(facts, head).unsigned() == unsigned


@pytest.mark.parametrize(
    ("text", "is_figure"),
    [
        ("Start within 72 hours.", True),
        ("Press for 15 to 30 minutes.", True),
        ("It cuts the risk about 99%.", True),
        ("About 74 % less.", True),
        ("1.5 mg, once.", True),
        ("A grain in 10 mL of water.", True),
        ("A 24-hour rest.", True),
        ("28 days.", True),
        ("Over 40 °C?", True),
        ("Call 112 now.", False),
        ("Text 114, free, day and night.", False),
        ("Since a law of 2016.", False),
        ("Two minutes. Better now?", False),
        ("Room 3 has beds.", False),
    ],
)
def test_a_figure_is_a_number_that_somebody_may_act_on(text: str, *, is_figure: bool) -> None:
    assert states_figure(text) is is_figure


@pytest.mark.parametrize(("facts", "findings"), [("", 1), ("    facts: []\n", 0)])
def test_a_figure_about_the_program_says_so_with_an_empty_list(facts: str, findings: int, tmp_path: Path) -> None:
    over = tmp_path / "over"
    path = over / "flows/me.yaml"
    path.parent.mkdir(parents=True)
    path.write_text((GOOD / "flows/me.yaml").read_text().replace("say: Done.\n", f"say: Kept 24 hours.\n{facts}"))
    assert len(check(lay(tmp_path / "content", over), TODAY).findings) == findings


def test_the_list_has_a_row_for_each_screen_that_states_a_fact(library: Library) -> None:
    rows = [line.split("|")[1].strip() for line in fact_list(library).splitlines() if line.startswith("| ")]
    assert rows[1:] == [
        f"{name}.{node}" for name, flow in library.flows.items() for node, each in flow.nodes.items() if each.facts
    ]


def test_every_row_names_grade_page_review_and_who_has_not_signed(library: Library) -> None:
    _, _, *rows = (line for line in fact_list(library).splitlines() if line.startswith("|"))
    for row in rows:
        _, _, said, grades, origin, reviewed, unsigned, _ = (cell.strip() for cell in row.split("|"))
        assert said, row
        assert re.fullmatch(r"[ABC]( [ABC])*", grades), row
        assert "[" in origin or NO_PAGE in origin, row
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", reviewed), row
        assert re.fullmatch(r"all signed|(clinician|legal|peer)(, (legal|peer))*", unsigned), row


def test_every_page_of_the_list_has_a_name_of_its_own(library: Library) -> None:
    text = fact_list(library)
    named = re.findall(r"^\[([^\]]+)\]: (\S+)$", text, re.MULTILINE)
    assert len({label.lower() for label, _ in named}) == len({address for _, address in named}) == len(named)
    rows = "".join(line for line in text.splitlines() if line.startswith("|"))
    assert set(re.findall(r"\[([^\]]+)\]", rows)) == {label for label, _ in named}


def test_a_fact_about_a_place_has_the_pages_of_its_entry(library: Library) -> None:
    fact = read_fact("C directory.yaml fr-112")
    (line,) = (each for each in library.directory.hotlines if each.id == "fr-112")
    assert addresses(fact, library.flows["overdose"], library.directory) == line.source


def test_a_grade_is_data_and_never_a_comment(content_folder: Path) -> None:
    graded = re.compile(r"#.*\[[ABC!]")
    assert [
        f"{path.name}: {line}"
        for path in (content_folder / "flows").glob("*.yaml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if graded.search(line)
    ] == []


def test_the_command_prints_the_list_and_nothing_else(content_folder: Path, library: Library) -> None:
    result = CliRunner().invoke(app, ["check", "--facts", str(content_folder)])
    assert result.exit_code == 0
    assert result.stdout == fact_list(library)


def test_the_command_says_why_there_is_no_list(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--facts", str(tmp_path)])
    assert result.exit_code == 1
    assert "cannot be read" in result.stdout
