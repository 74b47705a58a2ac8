"""Her phone: what she sees of the chat, and what her app makes of what she does, as Telegram does it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from bot.channels.base import Shown
from bot.core.engine import Turn
from bot.core.message import Address, Choice, Incoming, Kind, Media, Outgoing, Screen


@dataclass
class Phone:
    """One chat, kept as an app keeps it: messages by handle, and every button that was ever shown."""

    address: Address
    locale: str = "en"
    stem: str = ""
    """What every id of a message or an update begins with."""
    screen: Screen | None = None
    messages: dict[str, str] = field(default_factory=dict)
    """What stands in the chat now: hers, and the bot's."""
    living: tuple[str, ...] = ()
    buttons: dict[str, tuple[Choice, str]] = field(default_factory=dict)
    """Every button she ever saw, by label, with the message that bore it."""
    last: Incoming | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def types(self, text: str) -> Incoming:
        """Send a text; a slash command is read as Telegram's adapter reads it."""
        handle = self._new(text)
        if text.startswith("/start"):
            return self._sent(Kind.START, handle, payload=text.removeprefix("/start").strip())
        return self._sent(Kind.TEXT, handle, text=text.removeprefix("/"))

    def sends(self, kind: Kind) -> Incoming:
        """Send something that is no text."""
        return self._sent(kind, self._new(f"({kind})"))

    def speaks(self, name: str) -> Incoming:
        """Send a voice note, known to the platform by a name."""
        incoming = self._sent(Kind.VOICE, self._new(f"(voice: {name})"))
        self.last = replace(incoming, media=Media(self.address.channel, "voice", name))
        return self.last

    def shows(self, name: str) -> Incoming:
        """Send a picture, known to the platform by a name."""
        incoming = self._sent(Kind.PICTURE, self._new(f"(picture: {name})"))
        self.last = replace(incoming, media=Media(self.address.channel, "picture", name))
        return self.last

    def changes(self, words: str, text: str) -> Incoming:
        """Write the newest message in which these words stand anew, as her app lets her."""
        handle = self._newest(words)
        self.messages[handle] = text
        return self._sent(Kind.EDIT, handle, text=text)

    def takes_back(self, words: str) -> Incoming:
        """Delete, for everybody, the newest message in which these words stand."""
        handle = self._newest(words)
        self.erase((handle,))
        return self._sent(Kind.TAKEN_BACK, handle)

    def replies(self, to: str, text: str) -> Incoming:
        """Answer the newest message in which these words stand, as her app lets her."""
        handle = self._newest(to)
        self.last = replace(self.types(text), reply_to=handle)
        return self.last

    def _newest(self, words: str) -> str:
        found = [handle for handle, message in self.messages.items() if words in message]
        if not found:
            raise LookupError(f"no message with {words!r}; there are {list(self.messages.values())}")
        return found[-1]

    def presses(self, label: str) -> Incoming:
        """Press a button that stands on the screen; raises `LookupError` with the labels that do."""
        choice = next((each for each in self.choices if each.label == label), None)
        if choice is None:
            raise LookupError(f"no button {label!r}; there are {[each.label for each in self.choices]}")
        return self._pressed(choice, self.living[-1] if self.living else "")

    def presses_old(self, label: str) -> Incoming:
        """Press a button of a screen that has gone from the chat, as a slow phone still shows it."""
        if label not in self.buttons:
            raise LookupError(f"no button {label!r} was ever shown; there were {sorted(self.buttons)}")
        return self._pressed(*self.buttons[label])

    def again(self) -> Incoming:
        """Let the platform deliver the last update once more."""
        if self.last is None:
            raise LookupError("nothing was sent yet")
        return self.last

    def rings(self) -> Incoming:
        """Let a timer of the bot run out: she does nothing."""
        return Incoming(self.address, Kind.TIMER, "timer")

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every button on the screen, in the order that she sees them."""
        return (*self.screen.choices, *self.screen.ways) if self.screen else ()

    def show(self, outgoing: Outgoing) -> Shown:
        """Put a screen in front of her: in place when she pressed, at the end of the chat when she wrote."""
        # What comes from elsewhere without words below it is a message, too.
        texts = outgoing.screen.texts or (("",) if outgoing.screen.media else ())
        self.screen, old, size = outgoing.screen, outgoing.replaces, len(texts)
        kept = old[:size] if outgoing.pressed in old else ()
        gone = tuple(each for each in old if each not in kept)
        if outgoing.pressed and outgoing.pressed not in old:
            gone = (*gone, outgoing.pressed)
        self.erase(gone)
        self.living = (*kept, *(self._new("") for _ in range(size - len(kept))))
        self.messages.update(zip(self.living, texts, strict=True))
        for choice in self.choices:
            self.buttons[choice.label] = (choice, self.living[-1])
        return Shown(self.living, gone)

    def see(self, turn: Turn, incoming: Incoming) -> Shown | None:
        """Show what a turn leads to, as the dispatcher sends it on."""
        if turn.screen is None:
            return None
        pressed = incoming.handle if incoming.press and not turn.stays else ""
        return self.show(Outgoing(incoming.address, turn.screen, turn.replaces, pressed, incoming.press))

    def erase(self, handles: tuple[str, ...]) -> None:
        """Take messages out of the chat."""
        for handle in handles:
            self.messages.pop(handle, None)

    def _new(self, text: str) -> str:
        handle = f"{self.stem}{next(self._numbers)}"
        self.messages[handle] = text
        return handle

    def _pressed(self, choice: Choice, handle: str) -> Incoming:
        return self._sent(Kind.PRESS, handle, token=choice.token, press="press")

    def _sent(self, kind: Kind, handle: str, **what: str) -> Incoming:
        number = f"{self.stem}update {next(self._numbers)}"
        self.last = Incoming(self.address, kind, number, handle=handle, locale=self.locale, **what)
        return self.last
