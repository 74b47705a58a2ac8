"""A6: after forgetting, or after 24 hours, the bot greets as a stranger."""

from datetime import timedelta

import pytest

from bot.core.contact import Contact
from bot.core.engine import respond
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind, Screen, fold
from tests.conversations.phone import Phone
from tests.core.people import NOW

ANA = Address("telegram", "700000001")
AFTER = ("/start", "hello", "overdose", "shelter", "1", "back", "menu", "help")


def screens(library: Library, contact: Contact, text: str, now: timedelta) -> list[Screen | None]:
    """Write as someone does who comes (back), and press the first button twice."""
    phone, seen = Phone(ANA, "es-ES"), []
    for number in range(3):
        choices = phone.choices
        incoming = phone.types(text) if number == 0 else phone.presses(choices[0].label)
        turn = respond(library, contact, incoming, NOW + now)
        contact = turn.contact
        phone.see(turn, incoming)
        seen.append(turn.screen)
    return seen


def used(library: Library) -> Contact:
    """Return someone who has talked about much."""
    contact = Contact()
    for number, text in enumerate(("/start", "2", "overdose", "1", "1", "2", "1")):
        kind = Kind.START if text == "/start" else Kind.TEXT
        incoming = Incoming(ANA, kind, f"old {number}", text=text, locale="es", handle=str(number))
        contact = respond(library, contact, incoming, NOW).contact
    assert contact.timer
    assert contact.trail
    return contact


@pytest.mark.parametrize("text", AFTER)
def test_after_forgetting_the_transcript_is_that_of_a_first_greeting(library: Library, text: str) -> None:
    forgotten = respond(library, used(library), Incoming(ANA, Kind.TEXT, "bye", text="olvídame"), NOW).contact
    hour = timedelta(hours=1)
    assert screens(library, forgotten, text, hour) == screens(library, Contact(), text, hour)


@pytest.mark.parametrize("text", AFTER)
def test_after_a_day_the_transcript_is_that_of_a_first_greeting_in_her_language(library: Library, text: str) -> None:
    language = used(library).language
    day = timedelta(hours=25)
    assert screens(library, used(library), text, day) == screens(library, Contact(language, seen=fold(NOW)), text, day)


def test_before_a_day_it_is_not(library: Library) -> None:
    hour = timedelta(hours=1)
    assert screens(library, used(library), "hello", hour) != screens(
        library, Contact("es", seen=fold(NOW)), "hello", hour
    )
