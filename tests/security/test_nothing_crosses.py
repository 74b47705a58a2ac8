"""C1, E1, E5: what one says reaches her other side and nobody else, whatever happens meanwhile to whom."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from tests.scenes.content import library
from tests.security import deeds, errands, saying
from tests.security.truths import check, nothing_is_left, nothing_tells_who_she_is
from tests.security.walk import Walk
from tests.services.program import program

IS_LONG = os.environ.get("COMADRE_WALK") == "long"
FIRST = int(os.environ.get("COMADRE_SEED", "0"))
SEEDS = range(FIRST, FIRST + (200 if IS_LONG else 6))
STEPS = 120 if IS_LONG else 45
"""A deeper look: `COMADRE_WALK=long`, and `COMADRE_SEED=1000` for other walks."""
Work = Callable[[], Awaitable[object]]
Deed = Callable[[Walk], Awaitable[object]]
ALONE: dict[Deed, int] = {
    deeds.call: 8,
    deeds.take: 14,
    deeds.work: 12,
    deeds.block: 1,
    deeds.let_in: 1,
    deeds.cry: 1,
    deeds.set_code: 2,
    deeds.wait: 2,
    deeds.leave: 2,
    deeds.revoke: 1,
    errands.refer: 4,
    errands.company: 2,
    errands.decide: 4,
    errands.withdraw: 2,
    errands.announce: 2,
    saying.take_back: 4,
    saying.choose: 4,
}
HARMLESS: tuple[Deed, ...] = (deeds.kill, deeds.restart, deeds.falter, errands.announce)
"""Of these nobody notices anything: what was said arrives."""
MEANWHILE: tuple[Deed, ...] = (*HARMLESS, deeds.kill, deeds.leave, deeds.take, deeds.work, errands.withdraw)


async def take_a_step(walk: Walk) -> None:
    """Let somebody do something, or some say something at once, perhaps while something happens."""
    chance = walk.chance
    walk.is_alone = chance.random() < 0.45
    if walk.is_alone:
        deed = chance.choices(list(ALONE), list(ALONE.values()))[0]
        walk.history.append(f"{deed.__name__}: ")
        walk.history[-1] += str(await deed(walk))
    else:
        meanwhile = chance.choice(MEANWHILE) if chance.random() < 0.3 else None
        first, walk.is_calm = len(walk.marks), meanwhile is None
        said = [each for each in [await saying.saying(walk) for _ in range(chance.randrange(1, 5))] if each]
        told = [(each.by.name, each.text[:4]) for each in walk.marks[first:]]
        walk.history.append(f"{told}, and {meanwhile.__name__ if meanwhile else 'nothing'}")
        await say_while(walk, said, meanwhile, first)
    await walk.program.settled()
    walk.program.api.fault = None
    await walk.look()
    await check(walk)


async def say_while(walk: Walk, said: Sequence[Work], meanwhile: Deed | None, first: int) -> None:
    """Let some say something while something happens."""
    marks = walk.marks[first:]
    is_taken_back = any(each.is_back for each in marks)
    if meanwhile is deeds.kill and (is_taken_back or not saying.is_on_telegram(marks)):
        meanwhile = deeds.falter  # only Telegram brings again what was not taken in
    if is_taken_back and meanwhile not in (None, deeds.falter):
        meanwhile = None
    for mark in marks:
        mark.most += meanwhile is deeds.kill
        mark.is_shaken = meanwhile is not None and meanwhile not in HARMLESS
        mark.is_quiet = mark.is_quiet or (mark.is_file and meanwhile is deeds.kill)
        mark.is_sure = mark.is_sure and not mark.is_shaken and not mark.is_quiet
    tasks = [asyncio.create_task(each()) for each in said]
    if meanwhile:
        walk.history[-1] += f": {await meanwhile(walk)}"
    await asyncio.gather(*tasks)
    await walk.program.settled()
    await walk.look()
    for mark in marks:
        if mark.is_back and mark.frozen is None:
            mark.freeze()
            left = [each.name for each in walk.people if any(mark.text in one for one in each.standing)]
            assert not left, f"{left} still have what {mark.by.name} took back: {walk.history}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_one_says_reaches_her_other_side_and_nobody_else(tmp_path: Path, seed: int) -> None:
    async with program(tmp_path, library()) as running:
        walk = Walk(running, Random(seed))  # noqa: S311 - the same walk in every run
        await walk.begin()
        for _ in range(2):
            await deeds.call(walk)
            await deeds.take(walk)
        for _ in range(STEPS):
            await take_a_step(walk)
        nothing_tells_who_she_is(walk)
        await nothing_is_left(walk)
        assert sum(sum(each.seen.values()) for each in walk.marks) > STEPS / 9
