"""Whoever she is and whatever she does: a screen with a way on, one step for one update, and nothing raised."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import orjson
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.channels.base import Shown
from bot.core.contact import TRAIL_LIMIT, Contact, Position, Timer
from bot.core.engine import Turn, respond
from bot.core.message import Incoming, Kind, Screen
from bot.core.stage import Stage
from bot.services.dispatcher import remember
from tests.core.people import ANA, NOW, OURS, contacts, hers, incomings, library, positions

LARGEST_RECORD = 8192
PAUSES = (0, 1, 120, 300, 90_000, 3_000_000)
many = settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
few = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def aim(incoming: Incoming, screen: Screen | None) -> Incoming:
    """Let `#n` mean the n-th button on the screen."""
    if not incoming.token.startswith("#") or screen is None:
        return incoming
    buttons = (*screen.choices, *screen.ways)
    return replace(incoming, token=buttons[int(incoming.token[1:]) % len(buttons)].token) if buttons else incoming


def on_screen(contact: Contact) -> Screen | None:
    """Return what someone has before her."""
    known = replace(contact, language=contact.language or "en")
    return Stage(library, known, contact.position, ANA.channel, NOW).screen() if contact.position else None


def judge(turn: Turn, incoming: Incoming) -> None:
    """Hold what she sees against what is promised."""
    if turn.screen is None:
        assert incoming.kind in (*OURS, Kind.TAKEN_BACK)
        return
    assert turn.screen.texts
    assert all(turn.screen.texts)
    assert turn.screen.choices or turn.screen.ways
    tokens = [choice.token for choice in (*turn.screen.choices, *turn.screen.ways)]
    assert len(set(tokens)) == len(tokens)
    assert all(len(token.encode()) <= 16 for token in tokens)
    if turn.contact.position:
        assert turn.screen.ways


@many
@given(contact=contacts, steps=st.lists(st.tuples(incomings, st.sampled_from(PAUSES)), max_size=12))
def test_any_sequence_of_inputs_from_any_state_gives_a_screen_with_a_way_on(
    contact: Contact, steps: list[tuple[Incoming, int]]
) -> None:
    now, screen = NOW, None
    for number, (incoming, seconds) in enumerate(steps):
        now += timedelta(seconds=seconds)
        sent = aim(incoming, screen)
        turn = respond(library, contact, sent, now)
        judge(turn, sent)
        contact = turn.contact
        if turn.screen and contact.position:
            contact = remember(contact, Shown((f"s{number}",)), now)
        screen = turn.screen or screen


@many
@given(contact=contacts, incoming=incomings)
def test_the_same_arguments_give_the_same_turn_and_are_left_as_they_were(contact: Contact, incoming: Incoming) -> None:
    before = deepcopy((contact, incoming))
    turn = respond(library, contact, incoming, NOW)
    assert (contact, incoming) == before
    assert respond(library, contact, incoming, NOW) == turn


@many
@given(contact=contacts, incoming=hers)
def test_an_update_that_comes_twice_is_one_step(contact: Contact, incoming: Incoming) -> None:
    sent = aim(incoming, on_screen(contact))
    once = respond(library, contact, sent, NOW)
    twice = respond(library, once.contact, sent, NOW)
    if once.contact.position is None:
        return
    assert twice.contact == once.contact
    assert twice.effects == ()
    assert twice == respond(library, twice.contact, sent, NOW)


@many
@given(contact=contacts, steps=st.lists(incomings, max_size=8))
def test_what_is_kept_fits_into_one_padded_record_and_reads_back(contact: Contact, steps: list[Incoming]) -> None:
    for incoming in steps:
        contact = respond(library, contact, incoming, NOW).contact
        packed = orjson.dumps(contact.to_dict())
        assert len(packed) <= LARGEST_RECORD
        assert Contact.from_dict(orjson.loads(packed)) == contact


@few
@given(position=positions, incoming=hers)
def test_a_timer_ends_when_she_moves_on(position: Position, incoming: Incoming) -> None:
    due_at = int((NOW + timedelta(minutes=2)).timestamp())
    contact = Contact("en", "", position, timer=Timer(due_at, "start", str(ANA)), seen=int(NOW.timestamp()) // 3600)
    moved = respond(library, contact, incoming, NOW).contact
    if moved.position != position:
        assert moved.timer is None or moved.timer.due_at != due_at or moved.timer.node != "start"


@few
@given(someone=contacts, incoming=hers)
def test_back_takes_back_one_step_wherever_it_led(someone: Contact, incoming: Incoming) -> None:
    # Someone who really is where she is: her screen is one that the engine has shown.
    start = respond(library, someone, Incoming(ANA, Kind.TEXT, "menu", text="menu"), NOW).contact
    contact = respond(library, start, aim(incoming, on_screen(start)), NOW).contact
    assume(start.position and contact.trail == (*start.trail, start.position)[-TRAIL_LIMIT:])
    back = respond(library, contact, Incoming(ANA, Kind.TEXT, "back", text="back"), NOW).contact
    assert back.position == start.position
    assert back.trail == contact.trail[:-1]
