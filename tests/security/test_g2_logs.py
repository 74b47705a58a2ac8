"""G2: the logs hold events and counts; never what someone said, who she is, or the token."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot import log
from bot.channels.base import SendError
from bot.clock import Clock
from bot.core.message import Kind
from bot.services import dispatcher
from bot.storage.database import StoreProblem
from tests.security.plant import hits, living, plant, replay

TOKEN = "987654321:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """Log as the program does at DEBUG, into a text, and put everything back."""
    root = logging.getLogger()
    handlers, level, events = root.handlers[:], root.level, log.EVENTS.level
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    log.set_up("DEBUG")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    log.EVENTS.setLevel(events)


async def test_the_whole_suite_with_planted_texts_and_forced_errors_logs_none_of_them(
    tmp_path: Path, logged: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted, clock, naps = plant(), Clock(), []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    async with living(tmp_path, clock) as (app, chats):
        app.dispatcher._sleep = nap
        receive = app.dispatcher.receive
        async for phone in replay(app, chats, clock, planted):
            chats.failures.extend((SendError("busy", retryable=True), SendError("no", gone=True)))
            await receive(phone.types(planted))
            await receive(phone.types(f"{planted} overdose"))
            await receive(phone.sends(Kind.CARD))
        with monkeypatch.context() as patch:
            patch.setattr(dispatcher, "respond", fail_with(planted))
            await receive(phone.types(planted))
        chats.failures.append(RuntimeError(planted))
        await receive(phone.types(planted))
        with monkeypatch.context() as patch:
            patch.setattr(app.store, "step", fail_once(app.store.step, planted))
            await receive(phone.types(planted))
    assert hits(logged.getvalue().encode(), planted) == []
    assert "step failed: ValueError at " in logged.getvalue()
    assert "delivery failed: RuntimeError at " in logged.getvalue()
    assert "cannot store" in logged.getvalue()
    assert naps


def fail_once(genuine: Callable[..., Awaitable[Any]], planted: str) -> Callable[..., Awaitable[Any]]:
    """Return a step of the store that meets a full disk the first time."""
    failures = [StoreProblem(planted)]

    async def step(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return await genuine(*args)

    return step


def fail_with(planted: str) -> Callable[..., None]:
    """Return a function with a bug whose error quotes what it was given."""

    def fail(*_: object) -> None:
        raise ValueError(planted)

    return fail


async def test_libraries_are_heard_without_their_words(logged: StringIO) -> None:
    planted = plant()
    other = logging.getLogger("some.library")
    other.warning("POST https://api/bot%s/%s", TOKEN, planted)
    other.debug(planted)
    other.error(planted, exc_info=KeyError(planted))
    asyncio.get_running_loop().call_exception_handler({"message": planted, "exception": OSError(planted)})
    written = logged.getvalue()
    assert hits(written.encode(), planted, TOKEN) == []
    assert "some.library" in written
    assert "KeyError" in written
    assert "OSError" in written


async def test_the_token_is_taken_out_of_our_own_lines_too(logged: StringIO) -> None:
    log.EVENTS.error("%s %s", TOKEN, TOKEN.replace(":", "%3A"))
    written = logged.getvalue()
    assert hits(written.encode(), TOKEN) == []
    assert written.count("[token]") == 2


def test_what_stops_the_program_is_said_by_type_and_place(logged: StringIO) -> None:
    planted = plant()
    sys.excepthook(ValueError, ValueError(planted), None)
    written = logged.getvalue()
    assert hits(written.encode(), planted) == []
    assert "stopped by ValueError" in written


def test_one_event_is_one_line(logged: StringIO) -> None:
    log.EVENTS.info("one\ntwo")
    assert logged.getvalue().count("\n") == 1


def test_a_line_that_cannot_be_written_is_not_shown_raw(logged: StringIO) -> None:
    planted = plant()
    log.EVENTS.error("%d things", planted)
    assert hits(logged.getvalue().encode(), planted) == []
