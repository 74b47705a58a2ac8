"""Conversations and letters to store, and a look at what lies there."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import orjson

from bot.core.contact import Contact
from bot.core.conversation import Aim, Conversation, ConversationState, Seat
from bot.core.engine import Turn
from bot.core.house import Change, House, Role, Staff
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address, Screen
from bot.core.verdict import Send, Verdict
from bot.storage.letterbox import Ending, Parcel
from bot.storage.store import Store
from tests.storage.example import ANA, EVA, HOUR, NOW

PAULA = Address("telegram", "700000011")
RITA = Address("signal", "9d0f27aa-6a55-4d0e-9a6e-3a1f7c0d2b11")
ROOM = {"telegram": 40, "signal": 40}
OPEN = {"telegram": NOW, "signal": NOW}


def talk(woman: Address = ANA, *seats: Address, **parts: object) -> Conversation:
    """Return a conversation, open where somebody answers."""
    taken = tuple(Seat(f"peer {each.id[-2:]}", str(each)) for each in seats)
    state = ConversationState.OPEN if seats else ConversationState.WAITING
    found = Conversation("c1", "porto-peers", Aim.TALK, "silver feather", str(woman), "en", state=state, seats=taken)
    return found.changed(touched=HOUR, **parts)


def said(to: Address, text: str = "hello", **parts: object) -> Letter:
    """Return something that is said across."""
    return Letter(str(to), LetterKind.SAID, "c1", text=text, handle="7").changed(**parts)


async def change(store: Store, *changes: Change, by: Address = EVA) -> None:
    """Change something in a step of somebody."""

    def act(contact: Contact, _: House) -> tuple[Contact, Turn]:
        return contact, Turn(contact, None, changes=changes)

    await store.step(by, act)


async def hire(store: Store, *addresses: Address, lines: tuple[str, ...] = ("porto-peers",)) -> list[Staff]:
    """Let some people answer."""
    for address in addresses:
        code = await store.staff.invite(Role.PEER, (), NOW)
        await store.staff.redeem(code, address, NOW)

    def work(connection: sqlite3.Connection) -> None:
        for key, staff in store._houses.team.everyone(connection).items():
            sealed = store._vault.seal("staff", key, orjson.dumps(staff.changed(lines=lines).to_dict()))
            connection.execute("UPDATE staff SET sealed = ? WHERE key = ?", (sealed, key))

    await store._database.commit_together(work)
    return await store.staff.everyone()


def write(_contact: Contact, _house: House, letter: Letter) -> Verdict:
    """Let a letter say what somebody wrote, or else what kind it is."""
    return Send(Address.parse(letter.to), Screen((letter.text or letter.kind.value,)))


async def claim(store: Store, now: datetime = NOW, sort: object = write, room: object = None) -> list[Parcel]:
    """Take letters in hand."""
    open_at = dict.fromkeys(OPEN, now)
    return await store.letters.claim(now, room or ROOM, open_at, sort)  # type: ignore[arg-type]  # as the test says


async def settle(
    store: Store, state: str, parcels: Iterable[Parcel], now: datetime = NOW, **what: object
) -> list[Ending]:
    """Note what became of letters."""
    endings = [Ending(each, state, **what) for each in parcels]  # type: ignore[arg-type]  # as the test says
    return await store.letters.settle(endings, now)


async def house(store: Store, who: Address) -> House:
    """Return what somebody finds."""
    return await store.step(who, lambda contact, house: (contact, house))


async def rows(store: Store, table: str = "letter") -> int:
    """Count the rows of a table."""
    query = f"SELECT count(*) FROM {table}"  # noqa: S608 - our own names
    (number,) = await store._database.run(lambda connection: connection.execute(query).fetchone())
    return int(number)


async def states(store: Store) -> list[str]:
    """Return the state of each letter, the oldest first."""
    query = "SELECT state FROM letter ORDER BY id"
    return [state for (state,) in await store._database.run(lambda connection: connection.execute(query).fetchall())]
