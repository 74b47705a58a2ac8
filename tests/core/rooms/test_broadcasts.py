"""A moderator writes to her groups: for whom, what, when, and only after she has read all of it once more."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.broadcast import TEXT, digest
from bot.core.house import AUDIENCE, Announced, House, Role, Rules, Settled
from bot.core.message import Kind, Media, fold
from bot.core.notice import NoticeKind
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, Somebody, moderator, staff
from tests.core.rooms.writing import (
    DAY,
    HELLO,
    PICTURE,
    VOICE,
    at_the_desk,
    attach,
    force,
    is_drafting,
    ready,
    sends,
    sent,
)


class TestForWhom:
    """The audience."""

    def test_she_may_write_to_each_of_her_groups_to_a_city_and_to_all(self) -> None:
        labels = at_the_desk().labels
        assert labels == ["Musa", "Night", "Raval", "All my groups in Porto", "All my groups", "What went out"]

    def test_a_city_or_all_is_not_offered_where_it_is_the_same_as_something_else(self) -> None:
        assert at_the_desk(MUSA, NIGHT).labels == ["Musa", "Night", "All my groups", "What went out"]
        assert at_the_desk(MUSA).labels == ["Musa", "What went out"]

    def test_an_admin_may_write_to_all_groups(self) -> None:
        somebody = moderator(role=Role.ADMIN)
        somebody.presses("For moderators", "Write to a group", "All my groups")
        assert somebody.contact.answers[AUDIENCE].split() == [MUSA, NIGHT, RAVAL]

    def test_a_group_that_is_in_no_directory_any_more_is_offered_to_nobody(self) -> None:
        assert at_the_desk(MUSA, "gone").labels == ["Musa", "What went out"]
        somebody = at_the_desk(MUSA)
        somebody.house = replace(somebody.house, staff=staff("gone"))
        somebody.presses("What went out")
        assert somebody.presses("Write something").texts == ("None of your groups is in my list now.",)

    @pytest.mark.parametrize("groups", ["gone", RAVAL, f"{MUSA} {RAVAL}", f"{MUSA} gone", f"{MUSA}x", "", "%", "*"])
    def test_a_foreign_or_mistyped_group_reaches_nobody_wherever_it_comes_from(self, groups: str) -> None:
        somebody = ready(MUSA)
        force(somebody, **{AUDIENCE: groups})
        assert not somebody.changes
        assert not is_drafting(somebody)

    def test_her_own_group_is_reached_the_same_way(self) -> None:
        somebody = ready(MUSA)
        force(somebody)
        assert sent(somebody).groups == (MUSA,)

    def test_who_lost_one_of_the_groups_meanwhile_reaches_none_of_them(self) -> None:
        somebody = at_the_desk()
        somebody.presses("All my groups in Porto")
        somebody.types(HELLO)
        somebody.presses("It's ready")
        somebody.house = replace(somebody.house, staff=staff(MUSA))
        somebody.presses("Yes, send it")
        assert not somebody.changes
        assert "There is nothing here any more.\nIt goes to: 0" in somebody.text

    def test_who_is_no_moderator_any_more_is_at_the_menu(self) -> None:
        somebody = ready()
        somebody.presses("It's ready")
        somebody.house = House()
        somebody.presses("Yes, send it")
        assert not somebody.changes
        assert "That screen has moved on" in somebody.text


class TestWhat:
    """Texts, voice notes and pictures."""

    def test_the_main_language_of_the_group_comes_first(self) -> None:
        somebody = at_the_desk()
        somebody.presses("Musa")
        assert "Write it in Português." in somebody.text

    def test_in_a_group_without_a_language_it_is_hers(self) -> None:
        somebody = at_the_desk()
        somebody.presses("Night")
        assert "Write it in English." in somebody.text

    def test_other_languages_come_by_how_many_speak_them(self) -> None:
        somebody = ready(es=4, en=3, pt=9)
        assert somebody.presses("In another language").choices[0].label == "Español"
        assert somebody.labels == ["Español", "English", "What I have so far"]

    def test_each_language_has_its_own_text_and_the_main_one_is_first(self) -> None:
        somebody = ready()
        somebody.presses("In another language", "English")
        somebody.types("Dinner at 8.")
        assert list(sent(sends(somebody)).texts.items()) == [("pt", HELLO), ("en", "Dinner at 8.")]

    def test_a_text_is_written_anew_in_its_language(self) -> None:
        somebody = ready()
        somebody.presses("Change the text", "Português")
        somebody.types("Dinner at nine.")
        assert sent(sends(somebody)).texts == {"pt": "Dinner at nine."}

    def test_lines_stay_as_they_are_written(self) -> None:
        assert sent(sends(ready(text="  One\r\n\r\n* two\tthree\x07 \n"))).texts == {"pt": "One\n\n* two three"}

    @pytest.mark.parametrize("text", ["What went out", "1", "In another language", "Menu"])
    def test_a_choice_that_is_typed_is_a_choice_and_no_text(self, text: str) -> None:
        somebody = at_the_desk()
        somebody.presses("Musa")
        somebody.types(text)
        assert somebody.contact.answers.get("text_pt") == (text if text == "What went out" else None)

    def test_a_text_that_is_too_long_is_refused_while_she_types(self) -> None:
        somebody = at_the_desk()
        somebody.presses("Musa")
        somebody.types("x" * 1001)
        assert "That is too long" in somebody.text
        somebody.types("x" * 1000)
        assert sent(sends(somebody)).texts == {"pt": "x" * 1000}

    @pytest.mark.parametrize(("media", "kind"), [(VOICE, Kind.VOICE), (PICTURE, Kind.PICTURE)])
    def test_a_voice_note_or_a_picture_goes_along_with_its_words(self, media: Media, kind: Kind) -> None:
        somebody = at_the_desk()
        somebody.presses("Musa")
        attach(somebody, media, kind, HELLO)
        assert somebody.screen.media == media
        assert (sent(sends(somebody)).media, sent(somebody).texts) == (media, {"pt": HELLO})

    def test_it_may_go_without_words(self) -> None:
        somebody = at_the_desk()
        somebody.presses("Musa")
        attach(somebody, VOICE, Kind.VOICE)
        assert "Português: [mensagem de voz]" in somebody.text or "[voice note]" in somebody.text
        assert (sent(sends(somebody)).media, sent(somebody).texts) == (VOICE, {})

    @pytest.mark.parametrize("kind", [Kind.FILE, Kind.STICKER, Kind.LOCATION, Kind.CARD, Kind.VOICE])
    def test_nothing_else_is_taken(self, kind: Kind) -> None:
        somebody = at_the_desk()
        somebody.presses("Musa")
        somebody.take(somebody.phone.sends(kind))
        assert "I can send on words, a voice note or a picture." in somebody.text

    def test_a_voice_note_is_looked_at_nowhere_else(self) -> None:
        somebody = at_the_desk()
        attach(somebody, VOICE, Kind.VOICE)
        assert "I can only read words and buttons here." in somebody.text
        assert "media" not in somebody.contact.answers

    def test_an_edited_message_changes_nothing(self) -> None:
        somebody = ready()
        somebody.take(somebody.phone.sends(Kind.EDIT))
        assert somebody.contact.answers["text_pt"] == HELLO


class TestPreview:
    """What she reads before."""

    def test_it_shows_each_language_exactly_as_it_will_look(self) -> None:
        text = ready(pt=7, en=2).screen.texts[0]
        assert f"— Português —\n{HELLO}\n\n— English —\nNot in your language yet:\n\n{HELLO}\n\n" in text

    def test_it_shows_what_a_locked_screen_will_say(self) -> None:
        text = ready(text="Dinner at eight in the usual place, and a walk to the river after it.").screen.texts[0]
        assert "On a locked screen:\nPortuguês: Dinner at eight in the usual place, and a walk to the river…" in text

    def test_it_says_how_many_in_all_and_by_language(self) -> None:
        assert "It goes to: 1,239\nPortuguês: 1,230\nEnglish: 9" in ready(pt=1230, en=9).text

    def test_who_speaks_another_language_is_counted_too(self) -> None:
        somebody = ready()
        somebody.house = replace(somebody.house, audience={"pt": 3, "": 2})
        somebody.presses("It's ready")
        assert "It goes to: 5\nPortuguês: 3\nAnother language: 2" in somebody.text

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Shelter for all, and Heroína", "Heroína"),
            ("Traz as tuas agulhas e a metadona", "agulhas, metadona"),
            ("The first sixty letters are harmless and nobody sees any more: heroína", ""),
        ],
    )
    def test_words_that_give_away_are_named_and_what_she_does_is_hers(self, text: str, words: str) -> None:
        somebody = ready(text=text, pt=7)
        assert (f"On a locked screen a stranger reads: {words}. It's your call." in somebody.text) == bool(words)
        assert sent(sends(somebody)).texts == {"pt": text}

    def test_each_language_has_its_own_words(self) -> None:
        somebody = ready(text="Abrigo", pt=1)
        somebody.presses("In another language", "English")
        somebody.types("Shelter")
        assert "a stranger reads: Abrigo, Shelter." in somebody.text

    def test_the_confirmation_shows_the_same(self) -> None:
        somebody = ready()
        before = somebody.screen.texts
        somebody.presses("It's ready")
        assert somebody.screen.texts == (before[0], f"{before[1]}\n\nSend exactly this?")


class TestWhen:
    """Now, at a time, or again and again."""

    def at(self, *typed: str, repeat: str = "At a time") -> Somebody:
        """Return a moderator who has chosen a day and an hour."""
        somebody = ready()
        somebody.presses("When it goes out", repeat)
        somebody.types(*typed)
        return somebody

    def test_it_goes_out_at_once_when_nothing_is_said(self) -> None:
        notice = sent(sends(ready()))
        assert (notice.due_at, notice.until_at - notice.due_at) == (int(NOW.timestamp()), 86400)

    def test_it_goes_out_on_a_day_and_hour_of_the_groups_clock(self) -> None:
        somebody = self.at("25/11", "18:30")
        assert "It goes out: Wednesday 25 November, 18:30\nOf use until: Thursday 26 November, 18:30" in somebody.text
        assert sent(sends(somebody)).due_at == datetime(2026, 11, 25, 18, 30, tzinfo=UTC).timestamp()

    def test_the_clock_is_that_of_the_place(self) -> None:
        somebody = at_the_desk()
        somebody.presses("Raval")
        somebody.types(HELLO)
        somebody.presses("When it goes out", "At a time", "Wednesday 25 November")
        somebody.types("18:30")
        assert sent(sends(somebody)).due_at == datetime(2026, 11, 25, 17, 30, tzinfo=UTC).timestamp()

    def test_where_groups_have_two_clocks_it_says_whose_it_is(self) -> None:
        somebody = at_the_desk()
        somebody.presses("All my groups")
        somebody.types(HELLO)
        assert "Of use until: tomorrow, 12:00, by the clock of Porto" in somebody.text

    def test_what_is_over_is_refused(self) -> None:
        somebody = self.at("21/11", "11:59")
        assert "That time is over." in somebody.text
        somebody.types("12:30")
        assert "It goes out: today, 12:30" in somebody.text

    def test_what_is_over_when_she_confirms_is_refused_too(self) -> None:
        somebody = self.at("21/11", "12:30")
        somebody.presses("It's ready")
        somebody.waits(hours=1)
        somebody.presses("Yes, send it")
        assert "That time is over." in somebody.text
        assert not somebody.changes

    def test_what_is_far_away_is_written_when_it_is_near(self) -> None:
        somebody = self.at("25/02/2027", "12:30")
        assert somebody.text == "I plan 60 days ahead at most."

    @pytest.mark.parametrize(
        ("label", "rule", "said"),
        [
            ("Every week", "FREQ=WEEKLY", "It goes out every week, first: Wednesday 25 November, 18:30"),
            ("Every second week", "FREQ=WEEKLY;INTERVAL=2", "It goes out every second week, first: Wednesday 25"),
            ("Every month", "FREQ=MONTHLY", "It goes out every month, first: Wednesday 25 November, 18:30"),
        ],
    )
    def test_it_may_come_again(self, label: str, rule: str, said: str) -> None:
        somebody = self.at("25/11", "18:30", repeat=label)
        assert said in somebody.text
        assert sent(sends(somebody)).repeat == rule

    def test_a_day_that_not_every_month_has_means_the_last_one_and_it_says_so(self) -> None:
        somebody = self.at("30/11", "18:30", repeat="Every month")
        assert "It goes out Monday 30 November, 18:30, then on the last day of each month." in somebody.text
        assert sent(sends(somebody)).repeat == "FREQ=MONTHLY;BYMONTHDAY=-1"

    def test_now_is_once(self) -> None:
        somebody = self.at("25/11", "18:30", repeat="Every week")
        somebody.presses("When it goes out", "Now")
        assert (sent(sends(somebody)).repeat, sent(somebody).due_at) == ("", int(NOW.timestamp()))

    @pytest.mark.parametrize(
        ("label", "until"),
        [
            ("Only on that day", datetime(2026, 11, 22, tzinfo=UTC)),
            ("A day and a night", NOW + DAY),
            ("Three days", NOW + 3 * DAY),
            ("A week", NOW + 7 * DAY),
        ],
    )
    def test_it_is_of_use_as_long_as_she_says(self, label: str, until: datetime) -> None:
        somebody = ready()
        somebody.presses("How long it is of use", label)
        assert sent(sends(somebody)).until_at == until.timestamp()


class TestConfirming:
    """The press that lets it go."""

    def test_nothing_goes_out_before_the_last_press(self) -> None:
        somebody = ready()
        somebody.presses("It's ready")
        assert not somebody.changes

    def test_it_goes_out_once_and_nothing_of_it_stays_in_her_answers(self) -> None:
        somebody = sends(ready())
        notice = sent(somebody)
        assert (notice.kind, notice.groups, notice.author) == (NoticeKind.BROADCAST, (MUSA,), "amber birch")
        assert not is_drafting(somebody)
        assert somebody.text.startswith("It's going out.")

    def test_the_same_press_again_does_nothing(self) -> None:
        somebody = sends(ready())
        last = somebody.phone.again()
        for number in range(3):
            somebody.take(last if number == 0 else replace(last, id=f"again {number}"))
        assert len(somebody.notices) == 1

    def test_back_does_not_bring_it_back(self) -> None:
        somebody = sends(ready())
        for _ in range(8):
            somebody.types("back")
            assert "Yes, send it" not in somebody.labels
        assert len(somebody.notices) == 1

    def test_an_old_button_that_confirmed_another_text_confirms_nothing(self) -> None:
        somebody = ready()
        somebody.presses("It's ready")
        old = somebody.phone.presses("Yes, send it")
        somebody.presses("No, change it", "Change the text", "Português")
        somebody.types("Something else")
        somebody.presses("It's ready")
        somebody.take(replace(old, id="late"))
        assert not somebody.changes
        assert "That screen has moved on" in somebody.text

    def test_a_confirmation_that_was_not_given_to_this_text_leads_to_it(self) -> None:
        somebody = ready()
        force(somebody, confirmed="of another")
        assert "Send exactly this?" in somebody.text
        assert not somebody.changes

    def test_an_empty_draft_is_written_first(self) -> None:
        somebody = ready()
        force(somebody, text_pt="")
        assert "Write it in Português." in somebody.text
        assert not somebody.changes

    def test_thrown_away_is_gone(self) -> None:
        somebody = ready()
        somebody.presses("Throw it away")
        assert somebody.text == "Gone. Nobody got it."
        assert not is_drafting(somebody)

    def test_what_was_begun_is_found_again(self) -> None:
        somebody = ready()
        somebody.types("menu")
        somebody.presses("For moderators", "Musa · Porto")
        somebody.types("menu")
        somebody.presses("For moderators", "Write to a group", "Go on with it")
        assert HELLO in somebody.text
        assert sent(sends(somebody)).groups == (MUSA,)

    def test_a_new_one_begins_with_nothing_of_the_old(self) -> None:
        somebody = ready()
        somebody.types("menu")
        somebody.presses("For moderators", "Write to a group", "Throw it away", "Write something else", "Raval")
        assert "Write it in Español." in somebody.text
        assert not [name for name in somebody.contact.answers if name.startswith(TEXT)]


class TestLimits:
    """How many, and how often the same."""

    def test_a_group_gets_no_more_on_one_day_than_the_rules_say(self) -> None:
        somebody = ready(rules=Rules(broadcasts_a_day=2))
        somebody.settles(MUSA, written={"2026-11-21": 2})
        sends(somebody)
        assert "This group gets at most 2 a day, and that day is full." in somebody.text
        assert not somebody.changes

    def test_another_day_has_its_own_limit(self) -> None:
        somebody = ready(rules=Rules(broadcasts_a_day=1))
        somebody.settles(MUSA, written={"2026-11-21": 1})
        sends(somebody)
        somebody.presses("Another day", "At a time", "Sunday 22 November")
        somebody.types("10:00")
        sends(somebody)
        assert somebody.state().written == {"2026-11-21": 1, "2026-11-22": 1}

    def test_what_is_full_in_one_group_is_full_for_all_of_them(self) -> None:
        somebody = at_the_desk()
        somebody.settles(NIGHT, written={"2026-11-21": 3})
        somebody.presses("All my groups in Porto")
        somebody.types(HELLO)
        sends(somebody)
        assert "that day is full" in somebody.text

    def test_each_counts_for_each_of_its_groups(self) -> None:
        somebody = at_the_desk()
        somebody.presses("All my groups in Porto")
        somebody.types(HELLO)
        sends(somebody)
        settled = {change.group: change.state.written for change in somebody.changes if isinstance(change, Settled)}
        assert settled == {MUSA: {"2026-11-21": 1}, NIGHT: {"2026-11-21": 1}}

    @pytest.mark.parametrize(("ago", "is_asked"), [(0, True), (1, True), (2, False), (30, False)])
    def test_the_same_to_the_same_is_asked_about_within_an_hour(self, ago: int, *, is_asked: bool) -> None:
        somebody = sends(ready())
        mark = somebody.state().texts[0][0]
        somebody.settles(MUSA, texts=((mark, fold(NOW) - ago),))
        somebody.types("menu")
        somebody.presses("For moderators", "Write to a group", "Musa")
        somebody.types(HELLO)
        sends(somebody)
        assert ("They got the same a short while ago." in somebody.text) == is_asked
        if is_asked:
            assert len(somebody.notices) == 1
            somebody.presses("Yes, again")
        assert len(somebody.notices) == 2
        assert len({notice.key for notice in somebody.notices}) == 2

    def test_another_text_or_another_audience_is_not_the_same(self) -> None:
        notice = sent(sends(ready()))
        others = (
            replace(notice, texts={"pt": "else"}),
            replace(notice, texts={"en": HELLO}),
            replace(notice, groups=(RAVAL,)),
            replace(notice, media=VOICE),
        )
        assert len({digest(each) for each in (notice, *others)}) == 5
        assert digest(replace(notice, due_at=1, until_at=2, author="x", key="y")) == digest(notice)

    def test_a_new_text_is_asked_about_anew(self) -> None:
        somebody = sends(ready())
        somebody.types("menu")
        somebody.presses("For moderators", "Write to a group", "Musa")
        somebody.types(HELLO)
        sends(somebody)
        somebody.presses("No, change it", "Change the text", "Português")
        somebody.types(HELLO)
        sends(somebody)
        assert "They got the same a short while ago." in somebody.text

    def test_two_are_asked_only_where_the_rules_say_so(self) -> None:
        for needs_two in (False, True):
            somebody = sends(ready(rules=Rules(needs_two=needs_two)))
            assert [each.asks for each in somebody.changes if isinstance(each, Announced)] == [needs_two]
