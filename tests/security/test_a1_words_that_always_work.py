"""A1: exit, forget me, help, menu, back and stop work from every node, in every language, typed or pressed."""

import unicodedata
from dataclasses import replace

import pytest

from bot.core.contact import Contact, Position, Timer
from bot.core.engine import Forgotten, Turn, Wiped, finish_leaving, respond
from bot.core.house import House, Role, Staff
from bot.core.library import HELP, MENU, STOPPED, Library
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.speech import Word
from bot.core.stage import Stage
from tests.core.people import NOW
from tests.shipped import shipped

ANA = Address("telegram", "700000001")
LANGUAGES = sorted(shipped().speech.languages)
CAME_FROM = Position("me", "start")


def everywhere(library: Library) -> list[Position]:
    """Return every node where someone can stand."""
    return [
        Position(flow, name)
        for flow, body in library.flows.items()
        for name, node in body.nodes.items()
        if not node.is_passing and library.leads_on(Position(flow, name), ANA.channel)
    ]


def someone(language: str, position: Position) -> Contact:
    """Return someone who stands at a position with everything that can be kept."""
    answers = {"need": "shelter", "service": next(iter(shipped().services))}
    timer = Timer(int(NOW.timestamp()) + 60, "start", str(ANA))
    trail = (MENU, CAME_FROM)
    contact = Contact(language, "porto", position, trail, answers, timer, living=("7",), seen=fold(NOW))
    return contact.with_handles(("5", "7"), NOW)


def around(position: Position) -> House:
    """Return what is settled around someone at a position: what is for staff is nobody else's."""
    is_for_staff = shipped().flows[position.flow].audience != "woman"
    staff = Staff("amber birch", Role.ADMIN, address=str(ANA), lines=("porto-peers",))
    return House(staff=staff, team=(staff,)) if is_for_staff else House()


def ways_to_write(word: str) -> set[str]:
    """Spell a word as people do: shouted, without accents, with blanks around it."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return {word, word.upper(), bare, f"  {bare.title()} ", f"{word}."}


def holds(word: Word, turn: Turn, before: Contact) -> bool:
    """Tell whether one step has done what the word promises."""
    if word in ("exit", "forget"):
        effect = turn.effects[0] if turn.effects else None
        is_wiped = isinstance(effect, Wiped if word == "exit" else Forgotten) and {"5", "7"} <= set(effect.handles)
        kept = finish_leaving(turn.contact, is_wiped=True) if word == "exit" else turn.contact
        left = (kept.position, kept.trail, dict(kept.answers), kept.timer, kept.living, kept.handles)
        return is_wiped and left == (None, (), {}, None, (), ()) and (word == "exit" or not kept)
    wanted = {"help": HELP, "menu": MENU, "back": before.trail[-1], "stop": STOPPED}[word]
    return turn.contact.position == wanted and turn.contact.timer is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_works_typed_at_every_node(library: Library, language: str) -> None:
    failed, tried = [], 0
    for position in everywhere(library):
        contact = someone(language, position)
        for word, spoken in library.speech.languages[language].words.items():
            for text in sorted({text for each in spoken for text in ways_to_write(each)}):
                tried += 1
                typed = Incoming(ANA, Kind.TEXT, "1", text=text, handle="9")
                turn = respond(library, contact, typed, NOW, around(position))
                if not holds(word, turn, contact):
                    failed.append(f"{position.flow}.{position.node}: {text!r} is not {word}")
    assert not failed, "\n".join(failed[:30])
    assert tried > 5000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_out_works_pressed_at_every_node(library: Library, language: str) -> None:
    failed = []
    for position in everywhere(library):
        contact = someone(language, position)
        house = around(position)
        ways = dict(Stage(library, contact, position, "telegram", NOW, house).ways)
        assert set(ways) == {"back", "menu", "exit"} - ({"menu"} if position == MENU else set())
        for word, choice in ways.items():
            pressed = Incoming(ANA, Kind.PRESS, "1", token=choice.token, handle="7")
            turn = respond(library, contact, pressed, NOW, house)
            if not holds(word, turn, contact):
                failed.append(f"{position.flow}.{position.node}: {word}")
    assert not failed


def test_every_word_of_every_language_works_in_every_other(library: Library) -> None:
    for language in LANGUAGES:
        contact = someone(language, Position("find", "start"))
        for other in library.speech.languages.values():
            for word, spoken in other.words.items():
                for text in spoken:
                    turn = respond(library, contact, Incoming(ANA, Kind.TEXT, "1", text=text), NOW)
                    assert holds(word, turn, contact), text


def test_they_work_for_a_stranger_and_where_an_edit_has_taken_the_ground_away(library: Library) -> None:
    for contact in (Contact(), replace(someone("en", MENU), position=Position("gone", "gone"))):
        for word, spoken in library.speech.languages["en"].words.items():
            turn = respond(library, contact, Incoming(ANA, Kind.TEXT, "1", text=spoken[0]), NOW)
            assert turn.screen
            assert turn.effects if word in ("exit", "forget") else turn.contact.position
