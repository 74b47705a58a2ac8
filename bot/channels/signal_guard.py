"""What must be so around signal-cli's daemon before the bot talks to it: who else could talk to it, or read along."""

import grp
import ipaddress
import pwd
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset(("localhost", "ip6-localhost"))
SEEN_BY_OTHERS = (
    "anyone there could read along and write as the bot; take the path of a socket, or, where nobody else is on that "
    "network, set COMADRE_SIGNAL_REMOTE=true"
)


def is_path(where: str) -> bool:
    """Tell a socket in the file system from `tcp://host:port`."""
    return not where.startswith("tcp://")


def danger(where: str, *, allows_remote: bool = False) -> str:
    """Say in one line why nobody may use the daemon at `where` as it is, and the way out; nothing when it is safe.

    A socket that is not there is not unsafe: the daemon may come later.
    """
    if is_path(where):
        return next(_open_to_others(Path(where)), "")
    if allows_remote or is_loopback(where):
        return ""
    return f"COMADRE_SIGNAL_SOCKET: {where} is another machine: {SEEN_BY_OTHERS}"


def describe(where: str) -> str:
    """Say for an operator who can use the daemon at `where`."""
    if not is_path(where):
        on = "this machine: any program on it can write as the bot" if is_loopback(where) else "another machine"
        return f"{where}: on {on}"
    try:
        found = Path(where).stat()
    except FileNotFoundError:
        return f"{where}: not there; systemctl status signal-cli"
    except OSError as error:
        return f"{where}: cannot be seen ({error.strerror}); is the user of the bot in the group of signal-cli?"
    names = f"{_name(found.st_uid, pwd.getpwuid)}, group {_name(found.st_gid, grp.getgrgid)}"
    return f"{where}: of {names}, {stat.filemode(found.st_mode)}"


def _name(number: int, look_up: Callable[[int], Any]) -> str:
    """Return the name of a user or group, or the number where there is none."""
    try:
        return str(look_up(number)[0])
    except KeyError:
        return str(number)


def is_loopback(where: str) -> bool:
    """Tell whether `tcp://host:port` stays on this machine."""
    host = urlsplit(where).hostname or ""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _open_to_others(socket: Path) -> Iterator[str]:
    """Name each way by which another user of this machine could reach the socket, or put her own in its place."""
    try:
        found = socket.stat()
    except OSError:
        found = None
    if found and stat.S_ISSOCK(found.st_mode) and found.st_mode & stat.S_IWOTH:
        yield f"{socket}: anyone on this machine can write as the bot; start signal-cli with a umask of 0007"
    beside = (socket.absolute().parent, socket.resolve().parent)
    for folder in (*beside, *socket.resolve().parents):
        if _is_shared(folder, is_nearest=folder in beside):
            yield f"{folder}: anyone on this machine can put a false socket there; chmod o-w it, or take another folder"


def _is_shared(folder: Path, *, is_nearest: bool) -> bool:
    """Tell whether others can add to a folder: right beside the socket, or, further up, swap what is not theirs."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWOTH) and (is_nearest or not mode & stat.S_ISVTX)
