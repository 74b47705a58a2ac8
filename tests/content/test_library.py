"""Loading: one library of everything, or the findings that forbid it."""

from pathlib import Path

import pytest

from bot.content.library import default_folder, read_content
from bot.core.contact import Position
from tests.content.folder import lay


def test_a_good_folder_becomes_a_library(tmp_path: Path) -> None:
    content, library = read_content(lay(tmp_path))
    assert content.findings == []
    assert library
    assert set(library.flows) == {"start", "now", "find", "me", "side"}
    assert library.node(Position("now", "two_minutes"))
    assert set(library.speech.catalogues) == {"pt"}
    assert library.directory.cities[0].id == "porto"
    assert library.phrases["back"] == "Back."


def test_groups_are_found_by_id_and_city_and_have_the_clock_of_their_city(tmp_path: Path) -> None:
    _, library = read_content(lay(tmp_path))
    assert library
    group = library.groups["house-circle"]
    assert library.groups_by_city == {"porto": (group,)}
    assert str(library.zone(group)) == "Europe/Lisbon"
    assert str(library.zone(group.model_copy(update={"zone": "Atlantic/Azores"}))) == "Atlantic/Azores"
    assert str(library.zone(group.model_copy(update={"city": "gone"}))) == "UTC"


def test_phrases_are_no_flow(tmp_path: Path) -> None:
    content, _ = read_content(lay(tmp_path))
    assert "phrases" not in content.flows


@pytest.mark.parametrize("name", ["flows/me.yaml", "flows/phrases.yaml", "directory.yaml", "locales/languages.yaml"])
def test_a_file_without_a_meaning_forbids_the_library(name: str, tmp_path: Path) -> None:
    (lay(tmp_path) / name).write_text("spec: 2\n")
    content, library = read_content(tmp_path)
    assert library is None
    assert content.broken == {name}
    assert {finding.file for finding in content.findings} == {name}


@pytest.mark.parametrize("name", ["flows/phrases.yaml", "directory.yaml", "locales/languages.yaml"])
def test_a_lost_file_forbids_the_library(name: str, tmp_path: Path) -> None:
    (lay(tmp_path) / name).unlink()
    content, library = read_content(tmp_path)
    assert library is None
    assert [str(finding) for finding in content.findings] == [f"{name}:1:1: cannot be read (No such file or directory)"]


def test_a_broken_catalogue_is_a_finding_and_english_is_said(tmp_path: Path) -> None:
    (lay(tmp_path) / "locales/pt/LC_MESSAGES/comadre.po").write_text("nonsense\n")
    content, library = read_content(tmp_path)
    assert [finding.file for finding in content.findings] == ["locales/pt/LC_MESSAGES/comadre.po"]
    assert library
    assert library.speech.say("pt", "start", "What do you need?") == "What do you need?"


def test_what_is_no_yaml_file_is_left_alone(tmp_path: Path) -> None:
    (lay(tmp_path) / "flows/notes.txt").write_text("call Ana")
    (tmp_path / "flows/.start.yaml.swp").write_bytes(b"\xff")
    content, library = read_content(tmp_path)
    assert content.findings == []
    assert library


def test_the_content_that_comes_with_the_program_is_beside_it() -> None:
    assert (default_folder() / "directory.yaml").is_file()
