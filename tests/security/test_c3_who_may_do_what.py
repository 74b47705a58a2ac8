"""C3: least privilege, deny by default, scoped to groups; a mistyped or foreign group reaches nobody."""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest

from bot.core.contact import Contact, Position
from bot.core.engine import respond
from bot.core.flow import (
    BroadcastAction,
    DutyAction,
    ErrandAction,
    GroupAction,
    LineAction,
    PartnerAction,
    StaffAction,
    TalkAction,
    VisitAction,
)
from bot.core.house import Announced, Change, Closed, GroupState, House, Proposal, Role, Settled, Staff, meeting_subject
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.plan import Plan
from bot.core.question import About, Draft, Question
from bot.core.rooms import ACTIONS
from bot.core.rooms.ballots import _kept
from bot.core.rooms.desk import _mark
from bot.core.rooms.detail import _name
from bot.core.rooms.groups import meeting_of
from bot.core.stage import Stage
from bot.core.terms import Terms
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, with_groups

EVA = Address("telegram", "9")
MEETING = "2026-11-25"
SECRET = "a proposal that only moderators read"  # noqa: S105 - planted to be looked for
PROPOSAL = Proposal(MEETING, SECRET)
CLOSES = int(NOW.timestamp()) + 7 * 86400
STATE = GroupState(
    Plan().set_note(MEETING, "Bring cups"),
    (PROPOSAL,),
    (Question("q", About.FREE, {"pt": "Onde?"}, {}, CLOSES, 3),),
)
ROLES = {
    "woman": None,
    "moderator of another group": Staff("amber birch", Role.MODERATOR, (RAVAL, NIGHT)),
    "moderator of no group": Staff("amber birch", Role.MODERATOR, ()),
    "moderator of a group with nearly that name": Staff("amber birch", Role.MODERATOR, (f"{MUSA}x", MUSA[:-1])),
    "moderator": Staff("amber birch", Role.MODERATOR, (MUSA,)),
    "admin": Staff("amber birch", Role.ADMIN),
}
MAY = ("moderator", "admin")
MEMBERS = frozenset(name for kind in (GroupAction, LineAction, ErrandAction, VisitAction) for name in get_args(kind))
"""What a member, or a woman who calls a line or goes to a service, does for herself."""
ON_LINES = frozenset(
    (
        *get_args(DutyAction),
        *(name for part in get_args(TalkAction) for name in get_args(part)),
        *get_args(PartnerAction),
    )
)
"""What is for who answers on a line, whom `test_c3_lines` is about: to a moderator it does nothing."""
STAFF = sorted(ACTIONS.keys() - MEMBERS)
"""Everything else is for staff: an action that is added is tried here without being named."""


def in_scope(group: str, staff: Staff | None, *, is_member: bool = False, doing: str = "move") -> Stage:
    """Return somebody who has everything before her that an action could want, in one group."""
    known = {"group": group, "meeting": MEETING, "question": "q", "typed": "Park", "item": _name(PROPOSAL)}
    known |= {"day": "2026-11-26", "time": "18:00", "doing": doing, "needed": "3", "about": "free", "ballot_in": "es"}
    contact = Contact("en", "porto", Position("moderate", "start"), answers=known, seen=fold(NOW))
    drafted = _kept(contact, Draft(tongue="pt").with_text("Quando?")).answers
    contact = replace(contact, answers={**drafted, **known})
    if is_member:
        contact = contact.with_memberships({MUSA: Terms()}, str(EVA))
    tallies = {meeting_subject(MUSA, MEETING): {"yes": 31, "no": 17}}
    # The store counts only what she may know: tests/storage holds it to that.
    counted = {"tallies": tallies, "members": 53} if staff and staff.may(group) else {}
    house = House({MUSA: STATE}, staff=staff, **counted)
    stage = Stage(with_groups(), contact, Position("moderate", "start"), "telegram", NOW, house, str(EVA))
    if meeting := meeting_of(stage):
        contact = replace(contact, answers={**contact.answers, "seen": _mark(meeting)})
    return replace(stage, contact=contact)


def touched(changes: tuple[Change, ...]) -> set[str]:
    """Name the groups that some changes are about."""
    groups: set[str] = set()
    for change in changes:
        match change:
            case Settled(group):
                groups.add(group)
            case Announced(notice):
                groups.update(notice.groups)
            case Closed(subject):
                groups.add(subject.split()[1])
            case _:
                groups.add(str(change))
    return groups


@pytest.mark.parametrize("is_member", [False, True])
@pytest.mark.parametrize("role", [role for role in ROLES if role not in MAY])
@pytest.mark.parametrize("name", STAFF)
def test_an_action_of_staff_does_nothing_for_who_may_not(name: str, role: str, is_member: bool) -> None:  # noqa: FBT001 - a case
    for group in (MUSA, "", "gone", f"{MUSA} {RAVAL}", MUSA.upper()):
        outcome = ACTIONS[name](in_scope(group, ROLES[role], is_member=is_member))
        assert MUSA not in touched(outcome.changes)
        assert outcome.changes == ()


@pytest.mark.parametrize("role", MAY)
def test_every_action_of_the_desk_does_something_for_who_may(role: str) -> None:
    idle = {
        name
        for name in STAFF
        if not any(
            (outcome := ACTIONS[name](in_scope(MUSA, ROLES[role], doing=doing))).changes
            or outcome.contact != in_scope(MUSA, ROLES[role], doing=doing).contact
            for doing in ("move", "ask")
        )
    }
    # The meeting is not off, and has been looked at; broadcasts have tests of their own.
    assert idle <= {"restore_meeting", "look", *get_args(StaffAction), *get_args(BroadcastAction), *ON_LINES}


@pytest.mark.parametrize("group", ["", "gone", f"{MUSA}x", MUSA.upper(), f"{MUSA} {RAVAL}"])
@pytest.mark.parametrize("name", STAFF)
def test_a_mistyped_group_reaches_nobody_not_even_from_an_admin(name: str, group: str) -> None:
    assert ACTIONS[name](in_scope(group, ROLES["admin"])).changes == ()


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("name", STAFF)
def test_what_a_moderator_does_concerns_the_group_before_her_and_no_other(name: str, role: str) -> None:
    assert touched(ACTIONS[name](in_scope(MUSA, ROLES[role])).changes) <= {MUSA}


def ways(stage: Stage) -> Iterator[Incoming]:
    """Name everything that somebody can do on a screen."""
    for item in stage.items:
        yield Incoming(EVA, Kind.PRESS, "1", token=item.token)
    if stage.node.ask:
        for text in ("5", "18:00", "26/11", "Park"):
            yield Incoming(EVA, Kind.TEXT, "1", text=text)


FOR_STAFF = [
    Position(name, node)
    for name, flow in with_groups().flows.items()
    if flow.audience != "woman"
    for node in flow.nodes
]


@pytest.mark.parametrize("role", [role for role in ROLES if role not in MAY])
def test_no_node_of_staff_shows_or_does_anything_to_who_may_not(role: str) -> None:
    for at in FOR_STAFF:
        scope = in_scope(MUSA, ROLES[role], is_member=True)
        contact = replace(scope.contact, position=at)
        stage = replace(scope, contact=contact, position=at)
        for incoming in (Incoming(EVA, Kind.STICKER, "0"), *ways(stage)):
            turn = respond(scope.library, contact, incoming, NOW, scope.house)
            assert MUSA not in touched(turn.changes), at
            said = " ".join((*turn.screen.texts, *(each.label for each in turn.screen.choices))) if turn.screen else ""
            for told in (SECRET[:30], "31", "17", "53"):
                assert told not in said, f"{at} {incoming}"


def test_who_has_no_role_is_at_the_menu_wherever_she_was() -> None:
    for at in FOR_STAFF:
        scope = in_scope(MUSA, None)
        contact = replace(scope.contact, position=at)
        turn = respond(scope.library, contact, Incoming(EVA, Kind.STICKER, "0"), NOW, scope.house)
        assert turn.screen
        assert "What do you need?" in turn.screen.texts[0]
        assert "For moderators" not in [each.label for each in turn.screen.choices]


def test_a_moderator_does_read_what_members_propose() -> None:
    scope = in_scope(MUSA, ROLES["moderator"])
    contact = replace(scope.contact, position=Position("moderate", "proposal"))
    turn = respond(scope.library, contact, Incoming(EVA, Kind.STICKER, "0"), NOW, scope.house)
    assert turn.screen
    assert SECRET in turn.screen.texts[0]
