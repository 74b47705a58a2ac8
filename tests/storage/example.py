"""People to store, keys to seal them with, and a search for what must not be found."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st

from bot.core.contact import HANDLE_LIMIT, RECENT_LIMIT, TRAIL_LIMIT, Contact, Handle, Position, Timed, Timer, Told
from bot.core.message import Address, fold
from bot.core.terms import Terms
from bot.storage.store import Store

KEY = hashlib.sha256(b"a key that only tests use").digest()
OTHER_KEY = hashlib.sha256(b"another key that only tests use").digest()
NOW = datetime(2026, 11, 21, 22, 41, 37, tzinfo=UTC)
HOUR = fold(NOW)
ANA = Address("telegram", "700000001")
EVA = Address("signal", "5f0c9b1e-6a55-4d0e-9a6e-3a1f7c0d2b11")

words = st.text(max_size=12)
positions = st.builds(Position, words, words, st.integers(0, 99))
addresses = st.builds(Address, st.sampled_from(("telegram", "signal")), st.text("0123456789abcdef-", min_size=1))
handles = st.lists(st.builds(Handle, words, st.integers(0, 10**6)), max_size=9).map(
    lambda found: tuple(sorted(found, key=lambda handle: handle.hour))
)
times = st.times().map(lambda time: time.replace(second=0, microsecond=0))
terms = st.builds(Terms, st.sampled_from(("any", "quiet"))) | st.builds(Terms, st.just("hours"), times, times)
_alone = st.builds(
    Contact,
    language=words,
    city=words,
    position=st.none() | positions,
    trail=st.lists(positions, max_size=TRAIL_LIMIT).map(tuple),
    answers=st.dictionaries(words, words, max_size=6),
    timer=st.none() | st.builds(Timer, st.integers(0, 2**40), words, addresses.map(str)),
    told=st.sampled_from(Told),
    timed=st.sampled_from(Timed),
    numbers=st.dictionaries(st.integers(1, 99), words, max_size=6),
    recent=st.lists(words, max_size=RECENT_LIMIT).map(tuple),
    living=st.lists(words, max_size=4).map(tuple),
    listed=st.lists(words, max_size=20).map(tuple),
    handles=handles,
    seen=st.integers(0, 10**6),
)
_members = st.builds(
    lambda contact, groups, address, is_asked: replace(
        contact, memberships=groups, address=str(address), is_asked=is_asked
    ),
    _alone,
    st.dictionaries(words, terms, min_size=1, max_size=3),
    addresses,
    st.booleans(),
)
contacts = _alone | _members


def at(page: int) -> Contact:
    """Return someone who is on a page of the menu now."""
    return Contact(position=Position("menu", "start", page), seen=HOUR)


def full(text: str) -> Contact:
    """Return someone whose every part is there and says `text`."""
    return Contact(
        language=text,
        city=text,
        position=Position(text, text, 1),
        trail=(Position(text, text),) * TRAIL_LIMIT,
        answers={text: text},
        timer=Timer(int(NOW.timestamp()) + 61, text, f"telegram:{text}"),
        recent=(text,) * RECENT_LIMIT,
        living=(text,),
        listed=(text,),
        handles=tuple(Handle(f"{text}{number}", HOUR) for number in range(HANDLE_LIMIT)),
        seen=HOUR,
    )


async def read(store: Store, address: Address) -> Contact:
    """Return what is kept about one person."""
    return await store.step(address, lambda contact, _: (contact, contact))


async def write(store: Store, address: Address, contact: Contact) -> None:
    """Keep this about one person, whatever was kept before."""
    await store.step(address, lambda *_: (contact, None))


async def rows(store: Store) -> list[tuple[bytes, bytes, int | None, int]]:
    """Return all of the contact table as it lies there."""
    return await store._database.run(
        lambda connection: connection.execute("SELECT key, sealed, due_at, purge_at FROM contact").fetchall()
    )


def read_all(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file under `folder`."""
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def spellings(text: str) -> list[bytes]:
    """Return `text` as it could lie on a disk: plain, wide, in hexadecimal, in base64 at each of its three offsets."""
    raw = text.encode()
    encoded = [base64.b64encode(b"." * shift + raw)[4:-4] for shift in range(3)]
    return [
        raw,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        raw.hex().encode(),
        raw.hex().upper().encode(),
        *encoded,
    ]


def search(folder: Path, needles: list[bytes]) -> list[str]:
    """Name the files in which any needle occurs, once for each that does."""
    return [name for name, data in read_all(folder).items() for needle in needles if needle in data]
