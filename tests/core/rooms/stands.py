"""Where a moderator may stand on the way of a broadcast, for walks that come there in no other way."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.core.broadcast import draft_in
from bot.core.contact import Position
from bot.core.house import AUDIENCE, NOTICE, House, Progress, Role, Staff
from bot.core.message import Media
from bot.core.notice import Notice, NoticeKind

HOUR = 3600
HERS, OTHERS = Staff("amber badger", Role.ADMIN), "bold wren"
KEY = "broadcast aa 2026-11-23"
DRAFT = {"draft": "bb", "tongue": "pt", "main": "pt", "text_pt": "Olá"}

Stand = tuple[Position, Mapping[str, str], House]


def stands(group: str, now: datetime) -> Iterator[Stand]:
    """Name each node of the flow that something must have happened for, with what has."""
    notice = _notice(group, int(now.timestamp()))
    draft = {**DRAFT, AUDIENCE: group}
    bare = House(staff=HERS, audience={"pt": 7, "es": 2, "en": 1, "": 3})
    full = replace(bare, notices=tuple(_progress(notice)))
    for node in ("begun", "past", "far", "confirm", "draft", "tongues", "change", "write_more"):
        yield Position("broadcast", node), draft, bare
    for node in ("again", "enough", "nothing", "not_alone", "none_asked", "none_sent", "no_group"):
        yield Position("broadcast", node), draft if draft_in(draft) else {}, bare
    for node in ("asked", "notices", "who_or_read"):
        yield Position("broadcast", node), {}, full
    for progress in full.notices:
        node = _NODES[progress.stage, progress.notice.author, bool(progress.notice.repeat)]
        yield Position("broadcast", node), {NOTICE: progress.notice.key}, full
    yield Position("broadcast", "too_late"), {NOTICE: KEY}, full


_NODES = {
    ("asked", OTHERS, False): "reading",
    ("asked", HERS.designation, False): "handed",
    ("due", OTHERS, False): "planned",
    ("sending", OTHERS, False): "running",
    ("ended", OTHERS, True): "between",
    ("ended", OTHERS, False): "report",
    ("halted", OTHERS, False): "report",
}


def _notice(group: str, at: int) -> Notice:
    texts, media = {"pt": "Droga e agulhas"}, Media("telegram", "voice", "f")
    return Notice(
        NoticeKind.BROADCAST, (group,), at + HOUR, at + 25 * HOUR, KEY, texts=texts, media=media, author=OTHERS
    )


def _progress(notice: Notice) -> Iterator[Progress]:
    """Name one of each stage."""
    states = ("sent", "pending", "waiting", "sending", "gone", "failed", "late", "left", "halted")
    counts = {state: 1000 + number for number, state in enumerate(states)}
    for number, (stage, author, is_repeated) in enumerate(_NODES):
        made = replace(notice, key=f"broadcast c{number} 2026-11-23", author=author)
        made = replace(made, repeat="FREQ=WEEKLY") if is_repeated else made
        yield Progress(f"{number:032x}", made, stage, counts, {notice.until_at: 400}, {"pt": 7, "es": 2})
    yield Progress("f" * 32, notice, "asked")
