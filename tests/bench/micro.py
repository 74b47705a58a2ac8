"""What can be measured without a platform: one step, one search, one load; `python -m tests.bench.micro`."""

import asyncio
import gc
import itertools
import json
import random
import re
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.content.library import default_folder, read_content
from bot.core.contact import Contact
from bot.core.engine import respond
from bot.core.library import Library
from bot.core.message import Address, Choice, Incoming, Kind
from bot.core.notice import Notice, NoticeKind
from bot.core.search import NameIndex
from bot.core.speech import normalise
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.bench.women import WAY

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
SEED = 7
LOOPS = 300
QUESTIONS = 2000
SERVICES = 5000
TICK = 0.001
RECIPIENTS = 100_000

KINDS = ("Casa", "Centro", "Associação", "Clínica", "Refugio", "Fundación", "Drop-in", "Albergue", "Projeto",
         "House", "Unidade", "Espaço", "Programa", "Network", "Servicio", "Equipa", "Haus", "Consulta", "Kontakt",
         "Women of")  # fmt: skip
NAMES = ("Aurora", "Santa Clara", "Esperança", "Margarida", "Libertad", "Ribeira", "Nova Vida", "Horizonte",
         "Violeta", "Girassol", "Camino Abierto", "Rosa Mosqueta", "Bonfim", "Marginal", "Amapola", "Mariposa",
         "Ponte", "Raíces", "Lua Cheia", "Andorinha", "Primavera", "Safe Harbour", "Sisterhood", "Open Door",
         "Frauenzimmer")  # fmt: skip
PLACES = ("Porto", "Gaia", "Lisboa", "Almada", "Braga", "Coimbra", "Setúbal", "Madrid", "Vallecas", "Barcelona",
          "Raval", "Sevilla", "Bogotá", "Chapinero", "Medellín", "Cali", "Berlin", "Kreuzberg", "Neukölln",
          "Faro")  # fmt: skip


def respond_median(library: Library) -> float:
    """Return the median of one step on the way to a service, in µs."""
    took: list[float] = []
    numbers = itertools.count(1)
    for woman in range(LOOPS):
        contact = Contact()
        choices: tuple[Choice, ...] = ()
        address = Address("telegram", str(woman))
        for label in [None, *(stage.label for stage in WAY)]:
            pressed = _choice(choices, label) if label else None
            if label and pressed is None:
                continue
            incoming = Incoming(
                address,
                Kind.PRESS if pressed else Kind.START,
                str(next(numbers)),
                token=pressed.token if pressed else "",
                locale="en",
            )
            at = time.perf_counter()
            turn = respond(library, contact, incoming, NOW)
            took.append(time.perf_counter() - at)
            contact = turn.contact
            choices = turn.screen.choices if turn.screen else ()
    return round(1e6 * sorted(took)[len(took) // 2], 1)


def _choice(choices: tuple[Choice, ...], label: str) -> Choice | None:
    return next((choice for choice in choices if re.search(label, choice.label, re.IGNORECASE)), None)


def search() -> dict[str, float]:
    """Return how long a search with typing errors over 10 000 names takes, and how often the first hit is right."""
    rng = random.Random(SEED)  # noqa: S311 - typing errors, not secrets
    every = [" ".join(parts) for parts in itertools.product(KINDS, NAMES, PLACES)]
    index = NameIndex((name, normalise(name)) for name in every)
    took: list[float] = []
    right = 0
    for _ in range(QUESTIONS):
        name = rng.choice(every)
        question = normalise(_mistyped(name, rng))
        at = time.perf_counter()
        hits = index.find(question)
        took.append(time.perf_counter() - at)
        right += bool(hits) and hits[0].id == name
    took.sort()
    return {
        "names": len(every),
        "p50_ms": round(1000 * took[QUESTIONS // 2], 3),
        "p99_ms": round(1000 * took[int(QUESTIONS * 0.99)], 3),
        "right_first": round(right / QUESTIONS, 3),
    }


def _mistyped(name: str, rng: random.Random) -> str:
    """Make one or two errors of a thumb: a letter lost, doubled, swapped with the next, or its neighbour's."""
    for _ in range(rng.choice((1, 2))):
        at = rng.randrange(1, len(name) - 1)
        name = rng.choice((
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + rng.choice("aeiourstln") + name[at + 1 :],
        ))  # fmt: skip
    return name


async def load() -> dict[str, Any]:
    """Return how long 5 000 services take to load on a thread, and how long the loop stood still meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="bench-content-"))
    try:
        source = default_folder()
        for name in ("flows", "locales"):
            shutil.copytree(source / name, folder / name)
        (folder / "directory.yaml").write_text(_grown((source / "directory.yaml").read_text()))
        reading = asyncio.ensure_future(asyncio.to_thread(_timed, lambda: read_content(folder)))
        stall = await _longest_stall(reading)
        took, (content, library) = await reading
        if library is None:
            return {"failed": "; ".join(map(str, content.findings[:3]))}
        warming = asyncio.ensure_future(asyncio.to_thread(_timed, library.warm))
        stall = max(stall, await _longest_stall(warming))
        return {"services": SERVICES, "load_s": round(took, 2), "index_s": round((await warming)[0], 2),
                "longest_stall_ms": round(1000 * stall, 1)}  # fmt: skip
    finally:
        shutil.rmtree(folder)


async def queue() -> dict[str, Any]:
    """Return how long it takes to write a delivery for each of very many, and how much more memory that needs."""
    with tempfile.TemporaryDirectory(prefix="bench-queue-") as folder:
        vault, now = Vault(secrets.token_bytes(32)), datetime.now(UTC)
        async with Store.open(Path(folder) / "data" / "bench.sqlite3", vault) as store:
            await store._database.commit_together(lambda connection: _fill(connection, vault))
            at = int(now.timestamp())
            gc.collect()
            _forget_peak()
            before, began = _memory("VmRSS"), time.perf_counter()
            await store.outbox.announce(Notice(NoticeKind.BROADCAST, ("porto",), at, at + 86400))
            await store.outbox.open_due(now)
            took = time.perf_counter() - began
            more = _memory("VmHWM") - before
            return {"recipients": RECIPIENTS, "queue_s": round(took, 2), "more_mb": round(more, 1)}


def _fill(connection: sqlite3.Connection, vault: Vault) -> int:
    """Let so many join, without a record of any."""
    group, language = vault.index("group", "porto"), vault.index("language", "en")
    rows = ((group, secrets.token_bytes(32), language) for _ in range(RECIPIENTS))
    return connection.executemany('INSERT INTO member ("group", contact, language) VALUES (?, ?, ?)', rows).rowcount


def _forget_peak() -> None:
    """Let the most memory that this process had be counted anew."""
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> float:
    """Return a figure of this process, in MB."""
    return int(Path("/proc/self/status").read_text().partition(f"{name}:")[2].split()[0]) / 1024


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    at = time.perf_counter()
    result = work()
    return time.perf_counter() - at, result


async def _longest_stall(busy: "asyncio.Future[Any]") -> float:
    longest, at = 0.0, time.perf_counter()
    while not busy.done():
        await asyncio.sleep(TICK)
        longest, at = max(longest, time.perf_counter() - at - TICK), time.perf_counter()
    return longest


class _Plain(yaml.CSafeDumper):
    """Write repeated values out: the directory takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is PyYAML's
        """Never refer back."""
        return True


def _grown(text: str) -> str:
    """Repeat the services of a directory, each under a name and id of its own, until there are enough."""
    directory = yaml.safe_load(text)
    services = directory["services"]
    directory["services"] = [
        service | {"id": f"{service['id']}_{number}", "name": f"{service['name'][:70]} {number}"}
        for number, service in zip(range(SERVICES), itertools.cycle(services), strict=False)
    ]
    return str(yaml.dump(directory, allow_unicode=True, sort_keys=False, Dumper=_Plain))


def main() -> None:
    """Print every figure as JSON."""
    _, library = read_content(default_folder())
    figures: dict[str, Any] = {"queue": asyncio.run(queue()), "search": search()}
    if library:
        figures["respond_us"] = respond_median(library.warm())
        figures["load"] = asyncio.run(load())
    print(json.dumps(figures))  # noqa: T201 - it is what the command is for


if __name__ == "__main__":
    main()
