"""How a picture comes into her chat, and how her words come without it."""

from dataclasses import replace
from itertools import product

import pytest

from bot.channels import telegram_picture
from bot.channels.base import SendError, Shown
from bot.channels.telegram import Telegram
from bot.channels.telegram_picture import REST
from bot.channels.telegram_request import UPLOADED
from bot.channels.telegram_update import read
from bot.core.message import Address, Choice, Incoming, Outgoing, Picture, Screen
from tests.bot_api.chats import Message
from tests.drawn import drawn
from tests.fake_bot_api import FakeBotApi, Fault
from tests.sleeper import Sleeper

ANA = 7
HER = Address("telegram", str(ANA))
MENU = (Choice("c1", "They wake up"),)
WAYS = (Choice("w1", "Menu"), Choice("w2", "Hide this"))
WAKE, CALL = drawn("wake", 1), drawn("call", 2)
FAILURES = {
    "error": Fault(500),
    "gateway": Fault(502, html="<html>bad gateway</html>"),
    "dropped": Fault(drop=True),
    "lost answer": Fault(drop=True, before=False),
}
REFUSAL = Fault(400, "Bad Request: IMAGE_PROCESS_FAILED")


class Clock:
    """Seconds that only tests count."""

    now = 100.0

    def __call__(self) -> float:
        """Return them."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Start somewhere."""
    return Clock()


@pytest.fixture
def telegram(telegram: Telegram, clock: Clock) -> Telegram:
    """Let the channel count our seconds."""
    telegram._pictures._clock = clock
    return telegram


@pytest.fixture(autouse=True)
def _ana(api: FakeBotApi) -> None:
    """Let Ana have written first."""
    api.say(ANA, "hello")


def outgoing(*texts: str, picture: Picture | None = WAKE, over: Shown | None = None, press: bool = True) -> Outgoing:
    """Put a screen on its way to Ana, in place of another whose button she pressed."""
    old = over.living if over else ()
    return Outgoing(HER, Screen(texts, MENU, WAYS, picture), old, old[-1] if old and press else "")


def seen(api: FakeBotApi) -> list[tuple[str, str]]:
    """List what she sees of the bot, in order: what it is, and its words."""
    mine = [message for message in sorted(api.chats[ANA].messages.values(), key=lambda each: each.id) if message.mine]
    return [("picture", each.caption) if each.photo else ("text", each.text) for each in mine]


def last(api: FakeBotApi) -> Message:
    """Return the newest message of the bot."""
    message = max((each for each in api.chats[ANA].messages.values() if each.mine), key=lambda each: each.id)
    assert isinstance(message, Message)
    return message


def methods(api: FakeBotApi) -> list[tuple[str, int]]:
    """List what was called, and how it was answered."""
    return [(call.method, call.status) for call in api.calls]


def fail(api: FakeBotApi, fault: Fault, *names: str) -> None:
    """Let methods fail from now on."""
    api.fault = lambda method, _: fault if method in (names or ("sendPhoto", "editMessageMedia")) else None


async def test_the_first_text_is_the_caption_and_the_buttons_are_under_the_last(
    telegram: Telegram, api: FakeBotApi
) -> None:
    shown = await telegram.show(outgoing("Shake them.", "Shout."))
    assert seen(api) == [("picture", "Shake them."), ("text", "Shout.")]
    assert [bool(message.buttons) for message in api.chats[ANA].messages.values() if message.mine] == [False, True]
    assert len(set(shown.living)) == 2


async def test_one_text_has_the_buttons_under_its_picture(telegram: Telegram, api: FakeBotApi) -> None:
    await telegram.show(outgoing("Shake them."))
    assert seen(api) == [("picture", "Shake them.")]
    assert last(api).labels() == ["They wake up", "Menu", "Hide this"]


async def test_what_the_picture_shows_is_not_written_where_pictures_are_shown(
    telegram: Telegram, api: FakeBotApi
) -> None:
    await telegram.show(outgoing("Shake them.", picture=drawn("secret")))
    assert "secret" not in str(api.calls)


@pytest.mark.parametrize("letter", ["a", "é", "😀"])
async def test_a_text_that_is_too_long_for_a_caption_stands_below(
    telegram: Telegram, api: FakeBotApi, letter: str
) -> None:
    """1024 units fit, as the platform counts them."""
    text = letter * (1024 // (len(letter.encode("utf-16-le")) // 2))
    await telegram.show(outgoing(text))
    assert seen(api) == [("picture", text)]
    shown = await telegram.show(outgoing(text + letter, "Shout."))
    assert seen(api)[1:] == [("picture", ""), ("text", text + letter), ("text", "Shout.")]
    assert len(shown.living) == 3
    assert last(api).buttons


async def test_a_file_goes_to_the_platform_once(telegram: Telegram, api: FakeBotApi) -> None:
    """For all women, whatever the words; a changed drawing of the same name is another file."""
    api.say(8, "hello")
    await telegram.show(outgoing("Shake them."))
    await telegram.show(replace(outgoing("Abana-a."), to=Address("telegram", "8")))
    assert list(api.files.values()) == [WAKE.data]
    assert [call.payload["photo"] for call in api.calls] == [UPLOADED, *api.files]
    await telegram.show(outgoing("Shake them.", picture=drawn("wake", 9)))
    assert len(api.files) == 2


def test_the_best_of_the_sizes_that_the_platform_made_is_sent_again() -> None:
    small, large = {"file_id": "s", "width": 90, "height": 60}, {"file_id": "l", "width": 640, "height": 480}
    for sizes in ([small, large], [large, small]):
        assert telegram_picture._largest({"photo": sizes}) == "l"
    assert telegram_picture._largest({}) == ""


async def test_a_file_that_the_platform_has_lost_goes_once_more(telegram: Telegram, api: FakeBotApi) -> None:
    await telegram.show(outgoing("one"))
    api.files.clear()
    await telegram.show(outgoing("two"))
    assert seen(api) == [("picture", "one"), ("picture", "two")]
    assert methods(api) == [("sendPhoto", 200), ("sendPhoto", 400), ("sendPhoto", 200)]


async def test_a_file_that_is_refused_twice_leaves_the_words(telegram: Telegram, api: FakeBotApi) -> None:
    await telegram.show(outgoing("one"))
    fail(api, REFUSAL)
    await telegram.show(outgoing("two"))
    assert seen(api) == [("picture", "one"), ("text", "two")]
    assert methods(api)[1:] == [("sendPhoto", 400), ("sendPhoto", 400), ("sendMessage", 200)]


@pytest.mark.parametrize("name", [*FAILURES, "refusal"])
async def test_words_whose_picture_fails_come_at_once_as_text(
    telegram: Telegram, api: FakeBotApi, sleeper: Sleeper, name: str
) -> None:
    """The same words with the same buttons, after one try and no pause."""
    fail(api, FAILURES.get(name, REFUSAL))
    shown = await telegram.show(outgoing("Shake them.", "Shout."))
    assert seen(api)[-2:] == [("text", "Shake them."), ("text", "Shout.")]
    assert last(api).labels() == ["They wake up", "Menu", "Hide this"]
    assert len(shown.living) == 2
    assert (len(api.called("sendPhoto")), sleeper.naps) == (1, [])
    assert api.called("sendMessage")[0].payload["link_preview_options"] == {"is_disabled": True}


async def test_a_picture_that_takes_too_long_leaves_the_words(
    telegram: Telegram, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_picture, "PICTURE_TIMEOUT", 0.05)
    fail(api, Fault(delay=3600.0))
    await telegram.show(outgoing("Shake them."))
    assert seen(api) == [("text", "Shake them.")]


async def test_a_long_text_whose_picture_fails_stands_alone(telegram: Telegram, api: FakeBotApi) -> None:
    fail(api, REFUSAL)
    shown = await telegram.show(outgoing("a" * 1025))
    assert seen(api) == [("text", "a" * 1025)]
    assert len(shown.living) == 1
    assert last(api).buttons


@pytest.mark.parametrize(("fault", "others"), [(Fault(500), 0), (REFUSAL, 1)])
async def test_after_a_failure_words_go_alone_for_a_while(
    telegram: Telegram, api: FakeBotApi, clock: Clock, fault: Fault, others: int
) -> None:
    """All of them when the platform fails, those of one picture when that is refused."""
    fail(api, fault)
    shown = await telegram.show(outgoing("one"))
    api.fault = None
    api.calls.clear()
    clock.now += REST - 1
    shown = await telegram.show(outgoing("two", over=shown))
    assert methods(api) == [("editMessageText", 200)]
    shown = await telegram.show(outgoing("three", picture=CALL, over=shown))
    assert len(api.called("sendPhoto")) == others
    clock.now += 1
    await telegram.show(outgoing("four", over=shown))
    assert seen(api) == [("picture", "four")]


@pytest.mark.parametrize(
    "fault", [Fault(403, "Forbidden: bot was blocked by the user"), Fault(400, "Bad Request: chat not found")]
)
async def test_somebody_who_is_gone_gets_no_words_either(telegram: Telegram, api: FakeBotApi, fault: Fault) -> None:
    fail(api, fault)
    with pytest.raises(SendError) as caught:
        await telegram.show(outgoing("Shake them."))
    assert caught.value.gone
    assert len(api.calls) == 1


async def test_a_chat_that_wants_us_to_wait_gets_picture_and_words_later(telegram: Telegram, api: FakeBotApi) -> None:
    """Words would have to wait as well."""
    fail(api, Fault(429, retry_after=7))
    with pytest.raises(SendError) as caught:
        await telegram.show(outgoing("Shake them."))
    assert (caught.value.retryable, caught.value.after, len(api.calls)) == (True, 7.0, 1)
    api.fault = None
    await telegram.show(outgoing("Shake them."))
    assert seen(api) == [("picture", "Shake them.")]


@pytest.mark.parametrize(("before", "after"), list(product((WAKE, None), (CALL, WAKE, None))))
async def test_a_press_changes_like_into_like_in_place_and_sends_the_rest_anew(
    telegram: Telegram, api: FakeBotApi, before: Picture | None, after: Picture | None
) -> None:
    """Nothing is tried that the platform would refuse."""
    old = await telegram.show(outgoing("old", picture=before))
    api.calls.clear()
    shown = await telegram.show(outgoing("new", picture=after, over=old))
    assert seen(api) == [("picture" if after else "text", "new")]
    assert last(api).labels() == ["They wake up", "Menu", "Hide this"]
    edit, send = ("editMessageMedia", "sendPhoto") if after else ("editMessageText", "sendMessage")
    if bool(before) is bool(after):
        assert methods(api) == [(edit, 200)]
        assert shown == Shown(old.living)
    else:
        assert methods(api) == [(send, 200), ("deleteMessages", 200)]
        assert shown.deleted == old.living


@pytest.mark.parametrize(("before", "after"), list(product((1, 2, 3), repeat=2)))
async def test_a_press_changes_a_pictured_screen_in_place(
    telegram: Telegram, api: FakeBotApi, before: int, after: int
) -> None:
    """The picture and the first texts are edited, missing texts sent below, surplus ones deleted."""
    old = await telegram.show(outgoing(*map(str, range(before))))
    shown = await telegram.show(outgoing(*(f"new {number}" for number in range(after)), picture=CALL, over=old))
    kept = min(before, after)
    assert seen(api) == [("text" if number else "picture", f"new {number}") for number in range(after)]
    assert shown == Shown((*old.living[:kept], *shown.living[kept:]), old.living[kept:])
    assert last(api).buttons


async def test_a_word_brings_the_picture_below_it(telegram: Telegram, api: FakeBotApi) -> None:
    old = await telegram.show(outgoing("old", "more"))
    shown = await telegram.show(outgoing("new", picture=CALL, over=old, press=False))
    assert seen(api) == [("picture", "new")]
    assert shown.deleted == old.living


async def test_a_picture_that_did_not_change_is_no_error(telegram: Telegram, api: FakeBotApi) -> None:
    old = await telegram.show(outgoing("same"))
    assert await telegram.show(outgoing("same", over=old)) == Shown(old.living)
    assert seen(api) == [("picture", "same")]
    assert api.calls[-1].status == 400


@pytest.mark.parametrize(("fault", "kind"), [(Fault(500), "text"), (REFUSAL, "text"), (None, "picture")])
async def test_a_picture_that_cannot_be_edited_is_sent_anew_or_as_words(
    telegram: Telegram, api: FakeBotApi, fault: Fault | None, kind: str
) -> None:
    """Because she deleted it, or because the platform fails."""
    old = await telegram.show(outgoing("old"))
    if fault:
        fail(api, fault)
    else:
        api.chats[ANA].drop(int(old.living[0].rstrip("p")))
    shown = await telegram.show(outgoing("new", picture=CALL, over=old))
    assert seen(api) == [(kind, "new")]
    assert shown.deleted == old.living


async def test_a_picture_is_edited_in_place_after_a_restart(
    telegram: Telegram, api: FakeBotApi, sleeper: Sleeper
) -> None:
    """What is in her chat is known by its handle; the file goes once more."""
    old = await telegram.show(outgoing("old"))
    reborn = Telegram(api.token, api_url=api.url, sleep=sleeper)
    assert await reborn.show(outgoing("new", picture=CALL, over=old)) == Shown(old.living)
    await reborn.close()
    assert seen(api) == [("picture", "new")]
    assert list(api.files.values()) == [WAKE.data, CALL.data]


async def test_a_button_under_a_picture_names_the_message_that_was_shown(telegram: Telegram, api: FakeBotApi) -> None:
    for screen in (outgoing("one"), outgoing("one", "two"), outgoing("one", picture=None)):
        shown = await telegram.show(screen)
        api.press(ANA, "c1")
        pressed = read(api.updates._queue[-1])
        assert isinstance(pressed, Incoming)
        assert pressed.handle == shown.living[-1]


async def test_a_button_of_an_old_picture_takes_the_old_picture_away(telegram: Telegram, api: FakeBotApi) -> None:
    stale = (await telegram.show(outgoing("stale"))).living
    living = (await telegram.show(outgoing("current"))).living
    shown = await telegram.show(replace(outgoing("again"), replaces=living, pressed=stale[0]))
    assert seen(api) == [("picture", "again")]
    assert shown.deleted == (*living, *stale)


async def test_a_picture_whose_mark_was_lost_is_sent_anew(telegram: Telegram, api: FakeBotApi) -> None:
    """The platform knows that there is no text to edit."""
    old = await telegram.show(outgoing("old"))
    unmarked = Shown(tuple(handle.rstrip("p") for handle in old.living))
    await telegram.show(outgoing("new", picture=None, over=unmarked))
    assert seen(api) == [("text", "new")]


async def test_pictures_are_erased_like_texts(telegram: Telegram, api: FakeBotApi) -> None:
    first = await telegram.show(outgoing("one", "two"))
    second = await telegram.show(outgoing("three", picture=None))
    await telegram.erase(HER, (*first.living, *second.living))
    assert seen(api) == []


async def test_pictures_are_protected_where_the_setting_says_so(api: FakeBotApi) -> None:
    telegram = Telegram(api.token, api_url=api.url, protect_content=True)
    await telegram.show(outgoing("one", "two"))
    await telegram.show(outgoing("three"))
    await telegram.close()
    assert [message.protected for message in api.chats[ANA].messages.values() if message.mine] == [True] * 3
