"""One step of the conversation, by example."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.contact import Contact, Position, Timer
from bot.core.engine import LONGEST_PASSAGE, Counted, Forgotten, Turn, Wiped, apologise, finish_leaving, respond
from bot.core.library import GREETING, HELP, MENU, STOPPED, Library
from bot.core.message import Incoming, Kind, fold, token
from tests.core.people import ANA, NOW, with_flow

OVERDOSE = Position("overdose", "start")


def at(position: Position | None = MENU, **known: object) -> Contact:
    """Return someone at a position."""
    return replace(Contact("en", position=position, seen=fold(NOW)), **known)


def types(library: Library, contact: Contact, text: str, number: str = "1") -> Turn:
    """Let her type."""
    return respond(library, contact, Incoming(ANA, Kind.TEXT, number, text=text, handle=number), NOW)


def starts(library: Library, contact: Contact, payload: str, locale: str = "en") -> Turn:
    """Let her open the chat by a link."""
    return respond(library, contact, Incoming(ANA, Kind.START, "1", payload=payload, locale=locale), NOW)


@pytest.mark.parametrize(
    ("payload", "language", "city", "position"),
    [
        ("", "es", "", GREETING),
        ("pt-porto", "pt", "porto", MENU),
        ("PT-Porto", "pt", "porto", MENU),
        ("pt", "pt", "", MENU),
        ("pt-viana-do-castelo", "pt", "viana-do-castelo", MENU),
        ("xx-porto", "es", "porto", MENU),
        ("pt-atlantis", "pt", "", MENU),
        ("anything else", "es", "", GREETING),
        ("\ud800", "es", "", GREETING),
    ],
)
def test_a_link_sets_what_it_names_and_nothing_else_is_read_from_it(
    library: Library, payload: str, language: str, city: str, position: Position
) -> None:
    contact = starts(library, Contact(), payload, "es-MX").contact
    assert (contact.language, contact.city, contact.position) == (language, city, position)
    assert contact.answers == {}


def test_a_start_begins_anew_and_stops_the_timer(library: Library) -> None:
    timer = Timer(int(NOW.timestamp()) + 60, "start", str(ANA))
    contact = starts(library, at(OVERDOSE, trail=(MENU,), answers={"need": "shelter"}, timer=timer), "").contact
    assert (contact.trail, contact.answers, contact.timer, contact.position) == ((), {}, None, GREETING)


def test_her_language_is_not_changed_by_the_one_of_her_app(library: Library) -> None:
    assert respond(library, at(), Incoming(ANA, Kind.TEXT, "1", text="?", locale="pt"), NOW).contact.language == "en"


def test_the_same_update_is_one_step_and_no_mark_is_written_twice(library: Library) -> None:
    once = types(library, at(), "find a service").contact
    twice = types(library, once, "find a service").contact
    assert twice == once
    assert once.recent == (token("1"),)


def test_after_many_others_an_old_update_is_still_bounded_in_the_record(library: Library) -> None:
    contact = at()
    for number in range(20):
        contact = types(library, contact, "?", str(number)).contact
    assert len(contact.recent) == 6


def test_back_goes_where_she_came_from_also_across_flows(library: Library) -> None:
    contact = types(library, types(library, at(), "find a service", "1").contact, "overdose", "2").contact
    assert contact.position == OVERDOSE
    back = types(library, contact, "back", "3").contact
    assert back.position == Position("find", "start")
    again = types(library, back, "back", "4").contact
    assert again.position == MENU
    assert types(library, again, "back", "5").contact.position == MENU


def test_a_timer_is_set_on_arrival_and_carries_her_address(library: Library) -> None:
    contact = types(library, at(OVERDOSE), "they wake up").contact
    assert contact.timer == Timer(int((NOW + timedelta(minutes=5)).timestamp()), "five_minutes", str(ANA))


def test_asking_again_where_she_is_does_not_stop_the_timer(library: Library) -> None:
    waiting = types(library, at(OVERDOSE), "they wake up", "1").contact
    assert types(library, waiting, "what?", "2").contact.timer == waiting.timer
    assert types(library, waiting, "português", "3").contact.timer == waiting.timer


@pytest.mark.parametrize("text", ["menu", "exit", "stop", "forget me", "shelter"])
def test_moving_on_stops_the_timer(library: Library, text: str) -> None:
    waiting = types(library, at(OVERDOSE), "they wake up", "1").contact
    assert types(library, waiting, text, "2").contact.timer is None


def test_a_timer_comes_after_a_restart_and_not_before_its_second(library: Library) -> None:
    waiting = types(library, at(OVERDOSE), "they wake up").contact
    stored = Contact.from_dict(waiting.to_dict())
    ring = Incoming(ANA, Kind.TIMER, "timer")
    assert respond(library, stored, ring, NOW + timedelta(seconds=299)) == Turn(stored, None)
    turn = respond(library, stored, ring, NOW + timedelta(seconds=300))
    assert turn.contact.position == Position("overdose", "five_minutes")
    assert turn.screen
    assert turn.contact.seen == stored.seen, "she has not written"


def test_a_timer_never_comes_to_someone_who_has_been_away_for_a_day(library: Library) -> None:
    waiting = types(library, at(OVERDOSE), "they wake up").contact
    assert respond(library, waiting, Incoming(ANA, Kind.TIMER, "timer"), NOW + timedelta(hours=25)).screen is None


def test_exit_keeps_language_and_city_and_forget_keeps_nothing(library: Library) -> None:
    someone = at(OVERDOSE, city="porto", trail=(MENU,), living=("7",)).with_handles(("5",), NOW)
    leaving = types(library, someone, "exit", "9")
    assert finish_leaving(leaving.contact, is_wiped=True) == Contact("en", "porto", seen=fold(NOW))
    assert leaving.effects == (Wiped(("5", "9", "7")),)
    forgotten = types(library, someone, "forget me", "9")
    assert forgotten.contact == Contact()
    assert forgotten.effects == (Forgotten(("5", "9", "7")),)


def test_an_exit_that_a_crash_cut_short_is_finished_when_it_comes_again(library: Library) -> None:
    someone = at(OVERDOSE, city="porto", trail=(MENU,), living=("7",)).with_handles(("5",), NOW)
    leaving = types(library, someone, "exit", "9")
    again = types(library, leaving.contact, "exit", "9")
    assert again.effects == leaving.effects
    assert again.screen == leaving.screen


def test_who_writes_after_an_exit_that_was_cut_short_is_greeted_and_her_old_messages_can_still_be_wiped(
    library: Library,
) -> None:
    someone = at(OVERDOSE, living=("7",)).with_handles(("5",), NOW)
    leaving = types(library, someone, "exit", "9")
    turn = respond(library, leaving.contact, Incoming(ANA, Kind.TEXT, "another", text="hm", handle="11"), NOW)
    assert turn.contact.position == GREETING
    assert {handle.id for handle in turn.contact.handles} >= {"5", "7"}


def test_messages_that_could_not_be_wiped_wait_for_the_next_time(library: Library) -> None:
    someone = at(OVERDOSE, living=("7",)).with_handles(("5",), NOW)
    left = finish_leaving(types(library, someone, "exit", "9").contact, is_wiped=False)
    assert left.position is None
    assert {handle.id for handle in left.handles} == {"5", "7", "9"}


def test_the_last_screen_has_no_way_back_to_what_was(library: Library) -> None:
    for text in ("exit", "forget me"):
        turn = types(library, at(OVERDOSE, trail=(MENU,)), text)
        assert turn.screen
        assert turn.screen.ways == ()
        assert turn.replaces == ()


def test_stop_and_help_are_places_that_she_can_come_back_from(library: Library) -> None:
    for text, position in (("stop", STOPPED), ("help", HELP)):
        contact = types(library, at(Position("find", "start")), text).contact
        assert contact.position == position
        assert contact.trail[-1] == Position("find", "start")


def test_this_is_wrong_is_counted_by_service_and_keeps_nothing_more(library: Library) -> None:
    service = next(iter(library.services))
    card = at(Position("find", "card"), answers={"service": service})
    turn = types(library, card, "this is wrong")
    assert turn.effects == (Counted(f"wrong:{service}"),)
    assert turn.contact.answers == card.answers


def test_a_circle_that_nobody_found_ends_at_the_menu(library: Library) -> None:
    circle = with_flow(library, start={"say": "x", "choices": {"y": "a"}}, a={"go": "b"}, b={"go": "a"})
    turn = types(circle, at(Position("trial", "start")), "1")
    assert turn.screen
    assert turn.screen.texts == ("What do you need?",)
    assert LONGEST_PASSAGE < 100


def test_free_text_is_kept_under_the_name_that_the_node_gives(library: Library) -> None:
    asking = with_flow(
        library, start={"say": "When?", "ask": "time", "name": "at", "go": "done"}, done={"say": "Good."}
    )
    contact = types(asking, at(Position("trial", "start")), "6 pm").contact
    assert (contact.answers, contact.position) == ({"at": "18:00"}, Position("trial", "done"))
    unclear = types(asking, at(Position("trial", "start")), "later")
    assert unclear.screen
    assert unclear.screen.texts[0].startswith(library.phrase("en", "not_a_time"))


@pytest.mark.parametrize(("channel", "node"), [("telegram", "there"), ("signal", "other")])
def test_a_switch_goes_by_what_is_known(library: Library, channel: str, node: str) -> None:
    nodes = {
        "start": {"say": "x", "choices": {"y": "way"}},
        "way": {"switch": {"channel": {"telegram": "there", "else": "other"}}},
        "there": {"say": "there"},
        "other": {"say": "other"},
    }
    incoming = Incoming(replace(ANA, channel=channel), Kind.TEXT, "1", text="y")
    turn = respond(with_flow(library, **nodes), at(Position("trial", "start")), incoming, NOW)
    assert turn.contact.position == Position("trial", node)


def test_a_node_that_an_edit_took_away_or_turned_into_a_passage_is_the_menu(library: Library) -> None:
    passage = with_flow(library, start={"go": "end"}, end={"say": "x"})
    for position in (Position("trial", "gone"), Position("gone", "gone"), Position("trial", "start")):
        turn = types(passage, at(position), "?")
        assert turn.screen
        assert turn.screen.texts[0].endswith("What do you need?")


def test_after_a_bug_she_is_at_the_menu_with_nothing_of_what_led_there(library: Library) -> None:
    broken = at(OVERDOSE, trail=(MENU,), answers={"need": "shelter"}, living=("7",))
    turn = apologise(library, broken, Incoming(ANA, Kind.TEXT, "1"), NOW)
    assert (turn.contact.position, turn.contact.trail, turn.contact.answers) == (MENU, (), {})
    assert turn.replaces == ("7",)
    assert turn.screen
    assert turn.screen.texts[0].startswith(library.phrase("en", "apology"))


def test_words_for_a_node_lead_to_it_and_not_to_the_start_of_its_flow(library: Library) -> None:
    assert types(library, at(), "i have a fever").contact.position == Position("ways", "wound")


@pytest.mark.parametrize("position", [MENU, OVERDOSE, None])
def test_what_she_takes_back_is_not_answered_and_leaves_her_where_she_is(
    library: Library, position: Position | None
) -> None:
    contact = at(position).with_handles(("7", "8"), NOW)
    turn = respond(library, contact, Incoming(ANA, Kind.TAKEN_BACK, "1", handle="7"), NOW)
    assert (turn.screen, turn.effects, turn.changes) == (None, (), ())
    assert turn.contact == at(position).with_handles(("8",), NOW)


def test_a_stranger_who_takes_something_back_stays_one(library: Library) -> None:
    assert respond(library, Contact(), Incoming(ANA, Kind.TAKEN_BACK, "1", handle="7"), NOW) == Turn(Contact(), None)


def test_an_edit_gets_the_screen_again_and_a_line_on_edits(library: Library) -> None:
    turn = respond(library, at(OVERDOSE), Incoming(ANA, Kind.EDIT, "1", text="menu", handle="7"), NOW)
    assert turn.contact.position == OVERDOSE
    assert turn.screen
    assert turn.screen.texts[0].startswith(library.phrase("en", "edited"))
