"""What somebody who answers did, as one word of ours: for the trail, which tells nothing of what was said."""

from collections.abc import Iterator
from enum import StrEnum

from bot.core.conversation import Conversation
from bot.core.house import Announced, Approved, Change, GroupState, Halted, Settled
from bot.core.notice import NoticeKind
from bot.core.plan import Change as Altered
from bot.core.plan import Plan


class Deed(StrEnum):
    """Every word of the trail."""

    INVITED = "invitation made"
    JOINED = "invitation redeemed"
    REVOKED = "role taken away"
    MOVED = "meeting moved"
    OFF = "meeting called off"
    ON = "meeting on again"
    ADDED = "meeting added"
    PLACE = "place of a meeting changed"
    NOTE = "note of a meeting changed"
    DROPPED = "proposal dropped"
    ASKED = "question opened"
    WITHDRAWN = "question withdrawn"
    CLOSED = "question closed"
    PROPOSED = "broadcast written, waits for a second person"
    SENT = "broadcast sent"
    APPROVED = "broadcast approved"
    STOPPED = "broadcast stopped"
    TAKEN = "conversation taken"
    LEFT = "conversation handed over or left"
    ENDED = "conversation ended"
    DANGER = "danger marked"
    BLOCKED = "somebody blocked"
    LIFTED = "every block lifted"


_UNALTERED = Altered()


def deeds(change: Change, before: GroupState) -> Iterator[Deed]:
    """Name what a change of somebody who answers does, to a group that was as `before`."""
    match change:
        case Settled(_, after):
            yield from _planned(before.plan, after.plan)
            yield from _decided(before, after)
        case Announced(notice, asks) if notice.kind is NoticeKind.BROADCAST:
            yield Deed.PROPOSED if asks else Deed.SENT
        case Approved():
            yield Deed.APPROVED
        case Halted():
            yield Deed.STOPPED


def talked(before: Conversation | None, after: Conversation, staff: str) -> Iterator[Deed]:
    """Name what a change of a conversation says that one of those who answer did in it."""
    was_there, is_there = before is not None and before.seat_of(staff) is not None, after.seat_of(staff) is not None
    if is_there and not was_there:
        yield Deed.TAKEN
    if was_there and not is_there and after.is_live:
        yield Deed.LEFT
    if was_there and not after.is_live:
        yield Deed.ENDED
    if before is not None and after.is_hard and not before.is_hard:
        yield Deed.DANGER


def _planned(before: Plan, after: Plan) -> Iterator[Deed]:
    if {each.id for each in after.extras} - {each.id for each in before.extras}:
        yield Deed.ADDED
    for meeting in sorted(before.changes.keys() | after.changes.keys()):
        was, now = before.changes.get(meeting, _UNALTERED), after.changes.get(meeting, _UNALTERED)
        if was.is_cancelled != now.is_cancelled:
            yield Deed.OFF if now.is_cancelled else Deed.ON
        if was.start != now.start:
            yield Deed.MOVED
        if was.place != now.place:
            yield Deed.PLACE
        if was.note != now.note:
            yield Deed.NOTE


def _decided(before: GroupState, after: GroupState) -> Iterator[Deed]:
    asked, known = {each.id for each in after.questions}, {each.id for each in before.questions}
    if asked - known:
        yield Deed.ASKED
    if known - asked:
        yield Deed.WITHDRAWN
    if len(after.agenda) < len(before.agenda):
        yield Deed.DROPPED
