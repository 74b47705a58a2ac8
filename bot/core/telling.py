"""What the bot writes first, as each reader gets it: in her language, on her terms, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.contact import Contact, Position
from bot.core.directory import Group
from bot.core.house import GROUP, MEETING, QUESTION, House
from bot.core.item import Item
from bot.core.library import Library
from bot.core.meeting import Meeting, meetings
from bot.core.message import Address, Choice, Screen, token
from bot.core.notice import Notice, NoticeKind
from bot.core.rooms.groups import AHEAD
from bot.core.speech import Word
from bot.core.terms import next_allowed
from bot.core.timetable import Timetable
from bot.core.verdict import Drop, Hold, Judge, Send, Verdict, Wait
from bot.core.written import said_of, written

WAYS: tuple[Word, ...] = ("menu", "exit")


def judge(library: Library, now: datetime) -> Judge:
    """Return what decides, for one reader of one notice, whether it goes to her now."""
    return lambda contact, house, notice: _Telling(library, house, contact, notice, now).verdict()


@dataclass(frozen=True)
class _Telling:
    library: Library
    house: House
    contact: Contact
    notice: Notice
    now: datetime

    def verdict(self) -> Verdict:
        """Decide: she may have left, it may be too late, or her hours have not come."""
        contact = self.contact.forget_expired(self.now)
        groups = [self.library.groups[name] for name in self._shared(contact)]
        if not groups or not contact.address:
            return Drop("left")
        if self.now.timestamp() >= self.notice.until_at or self._is_outdated(groups[0]):
            return Drop("late")
        allowed = [next_allowed(self.now, self.library.zone(group), contact.memberships[group.id]) for group in groups]
        times = [at for at in allowed if at]
        if len(times) < len(allowed):
            return Wait()
        latest = max(times)
        if latest.timestamp() >= self.notice.until_at:
            return Drop("late")
        if latest > self.now:
            return Hold(latest)
        return Send(Address.parse(contact.address), self._screen(groups[0], contact))

    def _shared(self, contact: Contact) -> Iterator[str]:
        """Name the groups that it is for and that she is in: the strictest of her terms counts."""
        return (name for name in self.notice.groups if name in contact.memberships and name in self.library.groups)

    def _is_outdated(self, group: Group) -> bool:
        """Tell whether the meeting of a reminder was moved, or is off, since the notice was made."""
        if self.notice.kind is not NoticeKind.REMINDER:
            return False
        meeting = _meeting(self.library, self.house, group, self.notice.meeting, self.now)
        return meeting is None or meeting.is_cancelled or int(meeting.starts_at.timestamp()) != self.notice.starts_at

    def _screen(self, group: Group, contact: Contact) -> Screen:
        language = contact.language
        found = {item.token: item for item in _items(group, self.notice.meeting, self.notice.question)}
        choices = [
            Choice(name, self.library.phrase(language, item.said))
            for name, item in found.items()
            if item.said in _OFFERED[self.notice.kind]
        ]
        ways = (Choice(way(word), self.library.phrase(language, word)) for word in WAYS)
        media, texts = self.notice.media, tuple(self._texts(group, language))
        if media and media.channel != Address.parse(contact.address).channel:
            # It lies with another platform: she is told that there is something, in the line that it would stand in.
            texts, media = ("\n".join((self.library.phrase(language, said_of(media)), *texts)),), None
        return Screen(texts, tuple(choices), tuple(ways), media=media)

    def _texts(self, group: Group, language: str) -> Iterator[str]:
        notice = self.notice
        timetable = Timetable(self.library, language, self.library.zone(group), self.now)
        if notice.kind is NoticeKind.REMINDER:
            yield timetable.reminder(_at(notice.starts_at))
        elif notice.kind is NoticeKind.CHANGE:
            yield self._change(timetable)
        elif notice.kind is NoticeKind.BROADCAST:
            yield from written(self.library, notice, language)
        else:
            yield self.library.phrase(language, f"tells_{notice.kind.value}")

    def _change(self, timetable: Timetable) -> str:
        is_at = timetable.when(_at(self.notice.starts_at)) if self.notice.starts_at else ""
        was_at = timetable.when(_at(self.notice.was_at)) if self.notice.was_at else ""
        if not is_at:
            return self.library.phrase(timetable.language, "tells_off", when=was_at)
        if not was_at:
            return self.library.phrase(timetable.language, "tells_added", when=is_at)
        if is_at == was_at:
            return self.library.phrase(timetable.language, "tells_news", when=is_at)
        return self.library.phrase(timetable.language, "tells_moved", when=is_at, was=was_at)


_OFFERED = {
    NoticeKind.REMINDER: ("i_come", "not_this_time"),
    NoticeKind.CHANGE: ("show_it",),
    NoticeKind.QUESTION: ("show_it",),
    NoticeKind.RESULT: ("show_it",),
    NoticeKind.STILL: ("still_yes", "still_no"),
    NoticeKind.BROADCAST: (),
}
"""Phrases on the buttons of a notice."""


def pressed(library: Library, house: House, contact: Contact, pressed_token: str, now: datetime) -> Item | None:
    """Return what a button under a notice does: it works wherever she is, for as long as there is something to say."""
    for name in contact.memberships:
        if group := library.groups.get(name):
            for item in _all_items(library, house, group, now):
                if item.token == pressed_token:
                    return item
    return None


def way(word: str) -> str:
    """Return the token of a way out under a notice."""
    return token("notice", "way", word)


def _all_items(library: Library, house: House, group: Group, now: datetime) -> Iterator[Item]:
    yield from _items(group, "", "")
    for meeting in _near(library, house, group, now):
        yield from _items(group, meeting.id, "")
    for question in house.state(group.id).questions:
        yield from _items(group, "", question.id)


def _items(group: Group, meeting: str, question: str) -> Iterator[Item]:
    """Name what can be pressed about a meeting, a question, or the group as a whole."""
    if meeting:
        answers = {GROUP: group.id, MEETING: meeting}
        for name, node in (("i_come", "come"), ("not_this_time", "not_come"), ("show_it", "meeting")):
            yield Item(token("notice", group.id, meeting, name), Position("groups", node), answers, said=name)
    elif question:
        answers = {GROUP: group.id, QUESTION: question}
        name = "show_it"
        yield Item(token("notice", group.id, question, name), Position("groups", "question"), answers, said=name)
    else:
        for name, node in (("still_yes", "still"), ("still_no", "leaving")):
            yield Item(token("notice", group.id, name), Position("groups", node), {GROUP: group.id}, said=name)


def _near(library: Library, house: House, group: Group, now: datetime) -> list[Meeting]:
    plan, zone = house.state(group.id).plan, library.zone(group)
    return meetings(group, plan, zone, now - group.length, now + AHEAD)


def _meeting(library: Library, house: House, group: Group, name: str, now: datetime) -> Meeting | None:
    return next((each for each in _near(library, house, group, now) if each.id == name), None)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
