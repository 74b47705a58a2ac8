"""A moderator's meetings: moved, called off, taken up again, added; and everybody who had the old time is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.house import Announced, Proposal, Role, Settled, meeting_subject
from bot.core.meeting import meetings
from bot.core.notice import NoticeKind
from bot.core.plan import Plan
from bot.core.rooms.groups import AHEAD
from tests.core.circles import wall
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, Somebody, moderator, with_groups

WEDNESDAY = "2026-11-25"
STARTS = datetime(2026, 11, 25, 18, tzinfo=UTC)


def at_meeting(*groups: str, **known: object) -> Somebody:
    """Return a moderator who looks at the meeting of next Wednesday."""
    somebody = moderator(*(groups or (MUSA,)), **known)
    somebody.presses("For moderators", "Musa · Porto", "Meetings", "Wednesday 25 November, 18:00")
    return somebody


def next_ones(somebody: Somebody, group: str = MUSA) -> list[tuple[str, str, bool]]:
    """Return id, local time and whether it is off, of the meetings to come."""
    library = with_groups()
    zone = library.zone(library.groups[group])
    found = meetings(library.groups[group], somebody.state(group).plan, zone, somebody.now, somebody.now + AHEAD)
    return [(each.id, f"{each.starts_at.astimezone(zone):%m-%d %H:%M}", each.is_cancelled) for each in found]


def test_she_finds_her_groups_and_no_others() -> None:
    somebody = moderator(MUSA, RAVAL)
    somebody.presses("For moderators")
    assert somebody.labels == ["Musa · Porto", "Raval · Barcelona", "Write to a group", "My role here"]


def test_an_admin_finds_all_groups() -> None:
    somebody = moderator(role=Role.ADMIN)
    somebody.presses("For moderators")
    assert somebody.labels[:3] == ["Musa · Porto", "Night · Porto", "Raval · Barcelona"]


def test_who_answers_for_no_group_that_is_there_is_told_so() -> None:
    somebody = moderator("gone")
    assert "no group here yet" in somebody.presses("For moderators").texts[0]


def test_a_meeting_is_moved_by_buttons_after_both_times_were_shown() -> None:
    somebody = at_meeting()
    somebody.presses("Another time", "tomorrow, Sunday 22 November")
    somebody.types("19h30")
    assert somebody.screen.texts[0] == (
        "Before: Wednesday 25 November, 18:00\nNew: tomorrow, 19:30\n\nEveryone in the group is told."
    )
    assert somebody.changes == []
    somebody.presses("Yes, move it")
    assert next_ones(somebody)[0] == (WEDNESDAY, "11-22 19:30", False)
    assert "tomorrow, 19:30\nBefore: Wednesday 25 November, 18:00" in somebody.text


@pytest.mark.parametrize("typed", ["26/11", "26.11.", "2026-11-26", "26-11-2026", "26 11", "26/11/26"])
def test_a_day_is_typed_as_people_write_it(typed: str) -> None:
    somebody = at_meeting()
    somebody.presses("Another time")
    somebody.types(typed, "18:00")
    assert "New: Thursday 26 November, 18:00" in somebody.text


def test_what_is_no_day_is_asked_again() -> None:
    somebody = at_meeting()
    somebody.presses("Another time")
    assert "like 25/11" in somebody.types("soon").texts[0]
    assert somebody.contact.position
    assert somebody.contact.position.node == "day"


def test_three_weeks_of_days_are_buttons() -> None:
    somebody = at_meeting()
    somebody.presses("Another time")
    seen = somebody.labels[:6]
    assert seen[:2] == ["today, Saturday 21 November", "tomorrow, Sunday 22 November"]
    for _ in range(3):
        somebody.presses("More")
        seen += [label for label in somebody.labels if label != "More"]
    assert len(seen) == 21
    assert seen[-1] == "Friday 11 December"


def test_everyone_who_had_the_old_time_is_told_at_once_and_as_long_as_it_helps() -> None:
    somebody = at_meeting()
    somebody.presses("Another time")
    somebody.types("26/11", "18:00")
    somebody.presses("Yes, move it")
    (notice,) = somebody.notices
    assert (notice.kind, notice.groups, notice.meeting) == (NoticeKind.CHANGE, (MUSA,), WEDNESDAY)
    assert (notice.was_at, notice.starts_at) == (STARTS.timestamp(), (STARTS + timedelta(days=1)).timestamp())
    assert (notice.due_at, notice.until_at) == (NOW.timestamp(), notice.starts_at)


def test_of_a_meeting_that_is_earlier_now_is_told_until_nobody_can_come_in_vain() -> None:
    somebody = at_meeting()
    somebody.presses("Another time", "tomorrow, Sunday 22 November")
    somebody.types("18:00")
    somebody.presses("Yes, move it")
    assert somebody.notices[0].until_at == STARTS.timestamp()


def test_what_is_pressed_twice_is_done_once() -> None:
    somebody = at_meeting()
    somebody.presses("Another time", "tomorrow, Sunday 22 November")
    somebody.types("18:00")
    somebody.presses("Yes, move it")
    settled = len(somebody.changes)
    somebody.take(somebody.phone.again())
    somebody.take(somebody.phone.presses_old("Yes, move it"))
    assert len(somebody.changes) == settled


def test_a_meeting_that_moves_there_and_back_and_there_again_is_news_each_time() -> None:
    somebody, keys = at_meeting(), set()
    for day in ("26/11", "25/11", "26/11"):
        somebody.presses("The meeting") if "The meeting" in somebody.labels else None
        somebody.presses("Another time")
        somebody.types(day, "18:00")
        somebody.presses("Yes, move it")
        somebody.waits(minutes=5)
        keys.add(somebody.notices[-1].key)
    assert len(keys) == 3


def test_a_meeting_is_called_off_and_stays_in_the_list() -> None:
    somebody = at_meeting()
    somebody.presses("It's off")
    assert "Everyone in the group is told" in somebody.text
    somebody.presses("Yes, it's off")
    assert next_ones(somebody)[0] == (WEDNESDAY, "11-25 18:00", True)
    (notice,) = somebody.notices
    assert (notice.starts_at, notice.was_at, notice.until_at) == (0, STARTS.timestamp(), STARTS.timestamp())
    somebody.presses("Meetings")
    assert somebody.labels[0] == "Wednesday 25 November, 18:00: off"


def test_a_meeting_that_was_off_takes_place_where_and_when_it_was_to_be() -> None:
    somebody = at_meeting()
    plan = Plan().move(WEDNESDAY, wall("2026-11-26 17:00")).set_place(WEDNESDAY, "Park").set_note(WEDNESDAY, "Cake")
    somebody.settles(MUSA, plan=plan.cancel(WEDNESDAY))
    somebody.presses("Meetings", "Thursday 26 November, 17:00: off", "It takes place", "Yes, it does")
    assert somebody.state().plan == plan
    (notice,) = somebody.notices
    assert (notice.starts_at, notice.was_at) == (datetime(2026, 11, 26, 17, tzinfo=UTC).timestamp(), 0)


def test_a_meeting_that_was_off_can_be_moved_instead() -> None:
    somebody = at_meeting()
    somebody.settles(MUSA, plan=Plan().cancel(WEDNESDAY))
    somebody.presses("Meetings", "Wednesday 25 November, 18:00: off", "Another time")
    somebody.types("26/11", "18:00")
    somebody.presses("Yes, move it")
    assert next_ones(somebody)[0] == (WEDNESDAY, "11-26 18:00", False)


def test_one_more_meeting_is_added_in_a_group_that_has_a_rule_and_in_one_that_has_none() -> None:
    for group, label in ((MUSA, "Musa · Porto"), (NIGHT, "Night · Porto")):
        somebody = moderator(group)
        somebody.presses("For moderators", label, "One more meeting", "tomorrow, Sunday 22 November")
        somebody.types("20:00")
        assert "One more meeting:\ntomorrow, 20:00" in somebody.text
        somebody.presses("Yes, add it")
        assert next_ones(somebody, group)[0] == ("x20261122T2000", "11-22 20:00", False)
        (notice,) = somebody.notices
        assert (notice.was_at, notice.meeting) == (0, "x20261122T2000")


def test_two_that_were_added_for_the_same_hour_are_told_apart() -> None:
    somebody = moderator(NIGHT)
    for _ in range(2):
        somebody.presses("Menu") if somebody.contact.trail else None
        somebody.presses("For moderators", "Night · Porto", "One more meeting", "tomorrow, Sunday 22 November")
        somebody.types("20:00")
        somebody.presses("Yes, add it")
        somebody.settles(NIGHT, plan=somebody.state(NIGHT).plan.cancel(somebody.state(NIGHT).plan.extras[0].id))
    assert next_ones(somebody, NIGHT) == [
        ("x20261122T2000", "11-22 20:00", True),
        ("x20261122T2000b", "11-22 20:00", False),
    ]


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        ("20/11", "18:00", "over already"),
        ("21/11", "12:00", "over already"),
        ("28/3/2027", "01:30", "clock skips"),
        ("25/11", "18:00", "at that time already"),
        ("02/12", "18:00", "has a meeting at that time"),
        ("21/01/2027", "18:00", "60 days ahead"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_the_reason_and_nothing_changes(day: str, hour: str, said: str) -> None:
    somebody = at_meeting()
    somebody.presses("Another time")
    assert said in somebody.types(day, hour).texts[0]
    assert somebody.changes == []


@pytest.mark.parametrize(
    ("group", "hour", "is_there"),
    [(MUSA, "01:30", False), (MUSA, "00:59", True), (RAVAL, "02:30", False), (RAVAL, "01:30", True)],
)
def test_an_hour_that_the_clock_skips_is_refused(group: str, hour: str, is_there: bool) -> None:  # noqa: FBT001 - a case
    somebody = moderator(group, now=datetime(2027, 3, 20, 12, tzinfo=UTC))
    somebody.presses("For moderators")
    somebody.presses(somebody.labels[0], "One more meeting")
    somebody.types("28/3", hour)
    assert ("clock skips" not in somebody.text) is is_there


def test_an_hour_that_comes_twice_is_the_first_of_both() -> None:
    somebody = moderator(MUSA, now=datetime(2026, 10, 20, 12, tzinfo=UTC))
    somebody.presses("For moderators", "Musa · Porto", "One more meeting")
    somebody.types("25/10", "01:30")
    somebody.presses("Yes, add it")
    assert somebody.notices[0].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()


def test_a_time_that_has_passed_while_she_thought_is_refused_at_the_last_step() -> None:
    somebody = at_meeting()
    somebody.presses("Another time", "today, Saturday 21 November")
    somebody.types("12:10")
    somebody.waits(minutes=20)
    assert "over already" in somebody.presses("Yes, move it").texts[0]
    assert somebody.changes == []


@pytest.mark.parametrize(
    ("labels", "typed"),
    [
        (("It's off", "Yes, it's off"), ()),
        (("Another time", "tomorrow, Sunday 22 November", "Yes, move it"), ("18:00",)),
    ],
)
def test_the_second_of_two_moderators_sees_what_the_first_has_done(
    labels: tuple[str, ...], typed: tuple[str, ...]
) -> None:
    somebody = at_meeting()
    somebody.presses(*labels[:-1])
    somebody.types(*typed)
    somebody.settles(MUSA, plan=Plan().move(WEDNESDAY, wall("2026-11-27 18:00")))
    somebody.presses(labels[-1])
    assert "Somebody changed this meeting meanwhile" in somebody.text
    assert somebody.changes == []
    somebody.presses("Show how it is now")
    assert "Friday 27 November, 18:00" in somebody.text
    somebody.presses("It's off", "Yes, it's off")
    assert next_ones(somebody)[0] == (WEDNESDAY, "11-27 18:00", True)


def test_a_meeting_that_has_begun_is_not_moved_any_more() -> None:
    somebody = moderator(MUSA, now=STARTS - timedelta(minutes=5))
    somebody.presses("For moderators", "Musa · Porto", "Meetings", "today, 18:00", "It's off")
    somebody.waits(minutes=10)
    somebody.presses("Yes, it's off", "Show how it is now")
    assert somebody.changes == []
    assert somebody.labels == ["What members propose", "Meetings"]


def test_she_sees_how_many_come_and_nobody_in_it() -> None:
    somebody = at_meeting()
    tallies = {meeting_subject(MUSA, WEDNESDAY): {"yes": 3, "no": 1}}
    somebody.house = replace(somebody.house, tallies=tallies)
    somebody.presses("Meetings", "Wednesday 25 November, 18:00")
    assert "Coming: 3. Not this time: 1." in somebody.text


def test_a_group_says_how_many_are_in_it() -> None:
    somebody = moderator(MUSA)
    somebody.house = replace(somebody.house, members=9)
    somebody.presses("For moderators", "Musa · Porto")
    assert somebody.text == "Musa\nNext: Wednesday 25 November, 18:00\nMembers: 9"


def test_a_place_for_one_meeting_is_set_and_told_only_if_she_wants() -> None:
    somebody = at_meeting()
    somebody.presses("Where")
    somebody.types("  Café Central,\n second floor ")
    assert "Café Central, second floor" in somebody.text
    assert "tell the group" in somebody.text
    assert somebody.notices == []
    somebody.presses("Yes, tell them")
    (notice,) = somebody.notices
    assert (notice.was_at, notice.starts_at, notice.until_at) == (STARTS.timestamp(),) * 3
    assert "typed" not in somebody.contact.answers


def test_the_same_news_is_told_once_and_other_news_again() -> None:
    somebody = at_meeting()
    for place in ("Café", "Café", "Park"):
        somebody.presses("The meeting") if "The meeting" in somebody.labels else None
        somebody.presses("Where")
        somebody.types(place)
        somebody.presses("Yes, tell them")
    keys = [notice.key for notice in somebody.notices]
    assert keys[0] == keys[1] != keys[2]


def test_a_place_and_a_note_are_taken_back() -> None:
    somebody = at_meeting()
    somebody.settles(MUSA, plan=Plan().set_place(WEDNESDAY, "Park").set_note(WEDNESDAY, "Cake"))
    somebody.presses("Where", "Where we always meet", "Not now", "A note", "No note", "Not now")
    assert "Rua do Exemplo 1" in somebody.text
    assert "Cake" not in somebody.text


@pytest.mark.parametrize(("button", "longest"), [("Where", 160), ("A note", 200)])
def test_what_is_too_long_is_refused_and_what_just_fits_is_taken(button: str, longest: int) -> None:
    somebody = at_meeting()
    somebody.presses(button)
    assert f"Say it in {longest} characters" in somebody.types("x" * (longest + 1)).texts[0]
    assert somebody.changes == []
    somebody.presses("Write it again")
    assert "x" * longest in somebody.types("x" * longest).texts[0]


def test_the_agenda_is_that_of_the_meeting_and_says_nobody() -> None:
    somebody = at_meeting()
    long = "Who " + "takes the key " * 5
    agenda = (Proposal(WEDNESDAY, "The fridge"), Proposal("2026-12-02", "Later"), Proposal(WEDNESDAY, long))
    somebody.settles(MUSA, agenda=agenda)
    somebody.presses("Meetings", "Wednesday 25 November, 18:00")
    assert "Proposals: 2" in somebody.text
    somebody.presses("What members propose")
    assert somebody.labels[:2] == ["1 · The fridge", f"2 · {long[:40].rstrip()}…"]
    somebody.presses(somebody.labels[1])
    assert somebody.text == long
    somebody.presses("Take it off the list")
    assert somebody.labels[0] == "1 · The fridge"
    assert [each.text for each in somebody.state().agenda] == ["The fridge", "Later"]


def test_a_role_that_is_taken_away_ends_at_the_next_step() -> None:
    somebody = at_meeting()
    somebody.presses("It's off")
    somebody.house = replace(somebody.house, staff=None)
    somebody.presses("Yes, it's off")
    assert somebody.changes == []
    assert "What do you need?" in somebody.text
    assert "For moderators" not in somebody.labels
    for _ in range(6):
        somebody.types("back")
        assert "Musa" not in somebody.text


def test_a_group_that_is_taken_away_ends_at_the_next_step_too() -> None:
    somebody = at_meeting(MUSA, RAVAL)
    somebody.presses("It's off")
    assert somebody.house.staff
    somebody.house = replace(somebody.house, staff=replace(somebody.house.staff, groups=(RAVAL,)))
    somebody.presses("Yes, it's off")
    assert somebody.changes == []
    assert somebody.labels[0] == "Raval · Barcelona"


def test_every_change_is_one_state_and_one_notice() -> None:
    somebody = at_meeting()
    somebody.presses("It's off", "Yes, it's off")
    assert [type(change) for change in somebody.changes] == [Settled, Announced]
