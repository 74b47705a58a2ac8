"""What `comadre doctor` says of Signal, and what the program does not start with."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, StartProblem
from bot.diagnosis import diagnose
from bot.point import Point
from bot.settings import Settings
from bot.signal_diagnosis import diagnose_signal
from bot.signal_process import HARMFUL, NEEDED, Process, attachments, behind, faults, look_at
from tests.channels.signal_cli import ROOT, UNIT, flags
from tests.fake_signal import ACCOUNT, FakeSignal

ATTACHMENTS = ROOT / "deploy/signal-cli-attachments.conf"
GOOD = ("java", "-cp", "x", "org.asamk.signal.Main", *flags())
DISK = (("/", "ext4"), ("/proc", "proc"), ("/run", "tmpfs"))
BY_UNIT = (*DISK, ("/var/lib/signal-cli/attachments", "tmpfs"))


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeSignal]:
    """Return a daemon that has our account."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o750)
    async with FakeSignal(folder / "socket") as signal:
        yield signal


def settings(folder: Path, where: str | None, account: str | None = ACCOUNT, **more: bool) -> Settings:
    return Settings(
        data_dir=folder / "data", key_file=folder / "key", signal_socket=where, signal_account=account, **more
    )


def proc(
    folder: Path, arguments: tuple[str, ...], mounts: tuple[tuple[str, str], ...] = DISK, cores: str = "0"
) -> Path:
    """Write what the kernel would tell of the process behind the socket, which here is this one."""
    process = folder / "proc" / str(os.getpid())
    process.mkdir(parents=True)
    (process / "cmdline").write_bytes(b"".join(each.encode() + b"\0" for each in arguments))
    lines = "".join(f"none {place.replace(' ', chr(92) + '040')} {kind} rw 0 0\n" for place, kind in mounts)
    (process / "mounts").write_text(lines, encoding="utf-8")
    limits = f"Limit  Soft Limit  Hard Limit  Units\nMax core file size  {cores}  unlimited  bytes\n"
    (process / "limits").write_text(limits, encoding="utf-8")
    return folder / "proc"


def bad(points: list[Point]) -> list[str]:
    return [f"{each.subject}: {each.said}" for each in points if not each.is_good]


async def test_a_daemon_as_our_unit_starts_it_is_good_in_every_point(fake: FakeSignal, tmp_path: Path) -> None:
    points = await diagnose_signal(fake.where, ACCOUNT, proc=proc(tmp_path, GOOD))
    assert bad(points) == []
    assert [each.subject for each in points] == [
        "Signal socket", "signal-cli", "Signal account", "signal-cli flags", "attachments",
    ]  # fmt: skip
    assert f"{fake.where}: of " in points[0].said
    assert "srw-------" in points[0].said
    assert ACCOUNT not in str(points)


async def test_the_doctor_receives_nothing_in_place_of_the_bot(fake: FakeSignal, tmp_path: Path) -> None:
    await diagnose_signal(fake.where, ACCOUNT, proc=proc(tmp_path, GOOD))
    assert {call.method for call in fake.calls} == {"version", "listAccounts"}


async def test_signal_is_looked_at_where_it_is_set_and_only_there(fake: FakeSignal, tmp_path: Path) -> None:
    with_signal = [each.subject for each in await diagnose(settings(tmp_path, fake.where))]
    without = [each.subject for each in await diagnose(settings(tmp_path, None, None))]
    assert "Signal account" in with_signal
    assert not any("ignal" in each for each in without)


@pytest.mark.parametrize("version", ["0.13.19", "0.14.4", "", "new"])
async def test_a_version_that_signal_has_left_behind_is_bad(fake: FakeSignal, tmp_path: Path, version: str) -> None:
    fake.version = version
    (said,) = bad(await diagnose_signal(fake.where, ACCOUNT, proc=proc(tmp_path, GOOD)))
    assert "0.14.5" in said
    assert "docs/signal.md" in said


@pytest.mark.parametrize("version", ["0.14.5", "0.14.10", "0.15.0", "1.0"])
async def test_a_later_version_is_good(fake: FakeSignal, tmp_path: Path, version: str) -> None:
    fake.version = version
    assert bad(await diagnose_signal(fake.where, ACCOUNT, proc=proc(tmp_path, GOOD))) == []


async def test_an_account_that_the_daemon_does_not_have_is_bad(fake: FakeSignal, tmp_path: Path) -> None:
    fake.accounts = ("+15550009999",)
    (said,) = bad(await diagnose_signal(fake.where, ACCOUNT, proc=proc(tmp_path, GOOD)))
    assert "COMADRE_SIGNAL_ACCOUNT" in said
    assert "+1555" not in said


async def test_no_daemon_is_one_line_with_the_command_that_looks_for_it(tmp_path: Path) -> None:
    points = await diagnose_signal(str(tmp_path / "nobody"), ACCOUNT, proc=tmp_path)
    assert "not there" in points[0].said
    (said,) = bad(points)
    assert "systemctl status signal-cli" in said


async def test_what_is_unsafe_is_bad_for_the_doctor_and_refused_by_the_program(
    fake: FakeSignal, tmp_path: Path
) -> None:
    assert fake.path
    fake.path.chmod(0o666)
    unsafe = settings(tmp_path, fake.where)
    (said,) = bad(await diagnose_signal(fake.where, ACCOUNT, proc=proc(tmp_path, GOOD)))
    async with App(unsafe) as app:
        with pytest.raises(StartProblem) as caught:
            await app.run()
    assert str(caught.value) in said
    assert "umask" in said


async def test_another_machine_is_refused_unless_a_setting_allows_it(tmp_path: Path) -> None:
    remote = "tcp://signal-cli.example:7583"
    async with App(settings(tmp_path, remote)) as app:
        with pytest.raises(StartProblem, match="COMADRE_SIGNAL_REMOTE"):
            await app.run()
    async with App(settings(tmp_path, remote, signal_remote=True)) as app:
        app._add_configured()
        assert "signal" in app.dispatcher.channels


async def test_a_port_of_this_machine_is_good_and_said_to_be_open_to_its_programs(tmp_path: Path) -> None:
    async with FakeSignal() as fake:
        points = await diagnose_signal(fake.where, ACCOUNT, proc=tmp_path)
    assert bad(points) == []
    assert "any program on it can write as the bot" in points[0].said
    assert "cannot be seen over TCP" in points[-1].said


async def test_a_socket_that_becomes_unsafe_while_the_bot_runs_is_not_talked_to(
    fake: FakeSignal, tmp_path: Path
) -> None:
    async with App(settings(tmp_path, fake.where)) as app:
        app._add_configured()
        daemon = app.dispatcher.channels["signal"]._daemon  # type: ignore[attr-defined]  # there is no door
        refused = asyncio.Event()

        async def look(_pause: float) -> None:
            refused.set()
            await asyncio.Event().wait()

        daemon._sleep = look
        assert fake.path
        fake.path.chmod(0o777)
        running = asyncio.create_task(daemon.run(lambda _: asyncio.sleep(0)))
        await asyncio.wait_for(refused.wait(), 10)
        assert fake.connections == 0
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_the_process_behind_a_socket_is_known_by_the_kernel_and_not_by_its_name(tmp_path: Path) -> None:
    assert behind(tmp_path / "nothing") == 0
    assert look_at(os.getpid()) is None, "this is not signal-cli"
    assert look_at(2**22 + 1) is None
    shutil.rmtree(proc(tmp_path, GOOD))
    assert look_at(os.getpid(), tmp_path / "proc") is None


def test_what_the_kernel_tells_is_read_as_it_writes_it(tmp_path: Path) -> None:
    where = proc(tmp_path, GOOD, (("/a folder", "tmpfs"),), "unlimited")
    assert look_at(os.getpid(), where) == Process(GOOD, (("/a folder", "tmpfs"),), can_dump=True)


@pytest.mark.parametrize("unit", [UNIT, ATTACHMENTS], ids=lambda path: path.name)
def test_our_units_have_no_fault(unit: Path) -> None:
    process = Process(("java", *flags(unit)), BY_UNIT)
    assert list(faults(process)) == []
    assert attachments(process)[1]


@pytest.mark.parametrize("flag", NEEDED)
def test_each_flag_that_is_forgotten_is_named(flag: str) -> None:
    (said,) = faults(Process(tuple(each for each in GOOD if each != flag)))
    assert flag in said
    assert "deploy/signal-cli.service" in said


@pytest.mark.parametrize("flag", [*HARMFUL, "--http=localhost:8080", "-vv"])
def test_each_flag_that_harms_is_named(flag: str) -> None:
    (said,) = faults(Process((*GOOD, flag)))
    assert flag.partition("=")[0].replace("-vv", "-v") in said


def test_what_is_lost_while_the_bot_is_away_and_what_a_crash_leaves_is_named() -> None:
    words = list(GOOD)
    at = words.index("--receive-mode")
    (lost,) = faults(Process(tuple(words[:at] + words[at + 2 :])))
    assert "--receive-mode manual" in lost
    assert list(faults(Process((*words[:at], "--receive-mode=manual", *words[at + 2 :])))) == []
    (dumped,) = faults(Process(GOOD, can_dump=True))
    assert "LimitCORE=0" in dumped


@pytest.mark.parametrize(
    ("mounts", "is_good"),
    [
        (DISK, False),
        (BY_UNIT, True),
        ((*DISK, ("/var/lib", "tmpfs")), True),
        ((*BY_UNIT, ("/var/lib/signal-cli/attachments", "ext4")), False),
        ((*DISK, ("/var/lib/signal-cli/attach", "tmpfs")), False),
        ((), False),
    ],
)
def test_attachments_are_taken_in_only_where_they_stay_in_memory(
    mounts: tuple[tuple[str, str], ...],
    is_good: bool,  # noqa: FBT001 - a case
) -> None:
    said, is_fine = attachments(Process(("java", *flags(ATTACHMENTS)), mounts))
    assert is_fine is is_good
    assert "/var/lib/signal-cli/attachments" in said


def test_where_nobody_can_tell_where_attachments_lie_that_is_bad() -> None:
    for folder in ([], ["--config", "state"], ["-c"]):
        assert not attachments(Process(("java", *folder, "daemon"), BY_UNIT))[1]


def test_where_none_is_taken_in_it_is_said_what_that_means() -> None:
    said, is_good = attachments(Process(GOOD))
    assert is_good
    assert "voice note" in said
