"""What a ready answer says: to each reader in her own language, whoever sends it never learns which."""

from datetime import datetime

from bot.core import availability, speech
from bot.core.card import Teller
from bot.core.library import Library
from bot.core.speech import CANNED, placeholders, split_placeholder


def ready_answer(library: Library, language: str, line: str, name: str, now: datetime) -> str:
    """Say one with the numbers of the country of a line, or of all where it has none; empty where there is none."""
    ready, known = library.canned.get(name), library.lines.get(line)
    if ready is None:
        return ""
    country = availability.zone(library, known)[1] if known else ""
    countries = [country] if country else sorted({each.country for each in library.directory.hotlines})
    text, teller = library.speech.say(language, CANNED, ready.text), Teller(library, language, now)
    values = {each: teller.numbers(countries, split_placeholder(each)[1]) for each in placeholders(text)}
    return speech.fill(text, values, isolate=library.speech.is_right_to_left(language))
