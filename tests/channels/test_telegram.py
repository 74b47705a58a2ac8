"""How a screen comes into her chat, and goes."""

import asyncio
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import SendError
from bot.channels.telegram import Telegram
from bot.channels.telegram_drawing import draw, split
from bot.core.message import Address, Choice, Outgoing, Screen
from tests.fake_bot_api import FakeBotApi, Fault

ANA = 7
HER = Address("telegram", str(ANA))
MENU = (Choice("c1", "I need help now"), Choice("c2", "Find a service"))
WAYS = (Choice("w1", "Back"), Choice("w2", "Menu"), Choice("w3", "Exit"))


def outgoing(*texts: str, replaces: tuple[str, ...] = (), pressed: str = "", press: str = "") -> Outgoing:
    """Put texts on their way to Ana, with buttons."""
    return Outgoing(HER, Screen(texts, MENU, WAYS), replaces, pressed, press)


def texts(name: str, count: int) -> tuple[str, ...]:
    """Make the texts of one screen."""
    return tuple(f"{name} {number}" for number in range(count))


def seen(api: FakeBotApi) -> dict[str, str]:
    """List what she sees of the bot, by handle, in the order of her chat."""
    messages = sorted(api.chats[ANA].messages.values(), key=lambda message: message.id)
    return {str(message.id): message.text for message in messages if message.mine}


@pytest.fixture(autouse=True)
def _ana(api: FakeBotApi) -> None:
    """Let Ana have written first."""
    api.say(ANA, "hello")


async def test_a_screen_is_plain_texts_with_the_buttons_under_the_last(telegram: Telegram, api: FakeBotApi) -> None:
    """Each choice has its row, the ways share the last one; previews are off, nothing is marked up."""
    shown = await telegram.show(outgoing("one <b>", "two"))
    assert tuple(seen(api)) == shown.living
    first, last = (api.chats[ANA].messages[int(handle)] for handle in shown.living)
    assert (first.text, first.buttons) == ("one <b>", [])
    assert [[button["text"] for button in row] for row in last.buttons] == [
        ["I need help now"],
        ["Find a service"],
        ["Back", "Menu", "Exit"],
    ]
    assert [call.payload["link_preview_options"] for call in api.calls] == [{"is_disabled": True}] * 2
    assert not [call for call in api.calls if {"parse_mode", "protect_content"} & set(call.payload)]


async def test_buttons_carry_their_opaque_token_and_nothing_else(telegram: Telegram, api: FakeBotApi) -> None:
    """D4: at most 64 bytes, and no word of the label."""
    shown = await telegram.show(outgoing("text"))
    rows = api.chats[ANA].messages[int(shown.living[0])].buttons
    data = [button["callback_data"] for row in rows for button in row]
    assert data == ["c1", "c2", "w1", "w2", "w3"]


async def test_a_hundred_buttons_and_no_more(telegram: Telegram, api: FakeBotApi) -> None:
    """The ways on are kept when there are too many choices."""
    choices = tuple(Choice(f"c{number}", f"Place {number}") for number in range(120))
    shown = await telegram.show(Outgoing(HER, Screen(("pick",), choices, WAYS)))
    labels = api.chats[ANA].messages[int(shown.living[0])].labels()
    assert len(labels) == 100
    assert labels[-3:] == ["Back", "Menu", "Exit"]


def test_a_screen_without_buttons_has_no_keyboard() -> None:
    """Nothing is sent that is empty."""
    assert [list(message) for message in draw(Screen(("bye",)))] == [["text", "link_preview_options"]]


async def test_protected_content_is_a_setting(api: FakeBotApi) -> None:
    """It forbids forwarding of all that is sent."""
    telegram = Telegram(api.token, api_url=api.url, protect_content=True)
    await telegram.show(outgoing("one", "two"))
    await telegram.close()
    assert [message.protected for message in api.chats[ANA].messages.values() if message.mine] == [True, True]


@pytest.mark.parametrize(("before", "after"), list(product((1, 2, 3), repeat=2)))
async def test_a_press_changes_the_screen_in_place(
    telegram: Telegram, api: FakeBotApi, before: int, after: int
) -> None:
    """The first messages are edited, missing ones sent below, surplus ones deleted; she sees the new screen only."""
    old = (await telegram.show(outgoing(*texts("old", before)))).living
    new = outgoing(*texts("new", after), replaces=old, pressed=old[-1])
    shown = await telegram.show(new)
    kept = min(before, after)
    assert list(seen(api).items()) == list(zip(shown.living, new.screen.texts, strict=True))
    assert shown.living[:kept] == old[:kept]
    assert shown.deleted == old[kept:]
    assert [bool(api.chats[ANA].messages[int(handle)].buttons) for handle in shown.living] == [
        *[False] * (after - 1),
        True,
    ]


@pytest.mark.parametrize(("before", "after"), list(product((1, 2, 3), repeat=2)))
async def test_a_word_brings_the_screen_below_it(telegram: Telegram, api: FakeBotApi, before: int, after: int) -> None:
    """All is sent anew under what she typed, then the previous screen goes."""
    old = (await telegram.show(outgoing(*texts("old", before)))).living
    api.say(ANA, "menu")
    hers = max(api.chats[ANA].messages)
    new = outgoing(*texts("new", after), replaces=old)
    shown = await telegram.show(new)
    assert list(seen(api).items()) == list(zip(shown.living, new.screen.texts, strict=True))
    assert min(int(handle) for handle in shown.living) > hers
    assert shown.deleted == old
    methods = [call.method for call in api.calls]
    assert methods == ["sendMessage"] * (before + after) + ["deleteMessages"]


async def test_a_button_of_an_old_screen_brings_the_current_one_below(telegram: Telegram, api: FakeBotApi) -> None:
    """The message with the stale button goes too."""
    stale = (await telegram.show(outgoing("stale"))).living
    living = (await telegram.show(outgoing("current"))).living
    shown = await telegram.show(outgoing("current again", replaces=living, pressed=stale[0]))
    assert seen(api) == {shown.living[0]: "current again"}
    assert shown.deleted == (*living, *stale)


async def test_a_screen_that_is_gone_is_sent_anew(telegram: Telegram, api: FakeBotApi) -> None:
    """She has deleted a part of it: what remains is replaced as a whole, so the order stays right."""
    old = (await telegram.show(outgoing("a", "b", "c"))).living
    api.chats[ANA].drop(int(old[1]))
    shown = await telegram.show(outgoing("d", "e", "f", replaces=old, pressed=old[2]))
    assert list(seen(api).values()) == ["d", "e", "f"]
    assert shown.deleted == old


async def test_a_screen_that_did_not_change_is_no_error(telegram: Telegram, api: FakeBotApi) -> None:
    """The platform refuses such an edit; she sees what she should see."""
    old = (await telegram.show(outgoing("same"))).living
    shown = await telegram.show(outgoing("same", replaces=old, pressed=old[0]))
    assert (shown.living, seen(api)) == (old, {old[0]: "same"})


async def test_half_a_screen_is_taken_back(telegram: Telegram, api: FakeBotApi) -> None:
    """When the second message fails for good, no handle of the first gets lost to a wipe."""
    api.fault = lambda _, payload: Fault(400, "Bad Request: no") if payload.get("text") == "two" else None
    with pytest.raises(SendError):
        await telegram.show(outgoing("one", "two"))
    assert seen(api) == {}


async def test_an_old_screen_that_cannot_be_deleted_is_no_error(telegram: Telegram, api: FakeBotApi) -> None:
    """The new screen is there; the old handles are not reported as gone, so that a wipe tries again."""
    old = (await telegram.show(outgoing("old"))).living
    api.fault = lambda method, _: Fault(500) if method == "deleteMessages" else None
    shown = await telegram.show(outgoing("new", replaces=old))
    assert (len(shown.living), shown.deleted) == (1, ())


@pytest.mark.parametrize(
    ("slow", "seen_first"),
    [("answerCallbackQuery", "editMessageText"), ("editMessageText", "answerCallbackQuery")],
)
async def test_the_answer_and_the_edit_do_not_wait_for_each_other(
    telegram: Telegram, api: FakeBotApi, slow: str, seen_first: str
) -> None:
    """While the platform sits on one, the other is carried out."""
    old = (await telegram.show(outgoing("old"))).living
    api.press(ANA, "c1")
    api.fault = lambda method, _: Fault(delay=3600.0) if method == slow else None
    showing = asyncio.create_task(telegram.show(outgoing("new", replaces=old, pressed=old[0], press=last_press(api))))
    await api.until(lambda: api.called(seen_first))
    assert not showing.done()
    assert not api.called(slow)
    showing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await showing


def last_press(api: FakeBotApi) -> str:
    """Return what the platform wants acknowledged."""
    update: dict[str, Any] = api.updates._queue[-1]
    return str(update["callback_query"]["id"])


async def test_an_answer_that_comes_too_late_is_no_error(telegram: Telegram, api: FakeBotApi) -> None:
    """The screen counts, not the waiting sign on the button."""
    old = (await telegram.show(outgoing("old"))).living
    await telegram.show(outgoing("new", replaces=old, pressed=old[0], press="long ago"))
    assert list(seen(api).values()) == ["new"]
    assert [call.status for call in api.called("answerCallbackQuery")] == [400]


async def test_a_press_whose_answer_is_no_screen_is_answered_and_changes_nothing(
    telegram: Telegram, api: FakeBotApi
) -> None:
    shown = await telegram.show(outgoing("old"))
    before = seen(api)
    api.press(ANA, "c1", int(shown.living[-1]))
    await telegram.show(Outgoing(HER, Screen(()), press=last_press(api)))
    assert seen(api) == before
    assert [call.status for call in api.called("answerCallbackQuery")] == [200]


async def test_a_failed_edit_is_told_although_the_press_was_answered(telegram: Telegram, api: FakeBotApi) -> None:
    """Neither hides the other."""
    old = (await telegram.show(outgoing("old"))).living
    api.press(ANA, "c1")
    api.fault = lambda method, _: Fault(500) if method == "editMessageText" else None
    with pytest.raises(SendError) as caught:
        await telegram.show(outgoing("new", replaces=old, pressed=old[0], press=last_press(api)))
    assert caught.value.retryable
    assert [call.status for call in api.called("answerCallbackQuery")] == [200]


async def test_one_failed_edit_of_several_is_told(telegram: Telegram, api: FakeBotApi) -> None:
    """Two of three messages are not a screen."""
    old = (await telegram.show(outgoing("a", "b", "c"))).living
    api.fault = lambda _, payload: Fault(500) if payload.get("text") == "e" else None
    with pytest.raises(SendError):
        await telegram.show(outgoing("d", "e", "f", replaces=old, pressed=old[2]))


@pytest.mark.parametrize("letter", ["a", "é", "😀"])
async def test_a_text_is_split_only_when_it_is_too_long(telegram: Telegram, api: FakeBotApi, letter: str) -> None:
    """4096 units pass whole, one more makes two messages; the buttons are under the last."""
    size = len(letter.encode("utf-16-le")) // 2
    text = letter * (4096 // size)
    assert len((await telegram.show(outgoing(text))).living) == 1
    shown = await telegram.show(outgoing(text + letter))
    assert len(shown.living) == 2
    assert [bool(api.chats[ANA].messages[int(handle)].buttons) for handle in shown.living] == [False, True]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aaa bbb\nccc\n\nddd", ["aaa bbb\nccc", "ddd"]),
        ("aaa bbb\nccc ddd eee", ["aaa bbb", "ccc ddd eee"]),
        ("aaa bbb ccc ddd eee", ["aaa bbb ccc", "ddd eee"]),
        ("aaaaaaaaaaaaaaaa", ["aaaaaaaaaaaa", "aaaa"]),
        ("😀😀😀😀😀😀😀", ["😀😀😀😀😀😀", "😀"]),
        ("aaaa bbbbbbb   ", ["aaaa bbbbbbb"]),
        ("short", ["short"]),
    ],
)
def test_a_long_text_is_cut_at_paragraphs_else_lines_else_words(text: str, parts: list[str]) -> None:
    """Nothing is lost but the blanks at the cut."""
    assert split(text, 12) == parts


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200), st.integers(2, 40))
def test_no_part_is_too_long_and_no_word_is_lost(text: str, limit: int) -> None:
    """For whatever text, counted as the platform counts."""
    parts = split(text, limit)
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


async def test_erasing_goes_in_hundreds(telegram: Telegram, api: FakeBotApi) -> None:
    """All of her and our messages go, those that are gone already are skipped."""
    for _ in range(210):
        api.say(ANA, "words")
    handles = tuple(str(handle) for handle in api.chats[ANA].messages)
    await telegram.erase(HER, (*handles, "999999"))
    assert api.chats[ANA].messages == {}
    assert [len(call.payload["message_ids"]) for call in api.calls] == [100, 100, 12]


async def test_one_message_that_cannot_be_deleted_does_not_save_the_others(telegram: Telegram, api: FakeBotApi) -> None:
    """A refused batch is halved until only what cannot go is left."""
    for _ in range(30):
        api.say(ANA, "words")
    handles = [str(handle) for handle in api.chats[ANA].messages]
    stuck = int(handles[17])
    api.fault = lambda _, payload: (
        Fault(400, "Bad Request: message can't be deleted") if stuck in payload["message_ids"] else None
    )
    await telegram.erase(HER, tuple(handles))
    assert set(api.chats[ANA].messages) == {stuck}


async def test_erasing_nothing_asks_nothing(telegram: Telegram, api: FakeBotApi) -> None:
    """The platform would refuse an empty list."""
    await telegram.erase(HER, ())
    assert api.calls == []


async def test_the_doctor_learns_who_the_bot_is(telegram: Telegram) -> None:
    """Before, after and without a run."""
    assert await telegram.check() == "@comadre_bot"
    assert await telegram.check() == "@comadre_bot"


async def test_the_doctor_learns_that_nobody_answers(telegram: Telegram, api: FakeBotApi) -> None:
    """In words, as an error that may pass."""
    await api.stop()
    with pytest.raises(SendError, match="does not answer") as caught:
        await telegram.check()
    assert caught.value.retryable


async def test_the_bot_introduces_itself_in_each_language(telegram: Telegram, api: FakeBotApi) -> None:
    """Commands and descriptions by language; the profile shows the first line, cut to its limit."""
    english = "Help from women who know. " * 8
    await telegram.introduce(
        {"": [("menu", "the menu")], "pt": [("menu", "o menu")]}, {"": english, "pt": "Ajuda.\nNinguém pergunta."}
    )
    assert api.profile["MyCommands", "pt"]["commands"] == [{"command": "menu", "description": "o menu"}]
    assert api.profile["MyDescription", ""]["description"] == english
    assert api.profile["MyDescription", "pt"]["description"] == "Ajuda.\nNinguém pergunta."
    assert api.profile["MyShortDescription", "pt"]["short_description"] == "Ajuda."
    assert len(api.profile["MyShortDescription", ""]["short_description"]) <= 120


async def test_an_introduction_goes_as_far_as_it_gets(telegram: Telegram, api: FakeBotApi) -> None:
    """A refusal skips one thing, a long wait ends it; neither is an error."""
    api.fault = lambda method, _: {
        "setMyCommands": Fault(400, "Bad Request: no"),
        "setMyShortDescription": Fault(429, retry_after=3600),
    }.get(method)
    await telegram.introduce({"": [("menu", "the menu")]}, {"": "Help.", "pt": "Ajuda."})
    assert set(api.profile) == {("MyDescription", ""), ("MyDescription", "pt")}
    assert len(api.called("setMyShortDescription")) == 1
