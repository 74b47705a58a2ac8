"""What waits is never forgotten: who overlooked a call, or had too much open, is called to it again."""

from dataclasses import replace

import pytest

from bot.core import ringing, seating, shift
from bot.core.conversation import ConversationState, Said
from bot.core.delivery import undelivered
from bot.core.ending import end
from bot.core.house import Rules
from bot.core.letter import Letter, LetterKind
from bot.core.relay import Relay
from bot.core.ringing import Caller, decline
from bot.core.talking import say
from tests.core.relays import PORTO, World, with_lines
from tests.core.test_relay import ANA, SIX, calls, on_duty, rung, takes

EVA = SIX[0]


def overlooked() -> World:
    """Return a world in which the only one on duty did not see the call, and what was said waits."""
    world = on_duty(EVA)
    talk = calls(world)
    world.apply(say(world.relay(ANA), talk, ANA, Said("he has my keys", handle="1")))
    world.deliver()
    world.waits(minutes=3)
    assert world.only().state is ConversationState.LEFT
    world.deliver()
    return world


def begins_anew(world: World) -> None:
    """End a duty, and begin another."""
    for change in (shift.off_duty, shift.on_duty):
        world.apply(change(world.relay(EVA.address), world.team["amber birch"]))


def test_who_overlooked_a_call_is_called_when_her_next_duty_begins() -> None:
    world = overlooked()
    begins_anew(world)
    assert rung(world) == [EVA.address]
    takes(world, "amber birch")
    assert [each.text for each in world.deliver() if each.kind is LetterKind.SAID] == ["he has my keys"]


def test_the_call_that_she_overlooked_goes_as_the_new_one_comes() -> None:
    world = overlooked()
    begins_anew(world)
    assert [each.kind for each in world.deliver(EVA.address)] == [LetterKind.TAKEN_BACK, LetterKind.RING]
    calls_there = [each for each, _ in world.standing.values() if each.kind is LetterKind.RING]
    assert len(calls_there) == 1


def test_where_nothing_reaches_the_woman_any_more_who_was_called_is_told_and_she_is_not_written_to() -> None:
    world = on_duty(EVA)
    talk = calls(world)
    world.deliver()
    letter = Letter(ANA, LetterKind.PLACE, talk.id)
    world.apply(undelivered(world.only(), letter, "gone", world.now))
    (over,) = world.deliver()
    assert (over.to, over.kind, len(over.replaces)) == (EVA.address, LetterKind.ENDED, 1)
    assert not world.conversations[talk.id].is_live


def test_while_it_waits_who_overlooked_it_is_called_once_more_in_the_same_duty_and_then_no_more() -> None:
    world = overlooked()
    world.waits(minutes=10)
    assert rung(world) == [EVA.address]
    for _ in range(5):
        world.waits(minutes=10)
        assert rung(world) == []


def test_who_left_it_to_others_is_not_called_again_in_the_same_duty_but_in_the_next() -> None:
    world = overlooked()
    world.apply(decline(world.relay(EVA.address), world.only(), EVA))
    world.deliver()
    world.waits(hours=1)
    assert rung(world) == []
    begins_anew(world)
    assert rung(world) == [EVA.address]


def test_going_on_with_a_duty_calls_nobody_a_second_time() -> None:
    world = overlooked()
    world.waits(minutes=10)
    world.deliver()
    world.apply(shift.on_duty(world.relay(EVA.address), world.team["amber birch"]))
    assert rung(world) == []


def test_who_handed_it_over_is_called_back_only_when_her_next_duty_begins() -> None:
    world = on_duty(EVA)
    calls(world)
    takes(world, "amber birch")
    world.deliver()
    world.apply(seating.hand_over(world.relay(EVA.address), world.only(), "amber birch"))
    assert world.only().state is ConversationState.LEFT
    world.waits(hours=1)
    assert rung(world) == []
    begins_anew(world)
    assert rung(world) == [EVA.address]


@pytest.mark.parametrize("by", ["signal:bea", EVA.address])
def test_who_had_too_much_open_is_called_to_what_waits_once_one_of_hers_has_ended(by: str) -> None:
    world = on_duty(EVA)
    world.rules = Rules(most_conversations=1)
    first = calls(world, woman="signal:bea")
    takes(world, "amber birch")
    world.apply(ringing.leave_message(world.relay(ANA), with_lines().lines[PORTO], Caller(ANA, "pt")))
    world.waits(minutes=30)
    assert rung(world) == []
    world.apply(end(world.relay(by), world.conversations[first.id], by))
    world.waits(minutes=10)
    assert rung(world) == [EVA.address]


def test_to_be_called_again_makes_nothing_wait_longer_than_72_hours() -> None:
    world = overlooked()
    for _ in range(71):
        world.waits(hours=1)
    assert LetterKind.EXPIRED not in [each.kind for each in world.deliver(ANA)]
    world.waits(hours=1)
    assert [each.kind for each in world.deliver(ANA)] == [LetterKind.EXPIRED]


def test_once_it_is_taken_all_who_were_ever_called_to_it_read_so() -> None:
    world = on_duty(*SIX[:2])
    calls(world)
    world.apply(say(world.relay(ANA), world.only(), ANA, Said("hello", handle="1")))
    world.deliver()
    world.waits(minutes=3)
    takes(world, "amber birch")
    told = [each.kind for each in world.deliver(SIX[1].address)]
    assert told == [LetterKind.TAKEN]


class TestLineGone:
    """A line is taken out of the directory: nobody is left waiting for it."""

    @staticmethod
    def without_the_line(world: World) -> Relay:
        """Return what a step sees once the line is gone."""
        library = with_lines()
        directory = library.directory.model_copy(update={"lines": ()})
        return replace(world.relay(""), library=replace(library, directory=directory))

    def test_what_is_open_ends_at_the_next_look_and_both_are_told(self) -> None:
        world = on_duty(EVA)
        calls(world)
        takes(world, "amber birch")
        world.deliver()
        world.apply(ringing.tick(self.without_the_line(world), world.only()))
        assert {(each.to, each.kind) for each in world.deliver()} == {
            (ANA, LetterKind.ENDED),
            (EVA.address, LetterKind.ENDED),
        }
        assert world.live() == []

    def test_what_waits_cannot_be_taken_and_ends_for_who_was_called_too(self) -> None:
        world = on_duty(EVA)
        talk = calls(world)
        world.deliver()
        relay = self.without_the_line(world)
        staff = world.team["amber birch"]
        assert seating.take(replace(relay, house=world.house(EVA.address)), talk, staff) == ()
        world.apply(ringing.tick(relay, talk))
        assert {(each.to, each.kind) for each in world.deliver()} == {
            (ANA, LetterKind.ENDED),
            (EVA.address, LetterKind.ENDED),
        }
