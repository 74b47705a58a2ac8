"""A process that takes steps and says which are done, until it is killed."""

import asyncio
import sys
from functools import partial
from itertools import count
from pathlib import Path

from bot.core.contact import Contact
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import ANA, KEY, at


def turn(page: int, *_: object) -> tuple[Contact, None]:
    """Put her on a page, wherever she was."""
    return at(page), None


async def main(path: Path) -> None:
    """Turn page after page for one person."""
    async with Store.open(path, Vault(KEY)) as store:
        for page in count(1):
            await store.step(ANA, partial(turn, page))
            sys.stdout.write(f"{page}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
