"""What those who answer did, noted in the transaction of the step that did it."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bot.core.deed import Deed, deeds, talked
from bot.core.house import Announced, Approved, Blocked, Change, GroupState, Halted, Settled, Staff, Talked
from bot.core.notice import NoticeKind
from bot.storage.audit import BOT, Audit
from bot.storage.conversations import Conversations
from bot.storage.notices import Notices

_NOTED = (Settled, Announced, Halted, Approved, Talked, Blocked)
"""Changes that the trail tells of, where somebody who answers made them."""
Done = dict[tuple[Deed, tuple[str, ...]], None]
"""What was done to which groups or lines, each once, in the order in which it was done."""


class Trail:
    """Writes the lines before the changes, for what is done shows in what there was until now."""

    def __init__(
        self,
        audit: Audit,
        notices: Notices,
        conversations: Conversations,
        groups: Callable[[sqlite3.Connection], Mapping[str, GroupState]],
    ) -> None:
        """Take where to write, and where to read what there was."""
        self._audit = audit
        self._notices = notices
        self._conversations = conversations
        self._groups = groups

    def note(
        self,
        connection: sqlite3.Connection,
        staff: Callable[[], Staff | None],
        changes: Sequence[Change],
        hour: int | None,
    ) -> None:
        """Note what a step does in this `hour`; without one nobody did it but the bot."""
        for change in changes:
            if isinstance(change, Announced) and change.notice.kind is NoticeKind.RESULT:
                day = datetime.fromtimestamp(change.notice.due_at, UTC).date()
                self._audit.append(connection, day, BOT, Deed.CLOSED, change.notice.groups)
        somebody = staff() if hour is not None and any(isinstance(each, _NOTED) for each in changes) else None
        if somebody is None or hour is None:
            return
        day = datetime.fromtimestamp(hour * 3600, UTC).date()
        done = self._moderated(connection, changes) | self._answered(connection, somebody, changes)
        for deed, about in done:
            self._audit.append(connection, day, somebody.designation, deed, about)

    def _moderated(self, connection: sqlite3.Connection, changes: Iterable[Change]) -> Done:
        before = self._groups(connection)
        done: Done = {}
        for change in changes:
            match change:
                case Settled(group):
                    about: tuple[str, ...] = (group,)
                case Announced(notice):
                    about = notice.groups
                case Halted(name) | Approved(name):
                    about = self._notices.groups(connection, bytes.fromhex(name))
                case _:
                    continue
            for deed in deeds(change, before.get(about[0], GroupState()) if about else GroupState()):
                done[deed, about] = None
        return done

    def _answered(self, connection: sqlite3.Connection, staff: Staff, changes: Iterable[Change]) -> Done:
        """Note what she did on her lines: not in a conversation in which she is the one who asked."""
        done: Done = {}
        lines = [change.conversation.line for change in changes if isinstance(change, Talked)]
        for change in changes:
            match change:
                case Talked(conversation) if staff.answers(conversation.line):
                    before = self._conversations.find(connection, conversation.id)
                    for deed in talked(before, conversation, staff.designation):
                        done[deed, (conversation.line,)] = None
                case Blocked():
                    done[Deed.BLOCKED, tuple(lines[:1])] = None
        return done
