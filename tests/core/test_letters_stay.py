"""What happens in a chat when a button below a letter is pressed, and which screens go as a letter comes."""

from dataclasses import replace

import pytest

from bot.core import overtaking
from bot.core.beneath import USED_UP
from bot.core.contact import Contact, Position, Told
from bot.core.counting import MOST_ON_A_SCREEN
from bot.core.engine import respond
from bot.core.house import House, Posted
from bot.core.letter import Letter, LetterKind
from bot.core.library import MENU
from bot.core.mail import judge, render
from bot.core.message import Address, Choice, Incoming, Kind, fold
from bot.core.relay import told, told_staff
from bot.core.verdict import Send
from tests.core.relays import HOUSE, NOW, PORTO, with_lines
from tests.core.town import Person, Town

ACROSS = (LetterKind.CHANGED, LetterKind.TAKEN_BACK, LetterKind.PLACE)
AT_HERS = {"designation": "silver feather"}


@pytest.fixture
def town() -> Town:
    """Return a town at noon."""
    return Town()


def choices_of(town: Town, letter: Letter) -> tuple[Choice, ...]:
    """Return every button below a letter."""
    screen = render(with_lines(), town.house(letter.to), Contact("en"), letter, town.now)
    return (*screen.choices, *screen.ways)


def press(person: Person, token: str, handle: str = "letter") -> Incoming:
    """Press below some message."""
    update = f"{token} {len(person.said)}"
    return Incoming(person.phone.address, Kind.PRESS, update, token=token, handle=handle, press="press")


@pytest.mark.parametrize("kind", [each for each in LetterKind if each not in ACROSS])
@pytest.mark.parametrize("is_known", [True, False])
def test_below_a_letter_every_button_leaves_it_where_it_is_but_those_that_use_it_up(
    town: Town, kind: LetterKind, *, is_known: bool
) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    # A yes can be taken back only where there is one.
    used_up = {with_lines().phrase("en", name) for name in USED_UP if name != "letter_back"}
    # What is there for herself is so whatever has ended.
    lasting = {with_lines().phrase("en", name) for name in ("letter_support", "letter_duty")}
    for person, write in ((eva, told_staff), (ana, told)):
        letter = write(town.only(), person.address, kind, service=HOUSE).letter
        for choice in choices_of(town, letter):
            house = town.house(person.address) if is_known else House()
            turn = respond(with_lines(), person.contact, press(person, choice.token), town.now, house)
            is_taken_along = choice.label in (used_up if is_known else lasting)
            assert turn.stays is not is_taken_along or choice.label == "I take it", choice.label


def test_a_button_of_an_old_screen_takes_that_screen_along(town: Town) -> None:
    ana = town.woman("ana")
    old = ana.phone.choices[0].token
    turn = respond(with_lines(), Contact(), press(ana, old), town.now)
    assert not turn.stays


def test_who_takes_a_call_reads_one_thing_in_the_place_of_the_call_and_what_was_held_below_it(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    ana.types("are you there?", "he has left")
    ring = eva.phone.buttons["I take it"][1]
    screen, before = eva.phone.living, dict(eva.phone.messages)
    assert eva.presses_under("I take it") is None
    assert eva.contact.living == ()
    town.deliver()
    new = {handle: text for handle, text in eva.phone.messages.items() if before.get(handle) != text}
    assert list(new) == [ring, *list(new)[1:]]
    assert [text.partition("\n")[2].partition("\n")[0] for text in new.values()][1:] == [
        "are you there?",
        "he has left",
    ]
    assert not set(screen) & set(eva.phone.messages)


def test_who_takes_a_second_call_with_no_screen_before_her_reads_one_thing_too(town: Town) -> None:
    eva = town.answers("amber birch")
    town.talk(town.woman("ana"), eva)
    town.calls(town.woman("bea"))
    assert eva.contact.living == ()
    assert eva.presses_under("I take it") is None
    assert eva.contact.living == ()


def test_a_call_that_is_taken_from_a_list_stands_in_the_place_of_the_list(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    eva.presses("Who waits")
    eva.presses(eva.phone.choices[0].label)
    there = eva.phone.living[-1]
    eva.presses("I take it")
    town.deliver()
    assert "is with you now" in eva.phone.messages[there]
    assert not eva.has("Somebody would like to talk")


def test_an_answer_to_that_letter_reaches_her_though_another_is_open(town: Town) -> None:
    eva, ana, dina = town.answers("amber birch"), town.woman("ana"), town.woman("dina")
    town.talk(ana, eva)
    words = town.talk(dina, eva)
    assert eva.answers("I'm here.", to=f"{words} is with you now") is None
    town.deliver()
    assert dina.has("I'm here.")
    assert not ana.has("I'm here.")


def test_what_she_is_told_once_is_not_used_up_by_a_screen_that_is_not_shown(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    eva.contact = replace(eva.contact, told=Told.DUE)
    eva.presses_under("I take it")
    assert eva.contact.told is Told.DUE


def test_who_presses_too_late_reads_so_on_a_screen(town: Town) -> None:
    eva, mia, ana = town.answers("amber birch"), town.answers("bold cloud"), town.woman("ana")
    town.calls(ana)
    eva.presses_under("I take it")
    late = mia.presses_under("I take it")
    assert late
    assert "It's no longer open" in late.texts[0]


def test_what_she_agreed_to_stays_below_whatever_is_pressed_and_goes_when_she_takes_it_back(town: Town) -> None:
    from tests.core.test_errands import SHELTER, referred  # noqa: PLC0415

    casa = town.answers("calm finch", SHELTER)
    ana = referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    for label in ("Ask her", "Menu", "We receive her"):
        casa.presses_under(label)
        assert casa.has("I have a dog.")
    ana.types("menu")
    ana.contact = replace(ana.contact, position=Position("referral", "back"))
    town.deliver()
    assert ana.presses_under("Take my yes back")
    town.deliver()
    assert not casa.has("I have a dog.")


@pytest.mark.parametrize("way", [("End it", "Safer use"), ("Hand it over", "No note"), ("Block", "Yes, block")])
def test_a_step_back_leads_her_into_no_conversation_that_is_over_for_her(town: Town, way: tuple[str, str]) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.answers("bold cloud")
    town.talk(ana, eva)
    eva.presses_under("What else I can do")
    eva.presses(*way)
    for _ in range(4):
        screen = eva.types("back")
        assert screen
        assert not {"Write to her", way[0]} & {each.label for each in screen.choices}, screen.texts


def test_a_step_back_never_tells_a_woman_that_she_is_talking_when_she_is_not(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    ana.types("menu")
    ana.presses("Talk to a peer", "I want to stop")
    screen = ana.types("back")
    assert screen
    assert not any("You're talking with a peer" in text for text in screen.texts)


def test_a_button_that_answers_leads_to_no_empty_page_once_it_is_over(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    ana.presses_under("I want to stop")
    screen = eva.presses_under("Answer")
    assert screen
    assert screen.texts == ("This conversation has ended.",)
    town.deliver()
    assert eva.has("this has ended")


def test_a_screen_that_waits_goes_as_somebody_comes_and_her_words_go_across(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    assert ana.has("I'm calling")
    eva.presses_under("I take it")
    town.deliver()
    assert not ana.has("I'm calling")
    assert ana.contact.living == ()
    assert ana.types("5") is None
    town.deliver()
    assert eva.has("5")


@pytest.mark.parametrize("end", ["End it", "Block"])
def test_a_screen_that_says_that_they_talk_goes_as_the_other_ends_it(town: Town, end: str) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    ana.types("menu")
    ana.presses("Talk to a peer")
    assert ana.has("You're talking with a peer")
    eva.presses_under("What else I can do")
    eva.presses(end, "Safer use" if end == "End it" else "Yes, block")
    town.deliver()
    assert not ana.has("You're talking with a peer")
    assert ana.has("This has ended")


def test_the_tools_of_a_conversation_go_as_the_woman_ends_it_and_what_is_typed_then_goes_to_nobody(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    eva.presses_under("What else I can do")
    tools = eva.phone.living
    ana.presses_under("I want to stop")
    town.deliver()
    assert not set(tools) & set(eva.phone.messages)
    screen = eva.types("I'm still here")
    assert screen
    assert screen.texts == ("This conversation is over for you. I sent nothing.",)


def test_what_she_looks_at_besides_stays_as_a_letter_comes(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    ana.presses("Set a code word")
    eva.presses_under("I take it")
    town.deliver()
    assert ana.has("Write one word")


def test_a_late_letter_takes_no_screen_of_a_newer_call(town: Town) -> None:
    ana = town.woman("ana")
    town.answers("amber birch")
    town.calls(ana)
    late = Letter(ana.address, LetterKind.ENDED, "another", {"line": PORTO})
    assert overtaking.overtaken(ana.contact, town.house(ana.address), late) == ()
    mine = late.changed(conversation=town.only().id)
    assert overtaking.overtaken(ana.contact, town.house(ana.address), mine) == ana.contact.living


def test_a_screen_that_she_called_up_while_the_letter_was_on_its_way_stays() -> None:
    letter = Letter("signal:ana", LetterKind.ENDED, "talk")
    contact = Contact("en", position=Position("peer", "open"), living=("7",), seen=fold(NOW))
    assert overtaking.without(contact, letter, ("6",)) == contact
    assert overtaking.without(contact, letter, ("7",)).living == ()
    assert overtaking.without(replace(contact, position=MENU), letter, ("7",)).living == ("7",)


def test_a_call_that_is_left_to_others_goes_and_nothing_more_is_written_about_it(town: Town) -> None:
    eva, mia, ana = town.answers("amber birch"), town.answers("bold cloud"), town.woman("ana")
    town.calls(ana)
    eva.presses_under("Not now")
    town.deliver()
    assert not eva.has("Somebody would like to talk")
    mia.presses_under("I take it")
    town.deliver()
    assert not eva.has("somebody else is there")
    assert not any(each.kind is LetterKind.TAKEN for each in town.chats[eva.address])


def test_who_left_a_call_to_others_is_called_again_when_it_is_handed_over_and_hears_how_that_ends(town: Town) -> None:
    eva, mia, ana = town.answers("amber birch"), town.answers("bold cloud"), town.woman("ana")
    town.calls(ana)
    eva.presses_under("Not now")
    town.deliver()
    mia.presses_under("I take it")
    town.deliver()
    mia.presses_under("What else I can do")
    mia.presses("Hand it over", "No note")
    town.deliver()
    assert eva.has("Somebody would like to talk")
    ana.presses_under("I want to stop")
    town.deliver()
    assert not eva.has("Somebody would like to talk")
    assert eva.has("this has ended")


def test_who_handed_over_to_the_other_of_two_hears_nothing_of_how_it_ends(town: Town) -> None:
    eva, mia, ana = town.answers("amber birch"), town.answers("bold cloud"), town.woman("ana")
    town.talk(ana, eva)
    eva.presses_under("What else I can do")
    eva.presses("One more of us", "Yes, call one more")
    town.deliver()
    mia.presses_under("I take it")
    town.deliver()
    assert not eva.has("I tell you when somebody comes"), "it has been told"
    eva.presses_under("What else I can do")
    eva.presses("Hand it over", "No note")
    town.deliver()
    ana.presses_under("I want to stop")
    town.deliver()
    assert not eva.has("this has ended")
    assert mia.has("this has ended")


@pytest.mark.parametrize("kind", [LetterKind.NOTE, LetterKind.ENDED, LetterKind.NOT_DELIVERED])
@pytest.mark.parametrize("is_talking", [True, False])
def test_numbers_below_what_who_answers_is_sent_begin_after_those_of_any_screen(
    town: Town, kind: LetterKind, *, is_talking: bool
) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    if not is_talking:
        ana.presses_under("I want to stop")
    at = Address("signal", "eva")
    contact = replace(eva.contact, living=())
    values = {**AT_HERS, "line": PORTO}
    letter = Letter(str(at), kind, town.live()[0].id if is_talking else "over", values)
    verdict = judge(with_lines(), town.now)(contact, town.house(eva.address), letter)
    assert isinstance(verdict, Send)
    assert verdict.screen.first == MOST_ON_A_SCREEN + 1


def test_numbers_of_the_ways_out_below_what_a_woman_is_told_begin_after_those_of_her_screen(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    shown = ana.types("menu")
    joined = Letter(ana.address, LetterKind.JOINED, town.only().id, {"line": PORTO})
    verdict = judge(with_lines(), town.now)(ana.contact, town.house(ana.address), joined)
    assert isinstance(verdict, Send)
    assert shown
    assert verdict.screen.first == len(shown.choices) + len(shown.ways) + 1


def test_a_number_below_what_a_woman_was_told_is_a_choice_also_after_her_own_words(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    eva.presses_under("I take it")
    town.deliver()
    (begun,) = [each for each in town.chats[ana.address] if each.kind is LetterKind.BEGUN]
    ana.contact = ana.contact.with_offer(1, tuple(each.token for each in choices_of(town, begun)))
    ana.types("he has left")
    assert ana.types("1")
    assert town.live() == []


def test_where_words_are_asked_for_a_number_below_a_letter_is_a_choice_and_no_answer(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    ana.presses("Set a code word")
    eva.presses_under("I take it")
    town.deliver()
    (begun,) = [each for each in town.chats[ana.address] if each.kind is LetterKind.BEGUN]
    ana.contact = ana.contact.with_offer(5, tuple(each.token for each in choices_of(town, begun)))
    ana.types("7")
    assert town.live() == [], "it was to hide the chat"


def test_reading_again_what_she_agreed_to_is_one_letter_and_no_screen_beside_it(town: Town) -> None:
    from tests.core.test_errands import SHELTER, referred  # noqa: PLC0415

    casa = town.answers("calm finch", SHELTER)
    referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    casa.presses("We receive her", "The conversation")
    turn = casa.take(press(casa, next(each.token for each in casa.phone.choices if "Read again" in each.label)))
    assert turn.screen is None
    assert any(isinstance(each, Posted) and each.letter.kind is LetterKind.YOURS for each in turn.changes)
