"""E3: a program that is killed again and again while two people talk loses no word, and tells nobody else."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from random import Random

from bot.core.contact import Contact, Position
from bot.core.conversation import Seat
from bot.core.house import House, Talked
from bot.core.message import Address, fold
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.fake_bot_api import FakeBotApi, Message
from tests.security.sender import now
from tests.security.test_e3_killed_in_a_broadcast import Senders, read, senders
from tests.storage.example import KEY
from tests.storage.talks import change, hire, talk

ANA, PAULA, EVA, RITA = 7001, 7002, 7003, 7004
"""Two women, each with who answers her."""
PAIRS = {ANA: PAULA, PAULA: ANA, EVA: RITA, RITA: EVA}
KILLS = 25


def address(chat: int) -> Address:
    """Return somebody by the number of her chat."""
    return Address("telegram", str(chat))


async def prepare(path: Path) -> None:
    """Fill a database with two conversations."""
    async with Store.open(path, Vault(KEY)) as store:
        staff = {each.address: each for each in await hire(store, address(PAULA), address(RITA))}
        for number, (woman, peer) in enumerate(((ANA, PAULA), (EVA, RITA))):
            seat = Seat(staff[str(address(peer))].designation, str(address(peer)))
            words = ("silver feather", "golden lily")[number]
            due_at = int(now().timestamp()) + 86400
            begun = talk(address(woman), address(peer), id=f"c{number}", designation=words, due_at=due_at)
            await change(store, Talked(begun.changed(seats=(seat,), touched=fold(now()))))
        for chat in PAIRS:
            await store.step(address(chat), stand)


def stand(_contact: Contact, _house: House) -> tuple[Contact, None]:
    """Return somebody at her menu."""
    return Contact("en", position=Position("start", "menu"), seen=fold(now())), None


class Talk:
    """What four people say to each other."""

    def __init__(self, api: FakeBotApi, chance: Random) -> None:
        """Begin with nothing said."""
        self._api = api
        self._chance = chance
        self.said: dict[int, list[str]] = {chat: [] for chat in PAIRS}
        self.got: dict[int, list[str]] = {chat: [] for chat in PAIRS}
        api.on_shown = self._saw

    def _saw(self, chat: int, message: Message) -> None:
        self.got[chat] += re.findall(r"<.+>", message.text)

    def go_on(self) -> None:
        """Let some people say something."""
        for chat in self._chance.choices(list(PAIRS), k=self._chance.randrange(2, 7)):
            self.said[chat].append(f"<{len(self.said[chat])} of {chat}>")
            self._api.say(chat, self.said[chat][-1])

    def is_over(self) -> bool:
        """Tell whether everything has arrived."""
        return all(set(self.said[chat]) <= set(self.got[PAIRS[chat]]) for chat in PAIRS)


def in_the_air(path: Path) -> Iterable[bytes]:
    """Return the pseudonym of the reader of each letter that nobody knows the end of."""
    return (key for (key,) in read(path, "SELECT contact FROM letter WHERE state = 'sending'"))


async def one_kill(api: FakeBotApi, sender: Senders, talk: Talk, chance: Random) -> None:
    """Let people talk, and kill the program in the middle of it."""
    wanted = len(api.calls) + chance.randrange(1, 14)
    for _ in range(3):
        talk.go_on()
        if chance.random() < 0.6:
            await asyncio.wait({asyncio.ensure_future(api.until(lambda: len(api.calls) >= wanted, 30))}, timeout=0.3)
    sender.kill()
    await sender.has_ended.wait()


async def test_twenty_five_kills_in_a_conversation_lose_no_word_and_tell_nobody_else(tmp_path: Path) -> None:
    path, chance = tmp_path / "data" / "comadre.sqlite3", Random(7)  # noqa: S311 - the same points in every run
    doubtful: Counter[bytes] = Counter()
    await prepare(path)
    async with FakeBotApi() as api, senders(api, path, "relay") as sender:
        api.meet(*PAIRS)
        talk = Talk(api, chance)
        for _ in range(KILLS):
            await sender.start()
            await one_kill(api, sender, talk, chance)
            doubtful.update(in_the_air(path))
        await sender.start()
        await api.until(talk.is_over, 60)
        async with asyncio.timeout(30):
            while await asyncio.to_thread(read, path, "SELECT 1 FROM letter"):
                pass
    keys = {chat: Vault(KEY).pseudonym(address(chat)) for chat in PAIRS}
    for chat, other in PAIRS.items():
        assert [text for text, _ in groupby(talk.got[other])] == talk.said[chat]
        assert len(talk.got[other]) - len(talk.said[chat]) <= doubtful[keys[other]]
    assert sum(map(len, talk.said.values())) > 100
    assert read(path, "PRAGMA integrity_check") == [("ok",)]
