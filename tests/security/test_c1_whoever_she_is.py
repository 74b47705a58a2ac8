"""C1: what who answers is sent is the same, whoever the woman is: nothing in it is made of her."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from bot.core.contact import Position
from tests.core.relays import HOUSE, PORTO, SHELTER
from tests.core.town import Person, Town
from tests.security.plant import plant
from tests.security.test_c1_staff_never_see_who import everything

Play = Callable[[Town, Person, Person, int], None]


def talks(town: Town, woman: Person, staff: Person, time: int) -> None:
    """Let her talk, set a word, be asked for it, change and take back something, and leave."""
    town.talk(woman, staff)
    woman.types(f"hello {time}", f"at five {time}")
    staff.types("hello you")
    town.deliver()
    woman.edits(f"at five {time}", "at six")
    woman.takes_back(f"hello {time}")
    staff.presses_under("What else I can do")
    staff.presses("Is it still her?", "Yes, ask her")
    town.deliver()
    woman.types("exit")
    town.deliver()
    staff.types("are you there")


def is_referred(town: Town, woman: Person, staff: Person, time: int) -> None:
    """Let her be referred, received and asked, and take her yes back."""
    woman.contact = replace(woman.contact, position=Position("find", "card"), answers={"service": HOUSE})
    woman.types("no such thing")
    woman.presses("Let them expect me", "Don't say what I need", "No", "Don't say when")
    woman.types(f"near the river {time}")
    woman.presses("No, don't ask", "Yes, exactly this")
    town.deliver()
    staff.presses_under("I take it")
    town.deliver()
    staff.presses_under("We receive her")
    staff.types("when")
    town.deliver()
    woman.presses_under("Take my yes back")
    town.deliver()


def sent(play: Play, *women: tuple[str, str]) -> bytes:
    """Return all that who answers was shown and sent, where these women come one after the other."""
    town = Town()
    staff = town.answers("amber birch", PORTO, SHELTER)
    known: dict[tuple[str, str], Person] = {}
    for number, each in enumerate(women):
        channel, name = each
        woman = known.get(each) or town.woman(name, channel=channel)
        known[each] = woman
        # What is drawn by chance is the same, however many steps somebody has taken before.
        town._numbers, woman.phone._numbers = count(1000 * (number + 1)), count(1000 * (number + 1))
        play(town, woman, staff, number)
    return everything(staff, town)


@pytest.mark.parametrize("play", [talks, is_referred])
def test_it_is_the_same_whoever_she_is_and_whatever_app_she_has(play: Play) -> None:
    told = sent(play, ("signal", plant()))
    assert told == sent(play, ("signal", plant()))
    assert told == sent(play, ("telegram", plant()))


@pytest.mark.parametrize("play", [talks, is_referred])
def test_nobody_can_tell_one_woman_who_comes_twice_from_two(play: Play) -> None:
    ana, bea = ("signal", plant()), ("signal", plant())
    assert sent(play, ana, ana) == sent(play, ana, bea)
