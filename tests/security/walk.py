"""A random walk through conversations: who is there, what each said, and who has read it."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from bot.core.conversation import Conversation
from bot.core.house import Staff
from bot.core.terms import Terms
from tests.security.cast import GROUP, LINES, MEMBERS, TONGUES, women, workers
from tests.security.marks import Errand, Mark
from tests.security.plant import plant
from tests.services.people import OnSignal, Person, label, listen
from tests.services.program import Program

STILL_DELETED = timedelta(hours=46)
"""How long what was taken back goes from the other chats, for whatever hour it was said in."""


@dataclass
class Walk:
    """All that is known while it goes on."""

    program: Program
    chance: Random
    marks: list[Mark] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    parties: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Who was ever on a side of each conversation, by name."""
    blocked: dict[str, int] = field(default_factory=dict)
    """How much had come to whoever nobody answers, by name."""
    words: dict[str, str] = field(default_factory=dict)
    """Code words, by conversation."""
    designations: set[str] = field(default_factory=set)
    """All two words that stood for somebody."""
    is_alone: bool = True
    """Nobody does anything else at the same time."""
    is_calm: bool = True
    """Nothing happens while somebody speaks."""
    _read: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def begin(self) -> None:
        """Bring everybody to her menu, and hire who answers."""
        self.women, self.staff = women(self.program), workers(self.program)
        self.people = [*self.women, *self.staff]
        self.by_address = {str(each.address): each for each in self.people}
        listen(self.program, self.people)
        for person in self.staff:
            await self.hire(person)
        for person in self.people:
            await self.enter(person)
        await self.program.settled()
        for person in self.women:
            if person.name in MEMBERS:
                await self.join(person)

    async def hire(self, person: Person) -> None:
        """Let somebody answer."""
        await self.program.hire(person.address, LINES[person.name], TONGUES[person.name])

    async def join(self, person: Person) -> None:
        """Let a woman be in the group."""
        await self.program.store.step(
            person.address,
            lambda contact, _: (contact.with_memberships({GROUP: Terms()}, str(person.address)), None),
        )

    async def enter(self, person: Person) -> None:
        """Open the menu, as whoever comes for the first time or again."""
        city = self.chance.choice(("porto", "barcelona"))
        if isinstance(person, OnSignal):
            await person.types("menu")
            await self.program.settled()
            await person.presses("English")
        else:
            await person.types(f"/start {person.language}-{city}")

    async def come_back(self, person: Person) -> None:
        """Let somebody be there again, with her role if she had one."""
        await self.enter(person)
        if person in self.staff:
            await self.hire(person)
        await self.program.settled()

    # --- what is known -----------------------------------------------------------------------------------------------

    async def talks(self) -> list[Conversation]:
        """Return what has not ended."""
        return [each for each in await self.program.talks() if each.is_live]

    async def talk_of(self, person: Person) -> Conversation | None:
        """Return the one in which somebody is the woman."""
        return next((each for each in await self.talks() if each.woman == str(person.address)), None)

    async def free(self) -> list[Person]:
        """Return the women who have none, and who are answered."""
        busy = {each.woman for each in await self.talks()}
        return [each for each in self.women if str(each.address) not in busy and each.name not in self.blocked]

    async def readers(self, talk: Conversation, of: str) -> frozenset[str]:
        """Return, by name, who is on the other side of somebody in a conversation."""
        known: dict[str, Staff] = await self.program.staff()
        able = {address for address in known if self.by_address[address].name not in self.blocked}
        seats = [each.address for each in talk.seats if each.address in able]
        if not talk.is_open or of not in (talk.woman, *seats):
            return frozenset()
        return frozenset(self.by_address[each].name for each in (talk.woman, *seats) if each != of)

    async def members(self) -> frozenset[str]:
        """Return, by name, who is in the group and is answered."""
        contacts = {each.name: await self.program.contact(each.address) for each in self.people}
        return frozenset(name for name, each in contacts.items() if GROUP in each.memberships) - set(self.blocked)

    async def note(self, by: Person, talk: Conversation | None) -> Mark:
        """Plant a mark."""
        found = Mark(plant(), by, self.program.clock.now(), talk.id if talk else "", heard=len(by.received))
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
            self._count_questions(person, new)
        talks = {each.id: each for each in await self.program.talks()}
        self.designations |= {each.designation for each in (*talks.values(), *(await self.program.staff()).values())}
        for talk in talks.values():
            addresses = (talk.woman, *(each.address for each in talk.seats))
            self.parties[talk.id] |= {self.by_address[each].name for each in addresses if each}
        for mark in self.marks:
            talk = talks.get(mark.talk)
            if mark.is_held and (talk is None or not talk.is_live or talk.is_open):
                mark.is_held = False
                mark.to = await self.readers(talk, str(mark.by.address)) if talk else frozenset()
                mark.is_sure = bool(mark.to) and not mark.is_shaken

    def _count_questions(self, person: Person, new: list[str]) -> None:
        asked = label(person.language, "", "letter_follow_up")
        for each in new:
            if asked in each:
                may = [errand for errand in self.errands if errand.woman is person and errand.later]
                assert may, f"{person.name} is asked how it went: {self.history}"
                may[0].later -= 1

    def allowed(self, mark: Mark) -> frozenset[str]:
        """Return, by name, who may have read something."""
        may = mark.to | self.parties[mark.talk] - {mark.by.name} if mark.is_shaken else mark.to
        return may - mark.never

    def is_young(self, mark: Mark | Errand) -> bool:
        """Tell whether it can still be taken out of the other chats."""
        return self.program.clock.now() - mark.at < STILL_DELETED

    async def kept(self) -> str:
        """Return all that lies in the store about people, conversations and letters, opened."""
        vault = self.program.vault

        def work(connection: Any) -> str:
            found = []
            for table, key in (("letter", "contact"), ("conversation", "id"), ("contact", "key")):
                rows = connection.execute(f"SELECT {key}, sealed FROM {table}").fetchall()  # noqa: S608 - our own names
                found += [vault.unseal(table, row, sealed).decode() for row, sealed in rows]
            return "\n".join(found)

        return await self.program.store._database.run(work)
