"""Where there are no buttons: a number leads where a button would, and where a number is an answer, none is shown."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.channels.signal_text import numbered
from bot.core.contact import HIGHEST_NUMBER, Contact, Position
from bot.core.counting import MOST_ON_A_SCREEN
from bot.core.engine import respond
from bot.core.house import House, Role, Staff
from bot.core.library import MENU, Library
from bot.core.message import Address, Incoming, Kind, Screen, fold
from bot.core.stage import Stage
from tests.core.people import NOW
from tests.core.relays import PORTO, SHELTER
from tests.core.town import Town
from tests.scenes import content

ANA, STAFF = Address("signal", "1"), House(staff=Staff("amber badger", Role.ADMIN))
ANSWERED_BY_NUMBERS = ("number", "day", "time")


@pytest.fixture(scope="module")
def trial() -> Library:
    """Return what we ship, with groups."""
    return content.library()


def stands(library: Library) -> Iterator[tuple[Stage, Screen]]:
    """Name every place where somebody can stand on Signal, with what she sees there."""
    for flow, body in library.flows.items():
        for name, node in body.nodes.items():
            at = Position(flow, name)
            contact = Contact("en", "porto", at, (MENU,), seen=fold(NOW))
            stage = Stage(library, contact, at, ANA.channel, NOW, House() if body.audience == "woman" else STAFF)
            if not node.is_passing and stage.admits(at):
                yield stage, stage.screen()


def leads(stage: Stage, kind: Kind, **what: str) -> Contact:
    """Return what becomes of her when she does something there."""
    return respond(stage.library, stage.contact, Incoming(ANA, kind, "1", **what), NOW, stage.house).contact


def test_each_number_leads_where_its_button_would(trial: Library) -> None:
    wrong, seen = [], 0
    for stage, screen in stands(trial):
        for number, choice in enumerate((*screen.choices, *screen.ways) if screen.first else (), screen.first):
            seen += 1
            pressed = leads(stage, Kind.PRESS, token=choice.token)
            typed = leads(stage, Kind.TEXT, text=str(number))
            if (pressed.position, pressed.answers, pressed.city) != (typed.position, typed.answers, typed.city):
                wrong.append(f"{stage.position} {number} {choice.label}: {typed.position}, not {pressed.position}")
    assert not wrong, "\n".join(wrong[:20])
    assert seen > 2000


def test_where_a_number_is_the_answer_no_choice_has_one_and_words_lead_out(trial: Library) -> None:
    seen = set()
    for stage, screen in stands(trial):
        if stage.node.ask not in ANSWERED_BY_NUMBERS:
            assert screen.first == 1
            continue
        seen.add(stage.node.ask)
        assert not re.search(r"^\d+ · ", numbered(screen), re.MULTILINE)
        assert leads(stage, Kind.TEXT, text="3").position != leads(stage, Kind.TEXT, text="exit").position
        for choice in screen.ways:
            pressed, typed = leads(stage, Kind.PRESS, token=choice.token), leads(stage, Kind.TEXT, text=choice.label)
            assert pressed.position == typed.position
    assert seen == set(ANSWERED_BY_NUMBERS)


def test_no_screen_counts_so_far_as_to_meet_the_numbers_below_what_who_answers_is_sent(trial: Library) -> None:
    assert max(len(screen.choices) + len(screen.ways) for _, screen in stands(trial)) <= MOST_ON_A_SCREEN


def test_where_there_are_buttons_a_number_stays_free_text(trial: Library) -> None:
    at = Position("groups", "proposal")
    contact = Contact("en", "porto", at, (MENU,), {"group": "trial-porto"}, seen=fold(NOW))
    for channel, is_back in (("telegram", False), ("signal", True)):
        turn = respond(trial, contact, Incoming(Address(channel, "1"), Kind.TEXT, "1", text="2"), NOW)
        assert (turn.contact.position == MENU) is is_back


def test_a_number_means_what_stood_there_when_she_was_shown_it() -> None:
    town = Town()
    eva, casa, ana = town.answers("amber birch", PORTO), town.answers("calm finch", SHELTER), town.woman("ana")
    casa.types("off duty")
    shown = ana.presses("Talk to a peer")
    assert shown
    assert shown.choices[0].label.startswith("Peers in Porto")
    eva.types("off duty")
    casa.types("on duty")
    ana.types("1")
    assert ana.contact.answers["line"] == PORTO


def test_a_number_of_what_is_gone_leads_nowhere(trial: Library) -> None:
    contact = Contact("en", "porto", MENU, listed=("gone",), seen=fold(NOW))
    turn = respond(trial, contact, Incoming(ANA, Kind.TEXT, "1", text="1"), NOW)
    assert turn.contact.position == MENU
    assert turn.screen
    assert turn.screen.texts[0].startswith(trial.phrase("en", "moved_on"))
    assert turn.contact.listed == tuple(each.token for each in (*turn.screen.choices, *turn.screen.ways))


def test_a_number_that_is_still_known_never_gets_another_meaning_however_many_women_call() -> None:
    contact, last = Contact("en"), ("answer ana", "more ana")
    for woman in range(1000):
        new = tuple(f"{choice} {woman}" for choice in ("take", "not now", "menu", "exit"))
        for tokens in (new, last):
            first = contact.first_number(MOST_ON_A_SCREEN, tokens)
            given = dict(enumerate(tokens, first))
            assert all(contact.numbers.get(number, token) == token for number, token in given.items())
            assert MOST_ON_A_SCREEN < first <= HIGHEST_NUMBER - len(tokens) + 1
            contact = contact.with_offer(first, tokens)
    assert contact.first_number(MOST_ON_A_SCREEN, last) == MOST_ON_A_SCREEN + 5, "hers are the same all the time"


def test_a_number_below_what_is_over_is_said_to_nobody_and_she_is_told(trial: Library) -> None:
    town = Town()
    ana = town.woman("ana")
    town.talk(ana, town.answers("amber birch"))
    contact = replace(ana.contact, living=(), numbers={7: "of what is over"})
    turn = respond(trial, contact, Incoming(ana.phone.address, Kind.TEXT, "1", text="7"), NOW, town.house(ana.address))
    assert not turn.changes
    assert turn.screen
    assert turn.screen.texts[0].startswith(trial.phrase("en", "moved_on"))
