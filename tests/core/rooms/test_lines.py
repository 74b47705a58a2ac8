"""What a woman sees of lines, and who answers of herself and of a conversation."""

from dataclasses import replace

import pytest

from bot.core.contact import Contact, Position
from bot.core.conversation import ConversationState
from bot.core.letter import LetterKind
from bot.core.rooms import ACTIONS, FILLS, KNOWN, LISTS
from bot.core.stage import Stage
from tests.core.relays import NIGHT, PORTO, SHELTER, TUTOR, peer, with_lines
from tests.core.town import Person, Town


def stage(town: Town, person: Person, **answers: str) -> Stage:
    """Return what somebody has before her, with some answers given."""
    contact: Contact = replace(person.contact, answers={**person.contact.answers, **answers})
    position = contact.position or Position("start", "menu")
    house = town.house(person.address)
    return Stage(with_lines(), contact, position, person.phone.address.channel, town.now, house, person.address)


def three_who_wait(town: Town) -> list[Person]:
    """Let three call the only one who answers, one after the other."""
    town.answers("amber birch")
    women = [town.woman(name) for name in ("ana", "bea", "clara")]
    for woman in women:
        town.calls(woman)
        town.waits(seconds=1)
    return women


class TestWhatAWomanSees:
    """Lines of her city that somebody answers on, and whether anybody is there."""

    def test_lines_are_those_of_her_city_with_somebody_on_them_and_never_the_tutors(self) -> None:
        town = Town()
        town.answers("amber birch", PORTO, TUTOR)
        town.hire(peer("bold cloud", NIGHT, SHELTER))
        found = [each.answers["line"] for each in LISTS["lines"](stage(town, town.woman("ana")))]
        assert found == [PORTO, NIGHT, SHELTER]
        elsewhere = town.woman("bea", city="barcelona")
        assert [each.answers["line"] for each in LISTS["lines"](stage(town, elsewhere))] == [NIGHT]

    @pytest.mark.parametrize(
        ("line", "case"),
        [(PORTO, "open"), (NIGHT, "waiting_hours"), (SHELTER, "nobody"), (TUTOR, "none"), ("x", "none")],
    )
    def test_it_is_said_before_she_writes_whether_somebody_is_there(self, line: str, case: str) -> None:
        town = Town()
        town.answers("amber birch", PORTO)
        town.hire(peer("bold cloud", NIGHT, SHELTER))
        town.hire(peer("calm finch", TUTOR))
        assert KNOWN["line_is"](stage(town, town.woman("ana"), line=line)) == case

    def test_hours_are_said_with_the_next_ones_first(self) -> None:
        town = Town()
        said = FILLS["line_hours"](stage(town, town.woman("ana"), line=NIGHT), "")
        assert said.splitlines()[0].endswith("20:00") or "20:00" in said.splitlines()[0]

    def test_other_lines_are_those_where_somebody_is_now(self) -> None:
        town = Town()
        town.answers("amber birch", PORTO)
        ana = town.woman("ana")
        assert "Peers in Porto" in FILLS["other_lines"](stage(town, ana, line=NIGHT), "")
        assert FILLS["other_lines"](stage(town, ana, line=PORTO), "") == ""

    def test_she_has_one_conversation_at_most(self) -> None:
        town = Town()
        town.answers("amber birch")
        ana = town.woman("ana")
        town.calls(ana)
        assert KNOWN["talking"](stage(town, ana)) == "waiting"
        assert ACTIONS["call_line"](stage(town, ana, line=PORTO)).changes == ()
        assert ACTIONS["leave_message"](stage(town, ana, line=PORTO)).changes == ()

    def test_she_sees_her_place_as_soon_as_she_has_called(self) -> None:
        town = Town()
        women = three_who_wait(town)
        assert [woman.has("You're next.") for woman in women] == [True, False, False]
        assert [woman.has(f"Ahead of you: {number}.") for number, woman in enumerate(women)] == [False, True, True]

    def test_her_place_stands_alone_and_names_nobody(self) -> None:
        town = Town()
        women = three_who_wait(town)
        town.deliver()
        women[0].types("exit")
        letters = [each for each in town.deliver() if each.kind is LetterKind.PLACE]
        assert [women[1].said[-1], women[2].said[-1]] == ["You're next.", "Ahead of you: 1."]
        assert [each.values for each in letters] == [{"ahead": "0"}, {"ahead": "1"}]

    def test_her_place_between_her_screen_and_a_number_changes_nothing_of_what_the_number_means(self) -> None:
        town = Town()
        town.answers("amber birch")
        women = [town.woman(name) for name in ("ana", "bea")]
        for woman in women:
            town.calls(woman)
            town.waits(seconds=1)
        town.deliver()
        women[0].types("exit")
        town.deliver()
        women[1].types("1")
        assert town.live() == [], "the first choice of her screen is to stop waiting"

    def test_a_code_word_that_she_sets_before_comes_along_and_is_not_kept_itself(self) -> None:
        town = Town()
        town.answers("amber birch")
        ana = town.woman("ana")
        kept = ACTIONS["set_code"](stage(town, ana, code="Cinnamon")).contact
        assert "Cinnamon" not in repr(kept)
        ana.contact = replace(kept, answers={**kept.answers, "line": PORTO})
        outcome = ACTIONS["call_line"](stage(town, ana))
        town.apply(outcome.changes)
        assert town.only().code
        assert town.only().code not in outcome.contact.answers.values()

    def test_the_topic_is_a_word_of_ours_or_nothing(self) -> None:
        town = Town()
        town.answers("amber birch")
        for number, (topic, known) in enumerate((("violence", "violence"), ("my name is", ""), ("", ""))):
            woman = town.woman(f"ana{number}")
            town.apply(ACTIONS["call_line"](stage(town, woman, line=PORTO, topic=topic)).changes)
            assert next(each.topic for each in town.live() if each.woman == woman.address) == known


class TestWhoAnswers:
    """Her duty, her languages, what waits."""

    def test_what_waits_is_listed_by_two_words_language_and_topic(self) -> None:
        town = Town()
        eva = town.answers("amber birch")
        town.calls(town.woman("ana", "pt"))
        (entry,) = LISTS["waiting"](stage(town, eva))
        assert entry.label.startswith(f"{town.only().designation} · Portuguese · ")

    def test_a_call_without_a_topic_has_no_empty_line(self) -> None:
        town = Town()
        eva, ana = town.answers("amber birch"), town.woman("ana", "pt")
        town.apply(ACTIONS["call_line"](stage(town, ana, line=PORTO, topic="")).changes)
        town.deliver()
        assert eva.said[-1].splitlines()[1:] == ["Portuguese"]
        (entry,) = LISTS["waiting"](stage(town, eva))
        assert entry.label == f"{town.only().designation} · Portuguese"

    @pytest.mark.parametrize(
        ("reads", "said"), [("pt", ""), ("es", "Está en portugués."), ("en", "It's in Portuguese.")]
    )
    def test_a_note_says_its_language_where_its_reader_reads_in_another(self, reads: str, said: str) -> None:
        town = Town()
        eva, mia = town.answers("amber birch"), town.answers("bold cloud")
        town.talk(town.woman("ana"), eva)
        eva.contact = replace(eva.contact, language="pt")
        handed = ACTIONS["hand_over"](stage(town, eva, conversation=town.only().id, note="Procura cama."))
        town.apply(handed.changes)
        town.deliver()
        mia.presses_under("I take it")
        mia.contact = replace(mia.contact, language=reads)
        town.deliver()
        note = next(each for each, text in zip(mia.said, mia.said[1:], strict=False) if text == "Procura cama.")
        assert note.endswith(said)
        assert ("portug" in note.casefold()) == bool(said)

    def test_she_adds_and_drops_a_language(self) -> None:
        town = Town()
        eva = town.answers("amber birch")
        town.apply(ACTIONS["add_language"](stage(town, eva, speaks="es")).changes)
        town.apply(ACTIONS["drop_language"](stage(town, eva, speaks="en")).changes)
        assert town.role(eva).languages == ("pt", "es")
        assert ACTIONS["add_language"](stage(town, eva, speaks="klingon")).changes == ()

    def test_her_statement_says_hours_and_conversations_by_month(self) -> None:
        town = Town()
        eva = town.answers("amber birch")
        town.hire(replace(town.role(eva), served={"2026-10 quarters": 9, "2026-10 talks": 4}))
        said = FILLS["statement"](stage(town, eva), "")
        assert all(each in said for each in ("October 2026", "2", "15", "4"))

    @pytest.mark.parametrize("language", ["en", "pt", "es"])
    @pytest.mark.parametrize("text", ["on duty", "de turno"])
    def test_who_says_on_duty_where_off_duty_can_be_pressed_stays_on_duty(self, language: str, text: str) -> None:
        town = Town()
        eva = town.answers("amber birch", PORTO)
        eva.contact = replace(eva.contact, language=language)
        eva.types(text)
        assert town.role(eva).duty_until > town.now.timestamp()

    @pytest.mark.parametrize(("hours", "lasting"), [("1", 1), ("8", 8), ("99", 12), ("", 4), ("²", 4), ("0", 0.25)])
    def test_duty_lasts_as_long_as_she_says_and_never_over_half_a_day(self, hours: str, lasting: float) -> None:
        town = Town()
        eva = town.answers("amber birch")
        town.apply(ACTIONS["duty_off"](stage(town, eva)).changes)
        town.apply(ACTIONS["duty_on"](stage(town, eva, duty_hours=hours)).changes)
        assert town.role(eva).duty_until - town.now.timestamp() == lasting * 3600

    @pytest.mark.parametrize("shown", ["pt", ""])
    def test_a_ready_answer_is_read_in_her_own_language_also_by_who_does_not_say_it(self, shown: str) -> None:
        town = Town()
        eva, ana = town.answers("amber birch"), town.woman("ana", "pt")
        town.talk(ana, eva)
        town.conversations = {each.id: each.changed(language=shown) for each in town.live()}
        for name in ("hello", "emergency"):
            town.apply(ACTIONS["say_canned"](stage(town, eva, conversation=town.only().id, canned=name)).changes)
        town.deliver()
        hello, emergency = ana.said[-2:]
        assert hello.startswith("Olá")
        assert "112" in emergency
        assert "Em perigo" in emergency

    def test_what_stands_before_her_is_hers_taken_over_or_nothing(self) -> None:
        town = Town()
        eva, mia = town.answers("amber birch"), town.answers("bold cloud")
        ana = town.woman("ana")
        town.calls(ana)
        talk = town.only().id
        assert KNOWN["talk_is"](stage(town, mia, conversation=talk)) == "waiting"
        eva.presses_under("I take it")
        assert KNOWN["talk_is"](stage(town, eva, conversation=talk)) == "open"
        assert KNOWN["talk_is"](stage(town, mia, conversation=talk)) == "taken"
        ana.types("exit")
        assert KNOWN["talk_is"](stage(town, eva, conversation=talk)) == "ended"
        assert KNOWN["talk_is"](stage(town, eva)) in ("none", "ended")

    def test_who_is_too_slow_reads_that_it_is_taken(self) -> None:
        town = Town()
        eva, mia = town.answers("amber birch"), town.answers("bold cloud")
        town.calls(town.woman("ana"))
        eva.presses_under("I take it")
        screen = mia.presses_under("I take it")
        assert screen
        assert "It's no longer open" in screen.texts[0]
        assert town.only().state is ConversationState.OPEN
        assert [each.staff for each in town.only().seats] == ["amber birch"]
