"""C1 and A4 for company and referrals: nothing of her but what she said yes to, and nothing sent first without it."""

from dataclasses import replace

import pytest

from bot.core.contact import Position
from bot.core.letter import LetterKind
from bot.core.rooms import FILLS, LISTS
from bot.core.stage import Stage
from tests.core.relays import HOUSE, PORTO, SHELTER, with_lines
from tests.core.town import Person, Town
from tests.security.plant import hits, plant
from tests.security.test_c1_staff_never_see_who import everything

WAYS = {
    "company": ("Come with me", "I'd rather not say", "I don't know yet", "Go on", "Yes, that evening"),
    "referral": ("Let them expect me", "Don't say what I need", "No", "Don't say when", "No words of mine"),
}
ENDS = {"company": (), "referral": ("Yes, in the morning", "I don't know yet")}


def asked(kind: str, *, is_agreed: bool = True) -> tuple[Town, Person, Person, str]:
    """Return who answers and a woman whose address is planted, who has asked for an errand."""
    planted, town = plant(), Town()
    staff = town.answers("amber birch", PORTO, SHELTER)
    ana = town.woman(planted)
    ana.contact = replace(ana.contact, position=Position("find", "card"), answers={"service": HOUSE})
    ana.types("no such thing")
    ana.presses(*WAYS[kind], *ENDS[kind])
    if is_agreed:
        ana.presses("Yes, exactly this")
    return town, staff, ana, planted


@pytest.mark.parametrize("kind", WAYS)
def test_nothing_of_her_reaches_who_is_asked(kind: str) -> None:
    town, staff, ana, planted = asked(kind)
    town.deliver()
    staff.presses_under("I take it")
    town.deliver()
    ana.types("hello")
    town.deliver()
    talk = town.only().id
    for node in with_lines().flows["receive"].nodes:
        staff.contact = replace(staff.contact, position=Position("receive", node), answers={"conversation": talk})
        staff.types("no such thing")
    contact = replace(staff.contact, position=Position("receive", "start"), answers={"conversation": talk})
    house = town.house(staff.address)
    stage = Stage(with_lines(), contact, contact.position, "telegram", town.now, house, staff.address)
    said = [FILLS["talk"](stage, ""), *(f"{each.id} {each.label}" for each in LISTS["talks"](stage))]
    ana.presses_under("Take my yes back")
    town.deliver()
    assert not hits("\0".join(said).encode(), planted)
    assert not hits(everything(staff, town), planted)
    if kind == "referral":
        assert b"English" not in everything(staff, town), "her language is passed on only if she says so"
    assert b"amber" not in everything(ana, town)


@pytest.mark.parametrize("kind", WAYS)
def test_before_her_yes_nothing_is_written_to_anybody(kind: str) -> None:
    town, staff, _, _ = asked(kind, is_agreed=False)
    assert town.live() == []
    assert not any(town.post.values())
    assert town.chats.get(staff.address, []) == []


@pytest.mark.parametrize("word", ["exit", "forget me", "stop"])
def test_no_question_of_later_is_without_her_conversation_so_that_each_word_reaches_it(word: str) -> None:
    town, staff, ana, _ = asked("company")
    town.deliver()
    staff.presses_under("I take it")
    waiting = [each for post in town.post.values() for each in post if each.kind is LetterKind.FOLLOW_UP]
    assert [each.conversation for each in waiting] == [town.only().id]
    ana.types(word)
    assert town.live() == [], "what asks her later goes with it: tests/storage/test_errands.py"
