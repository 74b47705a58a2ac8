"""How a voice note or a picture from another platform comes into a chat, and what comes where it cannot."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from bot.channels.base import SendError, Turn, WithdrawnError
from bot.channels.telegram import Telegram
from bot.channels.telegram_along import KNOWN_FOR, MOST_FAILURES, REST
from bot.core.message import Address, Choice, Media, Outgoing, Screen
from tests.fake_bot_api import FakeBotApi, Fault, Upload
from tests.files import aac, jpeg, m4a, mp3, ogg, page, png, webp

ANA, EVA = 7, 8
LINE = "[voice note]"
MENU = (Choice("c1", "Menu"),)


class Watch:
    """Seconds that a test moves."""

    at = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.at


@pytest.fixture
def watch() -> Watch:
    """Return a clock that stands still."""
    return Watch()


@pytest.fixture
def telegram(telegram: Telegram, watch: Watch, api: FakeBotApi) -> Telegram:
    """Let Ana and Eva have written first, and time stand still."""
    api.meet(ANA, EVA)
    telegram._along._clock = watch
    return telegram


def brought(data: bytes, kind: str = "voice", ref: str = "r1") -> Media:
    """Return what was brought from Signal."""
    return Media("signal", kind, ref, data)  # type: ignore[arg-type]  # one of the two


def outgoing(media: Media, *texts: str, chat: int = ANA, rank: int = 0) -> Outgoing:
    """Put it on its way."""
    screen = Screen(texts, MENU, media=media, instead=LINE)
    return Outgoing(Address("telegram", str(chat)), screen, rank=rank)


def seen(api: FakeBotApi, chat: int = ANA) -> list[tuple[str, str]]:
    """List what she sees: what goes along, and the words."""
    mine = [each for each in api.chats[chat].messages.values() if each.mine]
    return [(each.voice or each.photo or each.document, each.caption or each.text) for each in mine]


@pytest.mark.parametrize(
    ("data", "method", "name"),
    [
        (ogg(), "sendVoice", "voice.ogg"),
        (ogg(sound=bytes(60_000)) + 40 * page(9, bytes(60_000)), "sendVoice", "voice.ogg"),
        (mp3(), "sendVoice", "voice.mp3"),
        (m4a(), "sendVoice", "voice.m4a"),
        (aac(), "sendDocument", "voice.aac"),
        (jpeg(), "sendPhoto", "picture.jpeg"),
        (png(), "sendPhoto", "picture.png"),
        (webp(), "sendPhoto", "picture.webp"),
    ],
)
async def test_it_goes_as_what_the_platform_can_show_under_a_name_that_says_nothing(
    telegram: Telegram, api: FakeBotApi, data: bytes, method: str, name: str
) -> None:
    await telegram.show(outgoing(brought(data, name.partition(".")[0]), "amber birch:"))
    (call,) = [each for each in api.calls if each.method.startswith("send")]
    (upload,) = [each for each in call.payload.values() if isinstance(each, Upload)]
    assert (call.method, upload.name, upload.content) == (method, name, data)
    assert seen(api) == [(f"{method.removeprefix('send').lower()}-1", "amber birch:")]
    assert api.chats[ANA].last.labels() == ["Menu"]


async def test_many_readers_cost_one_upload(telegram: Telegram, api: FakeBotApi, watch: Watch) -> None:
    note = brought(ogg())
    await asyncio.gather(*(telegram.show(outgoing(note, chat=chat, rank=2)) for chat in (ANA, EVA) * 3))
    uploads = [each for each in api.called("sendVoice") if "along" in each.payload]
    assert len(uploads) == 1
    assert len(seen(api)) == len(seen(api, EVA)) == 3
    await telegram.show(outgoing(brought(ogg(), ref="r2")))
    watch.at += KNOWN_FOR
    await telegram.show(outgoing(note))
    assert len([each for each in api.called("sendVoice") if "along" in each.payload]) == 3
    assert set(telegram._along._files) == {str(note)}


async def test_what_the_platform_has_lost_goes_up_once_more(telegram: Telegram, api: FakeBotApi) -> None:
    await telegram.show(outgoing(brought(ogg())))
    api.files.clear()
    await telegram.show(outgoing(brought(ogg())))
    assert [name for name, _ in seen(api)] == ["voice-1", "voice-1"]


@pytest.mark.parametrize("data", [b"", b"what is this"])
async def test_of_what_is_not_there_or_unknown_the_line_arrives(
    telegram: Telegram, api: FakeBotApi, data: bytes
) -> None:
    await telegram.show(outgoing(brought(data), "amber birch:"))
    assert seen(api) == [("", f"amber birch:\n{LINE}")]
    assert api.chats[ANA].last.labels() == ["Menu"]
    await telegram.show(outgoing(brought(data)))
    assert seen(api)[-1] == ("", LINE)


def on_upload(fault: Fault) -> "object":
    """Let uploads fail, and nothing else."""
    return lambda _method, payload: fault if "along" in payload else None


async def test_of_what_is_refused_the_line_arrives_at_once(telegram: Telegram, api: FakeBotApi) -> None:
    api.fault = on_upload(Fault(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"))  # type: ignore[assignment]  # a rule
    for _ in range(2):
        await telegram.show(outgoing(brought(ogg())))
    assert seen(api) == [("", LINE), ("", LINE)]
    assert len(api.called("sendVoice")) == 1


async def test_what_fails_may_go_better_later_but_not_for_ever(
    telegram: Telegram, api: FakeBotApi, watch: Watch
) -> None:
    """Nobody waits in vain behind an upload that never gets through."""
    api.fault = on_upload(Fault(502, "Bad Gateway"))  # type: ignore[assignment]  # a rule
    for _ in range(MOST_FAILURES - 1):
        with pytest.raises(SendError) as raised:
            await telegram.show(outgoing(brought(ogg())))
        assert raised.value.retryable
    await telegram.show(outgoing(brought(ogg())))
    await telegram.show(outgoing(brought(ogg())))
    assert seen(api) == [("", LINE), ("", LINE)]
    api.fault = None
    watch.at += REST
    await telegram.show(outgoing(brought(ogg())))
    assert seen(api)[-1] == ("voice-1", "")


async def test_a_closed_chat_and_a_wait_say_nothing_of_the_file(telegram: Telegram, api: FakeBotApi) -> None:
    api.blocked.add(ANA)
    with pytest.raises(SendError) as raised:
        await telegram.show(outgoing(brought(ogg())))
    assert raised.value.gone
    api.fault = on_upload(Fault(429, retry_after=60))  # type: ignore[assignment]  # a rule
    with pytest.raises(SendError) as raised:
        await telegram.show(outgoing(brought(ogg()), chat=EVA))
    assert raised.value.after == 60
    api.fault = None
    await telegram.show(outgoing(brought(ogg()), chat=EVA))
    assert seen(api, EVA) == [("voice-1", "")]


async def test_what_gives_way_to_an_answer_says_nothing_of_the_file_either(telegram: Telegram, api: FakeBotApi) -> None:
    pace = telegram._pace
    telegram._pace = Withdrawing()
    for _ in range(MOST_FAILURES):
        with pytest.raises(WithdrawnError):
            await telegram.show(outgoing(brought(ogg()), rank=2))
    telegram._pace = pace
    await telegram.show(outgoing(brought(ogg()), rank=2))
    assert seen(api) == [("voice-1", "")]


class Withdrawing:
    """A pace that takes everything back."""

    def turn(self, _chat: str, _rank: int) -> AbstractAsyncContextManager[Turn]:
        """Give no turn."""
        raise WithdrawnError("withdrawn", retryable=True)


async def test_what_is_drawn_is_not_kept(telegram: Telegram, api: FakeBotApi) -> None:
    """Two with the same name and other bytes: nothing of the first is left in memory for the second."""
    await telegram.show(outgoing(brought(b"")))
    await telegram.show(outgoing(brought(ogg())))
    assert seen(api) == [("", LINE), ("voice-1", "")]
