"""E3: a program that is killed again and again among letters loses none, keeps their order, and doubles few."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from random import Random

from bot.core.house import Posted
from bot.core.message import Address
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.fake_bot_api import FakeBotApi
from tests.security.test_e3_killed_in_a_broadcast import one_kill, read, senders
from tests.storage.example import KEY
from tests.storage.talks import change, said

READERS = range(1000, 1040)
EACH = 12
KILLS = 30


async def prepare(path: Path) -> None:
    """Fill a database with letters, those of each reader mixed with the others'."""
    async with Store.open(path, Vault(KEY)) as store:
        for number in range(EACH):
            letters = (said(Address("telegram", str(chat)), f"letter {number}") for chat in READERS)
            await change(store, *map(Posted, letters))


def in_the_air(path: Path) -> Iterator[bytes]:
    """Return the pseudonym of the reader of each letter that nobody knows the end of."""
    return (key for (key,) in read(path, "SELECT contact FROM letter WHERE state = 'sending'"))


def without_doubles(texts: Iterable[str]) -> list[str]:
    """Return what arrived, where what came twice in a row is once."""
    return [text for text, _ in groupby(texts)]


async def test_thirty_kills_among_letters_lose_none_keep_the_order_and_double_only_what_was_in_the_air(
    tmp_path: Path,
) -> None:
    path, chance = tmp_path / "data" / "comadre.sqlite3", Random(7)  # noqa: S311 - the same points in every run
    doubtful: Counter[bytes] = Counter()
    await prepare(path)
    async with FakeBotApi() as api, senders(api, path, "letters") as sender:
        api.meet(*READERS)
        for _ in range(KILLS):
            await sender.start()
            await one_kill(api, sender, chance)
            await sender.has_ended.wait()
            doubtful.update(in_the_air(path))
        await sender.start()
        async with asyncio.timeout(60):
            await sender.has_ended.wait()
        assert api.called("getMe")
        received = {chat: api.chats[chat].visible() for chat in READERS}
    vault = Vault(KEY)
    keys = {chat: vault.pseudonym(Address("telegram", str(chat))) for chat in READERS}
    wanted = [f"letter {number}" for number in range(EACH)]
    assert all(without_doubles(texts) == wanted for texts in received.values())
    assert all(len(texts) - EACH <= doubtful[keys[chat]] for chat, texts in received.items())
    assert sum(doubtful.values()) > 0
    assert read(path, "SELECT count(*) FROM letter") == [(0,)]
    assert read(path, "PRAGMA integrity_check") == [("ok",)]
