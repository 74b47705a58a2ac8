"""The fake server keeps the rules of the real one, so that a bot which passes here passes there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import telegram
from aiogram.types import Update

from tests.bot_api.limits import Limits
from tests.fake_bot_api import FakeBotApi, Fault, Upload, aiogram_answer_judge, aiogram_judge

ANA = 7
HOUR = 3600.0
Ask = Callable[..., Awaitable[Any]]


class Clock:
    """A time that only tests move."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Start at a fixed time."""
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[FakeBotApi]:
    """Run a server to which Ana has written."""
    async with FakeBotApi(clock=clock) as server:
        server.say(ANA, "/start")
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client."""
    async with aiohttp.ClientSession() as client:
        yield client


@pytest.fixture
def ask(api: FakeBotApi, session: aiohttp.ClientSession) -> Ask:
    """Call a method as a bot does, and judge what comes back."""

    async def call(method: str, **payload: Any) -> Any:
        async with session.post(f"{api.url}/bot{api.token}/{method}", json=payload) as response:
            answer = await response.json()
        assert answer["ok"] == (response.status == 200)
        assert answer["ok"] or answer["error_code"] == response.status
        if answer["ok"]:
            aiogram_answer_judge(method, answer["result"])
            return answer["result"]
        return f"{answer['error_code']} {answer['description']}"

    return call


def keyboard(*rows: list[str]) -> dict[str, Any]:
    """Build an inline keyboard whose data are its labels."""
    return {"inline_keyboard": [[{"text": label, "callback_data": label} for label in row] for row in rows]}


async def test_a_bot_learns_who_it_is(ask: Ask) -> None:
    """GetMe says that it is a bot."""
    assert (await ask("getMe"))["is_bot"] is True


async def test_a_wrong_token_is_refused(api: FakeBotApi, session: aiohttp.ClientSession) -> None:
    """A token that is not the bot's gets 401."""
    async with session.get(f"{api.url}/bot1:wrong/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")


async def test_an_unknown_method_is_not_found(ask: Ask) -> None:
    """An unknown method gets 404 with a description."""
    assert await ask("getChat", chat_id="x") == "404 Not Found: method not found"


@pytest.mark.parametrize("form", ["json", "data", "params"])
async def test_parameters_come_in_any_form(api: FakeBotApi, session: aiohttp.ClientSession, form: str) -> None:
    """JSON, a form and a query string say the same."""
    markup = '{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}]]}'
    sent: Any = {form: {"chat_id": str(ANA), "text": "123", "reply_markup": markup}}
    async with session.post(f"{api.url}/bot{api.token}/sendMessage", **sent) as response:
        assert response.status == 200
    assert api.chats[ANA].visible() == ["123"]
    assert api.chats[ANA].last.labels() == ["Yes"]


async def test_a_file_comes_in_multipart(api: FakeBotApi, session: aiohttp.ClientSession, ask: Ask) -> None:
    """A picture with a caption is kept, shown, and sent again by its identifier."""
    form = aiohttp.FormData({"chat_id": str(ANA), "caption": "Olá"})
    form.add_field("photo", b"\x89PNG\r\n\r\n--", filename="wake.png")
    async with session.post(f"{api.url}/bot{api.token}/sendPhoto", data=form) as response:
        photo = (await response.json())["result"]["photo"][0]["file_id"]
    assert api.files[photo] == b"\x89PNG\r\n\r\n--"
    await ask("sendPhoto", chat_id=ANA, photo=photo, caption="Again")
    assert api.chats[ANA].visible() == ["Olá", "Again"]
    assert (await ask("sendPhoto", chat_id=ANA, photo="none")).startswith("400 Bad Request: wrong file identifier")


async def picture(api: FakeBotApi, session: aiohttp.ClientSession, method: str, **fields: str) -> Any:
    """Call a method with a file that one of its fields refers to."""
    form = aiohttp.FormData({"chat_id": str(ANA), **fields})
    form.add_field("picture", b"\x89PNG\r\n", filename="picture.png", content_type="image/png")
    async with session.post(f"{api.url}/bot{api.token}/{method}", data=form) as response:
        answer = await response.json()
    aiogram_answer_judge(method, answer["result"])
    return answer["result"]


@pytest.fixture
async def photo(api: FakeBotApi, session: aiohttp.ClientSession) -> int:
    """Send a picture, `photo-1` to the platform, and return the number of its message."""
    return int((await picture(api, session, "sendPhoto", photo="attach://picture"))["message_id"])


async def test_a_picture_is_edited_into_another(api: FakeBotApi, session: aiohttp.ClientSession, ask: Ask) -> None:
    """By a file that comes with the call or by an identifier; words and buttons go when they are not sent again."""
    api.judge = aiogram_judge
    sent = await picture(api, session, "sendPhoto", photo="attach://picture", caption="One")
    first, number = sent["photo"][0]["file_id"], str(sent["message_id"])
    media = '{"type": "photo", "media": "attach://picture", "caption": "Two"}'
    edited = await picture(api, session, "editMessageMedia", message_id=number, media=media)
    assert edited["photo"][0]["file_id"] != first
    assert api.chats[ANA].visible() == ["Two"]
    await ask("editMessageMedia", chat_id=ANA, message_id=number, media={"type": "photo", "media": first})
    assert (api.chats[ANA].last.photo, api.chats[ANA].visible()) == (first, [""])
    assert api.complaints == []


@pytest.mark.parametrize(
    ("method", "payload", "refused"),
    [
        ("editMessageText", {"text": "x"}, "there is no text in the message to edit"),
        ("editMessageMedia", {"media": {"type": "photo", "media": "none"}}, "wrong file identifier"),
        ("editMessageMedia", {"media": {"type": "photo", "media": "attach://none"}}, "wrong file identifier"),
        ("editMessageMedia", {"media": {"type": "photo", "media": "photo-1"}}, "message is not modified"),
        ("editMessageMedia", {"media": "photo-1"}, "can't parse InputMedia"),
        ("editMessageMedia", {"media": {"type": "video", "media": "photo-1"}}, "can't parse InputMedia"),
        (
            "editMessageMedia",
            {"media": {"type": "photo", "media": "photo-1", "caption": "a" * 1025}},
            "message caption is too long",
        ),
        ("sendPhoto", {"photo": "photo-1", "caption": "é" * 512 + "a" * 513}, "message caption is too long"),
        ("sendPhoto", {"photo": "photo-1", "caption": "🙂" * 513}, "message caption is too long"),
        ("sendPhoto", {}, "wrong file identifier"),
    ],
)
async def test_a_picture_that_telegram_would_not_show_is_refused(
    ask: Ask, photo: int, method: str, payload: Any, refused: str
) -> None:
    """So is an edit of one kind into another."""
    edited = {"message_id": photo} if method.startswith("edit") else {}
    assert (await ask(method, chat_id=ANA, **edited, **payload)).startswith(f"400 Bad Request: {refused}")


@pytest.mark.usefixtures("photo")
async def test_a_text_is_not_edited_into_a_picture(api: FakeBotApi, session: aiohttp.ClientSession, ask: Ask) -> None:
    """Nor is a file a picture that is none."""
    text = (await ask("sendMessage", chat_id=ANA, text="one"))["message_id"]
    media = {"type": "photo", "media": "photo-1"}
    assert await ask("editMessageMedia", chat_id=ANA, message_id=text, media=media) == (
        "400 Bad Request: there is no media in the message to edit"
    )
    form = aiohttp.FormData({"chat_id": str(ANA)})
    form.add_field("photo", b"words", filename="words.txt")
    async with session.post(f"{api.url}/bot{api.token}/sendPhoto", data=form) as response:
        assert (await response.json())["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


@pytest.mark.parametrize(
    ("payload", "refused"),
    [
        ({"text": " \n "}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "🙂" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<h1>x</h1>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "chat_id": 99}, "chat not found"),
        ({"text": "x", "reply_markup": keyboard(["é" * 33])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}, "can't parse inline keyboard button"),
        ({"text": "x", "reply_markup": keyboard(["x"] * 9)}, "a row of the inline keyboard"),
        ({"text": "x", "reply_markup": keyboard(*[["x"]] * 101)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "tel:+351"}]]}}, "inline keyboard"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup"),
    ],
)
async def test_a_message_that_telegram_would_not_show_is_refused(ask: Ask, payload: Any, refused: str) -> None:
    """Length, markup, keyboard and chat are checked."""
    assert (await ask("sendMessage", **{"chat_id": ANA} | payload)).startswith(f"400 Bad Request: {refused}")


async def test_limits_are_inclusive(ask: Ask) -> None:
    """What is exactly as long as allowed goes through."""
    await ask("sendMessage", chat_id=ANA, text="a" * 4096, reply_markup=keyboard(["é" * 32], ["x"] * 8))


async def test_markup_does_not_count(api: FakeBotApi, ask: Ask) -> None:
    """The text is measured, shown and marked after parsing."""
    sent = await ask("sendMessage", chat_id=ANA, text=f"é&amp;<b>{'a' * 4094}</b>", parse_mode="HTML")
    assert sent["entities"] == [{"type": "bold", "offset": 2, "length": 4094}]
    assert api.chats[ANA].visible() == ["é&" + "a" * 4094]


async def test_an_edit_changes_the_message(api: FakeBotApi, ask: Ask) -> None:
    """Text and buttons are replaced; buttons that are not sent again disappear."""
    message = (await ask("sendMessage", chat_id=ANA, text="one", reply_markup=keyboard(["a"])))["message_id"]
    await ask("editMessageText", chat_id=ANA, message_id=message, text="two")
    assert (api.chats[ANA].visible(), api.chats[ANA].last.labels()) == (["two"], [])
    await ask("editMessageReplyMarkup", chat_id=ANA, message_id=message, reply_markup=keyboard(["b"]))
    assert api.chats[ANA].last.labels() == ["b"]


async def test_an_edit_that_cannot_be_is_refused(ask: Ask) -> None:
    """The same content, an unknown message and hers are refused."""
    message = (await ask("sendMessage", chat_id=ANA, text="one"))["message_id"]
    same = await ask("editMessageText", chat_id=ANA, message_id=message, text="one")
    assert same.startswith("400 Bad Request: message is not modified")
    assert await ask("editMessageText", chat_id=ANA, message_id=99, text="x") == (
        "400 Bad Request: message to edit not found"
    )
    assert await ask("editMessageText", chat_id=ANA, message_id=1, text="x") == (
        "400 Bad Request: message can't be edited"
    )


async def test_messages_can_be_deleted_for_48_hours(api: FakeBotApi, ask: Ask, clock: Clock) -> None:
    """Hers and the bot's go; unknown ones are skipped; old ones stay."""
    await ask("sendMessage", chat_id=ANA, text="old")
    clock.now += 47 * HOUR
    await ask("sendMessage", chat_id=ANA, text="new")
    clock.now += 2 * HOUR
    assert await ask("deleteMessages", chat_id=ANA, message_ids=[1, 2, 3, 44]) is True
    assert (api.chats[ANA].visible(), api.chats[ANA].deleted) == (["old"], {3})
    assert await ask("deleteMessage", chat_id=ANA, message_id=2) == (
        "400 Bad Request: message can't be deleted for everyone"
    )
    assert await ask("deleteMessage", chat_id=ANA, message_id=3) == "400 Bad Request: message to delete not found"
    for wrong in ([], list(range(101))):
        assert (await ask("deleteMessages", chat_id=ANA, message_ids=wrong)).startswith("400")


async def test_an_update_comes_again_until_it_is_confirmed(api: FakeBotApi, ask: Ask) -> None:
    """Only a higher offset confirms."""
    second = api.say(ANA, "second")
    assert len(await ask("getUpdates")) == 2
    assert [update["update_id"] for update in await ask("getUpdates", limit=1)] == [second - 1]
    assert [update["update_id"] for update in await ask("getUpdates", offset=second)] == [second]
    assert api.confirmed == second - 1
    assert await ask("getUpdates", offset=second + 1) == []
    assert api.confirmed == second


async def test_a_negative_offset_takes_from_the_end(api: FakeBotApi, ask: Ask) -> None:
    """All before is forgotten."""
    last = api.say(ANA, "second")
    assert [update["update_id"] for update in await ask("getUpdates", offset=-1)] == [last]
    assert api.confirmed == last - 1


async def test_a_long_poll_ends_with_the_first_update(api: FakeBotApi, ask: Ask) -> None:
    """A poll waits for what is not there yet."""
    await ask("getUpdates", offset=100_002)
    poll = asyncio.ensure_future(ask("getUpdates", offset=100_002, timeout=30))
    await api.until(lambda: api.updates.polls == 2)
    api.say(ANA, "hello")
    assert [update["message"]["text"] for update in await poll] == ["hello"]


async def test_a_second_poller_ends_the_first(api: FakeBotApi, ask: Ask) -> None:
    """The older of two polls gets 409."""
    await ask("getUpdates", offset=100_002)
    first = asyncio.ensure_future(ask("getUpdates", timeout=30))
    await api.until(lambda: api.updates.polls == 2)
    assert await ask("getUpdates") == []
    assert (await first).startswith("409 Conflict: terminated by other getUpdates request")


async def test_a_webhook_excludes_polling(ask: Ask) -> None:
    """While a webhook is set, getUpdates gets 409."""
    assert await ask("setWebhook", url="https://example.org/") is True
    assert (await ask("getUpdates")).startswith("409 Conflict: can't use getUpdates")
    assert (await ask("getWebhookInfo"))["url"] == "https://example.org/"
    assert await ask("deleteWebhook", drop_pending_updates=True) is True
    assert await ask("getUpdates") == []


async def test_only_the_updates_that_were_asked_for_come(api: FakeBotApi, ask: Ask) -> None:
    """`allowed_updates` holds until it is changed."""
    await ask("getUpdates", offset=100_002, allowed_updates=["callback_query"])
    api.say(ANA, "not asked for")
    assert await ask("getUpdates") == []
    await ask("getUpdates", allowed_updates=[])
    api.say(ANA, "asked for")
    assert len(await ask("getUpdates")) == 1


async def test_a_pressed_button_brings_its_message(api: FakeBotApi, ask: Ask) -> None:
    """The callback holds the message as it stands, and is answered once and soon."""
    await ask("sendMessage", chat_id=ANA, text="one", reply_markup=keyboard(["go"]))
    api.press(ANA, "go")
    query = (await ask("getUpdates"))[-1]["callback_query"]
    assert (query["data"], query["message"]["text"]) == ("go", "one")
    assert await ask("answerCallbackQuery", callback_query_id=query["id"], text="a" * 200) is True
    assert (await ask("answerCallbackQuery", callback_query_id=query["id"], text="a" * 201)).startswith("400")
    assert (await ask("answerCallbackQuery", callback_query_id="0")).startswith("400 Bad Request: query is too old")


async def test_a_button_nobody_shows_cannot_be_pressed(api: FakeBotApi) -> None:
    """Only an explicitly old message may have it."""
    with pytest.raises(LookupError):
        api.press(ANA, "nothing")
    assert api.press(ANA, "nothing", message_id=55) > 0


async def test_every_update_is_what_the_bot_api_documents(api: FakeBotApi, ask: Ask) -> None:
    """Updates pass aiogram's models."""
    await ask("sendMessage", chat_id=ANA, text="<i>one</i>", parse_mode="HTML", reply_markup=keyboard(["go"]))
    api.say(8, "olá", language_code="pt", first_name="B", last_name="C", username="d")
    api.press(ANA, "go")
    api.press(ANA, "go", message_id=55)
    for update in await ask("getUpdates"):
        Update.model_validate(update)


async def test_who_blocked_the_bot_gets_nothing(api: FakeBotApi, ask: Ask) -> None:
    """A blocked chat answers 403."""
    api.blocked.add(ANA)
    assert await ask("sendMessage", chat_id=ANA, text="x") == "403 Forbidden: bot was blocked by the user"


async def test_a_group_can_be_left(api: FakeBotApi, ask: Ask) -> None:
    """After leaving, nothing can be sent there."""
    group = {"id": -5, "type": "group", "title": "g"}
    api.push({"message": {"message_id": 50, "date": 1, "chat": group, "from": {"id": ANA}, "text": "x"}})
    assert await ask("leaveChat", chat_id=-5) is True
    assert (await ask("sendMessage", chat_id=-5, text="x")).startswith("403")


async def test_the_profile_of_the_bot_is_kept_by_language(api: FakeBotApi, ask: Ask) -> None:
    """Commands and texts are checked and kept."""
    commands = [{"command": "start", "description": "Comienza"}]
    assert await ask("setMyCommands", commands=commands, language_code="es") is True
    assert await ask("setMyShortDescription", short_description="x" * 121) == (
        "400 Bad Request: short_description is too long"
    )
    assert (await ask("setMyCommands", commands=[{"command": "Olá", "description": "x"}])).startswith("400")
    assert await ask("getMyCommands", language_code="es") == commands
    assert await ask("deleteMyCommands", language_code="es") is True
    assert api.profile == {}


async def test_flood_limits_say_when_to_come_back(api: FakeBotApi, ask: Ask, clock: Clock) -> None:
    """A second message to a chat within a second, and the 31st overall, get 429."""
    for chat in range(100, 131):
        api.say(chat, "x")
    api.limits = Limits()
    await ask("sendMessage", chat_id=ANA, text="x")
    assert await ask("sendMessage", chat_id=ANA, text="y") == "429 Too Many Requests: retry after 1"
    answers = [await ask("sendMessage", chat_id=chat, text="x") for chat in range(100, 131)]
    assert sum(isinstance(answer, str) for answer in answers) == 2
    clock.now += 1.0
    await ask("sendMessage", chat_id=ANA, text="y")


async def test_a_server_may_limit_all_chats_together_only(api: FakeBotApi, ask: Ask, clock: Clock) -> None:
    """Then a chat may get several messages in a second, and the count slides with the time."""
    api.say(ANA, "x")
    api.limits = Limits(overall=2, chat=0)
    for wait, expected in ((0.0, True), (0.5, True), (0.4, False), (0.1, True), (0.4, False)):
        clock.now += wait
        assert isinstance(await ask("sendMessage", chat_id=ANA, text="x"), dict) is expected
    assert (api.limits.taken, api.limits.refused) == (3, 2)


async def test_a_fault_before_is_not_carried_out(api: FakeBotApi, ask: Ask) -> None:
    """A throttled call leaves no message and says how long to wait."""
    api.fault = lambda method, _payload: Fault(429, retry_after=3) if method == "sendMessage" else None
    assert await ask("sendMessage", chat_id=ANA, text="x") == "429 Too Many Requests: retry after 3"
    assert api.chats[ANA].visible() == []
    assert [call.status for call in api.called("sendMessage")] == [429]


async def test_a_fault_after_is_carried_out(api: FakeBotApi, session: aiohttp.ClientSession) -> None:
    """A connection that is reset after the call leaves the message in the chat."""
    api.fault = lambda _method, _payload: Fault(drop=True, before=False)
    with pytest.raises(aiohttp.ClientError):
        await session.post(f"{api.url}/bot{api.token}/sendMessage", json={"chat_id": ANA, "text": "there"})
    assert api.chats[ANA].visible() == ["there"]


async def test_a_proxy_may_answer_in_html(api: FakeBotApi, session: aiohttp.ClientSession) -> None:
    """An outage need not be JSON."""
    api.fault = lambda _method, _payload: Fault(502, html="<h1>Bad Gateway</h1>")
    async with session.get(f"{api.url}/bot{api.token}/getMe") as response:
        assert (response.status, response.content_type) == (502, "text/html")


async def test_a_bot_that_dies_leaves_no_poll_behind(api: FakeBotApi, session: aiohttp.ClientSession, ask: Ask) -> None:
    """The poll of a dead connection conflicts with nobody."""
    await ask("getUpdates", offset=100_002)
    poll = asyncio.ensure_future(session.post(f"{api.url}/bot{api.token}/getUpdates", json={"timeout": 30}))
    await api.until(lambda: api.updates.polls == 2)
    poll.cancel()
    await ask("getUpdates")
    assert api.updates.conflicts == 0


async def test_the_judge_refuses_what_the_bot_api_does_not_know() -> None:
    """A misspelt parameter, also deep inside, is named."""
    aiogram_judge("sendMessage", {"chat_id": ANA, "text": "x", "reply_markup": keyboard(["a"])})
    with pytest.raises(ValueError, match="txet"):
        aiogram_judge("sendMessage", {"chat_id": ANA, "text": "x", "txet": "x"})
    with pytest.raises(ValueError, match="stray"):
        aiogram_judge("sendPhoto", {"chat_id": ANA, "photo": "x", "stray": Upload("a", b"a")})
    with pytest.raises(ValueError, match="callbackdata"):
        aiogram_judge("sendMessage", {"chat_id": ANA, "text": "x", "reply_markup": {
            "inline_keyboard": [[{"text": "a", "callbackdata": "a"}]]}})  # fmt: skip
    with pytest.raises(ValueError, match="not a method"):
        aiogram_judge("sendMesage", {})


async def test_a_complaint_of_the_judge_fails_the_test(session: aiohttp.ClientSession) -> None:
    """No test passes over it, even when the bot does."""
    with pytest.raises(AssertionError, match="txet"):
        async with FakeBotApi(judge=aiogram_judge) as server:
            await session.post(f"{server.url}/bot{server.token}/getMe", json={"txet": 1})


async def test_python_telegram_bot_can_talk_to_it() -> None:
    """A plain `telegram.Bot` reads, sends, edits, answers and deletes."""
    async with FakeBotApi(judge=aiogram_judge) as api, telegram.Bot(api.token, base_url=f"{api.url}/bot") as bot:
        api.say(ANA, "/start pt-porto", username="ana")
        (update,) = await bot.get_updates(timeout=5)
        assert update.message.text == "/start pt-porto"
        markup = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Go", callback_data="go")]])
        message = await bot.send_message(ANA, "<b>Hi</b>", parse_mode="HTML", reply_markup=markup)
        api.press(ANA, "go")
        (pressed,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
        assert await pressed.callback_query.answer()
        assert (await message.edit_text("Bye")).text == "Bye"
        await bot.send_photo(ANA, b"\x89PNG", caption="A picture")
        assert await bot.delete_messages(ANA, list(api.chats[ANA].messages))
        assert api.chats[ANA].messages == {}


async def test_a_file_is_asked_for_and_read(api: FakeBotApi, session: aiohttp.ClientSession) -> None:
    """By a path that only who has the token can use."""
    api.files["voice-1"] = b"OggS"
    async with session.post(f"{api.url}/bot{api.token}/getFile", json={"file_id": "voice-1"}) as response:
        file = (await response.json())["result"]
    aiogram_answer_judge("getFile", file)
    for token, path, status in (
        (api.token, file["file_path"], 200),
        (api.token, "none", 404),
        ("1:wrong", file["file_path"], 404),
    ):
        async with session.get(f"{api.url}/file/bot{token}/{path}") as response:
            assert response.status == status
            assert (await response.read() == b"OggS") == (status == 200)


async def test_what_cannot_be_played_is_no_voice_note(
    api: FakeBotApi, session: aiohttp.ClientSession, ask: Ask
) -> None:
    """As a file it is taken, and shown as one."""
    del ask
    for method, status in (("sendVoice", 400), ("sendDocument", 200)):
        form = aiohttp.FormData({"chat_id": str(ANA)})
        form.add_field(method.removeprefix("send").lower(), b"\xff\xf1AAC", filename="voice.aac")
        async with session.post(f"{api.url}/bot{api.token}/{method}", data=form) as response:
            assert response.status == status
            answer = await response.json()
    aiogram_answer_judge("sendDocument", answer["result"])


async def test_an_answer_carries_what_it_is_about(api: FakeBotApi, ask: Ask) -> None:
    """The whole message, as the platform sends it: what of it comes in is for the bot to choose."""
    await ask("sendMessage", chat_id=ANA, text="Hello")
    shown = api.chats[ANA].last
    assert shown
    api.say(ANA, "Hi", answers=shown.id)
    (*_, message) = api.chats[ANA].messages.values()
    told = api.chats[ANA].shown(message, api.me)
    assert (told["reply_to_message"]["message_id"], told["reply_to_message"]["text"]) == (shown.id, "Hello")
