"""C1: neither side of a conversation learns who the other is, whatever is done in it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.core.contact import Position
from bot.core.letter import Letter
from bot.core.message import Kind
from bot.core.rooms import ACTIONS, FILLS, LISTS
from bot.core.stage import Stage
from tests.core.relays import PORTO, SHELTER, TUTOR, with_lines
from tests.core.town import Person, Town
from tests.security.plant import hits, plant


@pytest.fixture
def planted() -> str:
    """Return what her address is made of."""
    return plant()


def everything(person: Person, town: Town) -> bytes:
    """Return every byte that somebody was shown or sent."""
    letters = (repr(_as_read(each)) for each in town.chats.get(person.address, []))
    buttons = (f"{choice.token} {choice.label}" for choice, _ in person.phone.buttons.values())
    return "\0".join((*person.said, *letters, *buttons, *person.phone.messages.values())).encode()


def _as_read(letter: Letter) -> tuple[object, ...]:
    return (
        letter.kind,
        dict(letter.values),
        letter.text,
        letter.media,
        letter.handle,
        letter.replaces,
        letter.conversation,
    )


def scene(planted: str) -> tuple[Town, Person, Person, Person]:
    """Return two who answer and a woman whose address is planted, in the middle of a conversation."""
    town = Town()
    eva, mia = town.answers("amber birch", PORTO, TUTOR), town.answers("bold cloud", PORTO, SHELTER)
    ana = town.woman(planted)
    ana.types("menu")
    town.talk(ana, eva)
    ana.types("hello")
    eva.types("hello you")
    town.deliver()
    return town, eva, mia, ana


def nodes() -> Iterator[Position]:
    """Name every node of every flow for who answers."""
    for name, flow in with_lines().flows.items():
        if flow.audience in ("peer", "partner", "tutor"):
            for node in flow.nodes:
                yield Position(name, node)


def test_no_screen_of_who_answers_has_anything_of_a_woman_or_of_another(planted: str) -> None:
    town, eva, mia, _ = scene(planted)
    talk = town.only().id
    for person in (eva, mia):
        for position in nodes():
            contact = replace(person.contact, position=position, answers={"conversation": talk})
            person.contact = contact
            person.take(person.phone.sends(Kind.STICKER))
    for person, others in ((eva, ("bold cloud", "bold-cloud")), (mia, ("amber birch", "amber-birch"))):
        told = everything(person, town)
        assert not hits(told, planted)
        assert not any(each.encode() in told for each in others)


@pytest.mark.parametrize(
    "name",
    [
        "hand_over",
        "call_second",
        "ask_code",
        "mark_danger",
        "block",
        "close_talk",
        "end_talk",
        "unsay",
        "call_tutor",
        "say_canned",
    ],
)
def test_no_letter_that_follows_what_staff_do_has_an_address_in_it(name: str, planted: str) -> None:
    town, eva, mia, ana = scene(planted)
    answers = {"conversation": town.only().id, "note": "she likes tea", "closed_as": "violence", "canned": "hello"}
    contact = replace(eva.contact, position=Position("answer", "one"), answers=answers)
    stage = Stage(with_lines(), contact, contact.position, "telegram", town.now, town.house(eva.address), eva.address)
    town.apply(ACTIONS[name](stage).changes)
    town.deliver()
    for _ in range(3):
        town.waits(minutes=4)
        town.deliver()
    for person in (eva, mia):
        assert not hits(everything(person, town), planted)
    hers = everything(ana, town)
    for staff in ("amber", "bold", "birch", "cloud"):
        assert staff.encode() not in hers, staff


def test_what_is_said_of_lists_and_conversations_has_no_address_in_it(planted: str) -> None:
    town, eva, mia, _ = scene(planted)
    other = town.woman(f"{planted}2")
    town.calls(other)
    for person in (eva, mia):
        for talk in town.live():
            answers = {"conversation": talk.id}
            contact = replace(person.contact, position=Position("answer", "one"), answers=answers)
            house = town.house(person.address)
            stage = Stage(with_lines(), contact, contact.position, "telegram", town.now, house, person.address)
            said = [FILLS[name](stage, "") for name in ("talk", "duty", "statement", "my_lines", "my_languages")]
            for name in ("waiting", "talks", "canned", "closings"):
                said += [f"{each.id} {each.label} {dict(each.answers)}" for each in LISTS[name](stage)]
            assert not hits("\0".join(said).encode(), planted)


def test_two_words_are_not_made_of_her(planted: str) -> None:
    """The same woman is another in each conversation."""
    town, eva, _, ana = scene(planted)
    words = []
    for _ in range(5):
        words.append(town.only().designation)
        ana.types("exit")
        town.deliver()
        town.talk(ana, eva)
    assert len(set(words)) == len(words)
