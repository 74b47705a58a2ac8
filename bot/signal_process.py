"""What a running signal-cli was started with, as the kernel tells it: a forgotten flag is seen before it does harm."""

import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PROC = Path("/proc")
CONNECT_WITHIN = 5.0
IN_MEMORY = frozenset(("tmpfs", "ramfs"))
UNIT = "as in deploy/signal-cli.service"
FOLDER_FLAGS = ("--config", "-c", "--data-dir", "-d")
NEEDED = {
    "--disable-send-log": "what the bot writes is kept for a day",
    "--scrub-log": "its log names numbers",
    "--no-receive-stdout": "what women write is printed into the journal",
    "--ignore-stories": "stories are taken in",
    "--ignore-avatars": "pictures of profiles are kept on the disk",
    "--ignore-stickers": "stickers are kept on the disk",
}
"""What each flag prevents."""
HARMFUL = {
    "--http": "anyone on this machine, and web pages in its browser, can write as the bot",
    "--dbus": "there is a second way in",
    "--dbus-system": "there is a second way in",
    "--system": "there is a second way in",
    "--verbose": "its log says more than it may",
    "-v": "its log says more than it may",
}
_ESCAPED = re.compile(r"\\(\d{3})")


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as far as it matters here."""

    arguments: tuple[str, ...]
    mounts: tuple[tuple[str, str], ...] = ()
    """Where something is mounted for it, and what kind of file system that is."""
    can_dump: bool = False
    """A crash would leave its memory on the disk."""

    def has(self, flag: str) -> bool:
        """Tell whether it was started with a flag, alone or with `=`."""
        return any(each.partition("=")[0] == flag for each in self.arguments)

    def value(self, *flags: str) -> str:
        """Return what was given with the last of some flags."""
        found = ""
        for each, following in zip(self.arguments, (*self.arguments[1:], ""), strict=True):
            name, mark, value = each.partition("=")
            if name in flags:
                found = value if mark else following
        return found

    def kind_of(self, folder: str) -> str:
        """Return on what kind of file system a folder lies."""
        inside = (
            (len(place), kind)
            for place, kind in self.mounts
            if PurePosixPath(folder).is_relative_to(PurePosixPath(place))
        )
        return max(enumerate(inside), key=lambda each: (each[1][0], each[0]), default=(0, (0, "")))[1][1]


def behind(path: Path) -> int:
    """Return the process that listens on a socket, 0 where nobody can tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(CONNECT_WITHIN)
        try:
            connection.connect(str(path))
            found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return 0
    pid: int = struct.unpack("3i", found)[0]
    return pid


def look_at(pid: int, proc: Path = PROC) -> Process | None:
    """Read what there is about a process, `None` when that is hidden from us or it is not signal-cli."""
    folder = proc / str(pid)
    try:
        arguments = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        mounts = (folder / "mounts").read_text(encoding="utf-8", errors="replace")
        limits = (folder / "limits").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    if "daemon" not in arguments:
        return None
    lines = (line.split() for line in mounts.splitlines())
    known = tuple((_ESCAPED.sub(_plain, words[1]), words[2]) for words in lines if len(words) > 2)  # noqa: PLR2004
    cores = next((line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core file size")), [])
    return Process(tuple(each for each in arguments if each), known, cores[:1] != ["0"])


def faults(process: Process) -> Iterator[str]:
    """Say what its flags let happen, each with the way out."""
    for flag, why in NEEDED.items():
        if not process.has(flag):
            yield f"{why}; start it with {flag}, {UNIT}"
    for flag, why in HARMFUL.items():
        if process.has(flag) or (flag == "-v" and any(re.fullmatch("-v+", each) for each in process.arguments)):
            yield f"{why}; start it without {flag}, {UNIT}"
    if process.value("--receive-mode") != "manual":
        yield f"what women write while the bot is away is lost; start it with --receive-mode manual, {UNIT}"
    if process.can_dump:
        yield f"a crash would leave its memory on the disk; set LimitCORE=0, {UNIT}"


def attachments(process: Process) -> tuple[str, bool]:
    """Say what becomes of what women send along, and whether that is as it may be."""
    if process.has("--ignore-attachments"):
        return "none is taken in: nobody hears a voice note; docs/signal.md says how to take them in safely", True
    folder = process.value(*FOLDER_FLAGS)
    if not folder.startswith("/"):
        return f"nobody can tell where they are kept; start it with --config and a whole path, {UNIT}", False
    place = f"{folder.rstrip('/')}/attachments"
    if process.kind_of(place) in IN_MEMORY:
        return f"{place}: kept in memory only", True
    way_out = "add --ignore-attachments, or use deploy/signal-cli-attachments.conf"
    return f"{place}: voice notes and pictures of women are kept on the disk; {way_out}", False


def _plain(found: "re.Match[str]") -> str:
    """Undo how the kernel writes a space in a path."""
    return chr(int(found[1], 8))
