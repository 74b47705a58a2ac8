"""What stands in a letter, in the language of who reads it, and what the buttons under it do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import announcing, saying
from bot.core.beneath import beneath
from bot.core.broadcast import zone_of
from bot.core.contact import Contact
from bot.core.counting import answers_women, numbered
from bot.core.house import NOTICE, House, Progress
from bot.core.item import Item
from bot.core.letter import Letter, LetterKind
from bot.core.library import MENU, Library
from bot.core.message import Address, Choice, Screen
from bot.core.overtaking import overtaken
from bot.core.rooms import broadcast_text
from bot.core.rooms.sent import NOTICE_NODE, said
from bot.core.stage import Stage
from bot.core.terms import Terms, next_allowed
from bot.core.verdict import Drop, Hold, Send, Verdict


@dataclass(frozen=True)
class Desk:
    """Where a letter is written: what is known about its reader, and when."""

    library: Library
    house: House
    contact: Contact
    letter: Letter
    now: datetime

    def phrase(self, name: str, **values: str) -> str:
        """Say something of ours in her language."""
        return self.library.phrase(self.contact.language, name, **values)

    @property
    def progress(self) -> Progress | None:
        """The broadcast that it is about, as far as it is hers to know."""
        key = self.letter.values.get(NOTICE)
        return next((each for each in self.house.notices if key and each.notice.key == key), None)

    @property
    def stage(self) -> Stage:
        """What she would have before her on the screen that it leads to."""
        answers = {**self.contact.answers, **self.letter.values}
        position = self.library.resolve(NOTICE_NODE, "")
        channel = Address.parse(self.letter.to).channel
        return Stage(self.library, replace(self.contact, answers=answers), position, channel, self.now, self.house)


def judge(library: Library, now: datetime) -> Callable[[Contact, House, Letter], Verdict]:
    """Return what decides, at the moment when a letter would leave, whether it does and what stands in it."""

    def sort(contact: Contact, house: House, letter: Letter) -> Verdict:
        known = contact.forget_expired(now)
        desk = Desk(library, house, known, letter, now)
        verdict = _JUDGED[letter.kind](desk) if letter.kind in _JUDGED else None
        if verdict:
            return verdict
        swept = overtaken(known, house, letter)
        stands_before_her = known.living and not swept
        screen = render(library, house, known, letter, now)
        to = Address.parse(letter.to)
        if stands_before_her or answers_women(house):
            screen = numbered(screen, Stage(library, known, known.position or MENU, to.channel, now, house))
        return Send(to, screen, swept)

    return sort


def render(library: Library, house: House, contact: Contact, letter: Letter, now: datetime) -> Screen:
    """Return what stands in a letter."""
    if letter.kind in _SAID:
        return _SAID[letter.kind](Desk(library, house, contact, letter, now))
    announced = announcing.render(library, house, contact, letter, now)
    return announced or saying.render(library, house, contact, letter, now)


def pressed(library: Library, house: House, pressed_token: str) -> Item | None:
    """Return what a button under a letter does: it works wherever she is, for as long as there is something to show."""
    shown = next((each for each in _items(library, house) if each.token == pressed_token), None)
    return shown or saying.pressed(house, pressed_token) or announcing.pressed(library, house, pressed_token)


def _items(library: Library, house: House) -> Iterator[Item]:
    for progress in house.notices:
        key = progress.notice.key
        yield Item(_shows(key), library.resolve(NOTICE_NODE, ""), {NOTICE: key}, said="show_it")


def _shows(key: str) -> str:
    return beneath("letter", "show_it", key)


def _report(desk: Desk) -> Screen:
    """Say how a broadcast went, as its own screen would."""
    progress = desk.progress
    if progress is None:
        return Screen((desk.phrase("nothing_there"),))
    when = broadcast_text.when(desk.stage, progress.notice, progress.notice.due_at)
    return Screen((desk.phrase("letter_report", when=when, text=said(desk.stage)),), _shown(desk, progress))


def _approve(desk: Desk) -> Screen:
    """Say that something waits; what it says is read where it can be let go, and not on a lock screen."""
    return Screen((desk.phrase("letter_approve"),), _shown(desk, desk.progress))


def _shown(desk: Desk, progress: Progress | None) -> tuple[Choice, ...]:
    return (Choice(_shows(progress.notice.key), desk.phrase("show_it")),) if progress else ()


def _judge_report(desk: Desk) -> Verdict | None:
    """Decide: whoever stands before it sees it there."""
    position, answers = desk.contact.position, desk.contact.answers
    if desk.progress is None:
        return Drop("left")
    is_there = answers.get(NOTICE) == desk.letter.values[NOTICE]
    if position and is_there and replace(desk.stage, position=position).living:
        return Drop("late")
    return _by_day(desk, desk.progress)


def _judge_approve(desk: Desk) -> Verdict | None:
    """Decide: somebody may have let it go, or stopped it, meanwhile."""
    progress = desk.progress
    if progress is None or progress.stage != "asked":
        return Drop("late")
    return _by_day(desk, progress)


def _judge_follow_up(desk: Desk) -> Verdict | None:
    return announcing.judge_follow_up(desk.library, desk.contact, desk.letter, desk.now)


def _by_day(desk: Desk, progress: Progress) -> Verdict | None:
    """Let nobody be woken."""
    zone = zone_of(desk.library, progress.notice.groups)
    at = next_allowed(desk.now, zone, Terms()) if zone else desk.now
    return Hold(at) if at and at > desk.now else None


_SAID: Mapping[LetterKind, Callable[[Desk], Screen]] = {LetterKind.REPORT: _report, LetterKind.APPROVE: _approve}
"""What stands in each kind."""
_JUDGED: Mapping[LetterKind, Callable[[Desk], Verdict | None]] = {
    LetterKind.REPORT: _judge_report,
    LetterKind.APPROVE: _judge_approve,
    LetterKind.FOLLOW_UP: _judge_follow_up,
}
"""What may keep a kind from leaving now, or at all."""
