"""What has been written to groups: who still has to read it, how far it has come, and the word that stops it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import broadcast, speech
from bot.core.broadcast import OPEN, UNSENT, draft_in, zone_of
from bot.core.house import NOTICE, Approved, GroupState, Halted, Progress, Settled
from bot.core.message import Media
from bot.core.rooms import broadcast_text
from bot.core.rooms.broadcasts import begun, is_hers
from bot.core.rooms.groups import phrase
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Living, Outcome, Shown, places

if TYPE_CHECKING:
    from bot.core.stage import Stage

NOTICE_NODE, BEGUN = "broadcast.notice", "broadcast.begun"
NOT_ALONE, TOO_LATE = "broadcast.not_alone", "broadcast.too_late"
"""Where she is led who cannot do what she asked for: to how it is now, or to why not."""
LANDMARKS = places(NOTICE_NODE, BEGUN, NOT_ALONE, TOO_LATE)
LONGEST_LABEL = 60
BAR = 10
SOON = 1200
"""Seconds: what is put off for longer waits for her hours; for less, it is next in line or tried again."""
STATES = ("sent", "hours", "waiting", "gone", "silent", "failed", "late", "left", "halted", "line")
"""What becomes of a delivery, as a moderator reads it: the order of the report."""
_SAID = {
    "sent": "count_sent",
    "hours": "count_hours",
    "waiting": "count_waiting",
    "gone": "count_gone",
    "silent": "count_silent",
    "failed": "count_failed",
    "late": "count_late",
    "left": "count_left",
    "halted": "count_halted",
    "line": "count_line",
}
_STAGES = {
    "asked": "stage_asked",
    "due": "stage_due",
    "sending": "stage_sending",
    "ended": "stage_ended",
    "halted": "stage_halted",
}


def looked_at(stage: "Stage") -> Progress | None:
    """Return the broadcast that she has before her; of a group that is not hers there is none."""
    key = stage.known(NOTICE)
    found = next((each for each in stage.house.notices if key and each.notice.key == key), None)
    return found if found and is_hers(stage, found.notice.groups) else None


def _is_own(stage: "Stage", progress: Progress) -> bool:
    return stage.house.staff is not None and progress.notice.author == stage.house.staff.designation


def _asked(stage: "Stage") -> list[Progress]:
    """Return what waits for her to read it: what others wrote to groups of hers."""
    return [each for each in _hers(stage) if each.stage == "asked" and not _is_own(stage, each)]


def _hers(stage: "Stage") -> Iterator[Progress]:
    return (each for each in stage.house.notices if is_hers(stage, each.notice.groups))


def _let_go(stage: "Stage") -> Iterator[Entry]:
    """Offer to let exactly this go: an old button of another one lets nothing go."""
    progress = looked_at(stage)
    if progress and progress in _asked(stage):
        key = progress.notice.key
        yield Entry(key, phrase(stage, "let_it_go"), {"approved": key})


def _entries(stage: "Stage", found: Iterable[Progress]) -> Iterator[Entry]:
    """Name each by its time and its first words; what begins alike is numbered."""
    seen: Counter[str] = Counter()
    for progress in found:
        notice = progress.notice
        when = broadcast_text.when(stage, notice, notice.due_at)
        label = f"{when} · {broadcast_text.excerpt(stage, notice, max(1, LONGEST_LABEL - len(when) - 3))}"
        seen[label] += 1
        number = f" ({seen[label]})" if seen[label] > 1 else ""
        yield Entry(notice.key, f"{label[: LONGEST_LABEL - len(number)]}{number}", {NOTICE: notice.key})


def _halt(stage: "Stage") -> Outcome:
    """Stop it, and with it all that would come of it later; where nothing was sent yet, it counts for no limit."""
    progress = looked_at(stage)
    if progress is None or not _can_stop(progress):
        return Outcome(stage.contact)
    name = broadcast.series(progress.notice)
    stopped = [each for each in _hers(stage) if broadcast.series(each.notice) == name and _can_stop(each)]
    states: dict[str, GroupState] = {}
    for each in stopped:
        if each.stage in UNSENT:
            states |= _uncounted(stage, each, states)
    settled = (Settled(group, state) for group, state in states.items())
    return Outcome(stage.contact, (*(Halted(each.id) for each in stopped), *settled))


def _can_stop(progress: Progress) -> bool:
    """Tell whether there is anything left to stop: one that comes again can be stopped between two times."""
    comes_again = progress.stage == "ended" and progress.notice.repeat
    return bool(progress.id and (progress.stage in OPEN or comes_again))


def _uncounted(stage: "Stage", progress: Progress, states: Mapping[str, GroupState]) -> dict[str, GroupState]:
    notice = progress.notice
    zone = zone_of(stage.library, notice.groups)
    if zone is None:
        return {}
    day = broadcast.day_of(notice, zone)
    known = {group: states.get(group) or stage.house.state(group) for group in notice.groups}
    return {group: broadcast.undone(state, notice, day) for group, state in known.items()}


def _approve(stage: "Stage") -> Outcome:
    """Let it go as the second person, who is never the first, and who has this one before her."""
    progress = looked_at(stage)
    if progress is None or progress.stage != "asked" or stage.known("approved") != progress.notice.key:
        return Outcome(stage.contact, go=NOTICE_NODE)
    if _is_own(stage, progress):
        return Outcome(stage.contact, go=NOT_ALONE)
    if progress.notice.until_at <= stage.now.timestamp():
        return Outcome(stage.contact, go=TOO_LATE)
    return Outcome(stage.contact, (Approved(progress.id),))


def _redraft(stage: "Stage") -> Outcome:
    """Stop what was not sent yet and take its words into a new draft, which is read and confirmed as any other."""
    progress = looked_at(stage)
    if progress is None or progress.stage not in UNSENT:
        return Outcome(stage.contact, go=NOTICE_NODE)
    if draft_in(stage.contact.answers):
        return Outcome(stage.contact, go=BEGUN)
    zone = zone_of(stage.library, progress.notice.groups)
    if zone is None:
        return Outcome(stage.contact, go=NOTICE_NODE)
    name = begun(stage, progress.notice.key)
    draft = broadcast.as_draft(progress.notice, name, zone, stage.now)
    halted = _halt(stage)
    return replace(halted, contact=replace(stage.contact, answers={**stage.contact.answers, **draft}))


def _progress(stage: "Stage", _: str) -> str:
    """Say how far it has come, with a bar once it is going out."""
    progress = looked_at(stage)
    if progress is None:
        return phrase(stage, "nothing_there")
    now = _stage_of(stage, progress)
    lines = [phrase(stage, _STAGES[now])]
    if now in UNSENT or progress.notice.repeat:
        lines.append(broadcast_text.timing(stage, progress.notice))
    counts = {name: count for name, count in _counts(stage, progress).items() if count}
    if counts:
        lines.append(_bar(counts))
    figure, language = speech.figure, stage.contact.language
    lines += [phrase(stage, _SAID[name], count=figure(language, counts[name])) for name in STATES if name in counts]
    return "\n".join(lines)


def said(stage: "Stage") -> str:
    """Say how far the broadcast before her has come."""
    return _progress(stage, "")


def _stage_of(stage: "Stage", progress: Progress) -> str:
    is_begun = progress.stage == "due" and progress.notice.due_at <= stage.now.timestamp()
    return "sending" if is_begun else progress.stage


def _counts(stage: "Stage", progress: Progress) -> Mapping[str, int]:
    """Count by what a moderator wants to know: of what is pending, what waits for somebody's hours."""
    soon = stage.now.timestamp() + SOON
    hours = sum(count for due_at, count in progress.later.items() if due_at > soon)
    line = progress.counts.get("pending", 0) - hours + progress.counts.get("sending", 0)
    return {**progress.counts, "hours": hours, "line": line}


def _bar(counts: Mapping[str, int]) -> str:
    total = sum(counts.get(name, 0) for name in STATES)
    done = total - sum(counts.get(name, 0) for name in ("hours", "waiting", "line"))
    full = BAR * done // total if total else BAR
    return "▓" * full + "░" * (BAR - full)


def _whole(stage: "Stage", _: str) -> str:
    progress = looked_at(stage)
    if progress is None:
        return phrase(stage, "nothing_there")
    return broadcast_text.preview(stage, progress.notice, progress.audience)


def _facts(stage: "Stage", _: str) -> str:
    """Say of what is not sent yet who wrote it, to how many it goes, when, and what a lock screen gives away."""
    progress = looked_at(stage)
    if progress is None:
        return phrase(stage, "nothing_there")
    notice, audience = progress.notice, progress.audience
    lines = (
        broadcast_text.audience(stage, audience),
        broadcast_text.timing(stage, notice),
        phrase(stage, "written_by", author=notice.author),
        broadcast_text.warning(stage, notice, audience),
    )
    return "\n\n".join(line for line in lines if line)


def _media(stage: "Stage") -> Media | None:
    progress = looked_at(stage)
    return progress.notice.media if progress else None


def _count_asked(stage: "Stage", _: str) -> str:
    """Say how many wait for her; where none does, nothing stands before the question."""
    number = len(_asked(stage))
    said = phrase(stage, "asked_count", count=speech.figure(stage.contact.language, number)) if number else ""
    return f"{said}\n\n" if said else ""


def _which(stage: "Stage") -> str:
    """Tell which screen shows it now."""
    progress = looked_at(stage)
    if progress is None:
        return ""
    if progress.stage == "asked":
        return "own" if _is_own(stage, progress) else "asked"
    if _stage_of(stage, progress) == "due":
        return "planned"
    if progress.stage in OPEN:
        return "running"
    return "again" if _can_stop(progress) and not _is_stopped(stage, progress) else "over"


def _is_stopped(stage: "Stage", progress: Progress) -> bool:
    """Tell whether what comes again was stopped at another of its times."""
    name = broadcast.series(progress.notice)
    return any(each.stage == "halted" and broadcast.series(each.notice) == name for each in _hers(stage))


def _is_open(stage: "Stage") -> bool:
    progress = looked_at(stage)
    return progress is not None and progress.stage in OPEN


LISTS: Mapping[str, List] = {
    "notices": lambda stage: _entries(stage, _hers(stage)),
    "asked": lambda stage: _entries(stage, _asked(stage)),
    "let_go": _let_go,
}
ACTIONS: Mapping[str, Action] = {"halt": _halt, "approve": _approve, "redraft": _redraft}
FILLS: Mapping[str, Fill] = {"progress": _progress, "notice": _whole, "notice_facts": _facts, "asked": _count_asked}
KNOWN: Mapping[str, Known] = {"sent": _which, "waiting": lambda stage: "yes" if _asked(stage) else "no"}
MEDIA: Mapping[str, Shown] = {"notice": _media}
LIVING: Mapping[str, Living] = {"progress": Living(NOTICE_NODE, _is_open)}
