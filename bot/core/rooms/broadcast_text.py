"""A broadcast as a moderator reads it before it goes out: word for word, on a lock screen, to how many, and when."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core import lock_screen, speech
from bot.core.broadcast import MONTH_END, RULES, zone_of
from bot.core.notice import Notice
from bot.core.rooms.groups import phrase
from bot.core.speech import DIRECTORY
from bot.core.timetable import Timetable
from bot.core.written import said_of, written

if TYPE_CHECKING:
    from bot.core.stage import Stage

_REPEATED = {RULES["week"]: "timing_week", RULES["fortnight"]: "timing_fortnight", RULES["month"]: "timing_month"}
_REPEATED |= {MONTH_END: "timing_month_end"}


def preview(stage: "Stage", notice: Notice, audience: Mapping[str, int]) -> str:
    """Say it in each language that somebody reads it in, and what a locked screen shows of that."""
    names, texts, seen = _names(stage), [], []
    for code in _readers(stage, notice, audience):
        text = _text(stage, notice, code)
        texts.append(f"— {names[code]} —\n{text}")
        seen.append(f"{names[code]}: {lock_screen.line(text)}")
    return "\n\n".join((*texts, "\n".join((phrase(stage, "locked"), *seen))))


def audience(stage: "Stage", counts: Mapping[str, int]) -> str:
    """Say how many would get it, in all and by language; a member of two groups is one."""
    names = _names(stage)
    language = stage.contact.language
    total = phrase(stage, "reaches", count=speech.figure(language, sum(counts.values())))
    lines = (
        f"{names.get(code) or phrase(stage, 'other_language')}: {speech.figure(language, counts[code])}"
        for code in sorted(counts, key=lambda code: (-counts[code], code))
    )
    return "\n".join((total, *lines))


def timing(stage: "Stage", notice: Notice) -> str:
    """Say when it goes out, whether it comes again, and until when it is of use."""
    name = _REPEATED.get(notice.repeat, "timing_once")
    is_now = not notice.repeat and notice.due_at <= stage.now.timestamp()
    goes = phrase(stage, "timing_now") if is_now else phrase(stage, name, when=when(stage, notice, notice.due_at))
    return "\n".join((goes, phrase(stage, "useful_until", when=when(stage, notice, notice.until_at))))


def warning(stage: "Stage", notice: Notice, audience: Mapping[str, int]) -> str:
    """Name the words that give her away on a lock screen, nothing where there are none; what is to be done is hers."""
    languages = stage.library.speech.languages
    words = [
        word
        for code in _readers(stage, notice, audience)
        for word in lock_screen.telling_words(_text(stage, notice, code), languages[code].sensitive)
    ]
    said = ", ".join(dict.fromkeys(words))
    return phrase(stage, "gives_away", words=said) if words else ""


def when(stage: "Stage", notice: Notice, at: int) -> str:
    """Say an instant by the clock of the first group, and whose that is where the groups have several."""
    library, language = stage.library, stage.contact.language
    zone = zone_of(library, notice.groups)
    moment = datetime.fromtimestamp(at, UTC)
    if zone is None:
        return speech.weekday_clock(language, moment)
    said = Timetable(library, language, zone, stage.now).when(moment)
    groups = [library.groups[name] for name in notice.groups if name in library.groups]
    if len({library.zone(group).key for group in groups}) == 1:
        return said
    city = library.cities.get(groups[0].city)
    name = library.speech.say(language, DIRECTORY, city.name) if city else zone.key
    return phrase(stage, "by_clock", when=said, city=name)


def excerpt(stage: "Stage", notice: Notice, most: int) -> str:
    """Say the beginning of it, by which she knows it again."""
    text = " ".join(next(iter(notice.texts.values()), "").split())
    if not text and notice.media:
        return phrase(stage, said_of(notice.media))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _text(stage: "Stage", notice: Notice, language: str) -> str:
    text = "\n\n".join(written(stage.library, notice, language))
    if notice.media is None:
        return text
    return f"{stage.library.phrase(language, said_of(notice.media))}\n{text}".rstrip()


def _readers(stage: "Stage", notice: Notice, audience: Mapping[str, int]) -> Iterator[str]:
    """Name the languages that it is read in: those that have a text, then those of the others who get it."""
    languages = stage.library.speech.languages
    others = sorted(audience, key=lambda code: (-audience[code], code))
    return (code for code in dict.fromkeys((*notice.texts, *others)) if code in languages)


def _names(stage: "Stage") -> Mapping[str, str]:
    return {code: language.name for code, language in stage.library.speech.languages.items()}
