"""Who could talk to the daemon in place of the bot, or read what it hears: refused before a word is said."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.channels.signal_guard import danger


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Return a socket that only its owner can use, in a folder of its own."""
    path = tmp_path / "run" / "socket"
    path.parent.mkdir(mode=0o750)
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(path))
        path.chmod(0o600)
        yield path


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o770, 0o755])
def test_a_socket_that_others_cannot_write_to_is_safe(place: Path, mode: int) -> None:
    place.chmod(mode)
    assert danger(str(place)) == ""


@pytest.mark.parametrize("mode", [0o666, 0o777, 0o602])
def test_a_socket_that_others_can_write_to_is_refused_with_the_way_out(place: Path, mode: int) -> None:
    place.chmod(mode)
    said = danger(str(place))
    assert str(place) in said
    assert "umask" in said


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_folder_where_others_can_put_a_false_socket_is_refused(place: Path, mode: int) -> None:
    place.parent.chmod(mode)
    for path in (place, place.with_name("not-there-yet")):
        said = danger(str(path))
        assert str(place.parent) in said
        assert "chmod" in said


def test_a_folder_further_up_that_others_could_swap_is_refused_and_a_sticky_one_is_not(place: Path) -> None:
    above = place.parent.parent
    above.chmod(0o777)
    assert str(above) in danger(str(place))
    above.chmod(0o1777)
    assert danger(str(place)) == ""


def test_behind_a_link_the_real_folder_counts(place: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(place)
    assert danger(str(link)) == ""
    place.parent.chmod(0o777)
    assert str(place.parent) in danger(str(link))


def test_a_socket_that_is_not_there_yet_is_no_danger(place: Path) -> None:
    assert danger(str(place.with_name("later"))) == ""


@pytest.mark.parametrize("where", ["127.0.0.1:7583", "127.8.0.1:1", "LocalHost:7583", "[::1]:7583"])
def test_a_port_of_this_machine_is_no_danger(where: str) -> None:
    assert danger(f"tcp://{where}") == ""


@pytest.mark.parametrize(
    "where", ["signal-cli:7583", "10.0.0.2:7583", "0.0.0.0:7583", "[fd00::1]:7583", "localhost.example.org:7583"]
)
def test_a_port_of_another_machine_is_refused_unless_a_setting_says_that_nobody_else_is_there(where: str) -> None:
    said = danger(f"tcp://{where}")
    assert where in said
    assert "COMADRE_SIGNAL_REMOTE" in said
    assert danger(f"tcp://{where}", allows_remote=True) == ""
