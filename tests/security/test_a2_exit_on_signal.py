"""A2 on Signal: all that we wrote is deleted for both sides, and the chat forgets by itself from the start."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.message import Address
from tests.channels.signal_scene import START, SignalScene, on_signal
from tests.fake_signal import ANA, BEA, OFFLINE
from tests.services.scene import notice
from tests.waiting import until

HARMLESS = "Have a nice day."


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[SignalScene]:
    """Run the bot on Signal."""
    async with on_signal(tmp_path) as running:
        yield running


def ours(scene: SignalScene, who: str = ANA) -> set[int]:
    """Return every message that the bot ever wrote to somebody."""
    return {each.timestamp for each in scene.signal.phones[who].messages.values() if each.mine}


def deleted(scene: SignalScene) -> set[int]:
    """Return every message that the bot asked to be deleted."""
    return {params["targetTimestamp"] for params in scene.signal.called("remoteDelete")}


async def test_every_message_of_ours_is_deleted_and_none_of_hers_is_tried(scene: SignalScene) -> None:
    await scene.join(Address("signal", ANA))
    scene.clock.set(START + timedelta(days=1))
    for text in ("hi", "1", "overdose", "menu"):
        await scene.asks(ANA, text)
    await scene.announce(notice())
    await scene.arrive(sent=1)
    written = ours(scene)
    last = await scene.asks(ANA, "exit")
    await until(lambda: deleted(scene) >= written)
    assert last.startswith(HARMLESS)
    assert deleted(scene) == written
    assert len(scene.signal.phones[ANA].shown) == 1
    kept = await scene.known(ANA)
    assert (kept.handles, kept.living, kept.position, kept.numbers) == ((), (), None, {})


async def test_what_could_not_be_deleted_waits_for_the_next_time(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    scene.signal.refuse["*"] = OFFLINE
    scene.sleeper.longest = 1000.0
    scene.signal.say(ANA, "exit")
    await until(lambda: deleted(scene))
    await scene.settled(ANA)
    scene.signal.refuse.clear()
    assert (await scene.known(ANA)).handles
    await scene.asks(ANA, "exit")
    assert (await scene.known(ANA)).handles == ()
    assert HARMLESS in scene.last(ANA).text


async def test_the_chat_forgets_by_itself_before_anything_is_said_in_it(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    methods = [call.method for call in scene.signal.calls if call.method in ("updateContact", "send")]
    assert methods == ["updateContact", "send"]
    assert scene.last(ANA).timer == 86400


async def test_who_hid_the_chat_is_not_set_another_timer_and_who_is_forgotten_is_a_stranger(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    await scene.asks(ANA, "exit")
    scene.signal.set_timer(ANA, 0)
    await scene.asks(ANA, "hi")
    assert len(scene.signal.called("updateContact")) == 1
    await scene.asks(ANA, "forget me")
    await scene.asks(ANA, "hi")
    assert len(scene.signal.called("updateContact")) == 2


async def test_forget_me_lets_the_daemon_forget_too_after_the_last_screen(scene: SignalScene) -> None:
    for who in (ANA, BEA):
        await scene.asks(who, "hi")
    written = ours(scene)
    last = await scene.asks(ANA, "forget me")
    await until(lambda: scene.signal.called("removeContact"))
    assert "erased" in last
    assert deleted(scene) >= written
    assert scene.signal.calls[-1].method == "removeContact"
    assert scene.signal.contacts.keys() == {BEA}
    assert not await scene.known(ANA)


async def test_what_stays_is_said_before(scene: SignalScene) -> None:
    assert "What you wrote, only you can delete" in await scene.asks(ANA, "hi")
    await scene.asks(ANA, "1")
    await scene.asks(ANA, "My data and this chat")
    said = await scene.asks(ANA, "Erase what you keep")
    assert "What you wrote stays until you delete this chat" in said
    assert "a message was deleted" in said


async def test_the_page_about_her_phone_says_what_only_she_can_delete(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    await scene.asks(ANA, "1")
    await scene.asks(ANA, "My data and this chat")
    said = await scene.asks(ANA, "Delete on my own phone")
    assert "What you wrote, I can't delete" in said
    assert "a message was deleted" in said
