"""Whatever happens, in any order: each letter to its reader in its place, or whoever wrote it hears that it is not."""

import asyncio
import tempfile
from collections import defaultdict
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation import Conversation, Seat
from bot.core.house import Posted, Resigned, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address
from bot.storage.letterbox import Parcel
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import KEY, NOW
from tests.storage.talks import change, claim, hire, rows, settle, talk

ANA, EVA, PAULA, RITA = (Address("telegram", number) for number in "1234")
OTHER = {ANA: PAULA, PAULA: ANA, EVA: RITA, RITA: EVA}
"""Who talks with whom."""
USEFUL = timedelta(hours=72)
"""Later, what is to be told is of no use either."""
TELLS = (LetterKind.NOT_DELIVERED.value, LetterKind.ENDED.value)
people = st.sampled_from(list(OTHER))
writing = st.tuples(st.just("write"), st.sampled_from([ANA, ANA, *OTHER]))
claiming = st.tuples(st.just("claim"), st.none())
landing = st.tuples(st.just("land"), st.sampled_from(("sent", "sent", "held", "held", "failed", "gone")))
happening = st.one_of(
    st.tuples(st.just("crash"), st.booleans()),
    st.tuples(st.just("hours"), st.sampled_from((0, 1, 30))),
    st.tuples(st.just("forget"), people),
)
rounds = st.tuples(st.lists(writing, max_size=4), claiming, st.lists(landing | happening | claiming, max_size=4))
steps = st.lists(rounds, min_size=2, max_size=8).map(
    lambda found: [step for first, claim, rest in found for step in (*first, claim, *rest)]
)
"""Some write, something is taken in hand, something becomes of it: again and again."""


class History:
    """What was written, what arrived, and what is in the air."""

    def __init__(self, store: Store) -> None:
        """Begin with silence."""
        self.store = store
        self.now = NOW
        self.air: list[Parcel] = []
        self.written: list[tuple[Address, str]] = []
        self.shown: dict[Address, list[str]] = defaultdict(list)
        self.doubtful: set[str] = set()
        self.forgotten: set[Address] = set()
        """Also who blocked us, and who could not be told: nobody can tell her anything."""

    async def take(self, what: str, detail: object) -> None:
        """Take one step."""
        match what, detail:
            case "write", Address() as writer:
                await self.write(writer)
            case "claim", _:
                self.air += await claim(self.store, self.now)
            case "land", str(state) if self.air:
                await self.land(self.air.pop(0), state)
            case "crash", bool(is_shown):
                await self.crash(is_shown=is_shown)
            case "hours", int(hours) if self.now < NOW + USEFUL - timedelta(hours=hours + 1):
                self.now += timedelta(hours=hours)
            case "forget", Address() as who:
                await change(self.store, Resigned(), by=who)
                self.forgotten.add(who)

    async def write(self, writer: Address) -> None:
        """Let somebody say something to the other, as long as they talk."""
        found = await self.store.step(writer, lambda contact, house: (contact, house.conversations))
        if any(each.is_live and (writer in (ANA, EVA) or each.seats) for each in found):
            number = len(self.written)
            letter = Letter(str(OTHER[writer]), LetterKind.SAID, found[0].id, text=f"{number:03}", handle=f"{number}")
            if self.is_seated(found[0], OTHER[writer]):
                self.written.append((writer, letter.text))
                await change(self.store, Posted(letter), by=writer)

    def is_seated(self, conversation: Conversation, who: Address) -> bool:
        """Tell whether somebody is still there."""
        return str(who) in (conversation.woman, *(each.address for each in conversation.seats))

    async def land(self, parcel: Parcel, state: str) -> None:
        """Let what is in the air arrive, or not."""
        if state == "sent":
            self.show(parcel)
        if state == "gone" or (state == "failed" and parcel.screen.texts[0] in TELLS):
            self.forgotten.add(parcel.to)
        due_at = self.now + timedelta(minutes=1) if state == "held" else None
        back = await settle(self.store, state, [parcel], self.now, handles=("9",), due_at=due_at)
        if back and state == "sent":
            self.shown[parcel.to].pop()

    def show(self, parcel: Parcel) -> None:
        """Put a letter into a chat."""
        self.shown[parcel.to].append(parcel.screen.texts[0])

    async def crash(self, *, is_shown: bool) -> None:
        """Die, before or after what is in the air was shown."""
        for parcel in self.air:
            self.doubtful.add(parcel.screen.texts[0])
            if is_shown:
                self.show(parcel)
        self.air = []
        await self.store.letters.recover()

    async def end(self) -> None:
        """Deliver all that is left."""
        while self.air or await rows(self.store):
            self.air += await claim(self.store, self.now)
            self.now += timedelta(minutes=1)
            while self.air:
                await self.land(self.air.pop(0), "sent")

    def check(self) -> None:
        """Hold what arrived against what may."""
        for reader, texts in self.shown.items():
            once = [text for text, _ in groupby(texts) if text not in TELLS]
            assert once == sorted(set(once)), texts
            assert {text for text in once if texts.count(text) > 1} <= self.doubtful
            assert set(once) <= {text for writer, text in self.written if OTHER[writer] == reader}
        for writer, text in self.written:
            reader = OTHER[writer]
            if text not in self.shown[reader] and not {reader, writer} & self.forgotten:
                assert set(self.shown[writer]) & set(TELLS), (writer, text)


async def live(folder: Path, taken: list[tuple[str, object]]) -> None:
    """Play a history to its end, and count."""
    async with Store.open(folder / "db", Vault(KEY)) as store:
        staff = {each.address: each.designation for each in await hire(store, PAULA, RITA)}
        for woman, peer, name in ((ANA, PAULA, "c1"), (EVA, RITA, "c2")):
            seats = (Seat(staff[str(peer)], str(peer)),)
            await change(store, Talked(talk(woman, peer, id=name, seats=seats)), by=woman)
        history = History(store)
        for what, detail in taken:
            await history.take(what, detail)
        await history.end()
        history.check()


@settings(max_examples=60)
@given(steps)
def test_each_letter_is_in_its_place_or_its_writer_hears_of_it_and_only_a_crash_doubles(
    taken: list[tuple[str, object]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), taken))
