"""The real daemon of signal-cli, through our client: what it answers, what it refuses, how it goes and comes back.

`make signal` installs it. Nobody is registered there, and nothing leaves this machine.
"""

import asyncio
import re
import shlex
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import SendError
from bot.channels.signal_daemon import Daemon, DaemonError
from bot.channels.signal_guard import danger
from bot.point import Point
from bot.signal_diagnosis import diagnose_signal
from bot.signal_process import look_at
from tests.channels.signal_cli import NEWER, ROOT, UNIT, SignalCli, flags, found, says, unit_line

ACCOUNT, ANA = "+15550001111", "3f2b1c9e-0000-4000-8000-000000000001"
WITHIN = 60.0
ATTACHMENTS = ROOT / "deploy/signal-cli-attachments.conf"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignalCli]:
    """Keep one daemon for all tests here, and end it."""
    found()
    running = SignalCli(tmp_path_factory.mktemp("signal"))
    yield running
    running.stop()


@pytest.fixture
def daemon(shared: SignalCli) -> SignalCli:
    """Return the daemon, running whatever the test before did to it."""
    if not shared.is_running:
        shared.start()
    return shared


@asynccontextmanager
async def talking(daemon: SignalCli) -> AsyncIterator[Daemon]:
    """Connect our client, with a short memory for failures."""
    client = Daemon(str(daemon.socket), random=lambda: 0.0)
    task = asyncio.create_task(client.run(_pass_over))
    try:
        await asyncio.wait_for(client.connected.wait(), WITHIN)
        yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _pass_over(params: Mapping[str, Any]) -> None:
    raise AssertionError(f"nobody can have written: {params}")


async def refusal(client: Daemon, method: str, **params: Any) -> tuple[int, str]:
    """Return code and words of the error that a call is answered."""
    with pytest.raises(DaemonError) as caught:
        await client.call(method, params)
    return caught.value.code, caught.value.message


async def test_it_is_the_version_that_make_installs_and_has_no_account(daemon: SignalCli) -> None:
    version = re.findall(r"^SIGNAL_CLI := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    async with talking(daemon) as client:
        assert [(await client.call("version"))["version"]] == version
        assert await client.call("listAccounts") == []


async def test_an_account_that_it_does_not_have_is_refused(daemon: SignalCli) -> None:
    async with talking(daemon) as client:
        unknown = {"account": ACCOUNT, "recipient": [ANA], "message": "see you"}
        no_account = (-32602, "Specified account does not exist")
        assert await refusal(client, "send", **unknown) == no_account
        code, message = await refusal(client, "send", recipient=[ANA], message="see you")
        assert (code, "account" in message) == (-32602, True)
        assert await refusal(client, "subscribeReceive", account=ACCOUNT) == (
            -32602,
            "Specified account does not exist",
        )


async def test_a_method_that_it_does_not_have_is_refused(daemon: SignalCli) -> None:
    async with talking(daemon) as client:
        assert await refusal(client, "sendTelegram", account=ACCOUNT) == (-32601, "Method not implemented")


async def test_many_calls_at_once_each_get_their_own_answer(daemon: SignalCli) -> None:
    async with talking(daemon) as client:

        async def ask(number: int) -> bool:
            if number % 2:
                return bool((await client.call("version"))["version"])
            return (await refusal(client, f"nothing{number}"))[0] == -32601

        assert all(await asyncio.gather(*map(ask, range(100))))


async def test_a_picture_of_three_megabytes_goes_through_in_one_line(daemon: SignalCli) -> None:
    async with talking(daemon) as client:
        picture = f"data:image/png;base64,{'A' * 3 * 2**20}"
        code, _ = await refusal(client, "send", account=ACCOUNT, recipient=[ANA], attachment=[picture])
        assert code == -32602
        assert await client.call("listAccounts") == []


def test_its_socket_is_for_its_user_and_its_group_and_what_it_keeps_for_nobody_else(daemon: SignalCli) -> None:
    assert stat.filemode(daemon.socket.stat().st_mode) == "srwxrwx---"
    assert danger(str(daemon.socket)) == ""
    kept = [daemon.state, *daemon.state.rglob("*")]
    assert len(kept) > 1
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


async def test_killed_it_is_missed_and_started_again_over_what_it_left_it_is_found_again(daemon: SignalCli) -> None:
    async with talking(daemon) as client:
        daemon.freeze()
        call = asyncio.create_task(client.call("version"))
        await asyncio.sleep(0)
        daemon.kill()
        with pytest.raises(SendError) as caught:
            await asyncio.wait_for(call, WITHIN)
        assert caught.value.retryable
        assert daemon.socket.is_socket()
        assert not await asyncio.to_thread(daemon.launch), "that is why our unit takes the socket away first"
        assert any("Address already in use" in line for line in daemon.said)
        await asyncio.to_thread(daemon.start)
        await asyncio.wait_for(client.connected.wait(), WITHIN)
        assert await client.call("listAccounts") == []


async def test_told_to_stop_it_ends_by_itself_and_takes_its_socket_along(daemon: SignalCli) -> None:
    code = daemon.stop()
    assert str(code) in {"0", unit_line(UNIT, "SuccessExitStatus")}
    assert not daemon.socket.exists()
    daemon.start()
    async with talking(daemon) as client:
        assert await client.call("listAccounts") == []


def test_its_journal_has_nothing_but_its_own_comings_and_goings(daemon: SignalCli) -> None:
    known = re.compile(r"INFO +(DaemonCommand|SocketHandler|Shutdown) |Failed to bind socket ")
    assert daemon.said
    assert [line for line in daemon.said if not known.match(line)] == []
    assert not any(ACCOUNT in line or ANA in line or "see you" in line for line in daemon.said)


async def test_the_doctor_sees_how_it_was_started_and_that_nobody_is_registered(daemon: SignalCli) -> None:
    points = await diagnose_signal(str(daemon.socket), ACCOUNT)
    found = {each.subject: each for each in points}
    assert found["Signal socket"].is_good
    assert "srwxrwx---" in found["Signal socket"].said
    assert "0.13.19 is too old" in found["signal-cli"].said
    assert "0 accounts" in found["Signal account"].said
    flagged = [each.said for each in points if each.subject == "signal-cli flags"]
    process = look_at(daemon.pid)
    assert process
    cores = ["LimitCORE=0"] if process.can_dump else []
    assert len(flagged) == len(NEWER) + len(cores), "systemd sets the limit, and the version is too old for two flags"
    assert all(any(each in said for said in flagged) for each in (*NEWER, *cores))
    assert found["attachments"].said.startswith("none is taken in")


async def test_the_doctor_names_what_is_wrong_with_one_that_somebody_started_by_hand(
    tmp_path: Path, daemon: SignalCli
) -> None:
    careless = SignalCli(
        tmp_path, ["--config", "/var/lib/signal-cli", "daemon", "--socket", "/run/signal-cli/socket"], 0
    )
    careless.start()
    try:
        points = await diagnose_signal(str(careless.socket), ACCOUNT)
    finally:
        careless.stop()
    said = "\n".join(each.said for each in points if not each.is_good)
    assert "umask" in danger_of(points)
    for flag in ("--disable-send-log", "--scrub-log", "--no-receive-stdout", "--receive-mode manual"):
        assert flag in said
    assert "voice notes and pictures of women are kept on the disk" in said
    assert daemon.socket.is_socket()


def danger_of(points: list[Point]) -> str:
    return next(each.said for each in points if each.subject == "Signal socket" and not each.is_good)


@pytest.mark.parametrize("unit", [UNIT, ATTACHMENTS], ids=lambda path: path.name)
def test_every_flag_of_our_unit_is_one_that_the_program_has_or_got_later(unit: Path) -> None:
    before, after = _split(flags(unit))
    for given, known in ((before, says("--help")), (after, says("daemon", "--help"))):
        names = {each for each in given if each.startswith("--")}
        assert {each for each in names if each not in known} <= set(NEWER)
        assert names


def test_every_command_of_our_guide_is_one_that_the_program_has() -> None:
    guide = (ROOT / "docs/signal.md").read_text(encoding="utf-8")
    written = re.findall(r"scli ((?:--\S+ \+\d+ )?\w+(?: [^`\n]*)?)(?:`|\n)", guide)
    commands = [shlex.split(each) for each in written]
    assert len(commands) > 10
    for words in commands:
        at = 2 if words[0] == "--account" else 0
        known = f"{says('--help')}{says(words[at], '--help')}"
        assert f"usage: signal-cli {words[at]} " in known
        assert [each for each in words if each.startswith("--") and each not in known] == []


def test_with_attachments_the_line_is_the_same_but_for_one_flag() -> None:
    assert [each for each in flags() if each != "--ignore-attachments"] == flags(ATTACHMENTS)


def _split(given: list[str]) -> tuple[list[str], list[str]]:
    at = given.index("daemon")
    return given[:at], given[at:]
