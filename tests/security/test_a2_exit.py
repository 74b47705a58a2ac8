"""A2: exit leaves a harmless screen, deletes what the platform lets us delete, and remembers no message."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.core.message import Address
from bot.core.speech import normalise
from tests.security.plant import living
from tests.storage.example import read

ANA = Address("telegram", "700000001")
START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


async def test_every_message_of_the_last_48_hours_is_deleted_and_no_other_is_tried(tmp_path: Path) -> None:
    clock = Clock()
    clock.set(START)
    async with living(tmp_path, clock) as (app, chats):
        phone, receive = chats.phone(ANA), app.dispatcher.receive
        await receive(phone.types("an old message"))
        old = set(phone.messages)
        clock.set(START + timedelta(hours=48))
        for text in ("/start", "overdose", "menu", "methadone porto"):
            await receive(phone.types(text))
        young = set(phone.messages) - old
        leaving = phone.types("exit")
        await receive(leaving)
        kept = await read(app.store, ANA)
    ((to, erased),) = chats.erased
    assert to == ANA
    assert young | {leaving.handle} <= set(erased)
    assert not old & set(erased)
    assert (kept.handles, kept.living, kept.position, dict(kept.answers)) == ((), (), None, {})


async def test_the_last_thing_on_her_screen_is_harmless_in_every_language(tmp_path: Path) -> None:
    async with living(tmp_path) as (app, chats):
        library = await app.shelf.library()
        for number, (code, language) in enumerate(library.speech.languages.items()):
            phone = chats.phone(Address("telegram", str(number)), code)
            await app.dispatcher.receive(phone.types("/start"))
            await app.dispatcher.receive(phone.types("overdose"))
            await app.dispatcher.receive(phone.types("exit"))
            (left,) = phone.messages.values()
            words = set(normalise(left).split())
            assert not any(
                word == normalise(each) or (each.endswith("*") and word.startswith(normalise(each)))
                for word in words
                for each in language.sensitive
            )


async def test_what_is_said_before_names_what_cannot_be_erased(tmp_path: Path) -> None:
    async with living(tmp_path) as (app, _):
        library = await app.shelf.library()
        for node in library.flows["me"].nodes["erase"].switch["channel"].values():
            said = " ".join(library.flows["me"].nodes[node].say)
            assert "48 hours" in said
            assert "phone" in said
