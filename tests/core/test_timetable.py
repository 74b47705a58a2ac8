"""Times as people say them: today, tomorrow, the day; the rule in a few words; a reminder that tells nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.library import Library
from bot.core.speech import Language, Speech
from bot.core.timetable import Timetable
from tests.core.circles import ATHENS, LISBON, circle

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def table(library: Library, language: str = "en", zone: ZoneInfo = LISBON, now: datetime = NOW) -> Timetable:
    return Timetable(library, language, zone, now)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24 18:00", "today, 18:00"),
        ("2026-11-24 09:00", "today, 09:00"),
        ("2026-11-25 00:30", "tomorrow, 00:30"),
        ("2026-11-26 18:00", "Thursday 26 November, 18:00"),
        ("2027-01-06 18:00", "Wednesday 6 January, 18:00"),
        ("2028-01-06 18:00", "Thursday 6 January 2028, 18:00"),
        ("2026-11-23 18:00", "Monday 23 November, 18:00"),
    ],
)
def test_a_meeting_is_said_as_it_is_seen_from_now(library: Library, at: str, said: str) -> None:
    assert table(library).when(datetime.fromisoformat(at).replace(tzinfo=UTC)) == said


def test_today_is_that_of_the_place(library: Library) -> None:
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert table(library, zone=ATHENS, now=late).when(late) == "today, 00:30"
    assert table(library, zone=ATHENS, now=NOW).when(late) == "tomorrow, 00:30"
    assert table(library, zone=LISBON, now=NOW).when(late) == "today, 22:30"


@pytest.mark.parametrize(
    ("rrule", "said"),
    [
        ("FREQ=DAILY", "Every day, 18:00"),
        ("FREQ=WEEKLY;BYDAY=WE", "Every Wednesday, 18:00"),
        ("FREQ=WEEKLY", "Every Wednesday, 18:00"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "Every Monday and Thursday, 18:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "Every second Thursday, 18:00"),
        ("FREQ=MONTHLY;BYDAY=1MO", "First Monday of the month, 18:00"),
        ("FREQ=MONTHLY;BYDAY=2MO", "Second Monday of the month, 18:00"),
        ("FREQ=MONTHLY;BYDAY=3MO", "Third Monday of the month, 18:00"),
        ("FREQ=MONTHLY;BYDAY=4MO", "Fourth Monday of the month, 18:00"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "Last Friday of the month, 18:00"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "Last Friday of the month, 18:00"),
        *((rrule, "") for rrule in ("FREQ=WEEKLY;INTERVAL=3", "FREQ=DAILY;INTERVAL=2", "FREQ=MONTHLY;BYDAY=MO")),
        *((rrule, "") for rrule in ("FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYDAY=1MO,3MO", "FREQ=MONTHLY")),
        *((rrule, "") for rrule in ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=YEARLY")),
        *((rrule, "") for rrule in ("FREQ=WEEKLY;BYMONTH=3", "FREQ=WEEKLY;UNTIL=20271231", "nonsense")),
    ],
)
def test_a_rule_is_said_in_a_few_words_or_not_at_all(library: Library, rrule: str, said: str) -> None:
    assert table(library).rule(circle(rrule)) == said


def test_a_group_without_a_rule_has_none_to_say(library: Library) -> None:
    assert table(library).rule(circle(None)) == ""
    assert table(library).rule(circle(start=None)) == ""


@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_a_rule_names_its_day_and_hour_in_every_language(library: Library, language: str) -> None:
    days = {"en": "Thursday", "pt": "quinta-feira", "es": "jueves"}
    for rrule in ("FREQ=WEEKLY;BYDAY=TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "FREQ=MONTHLY;BYDAY=-1TH"):
        said = table(library, language).rule(circle(rrule))
        assert days[language] in said
        assert said.endswith("18:00")


def test_a_reminder_names_the_time_and_nothing_else(library: Library) -> None:
    said = [table(library).reminder(datetime(2026, 11, day, 18, 0, tzinfo=UTC)) for day in (24, 25, 26)]
    assert said == ["See you today, 18:00?", "See you tomorrow, 18:00?", "See you on Thursday 26 November, 18:00?"]


def test_day_and_time_are_isolated_from_text_that_runs_the_other_way(library: Library) -> None:
    farsi = Language(name="فارسی", direction="rtl", words={}, negations=(), sensitive=())
    spoken = replace(library, speech=Speech({**library.speech.languages, "fa": farsi}, library.speech.catalogues))
    said = table(spoken, "fa").when(datetime(2026, 11, 26, 18, 0, tzinfo=UTC))
    assert said.count("\u2068") == said.count("\u2069") == 3
