"""When a broadcast comes again: by the clock of the place, each time once, and never late beyond its use."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.broadcast import (
    MONTH_END,
    RULES,
    as_draft,
    coming,
    counted,
    counted_for,
    draft_in,
    following,
    series,
    undone,
    without_draft,
)
from bot.core.house import AUDIENCE, GroupState, Progress, Role, Staff
from bot.core.meeting import instant
from bot.core.message import Media
from bot.core.notice import Notice, NoticeKind
from tests.core.circles import zones
from tests.core.rooms.example import MUSA, NIGHT, RAVAL, with_groups

LISBON, ATHENS = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Athens")
AUTHOR = Staff("amber birch", Role.MODERATOR, (MUSA, NIGHT))
ANSWERS = {
    "draft": "aa",
    AUDIENCE: f"{MUSA} {NIGHT}",
    "main": "pt",
    "text_en": "Hi",
    "text_pt": "Olá",
    "media": "telegram voice f",
    "send": "later",
    "send_day": "2026-11-25",
    "send_time": "18:30",
    "repeat": "month",
    "useful": "72",
}
DAY = timedelta(days=1)


def notice(local: str, rule: str = RULES["week"], zone: ZoneInfo = LISBON, lasts: timedelta = DAY) -> Notice:
    """Return a broadcast that goes out when a clock at the place shows `local`, and comes again."""
    due = instant(datetime.fromisoformat(local), zone)
    until = int((due + lasts).timestamp())
    key = f"broadcast aa {local[:10]}"
    return Notice(
        NoticeKind.BROADCAST, (MUSA,), int(due.timestamp()), until, key, texts={"pt": "x"}, author="amber birch",
        repeat=rule,
    )  # fmt: skip


def shown(found: Notice | None, zone: ZoneInfo) -> str:
    """Say when a clock at the place shows that it goes out."""
    return f"{datetime.fromtimestamp(found.due_at, zone):%Y-%m-%d %H:%M}" if found else ""


@pytest.mark.parametrize(
    ("rule", "zone", "times"),
    [
        (RULES["week"], LISBON, ["2026-10-22 18:00", "2026-10-29 18:00", "2026-11-05 18:00"]),
        (RULES["week"], LISBON, ["2027-03-25 18:00", "2027-04-01 18:00"]),
        (RULES["week"], ATHENS, ["2027-03-25 18:00", "2027-04-01 18:00"]),
        (RULES["fortnight"], ATHENS, ["2026-10-15 09:30", "2026-10-29 09:30", "2026-11-12 09:30"]),
        (RULES["month"], LISBON, ["2028-01-28 18:00", "2028-02-28 18:00", "2028-03-28 18:00"]),
        (RULES["month"], LISBON, ["2026-12-01 18:00", "2027-01-01 18:00"]),
        (MONTH_END, LISBON, ["2028-01-30 18:00", "2028-01-31 18:00", "2028-02-29 18:00", "2028-03-31 18:00"]),
        (MONTH_END, LISBON, ["2027-01-31 18:00", "2027-02-28 18:00"]),
    ],
)
def test_it_comes_again_at_the_same_hour_of_the_place(rule: str, zone: ZoneInfo, times: list[str]) -> None:
    found: Notice | None = notice(times[0], rule, zone)
    for expected in times[1:]:
        assert found
        found = following(found, zone, datetime.fromtimestamp(found.due_at, UTC))
        assert shown(found, zone) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-25 18:00", "2026-12-02 18:00"),
        ("2026-12-02 19:00", "2026-12-02 18:00"),
        ("2026-12-03 17:59", "2026-12-02 18:00"),
        ("2026-12-03 18:00", "2026-12-09 18:00"),
        ("2026-12-25 10:00", "2026-12-30 18:00"),
        ("2027-11-25 10:00", "2027-11-24 18:00"),
        ("2026-11-20 18:00", "2026-12-02 18:00"),
    ],
)
def test_after_a_pause_only_what_is_still_of_use_comes_and_each_time_once(now: str, expected: str) -> None:
    """The machine was down for an hour, a day, a week or a year, or its clock went back."""
    found = following(notice("2026-11-25 18:00"), LISBON, instant(datetime.fromisoformat(now), LISBON))
    assert shown(found, LISBON) == expected
    assert found
    assert found.key == f"broadcast aa {expected[:10]}"


def test_it_is_of_use_as_long_each_time_and_says_the_same() -> None:
    first = notice("2026-11-25 18:00", lasts=3 * DAY)
    later = following(first, LISBON, datetime.fromtimestamp(first.due_at, UTC))
    assert later
    assert later.until_at - later.due_at == 3 * 86400
    assert replace(later, key=first.key, due_at=first.due_at, until_at=first.until_at) == first
    assert series(later) == series(first)


def test_what_goes_out_once_does_not_come_again() -> None:
    assert following(notice("2026-11-25 18:00", ""), LISBON, datetime(2026, 11, 25, tzinfo=UTC)) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)),  # noqa: DTZ001 - on a wall
    st.sampled_from((*RULES.values(), MONTH_END)),
    zones,
    st.integers(0, 500),
)
def test_the_next_time_is_later_ahead_of_its_use_and_known_by_its_day(
    local: datetime, rule: str, zone: ZoneInfo, days: int
) -> None:
    first = notice(f"{local:%Y-%m-%d %H:%M}", rule, zone)
    now = datetime.fromtimestamp(first.due_at, UTC) + timedelta(days=days)
    found = following(first, zone, now)
    if found:
        assert found.due_at > first.due_at
        assert found.until_at > now.timestamp()
        assert found.key.endswith(shown(found, zone)[:10])


class TestComing:
    """What is to be announced next."""

    first = notice("2026-11-25 18:00")
    now = datetime(2026, 11, 25, 18, 5, tzinfo=UTC)

    def announced(self, *known: Progress, author: Staff = AUTHOR) -> list[str]:
        """Return the days of what is announced."""
        found = coming(with_groups(), known, (author,), self.now)
        return [shown(each, LISBON)[:10] for each in found]

    @pytest.mark.parametrize(
        ("stage", "days"),
        [("asked", []), ("due", []), ("sending", ["2026-12-02"]), ("ended", ["2026-12-02"]), ("halted", [])],
    )
    def test_the_next_comes_when_the_last_has_begun_and_was_not_stopped(self, stage: str, days: list[str]) -> None:
        assert self.announced(Progress("", self.first, stage)) == days

    @pytest.mark.parametrize(
        ("stage", "days"), [("due", []), ("halted", []), ("ended", ["2026-12-09"]), ("sending", ["2026-12-09"])]
    )
    def test_of_a_series_the_last_counts(self, stage: str, days: list[str]) -> None:
        last = following(self.first, LISBON, self.now)
        assert last
        known = (Progress("", last, stage), Progress("", self.first, "ended"))
        assert self.announced(*known) == self.announced(*reversed(known)) == days

    @pytest.mark.parametrize(
        "author", [Staff("bold wren", Role.ADMIN), Staff("amber birch", Role.MODERATOR, (NIGHT, RAVAL))]
    )
    def test_it_ends_with_the_role_of_who_wrote_it(self, author: Staff) -> None:
        assert not self.announced(Progress("", self.first, "ended"), author=author)

    def test_it_ends_with_its_groups(self) -> None:
        gone = replace(self.first, groups=("gone",))
        assert not self.announced(Progress("", gone, "ended"), author=Staff("amber birch", Role.ADMIN))

    def test_two_series_do_not_hide_each_other(self) -> None:
        other = replace(self.first, key="broadcast bb 2026-11-25")
        assert len(self.announced(Progress("", self.first, "ended"), Progress("", other, "ended"))) == 2


class TestDraft:
    """A draft and the notice that it becomes."""

    def test_what_is_no_draft_is_none(self) -> None:
        assert draft_in({}) is None
        assert draft_in({"draft": "aa"}) is None
        assert draft_in({AUDIENCE: MUSA}) is None

    def test_it_is_taken_apart_and_put_together_again(self) -> None:
        draft = draft_in(ANSWERS)
        assert draft
        made = draft.notice("amber birch", LISBON, datetime(2026, 11, 21, tzinfo=UTC))
        assert list(made.texts) == ["pt", "en"]
        assert made.media == Media("telegram", "voice", "f")
        assert as_draft(made, "aa", LISBON, datetime(2026, 11, 21, tzinfo=UTC)) == ANSWERS

    def test_what_has_no_text_and_nothing_with_it_is_empty(self) -> None:
        draft = draft_in({"draft": "aa", AUDIENCE: MUSA})
        assert draft
        assert draft.is_empty

    @pytest.mark.parametrize("name", [name for name in ANSWERS if name not in ("main", "draft")])
    def test_whatever_changes_has_another_mark(self, name: str) -> None:
        new = {"repeat": "week", "useful": "168", "send_day": "2026-11-26", "send_time": "18:31", "send": "now"}
        new |= {AUDIENCE: MUSA, "media": "telegram voice g"}
        one, other = draft_in(ANSWERS), draft_in({**ANSWERS, name: new.get(name, "new")})
        assert one
        assert other
        assert one.mark != other.mark

    def test_nothing_of_it_is_left(self) -> None:
        assert without_draft({**ANSWERS, "content": "x", "confirmed": "y", "city": "porto"}) == {"city": "porto"}


class TestCounting:
    """How many go out on a day."""

    def test_one_more_and_one_less_is_as_before(self) -> None:
        state = GroupState(written={"2026-11-24": 2}, texts=(("x", 1),))
        more = counted(state, "2026-11-25")
        assert more.written == {"2026-11-24": 2, "2026-11-25": 1}
        assert undone(more, notice("2026-11-25 18:00"), "2026-11-25") == state
        assert undone(state, notice("2026-11-25 18:00"), "2026-11-25") == state

    def test_it_counts_on_the_day_that_the_place_has(self) -> None:
        late = notice("2026-11-25 23:30", zone=LISBON)
        states = counted_for(with_groups(), {}, replace(late, groups=(MUSA, NIGHT)))
        assert {name: state.written for name, state in states.items()} == {
            MUSA: {"2026-11-25": 1},
            NIGHT: {"2026-11-25": 1},
        }
        assert counted_for(with_groups(), {}, replace(late, groups=("gone",))) == {}

    def test_days_that_are_over_are_forgotten(self) -> None:
        state = counted(counted(GroupState(), "2026-11-24"), "2026-11-25")
        assert state.without_past(date(2026, 11, 25), (), 0).written == {"2026-11-25": 1}
