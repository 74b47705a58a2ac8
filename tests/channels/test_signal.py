"""Signal as women live it: numbers, one living screen, faults that lose nobody."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import SendError
from bot.core.contact import Timed
from bot.core.message import Address, Choice, Media, Outgoing, Screen
from tests.channels.signal_scene import SignalScene, on_signal
from tests.drawn import drawn, png
from tests.fake_signal import ANA, BEA, OFFLINE, THROTTLED, Failure, Fault
from tests.waiting import until

PNG = png()
TO_ANA = Address("signal", ANA)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[SignalScene]:
    """Run the bot on Signal."""
    async with on_signal(tmp_path) as running:
        yield running


async def test_a_conversation_goes_by_numbers_words_and_reactions(scene: SignalScene) -> None:
    greeting = await scene.asks(ANA, "hi")
    assert "Answer with a number" in greeting
    assert "1 · English" in greeting
    assert "What do you need?" in await scene.asks(ANA, "1")
    await scene.asks(ANA, "menu")
    menu = await scene.asks(ANA, "menu")
    number = next(line.split(" ")[0] for line in menu.splitlines() if line.endswith("· Safer use"))
    safer = await scene.asks(ANA, "safer use")
    back = next(line.split(" ")[0] for line in safer.splitlines() if line.endswith("· Back"))
    assert await scene.asks(ANA, back) == menu
    before = scene.last(ANA)
    scene.signal.react(ANA, f"{number}\ufe0f\u20e3", before.timestamp)
    await scene.signal.until(lambda: scene.signal.phones[ANA].shown[-1].timestamp != before.timestamp)
    await scene.settled(ANA)
    assert scene.last(ANA).text == safer


async def test_every_number_on_a_screen_is_what_the_engine_takes_for_it(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    menu = await scene.asks(ANA, "1")
    lines = [line.split(" · ") for line in menu.splitlines() if " · " in line]
    for number, label in lines:
        if label == "Hide this":
            continue
        by_number = await scene.asks(ANA, number)
        await scene.asks(ANA, "menu")
        by_label = await scene.asks(ANA, label)
        assert by_number == by_label
        await scene.asks(ANA, "menu")
    assert [number for number, _ in lines] == [str(each) for each in range(1, len(lines) + 1)]


async def test_the_previous_screen_is_deleted_when_the_next_is_there(scene: SignalScene) -> None:
    for text in ("hi", "1", "overdose", "menu", "2"):
        await scene.asks(ANA, text)
        assert len(scene.signal.phones[ANA].shown) == 1
    assert [str(each.timestamp) for each in scene.signal.phones[ANA].shown] == list((await scene.known(ANA)).living)


async def test_the_first_contact_lets_the_chat_forget_and_says_so_once(scene: SignalScene) -> None:
    assert "disappears" not in await scene.asks(ANA, "hi")
    assert scene.signal.phones[ANA].timer == 86400
    assert "disappears after 1 day" in await scene.asks(ANA, "1")
    assert "disappears" not in await scene.asks(ANA, "3")
    scene.signal.set_timer(ANA, 3600)
    await scene.asks(ANA, "menu")
    assert len(scene.signal.called("updateContact")) == 1
    assert scene.signal.phones[ANA].timer == 3600


async def test_who_comes_with_a_timer_of_her_own_keeps_it_and_is_told_nothing(scene: SignalScene) -> None:
    scene.signal.set_timer(ANA, 3600)
    await scene.asks(ANA, "hi")
    assert "disappears" not in await scene.asks(ANA, "1")
    assert scene.signal.called("updateContact") == []


async def test_a_timer_that_could_not_be_set_is_set_at_her_next_step(scene: SignalScene) -> None:
    scene.signal.fault = lambda method, _: Fault(code=-3, message="no") if method == "updateContact" else None
    await scene.asks(ANA, "hi")
    assert (await scene.known(ANA)).timed is Timed.DUE
    scene.signal.fault = None
    assert "disappears" not in await scene.asks(ANA, "1")
    assert "disappears" in await scene.asks(ANA, "3")


async def test_no_emergency_screen_speaks_of_what_disappears(scene: SignalScene) -> None:
    assert "disappears" not in await scene.asks(ANA, "overdose")
    assert scene.signal.phones[ANA].timer == 86400
    assert "disappears" not in await scene.asks(ANA, "1")
    assert "disappears" in await scene.asks(ANA, "menu")


async def test_the_same_message_twice_is_one_step(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    await scene.asks(ANA, "1")
    shown, sent = scene.last(ANA).text, len(scene.signal.called("send"))
    at = scene.signal.now()
    for _ in range(2):
        scene.signal.deliver(ANA, at, dataMessage={"timestamp": at, "message": "3"})
    await scene.signal.until(lambda: scene.last(ANA).text != shown)
    await scene.settled(ANA)
    assert "Safer use" not in scene.last(ANA).text
    assert len((await scene.known(ANA)).trail) == 2
    assert len(scene.signal.phones[ANA].shown) == 1
    assert len(scene.signal.called("send")) == sent + 1


async def test_two_women_are_answered_side_by_side(scene: SignalScene) -> None:
    gate = asyncio.Event()
    scene.signal.fault = lambda method, params: (
        Fault(gate=gate) if method == "send" and params["recipient"] == [ANA] else None
    )
    scene.signal.say(ANA, "hi")
    assert "number" in await scene.asks(BEA, "hi")
    assert scene.signal.phones[ANA].shown == []
    gate.set()
    await scene.signal.until(lambda: scene.signal.phones[ANA].shown)


async def test_a_daemon_that_is_killed_and_comes_back_loses_and_doubles_nothing(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    await scene.signal.stop()
    task = asyncio.create_task(
        scene.channel.show(Outgoing(TO_ANA, Screen(("Later",)), (await scene.known(ANA)).living))
    )
    await until(lambda: scene.sleeper.naps)
    assert not task.done()
    await scene.signal.start()
    await task
    assert scene.signal.phones[ANA].texts == ["Later"]
    assert "What do you need?" in await scene.asks(ANA, "1")


async def test_what_is_written_while_we_are_away_is_answered_when_we_are_back(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    scene.signal.hang_up()
    await scene.signal.until(lambda: not any(scene.signal._writers.values()))
    assert "What do you need?" in await scene.asks(ANA, "1")


async def test_an_answer_waits_for_a_signal_that_is_out_of_reach(scene: SignalScene) -> None:
    await scene.asks(ANA, "hi")
    scene.signal.refuse["*"] = OFFLINE
    tried = len(scene.signal.called("send"))
    scene.signal.say(ANA, "1")
    await scene.signal.until(lambda: len(scene.signal.called("send")) > tried + 1)
    scene.signal.refuse.clear()
    await scene.signal.until(lambda: "What do you need?" in scene.signal.phones[ANA].texts[-1])


@pytest.mark.parametrize(
    ("failure", "retryable", "changed", "after"),
    [
        (OFFLINE, True, False, 0.0),
        (Failure("UNREGISTERED_FAILURE"), True, False, 0.0),
        (Failure("INVALID_PRE_KEY_FAILURE"), True, False, 0.0),
        (Failure("IDENTITY_FAILURE"), False, True, 0.0),
        (THROTTLED, True, False, 300.0),
        (Failure("RATE_LIMIT_FAILURE"), True, False, 300.0),
    ],
)
async def test_each_result_means_what_it_says_and_nobody_is_ever_gone(
    scene: SignalScene, failure: Failure, *, retryable: bool, changed: bool, after: float
) -> None:
    scene.signal.refuse[ANA] = failure
    with pytest.raises(SendError) as caught:
        await scene.channel.show(Outgoing(TO_ANA, Screen(("Hi",)), rank=1))
    error = caught.value
    assert (error.retryable, error.changed, error.after, error.gone) == (retryable, changed, after, False)
    assert ANA not in str(error)


async def test_a_screen_that_fails_in_the_middle_is_taken_back(scene: SignalScene) -> None:
    sent = 0

    def fail(method: str, _params: dict[str, object]) -> Fault | None:
        nonlocal sent
        sent += method == "send"
        return Fault(code=-1, message="no") if method == "send" and sent == 2 else None

    scene.signal.fault = fail
    with pytest.raises(SendError):
        await scene.channel.show(Outgoing(TO_ANA, Screen(("a" * 1500, "b" * 1500)), rank=1))
    assert scene.signal.phones[ANA].shown == []


async def test_what_is_too_long_for_one_message_comes_in_order(scene: SignalScene) -> None:
    screen = Screen(("á" * 900, "b" * 1500, "c"), (Choice("t", "Yes"),), (Choice("w", "Menu"),))
    shown = await scene.channel.show(Outgoing(TO_ANA, screen))
    texts = scene.signal.phones[ANA].texts
    assert [text[0] for text in texts] == ["á", "b"]
    assert texts[-1].endswith("c\n\n1 · Yes\n2 · Menu")
    assert len(shown.living) == 2
    assert all(len(text.encode()) <= 2000 for text in texts)


class TestPicture:
    """A drawing goes with the first text, and never holds it up."""

    screen = Screen(("Look",), picture=drawn())

    async def test_it_is_in_the_same_message_as_the_text(self, scene: SignalScene) -> None:
        await scene.channel.show(Outgoing(TO_ANA, self.screen))
        (message,) = scene.signal.phones[ANA].shown
        assert message.text == "Look"
        assert message.attachments[0].startswith("data:image/png;base64,")

    async def test_the_words_go_alone_when_it_fails_and_for_a_while_after(self, scene: SignalScene) -> None:
        def fail(_method: str, params: dict[str, object]) -> Fault | None:
            return Fault(code=-32603, message="SocketException") if "attachment" in params else None

        scene.signal.fault = fail
        await scene.channel.show(Outgoing(TO_ANA, self.screen))
        scene.signal.fault = None
        await scene.channel.show(Outgoing(TO_ANA, self.screen))
        assert [each.attachments for each in scene.signal.phones[ANA].shown] == [[], []]
        scene.watch.now += 61
        await scene.channel.show(Outgoing(TO_ANA, self.screen))
        assert scene.signal.phones[ANA].shown[-1].attachments


class TestMedia:
    """What a peer sent along."""

    async def test_a_voice_note_goes_alone_and_as_one(self, scene: SignalScene) -> None:
        media = Media("telegram", "voice", "x", b"OggS....")
        await scene.channel.show(Outgoing(TO_ANA, Screen(("From a peer",), media=media)))
        voice, words = scene.signal.phones[ANA].shown
        assert (voice.is_voice, voice.text, words.text) == (True, "", "From a peer")
        assert voice.attachments[0].startswith("data:audio/ogg;base64,")

    async def test_what_is_refused_is_said_in_words(self, scene: SignalScene) -> None:
        def refuse(_method: str, params: dict[str, object]) -> Fault | None:
            return Fault(code=-1, message="no") if "attachment" in params else None

        scene.signal.fault = refuse
        media = Media("telegram", "voice", "x", b"OggS....")
        await scene.channel.show(Outgoing(TO_ANA, Screen(("From a peer",), media=media, instead="[Voice note]")))
        assert scene.signal.phones[ANA].texts == ["From a peer\n[Voice note]"]

    async def test_a_file_of_signal_is_fetched_and_sent_on(self, scene: SignalScene) -> None:
        scene.signal.attachments["abc.png"] = PNG
        media = Media("signal", "picture", "abc.png")
        assert await scene.channel.fetch(media) == PNG
        await scene.channel.show(Outgoing(TO_ANA, Screen(("Look",), media=media)))
        (message,) = scene.signal.phones[ANA].shown
        assert message.attachments[0].startswith("data:image/png;base64,")

    async def test_what_is_not_there_or_too_large_is_an_error(
        self, scene: SignalScene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(SendError):
            await scene.channel.fetch(Media("signal", "voice", "gone"))
        monkeypatch.setattr("bot.channels.signal.MEDIA_LIMIT", 10)
        scene.signal.attachments["large"] = b"x" * 100
        with pytest.raises(SendError, match="too large"):
            await scene.channel.fetch(Media("signal", "voice", "large"))


async def test_the_sign_of_writing_is_shown_when_an_answer_is_slow_and_taken_away_after(scene: SignalScene) -> None:
    gate = asyncio.Event()
    scene.signal.fault = lambda method, _: Fault(gate=gate) if method == "send" else None
    scene.signal.say(ANA, "hi")
    await scene.signal.until(lambda: scene.signal.called("sendTyping"))
    gate.set()
    await scene.signal.until(lambda: len(scene.signal.called("sendTyping")) == 2)
    assert [call.get("stop", False) for call in scene.signal.called("sendTyping")] == [False, True]


async def test_check_says_which_daemon_it_is_and_refuses_one_without_the_account(scene: SignalScene) -> None:
    assert await scene.channel.check() == "signal-cli 0.14.6"
    scene.signal.accounts = ("+15550009999",)
    with pytest.raises(SendError, match="account"):
        await scene.channel.check()


async def test_an_account_that_comes_back_is_served_again(scene: SignalScene, caplog: pytest.LogCaptureFixture) -> None:
    accounts, scene.signal.accounts = scene.signal.accounts, ()
    scene.sleeper.longest = 1000.0
    scene.sleeper.wake()
    await until(lambda: "does not have the account" in caplog.text)
    scene.signal.accounts = accounts
    assert "number" in await scene.asks(ANA, "hi")
    assert caplog.text.count("does not have the account") == 1
