"""`python -m tests.bench`: Comadre against its peers, side by side, in one run."""

import asyncio
import gc
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from tests.bench import broadcast, measure, talks
from tests.bench.process import (
    BOT_CORE,
    BROADCASTERS,
    KINDS,
    PEER_PYTHON,
    ROOT,
    SERVER_CORE,
    BotFailedError,
    Kind,
    on_core,
)
from tests.bench.report import print_report

BENCH = ROOT / ".bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
TELLING = {(1, 0.0), (50, 0.0), (50, 0.04)}
OWN_AND_FLOOR = ("ours", "floor")


def prepare_peers() -> None:
    """Install the locked peers in an environment of their own, unless they are there."""
    stamp = BENCH / "venv" / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    typer.echo("Installing the peers in .bench/venv …")
    subprocess.run([sys.executable, "-m", "venv", "--clear", BENCH / "venv"], check=True)  # noqa: S603 - our own words
    install = [str(PEER_PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "-r", str(REQUIREMENTS)], check=True)  # noqa: S603 - our own words
    stamp.write_text(wanted)


class Run:
    """One run: every measure of every bot, each from a fresh start."""

    def __init__(
        self,
        kinds: list[Kind],
        loads: list[tuple[int, float]],
        length: measure.Length,
        sizes: Sequence[broadcast.Size],
        talking: Sequence[talks.Size],
    ) -> None:
        """Take what is to be measured."""
        self._kinds = kinds
        self._loads = loads
        self._length = length
        self._sizes = sizes
        self._talking = talking
        self._folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self.bots: dict[str, dict[str, Any]] = {kind.name: {"title": kind.title, "loads": []} for kind in kinds}
        self.broadcasts: list[dict[str, Any]] = []
        self.talks: list[dict[str, Any]] = []
        self.ways: list[dict[str, Any]] = []
        """Of conversations between both platforms, a row for each way that words go."""

    async def measure(self) -> None:
        """Measure the bots in turn for each load, so that a busy moment of the machine meets all alike."""
        try:
            for load in self._loads:
                for kind in self._kinds:
                    await self._take(kind, self._load, *load)
            for kind in self._kinds:
                await self._take(kind, self._others)
            for size in self._sizes:
                for kind in BROADCASTERS:
                    await self._broadcast(kind, size)
            for each in self._talking:
                await self._talk(each)
        finally:
            shutil.rmtree(self._folder)

    async def _take(self, kind: Kind, part: Callable[..., Awaitable[None]], *load: float) -> None:
        result = self.bots[kind.name]
        if "failed" in result:
            return
        typer.echo(f"  {kind.name} {' '.join(map(str, load))}", err=True)
        try:
            await part(kind, result, *load)
        except (BotFailedError, OSError) as error:
            result["failed"] = str(error)
        gc.collect()

    async def _broadcast(self, kind: Kind, size: broadcast.Size) -> None:
        typer.echo(f"  broadcast {kind.name} {size.rate}", err=True)
        result: dict[str, Any] = {"name": kind.name, "title": kind.title}
        try:
            folder = self._folder / f"broadcast-{kind.name}-{size.rate}"
            result |= await broadcast.broadcast(kind, folder, size)
        except (BotFailedError, OSError) as error:
            result["failed"] = str(error)
        self.broadcasts.append(result)
        gc.collect()

    async def _talk(self, size: talks.Size) -> None:
        typer.echo(f"  talks {size.round_trip} {size.on_signal}", err=True)
        rows, measure_it = (self.ways, talks.both) if size.on_signal else (self.talks, talks.talks)
        try:
            rows += await measure_it(self._folder / f"talks-{size.round_trip}-{size.on_signal}", size)
        except (BotFailedError, OSError) as error:
            rows.append({"failed": str(error)})
        gc.collect()

    async def _load(self, kind: Kind, result: dict[str, Any], women: int, round_trip: float) -> None:
        folder = self._folder / f"{kind.name}-{women}-{round_trip}"
        result["loads"].append(await measure.load(kind, folder, women, round_trip, self._length))

    async def _others(self, kind: Kind, result: dict[str, Any]) -> None:
        folder = self._folder / kind.name
        result["life"] = await measure.life(kind, folder / "life", self._length)
        if kind.name in OWN_AND_FLOOR:
            result["crowd"] = await measure.crowd(kind, folder / "crowd", self._length)
        if kind.name == "ours":
            result["reload"] = await measure.reload(kind, folder / "reload", self._length)


async def measure_all(
    kinds: list[Kind],
    loads: list[tuple[int, float]],
    length: measure.Length,
    sizes: Sequence[broadcast.Size],
    talking: Sequence[talks.Size],
) -> dict[str, Any]:
    """Measure everything, with this process on its own core."""
    os.sched_setaffinity(0, {SERVER_CORE})
    began = time.perf_counter()
    machine: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count()}
    machine["fsync_ms"] = fsync_time()
    machine["load_before"] = [round(load, 2) for load in os.getloadavg()]
    run = Run(kinds, loads, length, sizes, talking)
    await run.measure()
    micro = await measure_micro() if "ours" in run.bots or sizes else {}
    machine["load_after"] = [round(load, 2) for load in os.getloadavg()]
    took = round(time.perf_counter() - began, 1)
    parts = {"bots": run.bots, "broadcasts": run.broadcasts, "talks": run.talks, "ways": run.ways, "micro": micro}
    return {"machine": machine, "took_s": took} | parts


async def measure_micro() -> dict[str, Any]:
    """Run the measures that need no platform in a process of their own, on the core of the bots."""
    with on_core(BOT_CORE):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.micro", cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
    said, _ = await process.communicate()
    return dict(json.loads(said)) if process.returncode == 0 else {"failed": process.returncode}


def fsync_time() -> float:
    """Return the median time, in ms, that the disk takes to keep something: what holds every durable bot."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(50):
            file.write(bytes(4096))
            at = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - at)
    return round(1000 * sorted(took)[25], 2)


def numbers(text: str) -> list[int]:
    """Read `1,50,500`."""
    return [int(part) for part in text.split(",")]


def main(  # noqa: PLR0913 - an option each
    bots: Annotated[str, typer.Option(help="Which bots talk, by comma; none for broadcasts only.")] = ",".join(KINDS),
    women: Annotated[str, typer.Option(help="How many women at once, by comma.")] = "1,50,500",
    round_trip: Annotated[str, typer.Option(help="Round trips to the platform in ms, by comma.")] = "0,40",
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Short windows and the three telling loads.")] = False,
    no_broadcast: Annotated[bool, typer.Option("--no-broadcast", help="Leave the broadcasts out.")] = False,
    no_talks: Annotated[bool, typer.Option("--no-talks", help="Leave the conversations out.")] = False,
    only_talks: Annotated[bool, typer.Option("--only-talks", help="Measure the conversations alone.")] = False,
) -> None:
    """Measure Comadre and its peers against a fake Bot API server, and write .bench/result.json.

    State is kept under the temporary folder: TMPDIR chooses the disk.
    """
    if only_talks:
        bots, no_broadcast = "", True
    else:
        prepare_peers()
    loads = [(count, trip / 1000) for trip in numbers(round_trip) for count in numbers(women)]
    if quick:
        loads = [load for load in loads if load in TELLING] or loads
    kinds = [KINDS[name] for name in bots.split(",") if name]
    sizes = () if no_broadcast else broadcast.QUICK if quick else broadcast.FULL
    talking = () if no_talks else talks.QUICK if quick else talks.FULL
    result = uvloop.run(measure_all(kinds, loads, measure.QUICK if quick else measure.FULL, sizes, talking))
    BENCH.mkdir(exist_ok=True)
    (BENCH / "result.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    print_report(result)


if __name__ == "__main__":
    typer.run(main)
