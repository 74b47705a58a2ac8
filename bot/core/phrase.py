"""The names of all phrases that the program says, and what it fills into each.

`comadre check` holds `phrases.yaml` and its translations against this list; a test holds the code against it.
"""

from collections.abc import Iterator, Mapping

from bot.core.directory import Welcome

_PLAIN = """
    back menu exit more
    command_menu command_help command_back command_exit command_forget command_stop introduction group_notice
    unclear moved_on only_text edited too_long unknown_place place_gone no_link not_a_number not_a_time apology
    readable_here
    open_short closed_short open_always closed_now hours_unknown holidays
    walk_in_yes walk_in_no phone_free phone_paid free_yes free_no bill_yes bill_no
    anonymous_yes anonymous_no interpreters_yes interpreters_no
    languages address bring chat sms whatsapp source_undated low_confidence
    kept_nothing kept_handles kept_timer
""".split()  # noqa: SIM905 - in groups, as in the file that it mirrors
_FILLED = {
    "open_until": ("{time}",),
    "opens_today": ("{time}",),
    "opens_on": ("{day}", "{time}"),
    "closed_until": ("{day}",),
    "checked_on": ("{day}",),
    "source_of": ("{day}",),
    "kept_language": ("{language}", "{until}"),
    "kept_city": ("{city}", "{until}"),
    "kept_notice": ("{until}",),
    "kept_position": ("{until}",),
    "readable_here_signal": ("{link:signal}",),
}


def _all() -> Iterator[tuple[str, frozenset[str]]]:
    for name in _PLAIN:
        yield name, frozenset()
    for name, placeholders in _FILLED.items():
        yield name, frozenset(placeholders)
    for field in Welcome.model_fields:
        for answer in ("yes", "no"):
            yield f"{field}_{answer}", frozenset()


USED: Mapping[str, frozenset[str]] = dict(_all())
"""Phrase name -> the placeholders that its text must have, no more and no fewer."""
