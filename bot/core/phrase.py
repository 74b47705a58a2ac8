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
    languages address bring chat sms whatsapp source_undated low_confidence check_again
    kept_nothing kept_handles kept_timer kept_answers
    no_meeting meeting_over place_for_members place_for_coming you_yes you_no no_agreement
    terms_any terms_always terms_quiet
    not_a_day not_yours no_group every_group no_proposal vote_yes vote_no asks_agreement asks_show_small asks_hide_small
    question_gone question_over result_too_few result_tie result_agreement
    i_come not_this_time show_it still_yes still_no tells_question tells_result tells_still not_translated
    too_long_to_send not_to_send all_groups locked other_language voice_note sent_picture timing_now send_it let_it_go
    letter_approve
    letter_begun letter_handed_over letter_code_asked letter_joined letter_ended letter_expired letter_not_delivered
    letter_taken_back letter_duty_ends letter_take letter_not_now letter_answer letter_more letter_support letter_duty
    letter_end letter_helplines letter_again line_here line_away line_no_hours place_first not_across too_long_across
    not_sent not_changed duty_is_off no_line_of_hers languages_of_line statement_none talk_over topic_talk
    topic_danger closing_other
    nothing_there stage_asked stage_due stage_sending stage_ended stage_halted
    slowly
    wish_open help_interpreter help_children help_papers help_medicine passed_asks passed_time_any
    passed_time_morning passed_time_afternoon passed_time_evening agree_yes reason_full reason_area reason_women
    reason_papers reason_children reason_use reason_other letter_nobody_yet letter_read letter_accepted
    letter_follow_up letter_back letter_accept letter_ask letter_refuse letter_place letter_others letter_tell
    kept_later
    unclear_talk unclear_urgent letter_nobody letter_nobody_left letter_waits letter_ended_support
    letter_picture_large letter_picture_unreadable letter_picture_missing letter_expired_unread letter_parted
    letter_voice_large letter_voice_unreadable letter_voice_missing
    too_large_across one_across enough_held letter_closed
    kept_unread only_last went_to_nobody
    letter_code_not_it stopped_talk stopped_asked stopped_staff unsent
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
    "kept_groups": ("{groups}", "{until}"),
    "next_meeting": ("{when}",),
    "meeting_off": ("{when}",),
    "meeting_was": ("{when}",),
    "terms_hours": ("{first}", "{last}"),
    "kept_role": ("{groups}",),
    "kept_talk": ("{until}",),
    "kept_lines": ("{lines}",),
    "members": ("{number}",),
    "who_comes": ("{yes}", "{no}"),
    "proposals": ("{number}",),
    "today": ("{day}",),
    "tomorrow": ("{day}",),
    "question_closed": ("{question}",),
    "question_until": ("{when}", "{number}"),
    "question_own": ("{answer}",),
    "result_chosen": ("{answer}",),
    "result_few": ("{answer}", "{number}"),
    "tells_news": ("{when}",),
    "tells_moved": ("{when}", "{was}"),
    "tells_off": ("{when}",),
    "tells_added": ("{when}",),
    "groups_of_city": ("{city}",),
    "gives_away": ("{words}",),
    "reaches": ("{count}",),
    "timing_once": ("{when}",),
    "timing_week": ("{when}",),
    "timing_fortnight": ("{when}",),
    "timing_month": ("{when}",),
    "timing_month_end": ("{when}",),
    "useful_until": ("{when}",),
    "by_clock": ("{city}", "{when}"),
    "asked_count": ("{count}",),
    "written_by": ("{author}",),
    "count_sent": ("{count}",),
    "count_hours": ("{count}",),
    "count_waiting": ("{count}",),
    "count_gone": ("{count}",),
    "count_failed": ("{count}",),
    "count_late": ("{count}",),
    "count_left": ("{count}",),
    "count_halted": ("{count}",),
    "count_line": ("{count}",),
    "letter_report": ("{when}", "{text}"),
    "letter_changed": ("{text}",),
    "letter_ring": ("{designation}", "{about}"),
    "letter_ring_second": ("{designation}", "{about}"),
    "letter_taken": ("{designation}",),
    "letter_yours": ("{designation}", "{about}"),
    "letter_note": ("{designation}",),
    "letter_code_right": ("{designation}",),
    "letter_code_wrong": ("{designation}",),
    "letter_code_none": ("{designation}",),
    "letter_joined_staff": ("{designation}",),
    "letter_debrief": ("{designation}",),
    "letter_ended_staff": ("{designation}",),
    "letter_expired_staff": ("{designation}",),
    "letter_not_delivered_staff": ("{designation}",),
    "letter_taken_back_staff": ("{designation}",),
    "lines_here": ("{lines}",),
    "place_ahead": ("{number}",),
    "duty_until": ("{time}",),
    "statement_month": ("{hours}", "{minutes}", "{month}", "{talks}"),
    "today_at": ("{time}",),
    "tomorrow_at": ("{time}",),
    "day_at": ("{weekday}", "{day}", "{time}"),
    "every_day": ("{time}",),
    "every_week": ("{weekday}", "{time}"),
    "every_second_week": ("{weekday}", "{time}"),
    "first_of_month": ("{weekday}", "{time}"),
    "second_of_month": ("{weekday}", "{time}"),
    "third_of_month": ("{weekday}", "{time}"),
    "fourth_of_month": ("{weekday}", "{time}"),
    "last_of_month": ("{weekday}", "{time}"),
    "reminder_today": ("{time}",),
    "reminder_tomorrow": ("{time}",),
    "reminder_day": ("{weekday}", "{day}", "{time}"),
    "readable_here_signal": ("{link:signal}",),
    "count_silent": ("{count}",),
    "disappears": ("{time}",),
    "kept_disappears": ("{until}",),
    "wish_place": ("{place}",),
    "wish_for": ("{purpose}",),
    "wish_day": ("{day}",),
    "wish_help": ("{helps}",),
    "passed_need": ("{need}",),
    "passed_language": ("{language}",),
    "passed_words": ("{text}",),
    "letter_ring_company": ("{designation}",),
    "letter_ring_referral": ("{designation}",),
    "letter_yours_agreed": ("{designation}",),
    "letter_refused": ("{reason}",),
    "letter_over": ("{designation}",),
    "letter_alone": ("{designation}",),
    "letter_parted_staff": ("{designation}",),
    "note_in": ("{language}",),
}
SENT_FIRST = (
    *("reminder_today", "reminder_tomorrow", "reminder_day"),
    *("tells_moved", "tells_off", "tells_added", "tells_news"),
    *("tells_question", "tells_result", "tells_still", "not_translated"),
    *("letter_report", "letter_approve"),
    *("letter_begun", "letter_handed_over", "letter_nobody", "letter_code_asked", "letter_joined"),
    *("letter_ended", "letter_expired", "letter_not_delivered", "letter_taken_back", "letter_ring"),
    *("letter_ring_second", "letter_taken", "letter_yours", "letter_note", "letter_code_right"),
    *("letter_code_wrong", "letter_code_none", "letter_joined_staff", "letter_debrief", "letter_duty_ends"),
    *("letter_ended_staff", "letter_expired_staff", "letter_not_delivered_staff", "letter_taken_back_staff"),
    *("letter_ring_company", "letter_ring_referral", "letter_yours_agreed", "letter_nobody_yet", "letter_read"),
    *("letter_accepted", "letter_refused", "letter_follow_up"),
    *("letter_nobody_left", "letter_closed", "letter_ended_support", "letter_code_not_it"),
    *("place_first", "place_ahead"),
    *("letter_picture_large", "letter_picture_unreadable", "letter_picture_missing"),
    *("letter_voice_large", "letter_voice_unreadable", "letter_voice_missing"),
    *("letter_expired_unread", "letter_over", "letter_alone", "letter_parted", "letter_parted_staff"),
)
"""What the bot says without being asked: `comadre check` reads it as a stranger reads her lock screen."""


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
