"""Whatever happens, in whatever order: nothing after she left, nothing that the judge did not let go, nothing twice."""

import asyncio
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Shown
from bot.clock import Clock
from bot.core.contact import Contact
from bot.core.house import House
from bot.core.library import Library
from bot.core.message import Address, Outgoing, Screen
from bot.core.notice import Notice, NoticeKind
from bot.core.verdict import Drop, Hold, Judge, Send, Verdict, Wait
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.services.chats import Chats, busy
from tests.services.scene import START, Scene
from tests.shipped import shipped
from tests.storage.example import KEY
from tests.storage.test_notices import states

NIGHT = range(6)
"""Hours in which nobody is written to."""
USEFUL = timedelta(hours=12)
NAMES = st.sampled_from(["1", "2", "3"])
WORDS = ("stop", "exit", "forget me", "overdose", "menu")
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["join", *WORDS]), NAMES),
        st.tuples(st.sampled_from([*NoticeKind, "fails"]), st.just("")),
        st.tuples(st.just("minutes"), st.sampled_from(["1", "7", "60", "300"])),
    ),
    min_size=5,
    max_size=25,
)


class History(Chats):
    """A platform that looks at each delivery as it comes in."""

    def __init__(self) -> None:
        """Begin with no member."""
        super().__init__()
        self.members: set[Address] = set()
        self.let_go: Counter[tuple[Address, str]] = Counter()
        self.received: Counter[tuple[Address, str]] = Counter()
        self.wrong: list[str] = []
        self.notices = 0
        self.look = asyncio.Lock()
        self.clock = Clock()
        self.clock.set(START)

    async def judging(self, now: datetime) -> Judge:
        """Return a judge who lets women sleep, and leaves alone who is in the middle of an emergency."""

        def judge(contact: Contact, _house: House, notice: Notice) -> Verdict:
            if not contact.memberships:
                return Drop("left")
            if now.hour in NIGHT:
                return Hold(now + timedelta(minutes=20))
            if contact.position and contact.position.flow == "overdose":
                return Wait()
            to, (text,) = Address.parse(contact.address), notice.texts.values()
            self.let_go[to, text] += 1
            return Send(to, Screen((text,)))

        return judge

    async def show(self, outgoing: Outgoing) -> Shown:
        """Take a delivery only if it may be."""
        shown = await super().show(outgoing)
        if outgoing.rank:
            delivery = outgoing.to, *outgoing.screen.texts
            self.received[delivery] += 1
            for name, is_so in (
                ("not to a member", outgoing.to not in self.members),
                ("not let go", self.received[delivery] > self.let_go[delivery]),
                ("twice", self.received[delivery] > 1),
                ("by night", self.clock.now().hour in NIGHT),
            ):
                self.wrong += [name] if is_so else []
        return shown


async def play(scene: Scene, history: History, what: str, whose: str) -> None:
    """Take one step."""
    address = Address("telegram", whose)
    phone = scene.chats.phone(address)
    now = scene.clock.now()
    if what == "minutes":
        async with history.look:  # a clock that jumps while a delivery is judged is no longer the judge's
            await scene.until(lambda: len(scene.outbox._landed) >= len(scene.outbox._flights))
            scene.later(scene.clock.now() - START + timedelta(minutes=int(whose)))
    elif what == "join":
        history.members.add(address)
        await scene.join(phone)
    elif what in WORDS:
        await scene.dispatcher.receive(phone.types(what))
        if what in ("stop", "forget me"):
            history.members.discard(address)
    elif what == "fails":
        scene.chats.failures.append(busy())
    else:
        at = int(now.timestamp())
        until = at + int(USEFUL.total_seconds())
        history.notices += 1
        text = {"en": f"See you at {history.notices}?"}
        await scene.announce(Notice(NoticeKind(what), ("porto",), at, until, texts=text))


async def land(scene: Scene) -> None:
    """Wait until nothing is on its way."""
    async with asyncio.timeout(10):
        while "sending" in await states(scene.store):
            pass


def hold(outbox: Outbox) -> asyncio.Lock:
    """Return a lock while which nothing is judged."""
    lock, look = asyncio.Lock(), outbox._look

    async def locked() -> None:
        async with lock:
            await look()

    outbox._look = locked  # type: ignore[method-assign]  # it only waits
    return lock


async def live(folder: Path, library: Library, taken: list[tuple[str, str]]) -> None:
    """Play a history to its end, and count."""
    history = History()

    async def current() -> Library:
        return library

    async with Store.open(folder / "db", Vault(KEY)) as store:
        dispatcher = Dispatcher(store, current, history.clock.now)
        dispatcher.channels[history.name] = history
        outbox = Outbox(
            store, dispatcher.channels, history.clock.now, history.judging, is_talking=dispatcher.is_talking
        )
        dispatcher.outbox = outbox
        history.look = hold(outbox)
        outbox.start()
        scene = Scene(store, outbox, dispatcher, history, history.clock)
        for what, whose in taken:
            await play(scene, history, what, whose)
        for _ in range(9):
            await play(scene, history, "minutes", "300")
            await land(scene)
        await scene.end(*["ended"] * history.notices)
        await outbox.finish(5)
        assert history.wrong == []
        assert set(await states(store)) <= {"sent", "left", "late", "halted", "failed"}


@settings(max_examples=40)
@given(steps)
def test_nothing_is_sent_after_she_left_or_against_the_judge_or_twice(taken: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), shipped(), taken))
