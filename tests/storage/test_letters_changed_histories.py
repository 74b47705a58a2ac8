"""Said, changed and taken back, with anything happening on the way: only the last words stand there, once, or none."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import talking
from bot.core.contact import Contact
from bot.core.conversation import Said, Seat
from bot.core.engine import Turn
from bot.core.house import Change, House, Talked
from bot.core.letter import LetterKind
from bot.core.message import Address
from bot.core.relay import Relay
from bot.storage.letterbox import Parcel
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.core.relays import with_lines
from tests.storage.example import ANA, KEY, NOW
from tests.storage.talks import PAULA, change, claim, hire, rows, settle, talk

MINUTE = timedelta(minutes=1)
steps = st.lists(
    st.sampled_from(("change", "change", "claim", "claim", "land", "land", "falter", "crash", "back", "other")),
    max_size=14,
)


class History:
    """One message, all that becomes of it, and what its reader sees."""

    def __init__(self, store: Store, writer: Address, *, is_in_place: bool) -> None:
        """Begin before anything is said."""
        self.store, self.writer, self.is_in_place = store, writer, is_in_place
        self.now = NOW
        self.air: list[Parcel] = []
        self.chat: dict[str, str] = {}
        self.wanted = "words 0"
        self.number = 0

    async def step(self, act: str) -> None:
        """Let the writer say, change or take back something."""
        self.number += 1

        def work(contact: Contact, house: House) -> tuple[Contact, Turn]:
            return contact, Turn(contact, None, changes=self._changes(house, act))

        await self.store.step(self.writer, work)

    def _changes(self, house: House, act: str) -> tuple[Change, ...]:
        (conversation,), of = house.conversations, str(self.writer)
        relay = Relay(with_lines(), house, self.now)
        said = Said(f"words {self.number}")
        if act in ("say", "other"):
            handle = "first" if act == "say" else f"other {self.number}"
            text = self.wanted if act == "say" else "and that"
            return talking.say(relay, conversation, of, Said(text, handle=handle))
        if act == "back":
            self.wanted = ""
            return talking.take_back(relay, conversation, of, "first")
        changes = talking.change(relay, conversation, of, "first", said)
        assert bool(changes) is bool(self.wanted), "she is told what does not follow, and nothing else"
        self.wanted = said.text if changes else ""
        return changes

    async def take(self, what: str) -> None:
        """Take one step."""
        match what:
            case "claim":
                self.air += await claim(self.store, self.now)
            case "land" if self.air:
                await self.land(self.air.pop(0))
            case "falter" if self.air:
                await settle(self.store, "held", [self.air.pop(0)], self.now, due_at=self.now, has_failed=True)
            case "crash":
                self.air = []
                await self.store.letters.recover()
            case "change" | "back" | "other":
                await self.step(what)

    async def land(self, parcel: Parcel) -> None:
        """Let what is in the air arrive; what nobody wants any more is deleted again."""
        old = parcel.letter.replaces
        there = (old[-1] if self.is_in_place and old else f"{len(self.chat)} {self.number} {parcel.row.id}",)
        if parcel.letter.kind is LetterKind.TAKEN_BACK:
            there = ()
        for handle in old:
            self.chat.pop(handle, None)
        self.chat |= dict.fromkeys(there, parcel.letter.text)
        gone = tuple(each for each in old if each not in there)
        if await settle(self.store, "sent", [parcel], self.now, handles=there, deleted=gone):
            for handle in there:
                self.chat.pop(handle, None)

    async def end(self) -> None:
        """Deliver all that is left."""
        while self.air or await rows(self.store):
            self.air += await claim(self.store, self.now)
            self.now += MINUTE
            while self.air:
                await self.land(self.air.pop(0))


async def play(folder: Path, found: list[str], *, is_hers: bool, is_in_place: bool) -> None:
    """Play one history, and look at the chat of the reader at its end."""
    async with Store.open(folder / "data" / "x.sqlite3", Vault(KEY)) as store:
        (staff,) = await hire(store, PAULA)
        seats = (Seat(staff.designation, staff.address),)
        await change(store, Talked(talk(ANA, PAULA, seats=seats)))
        history = History(store, ANA if is_hers else PAULA, is_in_place=is_in_place)
        await history.step("say")
        for what in found:
            await history.take(what)
        await history.end()
        standing = [text for text in history.chat.values() if text.startswith("words")]
        assert standing == ([history.wanted] if history.wanted else [])
        assert list(history.chat.values()).count("and that") == found.count("other")


@given(steps, st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_only_the_last_words_stand_there_once_or_none(found: list[str], is_hers: bool, is_in_place: bool) -> None:  # noqa: FBT001 - drawn
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), found, is_hers=is_hers, is_in_place=is_in_place))
