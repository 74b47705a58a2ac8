"""Everything that is wrong in what people write, all at once, before any woman meets it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.finding import Finding, Level
from bot.content.library import Content, read_content
from bot.content.rules import (
    age,
    answer,
    canned,
    directory,
    fact,
    flow,
    group,
    line,
    lock_screen,
    phone,
    phrase,
    picture,
    reading,
    referral,
    text,
    translation,
    word,
)
from bot.core.library import Library

Rule = Callable[[Content], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    flow.empty_folder,
    flow.dead_target,
    flow.lost_start,
    flow.lost_landmark,
    flow.unreachable_node,
    flow.passing_circle,
    answer.unknown_answer,
    answer.unknown_value,
    answer.unknown_case,
    text.unknown_placeholder,
    text.silent_country,
    text.text_too_long,
    text.too_many_choices,
    text.twin_choices,
    lock_screen.unsafe_lock_screen,
    reading.long_sentence,
    reading.avoided_word,
    reading.exclamation_mark,
    phrase.missing_phrase,
    phrase.unused_phrase,
    phrase.phrase_placeholder,
    picture.unknown_picture,
    picture.unused_picture,
    picture.lost_picture,
    picture.bad_picture,
    picture.wordless_picture,
    canned.lost_ready_answer,
    canned.ready_placeholder,
    translation.lost_source,
    translation.missing_catalogue,
    translation.missing_translation,
    translation.stale_translation,
    translation.fuzzy_translation,
    translation.translated_placeholder,
    word.command_collision,
    word.language_collision,
    word.keyword_collision,
    word.empty_keyword,
    word.missing_word,
    word.unknown_language,
    directory.duplicate_id,
    directory.unknown_reference,
    directory.bad_hours,
    directory.shelter_address,
    directory.unsourced_urgency,
    group.bad_rrule,
    group.unsafe_start,
    group.unknown_tongue,
    group.early_reminder,
    line.unknown_line_place,
    line.partner_without_service,
    line.unknown_line_language,
    line.bad_line_hours,
    line.bad_ring,
    referral.referral_without_line,
    fact.unsourced_figure,
    fact.unknown_source,
    fact.unknown_place,
    directory.unsaid_source,
    phone.bad_phone,
    age.old_review,
    age.unverified_entry,
    age.future_date,
)
"""Each protects one thing, which its first line says; `tests/broken/` has a broken example of each."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found."""

    findings: tuple[Finding, ...]
    """By file and line."""
    library: Library | None
    """What was read, `None` when a file has no meaning; use it only when the report is good."""

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is left to do before this content is shipped; warnings wait for a person's time."""
        return all(finding.level is Level.WARNING for finding in self.findings)

    @property
    def is_usable(self) -> bool:
        """Tell whether a running bot may go on with this content: a corrected number must not wait for translators."""
        return all(finding.level is not Level.ERROR for finding in self.findings)


def check(folder: Path, today: date) -> Report:
    """Read a content folder and hold it against every rule, as of `today`."""
    content, library = read_content(folder, today)
    found = [finding for rule in RULES for finding in rule(content)]
    return Report(tuple(sorted((*content.findings, *found))), library)
