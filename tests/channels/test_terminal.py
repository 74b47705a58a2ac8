"""The terminal: a transcript that a person can follow without colours, buttons or a mouse."""

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.channels.base import SendError
from bot.channels.terminal import PLAIN, Look, Terminal, read_line
from bot.core.message import Address, Choice, Incoming, Kind, Media, Outgoing, Screen
from tests.drawn import drawn

MENU = Screen(
    ("Hi. I'm Comadre. I don't need to know who you are.", "What do you need?"),
    (Choice("help", "I need help now"), Choice("find", "Find a service")),
    (Choice("menu", "Menu"), Choice("exit", "Exit")),
)
HELP = Screen(("Call now:\n\u2068112\u2069",), (), (Choice("menu", "Menu"),))
TRANSCRIPT = """
Hi. I'm Comadre. I don't need to know who you are.

What do you need?

  1 I need help now
  2 Find a service

  3 Menu
  4 Exit
"""
SEQUENCES = ("\x1b[1m", "\x1b[2m", "\x1b[0m")


def lines(*said: str) -> Callable[[], Awaitable[str | None]]:
    """Read these lines, then the end."""
    rest = iter((*said, None))

    async def read() -> str | None:
        return next(rest)

    return read


class Talk:
    """A terminal with a small scripted conversation behind it."""

    def __init__(self, *said: str, look: Look = PLAIN) -> None:
        """Prepare what will be typed."""
        self.written: list[str] = []
        self.heard: list[Incoming] = []
        self.living: tuple[str, ...] = ()
        self.terminal = Terminal(lines(*said), self.written.append, "pt-PT", look)

    async def receive(self, incoming: Incoming) -> None:
        """Show help for 1, the menu for everything else."""
        self.heard.append(incoming)
        screen = HELP if incoming.text == "1" else MENU
        shown = await self.terminal.show(Outgoing(incoming.address, screen, self.living))
        self.living = shown.living

    @property
    def transcript(self) -> str:
        """Return all that was printed."""
        return "".join(self.written)


async def test_it_starts_by_itself_and_numbers_the_choices_and_then_the_ways() -> None:
    talk = Talk()
    await talk.terminal.run(talk.receive)
    assert talk.transcript == TRANSCRIPT
    (start,) = talk.heard
    assert (start.kind, start.locale, start.address) == (Kind.START, "pt-PT", Address("terminal", "local"))


async def test_what_a_picture_shows_is_a_line_in_brackets_above_the_first_text() -> None:
    talk = Talk()
    shown = await talk.terminal.show(Outgoing(talk.terminal.address, replace(HELP, picture=drawn("call"))))
    assert talk.transcript == "\n[This is call.]\n\nCall now:\n112\n\n  1 Menu\n"
    assert len(shown.living) == 1


async def test_a_number_is_passed_on_as_text_and_the_next_screen_is_printed_below() -> None:
    talk = Talk("1\n")
    await talk.terminal.run(talk.receive)
    assert talk.transcript == TRANSCRIPT + "\nCall now:\n112\n\n  1 Menu\n"
    assert (talk.heard[1].kind, talk.heard[1].text) == (Kind.TEXT, "1")
    assert talk.heard[1].handle not in {"", *talk.living}


async def test_an_empty_line_says_nothing() -> None:
    talk = Talk("\n", "   \n")
    await talk.terminal.run(talk.receive)
    assert [incoming.kind for incoming in talk.heard] == [Kind.START]


async def test_every_update_has_its_own_id() -> None:
    talk = Talk("x\n", "x\n")
    await talk.terminal.run(talk.receive)
    assert len({incoming.id for incoming in talk.heard}) == 3


async def test_handles_are_never_used_twice_and_nothing_counts_as_deleted() -> None:
    talk = Talk()
    first = await talk.terminal.show(Outgoing(talk.terminal.address, MENU))
    second = await talk.terminal.show(Outgoing(talk.terminal.address, MENU, first.living))
    assert len({*first.living, *second.living}) == 4
    assert second.deleted == ()


async def test_long_lines_break_at_spaces_and_never_inside_a_number_or_an_address() -> None:
    address = "https://example.org/a-very-long-address-that-is-wider-than-the-window"
    talk = Talk(look=Look(width=lambda: 30))
    screen = Screen((f"Shout her name. Rub her breastbone hard.\n{address}",), (Choice("a", "a long choice " * 4),))
    await talk.terminal.show(Outgoing(talk.terminal.address, screen))
    printed = talk.transcript.split("\n")
    assert address in printed
    assert all(len(line) <= 30 for line in printed if line != address)
    assert "    choice a long choice a" in printed


async def test_what_could_command_the_terminal_is_not_printed() -> None:
    talk = Talk()
    hostile = Screen(("you said \x1b]0;x\x07\x9b2J\rhello",), (Choice("a", "\x1b[2Jb"),))
    await talk.terminal.show(Outgoing(talk.terminal.address, hostile))
    assert not set(talk.transcript) & {"\x1b", "\x07", "\x9b", "\r"}
    assert "hello" in talk.transcript


async def test_styles_change_nothing_but_the_look() -> None:
    talk = Talk(look=Look(styled=True))
    await talk.terminal.run(talk.receive)
    plain = talk.transcript
    assert SEQUENCES[0] in plain
    for sequence in SEQUENCES:
        plain = plain.replace(sequence, "")
    assert plain == TRANSCRIPT


async def test_erasing_clears_a_real_terminal_and_keeps_a_screen_that_stays() -> None:
    talk = Talk("bye\n", look=Look(watched=True))
    await talk.terminal.run(talk.receive)
    talk.written.clear()
    await talk.terminal.erase(talk.terminal.address, (talk.heard[1].handle,))
    assert talk.written[0] == "\x1b[2J\x1b[3J\x1b[H"
    assert "What do you need?" in talk.transcript
    talk.written.clear()
    await talk.terminal.erase(talk.terminal.address, talk.living)
    assert talk.written == ["\x1b[2J\x1b[3J\x1b[H"]


async def test_erasing_writes_no_sequence_into_a_pipe() -> None:
    talk = Talk()
    await talk.terminal.run(talk.receive)
    await talk.terminal.erase(talk.terminal.address, talk.living)
    assert talk.transcript == TRANSCRIPT


async def test_being_stopped_finishes_what_is_in_hand() -> None:
    begun, gate = asyncio.Event(), asyncio.Event()
    settled: list[Kind] = []

    async def receive(incoming: Incoming) -> None:
        begun.set()
        await gate.wait()
        settled.append(incoming.kind)

    run = asyncio.create_task(Talk().terminal.run(receive))
    await begun.wait()
    run.cancel()
    await asyncio.sleep(0)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert settled == [Kind.START]


async def test_lines_are_read_without_holding_up_the_loop() -> None:
    reader, writer = os.pipe()
    with io.FileIO(reader) as source:
        waiting = asyncio.ensure_future(read_line(source))
        await asyncio.sleep(0)
        assert not waiting.done()
        os.write(writer, "olá\nthe rest \xff".encode("latin-1"))
        os.close(writer)
        assert await waiting == "ol\ufffd\n"
        assert await read_line(source) == "the rest \ufffd"
        assert await read_line(source) is None


async def test_a_pipe_gets_a_plain_transcript_to_the_end_of_the_input() -> None:
    """The whole way as a program: standard input closed is the end, and nothing hangs."""
    program = (
        "import asyncio\n"
        "from bot.channels.terminal import Terminal\n"
        "from bot.core.message import Choice, Outgoing, Screen\n"
        "terminal = Terminal.attach('en')\n"
        "async def receive(incoming):\n"
        "    await terminal.show(Outgoing(incoming.address, Screen((f'you: {incoming.kind}',), (Choice('a', 'A'),))))\n"
        "asyncio.run(terminal.run(receive))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate("olá\n".encode())
    assert process.returncode == 0
    assert printed.decode() == "\nyou: start\n\n  1 A\n\nyou: text\n\n  1 A\n"


async def test_check_needs_nobody() -> None:
    assert "standard input" in await Talk().terminal.check()


async def test_of_what_goes_along_the_line_is_printed() -> None:
    talk = Talk()
    note = Media("telegram", "voice", "f", b"OggS")
    await talk.terminal.show(Outgoing(talk.terminal.address, Screen(("Dinner.",), media=note, instead="[voice note]")))
    assert "Dinner.\n[voice note]" in talk.transcript
    await talk.terminal.show(Outgoing(talk.terminal.address, Screen((), media=note, instead="[voice note]")))
    assert talk.transcript.endswith("\n[voice note]\n")


async def test_no_file_comes_in_by_a_terminal() -> None:
    with pytest.raises(SendError):
        await Talk().terminal.fetch(Media("terminal", "voice", "f"))
