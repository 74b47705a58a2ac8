"""Every screen of staff and of a vote can be read, pressed and left, in every language, with long texts."""

from dataclasses import replace

import pytest

from bot.core.contact import Contact, Position
from bot.core.house import GroupState, House, Proposal, Role, Staff, meeting_subject
from bot.core.message import fold
from bot.core.plan import Plan
from bot.core.question import About, Draft, Question
from bot.core.rooms.ballots import LONGEST_AGREEMENT, LONGEST_ANSWER, LONGEST_QUESTION, _kept
from bot.core.rooms.detail import LONGEST_NOTE, LONGEST_PLACE
from bot.core.rooms.groups import LONGEST_PROPOSAL, MOST_PROPOSALS
from bot.core.stage import Stage
from bot.core.terms import Terms
from tests.core.rooms.example import MUSA, NOW, with_groups
from tests.test_crawler import Crawler

MEETING = "2026-11-25"
TONGUES = ("pt", "en", "es")
CLOSES = int(NOW.timestamp()) + 86400
VOTED = ("questions", "no_questions", "question_open", "question_voted", "voted", "result", "question_gone")
PLACES = [
    *(
        Position(flow, name)
        for flow, body in with_groups().flows.items()
        if body.audience != "woman"
        for name, node in body.nodes.items()
        if not node.is_passing
    ),
    *(Position("groups", name) for name in VOTED),
]


def words(length: int) -> str:
    """Return a text of that length."""
    return ("word " * length)[:length]


def asked(about: About) -> Question:
    """Return the longest question of its kind."""
    own = about is About.FREE
    length = LONGEST_AGREEMENT if about is About.AGREEMENT else LONGEST_QUESTION
    texts = {tongue: words(length) for tongue in TONGUES} if about in (About.FREE, About.AGREEMENT) else {}
    answers = {tongue: tuple(f"{number} {words(LONGEST_ANSWER - 2)}" for number in range(5)) for tongue in TONGUES}
    return Question(about.value, about, texts, answers if own else {}, CLOSES, 3)


QUESTIONS = tuple(asked(about) for about in About)
CLOSED = tuple(
    replace(each, id=f"{each.id} closed").count({"0": 40, "1": 3}, shows_small=False) for each in map(asked, About)
)
STATE = GroupState(
    Plan().set_place(MEETING, words(LONGEST_PLACE)).set_note(MEETING, words(LONGEST_NOTE)),
    tuple(Proposal(MEETING, f"{number} {words(LONGEST_PROPOSAL - 3)}") for number in range(MOST_PROPOSALS)),
    QUESTIONS + CLOSED,
)
HOUSE = House(
    {MUSA: STATE},
    staff=Staff("amber birch", Role.MODERATOR, (MUSA,)),
    tallies={meeting_subject(MUSA, MEETING): {"yes": 31, "no": 17}},
    members=53,
)


def at(position: Position, language: str, question: Question) -> Contact:
    """Return somebody who has everything before her that a screen could want."""
    known = {"group": MUSA, "meeting": MEETING, "question": question.id, "day": "2026-11-26", "time": "18:00"}
    draft = Draft(question.about, "pt", question.texts, question.answers)
    contact = Contact(language, "porto", position, (Position("start", "menu"),), known, seen=fold(NOW))
    contact = contact.with_memberships({MUSA: Terms()}, "telegram:9")
    return replace(contact, answers=known | {"needed": "3"} | _kept(contact, draft).answers)


@pytest.mark.parametrize("language", TONGUES)
def test_every_screen_is_one_that_a_platform_takes_and_a_person_can_read(language: str) -> None:
    crawler = Crawler(with_groups(), language)
    for position in PLACES:
        for question in (*QUESTIONS, *CLOSED):
            contact = at(position, language, question)
            screen = Stage(with_groups(), contact, position, "telegram", NOW, HOUSE, "telegram:9").screen()
            crawler._judge(screen, contact, replace(contact, position=replace(position, page=0)))
    findings = {each for each in crawler.findings if "a placeholder is left" not in each}
    assert not findings, "\n".join(sorted(findings))


def test_no_placeholder_is_left_on_any_of_them() -> None:
    """An ellipsis is a placeholder to the crawler, and on a button here."""
    for position in PLACES:
        for question in QUESTIONS:
            contact = at(position, "en", question)
            screen = Stage(with_groups(), contact, position, "telegram", NOW, HOUSE, "telegram:9").screen()
            assert not any(mark in text for text in screen.texts for mark in "{}"), position


def test_no_two_rooms_have_the_same_word_for_different_things() -> None:
    from bot.core.rooms import ROOMS  # noqa: PLC0415 - only here

    for kind in ("LISTS", "ACTIONS", "FILLS", "KNOWN"):
        names = [name for room in ROOMS for name in getattr(room, kind)]
        assert len(set(names)) == len(names), kind
