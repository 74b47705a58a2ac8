"""Groups as a woman finds them: she joins on her own terms, says what she wants, and leaves."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count

import pytest

from bot.core.contact import Contact, Position
from bot.core.engine import Turn, respond
from bot.core.house import Answered, GroupState, House, Proposal, Role, Settled, Staff, meeting_subject
from bot.core.library import STOPPED
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.plan import Plan
from bot.core.rooms.groups import FULL, LONGEST_PROPOSAL, MOST_PROPOSALS, NO_NEXT, agreement, is_staff, meeting_text
from bot.core.rooms.groups import meeting_of as found_meeting
from bot.core.stage import Stage
from bot.core.terms import Terms
from tests.scenes.content import library

ANA = Address("telegram", "700000001")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PORTO, BARCELONA, OPEN = "trial-porto", "trial-barcelona", "trial-open"
MEETING = "2026-11-25"
NUMBERS = count()
"""Of updates: one that comes twice is one step."""
MODERATOR = Staff("amber badger", Role.MODERATOR, (BARCELONA,))


def woman(node: str = "group", group: str = PORTO, **known: str) -> Contact:
    """Return somebody who has a group before her."""
    answers = {"group": group, **known}
    return Contact("en", "porto", Position("groups", node), answers=answers, seen=fold(NOW))


def member(node: str = "member", group: str = PORTO, terms: Terms | None = None, **known: str) -> Contact:
    """Return a member who has her group before her."""
    return woman(node, group, **known).with_memberships({group: terms or Terms()}, str(ANA))


def types(contact: Contact, text: str, house: House | None = None, now: datetime = NOW) -> Turn:
    """Let her type the words of a button, or an answer."""
    return respond(library(), contact, Incoming(ANA, Kind.TEXT, str(next(NUMBERS)), text=text), now, house or House())


def settled(*proposals: Proposal, plan: Plan | None = None) -> House:
    """Return the house of a group with something on its list."""
    return House({PORTO: GroupState(plan or Plan(), proposals)})


def node_of(turn: Turn) -> str:
    """Return where a step has led."""
    assert turn.contact.position
    return f"{turn.contact.position.flow}.{turn.contact.position.node}"


def text_of(turn: Turn) -> str:
    """Return what she reads."""
    assert turn.screen
    return "\n".join(turn.screen.texts)


@pytest.mark.parametrize(
    ("known", "terms", "said"),
    [
        ({"terms": "any"}, Terms(), "Any time, not at night."),
        ({"terms": "quiet"}, Terms("quiet"), "Only after you write to me."),
        (
            {"terms": "hours", "first": "10:00", "last": "18:30"},
            Terms("hours", time(10), time(18, 30)),
            "Only between 10:00 and 18:30.",
        ),
        (
            {"terms": "hours", "first": "22:00", "last": "02:00"},
            Terms("hours", time(22), time(2)),
            "Only between 22:00 and 02:00.",
        ),
        (
            {"terms": "hours", "first": "10:00", "last": "10:00"},
            Terms("hours", time(10), time(10)),
            "Any time, at night too.",
        ),
        # What she typed once and did not choose in the end does not count.
        ({"terms": "any", "first": "10:00", "last": "18:30"}, Terms(), "Any time, not at night."),
        ({"terms": "hours", "first": "10:00"}, Terms(), "Any time, not at night."),
    ],
)
def test_she_reads_the_terms_that_she_agrees_to(known: dict[str, str], terms: Terms, said: str) -> None:
    shown = types(woman("sample_first", **known), "hello")
    assert said in text_of(shown)
    joined = types(shown.contact, "Yes, I join").contact
    assert joined.memberships == {PORTO: terms}
    assert joined.address == str(ANA)
    assert not {"terms", "first", "last"} & set(joined.answers)


def test_without_her_yes_nothing_is_kept() -> None:
    contact = woman("sample_first", terms="any")
    for answer in ("Not now", "Other hours", "hello", "menu"):
        assert not types(contact, answer).contact.memberships
        assert not types(contact, answer).contact.address


def test_a_group_without_an_agreement_asks_for_none() -> None:
    assert node_of(types(woman("about"), "I want to join")) == "groups.agree"
    assert node_of(types(woman("about", BARCELONA), "I want to join")) == "groups.terms"
    assert "The group hasn't put it here yet." in text_of(types(woman("about", BARCELONA), "What the group agreed on"))


def test_what_the_group_voted_stands_before_what_the_directory_says() -> None:
    house = House({BARCELONA: GroupState(agreement={"es": "Sin fotos.", "en": "No pictures."})})
    assert node_of(types(woman("about", BARCELONA), "I want to join", house)) == "groups.agree"
    stage = Stage(library(), woman(group=BARCELONA), Position("groups", "agree"), "telegram", NOW, house)
    assert agreement(stage) == "No pictures."
    in_portuguese = replace(stage, contact=replace(stage.contact, language="pt"))
    assert agreement(in_portuguese) == "Sin fotos."


def test_coming_back_after_her_yes_does_not_change_her_terms() -> None:
    contact = member("sample_again", terms=Terms("quiet"))
    assert "Only after you write to me." in text_of(types(contact, "hello"))
    assert types(contact, "Yes, like that").contact.memberships == {PORTO: Terms("quiet")}


def test_a_member_can_choose_other_terms() -> None:
    turn = types(member(), "When you may write")
    turn = types(turn.contact, "Only after I write first")
    assert node_of(turn) == "groups.sample_again"
    assert types(turn.contact, "Yes, like that").contact.memberships == {PORTO: Terms("quiet")}


def test_leaving_one_group_leaves_the_others_and_stop_leaves_all() -> None:
    both = replace(member(), memberships={PORTO: Terms(), OPEN: Terms("quiet")})
    left = types(both, "I leave this group").contact
    assert left.memberships == {OPEN: Terms("quiet")}
    assert left.address == str(ANA)
    alone = types(member(), "I leave this group").contact
    assert (alone.memberships, alone.address) == ({}, "")
    stopped = types(both, "stop")
    assert stopped.contact.memberships == {}
    assert stopped.contact.position == STOPPED


@pytest.mark.parametrize("word", ["stop", "parar", "basta", "chega", "STOP."])
def test_stop_works_for_a_member_from_every_screen_in_every_language(word: str) -> None:
    for node, body in library().flows["groups"].nodes.items():
        if not body.is_passing:
            assert types(member(node), word).contact.memberships == {}, node


@pytest.mark.parametrize(
    ("plan", "now", "node"),
    [
        (Plan(), NOW, "coming"),
        (Plan().cancel(MEETING), NOW, "cancelled"),
        (Plan(), NOW + timedelta(days=3), "over"),
        # It has begun: she may be on her way.
        (Plan(), datetime(2026, 11, 25, 19, 0, tzinfo=UTC), "coming"),
    ],
)
def test_she_says_that_she_comes_while_there_is_something_to_come_to(plan: Plan, now: datetime, node: str) -> None:
    contact = replace(member("meeting_member", meeting=MEETING), seen=fold(now))
    turn = types(contact, "I'm coming", settled(plan=plan), now)
    assert node_of(turn) == f"groups.{node}"
    answered = [each for each in turn.changes if isinstance(each, Answered)]
    assert answered == ([Answered(meeting_subject(PORTO, MEETING), "yes")] if node == "coming" else [])


def test_who_is_no_member_cannot_answer_or_propose() -> None:
    for node, text in (("meeting_member", "I'm coming"), ("proposal", "something")):
        turn = types(woman(node, meeting=MEETING), text)
        assert turn.changes == ()
        assert turn.contact.position
        assert turn.contact.position.flow == "groups"


def test_a_proposal_is_for_the_next_meeting_and_says_nothing_of_her() -> None:
    turn = types(member("proposal"), "  rooms for   the winter ")
    (state,) = [each.state for each in turn.changes if isinstance(each, Settled)]
    assert state.agenda == (Proposal(MEETING, "rooms for the winter"),)
    assert "proposal" not in turn.contact.answers
    assert str(ANA.id) not in str(state)


def test_a_proposal_of_a_meeting_that_has_begun_is_for_the_one_after() -> None:
    now = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
    turn = types(replace(member("proposal"), seen=fold(now)), "rooms", settled(), now)
    assert next(each.state.agenda for each in turn.changes if isinstance(each, Settled))[0].meeting == "2026-12-02"


def test_a_long_proposal_is_cut_and_the_same_one_stands_there_once() -> None:
    long = types(member("proposal"), "x" * 500)
    (state,) = [each.state for each in long.changes if isinstance(each, Settled)]
    assert len(state.agenda[0].text) == LONGEST_PROPOSAL
    again = types(member("proposal"), "rooms", settled(Proposal(MEETING, "rooms"), Proposal(MEETING, "tea")))
    (state,) = [each.state for each in again.changes if isinstance(each, Settled)]
    assert [each.text for each in state.agenda] == ["tea", "rooms"]


@pytest.mark.parametrize(("there", "is_full"), [(MOST_PROPOSALS - 1, False), (MOST_PROPOSALS, True)])
def test_a_full_list_takes_no_more_and_loses_none(there: int, *, is_full: bool) -> None:
    house = settled(*(Proposal(MEETING, str(number)) for number in range(there)))
    turn = types(member("proposal"), "one more", house)
    assert (node_of(turn) == FULL) is is_full
    assert any(isinstance(each, Settled) for each in turn.changes) is not is_full


def test_where_no_meeting_is_set_nothing_is_asked_and_nothing_kept() -> None:
    assert node_of(types(member(group=OPEN), "Propose something for the meeting")) == NO_NEXT
    turn = types(member("proposal", OPEN), "rooms")
    assert node_of(turn) == NO_NEXT
    assert not any(isinstance(each, Settled) for each in turn.changes)
    assert "proposal" not in turn.contact.answers


def place_seen(contact: Contact, house: House) -> bool:
    """Tell whether she reads where, on the card of a meeting in Barcelona and on that of the group."""
    stage = Stage(library(), contact, Position("groups", "meeting_member"), "telegram", NOW, house)
    group, meeting = library().groups[BARCELONA], found_meeting(stage)
    assert meeting
    return "Carrer" in meeting_text(stage, group, meeting)


def test_the_place_is_for_who_may_know_it() -> None:
    meeting = {"meeting": "2026-12-03"}
    comes = House(own={meeting_subject(BARCELONA, "2026-12-03"): "yes"})
    declines = House(own={meeting_subject(BARCELONA, "2026-12-03"): "no"})
    assert not place_seen(woman(group=BARCELONA, **meeting), comes)
    assert not place_seen(member(group=BARCELONA, **meeting), House())
    assert not place_seen(member(group=BARCELONA, **meeting), declines)
    assert place_seen(member(group=BARCELONA, **meeting), comes)
    assert place_seen(woman(group=BARCELONA, **meeting), House(staff=MODERATOR))
    assert not place_seen(woman(group=BARCELONA, **meeting), House(staff=replace(MODERATOR, groups=(PORTO,))))


def test_a_note_of_a_moderator_is_for_members() -> None:
    house = settled(plan=Plan().set_note(MEETING, "Ring twice at number 1."))
    assert "Ring twice" in text_of(types(member("meeting_member", meeting=MEETING), "hello", house))
    assert "Ring twice" not in text_of(types(woman("meeting_other", meeting=MEETING), "hello", house))


def test_a_moderator_answers_for_her_groups_only() -> None:
    stage = Stage(library(), woman(), Position("groups", "about"), "telegram", NOW, House(staff=MODERATOR))
    assert is_staff(stage, BARCELONA)
    assert not is_staff(stage, PORTO)


def test_groups_of_her_city_come_first_then_those_of_her_country() -> None:
    there = types(replace(woman("near"), city="viana-do-castelo"), "hello")
    assert there.screen
    assert [each.label for each in there.screen.choices][:2] == [
        "Trial Circle Porto · Porto",
        "Trial Open Circle · Porto",
    ]
    nowhere = types(replace(woman("where"), city=""), "berlin")
    assert node_of(nowhere) == "groups.none_near"


def test_a_group_that_staff_took_out_is_no_error() -> None:
    contact = member("member", "gone")
    for node in ("member", "agreement", "meeting_member", "sample_again", "meetings", "proposal"):
        for text in ("hello", "1", "2", "my groups"):
            assert types(replace(contact, position=Position("groups", node)), text).screen


@pytest.mark.parametrize(("in_groups", "node"), [(True, "mine"), (False, "none_yet")])
def test_her_groups_are_found_among_her_data(*, in_groups: bool, node: str) -> None:
    contact = member() if in_groups else woman()
    turn = types(replace(contact, position=Position("me", "start")), "My groups")
    assert node_of(turn) == f"groups.{node}"


def test_what_is_kept_names_her_groups_her_answers_and_the_right_days() -> None:
    contact = replace(member(), position=Position("me", "start"))
    house = House(own={meeting_subject(PORTO, MEETING): "yes"})
    text = text_of(types(contact, "What you keep about me", house))
    assert (
        "Your groups, when they may write, and how to reach you: Trial Circle Porto. Until you leave, or 22 May 2027."
        in text
    )
    assert "What you answered to your groups. Until it is over." in text
    assert "Your language: English. Until 22 May 2027." in text
    gone = replace(contact, memberships={"gone": Terms()})
    assert "how to reach you: gone." in text_of(types(gone, "What you keep about me"))


def test_hiding_keeps_her_groups_and_forgetting_does_not() -> None:
    assert types(member(), "exit").contact.memberships == {PORTO: Terms()}
    assert not types(member(), "forget me").contact
