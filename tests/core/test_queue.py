"""Her place in the queue of a line: in the order in which they began to wait, told when it gets better, and no more."""

from collections.abc import Callable

import pytest

from bot.core import errand, ringing, seating, shift
from bot.core.conversation import Aim, Conversation, ConversationState
from bot.core.ending import end
from bot.core.letter import Letter, LetterKind
from bot.core.queue import AHEAD, in_order
from bot.core.ringing import Caller
from tests.core.relays import PORTO, World, peer, with_lines

ANA, BEA, CLARA = "signal:ana", "signal:bea", "telegram:clara"
EVA = peer("amber birch")


@pytest.fixture
def world() -> World:
    """Return a world in which one peer is on duty, and three women wait, one after the other."""
    found = World()
    found.hire(EVA)
    found.apply(shift.on_duty(found.relay(EVA.address), EVA, shift.LONGEST_DUTY))
    for woman in (ANA, BEA, CLARA):
        calls(found, woman)
    found.deliver()
    return found


def calls(world: World, woman: str) -> None:
    """Let a woman call, some seconds after the last one."""
    world.waits(seconds=10)
    world.apply(ringing.call(world.relay(woman), with_lines().lines[PORTO], Caller(woman, "pt")))


def of(world: World, woman: str) -> Conversation:
    """Return what she has begun."""
    return next(each for each in world.live() if each.woman == woman)


def told(letters: list[Letter]) -> dict[str, str]:
    """Return to whom a place was told, and which."""
    return {each.to: each.values[AHEAD] for each in letters if each.kind is LetterKind.PLACE}


def is_taken(world: World, woman: str = ANA) -> None:
    """Let the peer take somebody."""
    eva = world.team[EVA.designation]
    world.apply(seating.take(world.relay(eva.address), of(world, woman), eva))


def stops(world: World) -> None:
    """Let her end it."""
    world.apply(end(world.relay(ANA), of(world, ANA), ANA))


def leaves(world: World) -> None:
    """Let her hide or forget."""
    world.apply(seating.get_up(world.relay(ANA), ANA, None))


def is_left_alone(world: World) -> None:
    """Let her time be over, where nobody else is to be called."""
    world.now = world.now.replace(minute=3, second=10)
    world.apply(ringing.tick(world.relay(""), of(world, ANA)))


def takes_her_yes_back(world: World) -> None:
    """Let her have asked for company, and change her mind."""
    asked = of(world, ANA).changed(aim=Aim.COMPANY)
    world.conversations[asked.id] = asked
    world.apply(errand.take_yes_back(world.relay(ANA), asked))


@pytest.mark.parametrize("frees", [is_taken, stops, leaves, is_left_alone, takes_her_yes_back])
def test_whoever_waits_no_more_lets_those_behind_her_move_up(world: World, frees: Callable[[World], None]) -> None:
    frees(world)
    assert told(world.deliver()) == {BEA: "0", CLARA: "1"}


def test_nobody_before_her_hears_of_it(world: World) -> None:
    world.apply(end(world.relay(BEA), of(world, BEA), BEA))
    assert told(world.deliver()) == {CLARA: "1"}


def test_the_order_is_that_in_which_they_began_and_not_that_of_their_next_ring(world: World) -> None:
    later = of(world, ANA).changed(due_at=of(world, CLARA).due_at + 60)
    world.conversations[later.id] = later
    assert [each.woman for each in in_order(world.live())] == [ANA, BEA, CLARA]


def test_what_was_left_for_later_waits_in_no_queue(world: World) -> None:
    left = of(world, ANA).changed(state=ConversationState.LEFT)
    world.conversations[left.id] = left
    assert [each.woman for each in in_order(world.live())] == [BEA, CLARA]


def test_a_letter_takes_the_place_of_the_one_before(world: World) -> None:
    stops(world)
    world.deliver()
    world.apply(end(world.relay(BEA), of(world, BEA), BEA))
    (letter,) = (each for each in world.deliver(CLARA) if each.kind is LetterKind.PLACE)
    (pair,) = (each for each in of(world, CLARA).pairs if each.to == CLARA)
    assert (letter.values, letter.replaces) == ({AHEAD: "0"}, pair.there)


def test_what_she_has_not_read_yet_is_replaced_too(world: World) -> None:
    stops(world)
    world.apply(end(world.relay(BEA), of(world, BEA), BEA))
    assert [each.values for each in world.deliver(CLARA)] == [{AHEAD: "0"}]


def test_who_has_been_taken_hears_of_no_place_any_more(world: World) -> None:
    stops(world)
    is_taken(world, BEA)
    assert [each.kind for each in world.deliver(BEA)] == [LetterKind.BEGUN]


@pytest.mark.parametrize("aim", [Aim.COMPANY, Aim.REFERRAL, Aim.SUPPORT])
def test_only_who_wants_to_talk_waits_for_a_turn(world: World, aim: Aim) -> None:
    other = of(world, BEA).changed(aim=aim)
    world.conversations[other.id] = other
    stops(world)
    assert told(world.deliver()) == {CLARA: "1"}
