"""The same conversation on standard input and output, with numbers for choices."""

import asyncio
import io
import os
import shutil
import sys
import textwrap
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Self
from uuid import uuid4

from bot.channels.base import Receive, SendError, Shown
from bot.core.message import Address, Incoming, Kind, Media, Outgoing, Screen

WIDTH = 80
WIDEST = 100
"""Columns beyond which a line is hard to read, however wide the window."""

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_UNPRINTED = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), *range(0x2066, 0x206A)))
"""What could command a terminal, and the bidi isolates that most terminals print as boxes."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the place that we write to can do; the default is a file or a pipe."""

    watched: bool = False
    """A real terminal: it can be cleared."""
    styled: bool = False
    """Bold and dim are welcome."""
    width: Callable[[], int] = lambda: WIDTH
    """Columns, asked anew for each screen."""


PLAIN = Look()


class Terminal:
    """One person at a keyboard, for trying the content and for talking over a bare connection."""

    name = "terminal"

    def __init__(
        self,
        read: Callable[[], Awaitable[str | None]],
        write: Callable[[str], None],
        locale: str,
        look: Look = PLAIN,
    ) -> None:
        """Talk through `read` (a line, `None` at the end) and `write`."""
        self.address = Address(self.name, "local")
        self._read = read
        self._write = write
        self._locale = locale
        self._look = look
        self._count = 0
        self._living: tuple[str, ...] = ()
        self._screen = Screen(())

    @classmethod
    def attach(cls, locale: str) -> Self:
        """Talk on standard input and output: colours only where someone watches and `NO_COLOR` is not set."""
        watched = sys.stdout.isatty()

        async def read() -> str | None:
            if watched:
                write("\n> ")
            return await read_line(io.FileIO(sys.stdin.fileno(), closefd=False))

        def write(text: str) -> None:
            sys.stdout.write(text)
            sys.stdout.flush()

        def width() -> int:
            return min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST)

        styled = watched and not os.environ.get("NO_COLOR")
        return cls(read, write, locale, Look(watched, styled, width))

    async def run(self, receive: Receive) -> None:
        """Greet, then pass on line after line until there is no more."""
        await _settle(receive, Incoming(self.address, Kind.START, uuid4().hex, locale=self._locale))
        while (line := await self._read()) is not None:
            if text := line.strip():
                incoming = Incoming(
                    self.address, Kind.TEXT, uuid4().hex, text=text, locale=self._locale, handle=self._next()
                )
                await _settle(receive, incoming)

    async def show(self, outgoing: Outgoing) -> Shown:
        """Print a screen below: paper does not take back what it said."""
        self._screen = outgoing.screen.in_words()
        self._living = tuple(self._next() for _ in self._screen.texts)
        self._print()
        return Shown(self._living)

    async def erase(self, to: Address, handles: tuple[str, ...]) -> None:
        """Clear a real terminal with all that scrolled by, but for the screen that she sees if it stays."""
        if not self._look.watched or to != self.address or not handles:
            return
        self._write(_CLEAR)
        if not set(self._living) & set(handles):
            self._print()

    async def fetch(self, media: Media) -> bytes:  # noqa: ARG002 - nothing comes in here but lines
        """Refuse: nothing but lines come in here."""
        raise SendError("no file comes in by a terminal")

    async def check(self) -> str:
        """Say that there is nobody to ask."""
        return "terminal on standard input and output"

    def _next(self) -> str:
        self._count += 1
        return str(self._count)

    def _print(self) -> None:
        screen = self._screen
        shown = (f"[{screen.picture.alt}]",) if screen.picture else ()
        parts = [self._wrap(text) for text in (*shown, *screen.texts)]
        first_way = len(screen.choices) + 1
        for start, choices, style in ((1, screen.choices, _BOLD), (first_way, screen.ways, _DIM)):
            lines = [self._number(number, each.label, style) for number, each in enumerate(choices, start)]
            parts.extend(["\n".join(lines)] if lines else [])
        self._write("\n" + "\n\n".join(parts) + "\n")

    def _number(self, number: int, label: str, style: str) -> str:
        text = self._wrap(label, f"{number:>3} ")
        return f"{style}{text}{_RESET}" if self._look.styled else text

    def _wrap(self, text: str, lead: str = "") -> str:
        """Break lines at spaces only, so that a number or an address can still be copied whole."""
        wrapper = textwrap.TextWrapper(
            width=max(self._look.width(), 20),
            subsequent_indent=" " * len(lead),
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines = (lead + text.translate(_UNPRINTED)).split("\n")
        return "\n".join(wrapper.fill(line) for line in lines)


async def read_line(source: io.RawIOBase) -> str | None:
    """Wait for a line on a thread that never holds up the end of the program, as a pool's thread would."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()

    def settle(data: bytes) -> None:
        if not line.done():
            line.set_result(data)

    def wait() -> None:
        data = source.readline()
        with suppress(RuntimeError):  # the loop is closed: nobody waits for this line any more
            loop.call_soon_threadsafe(settle, data)

    Thread(target=wait, name="terminal", daemon=True).start()
    data = await line
    return data.decode(errors="replace") if data else None


async def _settle(receive: Receive, incoming: Incoming) -> None:
    """Finish what is in hand even when we are told to stop meanwhile."""
    step = asyncio.ensure_future(receive(incoming))
    try:
        await asyncio.shield(step)
    except asyncio.CancelledError:
        await step
        raise
