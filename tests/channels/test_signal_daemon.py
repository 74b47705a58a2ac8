"""How calls reach the daemon, what becomes of them when it fails, and how what women write comes from it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import signal_daemon
from bot.channels.base import SendError
from bot.channels.signal_daemon import Daemon, DaemonError, Lines, UnsureError
from tests.channels.test_telegram_update import PLANTED
from tests.fake_signal import ACCOUNT, ANA, BEA, THROTTLED, FakeSignal, Fault, Payload
from tests.sleeper import Sleeper

SUBSCRIBE = {"account": ACCOUNT}


class Ear:
    """Hears notifications; a gate holds those of one woman back."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.begun: list[str] = []
        self.settled: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self._news = asyncio.Event()

    async def __call__(self, params: Mapping[str, Any]) -> None:
        """Settle one when its gate is open."""
        envelope = params["envelope"]
        text = envelope["dataMessage"]["message"]
        self.begun.append(text)
        self._news.set()
        if gate := self.gates.get(envelope["sourceUuid"]):
            await gate.wait()
        if text == "bug":
            raise ValueError(text)
        self.settled.append(text)
        self._news.set()

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until it holds; looked at whenever one begins or ends."""
        async with asyncio.timeout(10):
            while not predicate():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def running(daemon: Daemon, ear: Ear, **how: Any) -> AsyncIterator["asyncio.Task[None]"]:
    """Keep the connection meanwhile, and stop as SIGTERM does."""
    task = asyncio.create_task(daemon.run(ear, **how))
    try:
        yield task
    finally:
        if not task.cancelling():
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def serving(
    path: Path, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]
) -> AsyncIterator[None]:
    """Run a server that knows no rules."""
    writers = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await serve(reader, writer)

    server = await asyncio.start_unix_server(accept, path)
    try:
        yield
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.sleep(0)


@pytest.fixture
async def signal(tmp_path: Path) -> AsyncIterator[FakeSignal]:
    """Run a daemon."""
    async with FakeSignal(tmp_path / "socket") as daemon:
        yield daemon


@pytest.fixture
def ear() -> Ear:
    """Return someone who listens."""
    return Ear()


@pytest.fixture
def daemon(signal: FakeSignal, sleeper: Sleeper) -> Daemon:
    """Return a client of it."""
    return Daemon(signal.where, sleep=sleeper, random=lambda: 0.5)


@pytest.fixture
async def running_daemon(daemon: Daemon, ear: Ear) -> AsyncIterator[Daemon]:
    """Return a client that is connected."""
    async with running(daemon, ear):
        await daemon.connected.wait()
        yield daemon


def send(text: str, who: str = ANA) -> Payload:
    """Return the params of a message."""
    return {"account": ACCOUNT, "recipient": [who], "message": text}


async def test_answers_find_their_calls_in_any_order(running_daemon: Daemon, signal: FakeSignal) -> None:
    """A slow message does not hold up a quick question."""
    gate = asyncio.Event()
    signal.fault = lambda method, _: Fault(gate=gate) if method == "send" else None
    slow = [asyncio.create_task(running_daemon.call("send", send(text))) for text in ("one", "two")]
    assert (await running_daemon.call("version"))["version"] == "0.14.6"
    gate.set()
    assert len({(await each)["timestamp"] for each in slow}) == 2
    assert signal.phones[ANA].texts == ["one", "two"]


async def test_over_tcp_it_is_the_same(ear: Ear) -> None:
    """For containers, which share no folder."""
    async with FakeSignal() as signal, running(daemon := Daemon(signal.where), ear):
        assert await daemon.call("listAccounts") == [{"number": ACCOUNT}]
        signal.say(ANA, "hello")
        await ear.until(lambda: ear.settled == ["hello"])


@pytest.mark.parametrize("where", ["tcp://", "tcp://host", "tcp://:7583", "tcp://host:port"])
def test_a_place_that_is_none_is_refused(where: str) -> None:
    """At the start, and not at the first message."""
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        Daemon(where)


async def test_megabytes_go_through_in_one_line(running_daemon: Daemon, signal: FakeSignal) -> None:
    """A picture goes out inside its call, and a voice note comes in inside the answer."""
    picture = "data:image/png;base64," + "AAAA" * 1_000_000
    await running_daemon.call("send", {"recipient": [ANA], "attachment": [picture]})
    assert signal.phones[ANA].shown[0].attachments == [picture]
    signal.attachments["a.aac"] = bytes(3_000_000)
    assert len((await running_daemon.call("getAttachment", {"id": "a.aac"}))["data"]) == 4_000_000


async def test_a_line_beyond_the_limit_is_refused_and_the_connection_stays(
    running_daemon: Daemon, signal: FakeSignal, caplog: pytest.LogCaptureFixture
) -> None:
    """Who asked for it learns that at once."""
    signal.attachments["a"] = bytes(signal_daemon.LINE_LIMIT)
    with pytest.raises(SendError, match="more than fits") as failure:
        await running_daemon.call("getAttachment", {"id": "a"})
    assert not failure.value.retryable
    assert await running_daemon.call("version")
    assert signal.connections == 1
    assert len(caplog.records) == 1


async def test_what_a_daemon_never_says_is_passed_over(
    running_daemon: Daemon, signal: FakeSignal, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """Garbage, halves, answers to nobody; the operator is told once, without a word of it."""
    for line in (
        *(b"", b" ", b"{", b"null", b"7", b"[]", b"{}", b"\xff\xfe", b"[" * 5000, PLANTED.encode()),
        *(b'{"id":1}', b'{"result":1}', b'{"result":1,"id":null}', b'{"result":1,"id":"1"}', b'{"result":1,"id":999}'),
        *(b'{"error":{"code":-32700},"id":null}', b'{"method":"receive"}', b'{"method":"receive","params":[]}'),
        *(b'{"method":7,"params":{}}', b'{"method":"callEvent","params":{"envelope":{}}}'),
    ):
        signal.write(line + b"\n")
    signal.say(ANA, "hello")
    await ear.until(lambda: ear.settled == ["hello"])
    assert await running_daemon.call("version")
    assert len(caplog.records) == 1
    assert PLANTED not in caplog.text


async def test_a_line_in_pieces_is_one_line(running_daemon: Daemon, signal: FakeSignal, ear: Ear) -> None:
    """Wherever the network cuts it."""
    params = {"envelope": {"sourceUuid": ANA, "dataMessage": {"message": "olá 💜"}}}
    for byte in orjson.dumps({"jsonrpc": "2.0", "method": "receive", "params": params}) + b"\n":
        signal.write(bytes([byte]))
        await asyncio.sleep(0)
    await ear.until(lambda: ear.settled == ["olá 💜"])
    assert await running_daemon.call("version")


@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.data())
def test_lines_are_the_same_however_they_are_cut(texts: list[bytes], data: st.DataObject) -> None:
    """What is too long is told apart, and harms no other."""
    stream = b"".join(text + b"\n" for text in texts)
    lines, found = Lines(limit=8), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += [*lines.feed(stream[:size])]
        stream = stream[size:]
    assert found == [(text, len(text) <= 8) for text in texts]


def test_a_line_that_is_too_long_is_not_kept() -> None:
    """Only its end, which says whose answer it was."""
    lines = Lines(limit=100)
    for _ in range(1000):
        assert [*lines.feed(b"0123456789")] == []
        assert len(lines._begun) <= 110
    assert [*lines.feed(b'"id":7}\n')] == [((b"0123456789" * 7 + b'"id":7}')[-64:], False)]


async def test_an_error_tells_its_reason_and_prints_none(running_daemon: Daemon, signal: FakeSignal) -> None:
    """The daemon names people in its words."""
    signal.refuse[ANA] = THROTTLED
    with pytest.raises(DaemonError) as failure:
        await running_daemon.call("send", send("hello"))
    error = failure.value
    assert (error.code, error.message) == (-5, "Failed to send message due to rate limiting")
    assert error.data["response"]["results"][0]["retryAfterSeconds"] == 86400
    assert ANA not in str(error) + repr(error)
    assert "limit" not in str(error) + repr(error)


@pytest.mark.parametrize("error", ['"x"', "7", "{}", '{"code":"x","message":7,"data":[]}', "[]"])
async def test_an_error_of_no_known_shape_is_an_error(running_daemon: Daemon, signal: FakeSignal, error: str) -> None:
    """Of code 0."""
    signal.fault = lambda *_: Fault(silent=True)
    call = asyncio.create_task(running_daemon.call("version"))
    await signal.until(lambda: len(signal.called("version")) == 2)
    number = max(running_daemon._calls)
    signal.write(b'{"id":%d,"error":%b}\n' % (number, error.encode()))
    with pytest.raises(DaemonError) as failure:
        await call
    assert (failure.value.code, failure.value.message, failure.value.data) == (0, "", {})


async def test_half_a_letter_does_not_stop_a_message(running_daemon: Daemon, signal: FakeSignal) -> None:
    """Some keyboards send half a surrogate pair, and a peer's words are sent on."""
    await running_daemon.call("send", send("a\ud83d"))
    assert signal.phones[ANA].texts == ["a?"]


async def test_without_an_answer_in_time_nobody_knows(running_daemon: Daemon, signal: FakeSignal) -> None:
    """It may have been sent; the connection is as good as before."""
    signal.fault = lambda method, _: Fault(silent=True, before=False) if method == "send" else None
    with pytest.raises(UnsureError) as failure:
        await running_daemon.call("send", send(PLANTED), answer_within=0.05)
    assert failure.value.retryable
    assert PLANTED not in str(failure.value)
    assert await running_daemon.call("version")
    assert (signal.connections, running_daemon._calls) == (1, {})


async def test_where_nobody_is_a_call_fails_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has surely not been carried out, and may be tried again."""
    monkeypatch.setattr(signal_daemon, "MOMENT", 0.02)
    with pytest.raises(SendError) as failure:
        await Daemon(str(tmp_path / "socket")).call("version")
    assert failure.value.retryable
    assert not isinstance(failure.value, UnsureError)


async def test_calls_in_flight_fail_at_once_when_the_daemon_goes(
    running_daemon: Daemon, signal: FakeSignal, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """It is killed and comes back: the operator reads one line at the loss and one at the return."""
    signal.fault = lambda method, _: Fault(silent=True) if method == "send" else None
    calls = [asyncio.create_task(running_daemon.call("send", send(PLANTED))) for _ in range(3)]
    await signal.until(lambda: len(signal.called("send")) == 3)
    await signal.stop()
    async with asyncio.timeout(5):
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(result, UnsureError) and result.retryable for result in results)
    assert not running_daemon.connected.is_set()
    for _ in range(50):  # it is tried again and again meanwhile
        await asyncio.sleep(0)
    signal.fault = None
    await signal.start()
    assert (await running_daemon.call("send", send("hello")))["timestamp"]
    signal.say(ANA, "hello")
    await ear.until(lambda: ear.settled == ["hello"])
    assert [record.getMessage() for record in caplog.records] == [
        "signal-cli is not there (ConnectionResetError); trying until it is",
        "signal-cli is there again",
    ]
    assert PLANTED not in caplog.text


async def test_it_waits_longer_and_longer_but_never_long(tmp_path: Path, ear: Ear) -> None:
    """She may be waiting, and to ask a socket costs nothing."""
    naps: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 8:
            enough.set()
        await asyncio.sleep(0)

    async with running(Daemon(str(tmp_path / "socket"), sleep=sleep, random=lambda: 1.0), ear):
        await enough.wait()
    assert naps[:8] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


async def test_who_takes_the_connection_and_says_nothing_is_not_there(
    tmp_path: Path, ear: Ear, sleeper: Sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call does not wait for it, and the connection is made anew; garbage is no answer either."""
    monkeypatch.setattr(signal_daemon, "PROBE_WITHIN", 0.02)
    monkeypatch.setattr(signal_daemon, "MOMENT", 0.02)
    accepted: list[asyncio.StreamWriter] = []
    third = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer)
        if len(accepted) == 3:
            third.set()
        with suppress(ConnectionError):
            while await reader.readline():
                writer.write(b"HTTP/1.1 400 Bad Request\n")
        writer.close()

    daemon = Daemon(str(tmp_path / "socket"), sleep=sleeper, random=lambda: 0.5)
    async with serving(tmp_path / "socket", serve), running(daemon, ear):
        with pytest.raises(SendError):
            await daemon.call("version")
        await third.wait()
        assert not daemon.connected.is_set()


async def test_a_connection_whose_other_end_is_gone_is_noticed(
    daemon: Daemon, signal: FakeSignal, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cable that is pulled closes nothing."""
    monkeypatch.setattr(signal_daemon, "QUIET", 0.02)
    monkeypatch.setattr(signal_daemon, "PROBE_WITHIN", 0.05)
    async with running(daemon, ear):
        await daemon.connected.wait()
        signal.fault = lambda *_: Fault(silent=True) if signal.connections == 1 else None
        await signal.until(lambda: signal.connections == 2)
        await daemon.connected.wait()


async def test_a_quiet_daemon_that_answers_is_left_alone(
    daemon: Daemon, signal: FakeSignal, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night without a word is no loss."""
    monkeypatch.setattr(signal_daemon, "QUIET", 0.01)
    async with running(daemon, ear):
        await signal.until(lambda: len(signal.called("version")) > 5)
    assert signal.connections == 1


async def test_one_woman_in_order_and_others_meanwhile(running_daemon: Daemon, signal: FakeSignal, ear: Ear) -> None:
    """What Ana says next waits for what she said before; Bea does not wait for Ana."""
    gate = ear.gates[ANA] = asyncio.Event()
    for who, text in ((ANA, "first"), (ANA, "second"), (BEA, "hello")):
        signal.say(who, text)
    await ear.until(lambda: ear.settled == ["hello"])
    assert ear.begun == ["first", "hello"]
    assert await running_daemon.call("version")
    gate.set()
    await ear.until(lambda: ear.settled == ["hello", "first", "second"])


async def test_a_bug_above_stalls_nobody_and_says_nothing(
    running_daemon: Daemon, signal: FakeSignal, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """Her next words are served; the log has the type."""
    signal.say(ANA, "bug")
    signal.say(ANA, "hello")
    await ear.until(lambda: ear.settled == ["hello"])
    assert [record.getMessage() for record in caplog.records] == ["signal message failed: ValueError"]
    assert running_daemon.connected.is_set()


async def test_a_flood_takes_no_more_memory_than_is_said(
    running_daemon: Daemon, signal: FakeSignal, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """E1: what one woman sends beyond a hundred open messages is dropped; nobody else's is."""
    gate = ear.gates[ANA] = asyncio.Event()
    for number in range(150):
        signal.say(ANA, str(number))
    signal.say(BEA, "hello")
    await ear.until(lambda: ear.settled == ["hello"])
    gate.set()
    await ear.until(lambda: len(ear.settled) == 101)
    signal.say(ANA, "again")
    await ear.until(lambda: ear.settled[-1] == "again")
    assert len(caplog.records) == 1
    assert running_daemon.connected.is_set()


async def test_a_flood_of_many_is_bounded_too(
    running_daemon: Daemon, signal: FakeSignal, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves nothing behind of those who were dropped."""
    monkeypatch.setattr(signal_daemon, "WAITING_ALL", 2)
    for who, text in ((ANA, "one"), (BEA, "two"), ("c", "three")):
        ear.gates[who] = asyncio.Event()
        signal.say(who, text)
    await running_daemon.call("version")
    assert ear.begun == ["one", "two"]
    for gate in ear.gates.values():
        gate.set()
    await ear.until(lambda: len(ear.settled) == 2)
    signal.say("c", "four")
    await ear.until(lambda: ear.settled[-1] == "four")


async def test_a_stop_settles_all_that_has_come(daemon: Daemon, signal: FakeSignal, ear: Ear) -> None:
    """The daemon brings nothing twice; while it is settled, calls are answered as ever."""
    gate = ear.gates[ANA] = asyncio.Event()
    async with running(daemon, ear) as task:
        await daemon.connected.wait()
        for text in ("first", "second"):
            signal.say(ANA, text)
        await ear.until(lambda: bool(ear.begun))
        task.cancel()
        assert (await daemon.call("send", send("answer")))["timestamp"]
        gate.set()
    assert ear.settled == ["first", "second"]
    assert not daemon.connected.is_set()


async def test_a_stop_does_not_wait_for_ever(
    daemon: Daemon, signal: FakeSignal, ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What does not settle in time is given up, and counted."""
    monkeypatch.setattr(signal_daemon, "PATIENCE", 0.02)
    ear.gates[ANA] = asyncio.Event()
    async with running(daemon, ear):
        await daemon.connected.wait()
        signal.say(ANA, "first")
        signal.say(ANA, "second")
        await ear.until(lambda: bool(ear.begun))
    assert ear.settled == []
    assert [record.getMessage() for record in caplog.records] == [
        "signal: 2 messages could not be settled before the stop"
    ]


async def test_who_is_impatient_stops_it_at_once(daemon: Daemon, signal: FakeSignal, ear: Ear) -> None:
    """A second signal means now; nothing is left running."""
    ear.gates[ANA] = asyncio.Event()
    before = asyncio.all_tasks()
    async with running(daemon, ear) as task:
        await daemon.connected.wait()
        signal.say(ANA, "first")
        await ear.until(lambda: bool(ear.begun))
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
    assert not {each for each in asyncio.all_tasks() - before if "Daemon" in repr(each) or "Intake" in repr(each)}


async def test_a_daemon_that_is_told_to_receive_loses_nothing_while_we_are_away(
    tmp_path: Path, ear: Ear, sleeper: Sleeper
) -> None:
    """What is written between a stop and a start, and after a loss, waits on Signal's side."""
    async with FakeSignal(tmp_path / "socket", is_manual=True) as signal:
        signal.say(ANA, "before")
        daemon = Daemon(signal.where, sleep=sleeper, random=lambda: 0.5)
        async with running(daemon, ear, subscribe=SUBSCRIBE):
            await ear.until(lambda: ear.settled == ["before"])
            signal.hang_up()
            await signal.until(lambda: signal.connections == 2)
            signal.say(ANA, "after a loss")
            await ear.until(lambda: ear.settled[1:] == ["after a loss"])
        assert len(signal.called("unsubscribeReceive")) == 1
        signal.say(ANA, "while away")
        async with running(daemon, ear, subscribe=SUBSCRIBE):
            await ear.until(lambda: ear.settled[2:] == ["while away"])


async def test_an_account_that_the_daemon_does_not_know_is_said(
    tmp_path: Path, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """Signal refused it at the start, and nobody would be heard."""
    async with FakeSignal(tmp_path / "socket", accounts=(), is_manual=True) as signal:
        daemon = Daemon(signal.where)
        async with running(daemon, ear, subscribe=SUBSCRIBE):
            assert await daemon.call("listAccounts") == []
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "signal-cli does not let us receive: error -32602; check the account"
    ]
    assert ACCOUNT not in caplog.text
