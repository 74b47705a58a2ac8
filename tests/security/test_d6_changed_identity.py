"""D6: when her keys on Signal have changed, nothing is sent first until she writes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.message import Address
from bot.core.notice import NoticeKind
from tests.channels.signal_scene import START, SignalScene, on_signal
from tests.fake_signal import ANA, BEA, Failure
from tests.services.scene import notice
from tests.waiting import until

CHANGED = Failure("IDENTITY_FAILURE")
SAID = ("See you tomorrow?", "See you there.")
KINDS = (NoticeKind.BROADCAST, NoticeKind.REMINDER)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[SignalScene]:
    """Run the bot on Signal with two women in one group, of whom one has changed her keys."""
    async with on_signal(tmp_path) as running:
        running.clock.set(START + timedelta(days=1))
        for who in (ANA, BEA):
            await running.asks(who, "hi")
        await running.join(*(Address("signal", who) for who in (ANA, BEA)))
        running.signal.refuse[ANA] = CHANGED
        for text, kind in zip(SAID, KINDS, strict=True):
            await running.announce(notice(text, kind))
        await running.arrive(waiting=2, sent=2)
        yield running


def told(scene: SignalScene, who: str) -> set[str]:
    """Return which notices somebody sees."""
    return {text.partition("\n")[0] for text in scene.signal.phones[who].texts}.intersection(SAID)


async def test_nothing_is_sent_first_to_changed_keys_and_nobody_else_waits(scene: SignalScene) -> None:
    assert told(scene, ANA) == set()
    assert told(scene, BEA) == set(SAID)
    tried = len(scene.signal.called("send"))
    scene.clock.set(START + timedelta(days=1, hours=3))
    scene.outbox.wake()
    await scene.asks(BEA, "menu")
    assert len(scene.signal.called("send")) == tried + 1


async def test_the_keys_are_taken_and_what_waited_comes_when_she_writes(scene: SignalScene) -> None:
    assert scene.signal.called("trust") == []
    scene.signal.say_with_new_key(ANA, "menu")
    await scene.arrive(sent=4)
    assert told(scene, ANA) == set(SAID)
    assert len(scene.signal.called("trust")) == 1
    assert any("What do you need?" in text for text in scene.signal.phones[ANA].texts)


async def test_an_answer_is_not_forced_upon_changed_keys(scene: SignalScene, caplog: pytest.LogCaptureFixture) -> None:
    tried = len(scene.signal.called("send"))
    scene.signal.say(ANA, "menu")
    await until(lambda: "given up: the identity has changed" in caplog.text)
    assert len(scene.signal.called("send")) == tried + 1
    assert scene.signal.called("trust") == []


async def test_her_membership_survives(scene: SignalScene) -> None:
    assert (await scene.known(ANA)).memberships
