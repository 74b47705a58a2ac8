"""A process that works until it is killed; one that has all loaded forks another for each line."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.telegram import Telegram
from bot.core import mail
from bot.core.library import Library
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.services.post import Post
from bot.storage.letterbox import Parcel, Sort
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.services.scene import judging, watch_the_end
from tests.shipped import shipped
from tests.storage.example import KEY
from tests.storage.talks import rows, write


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


async def post(path: Path, url: str, token: str, rate: int) -> None:
    """Send the letters that are there until killed, and let the platform see that none is left."""
    async with Store.open(path, Vault(KEY)) as store:
        pace = Pace(rate)
        telegram = Telegram(token, api_url=url, pace=pace)
        sender = Post(store, {"telegram": telegram}, lambda: datetime.now(UTC), sorting)
        sender.pace("telegram", pace)
        over = watch_the_letters(store)
        sender.start()
        await over.wait()
        await telegram.check()
        await sender.finish(5)
        await telegram.close()


async def sorting(_now: datetime) -> Sort:
    """Return what lets letters say what somebody wrote."""
    return write


def watch_the_letters(store: Store) -> asyncio.Event:
    """Return an event that is set when no letter is left."""
    over, claim = asyncio.Event(), store.letters.claim

    async def noted(*what: Any) -> list[Parcel]:
        taken = await claim(*what)
        if not await rows(store):
            over.set()
        return taken

    store.letters.claim = noted  # type: ignore[method-assign]  # it only listens
    return over


async def relay(path: Path, url: str, token: str, rate: int) -> None:
    """Bring what people say to each other across, until killed."""
    async with Store.open(path, Vault(KEY)) as store:
        pace = Pace(rate)
        telegram = Telegram(token, api_url=url, pace=pace)
        dispatcher = Dispatcher(store, current, now)
        dispatcher.channels["telegram"] = telegram
        sender = Post(store, dispatcher.channels, now, saying, is_talking=dispatcher.is_talking)
        sender.pace("telegram", pace)
        dispatcher.post = sender
        owed = await store.owing()
        sender.start()
        await asyncio.gather(telegram.run(dispatcher.accept), dispatcher.resume(owed))


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def current() -> Library:
    """Return the library that we ship."""
    return shipped()


async def saying(at: datetime) -> Sort:
    """Return what decides about letters."""
    return mail.judge(shipped(), at)


WORK = {"broadcast": send, "letters": post, "relay": relay}


def main() -> None:
    """Fork a sender for each line that comes in, and say its number; end with the input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    work, path, url, token, rate = sys.argv[1:]
    if work == "relay":
        shipped()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(WORK[work](Path(path), url, token, int(rate)))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
