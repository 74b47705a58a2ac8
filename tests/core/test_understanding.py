"""What she means: the order of understanding, near misses, numbers, accents."""

import re
from dataclasses import replace

import pytest

from bot.core.contact import Contact, Position
from bot.core.house import House
from bot.core.library import GREETING, MENU, Library
from bot.core.message import Incoming, Kind
from bot.core.stage import Stage
from bot.core.understanding import (
    Answered,
    Chosen,
    Command,
    Found,
    Meaning,
    Opened,
    Placed,
    Sought,
    Spoken,
    Unclear,
    read_time,
    understand,
)
from tests.core.people import ANA, NOW, with_flow
from tests.core.relays import PORTO, peer, with_lines

WHERE = Position("find", "ask_city")
FIND = Position("find", "start")
OVERDOSE = Position("overdose", "start")
SOMEBODY = House(team=(peer("amber birch", PORTO),))


def means(library: Library, text: str, position: Position | None = MENU, language: str = "en") -> Meaning:
    """Understand a text typed at a position."""
    contact = Contact(language, "", position)
    stage = Stage(library, contact, position, "telegram", NOW) if position else None
    return understand(library, Incoming(ANA, Kind.TEXT, "1", text=text), stage)


def chosen(library: Library, text: str, position: Position = MENU, language: str = "en") -> str:
    """Return the English label of the choice that a text makes, or nothing."""
    meaning = means(library, text, position, language)
    return meaning.item.text or meaning.item.city or meaning.item.language if isinstance(meaning, Chosen) else ""


def answered(library: Library, ask: str, text: str) -> Meaning:
    """Understand a text typed where something is asked for, whatever the flows that we ship ask for today."""
    asking = with_flow(library, start={"say": "?", "ask": ask, "go": "start.menu", "name": "answer"})
    trial = Position("trial", "start")
    stage = Stage(asking, Contact("en", "", trial), trial, "telegram", NOW)
    return understand(asking, Incoming(ANA, Kind.TEXT, "1", text=text), stage)


def test_a_word_that_always_works_comes_before_free_text(library: Library) -> None:
    assert answered(library, "text", "EXIT") == Command("exit")


def test_free_text_takes_what_is_no_command_even_a_number_a_label_or_a_cry_for_help(library: Library) -> None:
    for text in ("1", "overdose", "Find a service", "porto"):
        assert answered(library, "text", text) == Answered(text)


def test_halves_of_surrogate_pairs_are_left_out_of_what_is_kept(library: Library) -> None:
    assert answered(library, "text", "a\ud800b") == Answered("ab")


def test_what_is_kept_of_an_answer_is_bounded(library: Library) -> None:
    meaning = answered(library, "text", "a" * 10_000)
    assert isinstance(meaning, Answered)
    assert len(meaning.value) == 500


@pytest.mark.parametrize(("text", "value"), [("3", "3"), (" 12 ", "12"), ("٣", "3"), ("007", "7")])
def test_a_number_may_be_written_in_any_digits(library: Library, text: str, value: str) -> None:
    assert answered(library, "number", text) == Answered(value)


@pytest.mark.parametrize("text", ["three", "1.5", "1234567890123"])
def test_what_is_no_number_is_said_so(library: Library, text: str) -> None:
    assert answered(library, "number", text) == Unclear("not_a_number")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("18:30", "18:30"),
        ("18.30", "18:30"),
        ("18h30", "18:30"),
        ("18h", "18:00"),
        ("6 pm", "18:00"),
        ("12am", "00:00"),
        ("12 PM", "12:00"),
        ("7", "07:00"),
        ("18 Uhr", "18:00"),
        ("\u0669:\u0660\u0665", "09:05"),
        ("24:00", ""),
        ("18:60", ""),
        ("tonight", ""),
        ("", ""),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, time: str) -> None:
    assert read_time(text) == time


def test_a_choice_is_its_number_in_any_digits(library: Library) -> None:
    assert chosen(library, "1", FIND) == chosen(library, "\u0661", FIND) == "A bed for the night"


def test_the_numbers_go_on_over_the_ways_out(library: Library) -> None:
    stage = Stage(library, Contact("en", "", FIND), FIND, "telegram", NOW)
    assert means(library, str(len(stage.shown) + 1), FIND) == Command("menu")
    assert means(library, str(len(stage.shown) + 2), FIND) == Command("exit")


@pytest.mark.parametrize("text", ["0", "99", "1" * 900])
def test_a_number_that_is_not_there_is_no_choice(library: Library, text: str) -> None:
    assert isinstance(means(library, text, FIND), Unclear)


@pytest.mark.parametrize("text", ["clean gear", "CLEAN GEAR", "cléan géar!", "clean gaer", "clen gear"])
def test_a_label_is_forgiven_case_accents_and_a_typing_error(library: Library, text: str) -> None:
    assert chosen(library, text, FIND) == "Clean gear"


def test_a_label_may_be_typed_in_any_language(library: Library) -> None:
    portuguese = library.speech.say("pt", "find", "Clean gear")
    assert portuguese != "Clean gear"
    assert chosen(library, portuguese, FIND, "es") == "Clean gear"


def test_a_part_of_a_label_is_enough_where_only_one_has_it(library: Library) -> None:
    assert chosen(library, "shower", FIND) == "Food, a shower, clothes"


def test_a_choice_comes_before_a_keyword(library: Library) -> None:
    assert chosen(library, "naloxone", Position("find", "more")) == "Naloxone"


def test_they_wake_up_is_never_taken_for_its_contrary(library: Library) -> None:
    assert chosen(library, "they wake up", OVERDOSE) == "They wake up"
    assert chosen(library, "they don't wake up", OVERDOSE) == "They don't wake up"
    assert chosen(library, "they dont wake up", OVERDOSE) == "They don't wake up"
    assert chosen(library, "dont wake up", OVERDOSE) != "They wake up"


def test_a_word_that_we_know_is_no_typing_error_in_a_label(library: Library) -> None:
    assert chosen(library, "preciso de ajuda agroa", MENU, "pt") == "I need help now"
    assert means(library, "preciso de ajuda juridica", MENU, "pt") == Sought("legal_aid", "")


def test_a_node_may_have_keywords_of_its_own(library: Library) -> None:
    assert means(library, "tengo fiebre") == Opened("ways.wound")


def test_a_bare_cry_for_help_takes_no_one_out_of_an_emergency(library: Library) -> None:
    assert means(library, "call the ambulance") == Opened("now")
    assert means(library, "call the ambulance", OVERDOSE) == Unclear("unclear_urgent")
    assert means(library, "he raped me", OVERDOSE) == Opened("violence")


@pytest.mark.parametrize("flow", ["overdose", "now", "low", "violence"])
def test_in_an_emergency_what_is_not_understood_leads_to_the_next_step_and_never_to_a_talk(flow: str) -> None:
    here = Stage(with_lines(), Contact("en", "porto"), Position(flow, "start"), "telegram", NOW, SOMEBODY)
    for text in ("qwertz", "qwertz " * 500):
        assert understand(with_lines(), Incoming(ANA, Kind.TEXT, "1", text=text), here) == Unclear("unclear_urgent")


@pytest.mark.parametrize(("city", "phrase"), [("porto", "unclear_talk"), ("barcelona", "unclear"), ("", "unclear")])
def test_a_talk_is_offered_only_where_somebody_answers_for_her_city(city: str, phrase: str) -> None:
    here = Stage(with_lines(), Contact("en", city), MENU, "telegram", NOW, SOMEBODY)
    incoming = Incoming(ANA, Kind.TEXT, "1", text="qwertz")
    assert understand(with_lines(), incoming, here) == Unclear(phrase)
    assert understand(with_lines(), incoming, replace(here, house=House())) == Unclear("unclear")


def test_what_is_offered_in_an_emergency_is_understood_there_in_each_language(library: Library) -> None:
    for language in library.speech.languages:
        said = library.phrase(language, "unclear_urgent")
        words = re.findall(r"“(.+?)”", said)
        assert [means(library, each, OVERDOSE, language) for each in words] == [Command("help"), Command("back")]


def test_an_urgent_flow_comes_before_a_need_and_a_city(library: Library) -> None:
    assert means(library, "overdose naloxone porto") == Opened("overdose")


def test_an_urgent_flow_opens_even_where_a_place_is_asked_for(library: Library) -> None:
    assert means(library, "overdose", WHERE) == Opened("overdose")


@pytest.mark.parametrize(
    ("text", "need", "city"),
    [
        ("metadone porto", "opioid_treatment", "porto"),
        ("methadone in Oporto please", "opioid_treatment", "porto"),
        ("metadona barcelona", "opioid_treatment", "barcelona"),
        ("abrigo porto", "shelter", "porto"),
        ("shelter", "shelter", ""),
        ("Αθήνα", "", "athens"),
        ("barna", "", "barcelona"),
    ],
)
def test_a_need_and_a_city_are_found_in_any_language(library: Library, text: str, need: str, city: str) -> None:
    assert means(library, text) == Sought(need, city)


def test_a_city_answers_where_a_place_is_asked_for(library: Library) -> None:
    assert means(library, "vivo perto de Порту", WHERE) == Placed("porto")
    assert chosen(library, "porto", WHERE) == "porto"


def test_a_place_that_is_not_known_is_said_so(library: Library) -> None:
    assert means(library, "zzyzx", WHERE) == Unclear("unknown_place")


def test_the_name_of_a_language_switches_to_it(library: Library) -> None:
    assert means(library, "portugues") == Spoken("pt")
    assert means(library, "ESPAÑOL") == Spoken("es")


def test_the_name_of_a_service_finds_it(library: Library) -> None:
    meaning = means(library, "metzinere")
    assert isinstance(meaning, Found)
    assert library.services[meaning.services[0]].name == "Metzineres"


@pytest.mark.parametrize("text", ["", "?", "\ud800", "asdfghjkl", "👍", "\u200b"])
def test_nonsense_is_honestly_not_understood(library: Library, text: str) -> None:
    assert means(library, text) == Unclear("unclear")


def test_a_novel_is_too_long_unless_it_begins_with_a_cry_for_help(library: Library) -> None:
    assert means(library, "la " * 4000) == Unclear("too_long")
    assert means(library, "overdose " + "la " * 4000) == Opened("overdose")


def test_a_stranger_is_understood_as_everyone_else(library: Library) -> None:
    assert means(library, "overdose", None) == Opened("overdose")
    assert means(library, "sair", None) == Command("exit")
    assert means(library, "1", None) == Unclear("unclear")


def test_a_button_of_another_screen_has_moved_on(library: Library) -> None:
    old = Stage(library, Contact("en", "", GREETING), GREETING, "telegram", NOW).shown[0].token
    now = Stage(library, Contact("en", "", FIND), FIND, "telegram", NOW)
    press = Incoming(ANA, Kind.PRESS, "1", token=old)
    assert understand(library, press, now) == Unclear("moved_on")


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.PICTURE, Kind.FILE, Kind.STICKER, Kind.LOCATION, Kind.CARD])
def test_what_is_no_text_gets_a_kind_answer(library: Library, kind: Kind) -> None:
    assert understand(library, Incoming(ANA, kind, "1"), None) == Unclear("only_text")


def test_a_changed_message_is_not_read_again(library: Library) -> None:
    assert understand(library, Incoming(ANA, Kind.EDIT, "1", text="overdose"), None) == Unclear("edited")


BEFORE_HER_YES = [Position("peer", "kept"), Position("peer", "topic"), Position("peer", "leaving")]


@pytest.mark.parametrize("where", [*BEFORE_HER_YES, Position("company", "agree"), Position("referral", "agree")])
@pytest.mark.parametrize(
    "text", ["não tenho onde dormir", "methadone porto", "I feel so alone", "he shouts at me " * 100]
)
def test_what_she_writes_before_she_has_said_yes_is_not_guessed_at(
    library: Library, where: Position, text: str
) -> None:
    assert means(library, text, where) == Unclear("unsent")


@pytest.mark.parametrize("where", BEFORE_HER_YES)
def test_before_she_has_said_yes_a_command_a_language_and_a_cry_mean_what_they_always_do(
    library: Library, where: Position
) -> None:
    assert means(library, "menu", where) == Command("menu")
    assert means(library, "español", where) == Spoken("es")
    assert means(library, "she is not breathing", where) == Opened("overdose")


def test_before_she_has_said_yes_a_choice_may_be_typed_with_an_error(library: Library) -> None:
    assert chosen(library, "yes, call a pear", Position("peer", "kept")) == "Yes, call a peer"
    assert chosen(library, "leave a message", Position("peer", "leaving")) == "Yes, leave a message"
    assert chosen(library, "1", Position("peer", "topic")) == "Someone hurts me"


def test_before_she_has_said_yes_a_keyword_in_what_she_writes_is_no_choice(library: Library) -> None:
    said = means(library, "my body is tired of all of this", Position("peer", "topic"))
    assert said == Unclear("unsent")
