"""The fake daemon answers as the real one does, so that a channel which passes here passes there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.fake_signal import ACCOUNT, ANA, BEA, OFFLINE, THROTTLED, Failure, FakeSignal, Fault, Payload


class Client:
    """A connection that asks one thing after another, and keeps what it was not asked for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk over a socket."""
        self._reader = reader
        self.writer = writer
        self.received: list[Payload] = []

    async def ask(self, method: str, **params: Any) -> Any:
        """Return the result, or the whole error."""
        self.writer.write(orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + b"\n")
        while "id" not in (answer := orjson.loads(await self._reader.readline())):
            self.received.append(answer["params"])
        return answer.get("result", answer.get("error"))

    async def next(self) -> Payload:
        """Wait for something that it was not asked for."""
        answer: Payload = orjson.loads(await self._reader.readline())
        return answer


@pytest.fixture
async def signal(tmp_path: Path) -> AsyncIterator[FakeSignal]:
    """Run a daemon at a time that stands still."""
    async with FakeSignal(tmp_path / "socket", clock=lambda: 1_800_000_000.0) as daemon:
        yield daemon


@pytest.fixture
async def client(signal: FakeSignal) -> AsyncIterator[Client]:
    """Connect to it."""
    client = Client(*await asyncio.open_unix_connection(signal.where))
    yield client
    client.writer.close()


@pytest.mark.parametrize(
    ("method", "params", "code", "message"),
    [
        ("send", {"account": "+1", "recipient": [ANA], "message": "x"}, -32602, "Specified account does not exist"),
        ("telepathy", {}, -32601, "Method not implemented"),
        ("send", {"message": "x"}, -1, "No recipients given"),
        (
            "send",
            {"recipient": [ANA], "message": "x", "quoteTimestamp": 2**31},
            -1,
            "Quote author parameter is missing",
        ),
        ("send", {"recipient": [ANA], "message": "x", "textStyle": ["0:1:LOUD"]}, -1, "Invalid style: LOUD"),
        ("remoteDelete", {"recipient": [ANA]}, -32603, "null (NullPointerException)"),
        ("getAttachment", {"id": "a"}, -1, "Could not find attachment with ID: a"),
    ],
)
async def test_mistakes_are_refused_in_the_words_of_the_real_one(
    client: Client, method: str, params: Payload, code: int, message: str
) -> None:
    """A client may have to tell them apart."""
    assert await client.ask(method, **params) == {"code": code, "message": message, "data": None}


async def test_without_an_account_nothing_is_sent(tmp_path: Path) -> None:
    """Signal has refused it, and the daemon goes on without."""
    async with FakeSignal(tmp_path / "socket", accounts=()) as signal:
        client = Client(*await asyncio.open_unix_connection(signal.where))
        assert await client.ask("listAccounts") == []
        assert (await client.ask("send", recipient=[ANA], message="x"))["code"] == -32602
        client.writer.close()


async def test_a_chat_can_be_read(signal: FakeSignal, client: Client) -> None:
    """What was sent, changed, taken back, and how long it stays; times rise even when the clock stands still."""
    await client.ask("updateContact", recipient=ANA, expiration=3600)
    sent = [await client.ask("send", recipient=[ANA], message=text) for text in ("one", "two", "three")]
    first, second, third = (each["timestamp"] for each in sent)
    assert first < second < third
    await client.ask("remoteDelete", recipient=[ANA], targetTimestamp=first)
    await client.ask("send", recipient=[ANA], message="2", textStyle=["0:1:BOLD"], editTimestamp=second)
    await client.ask("sendTyping", recipient=[ANA])
    phone = signal.phones[ANA]
    assert (phone.texts, phone.timer, phone.is_typing) == (["2", "three"], 3600, True)
    assert (phone.messages[second].styles, phone.messages[third].timer) == (["0:1:BOLD"], 3600)
    assert (await client.ask("listContacts", recipient=[ANA]))[0]["messageExpirationTime"] == 3600
    await client.ask("removeContact", recipient=ANA, forget=True)
    assert await client.ask("listContacts") == []


async def test_an_edit_names_the_last_one_and_so_does_what_deletes_it(signal: FakeSignal, client: Client) -> None:
    """As the apps of Signal do; an edit that names the first one is there for who must understand both."""
    first = signal.say(ANA, "at five")
    second = signal.edit(ANA, first, "at six")
    third = signal.edit(ANA, first, "at seven")
    signal.edit(ANA, first, "at eight", names_first=True)
    await client.ask("version")
    edits = [params["envelope"]["editMessage"] for params in client.received[1:]]
    assert [each["targetSentTimestamp"] for each in edits] == [first, second, first]
    assert [each["dataMessage"]["message"] for each in edits] == ["at six", "at seven", "at eight"]
    assert edits[1]["dataMessage"]["timestamp"] == third
    assert signal.phones[ANA].messages[first].text == "at eight"
    signal.take_back(ANA, first)
    gone = (await client.next())["params"]["envelope"]["dataMessage"]["remoteDelete"]
    assert gone["timestamp"] == signal.phones[ANA].messages[first].edits[-1]
    assert signal.phones[ANA].messages[first].is_deleted


async def test_a_parameter_that_it_does_not_know_fails_the_test(tmp_path: Path) -> None:
    """The real one passes over it, and a typing error would never be found."""
    signal = FakeSignal(tmp_path / "socket")
    await signal.start()
    client = Client(*await asyncio.open_unix_connection(signal.where))
    await client.ask("send", recipient=[ANA], message="x", textStyles=[])
    client.writer.close()
    with pytest.raises(AssertionError, match="send has no textStyles"):
        await signal.__aexit__(None)


@pytest.mark.parametrize(
    ("failure", "code", "words"),
    [
        (THROTTLED, -5, "Failed to send message due to rate limiting"),
        (Failure("IDENTITY_FAILURE"), -4, "Failed to send message due to untrusted identities"),
        (OFFLINE, -1, "Failed to send message"),
    ],
)
async def test_an_error_comes_only_when_nobody_was_reached(
    signal: FakeSignal, client: Client, failure: Failure, code: int, words: str
) -> None:
    """Otherwise it stands in the results, where it has to be looked for."""
    signal.refuse[ANA] = failure
    alone = await client.ask("send", recipient=[ANA], message="x")
    assert (alone["code"], alone["message"]) == (code, words)
    assert alone["data"]["response"]["results"][0]["type"] == failure.type
    both = await client.ask("send", recipient=[ANA, BEA], message="x")
    assert [each["type"] for each in both["results"]] == [failure.type, "SUCCESS"]
    assert (ANA in signal.phones, signal.phones[BEA].texts) == (False, ["x"])


async def test_an_outage_looks_like_a_number_that_is_gone(signal: FakeSignal, client: Client) -> None:
    """And nobody may be dropped for it."""
    signal.refuse["*"] = OFFLINE
    answer = await client.ask("send", recipient=["+351910000000"], message="x")
    assert answer["data"]["response"]["results"][0]["type"] == "UNREGISTERED_FAILURE"


async def test_a_solved_captcha_lifts_the_limit(signal: FakeSignal, client: Client) -> None:
    """A rejected one does not."""
    signal.refuse["*"] = THROTTLED
    signal.is_captcha_accepted = False
    solved = {"challenge": THROTTLED.token, "captcha": "signalcaptcha://x"}
    assert (await client.ask("submitRateLimitChallenge", **solved))["code"] == -6
    signal.is_captcha_accepted = True
    assert await client.ask("submitRateLimitChallenge", **solved) == {}
    assert (await client.ask("send", recipient=[ANA], message="x"))["results"][0]["type"] == "SUCCESS"


async def test_a_fault_after_the_call_leaves_the_message_there(signal: FakeSignal, client: Client) -> None:
    """An answer that is lost does not mean that nothing was done."""
    signal.fault = lambda method, _: Fault(-32603, "Closed unexpectedly", before=False) if method == "send" else None
    assert (await client.ask("send", recipient=[ANA], message="x"))["code"] == -32603
    assert signal.phones[ANA].texts == ["x"]


async def test_what_is_written_while_nobody_listens_is_lost(signal: FakeSignal) -> None:
    """By default the daemon takes it from Signal all the same."""
    signal.say(ANA, "hello")
    client = Client(*await asyncio.open_unix_connection(signal.where))
    await client.ask("version")
    assert client.received == []
    signal.set_timer(ANA, 60)
    assert (await client.next())["params"]["envelope"]["dataMessage"]["expiresInSeconds"] == 60
    client.writer.close()


async def test_what_is_written_meanwhile_waits_for_who_subscribes(tmp_path: Path) -> None:
    """A daemon that receives only when it is told to leaves it on Signal's side."""
    async with FakeSignal(tmp_path / "socket", is_manual=True) as signal:
        signal.say(ANA, "hello")
        client = Client(*await asyncio.open_unix_connection(signal.where))
        number = await client.ask("subscribeReceive", account=ACCOUNT)
        assert [params["subscription"] for params in client.received] == [number]
        assert client.received[0]["result"]["envelope"]["dataMessage"]["message"] == "hello"
        await client.ask("unsubscribeReceive", subscription=number)
        signal.say(ANA, "again")
        await client.ask("version")
        assert len(client.received) == 1
        client.writer.close()
