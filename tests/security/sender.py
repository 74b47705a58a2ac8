"""A process that sends a broadcast, until it is killed; one that has everything loaded forks another for each line."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.telegram import Telegram
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.services.scene import judging, watch_the_end
from tests.storage.example import KEY


async def send(path: Path, url: str, token: str, rate: int) -> None:
    """Send what is due until killed, and let the platform see that it is over."""
    async with Store.open(path, Vault(KEY)) as store:
        pace = Pace(rate)
        telegram = Telegram(token, api_url=url, pace=pace)
        outbox = Outbox(store, {"telegram": telegram}, lambda: datetime.now(UTC), judging)
        outbox.pace("telegram", pace)
        ended = watch_the_end(store)
        outbox.start()
        await ended.wait()
        await telegram.check()
        await outbox.finish(5)
        await telegram.close()


def main() -> None:
    """Fork a sender for each line that comes in, and say its number; end with the input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    path, url, token, rate = sys.argv[1:]
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(send(Path(path), url, token, int(rate)))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
