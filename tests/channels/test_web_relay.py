"""What messages of two people need on the preview page: answers, changes, taking back, and files in memory only."""

from collections.abc import AsyncIterator
from io import BytesIO

import aiohttp
import pytest

from bot.channels.base import SendError
from bot.channels.web import HEADERS
from bot.channels.web_files import BYTES_LIMIT, Files
from bot.core.message import MEDIA_LIMIT, Address, Choice, Kind, Media, Outgoing, Screen
from tests.channels.preview import ANA, RITA, House, Window, window
from tests.files import aac, jpeg, m4a, mp3, ogg, png, webp

LINE = "[voice note]"
NOTE = Media("telegram", "voice", "f1", ogg())


@pytest.fixture
async def ana(house: House, browser: aiohttp.ClientSession) -> AsyncIterator[Window]:
    """Open Ana's window."""
    async with window(browser) as opened:
        await opened.until("show")
        await house.settled(1)
        yield opened


async def upload(browser: aiohttp.ClientSession, data: bytes) -> str:
    """Send a file as the page does, and return its name."""
    async with browser.post("/files", data=data) as response:
        assert response.status == 200, await response.text()
        return str((await response.json())["ref"])


def along(media: Media | None, *texts: str) -> Outgoing:
    """Put something on its way to Ana."""
    return Outgoing(Address("web", ANA), Screen(texts, (Choice("t", "Yes"),), media=media, instead=LINE))


# What she does with messages


async def test_an_answer_says_which_message_it_is_about(house: House, ana: Window) -> None:
    (handle,) = await house.say(ANA, "amber birch: hello")
    await ana.send(type="text", text="hi", reply=handle)
    said = (await ana.until("said"))["message"]
    assert said["reply"] == handle
    (incoming,) = await house.settled(1)
    assert (incoming.kind, incoming.text, incoming.reply_to) == (Kind.TEXT, "hi", handle)


async def test_an_answer_to_what_is_gone_is_a_message_of_its_own(house: House, ana: Window) -> None:
    await ana.send(type="text", text="hi", reply="77")
    (incoming,) = await house.settled(1)
    assert incoming.reply_to == ""


async def test_what_she_changes_comes_in_under_the_same_handle(house: House, ana: Window) -> None:
    (handle,) = await house.say(ANA, "amber birch: hello")
    await ana.send(type="text", text="hi", reply=handle)
    first = (await ana.until("said"))["message"]
    await ana.send(type="edit", handle=first["handle"], text="hello")
    second = (await ana.until("said"))["message"]
    assert second == first | {"text": "hello"}
    _, incoming = await house.settled(2)
    expected = (Kind.EDIT, "hello", first["handle"], handle)
    assert (incoming.kind, incoming.text, incoming.handle, incoming.reply_to) == expected


async def test_what_she_takes_back_is_gone_and_comes_in_as_that(house: House, ana: Window) -> None:
    await ana.send(type="text", text="hi")
    handle = (await ana.until("said"))["message"]["handle"]
    await ana.send(type="delete", handle=handle)
    assert (await ana.until("erase"))["handles"] == [handle]
    _, incoming = await house.settled(2)
    assert (incoming.kind, incoming.handle, incoming.text) == (Kind.TAKEN_BACK, handle, "")


@pytest.mark.parametrize("act", ["edit", "delete"])
async def test_nothing_but_her_own_message_is_changed_or_taken_back(house: House, ana: Window, act: str) -> None:
    (handle,) = await house.say(ANA, "amber birch: hello")
    for other in (handle, "77", ""):
        await ana.send(type=act, handle=other, text="x")
    await ana.send(type="text", text="still here")
    (incoming,) = await house.settled(1)
    assert incoming.text == "still here"
    assert house.web._chats[ANA].messages[handle]["text"] == "amber birch: hello"


# What goes along


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        *((each, Kind.PICTURE) for each in (jpeg(), png(), webp())),
        *((each, Kind.VOICE) for each in (ogg(), mp3(), aac(), m4a())),
    ],
)
async def test_a_file_comes_in_as_what_it_is_and_can_be_fetched(
    house: House, browser: aiohttp.ClientSession, ana: Window, data: bytes, kind: Kind
) -> None:
    ref = await upload(browser, data)
    await ana.send(type="text", text="look", media=ref)
    shown = (await ana.until("said"))["message"]["along"]
    assert (shown["src"], shown["kind"]) == (f"/files/{ref}", kind.value)
    (incoming,) = await house.settled(1)
    assert (incoming.kind, incoming.text, incoming.media) == (kind, "look", Media("web", kind.value, ref))  # type: ignore[arg-type]  # one of the two
    assert incoming.media
    assert incoming.media.data == b""
    assert await house.web.fetch(incoming.media) == data


async def test_a_file_that_is_gone_is_said_to_be_so(house: House, ana: Window) -> None:
    await ana.send(type="text", text="look", media="0" * 32)
    assert (await ana.until("refused"))["reason"] == "That file is not here any more."
    assert house.notes.empty()
    with pytest.raises(SendError):
        await house.web.fetch(Media("web", "voice", "0" * 32))


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 415), (b"<script>", 415), (b"%PDF", 415), (jpeg() + bytes(MEDIA_LIMIT), 413)],
)
async def test_what_is_too_large_or_no_picture_nor_sound_is_not_taken(
    house: House, browser: aiohttp.ClientSession, data: bytes, status: int
) -> None:
    async with browser.post("/files", data=BytesIO(data)) as response:
        assert response.status == status
    assert house.web._files._kept == {}


async def test_the_limit_holds_for_who_does_not_say_how_much_there_is(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async def pour() -> AsyncIterator[bytes]:
        yield jpeg()
        for _ in range(MEDIA_LIMIT // 65536 + 1):
            yield bytes(65536)

    async with browser.post("/files", data=pour()) as response:
        assert response.status == 413
    assert house.web._files._kept == {}


async def test_only_the_page_itself_may_send_a_file(house: House, browser: aiohttp.ClientSession) -> None:
    async with browser.post("/files", data=jpeg(), headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    async with aiohttp.ClientSession(house.web.url) as stranger, stranger.post("/files", data=jpeg()) as response:
        assert response.status == 403
    assert house.web._files._kept == {}


# What she is shown


async def test_what_is_brought_can_be_played_as_what_it_is(
    house: House, browser: aiohttp.ClientSession, ana: Window
) -> None:
    await house.web.show(along(NOTE, "Dinner.", "At nine."))
    first, second = (await ana.until("show"))["messages"]
    assert (first["text"], first["along"]["kind"], first["along"]["label"]) == ("Dinner.", "voice", LINE)
    assert "along" not in second
    async with browser.get(first["along"]["src"]) as response:
        assert (response.status, response.content_type) == (200, "audio/ogg")
        assert await response.read() == ogg()
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


async def test_it_may_come_without_words_and_bears_the_choices(house: House, ana: Window) -> None:
    shown = await house.web.show(along(NOTE))
    frame = await ana.until("show")
    assert [each["text"] for each in frame["messages"]] == [""]
    assert frame["choices"] == [{"token": "t", "label": "Yes"}]
    assert len(shown.living) == 1


async def test_what_was_not_brought_is_a_line(house: House, ana: Window) -> None:
    await house.web.show(along(Media("telegram", "voice", "f1"), "Dinner."))
    (message,) = (await ana.until("show"))["messages"]
    assert message["text"] == f"Dinner.\n{LINE}"
    assert "along" not in message


async def test_what_one_window_sent_is_shown_in_another(house: House, browser: aiohttp.ClientSession) -> None:
    ref = await upload(browser, ogg())
    async with window(browser, RITA) as rita:
        await rita.until("show")
        await house.web.show(Outgoing(Address("web", RITA), Screen(("Hi",), media=Media("web", "voice", ref))))
        (message,) = (await rita.until("show"))["messages"]
    assert message["along"]["src"] == f"/files/{ref}"


@pytest.mark.parametrize("name", ["", "x", "0" * 32, "../web.py"])
async def test_no_other_file_is_there(browser: aiohttp.ClientSession, name: str) -> None:
    async with browser.get(f"/files/{name}") as response:
        assert response.status == 404


def test_memory_is_bounded_in_bytes() -> None:
    files = Files()
    names = [files.put(ogg() + bytes(BYTES_LIMIT // 4)) for _ in range(5)]
    assert [bool(files.get(name)) for name in names] == [False, False, True, True, True]
    assert sum(map(len, files._kept.values())) <= BYTES_LIMIT
