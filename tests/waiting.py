"""Waiting for what nobody announces, so that every thread gets its turn meanwhile."""

import asyncio
import os
from collections.abc import Callable


async def until(holds: Callable[[], object], within: float = 30.0) -> None:
    """Wait until something is so, `within` so many seconds; raises `TimeoutError`.

    A loop that only went round would keep the interpreter from the database's thread, for seconds on a busy machine.
    """
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.to_thread(os.sched_yield)
