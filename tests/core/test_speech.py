"""How things are said: translation, negotiation, direction, dates, and what counts as the same word."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import speech
from bot.core.speech import Language, Speech

SPEECH = Speech(
    {
        "en": Language(name="English", words={}, negations=(), sensitive=()),
        "pt": Language(name="Português", words={}, negations=(), sensitive=()),
        "zh-hant": Language(name="中文", words={}, negations=(), sensitive=()),
        "fa": Language(name="فارسی", direction="rtl", words={}, negations=(), sensitive=()),
    },
    {"pt": {("start", "Menu"): "Menu", ("start", "Back"): "Voltar"}},
)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("pt-BR", "pt"), ("PT", "pt"), ("pt_PT", "pt"), ("zh-Hant", "zh-hant"), ("de", "en"), ("", "en"), ("fa-IR", "fa")],
)
def test_the_language_of_her_app_is_spoken_where_we_can(locale: str, language: str) -> None:
    assert SPEECH.negotiate(locale) == language


def test_english_is_said_where_nobody_has_translated_yet() -> None:
    assert SPEECH.say("pt", "start", "Back") == "Voltar"
    assert SPEECH.say("pt", "other", "Back") == "Back"
    assert SPEECH.say("fa", "start", "Back") == "Back"


def test_a_value_is_isolated_from_text_that_runs_the_other_way() -> None:
    values = {"{city}": "Porto", "{lines}": "a\nb"}
    assert speech.fill("{city}, {lines}", values, isolate=True) == "\u2068Porto\u2069, a\nb"
    assert speech.fill("{city}", values) == "Porto"
    assert SPEECH.is_right_to_left("fa")
    assert not SPEECH.is_right_to_left("pt")
    assert not SPEECH.is_right_to_left("xx")


def test_a_value_is_never_read_as_a_placeholder() -> None:
    assert speech.fill("{a} {b}", {"{a}": "{b}", "{b}": "x"}) == "{b} x"


def test_placeholders_are_named_with_their_argument() -> None:
    assert speech.placeholders("Call {hotline:emergency} in {city}, not {Other} or {}") == {
        "{hotline:emergency}",
        "{city}",
    }
    assert speech.split_placeholder("{hotline:emergency}") == ("hotline", "emergency")
    assert speech.placeholders("since {ago:72 hours}, not {ago:72 horas}") == {"{ago:72 hours}", "{ago:72 horas}"}
    assert speech.split_placeholder("{ago:72 hours}") == ("ago", "72 hours")
    assert speech.split_placeholder("{city}") == ("city", "")
    assert speech.split_placeholder("city") == ("", "")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Olvídame", "olvidame"),
        ("esquece-me", "ESQUECE  ME"),
        ("Straße", "STRASSE"),
        ("Αθήνας", "ΑΘΗΝΑΣ"),
        ("ﬁlters", "filters"),
        ("can't", "cant"),
        ("\U0001d404\U0001d417\U0001d408\U0001d413", "exit"),
        ("\uff25\uff38\uff29\uff34", "exit"),
        ("não!", "nao"),
    ],
)
def test_words_are_the_same_without_case_accents_and_script_variants(text: str, same: str) -> None:
    assert speech.normalise(text) == speech.normalise(same)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = speech.normalise(text)
    assert speech.normalise(once) == once


def test_a_date_is_said_as_exactly_as_it_is_known() -> None:
    assert speech.partial_day("en", "2026") == "2026"
    assert speech.partial_day("en", "2026-11") == "November 2026"
    assert speech.partial_day("pt", "2026-11-21") == "21 de novembro de 2026"


def test_a_clock_time_keeps_its_zone() -> None:
    assert speech.clock("en", datetime(2026, 7, 1, 18, 0, tzinfo=ZoneInfo("Europe/Athens"))) == "18:00"
    assert speech.clock("en", time(8, 5)) == "08:05"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Thursday 19 November, 14:00"),
        ("pt", "quinta-feira, 19 de novembro, 14:00"),
        ("es", "jueves, 19 de noviembre, 14:00"),
        ("de", "Donnerstag, 19. November, 14:00"),
        ("nl", "donderdag 19 november, 14:00"),
        ("fr", "jeudi 19 novembre, 14:00"),
        ("it", "giovedì 19 novembre, 14:00"),
        ("fa", "پنجشنبه 19 نوامبر،\u200f 14:00"),
    ],
)
def test_a_moment_of_these_days_is_said_with_both_names_in_full_and_without_a_year(language: str, said: str) -> None:
    assert speech.weekday_clock(language, datetime(2026, 11, 19, 14, tzinfo=ZoneInfo("Europe/Athens"))) == said
    assert said.startswith(speech.weekday_date(language, date(2026, 11, 19)))


def test_days_countries_and_languages_have_names_in_her_language() -> None:
    assert speech.weekday("pt", 0) == "segunda-feira"
    assert speech.country_name("es", "PT") == "Portugal"
    assert speech.language_name("es", "el") == "griego"
    assert speech.language_name("es", "xx") == "xx"
    assert speech.language_name("en", "prs") == "Dari"
    assert speech.language_name("pt", "prs") == "dari"
    assert speech.enumerate_all("en", ["a", "b", "c"]) == "a, b and c"
    assert speech.enumerate_all("en", []) == ""
    assert speech.day("es", date(2026, 1, 2)) == "2 de enero de 2026"
