"""What we write first: to whom, when, in which words; and what the buttons under it do, wherever she is."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.contact import STILL_ASKED, Contact, Position
from bot.core.counting import MOST_ON_A_SCREEN
from bot.core.engine import Turn, respond
from bot.core.flow import place
from bot.core.house import Answered, GroupState, House, Role, Settled, Staff, Wrote, meeting_subject
from bot.core.library import GREETING, MENU, STOPPED
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.notice import still as asking
from bot.core.plan import Plan
from bot.core.rooms import LANDMARKS, groups
from bot.core.telling import EMERGENCY_KEPT, judge, pressed, typed
from bot.core.terms import Terms
from bot.core.verdict import Drop, Hold, Send, Verdict, Wait
from tests.scenes.content import library

ANA = Address("telegram", "700000001")
PORTO, BARCELONA = "trial-porto", "trial-barcelona"
MEETING = "2026-11-25"
STARTS = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOURS = Terms("hours", time(9), time(11))
REMINDER = Notice(
    NoticeKind.REMINDER,
    (PORTO,),
    int(NOON.timestamp()),
    int(STARTS.timestamp()),
    meeting=MEETING,
    starts_at=int(STARTS.timestamp()),
)
SUBJECT = meeting_subject(PORTO, MEETING)


def member(seen: datetime = NOON - timedelta(days=2), language: str = "en", **terms: Terms) -> Contact:
    """Return a member of some groups, of the one in Porto at any time when none is named."""
    known = {name.replace("_", "-"): each for name, each in terms.items()} or {PORTO: Terms()}
    return Contact(language, seen=fold(seen)).with_memberships(known, str(ANA))


def verdict(contact: Contact, notice: Notice = REMINDER, now: datetime = NOON, house: House | None = None) -> Verdict:
    """Return what becomes of a notice."""
    return judge(library(), now)(contact, house or House(), notice)


def said(contact: Contact, notice: Notice = REMINDER, now: datetime = NOON, house: House | None = None) -> str:
    """Return what she reads."""
    found = verdict(contact, notice, now, house)
    assert isinstance(found, Send), found
    assert found.to == ANA
    (text,) = found.screen.texts
    return text


def change(starts_at: datetime | None, was_at: datetime | None) -> Notice:
    """Return the notice of a change."""
    is_at, was = (int(each.timestamp()) if each else 0 for each in (starts_at, was_at))
    return replace(REMINDER, kind=NoticeKind.CHANGE, starts_at=is_at, was_at=was)


MOVED = House({PORTO: GroupState(Plan().move(MEETING, datetime(2026, 11, 26, 19)))})  # noqa: DTZ001 - local
OFF = House({PORTO: GroupState(Plan().cancel(MEETING))})
THURSDAY = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "See you today, 18:00?"), ("pt", "Vemo-nos hoje, 18:00?"), ("es", "¿Nos vemos hoy, 18:00?")],
)
def test_a_reminder_is_said_in_her_language(language: str, text: str) -> None:
    assert said(member(language=language)) == text


def test_what_she_agreed_to_see_is_what_comes() -> None:
    at = NOON - timedelta(days=2)
    choosing = Contact("en", "porto", Position("groups", "terms"), answers={"group": PORTO}, seen=fold(at))
    shown = respond(library(), choosing, Incoming(ANA, Kind.TEXT, "1", text="any time, not at night"), at).screen
    assert shown
    times = (STARTS - timedelta(days=1), STARTS - timedelta(hours=2))
    assert shown.texts[0].splitlines()[1:] == [said(member(seen=at), now=time) for time in times]


@pytest.mark.parametrize(
    ("contact", "now", "expected"),
    [
        (Contact("en", seen=fold(NOON)), NOON, Drop("left")),
        (member(trial_barcelona=Terms()), NOON, Drop("left")),
        (member(gone=Terms()), NOON, Drop("left")),
        (replace(member(), address=""), NOON, Drop("left")),
        (member(NOON - timedelta(days=180)), NOON, Drop("left")),
        (member(), STARTS, Drop("late")),
        (member(trial_porto=HOURS), NOON, Drop("late")),
        (member(trial_porto=HOURS), NOON.replace(hour=7), Hold(NOON.replace(hour=9))),
        (member(trial_porto=Terms("quiet")), NOON, Wait()),
        (member(), NOON.replace(hour=3), Hold(NOON.replace(hour=8))),
    ],
)
def test_it_goes_to_members_in_their_hours_while_it_is_of_use(
    contact: Contact, now: datetime, expected: Verdict
) -> None:
    assert verdict(contact, now=now) == expected


def test_just_before_180_days_she_is_still_a_member() -> None:
    assert isinstance(verdict(member(NOON - timedelta(days=180) + timedelta(hours=1))), Send)


@pytest.mark.parametrize(
    ("seen", "has_written", "is_sent"), [(0, True, True), (1, True, True), (2, True, False), (0, False, False)]
)
def test_who_wants_to_write_first_gets_it_right_after_she_wrote(seen: int, *, has_written: bool, is_sent: bool) -> None:
    contact = member(NOON - timedelta(hours=seen), trial_porto=Terms("quiet"))
    found = verdict(contact, house=House(has_written=has_written))
    assert isinstance(found, Send if is_sent else Wait)


def test_she_has_written_but_her_hours_in_the_other_group_count_too() -> None:
    contact = member(NOON, trial_porto=Terms("quiet"), trial_barcelona=HOURS)
    both = replace(REMINDER, kind=NoticeKind.BROADCAST, groups=(PORTO, BARCELONA), texts={"en": "Hello."})
    found = verdict(contact, both, NOON.replace(hour=7), House(has_written=True))
    assert isinstance(found, Wait | Hold)


def test_the_strictest_terms_of_all_its_groups_count() -> None:
    both = replace(REMINDER, kind=NoticeKind.BROADCAST, groups=(PORTO, BARCELONA), texts={"en": "Hello."})
    early = NOON.replace(hour=7)
    assert isinstance(verdict(member(trial_porto=Terms(), trial_barcelona=Terms("quiet")), both), Wait)
    held = verdict(member(trial_porto=Terms(), trial_barcelona=HOURS), both, early)
    assert held == Hold(datetime(2026, 11, 25, 8, 0, tzinfo=UTC)), "nine in Barcelona, eight in Porto"


def test_who_said_not_this_time_is_not_reminded_but_hears_that_it_moved() -> None:
    no = House(own={SUBJECT: "no"})
    assert verdict(member(), house=no) == Drop("declined")
    assert isinstance(verdict(member(), house=House(own={SUBJECT: "yes"})), Send)
    assert isinstance(verdict(member(), change(THURSDAY, STARTS), house=replace(MOVED, own={SUBJECT: "no"})), Send)


@pytest.mark.parametrize("house", [MOVED, OFF])
def test_a_reminder_of_an_old_time_is_dropped(house: House) -> None:
    assert verdict(member(), house=house) == Drop("late")


@pytest.mark.parametrize(
    ("notice", "house", "text"),
    [
        (change(THURSDAY, STARTS), MOVED, "New time: tomorrow, 19:00. Before: today, 18:00."),
        (change(None, STARTS), OFF, "Not this time: today, 18:00."),
        (change(STARTS, None), House(), "One more time: today, 18:00."),
        (change(STARTS, STARTS), House(), "One more time: today, 18:00."),
        (replace(change(None, STARTS), meeting="xgone"), House(), "Not this time: today, 18:00."),
    ],
)
def test_a_change_is_told_as_it_is(notice: Notice, house: House, text: str) -> None:
    assert said(member(), notice, house=house) == text


@pytest.mark.parametrize(
    ("notice", "house"),
    [
        (change(THURSDAY, STARTS), House()),
        (change(THURSDAY, STARTS), OFF),
        (change(None, STARTS), House()),
        (change(STARTS, None), MOVED),
        (replace(change(STARTS, None), meeting="xgone"), House()),
    ],
)
def test_a_change_that_something_else_has_overtaken_is_not_told(notice: Notice, house: House) -> None:
    assert verdict(member(), notice, house=house) == Drop("late")


def test_nothing_comes_into_the_middle_of_an_emergency() -> None:
    at = Position("overdose", "start")
    assert verdict(replace(member(NOON), position=at)) == Hold(NOON + EMERGENCY_KEPT)
    soon = STARTS - timedelta(minutes=20)
    assert verdict(replace(member(soon), position=at), now=soon) == Drop("late")
    assert isinstance(verdict(replace(member(NOON - timedelta(hours=2)), position=at)), Send)
    assert isinstance(verdict(replace(member(NOON), position=MENU)), Send)


def test_the_silent_are_asked_about_all_their_groups_and_not_who_wrote_since() -> None:
    silent = member(NOON - STILL_ASKED, trial_porto=Terms(), trial_barcelona=Terms())
    asked = replace(silent, is_asked=True)
    assert said(asked, asking(NOON)) == "Shall I go on writing to you?"
    assert verdict(silent, asking(NOON)) == Drop("late")
    quiet = replace(asked, memberships={PORTO: Terms(), BARCELONA: Terms("quiet")})
    assert verdict(quiet, asking(NOON)) == Wait()


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        ({"pt": "Amanhã há chá."}, "pt", "Amanhã há chá."),
        ({"pt": "Amanhã há chá."}, "es", "Todavía no está en tu idioma:\n\nAmanhã há chá."),
        ({"es": "Té.", "en": "Tea."}, "pt", "Ainda não está na tua língua:\n\nTé."),
    ],
)
def test_what_peers_wrote_comes_in_her_language_or_says_that_it_is_not(
    texts: dict[str, str], language: str, expected: str
) -> None:
    assert said(member(language=language), replace(REMINDER, kind=NoticeKind.BROADCAST, texts=texts)) == expected


def press(contact: Contact, label: str, notice: Notice = REMINDER, house: House | None = None) -> Turn:
    """Let her press a button under a notice that she was sent."""
    found = verdict(contact, notice, house=house)
    assert isinstance(found, Send)
    buttons = (*found.screen.choices, *found.screen.ways)
    token = next(each.token for each in buttons if each.label == label)
    incoming = Incoming(ANA, Kind.PRESS, "1", token=token, press="p", handle="9")
    return respond(library(), contact, incoming, NOON, house or House())


@pytest.mark.parametrize("position", [None, MENU, Position("overdose", "start"), Position("groups", "proposal")])
@pytest.mark.parametrize(("label", "value"), [("I'm coming", "yes"), ("Not this time", "no")])
def test_the_buttons_of_a_reminder_work_from_wherever_she_is(position: Position | None, label: str, value: str) -> None:
    turn = press(replace(member(NOON - timedelta(hours=3)), position=position), label)
    assert turn.changes[0] == Answered(SUBJECT, value)
    assert turn.contact.position
    assert turn.contact.position.flow == "groups"


@pytest.mark.parametrize("word", ["Menu", "Hide this"])
def test_the_ways_out_stand_under_every_notice(word: str) -> None:
    turn = press(member(), word)
    assert turn.contact.position == (MENU if word == "Menu" else None)


def test_the_answer_of_the_silent_is_about_all_her_groups() -> None:
    asked = replace(member(NOON - STILL_ASKED, trial_porto=Terms(), trial_open=Terms()), is_asked=True)
    stopped = press(asked, "No, stop", asking(NOON)).contact
    assert (stopped.memberships, stopped.address, stopped.position) == ({}, "", STOPPED)
    going_on = press(asked, "Yes, go on", asking(NOON)).contact
    assert going_on.memberships == asked.memberships
    assert (going_on.is_asked, going_on.seen) == (False, fold(NOON))


def test_an_old_button_of_a_group_that_she_left_says_kindly_that_it_is_old() -> None:
    found = verdict(member())
    assert isinstance(found, Send)
    token = found.screen.choices[0].token
    for left in (Contact("en", seen=fold(NOON)), member(trial_barcelona=Terms())):
        turn = respond(library(), left, Incoming(ANA, Kind.PRESS, "1", token=token), NOON)
        assert turn.screen
        assert turn.screen.texts[0].startswith("That screen has moved on.")
        assert turn.contact.position == GREETING
        assert not [each for each in turn.changes if isinstance(each, Answered | Settled)]


def test_a_button_of_a_meeting_that_is_over_says_so() -> None:
    found = verdict(member())
    assert isinstance(found, Send)
    late = Incoming(ANA, Kind.PRESS, "1", token=found.screen.choices[0].token)
    turn = respond(library(), member(), late, STARTS + timedelta(hours=20))
    assert turn.contact.position == Position("groups", "over")


@pytest.mark.parametrize("text", ["I'm coming", "im coming!", "VOU", "Voy"])
def test_what_a_button_says_can_be_typed_in_any_language(text: str) -> None:
    turn = respond(library(), member(), Incoming(ANA, Kind.TEXT, "1", text=text), NOON)
    assert turn.changes[0] == Answered(SUBJECT, "yes")


def test_typed_it_is_about_the_meeting_that_comes_next_and_takes_place() -> None:
    both = member(trial_barcelona=Terms(), trial_porto=Terms())
    item = typed(library(), OFF, both, "i'm coming", NOON)
    assert item
    assert (item.answers["group"], item.answers["meeting"]) == (PORTO, "2026-12-02")
    assert typed(library(), House(), Contact("en"), "i'm coming", NOON) is None
    assert typed(library(), House(), both, "something else", NOON) is None


def test_an_answer_to_a_question_of_a_screen_is_not_taken_for_one_to_a_reminder() -> None:
    contact = replace(member(NOON), position=Position("groups", "proposal"), answers={"group": PORTO})
    turn = respond(library(), contact, Incoming(ANA, Kind.TEXT, "1", text="I'm coming"), NOON)
    assert [type(each) for each in turn.changes] == [Settled, Wrote]


def test_every_button_leads_to_a_place_that_flows_must_keep() -> None:
    house = House({PORTO: GroupState(Plan().cancel("2026-12-02"))})
    contact = member(trial_porto=Terms(), trial_barcelona=Terms())
    tokens = [
        *(each.token for notice in (REMINDER, change(STARTS, None)) for each in _send(contact, notice).screen.choices),
        *(each.token for each in _send(replace(contact, is_asked=True), asking(NOON)).screen.choices),
    ]
    items = [pressed(library(), house, contact, token, NOON) for token in tokens]
    assert len(items) == 5
    assert {item.go for item in items if item} <= set(LANDMARKS)
    goes = {groups.START, groups.GROUP_NODE, groups.MEETING_NODE, groups.NO_NEXT, groups.FULL}
    assert {Position(*place(target, "groups", library().flows)) for target in goes} <= set(LANDMARKS)


@pytest.mark.parametrize("position", [None, MENU])
def test_on_signal_no_number_below_it_is_one_of_a_woman_for_who_answers_women(position: Position | None) -> None:
    at, house = "signal:1", House(staff=Staff("amber birch", Role.PEER, lines=("porto-peers",)))
    hers = {MOST_ON_A_SCREEN + 1: "answer", MOST_ON_A_SCREEN + 2: "more"}
    contact = replace(member(NOON), position=position, address=at, numbers=hers)
    found = verdict(contact, house=house)
    assert isinstance(found, Send)
    assert found.screen.first > max(hers)


def _send(contact: Contact, notice: Notice) -> Send:
    found = verdict(contact, notice)
    assert isinstance(found, Send)
    return found


@pytest.mark.parametrize(
    ("text", "position", "has_come"),
    [
        ("menu", MENU, True),
        ("hello", None, True),
        ("exit", MENU, False),
        ("forget me", MENU, False),
        ("stop", MENU, False),
        ("overdose", MENU, False),
    ],
)
def test_what_waited_for_her_comes_when_she_writes_unless_she_hides_or_is_in_danger(
    text: str, position: Position | None, *, has_come: bool
) -> None:
    contact = replace(member(NOON), position=position)
    turn = respond(library(), contact, Incoming(ANA, Kind.TEXT, "1", text=text), NOON)
    assert (Wrote() in turn.changes) is has_come


def test_a_timer_and_who_is_in_no_group_set_nothing_free() -> None:
    stranger = respond(library(), Contact(), Incoming(ANA, Kind.TEXT, "1", text="hello"), NOON)
    timer = respond(library(), replace(member(NOON), position=MENU), Incoming(ANA, Kind.AGAIN, "1"), NOON)
    assert stranger.changes == timer.changes == ()
