"""Who is called, who takes it, and how it goes on: rings, hand-over, a second one, the end, and the clock."""

from dataclasses import replace

import pytest

from bot.core import ringing, seating, shift
from bot.core.conversation import Aim, Conversation, ConversationState, Said
from bot.core.ending import close, end
from bot.core.house import Rules, Served, Staff
from bot.core.letter import LetterKind
from bot.core.ringing import HANDED, Caller
from bot.core.seating import Note
from bot.core.talking import say
from tests.core.relays import NIGHT, PORTO, SHELTER, TUTOR, World, peer, with_lines

ANA = "signal:ana"


def on_duty(*staff: Staff) -> World:
    """Return a world with people on duty."""
    world = World()
    world.hire(*staff)
    for each in staff:
        world.apply(shift.on_duty(world.relay(each.address), each, shift.LONGEST_DUTY))
    return world


def calls(world: World, line: str = PORTO, language: str = "pt", woman: str = ANA) -> Conversation:
    """Let a woman call."""
    world.apply(ringing.call(world.relay(woman), with_lines().lines[line], Caller(woman, language), topic="body"))
    return next(each for each in reversed(list(world.conversations.values())))


def takes(world: World, name: str) -> None:
    """Let somebody take what waits."""
    staff = world.team[name]
    talk = next(each for each in world.live() if each.seat_of(name) is None)
    world.apply(seating.take(world.relay(staff.address), talk, staff))


def rung(world: World) -> list[str]:
    """Name who was called, in order."""
    return [each.to for each in world.deliver() if each.kind is LetterKind.RING]


SIX = tuple(peer(f"{word} birch") for word in ("amber", "bold", "calm", "deep", "early", "fair"))


class TestRings:
    """Up to three at first, all others next, then nobody."""

    def test_three_are_called_first_those_with_the_fewest_conversations(self) -> None:
        world = on_duty(*SIX)
        calls(world, woman="signal:bea")
        takes(world, "amber birch")
        world.deliver()
        calls(world)
        assert rung(world) == [SIX[number].address for number in (1, 2, 3)]

    def test_after_three_minutes_all_others_are_called_and_then_nobody_comes(self) -> None:
        world = on_duty(*SIX)
        calls(world)
        assert len(rung(world)) == 3
        world.waits(minutes=2)
        assert rung(world) == []
        world.waits(minutes=1)
        assert len(rung(world)) == 3
        world.waits(minutes=3)
        assert [(each.to, each.kind) for each in world.deliver() if each.to == ANA] == [(ANA, LetterKind.NOBODY)]
        assert world.live() == []
        assert world.noted == [f"talk {PORTO} nobody"]

    def test_who_shares_her_language_is_called_before_who_does_not(self) -> None:
        world = on_duty(peer("amber birch", languages=("es",)), peer("bold cloud"))
        calls(world)
        assert rung(world) == ["telegram:bold-cloud"]
        world.waits(minutes=3)
        assert rung(world) == ["telegram:amber-birch"]

    def test_where_nobody_shares_it_all_are_called_at_once(self) -> None:
        world = on_duty(peer("amber birch"), peer("bold cloud"))
        calls(world, language="fa")
        assert len(rung(world)) == 2

    @pytest.mark.parametrize(
        "staff",
        [peer("amber birch", NIGHT), peer("amber birch", SHELTER), replace(peer("amber birch"), address=ANA)],
        ids=["another line", "another service", "herself"],
    )
    def test_nobody_else_is_called(self, staff: Staff) -> None:
        world = on_duty(staff)
        calls(world)
        assert rung(world) == []

    def test_who_is_off_duty_or_has_enough_open_is_not_called(self) -> None:
        world = on_duty(*SIX[:2])
        world.rules = Rules(most_conversations=1)
        world.team["bold birch"] = SIX[1]
        calls(world, woman="signal:bea")
        takes(world, "amber birch")
        world.deliver()
        calls(world)
        assert rung(world) == []

    def test_what_she_left_is_called_out_to_who_comes_on_duty_next(self) -> None:
        world = World()
        world.hire(SIX[0])
        line = with_lines().lines[PORTO]
        world.apply(ringing.leave_message(world.relay(ANA), line, Caller(ANA, "pt")))
        world.apply(say(world.relay(ANA), world.only(), ANA, Said("hello", handle="1")))
        world.apply(shift.on_duty(world.relay(SIX[0].address), SIX[0]))
        assert rung(world) == [SIX[0].address]
        takes(world, "amber birch")
        assert [each.text for each in world.deliver() if each.kind is LetterKind.SAID] == ["hello"]

    def test_what_nobody_read_in_72_hours_ends_and_she_is_told(self) -> None:
        world = World()
        world.apply(ringing.leave_message(world.relay(ANA), with_lines().lines[PORTO], Caller(ANA, "pt")))
        world.apply(say(world.relay(ANA), world.only(), ANA, Said("hello", handle="1")))
        world.waits(hours=71)
        assert world.deliver() == []
        world.waits(hours=1)
        assert [(each.to, each.kind) for each in world.deliver()] == [(ANA, LetterKind.EXPIRED)]

    def test_a_line_that_takes_no_messages_keeps_none(self) -> None:
        world = World()
        assert ringing.leave_message(world.relay(ANA), with_lines().lines[NIGHT], Caller(ANA, "es")) == ()


class TestTaking:
    """The first to press has it."""

    def test_of_two_who_press_one_has_it_and_the_other_reads_so(self) -> None:
        world = on_duty(*SIX[:2])
        talk = calls(world)
        world.deliver()
        for staff in SIX[:2]:
            world.apply(
                seating.take(world.relay(staff.address), world.conversations[talk.id], world.team[staff.designation])
            )
        told = {each.to: each.kind for each in world.deliver()}
        assert told == {
            ANA: LetterKind.BEGUN,
            SIX[0].address: LetterKind.YOURS,
            SIX[1].address: LetterKind.TAKEN,
        }
        assert [seat.staff for seat in world.only().seats] == ["amber birch"]

    def test_taken_stands_in_the_place_of_the_call(self) -> None:
        world = on_duty(*SIX[:2])
        calls(world)
        world.deliver()
        takes(world, "amber birch")
        (taken,) = [each for each in world.deliver() if each.kind is LetterKind.TAKEN]
        assert len(taken.replaces) == 1

    def test_two_that_look_alike_to_her_never_are(self) -> None:
        world = on_duty(SIX[0])
        first = calls(world)
        takes(world, "amber birch")
        second = calls(world, woman="signal:bea")
        world.conversations[second.id] = world.conversations[second.id].changed(designation=first.designation)
        takes(world, "amber birch")
        assert len({each.designation for each in world.live()}) == 2

    def test_it_counts_for_her_statement(self) -> None:
        world = on_duty(SIX[0])
        calls(world)
        takes(world, "amber birch")
        assert world.team["amber birch"].served == {"2026-11 talks": 1}


class TestGoingOn:
    """Handed over, joined, ended."""

    def opened(self, *more: Staff) -> World:
        """Return a conversation that the first of some answers."""
        world = on_duty(SIX[0], *more)
        calls(world)
        takes(world, "amber birch")
        world.deliver()
        return world

    def test_a_hand_over_tells_her_and_brings_the_note_to_the_next_alone(self) -> None:
        world = self.opened(SIX[1])
        world.apply(seating.hand_over(world.relay(SIX[0].address), world.only(), "amber birch", Note("she likes tea")))
        takes(world, "bold birch")
        told = [(each.to, each.kind, each.text) for each in world.deliver()]
        assert (ANA, LetterKind.HANDED_OVER, "") in told
        assert [each for each in told if each[2]] == [(SIX[1].address, LetterKind.NOTE, "she likes tea")]

    def test_with_nobody_else_there_it_waits_for_who_comes_next_and_she_reads_only_that(self) -> None:
        world = self.opened()
        world.apply(seating.hand_over(world.relay(SIX[0].address), world.only(), "amber birch"))
        assert world.only().state is ConversationState.LEFT
        (told,) = world.deliver(ANA)
        assert (told.kind, told.values.get(HANDED)) == (LetterKind.NOBODY, "yes")

    def test_who_was_handed_over_and_is_taken_by_nobody_is_not_ended_for_that(self) -> None:
        world = self.opened(SIX[1])
        world.apply(seating.hand_over(world.relay(SIX[0].address), world.only(), "amber birch"))
        world.waits(minutes=3)
        assert world.only().state is ConversationState.LEFT
        assert [each.kind for each in world.deliver(ANA)] == [LetterKind.HANDED_OVER, LetterKind.NOBODY]

    def test_once_somebody_has_taken_it_nothing_is_left_of_the_hand_over(self) -> None:
        world = self.opened(SIX[1])
        world.apply(seating.hand_over(world.relay(SIX[0].address), world.only(), "amber birch", Note("tea", "pt")))
        takes(world, "bold birch")
        assert (dict(world.only().details), world.only().since) == ({}, 0)

    def test_a_second_one_reads_and_writes_too_and_all_are_told(self) -> None:
        world = self.opened(SIX[1])
        world.apply(seating.call_second(world.relay(SIX[0].address), world.only(), "amber birch"))
        assert rung(world) == [SIX[1].address]
        takes(world, "bold birch")
        assert {(each.to, each.kind) for each in world.deliver()} == {
            (ANA, LetterKind.JOINED),
            (SIX[0].address, LetterKind.JOINED),
            (SIX[1].address, LetterKind.YOURS),
        }
        world.apply(say(world.relay(SIX[1].address), world.only(), SIX[1].address, Said("hi", handle="9")))
        told = {each.to: each.values.get("by", "") for each in world.deliver()}
        assert told == {ANA: "", SIX[0].address: "bold birch"}

    def test_seven_days_without_a_word_end_it_for_both(self) -> None:
        world = self.opened()
        world.waits(days=7, hours=1)
        told = {each.to: each.kind for each in world.deliver() if each.kind is not LetterKind.DUTY_ENDS}
        assert told == {ANA: LetterKind.EXPIRED, SIX[0].address: LetterKind.EXPIRED}

    def test_a_word_renews_it(self) -> None:
        world = self.opened()
        world.waits(days=6)
        world.apply(say(world.relay(ANA), world.only(), ANA, Said("hi", handle="1")))
        world.waits(days=6)
        assert world.live()

    def test_what_it_was_about_is_counted_once_also_after_she_has_ended_it(self) -> None:
        world = self.opened()
        talk = world.only()
        world.apply(end(world.relay(ANA), talk, ANA))
        for _ in range(2):
            relay = world.relay(SIX[0].address)
            world.apply(close(relay, world.conversations[talk.id], "amber birch", "violence"))
        assert world.noted == [f"talk {PORTO} violence"]

    def test_danger_calls_a_tutor_with_nothing_of_the_womans(self) -> None:
        tutor = peer("early plum", TUTOR)
        world = self.opened(tutor)
        world.apply(say(world.relay(ANA), world.only(), ANA, Said("he is here", handle="1")))
        world.deliver()
        relay, talk = world.relay(SIX[0].address), world.only()
        world.apply(seating.mark_danger(relay, talk, world.team["amber birch"], with_lines().lines[TUTOR], "en"))
        (ring,) = world.deliver()
        support = world.conversations[ring.conversation]
        assert (ring.to, support.aim, support.woman) == (tutor.address, Aim.SUPPORT, SIX[0].address)
        assert support.designation != talk.designation
        assert ring.text == ""
        world.apply(end(world.relay(ANA), world.conversations[talk.id], ANA))
        assert LetterKind.DEBRIEF in [each.kind for each in world.deliver(SIX[0].address)]


class TestDuty:
    """It ends by itself, and is counted."""

    def test_it_ends_by_itself_and_she_is_told(self) -> None:
        world = World()
        world.hire(SIX[0])
        world.apply(shift.on_duty(world.relay(SIX[0].address), SIX[0]))
        world.waits(hours=4)
        assert [each.kind for each in world.deliver()] == [LetterKind.DUTY_ENDS]
        assert world.team["amber birch"].served == {"2026-11 quarters": 16}
        world.waits(hours=4)
        assert world.deliver() == []

    def test_only_the_time_until_she_stopped_counts_and_only_once(self) -> None:
        world = on_duty(SIX[0])
        world.now = world.now.replace(hour=13, minute=40)
        for _ in range(2):
            staff = world.team["amber birch"]
            world.apply(shift.off_duty(world.relay(staff.address), staff))
        assert world.team["amber birch"].served == {"2026-11 quarters": 7}

    def test_what_is_older_than_two_years_is_dropped(self) -> None:
        old = replace(SIX[0], served={"2024-10 talks": 3, "2024-11 talks": 4})
        assert shift.counted(old, "talks", 1, World().now).served == {"2024-11 talks": 4, "2026-11 talks": 1}

    def test_who_has_no_line_is_not_on_duty(self) -> None:
        world = World()
        nobody = replace(SIX[0], lines=())
        world.hire(nobody)
        assert shift.on_duty(world.relay(nobody.address), nobody) == ()

    def test_who_leaves_hands_over_what_she_has_and_is_off_duty(self) -> None:
        world = on_duty(*SIX[:2])
        calls(world)
        takes(world, "amber birch")
        world.deliver()
        changes = seating.get_up(world.relay(SIX[0].address), SIX[0].address, world.team["amber birch"])
        world.apply(changes)
        assert any(isinstance(each, Served) and not each.staff.duty_until for each in changes)
        assert rung(world) == [SIX[1].address]
