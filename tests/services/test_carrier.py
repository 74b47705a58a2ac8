"""A voice note or a picture comes over to another platform, through memory only, or a line says that there was one."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.message import MEDIA_LIMIT, Media, Screen
from bot.services import carrier as module
from bot.services.carrier import KEPT_FOR, MISSED_FOR, Carrier
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.storage.store import Store
from tests.conversations.phone import Phone
from tests.files import PLANTED, exif, jpeg, ogg, segment
from tests.services.chats import Chats, busy
from tests.services.clockwork import Clockwork
from tests.services.conftest import START
from tests.services.scene import join, judging, notice

NOTE = Media("telegram", "voice", "n1")
PHOTO = Media("signal", "picture", "p1")
LINE = "[voice note]"


@pytest.fixture
def signal() -> Chats:
    """Return another platform in memory."""
    signal = Chats("signal")
    signal.files = {PHOTO.ref: jpeg(segment(0xE1, exif(1)))}
    return signal


@pytest.fixture
def watch() -> Clockwork:
    """Return time that stands still."""
    return Clockwork()


@pytest.fixture
def carrier(chats: Chats, signal: Chats, watch: Clockwork) -> Carrier:
    """Return what carries between the two."""
    chats.files = {NOTE.ref: ogg()}
    return Carrier({chats.name: chats, signal.name: signal}, watch.now)


def screen(media: Media | None = NOTE, *texts: str) -> Screen:
    """Return a screen with something that goes along."""
    return Screen(texts or ("Hi",), media=media, instead=LINE)


async def test_a_screen_without_media_stays_as_it_is(carrier: Carrier) -> None:
    assert await carrier.carry(screen(None), "signal") == screen(None)


async def test_what_telegram_has_goes_on_by_its_name_there(carrier: Carrier, chats: Chats) -> None:
    assert await carrier.carry(screen(), "telegram") == screen()
    assert chats.fetched == []


async def test_to_another_platform_come_its_bytes(carrier: Carrier) -> None:
    carried = await carrier.carry(screen(), "signal")
    assert carried.media == NOTE
    assert len(carried.media.data) == len(ogg())
    assert carried.texts == ("Hi",)
    assert "OggS" not in repr(carried)


@pytest.mark.parametrize("channel", ["telegram", "signal", "web"])
async def test_nothing_goes_on_that_a_file_says_beside_its_content(
    carrier: Carrier, signal: Chats, channel: str
) -> None:
    """Also on the platform where it lies, which would hand it on as it is."""
    assert PLANTED in signal.files[PHOTO.ref]
    carried = await carrier.carry(screen(PHOTO), channel)
    assert carried.media
    assert carried.media.data.startswith(b"\xff\xd8")
    assert PLANTED not in carried.media.data


async def test_bytes_that_came_with_the_message_are_made_bare_too(carrier: Carrier, signal: Chats) -> None:
    given = replace(PHOTO, ref="p2", data=signal.files[PHOTO.ref])
    carried = await carrier.carry(screen(given), "telegram")
    assert carried.media
    assert PLANTED not in carried.media.data
    assert signal.fetched == []


async def test_three_thousand_readers_cost_one_download(carrier: Carrier, chats: Chats) -> None:
    carried = await asyncio.gather(*(carrier.carry(screen(), "signal") for _ in range(3000)))
    assert chats.fetched == [NOTE.ref]
    assert len({id(each.media.data) for each in carried if each.media}) == 1


async def test_who_stops_waiting_does_not_take_it_from_the_others(carrier: Carrier, chats: Chats) -> None:
    first = asyncio.create_task(carrier.carry(screen(), "signal"))
    second = asyncio.create_task(carrier.carry(screen(), "signal"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).media == NOTE
    assert chats.fetched == [NOTE.ref]


async def test_after_minutes_it_is_forgotten(carrier: Carrier, chats: Chats, watch: Clockwork) -> None:
    await carrier.carry(screen(), "signal")
    await watch.advance(KEPT_FOR - 1)
    await carrier.forget()
    assert carrier._loads
    await watch.advance(1)
    await carrier.forget()
    assert not carrier._loads
    await carrier.carry(screen(), "signal")
    assert chats.fetched == [NOTE.ref] * 2


async def test_only_so_much_is_held_and_what_was_asked_for_last_stays(
    carrier: Carrier, chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(ogg(sound=bytes(60_000)))
    monkeypatch.setattr(module, "MOST_KEPT", 2 * size)
    chats.files = {name: ogg(sound=bytes(60_000)) for name in "abc"}
    for name in ("a", "b", "a", "c", "a"):
        await carrier.carry(screen(replace(NOTE, ref=name)), "signal")
    assert chats.fetched == ["a", "b", "c"]
    assert sum(load.size for load in carrier._loads.values()) == 2 * size


@pytest.mark.parametrize("why", ["no channel", "refused", "unknown", "too large", "garbage", "bug", "another kind"])
async def test_of_what_cannot_be_had_the_line_arrives_with_the_words(carrier: Carrier, chats: Chats, why: str) -> None:
    media = NOTE
    if why == "no channel":
        media = Media("web", "voice", "w1")
    elif why == "refused":
        chats.failures.append(busy())
    elif why == "bug":
        chats.failures.append(RuntimeError("a bug"))
    elif why == "another kind":
        media = replace(NOTE, kind="picture")
    else:
        files = {"unknown": {}, "too large": {NOTE.ref: ogg() + bytes(MEDIA_LIMIT)}, "garbage": {NOTE.ref: b"what"}}
        chats.files = files[why]
    carried = await carrier.carry(screen(media, "Hi", "Bye"), "signal")
    assert (carried.media, carried.texts) == (None, (f"Hi\n{LINE}", "Bye"))


async def test_what_was_missed_is_not_asked_for_by_each_reader_but_soon_again(
    carrier: Carrier, chats: Chats, watch: Clockwork
) -> None:
    chats.failures.append(busy())
    for _ in range(3):
        assert (await carrier.carry(screen(), "signal")).media is None
    assert len(chats.fetched) == 1
    await watch.advance(MISSED_FOR)
    assert (await carrier.carry(screen(), "signal")).media == NOTE


class TestSends:
    """Wherever something leaves, it is carried."""

    async def test_what_is_written_first_is_carried(
        self, store: Store, dispatcher: Dispatcher, chats: Chats, carrier: Carrier, eva: Phone
    ) -> None:
        async def judging_along(_now: object) -> object:
            judge = await judging(START)
            return lambda *given: replace(judge(*given), screen=screen(PHOTO))

        outbox = Outbox(store, dispatcher.channels, lambda: START, judging_along, carry=carrier.carry)  # type: ignore[arg-type]  # a judge all the same
        await join(store, eva.address)
        await store.outbox.announce(notice())
        outbox.start()
        async with asyncio.timeout(10):
            await chats.until(lambda: chats.shown)
        await outbox.finish(5)
        (outgoing,) = chats.shown
        assert outgoing.screen.media == PHOTO
        assert outgoing.screen.media.data.startswith(b"\xff\xd8")

    async def test_what_she_is_answered_is_carried(self, dispatcher: Dispatcher, chats: Chats, ana: Phone) -> None:
        async def carry(screen: Screen, channel: str) -> Screen:
            return replace(screen, texts=(f"carried to {channel}", *screen.texts))

        dispatcher.carry = carry
        await dispatcher.receive(ana.types("/start en"))
        assert chats.shown[-1].screen.texts[0] == "carried to telegram"
