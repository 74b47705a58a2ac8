"""The preview server: loopback only, one person a window, and nobody else's page may talk to it."""

import asyncio
import http.client

import aiohttp
import pytest

from bot.channels.base import SendError
from bot.channels.web import CHAT_LIMIT, FRAME_LIMIT, Web
from bot.channels.web_chat import MESSAGE_LIMIT
from bot.core.message import Address, Incoming, Kind, Outgoing, Screen
from tests.channels.preview import ANA, RITA, House, Watch, serving, window

# Who may talk to it


@pytest.mark.parametrize("path", ["/", "/app.js", "/text.js", "/style.css", "/icon.svg", "/nothing"])
async def test_every_answer_carries_the_strict_headers(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path) as response:
        assert response.status == (404 if path == "/nothing" else 200)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Frame-Options"] == "DENY"


async def test_the_page_names_no_other_place(browser: aiohttp.ClientSession) -> None:
    for path in ("/", "/style.css"):
        async with browser.get(path) as response:
            page = await response.text()
        assert "//" not in page.replace("<!-- ", "")
        assert "<script>" not in page
        assert "style=" not in page


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "localhost@evil.example", ""]
)
@pytest.mark.parametrize("path", ["/", "/chat"])
async def test_another_name_for_this_computer_is_refused(browser: aiohttp.ClientSession, host: str, path: str) -> None:
    async with browser.get(path, headers={"Host": host, "Origin": f"http://{host}"}) as response:
        assert response.status == 421
        assert "Content-Security-Policy" in response.headers


async def test_localhost_is_the_same_computer(house: House, browser: aiohttp.ClientSession) -> None:
    port = house.web.url.rpartition(":")[2]
    async with browser.get(
        "/", headers={"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}
    ) as response:
        assert response.status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "https://127.0.0.1"])
async def test_a_page_from_elsewhere_may_not_open_the_chat(browser: aiohttp.ClientSession, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect("/chat", headers={"Origin": origin})
    assert refused.value.status == 403


async def test_what_names_no_origin_may_not_open_the_chat(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{house.web.url}/chat")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "path",
    ["/../web.py", "/%2e%2e/web.py", "/..%2fweb.py", "//etc/passwd", "/static/../../web.py", "/index.html%00.js"],
)
async def test_nothing_but_the_page_can_be_read(house: House, path: str) -> None:
    def ask() -> int:
        connection = http.client.HTTPConnection(house.web.url.removeprefix("http://"))
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    assert await asyncio.to_thread(ask) in {400, 404}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2"])  # noqa: S104 - the point is that these are refused
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        Web(0, clock=Watch(), describe=House().describe, host=host)


async def test_the_ipv6_loopback_serves_too() -> None:
    house = House()
    house.web = Web(0, clock=house.clock, describe=house.describe, host="::1")
    async with serving(house), aiohttp.ClientSession() as session, session.get(house.web.url) as response:
        assert response.status == 200
        assert house.web.url.startswith("http://[::1]:")


async def test_a_taken_port_is_an_error_and_not_a_silent_start(house: House) -> None:
    port = int(house.web.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address"):
        await Web(port, clock=house.clock, describe=house.describe).run(house.receive)


@pytest.mark.parametrize(
    "frame",
    [
        "nonsense",
        "[]",
        "{}",
        '{"type":"text","text":"before the start"}',
        '{"type":"start","person":"../etc"}',
        '{"type":"start","person":7}',
        '{"type":"start","person":"aaaaaaaa","more":""}',
        '{"type":"erase"}',
        '{"type":"start","person":"' + "a" * FRAME_LIMIT + '"}',
    ],
)
async def test_a_frame_that_the_page_never_sends_closes_the_window(
    house: House, browser: aiohttp.ClientSession, frame: str
) -> None:
    async with browser.ws_connect("/chat") as socket:
        await socket.send_str(frame)
        message = await socket.receive(timeout=10)
    assert message.type is aiohttp.WSMsgType.CLOSE
    assert house.notes.empty()


# What she does


async def test_a_new_window_starts_with_its_language_and_payload(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser, locale="pt-PT", payload="pt-porto") as open_window:
        await open_window.send(type="text", text="olá")
        start, said = await house.settled(2)
    assert (start.kind, start.locale, start.payload) == (Kind.START, "pt-PT", "pt-porto")
    assert start.address == Address("web", ANA)
    assert (said.kind, said.text, said.payload) == (Kind.TEXT, "olá", "")
    assert said.id != start.id


async def test_a_press_carries_its_token_and_the_message_that_bears_it(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        (handle,) = await house.say(ANA, "Hi")
        await open_window.send(type="press", token="t1", handle=handle)  # noqa: S106 - the token of a button
        _, press = await house.settled(2)
    assert (press.kind, press.token, press.handle, press.text) == (Kind.PRESS, "t1", handle, "")


async def test_what_one_person_does_is_settled_in_order(house: House, browser: aiohttp.ClientSession) -> None:
    """Also from two windows of hers: nothing begins before the last is settled."""
    gate = asyncio.Event()
    begun: list[str] = []

    async def answer(incoming: Incoming) -> None:
        begun.append(incoming.text)
        if incoming.text == "first":
            await gate.wait()
        begun.append("settled")
        await house.note(incoming)

    async with window(browser) as one, window(browser) as other, window(browser, RITA) as passer_by:
        await house.settled(3)
        house.answer = answer
        await one.send(type="text", text="first")
        await other.until("said")
        await other.send(type="text", text="second")
        await other.send(type="text", text="third")
        await passer_by.send(type="clock", at="tomorrow")
        await passer_by.until("refused")
        assert begun == ["first"]
        gate.set()
        await house.settled(3)
    assert begun == ["first", "settled", "second", "settled", "third", "settled"]


async def test_different_people_are_served_at_once(house: House, browser: aiohttp.ClientSession) -> None:
    both = asyncio.Barrier(2)

    async def answer(incoming: Incoming) -> None:
        if incoming.kind is Kind.TEXT:
            await both.wait()
            await house.say(incoming.address.id, "met")

    house.answer = answer
    async with window(browser, ANA) as ana, window(browser, RITA) as rita:
        await ana.until("show")
        await rita.until("show")
        await ana.send(type="text", text="hi")
        await rita.send(type="text", text="hi")
        for each in (ana, rita):
            assert (await each.until("show"))["messages"][0]["text"] == "met"


# What she sees


async def test_a_press_edits_the_living_screen_in_place(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        old = await house.say(ANA, "one", "two")
        await open_window.until("show")
        new = await house.say(ANA, "three", replaces=old, pressed=old[-1])
        frame = await open_window.until("show")
    assert new == old[:1]
    assert frame["removed"] == [old[1]]
    assert [message["text"] for message in frame["messages"]] == ["three"]
    assert frame["choices"] == [{"token": "t1", "label": "Yes"}]
    assert frame["ways"] == [{"token": "b", "label": "Back"}]


async def test_a_longer_screen_keeps_the_edited_messages_and_adds_the_rest(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        old = await house.say(ANA, "one")
        new = await house.say(ANA, "two", "three", replaces=old, pressed=old[0])
    assert new[0] == old[0]
    assert len(set(new)) == 2


async def test_a_typed_word_takes_the_old_screen_away_and_writes_below(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        old = await house.say(ANA, "one")
        await open_window.send(type="text", text="hello")
        await open_window.until("said")
        shown = await house.web.show(Outgoing(Address("web", ANA), Screen(("two",)), replaces=old))
    async with window(browser) as again:
        frame = await again.until("show")
    assert shown.deleted == old
    assert [message["text"] for message in frame["messages"]] == ["hello", "two"]
    assert frame["choices"] == []


async def test_a_button_of_an_old_screen_edits_nothing(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        old = await house.say(ANA, "old")
        living = await house.say(ANA, "living")
        new = await house.say(ANA, "moved on", replaces=living, pressed=old[0])
    async with window(browser) as again:
        frame = await again.until("show")
    assert not {*old, *living} & {*new}
    assert [message["text"] for message in frame["messages"]] == ["old", "moved on"]


async def test_nobody_at_the_window_is_an_error_that_may_pass(house: House, browser: aiohttp.ClientSession) -> None:
    with pytest.raises(SendError) as never_came:
        await house.say(RITA, "hi")
    async with window(browser) as open_window:
        await open_window.until("show")
    await house.gone()
    with pytest.raises(SendError) as left:
        await house.say(ANA, "hi")
    assert never_came.value.retryable
    assert left.value.retryable


async def test_a_reload_shows_the_same_screen_and_does_not_start_again(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        await house.say(ANA, "where we are")
    async with window(browser, payload="pt-porto") as again:
        frame = await again.until("show")
        await again.send(type="text", text="x")
        kinds = [incoming.kind for incoming in await house.settled(2)]
    assert frame["fresh"]
    assert [message["text"] for message in frame["messages"]] == ["where we are"]
    assert frame["choices"] == [{"token": "t1", "label": "Yes"}]
    assert kinds == [Kind.START, Kind.TEXT]


async def test_erasing_takes_messages_and_their_choices_from_page_and_memory(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with window(browser) as open_window:
        await open_window.send(type="text", text="planted-secret")
        said = await open_window.until("said")
        living = await house.say(ANA, "planted-answer")
        handles = (said["message"]["handle"], *living, "999")
        await house.web.erase(Address("web", ANA), handles)
        assert (await open_window.until("erase"))["handles"] == list(handles)
    async with window(browser) as again:
        frame = await again.until("show")
    assert (frame["messages"], frame["choices"], frame["ways"]) == ([], [], [])
    assert "planted" not in repr(house.web._chats)


async def test_erasing_reaches_someone_who_closed_the_window(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        living = await house.say(ANA, "planted")
    await house.gone()
    await house.web.erase(Address("web", ANA), living)
    await house.web.erase(Address("web", RITA), ("1",))
    assert "planted" not in repr(house.web._chats)


async def test_a_duplicated_tab_sees_the_same_chat(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as one, window(browser) as other:
        for each in (one, other):
            await each.until("show")
        await house.say(ANA, "both of you")
        for each in (one, other):
            assert (await each.until("show"))["messages"][0]["text"] == "both of you"


async def test_memory_is_bounded_in_people_and_in_messages(house: House, browser: aiohttp.ClientSession) -> None:
    for number in range(CHAT_LIMIT + 3):
        async with window(browser, f"00000000-{number:04x}") as open_window:
            await open_window.until("show")
    async with window(browser) as open_window:
        await open_window.until("show")
        for _ in range(MESSAGE_LIMIT + 5):
            await house.say(ANA, "again")
    assert len(house.web._chats) <= CHAT_LIMIT + 1
    assert len(house.web._chats[ANA].messages) == MESSAGE_LIMIT


# Around the chat


async def test_findings_reach_every_open_window(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser, ANA) as ana, window(browser, RITA) as rita:
        for each in (ana, rita):
            assert (await each.until("status"))["findings"] == []
        house.findings = ["flows/x.yaml:3:1: unknown key 'sai'; write 'say'"]
        await house.web.announce()
        for each in (ana, rita):
            assert (await each.until("status"))["findings"] == house.findings


async def test_the_clock_can_be_set_and_given_back(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        await open_window.send(type="clock", at="2026-11-22T03:30:00.000Z")
        assert (await open_window.until("status"))["clock"] == "2026-11-22T03:30:00+00:00"
        await open_window.send(type="clock", at="")
        await open_window.until("status")
    assert house.clock.at is None


@pytest.mark.parametrize("at", ["tomorrow", "2026-11-22T03:30:00", "9" * 400])
async def test_a_time_without_meaning_leaves_the_clock_alone(
    house: House, browser: aiohttp.ClientSession, at: str
) -> None:
    before = house.clock.at
    async with window(browser) as open_window:
        await open_window.send(type="clock", at=at)
        assert await open_window.until("refused")
    assert house.clock.at == before


async def test_a_clock_that_is_not_settable_stays(house: House, browser: aiohttp.ClientSession) -> None:
    house.settable = False
    before = house.clock.at
    async with window(browser) as open_window:
        assert not (await open_window.until("status"))["clock_settable"]
        await open_window.send(type="clock", at="2026-11-22T03:30:00Z")
        assert await open_window.until("refused")
    assert house.clock.at == before


# The end


async def test_stopping_settles_what_is_in_hand_and_takes_nothing_new() -> None:
    house = House()
    begun, gate = asyncio.Event(), asyncio.Event()
    settled: list[str] = []

    async def answer(incoming: Incoming) -> None:
        if incoming.kind is Kind.TEXT:
            begun.set()
            await gate.wait()
            await house.say(ANA, "settled")
            settled.append(incoming.text)

    house.answer = answer
    task = asyncio.create_task(house.web.run(house.receive))
    await house.web.listening.wait()
    async with (
        aiohttp.ClientSession(house.web.url, headers={"Origin": house.web.url}) as browser,
        window(browser) as open_window,
    ):
        await open_window.until("show")
        await open_window.send(type="text", text="in hand")
        await begun.wait()
        await open_window.send(type="text", text="too late")
        task.cancel()
        await asyncio.sleep(0)
        gate.set()
        assert (await open_window.until("show"))["messages"][0]["text"] == "settled"
        assert (await open_window.socket.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
        with pytest.raises(asyncio.CancelledError):
            await task
    assert settled == ["in hand"]
    assert not house.web.listening.is_set()


async def test_check_says_where_the_page_is(house: House) -> None:
    assert await house.web.check() == f"preview on {house.web.url}"


async def test_nothing_that_she_says_is_logged(
    browser: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with window(browser, payload="planted-payload") as open_window:
        await open_window.send(type="text", text="planted-text")
        await open_window.until("said")
    async with browser.get("/?start=planted-start") as response:
        assert response.status == 200
    assert "planted" not in caplog.text
    assert ANA not in caplog.text
