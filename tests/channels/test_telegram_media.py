"""How a voice note or a picture that a peer sent goes on to others, and how the screen that shows it goes away."""

import pytest

from bot.channels.telegram import Telegram
from bot.core.message import Address, Choice, Media, Outgoing, Screen
from tests.fake_bot_api import FakeBotApi

ANA = 7
HER = Address("telegram", str(ANA))
MENU = (Choice("c1", "It's ready"),)
LINE = "[voice note]"
VOICE, PICTURE = Media("telegram", "voice", "file-voice"), Media("telegram", "picture", "file-photo")


@pytest.fixture(autouse=True)
def _ana(api: FakeBotApi) -> None:
    """Let Ana have written first, and the platform have what was sent."""
    api.say(ANA, "hello")
    api.files |= {VOICE.ref: b"OggS", PICTURE.ref: b"\x89PNG"}


def outgoing(*texts: str, media: Media | None = None, old: tuple[str, ...] = ()) -> Outgoing:
    """Put a screen on its way, in place of another whose button she pressed."""
    return Outgoing(HER, Screen(texts, MENU, media=media, instead=LINE), old, old[-1] if old else "")


def seen(api: FakeBotApi) -> list[tuple[str, str, bool]]:
    """List what she sees of the bot: what goes along, the words, and whether there are buttons below."""
    mine = sorted((each for each in api.chats[ANA].messages.values() if each.mine), key=lambda each: each.id)
    return [(each.voice or each.photo, each.caption or each.text, bool(each.buttons)) for each in mine]


@pytest.mark.parametrize("media", [VOICE, PICTURE])
async def test_the_first_text_stands_below_it_and_the_buttons_under_the_last(
    telegram: Telegram, api: FakeBotApi, media: Media
) -> None:
    await telegram.show(outgoing("Dinner.", media=media))
    assert seen(api) == [(media.ref, "Dinner.", True)]
    await telegram.show(outgoing("Dinner.", "How many?", media=media))
    assert seen(api)[1:] == [(media.ref, "Dinner.", False), ("", "How many?", True)]


async def test_it_may_go_without_words(telegram: Telegram, api: FakeBotApi) -> None:
    await telegram.show(outgoing(media=VOICE))
    assert seen(api) == [(VOICE.ref, "", True)]


@pytest.mark.parametrize(("length", "stands_below"), [(1024, True), (1025, False)])
async def test_a_text_that_does_not_fit_below_comes_after(
    telegram: Telegram, api: FakeBotApi, length: int, *, stands_below: bool
) -> None:
    await telegram.show(outgoing("x" * length, media=PICTURE))
    assert len(seen(api)) == (1 if stands_below else 2)
    assert seen(api)[-1] == (PICTURE.ref if stands_below else "", "x" * length, True)


@pytest.mark.parametrize("media", [VOICE, PICTURE])
async def test_the_next_screen_takes_its_place(telegram: Telegram, api: FakeBotApi, media: Media) -> None:
    shown = await telegram.show(outgoing("Dinner.", "How many?", media=media))
    shown = await telegram.show(outgoing("Sent.", old=shown.living))
    assert seen(api) == [("", "Sent.", True)]
    assert len(shown.living) == 1


@pytest.mark.parametrize("media", [VOICE, PICTURE])
async def test_it_takes_the_place_of_the_screen_before(telegram: Telegram, api: FakeBotApi, media: Media) -> None:
    shown = await telegram.show(outgoing("Write it."))
    shown = await telegram.show(outgoing("Dinner.", media=media, old=shown.living))
    assert seen(api) == [(media.ref, "Dinner.", True)]
    await telegram.show(outgoing("Dinner at nine.", media=media, old=shown.living))
    assert seen(api) == [(media.ref, "Dinner at nine.", True)]


async def test_its_message_can_be_wiped(telegram: Telegram, api: FakeBotApi) -> None:
    shown = await telegram.show(outgoing("Dinner.", media=PICTURE))
    await telegram.erase(HER, shown.living)
    assert seen(api) == []


async def test_of_what_the_platform_has_no_more_the_line_arrives(telegram: Telegram, api: FakeBotApi) -> None:
    del api.files[VOICE.ref]
    await telegram.show(outgoing("Dinner.", media=VOICE))
    assert seen(api) == [("", "Dinner.\n[voice note]", True)]
