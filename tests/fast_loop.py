"""A loop on which a minute takes a few seconds, for tests in which real sockets meet long waits."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

TIMES = 10.0
"""Seconds of the loop in one of ours; more, and a busy machine looks like a slow platform."""


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / TIMES if timeout else timeout)


class FastLoop(asyncio.SelectorEventLoop):
    """A loop whose time runs faster, and with it every wait, limit and timer."""

    def __init__(self) -> None:
        """Wait shorter than asked."""
        super().__init__(_Selector())

    def time(self) -> float:
        """Return the time that all on this loop goes by."""
        return super().time() * TIMES


def run_fast(main: Coroutine[Any, Any, T]) -> T:
    """Run something on a fast loop."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(main)
