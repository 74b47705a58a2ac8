"""Company, referrals and what comes after a visit: each with her yes, and nothing that she did not say yes to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.contact import Contact, Position
from bot.core.conversation import Aim
from bot.core.follow_up import follow_up
from bot.core.house import Noted, Posted
from bot.core.letter import Letter, LetterKind
from bot.core.mail import judge
from bot.core.message import fold
from bot.core.monitoring import OUTCOMES, QUESTIONS, read, to_ask
from bot.core.referral import LONGEST_WORDS, REASONS
from bot.core.rooms import ACTIONS
from bot.core.stage import Stage
from bot.core.verdict import Drop, Hold, Send
from tests.core.relays import HOUSE, NOW, PORTO, SHELTER, with_lines
from tests.core.town import Person, Town

BED = "A bed for the night"


@pytest.fixture
def town() -> Town:
    """Return a town at noon."""
    return Town()


def woman(town: Town, name: str = "ana") -> Person:
    """Return a woman who reads the card of the house."""
    person = town.woman(name)
    person.contact = replace(person.contact, position=Position("find", "card"), answers={"service": HOUSE})
    person.types("no such thing")
    return person


def asks_for_company(town: Town, later: str = "No, don't ask") -> Person:
    """Return a woman who has asked for somebody to come along."""
    ana = woman(town)
    ana.presses("Come with me", BED, "Sunday 22 November", "help with papers", "Go on", later, "Yes, exactly this")
    return ana


def referred(town: Town, later: str = "No, don't ask", words: str = "I have a dog.") -> Person:
    """Return a woman who has been referred to the house."""
    ana = woman(town)
    ana.presses("Let them expect me", BED, "No", "In the morning")
    ana.types(words)
    ana.presses(later)
    if later != "No, don't ask":
        ana.presses("I don't know yet")
    ana.presses("Yes, exactly this")
    return ana


def shown_before_yes(person: Person, first: str) -> str:
    """Return what she read that they would read, just before she said yes."""
    screen = next(text for text in reversed(person.said) if first in text)
    return screen[screen.index(first) :].rpartition("\n\n")[0]


def follow_ups(town: Town) -> list[Letter]:
    """Return what is on its way to ask somebody."""
    return [each for post in town.post.values() for each in post if each.kind is LetterKind.FOLLOW_UP]


def test_peers_read_exactly_what_she_said_yes_to_and_one_takes_it(town: Town) -> None:
    eva, mia = town.answers("amber birch"), town.answers("bold cloud")
    ana = asks_for_company(town)
    text = shown_before_yes(ana, "She'd like")
    assert "papers" in text
    town.deliver()
    assert eva.has(text)
    assert mia.has(text)
    eva.presses_under("I take it")
    mia.presses_under("I take it")
    town.deliver()
    assert [each.staff for each in town.only().seats] == ["amber birch"]
    assert eva.has(text)
    assert not mia.has(text)


def test_what_the_partner_reads_is_what_she_said_yes_to_and_no_more(town: Town) -> None:
    casa = town.answers("calm finch", SHELTER)
    ana = referred(town)
    text = shown_before_yes(ana, "She asks")
    town.deliver()
    assert casa.has(text)
    assert "I have a dog." in text
    assert "English" not in "".join(casa.said), "she did not say that they may read her language"


@pytest.mark.parametrize("later", ["No, don't ask", "Yes, in the afternoon"])
def test_she_is_asked_afterwards_only_if_she_said_yes_to_that(town: Town, later: str) -> None:
    casa = town.answers("calm finch", SHELTER)
    ana = referred(town, later)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    casa.presses_under("We receive her")
    asked = follow_ups(town)
    assert len(asked) == (later != "No, don't ask")
    assert all(each.to == ana.address and each.due_at > NOW.timestamp() for each in asked)
    casa.presses_under("We receive her")
    assert len(follow_ups(town)) == len(asked), "saying it twice asks once"


@pytest.mark.parametrize("later", ["No, don't ask", "Yes, that evening"])
def test_after_company_she_is_asked_once_and_only_with_her_yes(town: Town, later: str) -> None:
    eva, mia = town.answers("amber birch"), town.answers("bold cloud")
    asks_for_company(town, later)
    town.deliver()
    eva.presses_under("I take it")
    found = follow_ups(town)
    assert len(found) == (later != "No, don't ask")
    town.deliver()
    eva.presses("What else I can do", "Hand it over", "No note")
    town.deliver()
    mia.presses_under("I take it")
    assert follow_ups(town) == found, "who takes it next asks no second time"


@pytest.mark.parametrize("reason", REASONS)
def test_a_refusal_is_told_in_words_of_ours_and_counted_without_her(town: Town, reason: str) -> None:
    casa = town.answers("calm finch", SHELTER)
    ana = referred(town, "Yes, in the morning")
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    talk = town.only().id
    casa.contact = replace(casa.contact, position=Position("receive", "reasons"), answers={"conversation": talk})
    choices = with_lines().flows["receive"].nodes["reasons"].choices
    casa.contact = replace(casa.contact, position=Position("receive", "reasons"))
    casa.take(casa.phone.types("menu"))
    casa.contact = replace(casa.contact, position=Position("receive", "start"), answers={"conversation": talk})
    casa.take(casa.phone.types("no"))
    label = next(label for label, each in choices.items() if each.set.get("refused_as") == reason)
    casa.presses("We can't", label)
    town.deliver()
    assert town.live() == []
    assert ana.has(with_lines().phrase("en", f"reason_{reason}"))
    assert town.noted[-1] == f"referral {HOUSE} {reason}"
    assert follow_ups(town) == []
    ana.presses_under("Other places")
    assert any(each.label.startswith("Linha Nacional") for each in ana.phone.choices)
    assert not any("Joaquim Urbano" in each.label for each in ana.phone.choices)


def test_a_yes_taken_back_leaves_nothing_of_her_with_the_partner(town: Town) -> None:
    casa = town.answers("calm finch", SHELTER)
    ana = referred(town, "Yes, in the morning", words="my words")
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    ana.types("I'm by the river")
    town.deliver()
    ana.types("one that waits")
    assert casa.has("my words")
    assert casa.has("by the river")
    ana.presses_under("Take my yes back")
    town.deliver()
    for text in ("my words", "by the river", "one that waits", BED):
        assert not casa.has(text), text
    assert town.live() == []
    assert "can't reach" in ana.said[-1]
    assert follow_ups(town) == []


def test_an_older_button_says_no_yes_to_a_newer_text(town: Town) -> None:
    town.answers("calm finch", SHELTER)
    ana = woman(town)
    ana.presses("Let them expect me", BED, "No", "Any time", "No words of mine", "No, don't ask")
    old = ana.phone.presses_old("Yes, exactly this")
    ana.presses("Change something", BED, "No", "Any time")
    ana.types("something that he must not read")
    ana.presses("No, don't ask")
    ana.take(old)
    assert town.live() == []


def test_own_words_that_are_too_long_are_not_cut_behind_her_back(town: Town) -> None:
    town.answers("calm finch", SHELTER)
    ana = woman(town)
    ana.presses("Let them expect me", BED, "No", "Any time")
    ana.types("x" * (LONGEST_WORDS + 1))
    assert "too long" in ana.said[-1]
    ana.presses("No words of mine")


def test_while_nobody_is_there_it_waits_and_who_comes_reads_it(town: Town) -> None:
    casa = town.answers("calm finch", SHELTER)
    casa.types("off duty")
    referred(town)
    town.deliver()
    assert not casa.has("I have a dog.")
    town.waits(hours=1)
    casa.types("on duty")
    town.deliver()
    assert casa.has("I have a dog.")
    casa.types("off duty")
    town.waits(hours=73)
    town.deliver()
    assert town.live() == []


@pytest.mark.parametrize(("service", "is_offered"), [(HOUSE, True), ("pt-lnes-144", False)])
def test_only_a_card_whose_people_answer_offers_to_be_expected(town: Town, service: str, *, is_offered: bool) -> None:
    town.answers("calm finch", SHELTER)
    person = town.woman("ana")
    person.contact = replace(person.contact, position=Position("find", "card"), answers={"service": service})
    person.types("no such thing")
    assert any(each.label == "Let them expect me" for each in person.phone.choices) is is_offered
    assert not any(each.label == "Come with me" for each in person.phone.choices), "no peer answers in that city"


def test_only_who_has_the_seat_decides(town: Town) -> None:
    casa, other = town.answers("calm finch", SHELTER), town.answers("deep otter", SHELTER)
    ana = referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    answers = {"conversation": town.only().id, "refused_as": "full"}
    for name in ("accept_referral", "refuse_referral", "read_again"):
        contact = replace(other.contact, position=Position("receive", "start"), answers=answers)
        house = town.house(other.address)
        stage = Stage(with_lines(), contact, contact.position, "telegram", town.now, house, other.address)
        assert ACTIONS[name](stage).changes == ()
    assert not ana.has("They said")


def asked(later: str, day: str = "2026-11-24") -> Letter:
    """Return what asks her, for a visit on a day."""
    details = {"service": HOUSE, "day": day, "later": later}
    letter = follow_up(with_lines(), "signal:ana", "", details, NOW)
    assert letter
    return letter


@pytest.mark.parametrize(
    ("later", "due"), [("that_evening", "24 19"), ("morning", "25 09"), ("afternoon", "25 14"), ("evening", "25 19")]
)
def test_the_question_comes_in_her_hours_and_at_no_other(later: str, due: str) -> None:
    letter = asked(later)
    at = NOW.fromtimestamp(letter.due_at, NOW.tzinfo)
    assert f"{at:%d %H}" == due
    contact, house = Contact("en", seen=fold(NOW)), Town().house("signal:ana")
    assert isinstance(judge(with_lines(), at)(contact, house, letter), Send)
    for early in (timedelta(hours=-1), timedelta(hours=6)):
        assert isinstance(judge(with_lines(), at + early)(contact, house, letter), Hold)


def test_nothing_is_asked_of_a_place_that_is_gone_or_without_her_yes() -> None:
    assert follow_up(with_lines(), "signal:ana", "", {"service": HOUSE, "later": ""}, NOW) is None
    assert follow_up(with_lines(), "signal:ana", "", {"service": "gone", "later": "morning"}, NOW) is None
    letter = asked("morning").changed(values={"service": "gone", "later": "morning"})
    verdict = judge(with_lines(), NOW)(Contact("en", seen=fold(NOW)), Town().house("signal:ana"), letter)
    assert isinstance(verdict, Drop)


def test_in_an_emergency_she_is_not_asked() -> None:
    letter = asked("afternoon")
    at = NOW.fromtimestamp(letter.due_at, NOW.tzinfo)
    contact = Contact("en", position=Position("overdose", "start"), seen=fold(at))
    assert isinstance(judge(with_lines(), at)(contact, Town().house("signal:ana"), letter), Hold)


def told(**answers: str) -> Stage:
    """Return where somebody tells how it went."""
    contact = Contact("en", position=Position("visit", "start"), answers={"visit": HOUSE, **answers}, seen=fold(NOW))
    return Stage(with_lines(), contact, Position("visit", "start"), "signal", NOW, address="signal:ana")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_how_it_went_is_counted_once_and_not_kept_with_her(outcome: str) -> None:
    outcome_of = ACTIONS["note_visit"](told(outcome=outcome))
    assert outcome_of.changes == (Noted(f"visit {HOUSE} {outcome}", NOW.date()),)
    assert outcome not in " ".join(outcome_of.contact.answers.values())
    again = {**outcome_of.contact.answers, "outcome": outcome}
    assert ACTIONS["note_visit"](told(**again)).changes == ()


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_counted_by_itself(question: str) -> None:
    found = ACTIONS["note_monitor"](told(monitor=question, monitor_says="no"))
    assert found.changes == (Noted(f"monitor {HOUSE} {question} no", NOW.date()),)
    again = {**found.contact.answers, "monitor_says": "yes"}
    assert ACTIONS["note_monitor"](told(**again)).changes == ()


@pytest.mark.parametrize("name", ["note_visit", "note_refused", "note_monitor"])
def test_what_is_not_a_word_of_ours_is_not_counted(name: str) -> None:
    strange = {"outcome": "my name is", "visit_refused_as": "x", "monitor": "y", "monitor_says": "z"}
    assert ACTIONS[name](told(**strange)).changes == ()


def test_five_bad_receptions_make_staff_ask_and_fewer_say_nothing() -> None:
    sums = [(f"visit {HOUSE} refused", 3), (f"visit {HOUSE} badly_treated", 2), (f"monitor {HOUSE} safe no", 4)]
    services = read(sums)
    assert to_ask(services) == [HOUSE]
    assert services[HOUSE].outcomes == {}
    assert services[HOUSE].answers == {}
    assert read([(f"visit {HOUSE} refused", 4), ("talk porto-peers violence", 9)]) == {}


def test_company_is_rung_with_its_aim_and_its_details(town: Town) -> None:
    town.answers("amber birch", PORTO)
    asks_for_company(town)
    talk = town.only()
    assert talk.aim is Aim.COMPANY
    assert talk.details["helps"] == "papers"
    assert "later" not in talk.details


def test_asked_how_it_went_she_need_not_look_for_the_place_again(town: Town) -> None:
    town.answers("amber birch")
    ana = town.woman("ana")
    ana.contact = replace(ana.contact, answers={"service": "another"})
    town.apply((Posted(Letter(ana.address, LetterKind.FOLLOW_UP, "c1", {"service": HOUSE, "later": "morning"})),))
    town.deliver()
    ana.presses_under("I'll tell you")
    ana.presses("I didn't go", "Somebody to come along")
    assert ana.said[-1].startswith(with_lines().services[HOUSE].name)


def test_after_a_hand_over_with_nobody_there_she_reads_that_it_was_read_and_who_is_there_now(town: Town) -> None:
    eva = town.answers("amber birch")
    ana = asks_for_company(town)
    town.deliver()
    eva.presses_under("I take it")
    town.deliver()
    town.answers("calm finch", SHELTER)
    eva.presses("What else I can do", "Hand it over", "No note")
    town.deliver()
    phrase = with_lines().phrase
    said = [phrase("en", name) for name in ("letter_nobody_left", "letter_waits", "line_no_hours")]
    assert ana.said[-1].splitlines() == [*said, phrase("en", "lines_here", lines="A shelter")]
    assert not ana.has(phrase("en", "letter_nobody_yet"))
    assert not ana.has(phrase("en", "letter_handed_over"))
    ana.presses_under("Take my yes back")
    assert town.live() == []
