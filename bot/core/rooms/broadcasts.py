"""Writing to a group: for whom, in which languages, when, and once more to read before anything goes out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core import broadcast, speech
from bot.core.broadcast import TEXT, Draft, draft_in, without_draft, zone_of
from bot.core.contact import Contact
from bot.core.directory import Group
from bot.core.house import AUDIENCE, NOTICE, Announced, Settled
from bot.core.message import Media, token
from bot.core.notice import Notice
from bot.core.rooms import broadcast_text
from bot.core.rooms.groups import AHEAD, phrase
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, Shown, places
from bot.core.speech import DIRECTORY

if TYPE_CHECKING:
    from bot.core.stage import Stage

DAYS_AHEAD = 14
"""How many days are buttons: what is further away is typed."""
WHO, WRITE, CONFIRM = "broadcast.who", "broadcast.write", "broadcast.confirm"
PAST, FAR = "broadcast.past", "broadcast.far"
ENOUGH, AGAIN, NOTHING = "broadcast.enough", "broadcast.again", "broadcast.nothing"
"""Where she is led instead of sending: whoever may not, who has nothing to send, and who has to look once more."""
_TIMES = {"past": PAST, "far": FAR}
LANDMARKS = places(WHO, WRITE, CONFIRM, PAST, FAR, ENOUGH, AGAIN, NOTHING)


def is_hers(stage: "Stage", groups: tuple[str, ...]) -> bool:
    """Tell whether she answers for all of these groups; one that is foreign or not there makes it no."""
    staff = stage.house.staff
    return bool(groups) and staff is not None and all(map(staff.may, groups)) and _are_known(stage, groups)


def _are_known(stage: "Stage", groups: tuple[str, ...]) -> bool:
    return all(name in stage.library.groups for name in groups)


def draft_of(stage: "Stage") -> Draft | None:
    """Return what she is writing, as long as it is for groups of hers."""
    draft = draft_in(stage.contact.answers)
    return draft if draft and is_hers(stage, draft.groups) else None


def _notice(stage: "Stage") -> Notice | None:
    """Return what would go out if she confirmed it now."""
    draft, staff = draft_of(stage), stage.house.staff
    zone = zone_of(stage.library, draft.groups) if draft else None
    if draft is None or staff is None or zone is None:
        return None
    return draft.notice(staff.designation, zone, stage.now)


def begun(stage: "Stage", *parts: str) -> str:
    """Make up the name of a draft, which says nothing of whose it is: no two steps give the same."""
    designation = stage.house.staff.designation if stage.house.staff else ""
    return token("draft", designation, stage.now.isoformat(), *stage.contact.recent, *parts)


def _audiences(stage: "Stage") -> Iterator[Entry]:
    """Name each group that she answers for, then her cities with more than one, then all of it."""
    staff, cities = stage.house.staff, stage.library.cities
    hers = [group for group in stage.library.directory.groups if staff and staff.may(group.id)]
    by_city: dict[str, list[Group]] = {}
    for group in hers:
        by_city.setdefault(group.city, []).append(group)
        yield Entry(group.id, group.name, {AUDIENCE: group.id})
    for city, groups in by_city.items():
        if 1 < len(groups) < len(hers) and city in cities:
            name = stage.library.speech.say(stage.contact.language, DIRECTORY, cities[city].name)
            yield _of_several(f"city {city}", phrase(stage, "groups_of_city", city=name), groups)
    if len(hers) > 1:
        yield _of_several("all", phrase(stage, "all_groups"), hers)


def _of_several(name: str, label: str, groups: list[Group]) -> Entry:
    return Entry(name, label, {AUDIENCE: " ".join(group.id for group in groups)})


def _untranslated(stage: "Stage") -> Iterator[Entry]:
    """Name the languages without a text: those of the women who would get it first."""
    draft = draft_of(stage)
    counts = stage.house.audience
    for code in sorted(stage.library.speech.languages, key=lambda code: (-counts.get(code, 0), code)):
        if draft and code not in draft.texts:
            yield _tongue(stage, code)


def _translated(stage: "Stage") -> Iterator[Entry]:
    draft = draft_of(stage)
    return (_tongue(stage, code) for code in (draft.texts if draft else ()))


def _tongue(stage: "Stage", code: str) -> Entry:
    language = stage.library.speech.languages.get(code)
    return Entry(code, language.name if language else code, {"tongue": code})


def _days(stage: "Stage") -> Iterator[Entry]:
    draft = draft_of(stage)
    zone = zone_of(stage.library, draft.groups) if draft else None
    today = stage.now.astimezone(zone).date()
    for number in range(DAYS_AHEAD):
        day = today + timedelta(days=number)
        yield Entry(day.isoformat(), speech.weekday_date(stage.contact.language, day), {"send_day": day.isoformat()})


def _confirm(stage: "Stage") -> Iterator[Entry]:
    """Offer to send exactly this: an old button that confirmed another text confirms nothing any more."""
    if draft := draft_of(stage):
        yield Entry(draft.mark, phrase(stage, "send_it"), {"confirmed": draft.mark})


def _begin(stage: "Stage") -> Outcome:
    """Begin anew for an audience of hers, in the language that most of its groups speak first."""
    groups = tuple(stage.known(AUDIENCE).split())
    left = replace(stage.contact, answers=without_draft(stage.contact.answers))
    if not is_hers(stage, groups):
        return Outcome(left, go=WHO)
    main = (stage.library.groups[groups[0]].languages or ("",))[0]
    tongue = main if main in stage.library.speech.languages else stage.contact.language
    answers = {"draft": begun(stage, *groups), AUDIENCE: " ".join(groups), "tongue": tongue}
    return Outcome(replace(left, answers={**left.answers, **answers}))


def _keep(stage: "Stage") -> Outcome:
    """Put what she wrote under its language; what was asked about an earlier text is asked again."""
    answers = dict(stage.contact.answers)
    text, tongue = answers.pop("content", ""), answers.get("tongue") or stage.contact.language
    answers.pop("again", None)
    if draft_of(stage) is None:
        return Outcome(replace(stage.contact, answers=without_draft(answers)), go=WHO)
    if text:
        answers[TEXT + tongue] = text
        answers.setdefault("main", tongue)
    return Outcome(replace(stage.contact, answers=answers))


def _discard(stage: "Stage") -> Outcome:
    return Outcome(_bare(stage))


def _bare(stage: "Stage", **answers: str) -> Contact:
    """Return her without the draft."""
    return replace(stage.contact, answers={**without_draft(stage.contact.answers), **answers})


def _announce(stage: "Stage") -> Outcome:
    """Let it go out, exactly as she has read it; nothing of it stays in her answers."""
    draft, notice = draft_of(stage), _notice(stage)
    zone = zone_of(stage.library, notice.groups) if notice else None
    if draft is None or notice is None or zone is None:
        return Outcome(_bare(stage), go=NOTHING)
    day = broadcast.day_of(notice, zone)
    if refused := _why_not(stage, draft, notice, day):
        return Outcome(stage.contact, go=refused)
    settled = (
        Settled(name, broadcast.counted(broadcast.noted(stage.house.state(name), notice, stage.now), day))
        for name in notice.groups
    )
    announced = Announced(notice, asks=stage.house.rules.needs_two)
    return Outcome(_bare(stage, **{NOTICE: notice.key}), (*settled, announced))


def _why_not(stage: "Stage", draft: Draft, notice: Notice, day: str) -> str:
    """Return where to, instead of sending."""
    states = [stage.house.state(name) for name in notice.groups]
    if draft.is_empty:
        return WRITE
    if stage.known("confirmed") != draft.mark:
        return CONFIRM
    if wrong := _TIMES.get(_time_chosen(stage)):
        return wrong
    if any(state.written.get(day, 0) >= stage.house.rules.broadcasts_a_day for state in states):
        return ENOUGH
    is_same = any(broadcast.is_same(state, notice, stage.now) for state in states)
    return AGAIN if is_same and stage.known("again") != "yes" else ""


def is_past(stage: "Stage", notice: Notice) -> bool:
    """Tell whether the time that she chose is over."""
    return notice.due_at < int(stage.now.timestamp())


def _media(stage: "Stage") -> Media | None:
    notice = _notice(stage)
    return notice.media if notice else None


def _preview(stage: "Stage", _: str) -> str:
    notice = _notice(stage)
    if notice is None or (not notice.texts and not notice.media):
        return phrase(stage, "nothing_there")
    return broadcast_text.preview(stage, notice, stage.house.audience)


def _audience(stage: "Stage", _: str) -> str:
    return broadcast_text.audience(stage, stage.house.audience if draft_of(stage) else {})


def _timing(stage: "Stage", _: str) -> str:
    notice = _notice(stage)
    return broadcast_text.timing(stage, notice) if notice else ""


def _warning(stage: "Stage", _: str) -> str:
    """Begin with a blank line, so that where there is no warning there is no gap."""
    notice = _notice(stage)
    said = broadcast_text.warning(stage, notice, stage.house.audience) if notice else ""
    return f"\n\n{said}" if said else ""


def _tongue_name(stage: "Stage", _: str) -> str:
    return _tongue(stage, stage.known("tongue") or stage.contact.language).label


def _limit(stage: "Stage", _: str) -> str:
    return speech.figure(stage.contact.language, stage.house.rules.broadcasts_a_day)


def _has_draft(stage: "Stage") -> str:
    draft = draft_of(stage)
    return "" if draft is None else "media" if draft.media else "text" if draft.texts else "empty"


def _time_chosen(stage: "Stage") -> str:
    notice = _notice(stage)
    if notice is None:
        return ""
    return "past" if is_past(stage, notice) else "far" if _is_far(stage, notice) else "ahead"


def _is_far(stage: "Stage", notice: Notice) -> bool:
    return notice.due_at >= (stage.now + AHEAD).timestamp()


LISTS: Mapping[str, List] = {
    "audiences": _audiences,
    "untranslated": _untranslated,
    "translated": _translated,
    "send_days": _days,
    "confirm": _confirm,
}
ACTIONS: Mapping[str, Action] = {
    "begin_draft": _begin,
    "keep_draft": _keep,
    "discard": _discard,
    "announce": _announce,
}
FILLS: Mapping[str, Fill] = {
    "preview": _preview,
    "audience": _audience,
    "timing": _timing,
    "warning": _warning,
    "tongue": _tongue_name,
    "limit": _limit,
}
KNOWN: Mapping[str, Known] = {"written": _has_draft, "time_chosen": _time_chosen}
MEDIA: Mapping[str, Shown] = {"preview": _media}
