"""A random walk through conversations: what each said carries a mark, and it is known who may read it."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

from bot.core.conversation import MOST_HELD, Conversation
from bot.core.house import Staff
from bot.core.message import Address
from tests.bot_api.state import Payload
from tests.fake_bot_api import Fault
from tests.files import ogg
from tests.security.plant import plant
from tests.services.people import OnSignal, OnTelegram, OnWeb, Person, label, listen
from tests.services.program import Program

PORTO, BARCELONA, TUTORS = "porto-peers", "barcelona-peers", "tutors"
LINES = ("Peers in Porto", "Peers in Barcelona")


@dataclass(eq=False)
class Mark:
    """One thing that somebody said."""

    text: str
    by: Person
    talk: str = ""
    to: frozenset[str] = frozenset()
    """Names of those who were on the other side."""
    is_sure: bool = False
    """Nothing happened meanwhile: it reaches each of them."""
    is_held: bool = False
    """It waits for whoever comes."""
    is_shaken: bool = False
    """Something happened meanwhile: whoever has a seat afterwards may read it too."""
    heard: int = 0
    """How much had come to its author when she said it."""
    most: int = 1
    """How often it may come: more where the program was killed as it was on its way."""
    handle: str = ""
    """In the chat of its author."""
    seen: Counter[str] = field(default_factory=Counter)
    """How often it came, and to whom."""
    step: int = 0


def staffed(program: Program, *names: str) -> list[Person]:
    """Return who answers."""
    numbers = {name: str(7418204600 + number) for number, name in enumerate(names)}
    known: list[Person] = []
    for name, number in numbers.items():
        if name == "marta":
            address = Address("signal", "3f2b1c9e-0000-4000-8000-00000000aa01")
            known.append(OnSignal(name, program, address, "en", plant()))
        else:
            known.append(OnTelegram(name, program, Address("telegram", number), "en", plant()))
    return known


def women(program: Program) -> list[Person]:
    """Return women on every platform."""
    on_telegram = [
        OnTelegram(name, program, Address("telegram", str(7318204650 + number)), language, plant())
        for number, (name, language) in enumerate((("ana", "en"), ("bea", "es"), ("cleo", "pt")))
    ]
    signal = OnSignal("dina", program, Address("signal", "3f2b1c9e-0000-4000-8000-00000000bb02"), "en", plant())
    web = OnWeb("eva", program, Address("web", "cccccccc-4711"), "en", plant())
    return [*on_telegram, signal, web]


@dataclass
class Walk:
    """All that happens, one thing or some at once, until everybody has read what was for her."""

    program: Program
    chance: Random
    marks: list[Mark] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    kills: int = 0
    parties: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Who was ever on a side of each conversation, by name."""
    _read: dict[str, int] = field(default_factory=Counter)

    async def begin(self) -> None:
        """Bring everybody to her menu, and hire who answers."""
        program = self.program
        self.women = women(program)
        self.staff = staffed(program, "rosa", "marta", "paula", "tita")
        self.people = [*self.women, *self.staff]
        self.by_address = {str(each.address): each for each in self.people}
        listen(program, self.people)
        for person in self.staff:
            await self._hire(person)
        for person in self.people:
            await self._enter(person)
        await program.settled()
        for _ in range(2):
            await self.call()
            await self.take()

    async def _hire(self, person: Person) -> None:
        lines = {"rosa": (PORTO,), "marta": (PORTO, BARCELONA), "paula": (BARCELONA, PORTO), "tita": (TUTORS,)}
        languages = {"rosa": ("pt", "en"), "marta": ("en",), "paula": ("es", "en"), "tita": ()}
        await self.program.hire(person.address, lines[person.name], languages[person.name])

    async def _enter(self, person: Person) -> None:
        city = self.chance.choice(("porto", "barcelona"))
        if isinstance(person, OnSignal):
            await person.types("menu")
            await self.program.settled()
            await person.presses("English")
        else:
            await person.types(f"/start {person.language}-{city}")

    # --- what is known -----------------------------------------------------------------------------------------------

    async def talks(self) -> list[Conversation]:
        """Return what has not ended."""
        return [each for each in await self.program.talks() if each.is_live]

    async def readers(self, talk: Conversation, of: str) -> frozenset[str]:
        """Return, by name, who is on the other side of somebody in a conversation."""
        known: dict[str, Staff] = await self.program.staff()
        seats = [each.address for each in talk.seats if each.address in known]
        if not talk.is_open or of not in (talk.woman, *seats):
            return frozenset()
        return frozenset(self.by_address[each].name for each in (talk.woman, *seats) if each != of)

    async def note(self, by: Person, talk: Conversation | None, text: str = "") -> Mark:
        """Plant a mark."""
        found = Mark(text or plant(), by, talk.id if talk else "", heard=len(by.received), step=len(self.history))
        if talk:
            found.to = await self.readers(talk, str(by.address))
            found.is_sure = bool(found.to)
            found.is_held = talk.state in ("waiting", "left") and talk.woman == str(by.address)
        self.marks.append(found)
        return found

    async def look(self) -> None:
        """Note who has read what, and to whom goes what has waited."""
        by_text = {each.text: each for each in self.marks}
        for person in self.people:
            new, self._read[person.name] = person.received[self._read[person.name] :], len(person.received)
            for text in (found for each in new for found in set(re.findall("[A-Z2-7]{52}", each))):
                if text in by_text and by_text[text].by is not person:
                    by_text[text].seen[person.name] += 1
        talks = {each.id: each for each in await self.program.talks()}
        for talk in talks.values():
            addresses = (talk.woman, *(each.address for each in talk.seats))
            self.parties[talk.id] |= {self.by_address[each].name for each in addresses if each}
        for mark in self.marks:
            talk = talks.get(mark.talk)
            if mark.is_held and (talk is None or not talk.is_live or talk.is_open):
                mark.is_held = False
                mark.to = await self.readers(talk, str(mark.by.address)) if talk else frozenset()
                mark.is_sure = bool(mark.to) and not mark.is_shaken

    def allowed(self, mark: Mark) -> frozenset[str]:
        """Return, by name, who may have read something."""
        return mark.to | self.parties[mark.talk] - {mark.by.name} if mark.is_shaken else mark.to

    # --- what people do ----------------------------------------------------------------------------------------------

    async def saying(self) -> Callable[[], Awaitable[object]] | None:
        """Let somebody say something that can only mean one conversation, or that can mean none."""
        talks = await self.talks()
        if not talks:
            return None
        talk = self.chance.choice(talks)
        parties = [talk.woman, *(each.address for each in talk.seats)]
        person = self.by_address[self.chance.choice(parties)]
        is_hers = str(person.address) == talk.woman and person not in self.staff
        if is_hers:
            return await self._woman_says(person, talk)
        return await self._staff_says(person, talk, talks)

    async def _woman_says(self, person: Person, talk: Conversation) -> Callable[[], Awaitable[object]] | None:
        if len(talk.held) + 4 > MOST_HELD:
            return None  # she would be told that it is too much
        mark = await self.note(person, talk)
        said = [each for each in self.marks if each.by is person and each.talk == talk.id and each.handle]
        if self.chance.random() < 0.2:
            return partial(self._speak, mark)
        if said and isinstance(person, OnTelegram) and not mark.is_held and self.chance.random() < 0.2:
            mark.is_sure = False  # what is too old is not changed any more, and she is told so
            return partial(person.edits, self.chance.choice(said).handle, f"so {mark.text} there")
        return partial(self._type, mark)

    @staticmethod
    async def _type(mark: Mark, before: str = "", answers: str = "") -> None:
        mark.handle = await mark.by.types(f"{before}so {mark.text} there", answers)

    @staticmethod
    async def _speak(mark: Mark) -> None:
        await mark.by.speaks(f"file-{mark.text}", ogg(sound=b"\xfc" + mark.text.encode()))

    async def _staff_says(
        self, person: Person, talk: Conversation, talks: list[Conversation]
    ) -> Callable[[], Awaitable[object]] | None:
        own = [each for each in talks if await self.readers(each, str(person.address))]
        how = self.chance.choice(("reply", "reply", "reply", "words", "bare", "wrong"))
        if how == "reply":
            said = [each for each in self.marks if each.talk == talk.id and each.by is not person]
            handle = next((found for each in reversed(said) if (found := person.find(each.text))), "")
            if not handle:
                return None
            mark = await self.note(person, talk)
            return partial(self._type, mark, "", handle)
        if how == "words" and talk.woman != str(person.address):
            mark = await self.note(person, talk)
            return partial(self._type, mark, f"{talk.designation.title()}: ")
        if how == "bare":
            mark = await self.note(person, own[0] if len(own) == 1 else None)
            mark.is_sure = False
            return partial(self._type, mark)
        over = [each for each in await self.program.talks() if not each.is_live]
        if how == "wrong" and over and (seated := [each for each in over if each.seats]):
            ended = self.chance.choice(seated)
            if ended.designation not in {each.designation for each in talks}:
                late = await self.note(self.by_address[ended.seats[0].address], None)
                return partial(self._type, late, f"{ended.designation}: ")
        return None

    async def call(self) -> str:
        """Let a woman call, or leave a message."""
        busy = {each.woman for each in await self.talks()}
        free = [each for each in self.women if str(each.address) not in busy]
        if not free:
            return "nobody is free"
        person = self.chance.choice(free)
        await self._enter(person)
        await person.walks(("start", "Talk to a peer"))
        if not await self._choose_line(person):
            await person.types(self.chance.choice(("Porto", "Barcelona")))
            await self.program.settled()
            await self._choose_line(person)
        await self.program.settled()
        await person.walks(("peer", "Yes, call a peer"), ("peer", "Just to talk"))
        await person.walks(("peer", "Leave a message"), ("peer", "Yes, leave a message"))
        return f"{person.name} calls"

    @staticmethod
    async def _choose_line(person: Person) -> bool:
        for name in LINES:
            for state in ("line_here", "line_away"):
                said = f"{label(person.language, 'directory', name)} · {label(person.language, '', state)}"
                if await person.presses(said):
                    return True
        return False

    async def take(self) -> str:
        """Let everybody who is called press at once."""
        waiting = [each for each in await self.talks() if each.state in ("waiting", "left", "second")]
        first = [each for each in waiting if each.state == "second" or each.aim == "support"]
        if not waiting:
            return "nobody waits"
        talk = self.chance.choice(first or waiting)
        words = [each for each in self.staff if each.find(talk.designation)]
        await asyncio.gather(*(each.says("", "letter_take", talk.designation) for each in words))
        await self.program.settled()
        return f"{[each.name for each in words]} press for {talk.designation}"

    async def work(self) -> str:
        """Let who answers use what there is for her."""
        seated = [(talk, each.address) for talk in await self.talks() if talk.is_open for each in talk.seats]
        if not seated:
            return "nobody answers"
        talk, address = self.chance.choice(seated)
        person = self.by_address[address]
        ways = {
            "over": (("answer", "Hand it over"), ("answer", "No note")),
            "second": (("answer", "One more of us"), ("answer", "Yes, call one more")),
            "danger": (("answer", "She's in danger"), ("answer", "Call a tutor")),
            "code": (("answer", "Is it still her?"), ("answer", "Yes, ask her")),
            "end": (("answer", "End it"), ("", "closing_other")),
            "canned": (("answer", "A ready answer"),),
        }
        what = self.chance.choice(("over", "over", "second", "second", "danger", "code", "end", "canned"))
        if await person.says("", "letter_more", talk.designation):
            await person.walks(*ways[what])
        await person.types("menu")
        return f"{person.name} does {what} in {talk.designation}"

    async def leave(self) -> str:
        """Let somebody end hers, hide the chat or be forgotten."""
        person = self.chance.choice([*self.women, *self.women, *self.staff])
        how = self.chance.choice(("exit", "exit", "forget me", "stop", "end"))
        if how != "end":
            await person.types(how)
        else:
            await person.types("menu")
            await person.walks(("start", "Talk to a peer"), ("peer", "I want to stop"))
        await self.program.settled()
        await self._come_back(person)
        return f"{person.name}: {how}"

    async def revoke(self) -> str:
        """Let the operator take a role away, and give it again some other day."""
        person = self.chance.choice(self.staff)
        if staff := (await self.program.staff()).get(str(person.address)):
            await self.program.store.staff.revoke(staff.designation, self.program.clock.now())
            await self.program.lines.tick()
            await self.program.settled()
        await self._come_back(person)
        return f"{person.name} is revoked"

    async def _come_back(self, person: Person) -> None:
        await self._enter(person)
        if person in self.staff:
            await self._hire(person)
        await self.program.settled()

    # --- what happens ------------------------------------------------------------------------------------------------

    async def kill(self) -> None:
        """Cut the power, after a moment in which something may have left, and start again."""
        for _ in range(self.chance.randrange(60)):
            await asyncio.sleep(0)
        await self.program.kill()
        self.kills += 1
        await self.program.start()

    async def restart(self) -> None:
        """Stop and start."""
        await self.program.stop()
        await self.program.start()

    def falter(self) -> None:
        """Let the platform refuse one message to somebody."""
        left = [1]

        def fault(method: str, _payload: Payload) -> Fault | None:
            if not method.startswith("send") or not left:
                return None
            left.pop()
            return Fault(self.chance.choice((429, 500, 502)), retry_after=0)

        self.program.api.fault = fault

    async def wait(self) -> None:
        """Let some minutes pass."""
        await self.program.passes(timedelta(minutes=self.chance.choice((1, 4, 4, 30))))
