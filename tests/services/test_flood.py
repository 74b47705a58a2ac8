"""Buckets: who asks for too much is held back, whoever else is there is not, and memory has an end."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from bot.core.message import Address
from bot.services.flood import (
    ALL_BURST,
    MOST_HANDLES,
    MOST_HANDLES_OF_ONE,
    MOST_HELD,
    MOST_KNOWN,
    PERSON_BURST,
    SLOWEST,
    STRANGER_BURST,
    STRANGER_SHARE,
    TELLING_BURST,
    TELLING_SHARE,
    TOLD_EVERY,
    Flood,
)

NOW = 1_795_000_000.0
ANA, EVA = Address("telegram", "1"), Address("telegram", "2")
STRANGERS = int(SLOWEST * STRANGER_SHARE * STRANGER_BURST)


def someone(number: int) -> Address:
    """Return one of many."""
    return Address("telegram", f"{10**9 + number}")


def passed(flood: Flood, count: int, address: Address = ANA, now: float = NOW) -> int:
    """Count how many of so many messages of one person are taken at one moment."""
    return sum(flood.admits(address, now, was_answered=True) for _ in range(count))


def test_two_albums_of_pictures_and_ten_lines_are_taken_at_once() -> None:
    assert passed(Flood(), 30) == 30


def test_then_as_many_as_seconds_go_by() -> None:
    flood = Flood()
    assert passed(flood, 100) == PERSON_BURST
    assert passed(flood, 100, now=NOW + 5) == 5
    assert passed(flood, 100, now=NOW + 3600) == PERSON_BURST


def test_who_writes_a_message_a_second_for_an_hour_is_never_held_back() -> None:
    flood = Flood()
    assert all(passed(flood, 1, now=NOW + second) for second in range(3600))


def test_one_who_floods_holds_up_nobody_else() -> None:
    flood = Flood()
    passed(flood, 100_000)
    assert passed(flood, 20, EVA) == 20


def test_new_people_get_a_share_and_who_was_answered_before_keeps_the_rest() -> None:
    flood = Flood()
    assert flood.admits(ANA, NOW, was_answered=False)
    let_in = sum(flood.admits(someone(number), NOW, was_answered=False) for number in range(10_000))
    assert let_in == STRANGERS - 1
    assert passed(flood, 20) == 20
    assert flood.admits(EVA, NOW, was_answered=True), "only who was answered has a button to press"


def test_all_together_get_no_more_than_there_is() -> None:
    flood = Flood()
    let_in = sum(flood.admits(someone(number), NOW, was_answered=True) for number in range(10_000))
    assert abs(let_in - SLOWEST * ALL_BURST) <= 1


def test_who_is_in_an_emergency_does_not_wait_for_all_the_others() -> None:
    flood = Flood()
    flood.admits(ANA, NOW, was_answered=True)
    flood.note(ANA, "pt", is_urgent=True)
    for number in range(10_000):
        flood.admits(someone(number), NOW, was_answered=True)
    assert passed(flood, 20) == 20


def test_a_faster_platform_lets_everybody_have_more() -> None:
    assert passed(Flood(300), 1000) == 10 * PERSON_BURST
    assert passed(Flood(1), 1000) == PERSON_BURST, "and a slower one never less than a person needs"


@given(st.lists(st.floats(-1e6, 1e6), max_size=50))
def test_whatever_the_clock_does_nobody_is_shut_out_for_longer_than_her_burst(jumps: list[float]) -> None:
    flood, now = Flood(), NOW
    for jump in jumps:
        now += jump
        passed(flood, 40, now=now)
    # The first look after the clock was set back mends what it finds.
    assert passed(flood, 1, now=now + PERSON_BURST) or passed(flood, 1, now=now + PERSON_BURST + 1)


def test_who_is_held_back_is_told_once_a_minute() -> None:
    flood = Flood()
    assert flood.hold(ANA, NOW, "1")
    assert not any(flood.hold(ANA, NOW + second, "2") for second in range(1, int(TOLD_EVERY)))
    assert flood.hold(ANA, NOW + TOLD_EVERY, "3")


def test_no_more_are_told_than_replies_leave_room_for() -> None:
    flood = Flood()
    told = sum(flood.hold(someone(number), NOW, "1") for number in range(10_000))
    assert told <= SLOWEST * TELLING_SHARE * TELLING_BURST


def test_what_was_held_back_is_remembered_once_for_a_wipe() -> None:
    flood = Flood()
    flood.hold(ANA, NOW, "7")
    flood.hold(ANA, NOW, "8")
    flood.keep(ANA, ("9",))
    assert flood.unread(ANA) == ("7", "8", "9")
    assert flood.unread(ANA) == ()
    assert flood.unread(EVA) == ()


def test_her_language_is_known_until_she_is_forgotten() -> None:
    flood = Flood()
    flood.admits(ANA, NOW, was_answered=False)
    flood.note(ANA, "pt", is_urgent=False)
    flood.hold(ANA, NOW, "7")
    assert flood.language(ANA) == "pt"
    flood.forget(ANA)
    assert flood.language(ANA) == ""
    assert flood.unread(ANA) == ()
    assert not flood._known
    assert not flood._held


def test_nobody_is_named_by_what_is_remembered_and_by_the_same_name_in_no_other_run() -> None:
    one, other = Flood(), Flood()
    for flood in (one, other):
        flood.admits(ANA, NOW, was_answered=True)
    (name,), (again,) = one._known, other._known
    assert len(name) == len(again) == 16
    assert name != again


def test_memory_has_an_end_however_many_write_and_however_long_their_ids_are() -> None:
    flood = Flood(1_000_000)
    tracemalloc.start()
    try:
        for number in range(30_000):
            address = Address("telegram", f"{number:0>200}")
            flood.admits(address, NOW, was_answered=True)
            flood.hold(address, NOW, f"{number:0>60}")
            flood.hold(ANA, NOW, f"x{number:0>60}")
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 25_000_000
    assert len(flood._known) == MOST_KNOWN
    assert len(flood._held) == MOST_HELD
    assert sum(len(held.handles) for held in flood._held.values()) == flood._handles <= MOST_HANDLES
    assert len(flood.unread(ANA)) <= MOST_HANDLES_OF_ONE


def test_a_handle_of_unlikely_length_is_not_kept() -> None:
    flood = Flood()
    flood.hold(ANA, NOW, "x" * 1000)
    assert flood.unread(ANA) == ()
