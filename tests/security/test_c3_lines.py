"""C3 on lines: only who has a seat does anything in a conversation; any other role, line or id reaches nobody."""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest

from bot.core.contact import Contact, Position
from bot.core.conversation import Conversation
from bot.core.flow import CallAction, DutyAction, SeatAction, TalkAction, TutorAction
from bot.core.house import Change, Posted, Role, Staff, Talked
from bot.core.message import Incoming, Kind, fold
from bot.core.rooms import ACTIONS
from bot.core.stage import Stage
from tests.core.relays import NIGHT, PORTO, SHELTER, TUTOR, peer, with_lines
from tests.core.town import Person, Town

SECRET = "something that only one reads"  # noqa: S105 - planted to be looked for
OTHERS = {
    "a woman": None,
    "a peer of another line": peer("bold cloud", NIGHT),
    "a peer of no line": replace(peer("bold cloud"), lines=()),
    "a peer of a line with nearly that name": peer("bold cloud", f"{PORTO}x", PORTO[:-1]),
    "a partner": peer("bold cloud", SHELTER, role=Role.PARTNER),
    "a tutor": peer("bold cloud", TUTOR, role=Role.TUTOR),
    "a moderator": Staff("bold cloud", Role.MODERATOR, ("porto-musa",), "telegram:bold-cloud"),
    "an admin": Staff("bold cloud", Role.ADMIN, (), "telegram:bold-cloud"),
    "a peer of that line without a seat": peer("bold cloud", PORTO),
}
IN_SEAT = sorted((*get_args(CallAction), *get_args(SeatAction)))
FOR_HERSELF = (*get_args(DutyAction), *get_args(TutorAction))
MISSPELT = ("", "gone", "{id}x", "{short}", "{upper}", "{id} {id}")


def scene() -> tuple[Town, Person, Conversation]:
    """Return a town where a woman talks with a peer of Porto, and has said something."""
    town = Town()
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    ana.types(SECRET)
    town.deliver()
    return town, eva, town.only()


def stage_of(town: Town, staff: Staff | None, talk: str, address: str = "telegram:bold-cloud") -> Stage:
    """Return somebody who has everything before her that an action could want."""
    known = {"conversation": talk, "note": "a note", "canned": "hello", "closed_as": "body", "unsent": "a text"}
    contact = Contact("en", "porto", Position("answer", "one"), answers=known, seen=fold(town.now))
    if staff:
        town.hire(staff)
    house = town.house(address)
    return Stage(
        with_lines(), contact, contact.position or Position("answer", "one"), "telegram", town.now, house, address
    )


def touches(changes: tuple[Change, ...], talk: Conversation) -> bool:
    """Tell whether some changes are about a conversation, or reach somebody in it."""
    parties = (talk.woman, *(seat.address for seat in talk.seats))
    for change in changes:
        match change:
            case Talked(conversation):
                if conversation.id == talk.id:
                    return True
            case Posted(letter):
                if letter.conversation == talk.id or letter.to in parties:
                    return True
    return False


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", sorted({*FOR_HERSELF, *IN_SEAT, "send_unsent", "end_talk", "unsay"}))
def test_who_has_no_seat_does_nothing_in_a_conversation(name: str, role: str) -> None:
    town, _, talk = scene()
    assert not touches(ACTIONS[name](stage_of(town, OTHERS[role], talk.id)).changes, talk)


@pytest.mark.parametrize("spelling", MISSPELT)
@pytest.mark.parametrize("name", [*IN_SEAT, "send_unsent"])
def test_a_mistyped_conversation_reaches_nobody_even_from_who_has_a_seat(name: str, spelling: str) -> None:
    town, eva, talk = scene()
    written = spelling.format(id=talk.id, short=talk.id[:-1], upper=talk.id.upper() + "X")
    assert ACTIONS[name](stage_of(town, None, written, eva.address)).changes == ()


@pytest.mark.parametrize("name", IN_SEAT)
def test_who_is_revoked_does_nothing_from_her_next_step_on(name: str) -> None:
    town, eva, talk = scene()
    del town.team["amber birch"]
    assert ACTIONS[name](stage_of(town, None, talk.id, eva.address)).changes == ()


@pytest.mark.parametrize("name", [each for each in IN_SEAT if each not in ("take", "decline", "ask_code")])
def test_who_has_the_seat_can_do_it(name: str) -> None:
    town, eva, talk = scene()
    town.answers("calm finch")
    assert ACTIONS[name](stage_of(town, None, talk.id, eva.address)).changes


@pytest.mark.parametrize(
    "role", ["a woman", "a peer of another line", "a partner", "a tutor", "a moderator", "an admin"]
)
def test_nobody_of_another_line_takes_a_call(role: str) -> None:
    town = Town()
    town.answers("amber birch")
    town.calls(town.woman("ana"))
    talk = town.only()
    for name in ("take", "decline"):
        assert ACTIONS[name](stage_of(town, OTHERS[role], talk.id)).changes == ()


def test_an_answer_to_a_message_of_a_conversation_that_is_not_hers_reaches_nobody() -> None:
    town, eva, talk = scene()
    mia = town.answers("bold cloud")
    stolen = next(pair.there[0] for pair in talk.pairs if pair.to == eva.address)
    mia.take(replace(mia.phone.types("hello"), reply_to=stolen))
    assert not town.deliver()
    ana = next(each for each in town.people.values() if each.address == talk.woman)
    assert not ana.has("hello")


def test_what_she_says_goes_to_nobody_who_was_revoked_and_she_is_told() -> None:
    town, eva, talk = scene()
    del town.team["amber birch"]
    ana = town.people[talk.woman]
    ana.types("are you there?")
    assert {each.to for each in town.deliver()} == {ana.address}
    assert not eva.has("are you there?")
    assert town.live() == []


def ways(stage: Stage) -> Iterator[Incoming]:
    """Name everything that somebody can do on a screen."""
    from bot.core.message import Address  # noqa: PLC0415 - only here

    here = Address.parse(stage.address)
    for item in stage.items:
        yield Incoming(here, Kind.PRESS, "1", token=item.token)
    if stage.node.ask:
        yield Incoming(here, Kind.TEXT, "2", text="hello there")


@pytest.mark.parametrize("role", ["a woman", "a moderator", "an admin", "a peer of no line"])
def test_no_node_for_who_answers_shows_or_does_anything_to_who_does_not(role: str) -> None:
    from bot.core.engine import respond  # noqa: PLC0415 - only here

    town, _, talk = scene()
    for flow_name, flow in with_lines().flows.items():
        if flow.audience in ("woman", "moderator"):
            continue
        for node in flow.nodes:
            position = Position(flow_name, node)
            stage = replace(stage_of(town, OTHERS[role], talk.id), position=position)
            contact = replace(stage.contact, position=position)
            for incoming in ways(replace(stage, contact=contact)):
                turn = respond(with_lines(), contact, incoming, town.now, stage.house)
                assert not touches(turn.changes, talk), position
                said = " ".join(turn.screen.texts) if turn.screen else ""
                assert talk.designation not in said, position


def test_a_woman_calls_no_tutor_and_no_line_that_is_not_there() -> None:
    town = Town()
    town.answers("amber birch", TUTOR)
    for line in (TUTOR, "gone", "", PORTO.upper()):
        stage = stage_of(town, None, "", "signal:ana")
        contact = replace(stage.contact, answers={"line": line})
        for name in ("call_line", "leave_message"):
            assert ACTIONS[name](replace(stage, contact=contact)).changes == ()


def test_every_action_of_who_answers_is_tried_here() -> None:
    assert {*IN_SEAT, *get_args(TutorAction), "send_unsent", "drop_unsent"} == {
        name for part in get_args(TalkAction) for name in get_args(part)
    }
