"""What the bot writes first, as each reader gets it: in her language, on her terms, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.beneath import beneath
from bot.core.contact import HANDLE_KEPT, Contact, Position
from bot.core.counting import answers_women, numbered
from bot.core.directory import Group
from bot.core.duration import LONGEST_LENGTH
from bot.core.house import GROUP, MEETING, QUESTION, House, meeting_subject
from bot.core.item import Item
from bot.core.library import MENU, Library
from bot.core.meeting import DAY, Meeting, meetings
from bot.core.message import Address, Choice, Screen, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.platform import SPARING
from bot.core.rooms.groups import AHEAD, COME, DOES_NOT, GO_ON, NOT_COME, SHOW, STOP
from bot.core.speech import Word, normalise
from bot.core.stage import Stage
from bot.core.terms import next_allowed
from bot.core.timetable import Timetable
from bot.core.verdict import Drop, Hold, Judge, Send, Verdict, Wait
from bot.core.written import said_of, written

WAYS: tuple[Word, ...] = ("menu", "exit")
SPARED_AFTER = timedelta(days=30)
"""Where a platform throttles, broadcasts go only to who has written since."""
EMERGENCY_KEPT = timedelta(minutes=30)
"""Who is in the middle of an emergency is left alone for so long, and then looked at again."""


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
        """Decide: she may have left, it may be of no use to her, or her hours have not come."""
        contact = self.contact.forget_expired(self.now)
        groups = [self.library.groups[name] for name in self._shared(contact)]
        if not groups or not contact.address:
            return Drop("left")
        if self._is_declined():
            return Drop("declined")
        if self._is_late(self.now) or self._is_outdated(groups[0], contact):
            return Drop("late")
        if self._is_silent(contact):
            return Drop("silent")
        return self._when(groups, contact) or Send(Address.parse(contact.address), self._screen(groups, contact))

    def _when(self, groups: list[Group], contact: Contact) -> Verdict | None:
        """Decide what happens instead where she may not be written to now."""
        allowed = [self._allowed(group, contact) for group in groups]
        times = [at for at in allowed if at]
        if len(times) < len(allowed):
            return Wait()
        latest = max(times)
        if self._is_late(latest):
            return Drop("late")
        return Hold(latest) if latest > self.now else None

    def _shared(self, contact: Contact) -> Iterator[str]:
        """Name the groups that it is for and that she is in: the strictest of her terms counts."""
        # Whether she still wants to hear from us is about all of them.
        named = contact.memberships if self.notice.kind is NoticeKind.STILL else self.notice.groups
        return (name for name in named if name in contact.memberships and name in self.library.groups)

    def _allowed(self, group: Group, contact: Contact) -> datetime | None:
        """Return when she may be written to about a group, `None` while she has to write before."""
        has_just_written = fold(self.now) - contact.seen <= 1
        if contact.position and has_just_written and self.library.is_urgent(contact.position):
            return self.now + EMERGENCY_KEPT
        terms = contact.memberships[group.id]
        if terms.kind == "quiet" and self.house.has_written and has_just_written:
            return self.now
        return next_allowed(self.now, self.library.zone(group), terms)

    def _is_late(self, at: datetime) -> bool:
        return at.timestamp() >= self.notice.until_at

    def _is_declined(self) -> bool:
        """Tell whether she said that she does not come; that a meeting moved, she hears all the same."""
        notice = self.notice
        if notice.kind is not NoticeKind.REMINDER:
            return False
        return any(self.house.own.get(meeting_subject(each, notice.meeting)) == DOES_NOT for each in notice.groups)

    def _is_silent(self, contact: Contact) -> bool:
        """Tell whether a broadcast is not for her, for she has not written for long where little may be sent."""
        is_sparing = Address.parse(contact.address).channel in SPARING
        is_long = fold(self.now) - contact.seen > int(SPARED_AFTER.total_seconds()) // 3600
        return is_sparing and is_long and self.notice.kind is NoticeKind.BROADCAST

    def _is_outdated(self, group: Group, contact: Contact) -> bool:
        """Tell whether things have changed since the notice was made: the meeting, or her silence."""
        notice = self.notice
        if notice.kind is NoticeKind.STILL:
            return not contact.is_asked
        if notice.kind not in (NoticeKind.REMINDER, NoticeKind.CHANGE):
            return False
        meeting = self._meeting(group)
        if meeting is None:
            # Nothing is left of a meeting that was added and is off; who had it in mind is told.
            return bool(notice.starts_at)
        is_at = 0 if meeting.is_cancelled else int(meeting.starts_at.timestamp())
        return is_at != notice.starts_at

    def _meeting(self, group: Group) -> Meeting | None:
        """Return the meeting that it is about, as it stands now."""
        plan, zone = self.house.state(group.id).plan, self.library.zone(group)
        times = [_at(each) for each in (self.notice.starts_at, self.notice.was_at) if each]
        found = meetings(group, plan, zone, min(times) - DAY, max(times) + DAY) if times else []
        return next((each for each in found if each.id == self.notice.meeting), None)

    def _screen(self, groups: list[Group], contact: Contact) -> Screen:
        language = contact.language
        choices = tuple(
            Choice(item.token, self.library.phrase(language, item.said))
            for item in _items(groups, self.notice)
            if item.said in _OFFERED[self.notice.kind]
        )
        ways = (Choice(way(word), self.library.phrase(language, word)) for word in WAYS)
        media, texts = self.notice.media, tuple(self._texts(groups[0], language))
        instead = self.library.phrase(language, said_of(media)) if media else ""
        screen = Screen(texts, choices, tuple(ways), media=media, instead=instead)
        if not contact.position and not answers_women(self.house):
            return screen
        position, channel = contact.position or MENU, Address.parse(contact.address).channel
        return numbered(screen, Stage(self.library, contact, position, channel, self.now, self.house))

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
            yield self.library.phrase(language, _SAID[notice.kind])

    def _change(self, timetable: Timetable) -> str:
        is_at = timetable.when(_at(self.notice.starts_at)) if self.notice.starts_at else ""
        was_at = timetable.when(_at(self.notice.was_at)) if self.notice.was_at else ""
        if not is_at:
            return self.library.phrase(timetable.language, "tells_off", when=was_at)
        if was_at in ("", is_at):
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
_TYPED = tuple(name for names in _OFFERED.values() for name in names if name != "show_it")
"""Those that mean the same under whatever they stand."""


_SAID = {
    NoticeKind.QUESTION: "tells_question",
    NoticeKind.RESULT: "tells_result",
    NoticeKind.STILL: "tells_still",
}


def pressed(library: Library, house: House, contact: Contact, pressed_token: str, now: datetime) -> Item | None:
    """Return what a button under a notice does: it works wherever she is, for as long as there is something to say."""
    found = _all_items(library, house, contact, now - HANDLE_KEPT, now)
    return next((each for each in found if each.token == pressed_token), None)


def typed(library: Library, house: House, contact: Contact, text: str, now: datetime) -> Item | None:
    """Return what the words of a button under a notice do, for who types them: about the next meeting of hers."""
    written = normalise(text)
    said = {name for name in _TYPED if written in _spoken(library, name)}
    if not said or not contact.memberships:
        return None
    return next((each for each in _all_items(library, house, contact, now, now) if each.said in said), None)


def way(word: str) -> str:
    """Return the token of a way out under a notice."""
    return beneath("notice", "way", word)


def _spoken(library: Library, name: str) -> frozenset[str]:
    """Return a phrase in all languages, as it is compared with what she types."""
    languages = library.speech.languages
    return library.once(
        ("spoken", name), lambda: frozenset(normalise(library.phrase(language, name)) for language in languages)
    )


def _all_items(library: Library, house: House, contact: Contact, since: datetime, now: datetime) -> Iterator[Item]:
    """Name what can be pressed under what she was sent: about meetings that end after `since`, the next first."""
    groups = [library.groups[name] for name in contact.memberships if name in library.groups]
    yield from _still(groups)
    found = [meeting for group in groups for meeting in _meetings(library, house, group, since, now)]
    for meeting in sorted(found, key=lambda each: (each.is_cancelled, each.starts_at)):
        yield from _about_meeting(meeting.group, meeting.id)
    for group in groups:
        for question in house.state(group.id).questions:
            yield _about_question(group.id, question.id)


def _items(groups: list[Group], notice: Notice) -> Iterator[Item]:
    """Name what can be pressed under one notice."""
    if notice.kind is NoticeKind.STILL:
        yield from _still(groups)
    elif notice.meeting:
        yield from _about_meeting(groups[0].id, notice.meeting)
    elif notice.question:
        yield _about_question(groups[0].id, notice.question)


def _still(groups: list[Group]) -> Iterator[Item]:
    if groups:
        yield Item(beneath("notice", "still_yes"), GO_ON, said="still_yes")
        yield Item(beneath("notice", "still_no"), STOP, said="still_no")


def _about_meeting(group: str, meeting: str) -> Iterator[Item]:
    answers = {GROUP: group, MEETING: meeting}
    for name, go in (("i_come", COME), ("not_this_time", NOT_COME), ("show_it", SHOW)):
        yield Item(beneath("notice", group, meeting, name), go, answers, said=name)


def _about_question(group: str, question: str) -> Item:
    answers = {GROUP: group, QUESTION: question}
    return Item(beneath("notice", group, question, "show_it"), Position("groups", "question"), answers, said="show_it")


def _meetings(library: Library, house: House, group: Group, since: datetime, now: datetime) -> list[Meeting]:
    plan, zone = house.state(group.id).plan, library.zone(group)
    found = meetings(group, plan, zone, since - LONGEST_LENGTH, now + AHEAD)
    return [each for each in found if each.ends_at > since]


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
