"""E1: a flood from one or from very many takes little memory, holds up no honest woman, and drowns no cry for help."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import Clock
from bot.core.contact import Contact, Position
from bot.core.library import MENU, Library
from bot.core.lifeline import WORDS, always_passes
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.stage import Stage
from bot.services.flood import PERSON_BURST, SLOWEST, STRANGER_BURST, STRANGER_SHARE, TELLING_BURST, TELLING_SHARE
from tests.conversations.phone import Phone
from tests.core.people import NOW
from tests.security.plant import living
from tests.services.chats import Chats
from tests.shipped import shipped
from tests.storage.example import read

ANA = Address("telegram", "700000001")
MESSAGES = 100_000
POLL = 100
"""Updates that Telegram hands over at once: nobody is behind more."""
ALLOWED = 50 * 1024
"""KiB that memory may grow."""
TICK = 0.01
"""Seconds between two polls: ten thousand messages a second."""
SLOWLY = "Slowly, please: not all of this was read. Wait a moment, then write it again."
LANGUAGES = sorted(shipped().speech.languages)


class Still(Clock):
    """A clock that stands, however long the machine takes."""

    def __init__(self, at: datetime) -> None:
        """Show this time."""
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.at

    def waits(self, seconds: float) -> None:
        """Go on."""
        self.at += timedelta(seconds=seconds)


@dataclass
class Attack:
    """The running bot under a flood, and what it says to whom."""

    app: App
    chats: Chats
    clock: Still
    numbers: Iterator[int]

    def message(self, sender: Address) -> Incoming:
        """Return one more thing of somebody's: a text, a sticker or a voice note."""
        number = next(self.numbers)
        kind = KINDS[number % len(KINDS)]
        return Incoming(sender, kind, f"u{number}", text=f"lorem {number}", handle=f"h{number}")

    async def sends(self, *incoming: Incoming) -> int:
        """Hand updates over as the platform does, all of a poll at once, and return how many were answered."""
        before = len(self.chats.shown)
        await asyncio.gather(*(self.app.dispatcher.accept(each) for each in incoming))
        while self.app.dispatcher._deliveries:
            await asyncio.wait(self.app.dispatcher._deliveries)
        shown = len(self.chats.shown) - before
        self.chats.shown.clear()
        return shown

    async def floods(self, senders: int) -> int:
        """Send so many messages while an honest woman goes on; return how many screens the flood got."""
        ana, answered = self.chats.phone(ANA), 0
        for batch in range(MESSAGES // POLL):
            self.clock.waits(TICK)
            first = batch * POLL
            spam = [self.message(_spammer((first + place) % senders)) for place in range(POLL)]
            if batch % 100 == 50:
                # Raises where the button is not there: where her last step was not answered.
                answered += await self.sends(*spam, ana.presses(PATH[batch // 100 % 2])) - 1
            else:
                answered += await self.sends(*spam)
            self._clear()
        return answered

    def _clear(self) -> None:
        """Keep nothing of the flood in the platform."""
        for address in [address for address in self.chats.phones if address != ANA]:
            del self.chats.phones[address]
        self.chats.gates.clear()


PATH = ("My data and this chat", "Menu")
KINDS = (Kind.TEXT, Kind.STICKER, Kind.VOICE, Kind.STICKER)


def _spammer(number: int) -> Address:
    return Address("telegram", str(10**9 + number))


def resident() -> int:
    """Return how many KiB this process has in memory."""
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


@pytest.fixture
async def attack(tmp_path: Path) -> AsyncIterator[Attack]:
    """Run the bot on a folder of its own."""
    clock = Still(NOW)
    async with living(tmp_path, clock) as (app, chats):
        yield Attack(app, chats, clock, count(1))


@pytest.mark.parametrize("senders", [1, MESSAGES])
async def test_an_honest_woman_is_answered_at_every_step_and_memory_stays(attack: Attack, senders: int) -> None:
    await attack.sends(attack.chats.phone(ANA).types("/start en"))
    await attack.sends(*(attack.message(_spammer(number % senders)) for number in range(1000)))
    before = resident()
    answered = await attack.floods(senders)
    assert resident() - before < ALLOWED
    seconds = MESSAGES // POLL * TICK
    told = SLOWEST * TELLING_SHARE * (TELLING_BURST + seconds)
    if senders == 1:
        assert answered <= PERSON_BURST + seconds + told
    else:
        assert answered <= SLOWEST * STRANGER_SHARE * (STRANGER_BURST + seconds) + told


async def test_of_any_poll_the_flood_gets_no_more_answers_than_its_share(attack: Attack) -> None:
    ana = attack.chats.phone(ANA, "en")
    await attack.sends(ana.types("/start en"))
    shown = [await attack.sends(*(attack.message(_spammer(number)) for number in range(1000)))]
    for batch in range(1, 20):
        attack.clock.waits(1)
        strangers = (attack.message(_spammer(1000 * batch + number)) for number in range(1000))
        shown.append(await attack.sends(*strangers, ana.presses(PATH[(batch + 1) % 2])) - 1)
    share = SLOWEST * (STRANGER_SHARE + TELLING_SHARE)
    assert max(shown[1:]) <= share + 1, "so that two thirds of what may be said are left for those who talk"


async def drown(attack: Attack, phone: Phone) -> None:
    """Let somebody write so much that she is held back, and told."""
    attack.clock.waits(120)
    await attack.sends(*(phone.types(f"aaa {number}") for number in range(int(PERSON_BURST) + 5)))
    assert await attack.sends(phone.types("qqq")) == 0


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_words_that_always_work_do_so_in_a_flood(attack: Attack, language: str) -> None:
    by_word = shipped().speech.languages[language].words
    phone = attack.chats.phone(ANA)
    await drown(attack, phone)
    every = [(word, spoken) for word in sorted(WORDS) for spoken in by_word[word]]
    for word, spoken in every:
        if word == "forget":
            await drown(attack, phone)  # the limiter forgets her too
        assert await attack.sends(phone.types(spoken)) == 1, (word, spoken)
        assert phone.screen
        assert phone.screen.texts != (SLOWLY,)


@pytest.mark.parametrize(
    "cry", ["overdose", "she is not breathing", "não respira", "no respira", "sobredosis", "he is going to kill me"]
)
async def test_a_cry_for_help_is_heard_in_a_flood(attack: Attack, cry: str) -> None:
    phone = attack.chats.phone(ANA)
    await drown(attack, phone)
    assert await attack.sends(phone.types(cry)) == 1
    position = (await read(attack.app.store, ANA)).position
    assert position
    assert shipped().is_urgent(position)


async def test_it_is_heard_with_typing_errors_too(attack: Attack) -> None:
    phone = attack.chats.phone(ANA)
    await drown(attack, phone)
    assert await attack.sends(phone.types("she is not brething")) == 1


def test_every_urgent_keyword_passes_as_it_is_written(library: Library) -> None:
    held = []
    for tongue in library.vocabulary.tongues:
        for keyword in tongue.keywords:
            words = [min(place) if not isinstance(place, str) else place for place in keyword.places]
            text = " ".join(words)
            if keyword.urgency and _is_plain(text):
                incoming = Incoming(ANA, Kind.TEXT, "1", text=text)
                if not always_passes(library, incoming, carefully=False):
                    held.append(text)
    assert not held


def _is_plain(text: str) -> bool:
    return not set(text) & set("*<>…")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ways_out_pass_when_pressed_on_any_screen(library: Library, language: str) -> None:
    for flow, body in library.flows.items():
        for name in body.nodes:
            position = Position(flow, name)
            contact = Contact(language, position=position, trail=(MENU,), seen=fold(NOW))
            for word, choice in Stage(library, contact, position, "telegram", NOW).ways:
                pressed = Incoming(ANA, Kind.PRESS, "1", token=choice.token)
                assert always_passes(library, pressed, carefully=False) == (word in WORDS), position


def test_every_button_inside_an_emergency_and_every_button_that_leads_there_passes(library: Library) -> None:
    tried = 0
    for flow, body in library.flows.items():
        for name in body.nodes:
            stage = Stage(library, Contact("en"), Position(flow, name), "telegram", NOW)
            for item in stage._written():
                if library.is_urgent(item.go):
                    tried += 1
                    pressed = Incoming(ANA, Kind.PRESS, "1", token=item.token)
                    assert always_passes(library, pressed, carefully=False), (flow, name, item.text)
    assert tried > 20


async def test_exit_reaches_what_was_held_back_and_what_she_was_told(attack: Attack) -> None:
    phone = attack.chats.phone(ANA)
    await drown(attack, phone)
    assert SLOWLY in phone.messages.values()
    written = set(phone.messages)
    await attack.sends(phone.types("exit"))
    (_, erased) = attack.chats.erased[-1]
    assert written <= set(erased)


async def test_who_is_held_back_is_told_once_in_her_language_and_then_read_again(attack: Attack) -> None:
    phone = attack.chats.phone(ANA, "pt")
    await attack.sends(phone.types("/start pt"))
    await drown(attack, phone)
    told = [text for text in phone.messages.values() if "evagar" in text]
    assert len(told) == 1
    attack.clock.waits(3)
    assert await attack.sends(phone.types("naloxona")) == 1


async def test_what_was_held_back_is_no_step(attack: Attack) -> None:
    phone = attack.chats.phone(ANA)
    await attack.sends(phone.types("/start en"))
    await drown(attack, phone)
    before = await read(attack.app.store, ANA)
    await attack.sends(phone.types("Find a service"))
    assert await read(attack.app.store, ANA) == before


async def test_forget_me_leaves_nothing_in_the_limiter(attack: Attack) -> None:
    phone = attack.chats.phone(ANA)
    await drown(attack, phone)
    await attack.sends(phone.types("forget me"))
    flood = attack.app.dispatcher.door.flood if attack.app.dispatcher.door else None
    assert flood
    assert not flood._known
    assert not flood._held
