"""People at their phones on both sides of lines, who write, press and answer as their apps let them."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.contact import Contact
from bot.core.delivery import delivered
from bot.core.engine import Forgotten, Turn, Wiped, finish_leaving, respond
from bot.core.house import Staff
from bot.core.letter import Letter, LetterKind
from bot.core.library import MENU
from bot.core.mail import render
from bot.core.message import Address, Incoming, Kind, Media, Screen, fold
from bot.core.overtaking import overtaken, without
from bot.core.platform import AFRESH
from bot.services.dispatcher import remember
from tests.conversations.phone import Phone
from tests.core.relays import PORTO, World, peer, with_lines


@dataclass
class Person:
    """Somebody at her phone."""

    town: "Town"
    phone: Phone
    contact: Contact
    said: list[str] = field(default_factory=list)
    """Every text that the bot showed or sent her, in order."""

    @property
    def address(self) -> str:
        """Where she is reached."""
        return str(self.phone.address)

    def types(self, *texts: str) -> Screen | None:
        """Write, one after the other; return what the bot shows for the last."""
        return [self.take(self.phone.types(text)) for text in texts][-1].screen

    def answers(self, text: str, *, to: str) -> Screen | None:
        """Write an answer to the last message that holds some words, as her app lets her."""
        handle = next(each for each, said in reversed(self.phone.messages.items()) if to in said)
        return self.take(replace(self.phone.types(text), reply_to=handle)).screen

    def edits(self, old: str, new: str, **more: Any) -> Screen | None:
        """Change what she wrote."""
        handle = next(each for each, said in self.phone.messages.items() if said == old)
        self.phone.messages[handle] = new
        incoming = replace(self.phone.types(new), kind=Kind.EDIT, **{"handle": handle, **more})
        return self.take(incoming).screen

    def takes_back(self, old: str, handle: str = "") -> Screen | None:
        """Delete what she wrote, for everybody."""
        handle = handle or next(each for each, said in self.phone.messages.items() if said == old)
        return self.take(replace(self.phone.sends(Kind.TAKEN_BACK), handle=handle)).screen

    def sends(self, kind: Kind, ref: str = "", text: str = "") -> Screen | None:
        """Send something that is no text, perhaps with words below it."""
        media = Media(self.phone.address.channel, "voice" if kind is Kind.VOICE else "picture", ref) if ref else None
        incoming = replace(self.phone.sends(kind), media=media, text=text)
        if text:
            self.phone.messages[incoming.handle] = text
        return self.take(incoming).screen

    def presses(self, *labels: str) -> Screen | None:
        """Press buttons on the screen or, where there is none of that label, under the last letter that had it."""
        turn = None
        for label in labels:
            here = any(each.label == label for each in self.phone.choices)
            turn = self.take(self.phone.presses(label) if here else self.phone.presses_old(label))
        return turn.screen if turn else None

    def presses_under(self, label: str) -> Screen | None:
        """Press a button under the last letter that bore it."""
        return self.take(self.phone.presses_old(label)).screen

    def take(self, incoming: Incoming) -> Turn:
        """Take one step, as the store does it."""
        turn = respond(with_lines(), self.contact, incoming, self.town.now, self.town.house(self.address))
        self.town.apply(turn.changes)
        self.contact = turn.contact
        if turn.screen:
            self.said += turn.screen.texts
        shown = self.phone.see(turn, incoming)
        if shown:
            self.contact = remember(turn.contact, shown, self.town.now)
        for effect in turn.effects:
            if isinstance(effect, Wiped | Forgotten):
                self.phone.erase(effect.handles)
                self.contact = finish_leaving(turn.contact, is_wiped=True)
        return turn

    def gets(self, letter: Letter) -> tuple[str, ...]:
        """Show a letter beneath everything else, or in the place of what it replaces; return its handles."""
        if letter.kind is LetterKind.TAKEN_BACK:
            self.phone.erase(letter.replaces)
            return ()
        screen = render(with_lines(), self.town.house(self.address), self.contact, letter, self.town.now)
        self.said += screen.texts
        is_in_place = letter.replaces and not letter.media and self.phone.address.channel not in AFRESH
        handle = letter.replaces[0] if is_in_place else f"letter {next(self.town._numbers)}"
        swept = overtaken(self.contact, self.town.house(self.address), letter)
        self.phone.erase((*letter.replaces[int(bool(is_in_place)) :], *swept))
        self.contact = without(self.contact, letter, swept)
        self.phone.messages[handle] = "\n".join(screen.in_words().texts)
        for choice in (*screen.choices, *screen.ways):
            self.phone.buttons[choice.label] = (choice, handle)
        return (handle,)

    def has(self, words: str) -> bool:
        """Tell whether some words stand in her chat now."""
        return any(words in text for text in self.phone.messages.values())


@dataclass
class Town(World):
    """All of them."""

    people: dict[str, Person] = field(default_factory=dict)

    def woman(self, name: str, language: str = "en", city: str = "porto", channel: str = "signal") -> Person:
        """Let a woman open the chat."""
        return self._person(Address(channel, name), language, city)

    def answers(self, name: str, *lines: str, languages: tuple[str, ...] = ("pt", "en")) -> Person:
        """Let somebody answer on lines, on duty."""
        staff = peer(name, *lines or (PORTO,), languages=languages)
        self.hire(staff)
        person = self._person(Address.parse(staff.address), "en", "")
        person.types("on duty")
        return person

    def _person(self, address: Address, language: str, city: str) -> Person:
        contact = Contact(language, city, MENU, seen=fold(self.now))
        person = self.people[str(address)] = Person(self, Phone(address), contact)
        person.types("menu")
        return person

    def role(self, person: Person) -> Staff:
        """Return the role of somebody."""
        return next(each for each in self.team.values() if each.address == person.address)

    def talk(self, woman: Person, answering: Person) -> str:
        """Let a woman call and somebody take it; return the two words that stand for her."""
        self.calls(woman)
        answering.presses_under("I take it")
        self.deliver()
        return next(each.designation for each in self.live() if each.woman == woman.address)

    def calls(self, woman: Person) -> None:
        """Let a woman call the peers of Porto."""
        woman.contact = replace(woman.contact, answers={**woman.contact.answers, "line": PORTO, "topic": "body"})
        woman.contact = replace(woman.contact, position=replace(MENU, flow="peer", node="kept"))
        woman.types("menu")
        woman.contact = replace(woman.contact, position=replace(MENU, flow="peer", node="kept"))
        woman.take(woman.phone.sends(Kind.STICKER))
        woman.presses(woman.phone.choices[0].label)
        self.deliver()

    def _bring(self, letter: Letter) -> Letter:
        self.chats.setdefault(letter.to, []).append(letter)
        person = self.people.get(letter.to)
        there = person.gets(letter) if person else ("nowhere",)
        conversation = self.conversations.get(letter.conversation)
        if conversation and conversation.is_live:
            self.conversations[conversation.id] = delivered(conversation, letter, there, self.now)
        return letter
