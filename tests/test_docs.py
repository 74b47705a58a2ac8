"""The guides say what the program does: settings, commands, keys, placeholders, durations and links."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import typer

from bot.app import COMMANDS
from bot.channels.base import Channel
from bot.cli import app
from bot.content.check import check
from bot.content.document import parse, validate
from bot.content.facts import addresses, fact_list
from bot.content.finding import Level
from bot.content.library import CANNED_FILE, DIRECTORY_FILE
from bot.content.rules.reading import MOST_WORDS
from bot.content.rules.text import LONGEST_LABEL, LONGEST_TEXT, MOST_CHOICES, PLACEHOLDERS
from bot.core.canned import ReadyAnswers
from bot.core.contact import HANDLE_KEPT, LANGUAGE_KEPT, MEMBERSHIP_KEPT, POSITION_KEPT, STILL_ASKED
from bot.core.conversation import ROUTE_KEPT, WAITING_KEPT
from bot.core.directory import Directory, Group, Welcome
from bot.core.duration import LONGEST_WAIT
from bot.core.flow import Flow, Node
from bot.core.follow_up import USEFUL_FOR
from bot.core.library import Library
from bot.core.phrase import SENT_FIRST
from bot.core.recurrence import days, read
from bot.core.speech import Language
from bot.core.terms import NIGHT
from bot.services.schedule import LOOK_EVERY, PURGE_EVERY
from bot.settings import DEFAULT_PREVIEW_PORT, PREFIX, Settings
from bot.storage.notices import KEPT
from bot.storage.store import COUNT_KEPT, FEWEST_SHOWN
from tests.channels.signal_cli import flags

USEFUL_DAYS = {2: "two"}
ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Return a page of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one."""
    _, _, rest = text.partition(f"\n{heading}\n")
    assert rest, f"no heading {heading!r}"
    return re.split(r"\n##+ ", rest, maxsplit=1)[0]


def first_cells(text: str) -> list[str]:
    """Return the code in the first cell of each row of the tables in `text`."""
    return re.findall(r"^ *\| `([^`]+)`", text, re.MULTILINE)


def anchors(text: str) -> set[str]:
    """Return the names that the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    assert sorted(first_cells(section(page("README.md"), "## Settings"))) == sorted(
        f"{PREFIX}{name.upper()}" for name in Settings.model_fields
    )


def test_every_command_is_in_the_readme_and_no_other() -> None:
    command = typer.main.get_command(app)
    names = [f"comadre {name}" for name in command.commands]  # type: ignore[attr-defined]  # a group, since there are several
    assert sorted(first_cells(section(page("README.md"), "## Commands"))) == sorted(names)


def test_the_readme_names_the_port_that_the_preview_has() -> None:
    assert f"http://127.0.0.1:{DEFAULT_PREVIEW_PORT}" in page("README.md")


def test_what_is_kept_ends_when_the_readme_says() -> None:
    told = section(page("README.md"), "## What is kept about a woman")
    rows = [line.split("|")[2].strip() for line in told.splitlines() if line.startswith("|")][2:]
    hours = {
        name: int(each.total_seconds()) // 3600 for name, each in (("position", POSITION_KEPT), ("handle", HANDLE_KEPT))
    }
    assert rows == [
        f"{hours['position']} hours after her last message",
        f"{LANGUAGE_KEPT.days} days after her last message",
        f"{hours['handle']} hours each",
        f"until the reply is sent; the timer, {int(LONGEST_WAIT.total_seconds()) // 3600} hours at most",
        f"until it ends; {ROUTE_KEPT.days} days after the last word",
        f"until it is read; {int(WAITING_KEPT.total_seconds()) // 3600} hours at most",
        "until it ends",
        f"until she leaves; {MEMBERSHIP_KEPT.days} days after her last message, and she is asked before",
        "until the meeting is over or the vote closed",
        "until the meeting is over",
        f"{KEPT.days} days after its end",
        f"until she was asked, {USEFUL_DAYS[USEFUL_FOR.days]} days later at most",
        *[f"{COUNT_KEPT.days // 365 * 12} months, never shown below {FEWEST_SHOWN}"] * 3,
    ]
    assert PURGE_EVERY == 600
    assert "within ten minutes" in told


def test_no_flow_asks_a_woman_for_more_than_the_readme_says(library: Library) -> None:
    """A place; in a group her hours, and what she wants to speak of; a code word and words of her own, if she wants."""
    for_her = {name: flow for name, flow in library.flows.items() if flow.audience == "woman"}
    asked = {
        (f"{name}.{at}", node.ask) for name, flow in for_her.items() for at, node in flow.nodes.items() if node.ask
    }
    beside = {at: kind for at, kind in asked if kind != "place"}
    in_group = {"groups.first": "time", "groups.last": "time", "groups.proposal": "text"}
    assert beside == in_group | {"peer.code": "text", "referral.words": "text"}


def test_a_group_keeps_to_what_its_guide_says() -> None:
    guide = page("docs/groups.md")
    assert f"After {STILL_ASKED.days} days" in guide
    assert f"after {MEMBERSHIP_KEPT.days} days" in guide
    assert f"from {NIGHT[1].hour}:00 to {NIGHT[0].hour}:00" in guide
    assert f"{KEPT.days} days after its end" in guide
    assert LOOK_EVERY == 60


def test_the_guide_shows_what_a_locked_screen_shows(library: Library) -> None:
    told = section(page("docs/groups.md"), "## What a locked screen shows")
    shown = [line.split("|")[2].strip() for line in told.splitlines() if line.startswith("|")][2:]
    patterns = [re.sub(r"\\\{.*?\\\}", ".+", re.escape(library.phrases[name])) for name in SENT_FIRST]
    assert all(any(re.fullmatch(pattern, line) for pattern in patterns) for line in shown), shown


def test_every_key_of_a_flow_is_in_the_guide_and_no_other() -> None:
    told = first_cells(section(page("docs/writing-flows.md"), "## The head of a flow"))
    assert sorted(told) == sorted(field.alias or name for name, field in Flow.model_fields.items())


def test_every_key_of_a_node_is_in_the_guide_and_no_other() -> None:
    told = first_cells(section(page("docs/writing-flows.md"), "## What a node can have"))
    assert sorted(told) == sorted(Node.model_fields)


def test_every_sensitive_flow_is_in_the_guide_with_its_reason_and_no_other(library: Library) -> None:
    told = first_cells(section(page("docs/writing-flows.md"), "### Who can read along"))
    assert sorted(told) == sorted(name for name, flow in library.flows.items() if flow.sensitive)


def test_every_placeholder_is_in_the_guide_and_no_other() -> None:
    told = first_cells(section(page("docs/writing-flows.md"), "## Placeholders"))
    assert {re.split("[:}]", each.strip("{"))[0] for each in told} == PLACEHOLDERS
    assert "{hotlines:need}" in told


def test_the_limits_in_the_guide_are_those_of_the_check() -> None:
    guide = page("docs/writing-flows.md")
    assert f"{LONGEST_TEXT:,}".replace(",", " ") + f" at most, {LONGEST_LABEL} on a button" in guide
    assert f"At most {MOST_CHOICES} choices" in guide
    assert f"over {MOST_WORDS} words" in guide
    assert f"to {MOST_WORDS} words" in page("docs/languages.md")


def test_the_first_flow_of_the_guide_is_a_flow(library: Library) -> None:
    """A peer who copies it gets what the page promises."""
    (example,) = re.findall(r"^   ```yaml\n(.*?)^   ```", page("docs/writing-flows.md"), re.MULTILINE | re.DOTALL)
    flow, findings = validate(Flow, parse(re.sub(r"^   ", "", example, flags=re.MULTILINE), "flows/water.yaml"))
    assert findings == []
    assert flow
    for target in (target for node in flow.nodes.values() for target in node.targets() if "." in target):
        name, _, node = target.partition(".")
        assert node in library.flows[name].nodes


def test_every_key_of_a_language_is_in_the_guide_and_no_other() -> None:
    assert first_cells(section(page("docs/languages.md"), "## A new language")) == list(Language.model_fields)


def test_the_words_that_always_work_are_in_the_guide() -> None:
    assert [word for word in COMMANDS if f"`{word}`" not in page("docs/languages.md")] == []


def test_every_part_of_the_directory_is_in_the_guide_and_no_other() -> None:
    guide = page("docs/directory.md")
    told = first_cells(section(guide, "## The parts of the file"))
    assert [*told, "spec"] == sorted(Directory.model_fields, key=[*told, "spec"].index)
    assert [name for name in Welcome.model_fields if f"`{name}`" not in guide] == []


def test_the_rules_of_meeting_in_the_guide_can_be_read() -> None:
    table = section(page("docs/directory.md"), "## Groups")
    rules = re.findall(r"^\|[^|]+\| `(FREQ=[^`]+)` \|$", table, re.MULTILINE)
    assert len(rules) > 5
    for rule in rules:
        assert days(read(rule), date(2026, 11, 25), date(2026, 11, 25), date(2027, 6, 30)), rule


def test_the_group_of_the_guide_is_a_group_and_shows_every_key_but_the_optional_ones() -> None:
    """A peer who copies it gets what the page promises."""
    from bot.content.document import parse  # noqa: PLC0415 - only here

    told = section(page("docs/directory.md"), "## Groups")
    (example,) = re.findall(r"^```yaml\n(.*?)^```", told, re.MULTILINE | re.DOTALL)
    (written,) = parse(example, "directory.yaml").data
    assert Group.model_validate(written)
    assert Group.model_fields.keys() - written.keys() == {"zone", "source_on", "verified_on", "verified_by"}


def test_the_lines_of_the_guide_pass_the_check_and_can_be_invited_for(content_folder: Path, tmp_path: Path) -> None:
    """Staff who copy them get what the page promises."""
    guide, folder = page("docs/lines.md"), tmp_path / "content"
    (example,) = re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    for name in ("flows", "locales"):
        shutil.copytree(content_folder / name, folder / name)
    before, _, _ = (content_folder / DIRECTORY_FILE).read_text(encoding="utf-8").partition("\nlines:\n")
    (folder / DIRECTORY_FILE).write_text(f"{before}\n{example}", encoding="utf-8")
    report = check(folder, date(2026, 11, 22))
    assert [each for each in report.findings if each.level is Level.ERROR] == []
    assert report.library
    lines = report.library.directory.lines
    invited = re.findall(r"^comadre invite peer --line (\S+)", guide, re.MULTILINE)
    assert invited == [each.id for each in lines if each.kind == "peers"]
    assert re.findall(r"--service (\S+)", guide) == [each.service for each in lines if each.kind == "partner"]


def test_the_ready_answer_of_the_guide_is_one() -> None:
    told = section(page("docs/writing-flows.md"), "### Ready answers")
    (example,) = re.findall(r"^```yaml\n(.*?)^```", told, re.MULTILINE | re.DOTALL)
    assert validate(ReadyAnswers, parse(example, CANNED_FILE))[1] == []


def test_the_members_of_a_channel_are_in_the_guide() -> None:
    members = [name for name in (*Channel.__annotations__, *vars(Channel)) if not name.startswith("_")]
    assert [name for name in members if f"`{name}`" not in page("CONTRIBUTING.md")] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_has_no_exclamation_marks(path: Path) -> None:
    prose = re.sub(r"`[^`]*`|!\[|<!--|https?://\S+", "", FENCE.sub("", path.read_text(encoding="utf-8")))
    assert "!" not in prose


def test_the_threat_model_names_tests_that_exist() -> None:
    told = set(re.findall(r"`(tests/[\w./]+)`", page("docs/threat-model.md")))
    assert told
    for name in told:
        found = ROOT / name
        assert found.is_file() or any(found.glob("test_*.py")) or any(found.glob("*.yaml")), name


def test_every_control_that_has_tests_is_in_the_threat_model() -> None:
    told = set(re.findall(r"^\| ([A-G]\d) \|", page("docs/threat-model.md"), re.MULTILINE))
    tested = {path.name.split("_")[1].upper() for path in (ROOT / "tests/security").glob("test_*.py")}
    assert {name for name in tested if re.fullmatch(r"[A-G]\d", name)} - told == set()


def test_the_list_of_facts_is_that_of_the_flows(library: Library) -> None:
    listed = page("docs/content.md").partition("<!-- the list -->\n\n")[2].partition("\n<!-- end of the list -->")[0]
    assert listed == fact_list(library), "run: make facts"


def test_every_screen_that_waits_for_an_answer_is_there(library: Library) -> None:
    told = re.findall(r"`(\w+)\.(\w+)`", section(page("docs/content.md"), "## What waits for an answer"))
    assert told
    assert [f"{flow}.{node}" for flow, node in told if node not in library.flows[flow].nodes] == []


def test_the_example_of_a_fact_is_one() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", page("docs/content.md"), re.MULTILINE | re.DOTALL)
    flow, findings = validate(Flow, parse(f"spec: 1\ntitle: T\nreviewed: 2026-11-21\n{example}", "flows/x.yaml"))
    assert findings == []
    assert flow
    assert [addresses(fact, flow, None) for fact in flow.nodes["call"].statements()] == [
        (source,) for source in flow.sources
    ]


def test_each_flag_of_signal_cli_in_our_unit_is_in_the_guide_with_its_reason_and_no_other() -> None:
    told = first_cells(section(page("docs/signal.md"), "### Why each flag"))
    assert told == [each for each in flags() if each.startswith("--")]


def test_the_guide_to_signal_installs_only_what_is_there() -> None:
    shipped = {each.name for each in (ROOT / "deploy").iterdir()}
    told = set(re.findall(r"deploy/([\w.-]+)", page("docs/signal.md")))
    assert told <= shipped
    assert {each for each in shipped if "signal" in each} <= told


def test_every_make_command_that_the_guides_use_is_there() -> None:
    used = {
        word
        for path in PAGES
        for word in re.findall(r"(?:`|^|&& |sudo )make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    made = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    assert used - made == set()
    assert {"run", "test"} <= used
