import base64
import os
import shlex
from pathlib import Path

import pytest

from bot.storage.vault import KeyProblem, Vault, load_key, make_key, open_vault
from tests.storage.example import ANA, KEY


def write(path: Path, key: bytes, mode: int = 0o400) -> Path:
    path.write_bytes(key)
    path.chmod(mode)
    return path


def line(caught: pytest.ExceptionInfo[KeyProblem]) -> str:
    text = str(caught.value)
    assert "\n" not in text
    return text


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_key_is_random_and_only_for_its_owner_from_the_folder_down(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "comadre" / "master.key"
    umask = os.umask(0)
    try:
        key = make_key(path)
    finally:
        os.umask(umask)
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o400, 0o700, 0o700)
    assert load_key(path) == key
    assert key != make_key(tmp_path / "second.key")


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "master.key", KEY)
    with pytest.raises(KeyProblem) as caught:
        make_key(path)
    assert str(path) in line(caught)
    assert path.read_bytes() == KEY


@pytest.mark.parametrize("bits", [0o440, 0o404, 0o640, 0o604, 0o620, 0o410, 0o401, 0o666])
def test_a_key_that_others_can_open_is_refused_with_the_command_that_helps(tmp_path: Path, bits: int) -> None:
    path = write(tmp_path / "the master.key", KEY, bits)
    with pytest.raises(KeyProblem) as caught:
        load_key(path)
    command = line(caught).split("run ")[1]
    assert shlex.split(command) == ["chmod", "400", str(path)]
    path.chmod(int(shlex.split(command)[1], 8))
    assert load_key(path) == KEY


@pytest.mark.parametrize(
    "key",
    [
        bytes(32),
        b"\xff" * 32,
        bytes(range(32)),
        bytes(range(31, -1, -1)),
        bytes(range(250, 256)) + bytes(range(26)),
        bytes((7 * each) % 256 for each in range(32)),
        b"changeme" * 4,
        b"test".ljust(32, b"\0"),
        b"correct horse battery staple 12\n",
        base64.b64encode(KEY)[:32],
        KEY.hex()[:32].encode(),
        KEY[:15] + KEY[:15] + KEY[:2],
    ],
)
def test_an_example_key_is_refused(tmp_path: Path, key: bytes) -> None:
    path = write(tmp_path / "master.key", key)
    with pytest.raises(KeyProblem) as caught:
        load_key(path)
    assert str(path) in line(caught)
    assert key.decode("latin-1").strip() not in line(caught)


@pytest.mark.parametrize("key", [b"", KEY[:31], KEY + b"\n", KEY * 2])
def test_a_key_of_another_length_is_refused(tmp_path: Path, key: bytes) -> None:
    path = write(tmp_path / "master.key", key)
    with pytest.raises(KeyProblem) as caught:
        load_key(path)
    assert str(path) in line(caught)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.key", tmp_path):
        with pytest.raises(KeyProblem) as caught:
            load_key(path)
        assert str(path) in line(caught)


def test_a_systemd_credential_may_be_readable_by_its_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert load_key(write(tmp_path / "master", KEY, 0o440)) == KEY
    with pytest.raises(KeyProblem):
        load_key(write(tmp_path / "open", KEY, 0o444))


def test_only_a_credential_may_be_readable_by_its_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    with pytest.raises(KeyProblem):
        load_key(write(tmp_path / "master", KEY, 0o440))


def test_the_first_start_makes_a_key_and_the_second_finds_it(tmp_path: Path) -> None:
    places = tmp_path / "etc" / "master.key", tmp_path / "data" / "comadre.db", tmp_path / "data"
    first, made = open_vault(*places)
    second, made_again = open_vault(*places)
    assert (made, made_again) == (True, False)
    assert first.pseudonym(ANA) == second.pseudonym(ANA)


def test_a_missing_key_is_never_made_anew_over_a_database(tmp_path: Path) -> None:
    key, database = tmp_path / "etc" / "master.key", tmp_path / "data" / "comadre.db"
    database.parent.mkdir()
    database.write_bytes(b"SQLite format 3\0")
    with pytest.raises(KeyProblem) as caught:
        open_vault(key, database, database.parent)
    assert str(key) in line(caught)
    assert str(database) in line(caught)
    assert not key.exists()


def test_the_key_found_is_the_one_used(tmp_path: Path) -> None:
    vault, made = open_vault(write(tmp_path / "master.key", KEY), tmp_path / "data" / "comadre.db", tmp_path / "data")
    assert not made
    assert vault.check() == Vault(KEY).check()


def test_a_key_in_the_data_folder_is_refused_even_by_a_detour(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "detour").symlink_to(data)
    (tmp_path / "link.key").symlink_to(write(data / "master.key", KEY))
    for path in (data / "master.key", data / "new.key", tmp_path / "detour" / "new.key", tmp_path / "link.key"):
        with pytest.raises(KeyProblem) as caught:
            open_vault(path, data / "comadre.db", data)
        assert str(path) in line(caught)
    assert [file.name for file in data.iterdir()] == ["master.key"]
