"""What somebody changes or takes back follows what she wrote, wherever that is by then, or she is told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.across import LONGEST_ACROSS
from bot.core.letter import LetterKind
from bot.core.message import Kind, Media, Screen
from tests.core.relays import PORTO
from tests.core.town import Person, Town

NOT_SEEN = "The other side doesn't see this change"
PHOTO = {"media": Media("telegram", "picture", "new")}


@pytest.fixture
def town() -> Town:
    """Return a town with nobody in it."""
    return Town()


def pair(town: Town, channel: str = "signal") -> tuple[Person, Person, str]:
    """Return somebody who answers a woman, her, and her two words."""
    eva, ana = town.answers("amber birch"), town.woman("ana", channel=channel)
    return eva, ana, town.talk(ana, eva)


def says(screen: Screen | None, words: str) -> bool:
    """Tell whether the writer was told so."""
    return screen is not None and words in screen.texts[0]


def across(town: Town) -> list[str]:
    """Deliver, and return what of it somebody wrote."""
    return [each.text for each in town.deliver() if each.kind in (LetterKind.SAID, LetterKind.CHANGED)]


class TestBeforeDelivery:
    """Only the new words arrive, and nobody is told that they do not."""

    def test_while_nobody_has_taken_it(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.calls(ana)
        ana.types("at five", "please")
        assert ana.edits("at five", "at six") is None
        eva.presses_under("I take it")
        assert across(town) == ["at six", "please"]

    def test_while_the_letter_waits(self, town: Town) -> None:
        _, ana, _ = pair(town)
        ana.types("at five", "please")
        assert ana.edits("at five", "at six") is None
        assert across(town) == ["at six", "please"]

    def test_while_the_letter_to_her_waits(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        eva.types("come at five")
        assert eva.edits("come at five", "come at six") is None
        assert across(town) == ["come at six"]
        assert ana.has("come at six")
        assert not ana.has("Changed")

    def test_a_picture_stays_with_its_new_words(self, town: Town) -> None:
        _, ana, _ = pair(town)
        ana.sends(Kind.PICTURE, "ref", "my street")
        assert ana.edits("my street", "here") is None
        (letter,) = town.deliver()
        assert (letter.text, letter.media and letter.media.ref) == ("here", "ref")

    def test_a_change_that_waits_is_changed_itself(self, town: Town) -> None:
        eva, ana, words = pair(town)
        ana.types("at five")
        town.deliver()
        ana.edits("at five", "at six")
        assert ana.edits("at six", "at seven") is None
        assert across(town) == ["at seven"]
        assert [each for each in eva.phone.messages.values() if each.startswith(words) and ":\nat" in each] == [
            f"{words}:\nat seven"
        ]

    def test_of_two_who_answer_one_has_it_and_the_other_gets_the_new_words(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        mia = town.answers("bold cloud", PORTO)
        talk = town.only()
        seats = (*talk.seats, replace(talk.seats[0], staff="bold cloud", address=mia.address))
        town.conversations[talk.id] = talk.changed(seats=seats)
        ana.types("at five")
        town.deliver(eva.address)
        assert ana.edits("at five", "at six") is None
        assert across(town) == ["at six"] * 2
        for each in (eva, mia):
            assert each.has("at six")
            assert not each.has("at five")


class TestWhereItStands:
    """In its place where the platform can; else the old goes, and the new says that it is a change."""

    def test_on_telegram_it_is_changed_in_its_place(self, town: Town) -> None:
        eva, ana, _ = pair(town, "telegram")
        eva.types("at five")
        town.deliver()
        eva.edits("at five", "at six")
        (letter,) = town.deliver()
        assert letter.replaces
        assert ana.has("at six")
        assert not ana.has("Changed")

    def test_on_signal_it_comes_as_a_message_that_says_so(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        eva.types("at five")
        town.deliver()
        eva.edits("at five", "at six")
        town.deliver()
        assert ana.has("Changed: at six")
        assert not ana.has("at five")

    def test_changed_twice_on_signal_only_the_last_stands_there(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        eva.types("at five")
        town.deliver()
        for old, new in (("at five", "at six"), ("at six", "at seven")):
            eva.edits(old, new)
            town.deliver()
        assert [each for each in ana.phone.messages.values() if "at " in each] == ["Changed: at seven"]

    def test_a_picture_is_sent_anew_with_its_new_words(self, town: Town) -> None:
        eva, ana, _ = pair(town, "telegram")
        eva.sends(Kind.PICTURE, "ref", "old words")
        town.deliver()
        assert eva.edits("old words", "new words", **PHOTO) is None
        town.deliver()
        assert ana.has("Changed: new words")
        assert not ana.has("old words")

    def test_words_that_are_taken_off_a_picture_leave_the_picture(self, town: Town) -> None:
        eva, ana, _ = pair(town, "telegram")
        eva.sends(Kind.PICTURE, "ref", "old words")
        town.deliver()
        assert eva.edits("old words", "", **PHOTO) is None
        town.deliver()
        assert ana.has("[picture]")
        assert not ana.has("old words")

    def test_words_alone_take_no_picture_away_and_what_is_taken_back_goes_with_all_of_it(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        ana.sends(Kind.PICTURE, "ref", "old words")
        town.deliver()
        assert ana.edits("old words", "new words") is None
        town.deliver()
        assert eva.has("old words")
        assert eva.has("Changed: new words")
        ana.takes_back("new words")
        town.deliver()
        assert not eva.has("words")


class TestNames:
    """On Signal an edit has a name of its own, and what comes next may call the message by it, or by its first."""

    @pytest.mark.parametrize("name", ["", "second"])
    def test_an_edit_of_an_edit_follows(self, town: Town, name: str) -> None:
        eva, ana, _ = pair(town)
        ana.types("at five")
        town.deliver()
        ana.edits("at five", "at six", renamed="second")
        town.deliver()
        called = {"handle": name} if name else {}
        assert ana.edits("at six", "at seven", renamed="third", **called) is None
        town.deliver()
        assert ana.edits("at seven", "at eight", handle="third", renamed="fourth") is None
        town.deliver()
        assert eva.has("at eight")
        assert not eva.has("at seven")

    @pytest.mark.parametrize("is_delivered", [True, False])
    @pytest.mark.parametrize("name", ["", "second"])
    def test_what_was_changed_is_taken_back_by_either(self, town: Town, name: str, is_delivered: bool) -> None:  # noqa: FBT001 - drawn
        eva, ana, _ = pair(town)
        ana.types("at five")
        if is_delivered:
            town.deliver()
        ana.edits("at five", "at six", renamed="second")
        if is_delivered:
            town.deliver()
        ana.takes_back("at six", name)
        town.deliver()
        assert not eva.has("at five")
        assert not eva.has("at six")

    def test_what_is_held_is_changed_and_taken_back_by_its_last_name(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.calls(ana)
        ana.types("at five", "please")
        ana.edits("at five", "at six", renamed="second")
        assert ana.edits("at six", "at seven", handle="second", renamed="third") is None
        ana.takes_back("please")
        eva.presses_under("I take it")
        assert across(town) == ["at seven"]

    def test_a_change_that_could_not_follow_is_no_end_to_the_names(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        ana.types("at five")
        town.deliver()
        assert ana.edits("at five", "a" * (LONGEST_ACROSS + 1), renamed="second")
        assert ana.edits("a" * (LONGEST_ACROSS + 1), "at six", handle="second", renamed="third") is None
        town.deliver()
        assert eva.has("at six")

    def test_who_answers_her_own_changed_message_means_its_conversation(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        bea = town.woman("bea")
        town.talk(bea, eva)
        ana.types("this is ana")
        town.deliver()
        eva.answers("for ana", to="this is ana")
        town.deliver()
        eva.edits("for ana", "for ana alone", renamed="second")
        assert eva.take(replace(eva.phone.types("and this"), reply_to="second")).screen is None
        town.deliver()
        assert ana.has("and this")
        assert not bea.has("and this")


class TestTold:
    """Whatever does not follow is said to who wrote it, and nothing else is."""

    def test_too_long(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        ana.types("at five")
        town.deliver()
        assert says(ana.edits("at five", "a" * (LONGEST_ACROSS + 1)), "too long")
        assert town.deliver() == []
        assert eva.has("at five")

    def test_too_long_while_it_waits(self, town: Town) -> None:
        _, ana, _ = pair(town)
        ana.types("at five")
        assert says(ana.edits("at five", "a" * (LONGEST_ACROSS + 1)), "too long")
        assert across(town) == ["at five"]

    def test_nothing_left(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        ana.types("at five")
        town.deliver()
        assert says(ana.edits("at five", " "), NOT_SEEN)
        assert town.deliver() == []
        assert eva.has("at five")

    def test_nobody_has_it_and_nobody_will(self, town: Town) -> None:
        _, ana, _ = pair(town)
        ana.types("hello")
        town.deliver()
        town.conversations = {name: talk.changed(pairs=()) for name, talk in town.conversations.items()}
        assert says(ana.edits("hello", "good day"), NOT_SEEN)
        assert town.deliver() == []

    def test_it_was_taken_back_before(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        ana.types("at five")
        town.deliver()
        ana.takes_back("at five")
        assert says(ana.edits("at five", "at six"), NOT_SEEN)
        town.deliver()
        assert not eva.has("at five")
        assert not eva.has("at six")


class TestToWhom:
    """A change goes where the message went, and nowhere else."""

    def test_the_two_words_in_front_are_not_sent(self, town: Town) -> None:
        eva, ana, words = pair(town)
        eva.types(f"{words}: at five")
        town.deliver()
        assert eva.edits(f"{words}: at five", f"{words}: at six") is None
        town.deliver()
        assert ana.has("Changed: at six")
        assert not ana.has(words)

    def test_with_the_two_words_of_another_it_follows_to_nobody(self, town: Town) -> None:
        eva, ana, words = pair(town)
        bea = town.woman("bea")
        others = town.talk(bea, eva)
        eva.types(f"{words}: the door is open")
        town.deliver()
        assert says(eva.edits(f"{words}: the door is open", f"{others}: he is at the door"), NOT_SEEN)
        town.deliver()
        assert not ana.has("he is at the door")
        assert not bea.has("he is at the door")

    def test_a_woman_may_write_what_looks_like_two_words(self, town: Town) -> None:
        eva, ana, _ = pair(town)
        ana.types("silver feather: a tattoo")
        town.deliver()
        assert ana.edits("silver feather: a tattoo", "golden lily: a tattoo") is None
        town.deliver()
        assert eva.has("golden lily: a tattoo")

    def test_what_has_gone_to_nobody_yet_goes_with_the_new_words(self, town: Town) -> None:
        eva, ana, words = pair(town)
        bea = town.woman("bea")
        town.talk(bea, eva)
        eva.types("at five")
        for old, new, name in (("at five", "at six", ""), ("at six", f"{words}: at seven", "second")):
            assert says(eva.edits(old, new, renamed=name), "Not sent")
        eva.presses(next(each.label for each in eva.phone.choices if each.label.startswith(words)))
        assert across(town) == ["at seven"]
        assert ana.has("at seven")
        assert eva.edits(f"{words}: at seven", "at eight", handle="second") is None
        town.deliver()
        assert ana.has("at eight")

    def test_what_has_gone_to_nobody_yet_and_is_taken_back_goes_nowhere(self, town: Town) -> None:
        eva, _, words = pair(town)
        town.talk(town.woman("bea"), eva)
        eva.types("at five")
        assert eva.takes_back("at five") is None
        eva.presses(next(each.label for each in eva.phone.choices if each.label.startswith(words)))
        assert across(town) == []


@given(
    st.lists(st.sampled_from(("edit", "edit", "deliver", "back")), max_size=8),
    st.sampled_from(("signal", "telegram")),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_in_whatever_order_only_the_last_words_stand_there_once_or_nothing(
    steps: list[str],
    channel: str,
    names_first: bool,  # noqa: FBT001 - drawn
) -> None:
    town = Town()
    eva, ana, _ = pair(town, channel)
    eva.types("words 0")
    first = next(handle for handle, said in eva.phone.messages.items() if said == "words 0")
    name, wanted = first, "words 0"
    for number, step in enumerate(steps, 1):
        called = first if names_first else name
        if step == "edit":
            told = eva.take(
                replace(eva.phone.types(f"words {number}"), kind=Kind.EDIT, handle=called, renamed=str(number))
            )
            assert says(told.screen, NOT_SEEN) is not bool(wanted)
            name, wanted = str(number), wanted and f"words {number}"
        elif step == "back":
            eva.takes_back("", called)
            wanted = ""
        else:
            town.deliver()
    town.deliver()
    standing = [each.removeprefix("Changed: ") for each in ana.phone.messages.values() if "words" in each]
    assert standing == ([wanted] if wanted else [])


def test_who_is_asked_again_for_whom_it_is_finds_each_where_she_was(town: Town) -> None:
    eva, _, words = pair(town)
    town.talk(town.woman("bea"), eva)
    eva.answers("hello", to=f"{words} is with you now")
    asked = eva.types("to whom?")
    again = eva.edits("hello", "x" * (LONGEST_ACROSS + 1))
    assert asked
    assert again
    assert again.texts[0].endswith(asked.texts[0])
    assert [each.label for each in again.choices] == [each.label for each in asked.choices]
