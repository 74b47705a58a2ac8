"""To whom goes what somebody writes: the one whom she means, or visibly nobody."""

from dataclasses import replace

import pytest

from bot.core.contact import Position
from bot.core.conversation import ConversationState
from bot.core.house import TALK
from bot.core.letter import LetterKind
from bot.core.message import Kind, Media
from tests.core.relays import TUTOR
from tests.core.town import Person, Town


@pytest.fixture
def town() -> Town:
    """Return a town with nobody in it."""
    return Town()


def two(town: Town) -> tuple[Person, Person, Person, str, str]:
    """Return somebody who answers two women at once, them, and their two words."""
    eva = town.answers("amber birch")
    ana, bea = town.woman("ana"), town.woman("bea")
    return eva, ana, bea, town.talk(ana, eva), town.talk(bea, eva)


def stands_at(person: Person, node: str) -> None:
    """Put somebody who answers at a place of hers, with her only conversation before her."""
    talks = [each.id for each in person.town.live()]
    person.contact = replace(person.contact, answers={"conversation": talks[0]} if talks else {})
    person.contact = replace(person.contact, position=Position("answer", node))
    person.take(person.phone.sends(Kind.STICKER))


def sets_word(woman: Person) -> None:
    """Let a woman set her word."""
    woman.types("menu")
    woman.contact = replace(woman.contact, position=Position("peer", "code"))
    woman.types("Cinnamon")


def coded(town: Town) -> tuple[Person, Person, str]:
    """Return who answers, a woman who has set a word, and the two words that stand for her."""
    eva, ana = town.answers("amber birch"), town.woman("ana")
    words = town.talk(ana, eva)
    sets_word(ana)
    return eva, ana, words


def asks(town: Town, staff: Person) -> None:
    """Let who answers ask for the word."""
    staff.contact = replace(staff.contact, answers={TALK: town.only().id}, position=Position("answer", "ask_code"))
    staff.take(staff.phone.sends(Kind.STICKER))
    staff.presses("Yes, ask her")
    town.deliver()


def written_too_late(town: Town, text: str) -> str:
    """Let who answers write after her only woman has gone; return what she is shown."""
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    eva.types("menu")
    ana.types("exit")
    town.deliver()
    screen = eva.types(text)
    assert screen
    return screen.texts[0]


class TestAWoman:
    """In a live conversation everything but the words that always work goes across."""

    def test_what_she_types_goes_to_who_answers_and_nothing_is_shown(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        words = town.talk(ana, eva)
        assert ana.types("I need help with this") is None
        town.deliver()
        assert eva.has(f"{words}:\nI need help with this")

    @pytest.mark.parametrize("text", ["overdose", "2", "methadone porto", "Yes, call a peer", "español", "on duty"])
    def test_whatever_she_types_goes_across_once_she_has_been_written_to(self, town: Town, text: str) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        eva.types("how many?")
        town.deliver()
        assert ana.types(text) is None
        town.deliver()
        assert eva.has(text)

    @pytest.mark.parametrize("word", ["menu", "help", "back"])
    def test_the_words_that_always_work_do_so_and_reach_nobody(self, town: Town, word: str) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        assert ana.types(word)
        assert town.deliver() == []

    @pytest.mark.parametrize("word", ["exit", "forget me", "stop"])
    def test_leaving_ends_it_and_who_answers_reads_only_that(self, town: Town, word: str) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        words = town.talk(ana, eva)
        ana.types(word)
        assert [(each.to, each.kind) for each in town.deliver()] == [(eva.address, LetterKind.ENDED)]
        assert eva.said[-1].startswith(f"{words}: this has ended")
        assert town.live() == []

    def test_who_stops_reads_that_the_talk_has_ended(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        stopped = ana.types("stop")
        assert stopped
        assert stopped.texts[0].startswith("The talk has ended.")

    def test_who_stops_while_she_waits_reads_that_it_is_taken_back_and_erased(self, town: Town) -> None:
        town.answers("amber birch")
        ana = town.woman("ana")
        town.calls(ana)
        stopped = ana.types("stop")
        assert stopped
        assert stopped.texts[0].startswith("What you asked for is taken back and erased.")
        assert town.live() == []

    def test_who_stops_without_a_talk_reads_of_none(self, town: Town) -> None:
        stopped = town.woman("ana").types("stop")
        assert stopped
        assert stopped.texts[0].startswith("Done.")

    @pytest.mark.parametrize("word", ["stop", "menu", "back", "parar"])
    def test_an_answer_to_a_message_is_said_across_also_where_it_is_a_word_of_ours(self, town: Town, word: str) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        words = town.talk(ana, eva)
        eva.types("go on, or stop?")
        town.deliver()
        assert ana.answers(word, to="go on, or stop?") is None
        town.deliver()
        assert eva.has(f"{words}:\n{word}")
        assert town.only().is_open

    @pytest.mark.parametrize("word", ["1", "My rights"])
    def test_an_answer_that_is_a_choice_of_her_screen_too_goes_across(self, town: Town, word: str) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        words = town.talk(ana, eva)
        eva.types("how many did you take?")
        town.deliver()
        ana.types("menu")
        assert ana.answers(word, to="how many did you take?") is None
        town.deliver()
        assert eva.has(f"{words}:\n{word}")

    @pytest.mark.parametrize("word", ["exit", "forget me"])
    def test_an_answer_that_leaves_does_so(self, town: Town, word: str) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        eva.types("are you there")
        town.deliver()
        ana.answers(word, to="are you there")
        assert town.live() == []

    def test_an_answer_that_asks_for_help_shows_it(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        eva.types("are you there")
        town.deliver()
        assert ana.answers("help", to="are you there")

    def test_a_number_on_a_screen_that_she_has_called_up_is_a_choice(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        ana.types("menu")
        assert ana.types("1")
        assert town.deliver() == []

    def test_what_she_writes_while_she_waits_is_kept_and_read_first(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.calls(ana)
        ana.types("are you there", "please")
        eva.presses_under("I take it")
        assert [each.text for each in town.deliver(eva.address) if each.kind is LetterKind.SAID] == [
            "are you there",
            "please",
        ]

    @pytest.mark.parametrize("kind", [Kind.STICKER, Kind.FILE, Kind.LOCATION, Kind.CARD])
    def test_what_does_not_go_across_is_said_to_who_sent_it(self, town: Town, kind: Kind) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        screen = ana.sends(kind)
        assert screen
        assert "can't go across" in screen.texts[0]
        assert town.deliver() == []

    def test_her_word_goes_to_nobody_whenever_she_writes_it(self, town: Town) -> None:
        eva, ana, words = coded(town)
        for _ in range(2):
            ana.types("cinnamon")
            assert [(each.to, each.text) for each in town.deliver()] == [(eva.address, "")]
            assert eva.said[-1].startswith(f"{words}: the word was right.")
            asks(town, eva)
        assert not eva.has("innamon")

    def test_her_word_does_not_wait_for_who_comes_next_either(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.calls(ana)
        sets_word(ana)
        ana.types("cinnamon", "are you there")
        eva.presses_under("I take it")
        assert [each.text for each in town.deliver(eva.address) if each.kind is LetterKind.SAID] == ["are you there"]

    def test_a_change_into_her_word_goes_to_nobody(self, town: Town) -> None:
        eva, ana, _ = coded(town)
        ana.types("cinamon")
        town.deliver()
        ana.edits("cinamon", "cinnamon")
        town.deliver()
        assert not eva.has("cinnamon")

    @pytest.mark.parametrize("typed", ["pepper", "what code?", "is it pepper"])
    def test_up_to_three_other_words_go_to_nobody_and_she_is_told_once(self, town: Town, typed: str) -> None:
        eva, ana, words = coded(town)
        asks(town, eva)
        ana.types(typed)
        town.deliver()
        assert eva.said[-1].startswith(f"{words}: the word was wrong.")
        assert ana.said[-1].startswith("That went to nobody: it wasn't your word.")
        assert not eva.has(typed)
        ana.types("I forgot it")
        town.deliver()
        assert eva.has("I forgot it")

    def test_longer_words_go_across_and_the_question_stays_open(self, town: Town) -> None:
        eva, ana, words = coded(town)
        asks(town, eva)
        ana.types("he's here with a knife")
        town.deliver()
        assert eva.has(f"{words}:\nhe's here with a knife")
        assert town.only().is_code_asked
        ana.types("Cinnamon")
        town.deliver()
        assert eva.said[-1].startswith(f"{words}: the word was right.")
        assert not town.only().is_code_asked

    def test_a_cry_for_help_goes_across_while_her_word_is_asked_for(self, town: Town) -> None:
        eva, ana, words = coded(town)
        asks(town, eva)
        ana.types("not breathing")
        town.deliver()
        assert eva.has(f"{words}:\nnot breathing")
        assert town.only().is_code_asked


class TestWhoAnswers:
    """Where two could be meant, none is taken."""

    @pytest.mark.parametrize(
        ("is_talking", "reads"),
        [(True, "You're off duty, and out of your conversations."), (False, "You're off duty.")],
    )
    def test_who_stops_reads_that_her_duty_and_her_conversations_are_over(
        self, town: Town, *, is_talking: bool, reads: str
    ) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        if is_talking:
            town.talk(ana, eva)
        stopped = eva.types("stop")
        assert stopped
        assert stopped.texts[0].startswith(reads)
        assert (town.deliver() != []) is is_talking, "the woman reads what comes next"

    def test_an_answer_to_a_message_goes_to_who_wrote_it(self, town: Town) -> None:
        eva, ana, bea, *_ = two(town)
        ana.types("this is ana")
        bea.types("this is bea")
        town.deliver()
        assert eva.answers("for you, ana", to="this is ana") is None
        town.deliver()
        assert ana.has("for you, ana")
        assert not bea.has("for you, ana")

    @pytest.mark.parametrize("word", ["stop", "menu", "back"])
    def test_an_answer_to_a_woman_is_for_her_also_where_it_is_a_word_of_ours(self, town: Town, word: str) -> None:
        eva, ana, *_ = two(town)
        ana.types("shall I take more?")
        town.deliver()
        assert eva.answers(word, to="shall I take more?") is None
        town.deliver()
        assert ana.has(word)
        assert [each.is_open for each in town.live()] == [True, True]
        assert town.role(eva).duty_until

    def test_an_answer_to_a_woman_who_has_left_takes_nobody_off_duty(self, town: Town) -> None:
        eva, ana, *_ = two(town)
        ana.types("shall I take more?")
        town.deliver()
        ana.types("exit")
        town.deliver()
        asked = eva.answers("stop", to="shall I take more?")
        assert asked
        assert "Not sent" in asked.texts[0]
        assert town.role(eva).duty_until
        assert [each.is_open for each in town.live()] == [True]

    def test_without_a_target_it_is_refused_visibly_and_sent_once_she_says_to_whom(self, town: Town) -> None:
        eva, ana, bea, words, other = two(town)
        screen = eva.types("which one?")
        assert screen
        assert "Not sent" in screen.texts[0]
        assert {each.label.partition(" · ")[0] for each in screen.choices} >= {words, other}
        assert town.deliver() == []
        eva.presses(next(each.label for each in screen.choices if each.label.startswith(other)))
        town.deliver()
        assert bea.has("which one?")
        assert not ana.has("which one?")

    def test_with_one_open_conversation_it_goes_there(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        assert eva.types("hello") is None
        town.deliver()
        assert ana.has("hello")

    def test_two_words_in_front_say_to_whom_and_are_not_sent(self, town: Town) -> None:
        eva, ana, bea, words, _ = two(town)
        assert eva.types(f"{words.title()}: come at six") is None
        town.deliver()
        assert ana.phone.messages[next(reversed(ana.phone.messages))] == "come at six"
        assert not bea.has("come at six")

    def test_a_late_answer_does_not_end_up_in_the_other_conversation(self, town: Town) -> None:
        eva, ana, bea, *_ = two(town)
        ana.types("exit")
        screen = eva.types("meant for ana")
        assert screen
        assert "Not sent" in screen.texts[0]
        town.deliver()
        assert not bea.has("meant for ana")

    def test_two_words_of_one_that_is_long_forgotten_are_not_for_whoever_is_left(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        words = town.talk(ana, eva)
        gone = "silver feather" if words != "silver feather" else "golden lily"
        assert eva.types(f"{gone}: is he still there?")
        assert town.deliver() == []
        eva.types(f"{words}: I'm here.")
        assert [each.text for each in town.deliver()] == ["I'm here."]

    def test_an_answer_in_a_thread_that_is_over_goes_to_nobody(self, town: Town) -> None:
        eva, ana, bea, *_ = two(town)
        ana.types("this is ana")
        town.deliver()
        ana.types("exit")
        screen = eva.answers("for ana alone", to="this is ana")
        assert screen
        assert "Not sent" in screen.texts[0]
        town.deliver()
        assert not bea.has("for ana alone")

    def test_after_a_hand_over_what_she_writes_late_reaches_neither(self, town: Town) -> None:
        eva, ana, bea, *_ = two(town)
        eva.contact = replace(eva.contact, answers={"conversation": town.live()[0].id})
        eva.contact = replace(eva.contact, position=replace(eva.contact.position, flow="answer", node="note"))
        eva.take(eva.phone.sends(Kind.STICKER))
        eva.presses("No note")
        town.deliver()
        screen = eva.types("too late")
        assert screen
        assert "Not sent" in screen.texts[0]
        town.deliver()
        assert not ana.has("too late")
        assert not bea.has("too late")

    def test_what_she_writes_after_pressing_answer_goes_there_once(self, town: Town) -> None:
        eva, ana, bea, *_ = two(town)
        bea.types("this is bea")
        town.deliver()
        eva.presses_under("Answer")
        assert eva.types("for bea") is None
        town.deliver()
        assert bea.has("for bea")
        assert not ana.has("for bea")
        assert eva.types("and now?")

    def test_after_pressing_answer_a_message_of_another_stops_it(self, town: Town) -> None:
        eva, ana, bea, *_ = two(town)
        bea.types("this is bea")
        town.deliver()
        eva.presses_under("Answer")
        ana.types("this is ana")
        town.deliver()
        screen = eva.types("yes, I am here")
        assert screen
        assert "Not sent" in screen.texts[0]
        town.deliver()
        assert not ana.has("yes, I am here")
        assert not bea.has("yes, I am here")

    def test_a_near_miss_of_a_choice_is_no_choice(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        eva.types("menu")
        assert eva.types("what can I do when somebody hurts me") is None
        town.deliver()
        assert ana.has("what can I do when somebody hurts me")

    def test_off_duty_is_no_message(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        assert eva.types("off duty")
        assert town.deliver() == []
        assert not town.role(eva).duty_until


class TestWhereSheMayMeanAnother:
    """What points at nobody of hers, or at two, goes to nobody, and she is asked."""

    def test_a_reply_to_one_with_the_two_words_of_another_in_front_is_asked_about(self, town: Town) -> None:
        eva, ana, bea, words, other = two(town)
        ana.types("this is ana")
        town.deliver()
        screen = eva.answers(f"{other}: come at six", to="this is ana")
        assert screen
        assert "Not sent" in screen.texts[0]
        assert town.deliver() == []
        eva.presses(next(each.label for each in screen.choices if each.label.startswith(words)))
        town.deliver()
        assert ana.has("come at six")
        assert not ana.has(other)
        assert not bea.has("come at six")

    def test_a_reply_with_her_own_two_words_in_front_goes_to_her_without_them(self, town: Town) -> None:
        eva, ana, _, words, _ = two(town)
        ana.types("this is ana")
        town.deliver()
        assert eva.answers(f"{words}: come at six", to="this is ana") is None
        assert [each.text for each in town.deliver()] == ["come at six"]

    def test_a_reply_to_a_woman_of_long_ago_does_not_go_to_her_own_tutor(self, town: Town) -> None:
        eva, tutor = town.answers("amber birch"), town.answers("bold cloud", TUTOR)
        ana = town.woman("ana")
        town.talk(ana, eva)
        ana.types("this is ana")
        town.deliver()
        ana.types("exit")
        town.deliver()
        town.conversations.clear()
        stands_at(eva, "support")
        eva.presses("Call a tutor")
        town.deliver()
        tutor.presses_under("I take it")
        town.deliver()
        screen = eva.answers("your secret is safe", to="this is ana")
        assert screen
        assert "Not sent" in screen.texts[0]
        assert town.deliver() == []
        assert eva.types("this one is for you") is None
        town.deliver()
        assert tutor.has("this one is for you")

    def test_a_note_to_the_next_one_is_none_once_the_woman_has_written(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        stands_at(eva, "note")
        ana.types("he is back")
        town.deliver()
        screen = eva.types("lock the door")
        assert screen
        assert "Not sent" in screen.texts[0]
        assert town.only().is_open
        eva.presses(screen.choices[0].label)
        town.deliver()
        assert ana.has("lock the door")

    def test_a_note_with_nothing_new_is_the_note(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        stands_at(eva, "note")
        screen = eva.types("she needs a bed")
        assert screen
        assert "Nobody else is here now" in screen.texts[0]
        town.deliver()
        assert not ana.has("she needs a bed")

    def test_of_two_that_were_not_sent_the_last_is_kept_and_she_is_told_so_each_time(self, town: Town) -> None:
        eva, ana, _, words, _ = two(town)
        first = eva.sends(Kind.PICTURE, "first")
        assert first
        assert "only your last" not in first.texts[0]
        for ref in ("second", "third"):
            screen = eva.sends(Kind.PICTURE, ref)
            assert screen
            assert "I keep only your last one." in screen.texts[0]
        eva.presses(next(each.label for each in screen.choices if each.label.startswith(words)))
        assert [(each.to, each.media and each.media.ref) for each in town.deliver()] == [(ana.address, "third")]

    @pytest.mark.parametrize("text", ["take care", "https://example.org", "I'm off now"])
    def test_after_the_only_one_has_ended_what_she_writes_was_not_sent(self, town: Town, text: str) -> None:
        assert "I sent nothing" in written_too_late(town, text)

    @pytest.mark.parametrize(
        "text", ["my conversations", "off duty", "talk to a peer", "she is not breathing", "español"]
    )
    def test_a_word_of_ours_is_answered_then(self, town: Town, text: str) -> None:
        assert "I sent nothing" not in written_too_late(town, text)


class TestWhatWasSaid:
    """Changes and deletions follow, to those who read it and are still there."""

    def test_a_change_follows_in_its_place(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        words = town.talk(ana, eva)
        ana.types("at five")
        town.deliver()
        ana.edits("at five", "at six")
        town.deliver()
        assert eva.has(f"{words}:\nat six")
        assert not eva.has("at five")

    def test_what_is_taken_back_is_gone_on_the_other_side(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        eva.types("my street is")
        town.deliver()
        assert ana.has("my street is")
        eva.takes_back("my street is")
        town.deliver()
        assert not ana.has("my street is")

    def test_a_change_of_what_was_said_before_it_began_goes_to_nobody(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        ana.types("methadone")
        town.talk(ana, eva)
        assert ana.edits("methadone", "something private")
        assert town.deliver() == []

    def test_a_change_does_not_reach_who_has_handed_over(self, town: Town) -> None:
        eva, mia, ana = town.answers("amber birch"), town.answers("bold cloud"), town.woman("ana")
        town.talk(ana, eva)
        ana.types("at five")
        town.deliver()
        eva.types("forget me")
        town.deliver()
        mia.presses_under("I take it")
        town.deliver()
        assert town.only().state is ConversationState.OPEN
        assert ana.edits("at five", "at six")
        assert not [each for each in town.deliver() if each.to == eva.address]


def test_who_is_blocked_reads_that_it_has_ended_and_nothing_is_offered_that_would_do_nothing(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    eva.presses("What else I can do", "Block", "Yes, block")
    town.deliver()
    assert ana.said[-1] == "This has ended."
    assert "Talk to a peer" not in [each.label for each in (*ana.phone.choices, *ana.phone.screen.ways)]


def test_a_voice_note_goes_across_as_it_is(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    assert ana.sends(Kind.VOICE, "ref") is None
    (letter,) = town.deliver()
    assert (letter.to, letter.media and letter.media.ref) == (eva.address, "ref")


def test_who_answers_and_calls_a_tutor_is_never_called_herself(town: Town) -> None:
    eva = town.answers("amber birch", "porto-peers", TUTOR)
    eva.contact = replace(eva.contact, position=replace(eva.contact.position, flow="answer", node="support"))
    eva.take(eva.phone.sends(Kind.STICKER))
    eva.presses("Call a tutor")
    assert [each.kind for each in town.deliver()] == []
    assert town.live() == []
    assert "No tutor" in eva.said[-1]


def test_who_chose_whom_she_writes_to_has_chosen_for_that_once_also_where_a_file_was_left(town: Town) -> None:
    """What she writes then has to be clear anew: it may be meant for another."""
    eva, ana, bea, *_ = two(town)
    bea.types("this is bea")
    town.deliver()
    eva.presses_under("Answer")
    media = Media("telegram", "picture", "ref")
    turn = eva.take(replace(eva.phone.sends(Kind.PICTURE), media=media, has_more=True))
    assert turn.screen
    assert turn.screen.texts[0].startswith("I took only one of these.")
    assert [each.to for each in town.deliver()] == [bea.address]
    screen = eva.types("and now?")
    assert screen
    assert "Not sent" in screen.texts[0]
    assert [each.to for each in town.deliver() if each.to == ana.address] == []
