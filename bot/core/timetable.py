"""When a group meets, in her words: a meeting as seen from now, the rule, and the reminder."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import recurrence, speech
from bot.core.directory import Group
from bot.core.library import Library
from bot.core.recurrence import Frequency, Recurrence, RecurrenceError

FAR = 180
"""Days from now after which a date is said with its year."""
_WHEN = ("today_at", "tomorrow_at", "day_at")
_REMINDER = ("reminder_today", "reminder_tomorrow", "reminder_day")
_EVERY = {
    (Frequency.DAILY, 1): "every_day",
    (Frequency.WEEKLY, 1): "every_week",
    (Frequency.WEEKLY, 2): "every_second_week",
}
_OF_MONTH = {
    1: "first_of_month", 2: "second_of_month", 3: "third_of_month", 4: "fourth_of_month", -1: "last_of_month"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timetable:
    """Says times in one language, as people in a zone see them from now."""

    library: Library
    language: str
    zone: ZoneInfo
    now: datetime

    def when(self, at: datetime) -> str:
        """Say an instant: today, tomorrow or the day, and the time."""
        return self._seen(at, *_WHEN)

    def reminder(self, at: datetime) -> str:
        """Remind her of a meeting in words that tell nobody else of what."""
        return self._seen(at, *_REMINDER)

    def rule(self, group: Group) -> str:
        """Say when a group meets as a rule; nothing where that takes many words: the next dates say it then."""
        if not group.rrule or not group.since or not group.start:
            return ""
        try:
            read = recurrence.read(group.rrule)
        except RecurrenceError:
            return ""
        numbers = [number for number, _ in read.days] or [group.since.weekday()]
        weekdays = speech.enumerate_all(self.language, [speech.weekday(self.language, each) for each in numbers])
        name, time = _named(read), speech.clock(self.language, group.start)
        return self.library.phrase(self.language, name, weekday=weekdays, time=time) if name else ""

    def _seen(self, at: datetime, today: str, tomorrow: str, later: str) -> str:
        local = at.astimezone(self.zone)
        ahead = (local.date() - self.now.astimezone(self.zone).date()).days
        time = speech.clock(self.language, local)
        if ahead in (0, 1):
            return self.library.phrase(self.language, tomorrow if ahead else today, time=time)
        weekday = speech.weekday(self.language, local.weekday())
        say_day = speech.day if abs(ahead) > FAR else speech.day_of_year
        return self.library.phrase(self.language, later, weekday=weekday, day=say_day(self.language, local), time=time)


def _named(read: Recurrence) -> str:
    """Return the phrase for a rule, nothing where there is none."""
    if read.last_on or read.months or read.month_days:
        return ""
    if read.frequency is not Frequency.MONTHLY:
        return _EVERY.get((read.frequency, read.interval), "")
    which = read.positions or tuple(nth for _, nth in read.days)
    is_one = read.interval == len(read.days) == len(which) == 1
    return _OF_MONTH.get(which[0], "") if is_one else ""
