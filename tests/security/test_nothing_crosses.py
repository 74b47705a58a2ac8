"""C1, E1, E5: what one says reaches her other side and nobody else, whatever happens meanwhile to whom."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import orjson
import pytest

from tests.security.plant import hits, hits_in
from tests.security.walk import Walk
from tests.services.people import OnTelegram, Person
from tests.services.program import Program, program
from tests.storage.example import read_all

WALKS = int(os.environ.get("COMADRE_WALKS", "6"))
STEPS = int(os.environ.get("COMADRE_STEPS", "45"))
"""A deeper look: `COMADRE_WALKS=200 COMADRE_STEPS=120`."""
ALONE = {"call": 4, "take": 7, "work": 7, "wait": 1, "leave": 1, "revoke": 1}
MEANWHILE = ("kill", "kill", "restart", "falter", "leave", "take", "work")
HARMLESS = ("kill", "restart", "falter")
"""Of these nobody notices anything: what was said arrives."""
Work = Callable[[], Awaitable[object]]


async def take_a_step(walk: Walk) -> None:
    """Let somebody do something, or some say something at once, perhaps while something happens."""
    chance = walk.chance
    if chance.random() < 0.4:
        what = chance.choices(list(ALONE), list(ALONE.values()))[0]
        walk.history.append(str(await getattr(walk, what)() or what))
    else:
        what = chance.choice(MEANWHILE) if chance.random() < 0.3 else ""
        first = len(walk.marks)
        said = [each for each in [await walk.saying() for _ in range(chance.randrange(1, 5))] if each]
        walk.history.append(f"{[(each.by.name, each.text[:4]) for each in walk.marks[first:]]}, and {what}")
        await say_while(walk, said, what, first)
    await walk.program.settled()
    walk.program.api.fault = None
    await walk.look()
    check(walk)


async def say_while(walk: Walk, said: Sequence[Work], what: str, first: int) -> None:
    """Let some say something while something happens."""
    marks = walk.marks[first:]
    if what == "kill" and not all(isinstance(each.by, OnTelegram) for each in marks):
        what = "falter"  # only Telegram brings again what was not taken in
    for mark in marks:
        mark.most += what == "kill"
        mark.is_shaken = what not in ("", *HARMLESS)
        mark.is_sure = mark.is_sure and not mark.is_shaken
    tasks = [asyncio.create_task(each()) for each in said]
    if happens := getattr(walk, what)() if what else None:
        await happens
    await asyncio.gather(*tasks)


def check(walk: Walk) -> None:
    """Hold what everybody has read against who was to read it."""
    for mark in walk.marks:
        told = f"{mark.by.name} said {mark.text[:4]} to {set(mark.to)}, seen by {dict(mark.seen)}: {walk.history}"
        assert set(mark.seen) <= walk.allowed(mark), told
        doubled = [
            text
            for each in walk.people
            if mark.seen[each.name] > mark.most
            for text in each.received
            if mark.text in text
        ]
        assert not doubled, (doubled, told)
        if mark.is_sure:
            assert set(mark.seen) == mark.to, told
        elif not mark.seen and not mark.is_held:
            assert len(mark.by.received) > mark.heard, told


def sent_to(running: Program, person: Person) -> bytes:
    """Return all bytes that went to somebody, without her own address."""
    api, signal = running.api, running.signal
    calls = [each.payload for each in api.calls if str(each.payload.get("chat_id")) == person.address.id]
    there = [each.params for each in signal.calls if person.address.id in str(each.params.get("recipient"))]
    written = orjson.dumps([calls, there], default=repr) + "\n".join(person.received).encode()
    return written.replace(person.address.id.encode(), b"")


@pytest.mark.parametrize("seed", range(WALKS))
async def test_what_one_says_reaches_her_other_side_and_nobody_else(tmp_path: Path, seed: int) -> None:
    async with program(tmp_path) as running:
        walk = Walk(running, Random(seed))  # noqa: S311 - the same walk in every run
        await walk.begin()
        for _ in range(STEPS):
            await take_a_step(walk)
        for person in walk.people:
            others = [each for each in walk.people if each is not person]
            names = [name for each in others for name in (each.address.id, each.secret)]
            assert hits(sent_to(running, person), *names) == [], person.name
        await nothing_is_left(walk)
        assert sum(sum(each.seen.values()) for each in walk.marks) > STEPS / 3


async def nothing_is_left(walk: Walk) -> None:
    """Look for what was said, and for what it was sealed as, in every file."""
    running = walk.program
    await running.store.purge(running.clock.now())
    kept = await running.current_rows()
    files = b"\0".join(read_all(running.data).values())
    assert not [each for each in running.vault.sealed - kept if each in files]
    said = [each.text for each in walk.marks]
    secrets = [name for each in walk.people for name in (each.secret, each.address.id)]
    assert hits_in(running.folder, *said, *secrets) == []
