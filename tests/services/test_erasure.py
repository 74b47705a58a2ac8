"""Taking back what was said, as far as it goes."""

import pytest

from bot.channels.base import SendError
from bot.core.message import Address
from bot.services.erasure import scrub, wipe
from bot.storage.database import StoreProblem
from bot.storage.store import Store
from tests.services.chats import Chats, busy

ANA = Address("telegram", "1")


async def test_nothing_to_wipe_asks_the_platform_for_nothing(chats: Chats) -> None:
    await wipe(chats, ANA, ())
    assert chats.erased == []


async def test_a_platform_that_refuses_is_heard_by_who_can_ask_again(chats: Chats) -> None:
    chats.failures.append(busy())
    with pytest.raises(SendError):
        await wipe(chats, ANA, ("1",))
    await wipe(chats, ANA, ("1",))
    assert chats.erased == [(ANA, ("1",))]


async def test_a_reader_of_the_database_is_no_error_of_hers(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise StoreProblem("a reader")

    monkeypatch.setattr(store, "scrub", fail)
    await scrub(store)
    assert "still in the log" in caplog.text
