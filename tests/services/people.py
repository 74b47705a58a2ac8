"""People with phones on three platforms: what each writes and presses, and all that ever came to her."""

import re
from abc import ABC, abstractmethod
from base64 import b64decode
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from bot.core.message import Address, Kind, Media
from tests.bot_api.chats import Message
from tests.fake_signal import Message as Shown
from tests.fake_signal import Phone
from tests.services.program import Program
from tests.shipped import shipped
from tests.waiting import until


def label(language: str, flow: str, text: str) -> str:
    """Return what a button says in a language; without a flow it is one of the bot's own phrases."""
    return shipped().speech.say(language, flow, text) if flow else shipped().phrase(language, text)


@dataclass(eq=False)
class Person(ABC):
    """Somebody with a phone."""

    name: str
    program: Program
    address: Address
    language: str
    secret: str
    """What her profile says of her, and nobody is to see."""
    received: list[str] = field(default_factory=list)
    """All that ever stood in her chat, in order, also what is gone by now."""

    @abstractmethod
    async def types(self, text: str, answers: str = "") -> str:
        """Write, perhaps as an answer to the message `answers`; return the handle."""

    @abstractmethod
    async def speaks(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a voice note."""

    @abstractmethod
    async def shows(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a picture."""

    @abstractmethod
    async def edits(self, handle: str, text: str) -> None:
        """Change what she wrote."""

    @abstractmethod
    async def takes_back(self, handle: str) -> None:
        """Delete for everybody what she wrote."""

    @abstractmethod
    def find(self, words: str) -> str:
        """Return the handle of the newest message in which some words stand, nothing where there is none."""

    @abstractmethod
    async def presses(self, label: str, under: str = "") -> bool:
        """Press the newest button that says so, below a message with some words; false where there is none."""

    @property
    @abstractmethod
    def standing(self) -> list[str]:
        """Return what stands in her chat now of what the bot sent, with what goes along."""

    @property
    @abstractmethod
    def sounds(self) -> list[bytes]:
        """Return the voice notes that she got."""

    async def says(self, flow: str, text: str, under: str = "") -> bool:
        """Press a button by what it says in English, or by the name of a phrase."""
        return await self.presses(label(self.language, flow, text), under)

    async def walks(self, *ways: tuple[str, str]) -> bool:
        """Press one button after the other; false where one is missing."""
        for flow, text in ways:
            await self.program.settled()
            if not await self.says(flow, text):
                return False
        await self.program.settled()
        return True


class OnTelegram(Person):
    """Somebody on Telegram."""

    @property
    def chat(self) -> int:
        """The number of her chat."""
        return int(self.address.id)

    async def types(self, text: str, answers: str = "") -> str:
        """Write."""
        api = self.program.api
        names = dict.fromkeys(("first_name", "last_name", "username"), self.secret)
        update = api.say(self.chat, text, language_code=self.language, answers=int(answers or 0), **names)
        handle = str(next(reversed(api.chats[self.chat].messages)))
        await self._taken(update)
        return handle

    async def _taken(self, update: int) -> None:
        await self.program.api.until(lambda: self.program.api.confirmed >= update, 30)

    async def speaks(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a voice note."""
        return await self._sends(name, data, answers, voice=name)

    async def shows(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a picture."""
        return await self._sends(name, data, answers, photo=name)

    async def _sends(self, name: str, data: bytes, answers: str, **what: str) -> str:
        api, here = self.program.api, self.program.api.chats[self.chat]
        api.files[name] = data
        message = Message(api.message_id(), api.clock(), mine=False, answers=int(answers or 0), **what)
        here.messages[message.id] = message
        await self._taken(api.push({"message": here.shown(message, api.me)}))
        return str(message.id)

    async def edits(self, handle: str, text: str) -> None:
        """Change what she wrote."""
        api, here = self.program.api, self.program.api.chats[self.chat]
        if message := here.messages.get(int(handle)):
            message.text, message.edited_at = text, api.clock()
            await self._taken(api.push({"edited_message": here.shown(message, api.me)}))

    async def takes_back(self, handle: str) -> None:
        """Delete nothing: Telegram does not tell us."""

    def find(self, words: str) -> str:
        """Return the newest message."""
        found = self._found(words)
        if found is None:
            return ""
        return f"{found.id}{'p' if found.photo else ''}"

    def _found(self, words: str, button: str = "") -> Message | None:
        here = self.program.api.chats.get(self.chat)
        return next(
            (
                each
                for each in reversed(here.messages.values() if here else ())
                if each.mine and words in (each.text or each.caption) and (not button or button in each.labels())
            ),
            None,
        )

    async def presses(self, label: str, under: str = "") -> bool:
        """Press."""
        message = self._found(under, label)
        button = message.button(f"^{re.escape(label)}$") if message else None
        if not message or not button:
            return False
        await self._taken(self.program.api.press(self.chat, button["callback_data"], message.id))
        return True

    @property
    def standing(self) -> list[str]:
        """Return what stands in her chat now."""
        here, files = self.program.api.chats.get(self.chat), self.program.api.files
        found = [each for each in here.messages.values() if each.mine] if here else []
        return [
            f"{each.text}{each.caption}{files.get(each.voice or each.photo, b'').decode('latin-1')}" for each in found
        ]

    @property
    def sounds(self) -> list[bytes]:
        """Return the voice notes that she got."""
        api = self.program.api
        return [api.files[each.voice] for each in api.chats[self.chat].messages.values() if each.mine and each.voice]


class OnSignal(Person):
    """Somebody on Signal, where the answer to a choice is a number."""

    async def types(self, text: str, answers: str = "") -> str:
        """Write."""
        return await self._says(text, answers)

    async def _says(self, text: str | None, answers: str = "", **data: Any) -> str:
        """Write under a name and a number of hers."""
        signal, who = self.program.signal, self.address.id
        at, phone = signal.now(), signal.phones.setdefault(who, Phone())
        phone.messages[at] = Shown(at, mine=False, text=text or "", timer=phone.timer)
        quote = {"quote": {"id": int(answers), "author": "x"}} if answers else {}
        timer = {"expiresInSeconds": phone.timer, "isExpirationUpdate": False, "viewOnce": False}
        told = {"timestamp": at, "message": text, **timer, **quote, **data}
        signal.deliver(who, at, sourceName=self.secret, sourceNumber=self.number, dataMessage=told)
        return await self._taken(at)

    @property
    def number(self) -> str:
        """Her telephone number."""
        return f"+351{int(self.address.id[-4:], 16):09}"

    async def _taken(self, at: int) -> str:
        await until(lambda: str(at) in self.program.taken)
        return str(at)

    async def speaks(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a voice note."""
        return await self._sends(name, data, answers, contentType="audio/ogg", isVoiceNote=True)

    async def shows(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a picture."""
        return await self._sends(name, data, answers, contentType="image/jpeg")

    async def _sends(self, name: str, data: bytes, answers: str, **what: Any) -> str:
        self.program.signal.attachments[name] = data
        file = {"id": name, "filename": f"{self.secret}.bin", **what}
        return await self._says(None, answers, attachments=[file])

    async def edits(self, handle: str, text: str) -> None:
        """Change what she wrote."""
        await self._taken(self.program.signal.edit(self.address.id, int(handle), text))

    async def takes_back(self, handle: str) -> None:
        """Delete for everybody what she wrote."""
        before = self.program.withdrawn[self.address]
        self.program.signal.take_back(self.address.id, int(handle))
        await until(lambda: self.program.withdrawn[self.address] > before)
        await self.program.settled()

    def find(self, words: str) -> str:
        """Return the newest message."""
        phone = self.program.signal.phones.get(self.address.id)
        found = [each for each in phone.shown if words in each.text] if phone else []
        return str(found[-1].timestamp) if found else ""

    async def presses(self, label: str, under: str = "") -> bool:
        """Write the number that stands before it."""
        phone = self.program.signal.phones.get(self.address.id)
        for message in reversed(phone.shown if phone else []):
            found = re.search(rf"^(\d+) · {re.escape(label)}$", message.text, re.MULTILINE)
            if found and under in message.text:
                await self.types(found[1])
                return True
        return False

    @property
    def standing(self) -> list[str]:
        """Return what stands in her chat now."""
        phone = self.program.signal.phones.get(self.address.id)
        found = phone.shown if phone else []
        return [
            "".join((each.text, *(sound_in(file).decode("latin-1") for file in each.attachments))) for each in found
        ]

    @property
    def sounds(self) -> list[bytes]:
        """Return the voice notes that she got."""
        phone = self.program.signal.phones[self.address.id]
        return [sound_in(file) for each in phone.shown for file in each.attachments]


class OnWeb(Person):
    """Somebody on the preview page, with a platform in memory."""

    @property
    def phone(self) -> Any:
        """Her phone."""
        return self.program.web.phone(self.address, self.language)

    async def types(self, text: str, answers: str = "") -> str:
        """Write."""
        incoming = replace(self.phone.types(text), reply_to=answers)
        await self.program.receive(incoming)
        return str(incoming.handle)

    async def speaks(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a voice note."""
        self.program.web.files[name] = data
        incoming = replace(self.phone.speaks(name), media=Media("web", "voice", name), reply_to=answers)
        await self.program.receive(incoming)
        return str(incoming.handle)

    async def shows(self, name: str, data: bytes, answers: str = "") -> str:
        """Send a picture."""
        self.program.web.files[name] = data
        media, sent = Media("web", "picture", name), self.phone.sends(Kind.PICTURE)
        await self.program.receive(replace(sent, media=media, reply_to=answers))
        return str(sent.handle)

    async def edits(self, handle: str, text: str) -> None:
        """Change what she wrote."""
        await self.program.receive(replace(self.phone.types(text), kind=Kind.EDIT, handle=handle))

    async def takes_back(self, handle: str) -> None:
        """Delete for everybody what she wrote."""
        self.phone.erase((handle,))
        await self.program.receive(replace(self.phone.sends(Kind.TAKEN_BACK), handle=handle))

    def find(self, words: str) -> str:
        """Return the newest message."""
        found = [handle for handle, text in self.phone.messages.items() if words in text]
        return found[-1] if found else ""

    async def presses(self, label: str, under: str = "") -> bool:  # noqa: ARG002 - her page shows one of each
        """Press."""
        if label not in self.phone.buttons:
            return False
        await self.program.receive(self.phone.presses_old(label))
        return True

    @property
    def standing(self) -> list[str]:
        """Return what stands in her chat now."""
        return list(self.phone.messages.values())

    @property
    def sounds(self) -> list[bytes]:
        """Return the voice notes that she got."""
        shown = [each for each in self.program.web.shown if each.to == self.address]
        return [each.screen.media.data for each in shown if each.screen.media]


def sound_in(file: str) -> bytes:
    """Return the bytes of what Signal was given to send along."""
    return b64decode(file.partition("base64,")[2])


def listen(program: Program, people: list[Person]) -> None:
    """Note all that comes to anybody, as it comes."""
    by_id = {each.address.id: each for each in people}

    def on_telegram(chat: int, message: Message) -> None:
        if (person := by_id.get(str(chat))) and message.mine:
            sound = program.api.files.get(message.voice or message.photo, b"").decode("latin-1")
            person.received.append(orjson.dumps([message.text, message.caption, message.buttons, sound]).decode())

    program.api.on_shown = on_telegram
    answer = program.signal.answer

    def on_signal(method: str, params: dict[str, Any]) -> Any:
        result = answer(method, params)
        for who in params.get("recipient", ()) if method == "send" else ():
            sounds = (sound_in(file) for file in params.get("attachment", ()))
            by_id[who].received.append(
                "\n".join((params.get("message", ""), *(each.decode("latin-1") for each in sounds)))
            )
        return result

    program.signal.answer = on_signal  # type: ignore[method-assign]  # it only listens
    show = program.web.show

    async def on_web(outgoing: Any) -> Any:
        shown = await show(outgoing)
        labels = [choice.label for choice in outgoing.screen.choices]
        sound = outgoing.screen.media.data.decode("latin-1") if outgoing.screen.media else ""
        by_id[outgoing.to.id].received.append(orjson.dumps([*outgoing.screen.texts, *labels, sound]).decode())
        return shown

    program.web.show = on_web  # type: ignore[method-assign]  # it only listens
