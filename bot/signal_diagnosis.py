"""What `comadre doctor` looks at of Signal: the socket, the daemon behind it, and our account there."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.channels.base import SendError
from bot.channels.signal_daemon import Daemon, DaemonError
from bot.channels.signal_guard import danger, describe, is_path
from bot.point import Point
from bot.signal_process import PROC, attachments, behind, faults, look_at

OLDEST = (0, 14, 5)
"""What Signal's servers changed in June 2026, an older version cannot receive."""
ANSWER_WITHIN = 10.0


async def diagnose_signal(where: str, account: str, *, allows_remote: bool = False, proc: Path = PROC) -> list[Point]:
    """Look at everything about Signal that can be seen from here."""
    why = danger(where, allows_remote=allows_remote)
    points = [Point("Signal socket", why or describe(where), not why)]
    points += await _ask(where, account)
    if is_path(where):
        points += await asyncio.to_thread(lambda: list(_process(Path(where), proc)))
    else:
        points.append(Point("signal-cli flags", "cannot be seen over TCP; docs/signal.md lists them"))
    return points


async def _ask(where: str, account: str) -> list[Point]:
    """Ask the daemon for its version and its accounts; it receives nothing for us meanwhile."""
    daemon = Daemon(where)
    link = asyncio.create_task(daemon.run(_take_nothing))
    try:
        version = await daemon.call("version", answer_within=ANSWER_WITHIN)
        accounts = await daemon.call("listAccounts", answer_within=ANSWER_WITHIN)
    except (SendError, DaemonError) as error:
        said = f"{where}: does not answer ({error}); systemctl status signal-cli"
        return [Point("signal-cli", said, is_good=False)]
    finally:
        link.cancel()
        await asyncio.gather(link, return_exceptions=True)
    return [_version(version), _account(accounts, account)]


def _version(answer: Any) -> Point:
    found = str(answer.get("version", "")) if isinstance(answer, Mapping) else ""
    numbers = tuple(int(each) for each in re.findall(r"\d+", found)[:3])
    if numbers >= OLDEST:
        return Point("signal-cli", f"version {found}; take a new one every three months at the latest")
    oldest = ".".join(map(str, OLDEST))
    said = f"version {found or 'unknown'} is too old for Signal's servers; install the newest, {oldest} or later"
    return Point("signal-cli", f"{said}: docs/signal.md", is_good=False)


def _account(answer: Any, account: str) -> Point:
    known = [each.get("number") for each in answer if isinstance(each, Mapping)] if isinstance(answer, list) else []
    if account in known:
        return Point("Signal account", "registered")
    return Point(
        "Signal account",
        f"signal-cli has {len(known)} accounts, and not the one of COMADRE_SIGNAL_ACCOUNT; "
        "register it, or mend the number: docs/signal.md",
        is_good=False,
    )


def _process(path: Path, proc: Path) -> Iterator[Point]:
    """Look at how the daemon was started; only root sees that of another user's service."""
    pid = behind(path)
    process = look_at(pid, proc) if pid else None
    if process is None:
        yield Point("signal-cli flags", f"{path}: cannot be seen from here; run comadre doctor as root")
        return
    found = list(faults(process))
    for each in found:
        yield Point("signal-cli flags", each, is_good=False)
    if not found:
        yield Point("signal-cli flags", "nothing is logged, sent text is not kept, no second way in")
    said, is_good = attachments(process)
    yield Point("attachments", said, is_good)


async def _take_nothing(_params: Mapping[str, Any]) -> None:
    """Leave what women write to the bot."""
