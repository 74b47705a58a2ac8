"""A broadcast: the draft in the answers of a moderator, the notice that it becomes, and when that comes again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from bot.core import recurrence
from bot.core.house import AUDIENCE, GroupState, Progress, Staff
from bot.core.library import Library
from bot.core.meeting import DAY, instant
from bot.core.message import Media, fold
from bot.core.notice import Notice, NoticeKind

TEXT = "text_"
"""Begins the name of the answer that holds the text in one language."""
DETAILS = (
    *("draft", "tongue", "main", "media", "content"),
    *("send", "repeat", "send_day", "send_time", "useful", "confirmed", "again"),
)
"""What else the answers know of a draft."""
LATER, THAT_DAY = "later", "day"
USEFUL: Mapping[str, timedelta] = {"72": 3 * DAY, "168": 7 * DAY}
"""How long it is of use; a day and a night where nothing is said."""
RULES: Mapping[str, str] = {"week": "FREQ=WEEKLY", "fortnight": "FREQ=WEEKLY;INTERVAL=2", "month": "FREQ=MONTHLY"}
MONTH_END = "FREQ=MONTHLY;BYMONTHDAY=-1"
SHORTEST_MONTH = 28
LOOKED_AHEAD = timedelta(days=400)
OPEN = ("asked", "due", "sending")
"""Stages of a notice that can still be stopped."""
UNSENT = ("asked", "due")
SAME_WITHIN = 1
"""Hours: full ones are all that is kept, so "an hour ago" may be nearly two."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What she is about to send."""

    name: str
    """Made up when it was begun: whatever becomes of this draft is one broadcast."""
    groups: tuple[str, ...]
    texts: Mapping[str, str]
    """By language, the main one first."""
    media: Media | None = None
    start: datetime | None = None
    """On the clock of the place, without a zone; `None` is now."""
    repeat: str = ""
    useful: str = ""

    @property
    def mark(self) -> str:
        """Name all of it as it stands: whoever confirms a mark has confirmed nothing else."""
        return blake2b(repr(self).encode() + str(self.media).encode(), digest_size=8).hexdigest()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to send yet."""
        return not self.texts and self.media is None

    def notice(self, author: str, zone: ZoneInfo, now: datetime) -> Notice:
        """Return what would go out if she confirmed it now."""
        due = instant(self.start, zone) if self.start else now
        day = due.astimezone(zone).date()
        until = instant(datetime.combine(day + DAY, time()), zone) if self.useful == THAT_DAY else due + self._lasts
        return Notice(
            NoticeKind.BROADCAST,
            self.groups,
            int(due.timestamp()),
            int(until.timestamp()),
            key=_key(f"broadcast {self.name}", day),
            texts=dict(self.texts),
            media=self.media,
            author=author,
            repeat=_rule(self.repeat, day),
        )

    @property
    def _lasts(self) -> timedelta:
        return USEFUL.get(self.useful, DAY)


def draft_in(answers: Mapping[str, str]) -> Draft | None:
    """Return what her answers say of a draft, `None` when she has begun none."""
    name, groups = answers.get("draft"), tuple(answers.get(AUDIENCE, "").split())
    if not name or not groups:
        return None
    main = TEXT + answers.get("main", "")
    texts = {key: text for key, text in answers.items() if key.startswith(TEXT)}
    ordered = {key.removeprefix(TEXT): texts[key] for key in sorted(texts, key=lambda key: (key != main, key))}
    media = Media.parse(answers.get("media", ""))
    return Draft(name, groups, ordered, media, _start(answers), answers.get("repeat", ""), answers.get("useful", ""))


def _start(answers: Mapping[str, str]) -> datetime | None:
    day, clock = answers.get("send_day"), answers.get("send_time")
    if answers.get("send") != LATER or not day or not clock:
        return None
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))


def without_draft(answers: Mapping[str, str]) -> dict[str, str]:
    """Return her answers without anything of a draft."""
    gone = {AUDIENCE, *DETAILS}
    return {key: value for key, value in answers.items() if key not in gone and not key.startswith(TEXT)}


def as_draft(notice: Notice, name: str, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """Return the answers from which a notice would be written again, as a draft of its own."""
    answers = {TEXT + language: text for language, text in notice.texts.items()}
    answers |= {"draft": name, AUDIENCE: " ".join(notice.groups), "main": next(iter(notice.texts), "")}
    answers |= {"media": str(notice.media or ""), "repeat": _word(notice.repeat)}
    lasts = timedelta(seconds=notice.until_at - notice.due_at)
    answers["useful"] = next((word for word, each in USEFUL.items() if each == lasts), "" if lasts == DAY else THAT_DAY)
    due = datetime.fromtimestamp(notice.due_at, zone)
    if due > now:
        answers |= {"send": LATER, "send_day": f"{due:%Y-%m-%d}", "send_time": f"{due:%H:%M}"}
    return {key: value for key, value in answers.items() if value}


def _rule(word: str, day: date) -> str:
    """Return the rule of repeating; a day that not every month has means the last one."""
    return MONTH_END if word == "month" and day.day > SHORTEST_MONTH else RULES.get(word, "")


def _word(rule: str) -> str:
    return "month" if rule == MONTH_END else next((word for word, each in RULES.items() if each == rule), "")


def _key(series: str, day: date) -> str:
    return f"{series} {day.isoformat()}"


def series(notice: Notice) -> str:
    """Name all that comes of one draft, however often it is repeated."""
    return notice.key.rpartition(" ")[0]


def following(notice: Notice, zone: ZoneInfo, now: datetime) -> Notice | None:
    """Return the next time of a notice that comes again, the first that is still of use; a late start doubles none."""
    if not notice.repeat:
        return None
    begun = datetime.fromtimestamp(notice.due_at, zone)
    day = begun.date()
    for each in recurrence.days(recurrence.read(notice.repeat), day, day + DAY, now.date() + LOOKED_AHEAD):
        due = instant(datetime.combine(each, begun.time()), zone)
        found = notice.at(int(due.timestamp()))
        if found.until_at > now.timestamp():
            return replace(found, key=_key(series(notice), each))
    return None


def coming(library: Library, known: Iterable[Progress], staff: Iterable[Staff], now: datetime) -> Iterator[Notice]:
    """Name what is to be announced next of each series whose last one has begun, and whose author may still write."""
    latest: dict[str, Progress] = {}
    for progress in sorted(known, key=lambda each: each.notice.due_at):
        if progress.notice.repeat:
            latest[series(progress.notice)] = progress
    authors = {each.designation: each for each in staff}
    for progress in latest.values():
        notice = progress.notice
        author, zone = authors.get(notice.author), zone_of(library, notice.groups)
        if progress.stage in ("sending", "ended") and zone and author and all(map(author.may, notice.groups)):
            found = following(notice, zone, now)
            if found:
                yield found


def zone_of(library: Library, groups: Iterable[str]) -> ZoneInfo | None:
    """Return by whose clock a broadcast goes out: that of its first group."""
    found = (library.groups[name] for name in groups if name in library.groups)
    first = next(found, None)
    return library.zone(first) if first else None


def digest(notice: Notice) -> str:
    """Name a text for an audience, so that the same again is noticed; nothing of it can be read from that."""
    parts = (*sorted(notice.groups), "", *(part for item in sorted(notice.texts.items()) for part in item))
    return blake2b("\x1f".join((*parts, str(notice.media))).encode(), digest_size=8).hexdigest()


def is_same(state: GroupState, notice: Notice, now: datetime) -> bool:
    """Tell whether a group got the same, or is about to, since an hour."""
    return any(mark == digest(notice) and fold(now) - hour <= SAME_WITHIN for mark, hour in state.texts)


def day_of(notice: Notice, zone: ZoneInfo) -> str:
    """Name the day for whose limit a broadcast counts: the one on which it goes out."""
    return f"{datetime.fromtimestamp(notice.due_at, zone):%Y-%m-%d}"


def counted(state: GroupState, day: str) -> GroupState:
    """Return a group's state after one broadcast more on a day."""
    return state.changed(written={**state.written, day: state.written.get(day, 0) + 1})


def counted_for(library: Library, states: Mapping[str, GroupState], notice: Notice) -> dict[str, GroupState]:
    """Return the states of a notice's groups once it counts for the limit of its day."""
    zone = zone_of(library, notice.groups)
    if zone is None:
        return {}
    day = day_of(notice, zone)
    return {name: counted(states.get(name) or GroupState(), day) for name in notice.groups}


def noted(state: GroupState, notice: Notice, now: datetime) -> GroupState:
    """Return a group's state that knows a text again for an hour."""
    recent = (each for each in state.texts if fold(now) - each[1] <= SAME_WITHIN)
    return state.changed(texts=(*recent, (digest(notice), fold(now))))


def undone(state: GroupState, notice: Notice, day: str) -> GroupState:
    """Return a group's state as if a broadcast that reached nobody had never been meant for that day."""
    number = state.written.get(day, 0) - 1
    others = {each: count for each, count in state.written.items() if each != day}
    texts = tuple(each for each in state.texts if each[0] != digest(notice))
    return state.changed(written=others | ({day: number} if number > 0 else {}), texts=texts)
