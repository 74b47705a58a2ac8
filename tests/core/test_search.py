"""Finding services by name among thousands."""

import random
import string

import pytest

from bot.core.search import NameIndex

NAMES = [
    ("apav", "apav gav porto"),
    ("metz", "metzineres"),
    ("cas", "cas redan baluard"),
    ("lnes", "linha nacional 144"),
]


@pytest.mark.parametrize(
    ("text", "first"), [("metzineres", "metz"), ("metsineres", "metz"), ("baluard", "cas"), ("gav porto apav", "apav")]
)
def test_a_name_is_found_with_an_error_in_part_and_in_any_order(text: str, first: str) -> None:
    assert NameIndex(NAMES).find(text)[0].id == first


@pytest.mark.parametrize("text", ["", "zzz", "x" * 500, "144144"])
def test_below_a_good_likeness_nothing_is_the_better_answer(text: str) -> None:
    assert NameIndex(NAMES).find(text) == []


def test_a_service_with_two_names_is_found_once() -> None:
    assert [hit.id for hit in NameIndex([("a", "casa azul"), ("a", "casa azul porto")]).find("casa azul")] == ["a"]


def test_the_right_one_is_first_among_thousands() -> None:
    chance = random.Random(7)  # noqa: S311 - made-up names
    letters = string.ascii_lowercase
    names = [(str(number), " ".join("".join(chance.choices(letters, k=7)) for _ in range(3))) for number in range(3000)]
    index = NameIndex(names)
    asked = [(identifier, name[:4] + name[5:]) for identifier, name in names[::100]]
    assert all(index.find(text)[0].id == identifier for identifier, text in asked)


def test_no_more_than_asked_for_are_returned() -> None:
    index = NameIndex((str(number), f"casa azul {number}") for number in range(50))
    assert len(index.find("casa azul", most=5)) == 5
