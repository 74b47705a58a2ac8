"""How the bytes of a voice note or a picture come from Telegram into memory."""

import logging
from typing import Any

import pytest

from bot.channels import telegram_media
from bot.channels.base import SendError
from bot.channels.telegram import Telegram
from bot.core.message import MEDIA_LIMIT, Media
from tests.fake_bot_api import FakeBotApi, Fault, aiogram_answer_judge

NOTE = Media("telegram", "voice", "file-voice")


@pytest.fixture(autouse=True)
def _file(api: FakeBotApi) -> None:
    """Let the platform have one."""
    api.files[NOTE.ref] = b"OggS sound"


async def test_it_is_asked_for_and_read(telegram: Telegram, api: FakeBotApi) -> None:
    assert await telegram.fetch(NOTE) == b"OggS sound"
    assert [call.method for call in api.calls] == ["getFile"]
    aiogram_answer_judge("getFile", api.methods["getFile"]({"file_id": NOTE.ref}))


async def test_the_largest_that_may_be_is_read(telegram: Telegram, api: FakeBotApi) -> None:
    api.files[NOTE.ref] = bytes(MEDIA_LIMIT)
    assert len(await telegram.fetch(NOTE)) == MEDIA_LIMIT


async def test_a_larger_one_is_refused_before_it_is_read(telegram: Telegram, api: FakeBotApi) -> None:
    api.files[NOTE.ref] = bytes(MEDIA_LIMIT + 1)
    asked: list[str] = []
    api.fault = lambda method, _: asked.append(method)
    with pytest.raises(SendError, match="too large") as raised:
        await telegram.fetch(NOTE)
    assert not raised.value.retryable
    assert asked == ["getFile"]


@pytest.mark.parametrize("told", [5, None, "5"])
async def test_one_that_is_larger_than_was_said_is_refused_while_it_is_read(
    telegram: Telegram, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    monkeypatch.setattr(telegram_media, "MEDIA_LIMIT", 5)
    answers(api, file_path="files/file_0.oga", file_size=told)
    api.paths[NOTE.ref] = "files/file_0.oga"
    with pytest.raises(SendError):
        await telegram.fetch(NOTE)


def answers(api: FakeBotApi, **told: Any) -> None:
    """Let the platform answer this to getFile."""
    api.methods["getFile"] = lambda _payload: {"file_id": "f", "file_unique_id": "u"} | told


@pytest.mark.parametrize(
    "path",
    [
        *("", None, 7, "/etc/passwd", "../getMe", "a/../../x", "a//b", "a/..", ".env", "a?b", "a%2e%2e", "http://x/y"),
        *("a b", "x" * 201, "a\n", "é"),
    ],
)
async def test_no_other_place_is_read(telegram: Telegram, api: FakeBotApi, path: Any) -> None:
    answers(api, file_path=path)
    with pytest.raises(SendError, match="does not say where"):
        await telegram.fetch(NOTE)


@pytest.mark.parametrize("answer", [None, [], "x", 7])
async def test_an_answer_that_is_none_is_an_error(telegram: Telegram, api: FakeBotApi, answer: Any) -> None:
    api.methods["getFile"] = lambda _payload: answer
    with pytest.raises(SendError):
        await telegram.fetch(NOTE)


@pytest.mark.parametrize("loss", ["unknown", "gone", "too big for the platform", "broken"])
async def test_what_cannot_be_had_is_an_error_without_token_or_address(
    telegram: Telegram, api: FakeBotApi, caplog: pytest.LogCaptureFixture, loss: str
) -> None:
    caplog.set_level(logging.DEBUG)
    if loss == "unknown":
        api.files.clear()
    elif loss == "gone":
        answers(api, file_path="files/none.oga")
    elif loss == "broken":
        api.fault = lambda method, _: Fault(500) if method == "file" else None
    else:
        api.files[NOTE.ref] = bytes(21 * 1024 * 1024)
    with pytest.raises(SendError) as raised:
        await telegram.fetch(NOTE)
    assert raised.value.retryable == (loss == "broken")
    chain = [raised.value, raised.value.__cause__, raised.value.__context__]
    told = "".join(map(repr, chain)) + caplog.text
    assert api.token not in told
    assert NOTE.ref not in told
    assert "files/" not in told


async def test_a_moment_of_bad_luck_is_passed_over(telegram: Telegram, api: FakeBotApi) -> None:
    failures = iter([Fault(502), Fault(drop=True, status=502)])
    api.fault = lambda method, _: next(failures, None) if method == "file" else None
    assert await telegram.fetch(NOTE) == b"OggS sound"
