"""What she reads about a talk that is kept: the day on which it is over without another word of hers."""

from datetime import timedelta

import pytest

from bot.core.conversation import ROUTE_KEPT, WAITING_KEPT, ConversationState
from bot.core.kept import kept
from bot.core.rooms import ACTIONS
from bot.core.speech import day
from tests.core.relays import PORTO, peer
from tests.core.rooms.test_lines import stage
from tests.core.town import Person, Town


def until(town: Town, woman: Person) -> str:
    """Return what she reads of her talk."""
    (line,) = [each for each in kept(stage(town, woman)).splitlines() if "A talk with a peer" in each]
    return line.rpartition("until ")[2]


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1, hours=3)])
def test_what_she_left_is_kept_for_72_hours_from_then_and_so_it_is_said(later: timedelta) -> None:
    town = Town()
    town.hire(peer("amber birch", PORTO))
    ana, left = town.woman("ana"), town.now
    town.apply(ACTIONS["leave_message"](stage(town, ana, line=PORTO)).changes)
    assert town.only().state is ConversationState.LEFT
    town.now += later
    assert until(town, ana) == f"{day('en', (left + WAITING_KEPT).date())}."


def test_a_talk_ends_a_week_after_its_last_word_whatever_she_looks_at_meanwhile() -> None:
    town = Town()
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    ends = town.now + ROUTE_KEPT
    town.now += timedelta(days=2)
    assert until(town, ana) == f"{day('en', ends.date())}."


def test_while_peers_are_called_it_may_become_a_talk_of_a_week() -> None:
    town = Town()
    town.answers("amber birch")
    ana = town.woman("ana")
    town.calls(ana)
    assert until(town, ana) == f"{day('en', (town.now + ROUTE_KEPT).date())}."
