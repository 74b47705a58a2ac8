"""A code word that is made of signs alone, such as a flower: it is known by these, and by no others."""

from dataclasses import replace

import pytest

from bot.core.contact import Position
from bot.core.message import Kind
from tests.core.town import Person, Town

WORD = "\N{CHERRY BLOSSOM} \N{CHERRY BLOSSOM}"


def sets_word(ana: Person) -> None:
    """Let a woman set her word."""
    ana.contact = replace(ana.contact, position=Position("peer", "code"))
    ana.take(ana.phone.sends(Kind.STICKER))
    ana.types(WORD)


@pytest.fixture(params=["before she calls", "while she talks"])
def talking(request: pytest.FixtureRequest) -> tuple[Town, Person, Person]:
    """Return somebody who answers, and a woman who has set such a word before she called, or in the talk."""
    town = Town()
    eva, ana = town.answers("amber birch"), town.woman("ana")
    if request.param == "before she calls":
        sets_word(ana)
    town.talk(ana, eva)
    if request.param == "while she talks":
        sets_word(ana)
    return town, eva, ana


def test_it_is_right_where_she_writes_it(talking: tuple[Town, Person, Person]) -> None:
    town, eva, ana = talking
    ana.types(WORD)
    town.deliver()
    assert eva.said[-1].endswith("the word was right.")
    assert not eva.has(WORD)


@pytest.mark.parametrize("other", ["?", "\N{SKULL}"])
def test_other_signs_are_not_it_and_go_across(talking: tuple[Town, Person, Person], other: str) -> None:
    town, eva, ana = talking
    ana.types(other)
    town.deliver()
    assert eva.has(f"\n{other}")
    assert not any("the word was right" in each for each in eva.said)
