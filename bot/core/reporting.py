"""Who hears of a broadcast by a letter: its author when it is over, and the others while it waits for one of them."""

from collections.abc import Iterable, Iterator

from bot.core.house import NOTICE, Staff
from bot.core.letter import Letter, LetterKind
from bot.core.notice import Notice, NoticeKind


def report(notice: Notice, staff: Iterable[Staff]) -> Iterator[Letter]:
    """Write to the author how it went."""
    if notice.kind is NoticeKind.BROADCAST:
        for each in staff:
            if each.designation == notice.author and each.address:
                yield Letter(each.address, LetterKind.REPORT, values={NOTICE: notice.key})


def to_approve(notice: Notice, staff: Iterable[Staff]) -> Iterator[Letter]:
    """Write to whoever else answers for all of its groups that it waits to be read."""
    for each in staff:
        if each.designation != notice.author and each.address and all(map(each.may, notice.groups)):
            values = {NOTICE: notice.key}
            yield Letter(each.address, LetterKind.APPROVE, values=values, until_at=notice.until_at)
