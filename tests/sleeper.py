"""A sleep that takes no time."""

import asyncio


class Sleeper:
    """A sleep that only takes notes."""

    def __init__(self) -> None:
        """Begin rested."""
        self.naps: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Let the others work, and no more."""
        self.naps.append(seconds)
        await asyncio.sleep(0)
