"""What holds after each step of a walk, and at its end.

- What somebody says reaches each of those who have a seat, or the woman, and nobody else, or its writer is told.
- Taken back, it comes to nobody who has not got it, and leaves the chats of those who are still there.
- After a yes is taken back, what it was said to is in no row, and in no chat of who answers that can be reached.
- Who is blocked reads nothing and is read by nobody, but for a cry for help, which the bot answers alone.
- Nobody is sent a byte that is made of who somebody else is; `test_c1_whoever_she_is.py` compares two women.
- What waited for three days is gone, and both sides are told.
- Of who is forgotten no row is left, and of what was said none, open or sealed.
"""

import hashlib
from collections.abc import Iterator

import orjson

from bot.core.message import token
from tests.bot_api.wire import Upload
from tests.security.marks import Mark
from tests.security.plant import hits, hits_in
from tests.security.walk import Walk
from tests.services.people import OnSignal, OnTelegram, Person
from tests.services.program import Program
from tests.storage.example import read_all


async def check(walk: Walk) -> None:
    """Hold what everybody has read against who was to read it."""
    for mark in walk.marks:
        _reaches_those_with_a_seat_or_its_writer_is_told(walk, mark)
        _what_was_taken_back_comes_to_nobody_else(walk, mark)
    for name, heard in walk.blocked.items():
        person = next(each for each in walk.people if each.name == name)
        assert len(person.received) == heard, f"{name} is blocked and reads {person.received[heard:]}: {walk.history}"
    taken = [each.designation for each in await walk.talks()]
    assert len(set(taken)) == len(taken)


def _reaches_those_with_a_seat_or_its_writer_is_told(walk: Walk, mark: Mark) -> None:
    told = f"{mark}, and was told {mark.by.received[mark.heard :]}: {walk.history}"
    assert set(mark.seen) <= walk.allowed(mark), told
    often = [each for each in walk.people if mark.seen[each.name] > mark.most]
    assert not often, ([text for each in often for text in each.received if mark.text in text], told)
    if mark.is_sure:
        assert set(mark.seen) == mark.to, told
    elif not (mark.seen or mark.is_held or mark.is_quiet):
        assert len(mark.by.received) > mark.heard, told


def _what_was_taken_back_comes_to_nobody_else(walk: Walk, mark: Mark) -> None:
    if mark.frozen is not None:
        assert mark.seen == mark.frozen, f"{mark.text[:4]} comes after it was taken back: {walk.history}"


def nothing_tells_who_she_is(walk: Walk) -> None:
    """See that nobody was sent a byte that is made of who somebody else is."""
    for person in walk.people:
        sent, others = sent_to(walk.program, person), [each for each in walk.people if each is not person]
        for each in others:
            found = hits(sent, *_names(walk, each))
            assert not found, f"{person.name} was sent who {each.name} is: {found}"
        if person in walk.women:
            assert hits(sent, *walk.designations) == [], f"{person.name} was sent by what name somebody is known"


def _names(walk: Walk, person: Person) -> Iterator[str]:
    """Return all that somebody could be known by, and what could be made of it."""
    address = person.address
    yield from (address.id, person.secret)
    if isinstance(person, OnSignal):
        yield person.number
        yield from (
            str(each.timestamp) for each in walk.program.signal.phones[address.id].messages.values() if not each.mine
        )
    key = walk.program.vault.pseudonym(address)
    yield from (key.hex(), key.hex()[:16])
    for text in (address.id, str(address), person.secret):
        yield from (
            token(text),
            *(hashlib.new(name, text.encode()).hexdigest()[:16] for name in ("md5", "sha1", "sha256")),
        )
        yield from (hashlib.blake2b(text.encode(), digest_size=size).hexdigest() for size in (6, 8, 12, 16, 32))


def sent_to(running: Program, person: Person) -> bytes:
    """Return all bytes that went to somebody, without her own address."""
    api, signal = running.api, running.signal
    calls = [each.payload for each in api.calls if str(each.payload.get("chat_id")) == person.address.id]
    there = [each.params for each in signal.calls if person.address.id in str(each.params.get("recipient"))]
    shown = [repr(each) for each in running.web.shown if each.to == person.address]
    # Inside Telegram a file goes on by its name: what is in it, the platform has made anew.
    opened = [] if isinstance(person, OnTelegram) else person.received
    written = orjson.dumps([calls, there, shown], default=_opened) + "\n".join(opened).encode()
    return written.replace(person.address.id.encode(), b"")


def _opened(part: object) -> str:
    if isinstance(part, Upload):
        return f"{part.name} {part.content.decode('latin-1')}"
    return repr(part)


async def nothing_is_left(walk: Walk) -> None:
    """Look for what was said, and for what it was sealed as, in every file."""
    running = walk.program
    await running.store.purge(running.clock.now())
    kept = await running.current_rows()
    files = b"\0".join(read_all(running.data).values())
    assert not [each for each in running.vault.sealed - kept if each in files]
    said = [each.text for each in walk.marks]
    secrets = [name for each in walk.people for name in (each.secret, each.address.id)]
    assert hits_in(running.folder, *said, *secrets) == []
