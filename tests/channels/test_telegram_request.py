"""What failures mean, how patient a call is, and what never shows."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from telegram import Bot
from telegram.error import TimedOut

from bot.channels.base import SendError
from bot.channels.telegram import Telegram
from bot.channels.telegram_request import Request
from bot.core.message import Address, Choice, Outgoing, Screen
from tests.channels.conftest import Desk, running
from tests.fake_bot_api import TOKEN, FakeBotApi, Fault
from tests.sleeper import Sleeper

ANA = 7
HER = Address("telegram", str(ANA))
WORDS = "I took something"
SECRETS = (TOKEN, TOKEN.partition(":")[2], TOKEN.replace(":", "%3A"))


def screen(*, replaces: tuple[str, ...] = ()) -> Outgoing:
    """Put a screen on its way to Ana."""
    return Outgoing(HER, Screen((WORDS,), (Choice("c", "Go"),)), replaces, replaces[0] if replaces else "")


def failing(api: FakeBotApi, method: str, fault: Fault, times: int = 99) -> None:
    """Let a method fail so many times."""
    left = iter(range(times))
    api.fault = lambda called, _: fault if called == method and next(left, None) is not None else None


@pytest.fixture(autouse=True)
def _ana(api: FakeBotApi) -> None:
    """Let Ana have written first."""
    api.say(ANA, "hello")


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk an error and whatever it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


async def test_somebody_who_blocked_the_bot_is_gone(telegram: Telegram, api: FakeBotApi) -> None:
    """Nothing is tried again."""
    api.blocked.add(ANA)
    with pytest.raises(SendError) as caught:
        await telegram.show(screen())
    assert (caught.value.gone, caught.value.retryable) == (True, False)
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(400, "Bad Request: chat not found"),
        Fault(403, "Forbidden: user is deactivated"),
        Fault(400, "Bad Request: PEER_ID_INVALID"),
    ],
)
async def test_a_chat_that_does_not_exist_any_more_is_gone(telegram: Telegram, api: FakeBotApi, fault: Fault) -> None:
    """In all the ways that the platform has to say it."""
    failing(api, "sendMessage", fault)
    with pytest.raises(SendError) as caught:
        await telegram.show(screen())
    assert caught.value.gone


async def test_a_short_throttle_is_waited_out(telegram: Telegram, api: FakeBotApi, sleeper: Sleeper) -> None:
    """Up to five seconds, as long as the platform asks for."""
    failing(api, "sendMessage", Fault(429, retry_after=5), times=2)
    assert len((await telegram.show(screen())).living) == 1
    assert sleeper.naps == [5.0, 5.0]


@pytest.mark.parametrize(("after", "calls"), [(6, 1), (5, 3)])
async def test_a_long_throttle_is_left_to_the_sender(
    telegram: Telegram, api: FakeBotApi, after: int, calls: int
) -> None:
    """So is one that does not end."""
    failing(api, "sendMessage", Fault(429, retry_after=after))
    with pytest.raises(SendError) as caught:
        await telegram.show(screen())
    assert (caught.value.retryable, caught.value.after, len(api.calls)) == (True, float(after), calls)


async def test_a_throttled_chat_does_not_hold_up_another(api: FakeBotApi) -> None:
    """Only the call that was refused waits."""

    async def sleep(_seconds: float) -> None:
        await asyncio.Event().wait()

    telegram = Telegram(api.token, api_url=api.url, sleep=sleep)
    api.say(8, "hello")
    api.fault = lambda _, payload: Fault(429, retry_after=5) if payload["chat_id"] == ANA else None
    waiting = asyncio.create_task(telegram.show(screen()))
    await api.until(lambda: api.calls)
    await telegram.show(Outgoing(Address("telegram", "8"), Screen(("hello",))))
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await telegram.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(502, html="<html>bad gateway</html>"),
        Fault(503, "Service Unavailable"),
        Fault(200, html="{"),
        Fault(drop=True),
        Fault(drop=True, before=False),
    ],
)
async def test_an_edit_is_tried_three_times(
    telegram: Telegram, api: FakeBotApi, sleeper: Sleeper, fault: Fault
) -> None:
    """It may be done twice without harm; the pauses grow."""
    living = (await telegram.show(screen())).living
    failing(api, "editMessageText", fault)
    with pytest.raises(SendError) as caught:
        await telegram.show(screen(replaces=living))
    assert (caught.value.retryable, caught.value.gone) == (True, False)
    assert (len(api.called("editMessageText")), sleeper.naps) == (3, [0.25, 0.5])


async def test_an_edit_succeeds_when_the_platform_is_back(telegram: Telegram, api: FakeBotApi) -> None:
    """She notices nothing but the wait."""
    living = (await telegram.show(screen())).living
    failing(api, "editMessageText", Fault(502), times=2)
    assert (await telegram.show(screen(replaces=living))).living == living


async def test_a_message_whose_answer_is_lost_is_sent_at_most_twice(telegram: Telegram, api: FakeBotApi) -> None:
    """It may have arrived: at least once, and once more at most."""
    failing(api, "sendMessage", Fault(drop=True, before=False))
    with pytest.raises(SendError):
        await telegram.show(screen())
    assert api.chats[ANA].visible() == [WORDS, WORDS]


async def test_a_message_that_was_surely_not_sent_is_tried_three_times(telegram: Telegram, api: FakeBotApi) -> None:
    """The platform said itself that it could not."""
    failing(api, "sendMessage", Fault(500))
    with pytest.raises(SendError):
        await telegram.show(screen())
    assert len(api.calls) == 3


async def test_a_refusal_is_final_and_repeats_no_words(telegram: Telegram, api: FakeBotApi) -> None:
    """The platform's description may quote the message; ours does not."""
    failing(api, "sendMessage", Fault(400, f"Bad Request: can't parse {WORDS}"))
    with pytest.raises(SendError) as caught:
        await telegram.show(screen())
    assert (caught.value.retryable, caught.value.gone, len(api.calls)) == (False, False, 1)
    assert not [error for error in chain(caught.value) if WORDS in f"{error!s}{error!r}"]


async def test_a_platform_that_does_not_answer_in_time(api: FakeBotApi, sleeper: Sleeper) -> None:
    """A call has its time, and what came of it is unknown then."""
    api.fault = lambda _method, _payload: Fault(delay=3600.0)
    async with Request(f"{api.url}/bot{api.token}", sleep=sleeper, random=lambda: 0.5) as request:
        with pytest.raises(TimedOut):
            await request.ask("getMe", {}, within=0.01)


@pytest.mark.parametrize("words", [rb"\ud83d", b"\xf0\x9f"])
def test_half_a_character_does_not_spoil_the_batch(words: bytes) -> None:
    """An answer that could not be read would come again for ever."""
    answer = Request.parse_json_payload(b'{"ok":true,"result":[{"update_id":5,"text":"a' + words + b'b"}]}')
    assert answer["result"][0]["update_id"] == 5
    assert answer["result"][0]["text"].encode() != b""


async def test_a_closed_connection_says_so(telegram: Telegram) -> None:
    """Nothing opens it again behind the back of who closed it."""
    await telegram.close()
    with pytest.raises(SendError) as caught:
        await telegram.show(screen())
    assert caught.value.retryable


async def test_the_library_speaks_over_the_same_connection(api: FakeBotApi, sleeper: Sleeper) -> None:
    """Multipart when there is a file, JSON else, and a bare request when there is nothing to say."""
    base = f"{api.url}/bot{api.token}"
    async with Request(base, sleep=sleeper, random=lambda: 0.5) as request:
        bot = Bot(api.token, base_url=lambda _: base, request=request, get_updates_request=request)
        await bot.send_voice(ANA, b"OggS", caption="listen")
        assert (await bot.get_me()).username == "comadre_bot"
        assert b"comadre_bot" in await request.retrieve(f"{base}/getMe")
    assert list(api.files.values()) == [b"OggS"]
    assert api.chats[ANA].visible() == ["listen"]


FAULTS = [
    Fault(401, "Unauthorized"),
    Fault(404, "Not Found"),
    Fault(500),
    Fault(502, html="<html>gateway</html>"),
    Fault(429, retry_after=60),
    Fault(409, "Conflict"),
    Fault(400, "Bad Request: message to edit not found"),
    Fault(drop=True),
    Fault(drop=True, before=False),
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_token_and_her_words_never_show(
    telegram: Telegram,
    api: FakeBotApi,
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    """Not at DEBUG, not in an error or what it came from, not in a representation, whatever fails."""
    caught: list[BaseException] = []
    with caplog.at_level(logging.DEBUG):
        await Telegram(api.token, api_url=api.url).check()
        async with running(telegram, desk):
            await desk.until(lambda: bool(desk.settled))
            api.fault = lambda method, _: fault if method != "getUpdates" else None
            for call in (
                telegram.show(screen()),
                telegram.show(screen(replaces=("1",))),
                telegram.erase(HER, ("1",)),
                telegram.check(),
                telegram.introduce({"": [("menu", "menu")]}, {"": "Help."}),
            ):
                try:
                    await call
                except SendError as error:
                    caught.append(error)
    assert caught
    told = [caplog.text, repr(telegram), str(telegram)]
    told += [f"{error!s} {error!r}" for each in caught for error in chain(each)]
    told += [str(record.__dict__) for record in caplog.records]
    assert not [secret for secret in (*SECRETS, WORDS, "hello") for text in told if secret in text]


async def test_a_server_that_is_not_there_is_told_without_its_address(sleeper: Sleeper) -> None:
    """The errors of the HTTP library carry addresses, and an address carries the token."""
    telegram = Telegram(TOKEN, api_url="http://127.0.0.1:9", sleep=sleeper, random=lambda: 0.5)
    with pytest.raises(SendError) as caught:
        await telegram.show(screen())
    await telegram.close()
    assert caught.value.retryable
    told = "".join(f"{error!s}{error!r}" for error in chain(caught.value))
    assert not [secret for secret in (*SECRETS, "127.0.0.1") if secret in told]
