"""Strings that are nowhere by chance, and the search for them."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from bot.app import App
from bot.clock import Clock
from bot.content.library import default_folder
from bot.core.message import Address
from bot.services.flood import Flood
from bot.settings import Settings
from tests.conversations.phone import Phone
from tests.conversations.transcript import FOLDER, act, duration, read
from tests.services.chats import Chats
from tests.storage.example import read_all, spellings


def plant() -> str:
    """Return 32 random bytes in base32."""
    return base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=")


def forms(text: str) -> list[bytes]:
    """Return `text` as it could lie in a file or a log: raw, wide, in hexadecimal, base64 or in an address."""
    return [*spellings(text), quote(text, safe="").encode()]


def hits(data: bytes, *planted: str) -> list[bytes]:
    """Return each form of each planted string that is in `data`."""
    return [form for text in planted for form in forms(text) if form in data]


def hits_in(folder: Path, *planted: str) -> list[bytes]:
    """Return each form of each planted string that is in a file under `folder`."""
    return hits(b"\0".join(read_all(folder).values()), *planted)


async def replay(app: App, chats: Chats, clock: Clock, planted: str) -> AsyncIterator[Phone]:
    """Play every transcript through the running bot; yield each phone when its transcript is over."""
    for number, path in enumerate(sorted(FOLDER.glob("*.yaml"))):
        transcript = read(path)
        if transcript.staff or transcript.answered:
            continue  # the groups that she answers for, and who answers there, are not in what we ship
        assert app.dispatcher.door
        app.dispatcher.door.flood = Flood()  # each has a clock of its own, which may go back
        address = Address("telegram", f"{planted}{number}")
        phone = chats.phones[address] = Phone(address, transcript.locale, stem=planted)
        now = transcript.at
        for step in transcript.steps:
            now += duration(step.what) if step.verb == "wait" else timedelta()
            clock.set(now)
            await app.dispatcher.receive(act(phone, step))
        yield phone


@asynccontextmanager
async def living(folder: Path, clock: Clock | None = None) -> AsyncIterator[tuple[App, Chats]]:
    """Run the bot on a folder of its own, with a platform in memory."""
    settings = Settings(data_dir=folder / "data", key_file=folder / "keys" / "key", content_dir=default_folder())
    async with App(settings, clock) as app:
        assert await app.shelf.open()
        chats = Chats()
        app.add(chats)
        yield app, chats
