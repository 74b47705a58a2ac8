"""D7: who moves to Signal gets a link that is the same for everyone, and nothing kept ties her two chats together."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.contact import Contact, Position
from bot.core.directory import Links
from bot.core.engine import Turn, respond
from bot.core.library import MENU, Library
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.speech import placeholders
from bot.core.stage import Stage
from tests.scenes.world import World, world
from tests.security.plant import hits_in, plant
from tests.shipped import shipped

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINK = "https://signal.example.org/#eu/same-for-all"
CONTINUE, SCREEN = "Continue on Signal", Position("start", "signal")
ELSEWHERE = ("telegram", "web", "terminal")
LANGUAGES = sorted(shipped().speech.languages)


def linked(library: Library, link: str | None = LINK) -> Library:
    """Return the library with the bot on Signal, or not."""
    directory = library.directory.model_copy(update={"links": Links(signal=link)})
    return replace(library, directory=directory)


def at_menu(library: Library, channel: str, language: str = "en") -> list[str]:
    """Return the buttons of the menu."""
    stage = Stage(library, Contact(language, position=MENU, seen=fold(NOW)), MENU, channel, NOW)
    return [choice.label for choice in stage.screen().choices]


def arrive(library: Library, channel: str, language: str = "en", city: str = "") -> Turn:
    """Have the screen before her, as it is shown to her anew."""
    contact = Contact(language, city, SCREEN, (MENU,), seen=fold(NOW))
    return respond(library, contact, Incoming(Address(channel, "1"), Kind.AGAIN, "1"), NOW)


@pytest.mark.parametrize("channel", ELSEWHERE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_offers_it_where_there_is_a_link(library: Library, channel: str, language: str) -> None:
    label = library.speech.say(language, "start", CONTINUE)
    assert label in at_menu(linked(library), channel, language)
    assert label not in at_menu(linked(library, None), channel, language)


def test_on_signal_itself_nothing_offers_it_whichever_channel_asks_first(library: Library) -> None:
    for order in (("telegram", "signal"), ("signal", "telegram")):
        both = linked(library)
        assert {channel: CONTINUE in at_menu(both, channel) for channel in order} == {"telegram": True, "signal": False}


@pytest.mark.parametrize(("channel", "link"), [("signal", LINK), ("signal", None), ("telegram", None)])
def test_who_is_there_when_it_ends_has_the_menu_before_her(library: Library, channel: str, link: str | None) -> None:
    turn = arrive(linked(library, link), channel)
    assert turn.screen
    assert not any("Signal" in text for text in turn.screen.texts)
    assert "I need help now" in [choice.label for choice in turn.screen.choices]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_gives_the_link_alone_on_its_line_and_the_same_one_to_everybody(library: Library, language: str) -> None:
    assert placeholders(" ".join(library.flows["start"].nodes["signal"].say)) == {"{link:signal}"}
    both = linked(library)
    shown = {arrive(both, channel, language, city).screen for channel in ELSEWHERE for city in ("", "porto")}
    (screen,) = shown
    assert screen
    lines = [line for text in screen.texts for line in text.split("\n")]
    assert LINK in lines
    assert "://" not in " ".join(line for line in lines if line != LINK)
    assert not screen.choices


async def talk(opened: World, address: Address, *texts: str) -> list[str]:
    """Write some texts; return all that was said."""
    phone, said = opened.phone(address, "en"), []
    for text in texts:
        for outgoing in await opened.receive(phone.types(text)):
            said += [*outgoing.screen.texts, *(choice.label for choice in outgoing.screen.choices)]
    return said


async def test_who_comes_by_the_link_is_a_stranger_and_her_records_have_nothing_in_common(tmp_path: Path) -> None:
    planted, other = plant(), plant()
    here, there = Address("telegram", planted), Address("signal", other)
    first = ("hi", "english")
    async with world(tmp_path / "one", linked(shipped()), NOW) as opened:
        said = await talk(opened, here, "/start en-porto", "heroin", "menu", "continue on signal")
        assert any(LINK in text for text in said)
        before = await opened.contact(here)
        arrived = await talk(opened, there, *first)
        assert await opened.contact(here) == before
        hers = await opened.contact(there)
        assert planted not in repr(hers.to_dict())
        assert other not in repr(before.to_dict())
    assert hits_in(tmp_path / "one", planted, other) == []
    async with world(tmp_path / "two", linked(shipped()), NOW) as opened:
        assert await talk(opened, there, *first) == arrived
        alone = await opened.contact(there)
    assert replace(hers, recent=()) == replace(alone, recent=())
