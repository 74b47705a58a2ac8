"""What was written to groups: who still has to read it, how far it has come, and the word that stops it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.broadcast import digest, following, zone_of
from bot.core.contact import Position
from bot.core.engine import respond
from bot.core.house import NOTICE, Approved, Halted, House, Progress, Role, Rules, Settled, Staff
from bot.core.message import Incoming, Kind
from bot.core.notice import Notice
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, Somebody, moderator, staff, with_groups
from tests.core.rooms.writing import HELLO, VOICE, at_the_desk, attach, is_drafting, ready, sends, sent

OTHER = Staff("bold wren", Role.MODERATOR, (MUSA, NIGHT))
HOUR = timedelta(hours=1)


def announced(rules: Rules | None = None, repeat: str = "", text: str = HELLO) -> Notice:
    """Return a broadcast of somebody's, as she has confirmed it."""
    somebody = ready(text=text, rules=rules)
    if repeat:
        somebody.presses("When it goes out", repeat, "Saturday 21 November")
        somebody.types("12:30")
    notice = sent(sends(somebody))
    # At another moment a draft has another name.
    return replace(notice, key=f"broadcast {digest(notice)} 2026-11-21")


def looks_at(notice: Notice, stage: str, who: Staff | None = None, **more: object) -> Somebody:
    """Return a moderator who has a broadcast before her, at some stage of its way."""
    progress = Progress("ab" * 16, notice, stage, **more)  # type: ignore[arg-type]  # as the fields say
    somebody = Somebody(House(staff=who or staff(MUSA), notices=(progress,)))
    return find(somebody)


def find(somebody: Somebody) -> Somebody:
    """Open the newest of what went out."""
    somebody.types("menu")
    somebody.presses("For moderators", "Write to a group", "What went out")
    somebody.presses(somebody.labels[0])
    return somebody


def again(somebody: Somebody, **more: object) -> None:
    """Let time go by until her screen is looked at once more, while the notice has come further."""
    (progress,) = somebody.house.notices
    somebody.house = replace(somebody.house, notices=(replace(progress, **more),))  # type: ignore[arg-type]  # the same
    somebody.take(Incoming(somebody.phone.address, Kind.LIVING, "living"))


class TestProgress:
    """How far it has come."""

    def test_what_becomes_of_each_is_counted_with_a_bar(self) -> None:
        counts = {"sent": 1500, "pending": 900, "waiting": 100, "sending": 10, "gone": 150, "failed": 3, "late": 2}
        soon, later = int(NOW.timestamp()) + 60, int((NOW + 9 * HOUR).timestamp())
        somebody = looks_at(announced(), "sending", counts=counts, later={soon: 700, later: 200})
        assert somebody.text.splitlines() == [
            "It's going out.",
            "▓▓▓▓▓▓░░░░",
            "Delivered: 1,500",
            "Waiting for her hours: 200",
            "Waiting until she writes: 100",
            "Blocked me: 150",
            "Didn't get through: 3",
            "Too late to be of use: 2",
            "Still to go: 710",
        ]
        assert somebody.labels == ["Stop it", "What went out"]

    def test_nothing_is_said_of_what_did_not_happen(self) -> None:
        somebody = looks_at(announced(), "ended", counts={"sent": 2})
        assert somebody.text == "It has gone out.\n▓▓▓▓▓▓▓▓▓▓\nDelivered: 2"
        assert somebody.labels == ["What went out", "Write something else"]

    def test_what_is_due_at_once_is_going_out(self) -> None:
        assert sends(ready()).text == "It's going out."

    def test_who_had_left_and_what_was_stopped_is_in_the_report(self) -> None:
        somebody = looks_at(announced(), "halted", counts={"sent": 1, "left": 1, "halted": 2})
        assert somebody.text.splitlines()[2:] == ["Delivered: 1", "Had left the group: 1", "Not sent any more: 2"]

    def test_the_screen_is_kept_true_while_it_goes_out_and_no_longer(self) -> None:
        somebody = looks_at(announced(), "sending", counts={"pending": 4})
        assert somebody.screen.is_living
        again(somebody, counts={"sent": 3, "pending": 1})
        assert somebody.text.endswith("Delivered: 3\nStill to go: 1")
        again(somebody, stage="ended", counts={"sent": 4})
        assert somebody.text.endswith("Delivered: 4")
        assert "Stop it" not in somebody.labels
        assert not somebody.screen.is_living

    def test_looking_again_leaves_no_trace(self) -> None:
        somebody = looks_at(announced(), "sending", counts={"pending": 4})
        before = somebody.contact
        again(somebody, counts={"sent": 4})
        assert replace(somebody.contact, living=before.living, handles=before.handles) == before
        again(somebody, stage="ended")
        assert (somebody.contact.trail, somebody.contact.seen) == (before.trail, before.seen)

    @pytest.mark.parametrize("position", [None, Position("start", "menu"), Position("broadcast", "draft")])
    def test_who_has_moved_on_sees_nothing_by_itself(self, position: Position | None) -> None:
        somebody = looks_at(announced(), "sending")
        contact = replace(somebody.contact, position=position)
        incoming = Incoming(somebody.phone.address, Kind.LIVING, "living")
        assert respond(somebody.library, contact, incoming, NOW, somebody.house).screen is None

    def test_who_has_lost_her_role_sees_nothing_by_itself(self) -> None:
        somebody = looks_at(announced(), "sending")
        incoming = Incoming(somebody.phone.address, Kind.LIVING, "living")
        assert respond(somebody.library, somebody.contact, incoming, NOW, House()).screen is None

    def test_the_list_says_when_and_how_it_begins(self) -> None:
        notice = announced(text="Dinner at eight in the usual place, and a walk to the river after it.")
        somebody = looks_at(notice, "ended")
        somebody.presses("What went out")
        assert somebody.labels[0] == "today, 12:00 · Dinner at eight in the usual place, and a wa…"
        assert len(somebody.labels[0]) <= 60

    def test_what_has_no_words_is_called_by_what_it_is(self) -> None:
        drafting = at_the_desk()
        drafting.presses("Musa")
        attach(drafting, VOICE, Kind.VOICE)
        somebody = looks_at(sent(sends(drafting)), "ended")
        somebody.presses("What went out")
        assert somebody.labels[0] == "today, 12:00 · [voice note]"

    def test_what_went_to_a_group_that_is_not_hers_is_in_no_list(self) -> None:
        progress = Progress("ab" * 16, replace(announced(), groups=(MUSA, RAVAL)), "ended")
        somebody = Somebody(House(staff=staff(MUSA), notices=(progress,)))
        somebody.presses("For moderators", "Write to a group", "What went out")
        assert somebody.text == "Nothing went out in the last two weeks."
        somebody.contact = replace(somebody.contact, answers={NOTICE: progress.notice.key})
        for node in ("running", "reading", "planned", "handed", "report"):
            somebody.contact = replace(somebody.contact, position=Position("broadcast", node))
            somebody.take(Incoming(somebody.phone.address, Kind.AGAIN, "again"))
            assert HELLO not in somebody.text


class TestStopping:
    """The word that stops it."""

    @pytest.mark.parametrize("stage", ["asked", "due", "sending"])
    def test_it_stops_at_once(self, stage: str) -> None:
        somebody = looks_at(announced(), stage)
        somebody.presses("Take it back" if stage == "asked" else "Stop it")
        assert [each for each in somebody.changes if isinstance(each, Halted)] == [Halted("ab" * 16)]
        assert somebody.text.startswith("Stopped.")

    def test_pressed_again_it_does_nothing(self) -> None:
        somebody = looks_at(announced(), "sending")
        press = somebody.phone.presses("Stop it")
        somebody.take(press)
        for number in range(3):
            somebody.take(replace(press, id=f"again {number}"))
        assert len(somebody.changes) == 1

    @pytest.mark.parametrize("stage", ["ended", "halted"])
    def test_what_is_over_is_not_stopped(self, stage: str) -> None:
        somebody = looks_at(announced(), stage)
        somebody.contact = replace(somebody.contact, position=Position("broadcast", "running"))
        somebody.take(Incoming(somebody.phone.address, Kind.TEXT, "1", text="Stop it"))
        assert not [each for each in somebody.changes if isinstance(each, Halted)]

    def test_another_moderator_of_the_same_groups_may_stop_it(self) -> None:
        somebody = looks_at(announced(), "sending", OTHER)
        somebody.presses("Stop it")
        assert somebody.changes == [Halted("ab" * 16)]

    @pytest.mark.parametrize(("stage", "is_counted"), [("asked", False), ("due", False), ("sending", True)])
    def test_what_reached_nobody_counts_for_no_limit_and_may_be_sent_again(
        self, stage: str, *, is_counted: bool
    ) -> None:
        drafting = sends(ready())
        somebody = looks_at(sent(drafting), stage)
        state = drafting.state()
        somebody.settles(MUSA, written={**state.written, "2026-11-22": 1}, texts=(*state.texts, ("other", 1)))
        somebody.presses("Take it back" if stage == "asked" else "Stop it")
        assert somebody.state().written == ({"2026-11-21": 1} if is_counted else {}) | {"2026-11-22": 1}
        assert len(somebody.state().texts) == (2 if is_counted else 1)

    @pytest.mark.parametrize("stage", ["sending", "ended"])
    def test_what_comes_again_is_stopped_with_all_that_would_come(self, stage: str) -> None:
        notice = announced(repeat="Every week")
        zone = zone_of(with_groups(), notice.groups)
        assert zone
        later = following(notice, zone, NOW)
        assert later
        old = Progress("ab" * 16, notice, stage)
        new = Progress("cd" * 16, later, "due")
        other = Progress("ef" * 16, announced(text="other"), "due")
        somebody = Somebody(House(staff=staff(MUSA), notices=(new, old, other)), now=NOW + HOUR)
        somebody.settles(MUSA, written={"2026-11-28": 1})
        somebody.presses("For moderators", "Write to a group", "What went out", f"today, 12:30 · {HELLO}")
        somebody.presses("Stop it" if stage == "sending" else "Stop it for good")
        halted = {each.id for each in somebody.changes if isinstance(each, Halted)}
        assert halted == {"ab" * 16, "cd" * 16}
        assert somebody.state().written == {}
        assert not {"Stop it", "Stop it for good"} & set(somebody.labels)


class TestSecondPerson:
    """Who reads it before it goes out, where two are asked."""

    RULES = Rules(needs_two=True)

    def asked(self, who: Staff = OTHER) -> Somebody:
        """Return somebody who has what another wrote before her."""
        notice = announced(self.RULES)
        progress = Progress("ab" * 16, notice, "asked", audience={"pt": 7, "es": 2})
        somebody = Somebody(House(staff=who, notices=(progress,), rules=self.RULES))
        somebody.presses("For moderators", "Write to a group")
        return somebody

    def test_the_author_sees_that_it_waits_and_has_no_button_to_let_it_go(self) -> None:
        somebody = sends(ready(rules=self.RULES))
        assert "It waits until a second person has read it." in somebody.text
        assert somebody.labels == ["Change it", "Take it back", "What went out"]

    def test_others_are_told_how_many_wait(self) -> None:
        somebody = self.asked()
        assert somebody.text == "Waiting for a second person: 1\n\nWho is it for?"
        somebody.types("menu")
        assert somebody.presses("For moderators").texts == ("Waiting for a second person: 1\n\nWhich group?",)

    def test_nobody_else_is(self) -> None:
        assert self.asked(staff(MUSA)).text == "Who is it for?"
        assert self.asked(Staff("bold wren", Role.MODERATOR, (NIGHT,))).text == "Who is it for?"

    def test_she_reads_exactly_what_would_go_out(self) -> None:
        somebody = self.asked()
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}")
        first, second = somebody.screen.texts
        not_translated = somebody.library.phrase("es", "not_translated")
        assert f"— Português —\n{HELLO}\n\n— Español —\n{not_translated}\n\n{HELLO}\n\nOn a locked" in first
        assert "It goes to: 9\nPortuguês: 7\nEspañol: 2\n" in second
        assert "Written by: amber birch" in second
        assert second.endswith("Let exactly this go out?")

    def test_she_lets_it_go(self) -> None:
        somebody = self.asked()
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}", "Yes, let it go")
        assert somebody.changes == [Approved("ab" * 16)]
        assert somebody.text == "It's going out."

    def test_pressed_again_it_does_nothing(self) -> None:
        somebody = self.asked()
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}")
        press = somebody.phone.presses("Yes, let it go")
        somebody.take(press)
        for number in range(3):
            somebody.take(replace(press, id=f"again {number}"))
        assert len(somebody.changes) == 1

    def test_an_old_button_of_another_one_lets_nothing_go(self) -> None:
        somebody = self.asked()
        other = Progress("cd" * 16, announced(self.RULES, text="Something else"), "asked")
        somebody.house = replace(somebody.house, notices=(*somebody.house.notices, other))
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}")
        old = somebody.phone.presses("Yes, let it go")
        somebody.types("back")
        somebody.presses("today, 12:00 · Something else")
        somebody.take(replace(old, id="late"))
        assert not [each for each in somebody.changes if isinstance(each, Halted)]

    def test_she_may_stop_it_too(self) -> None:
        somebody = self.asked()
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}", "No, stop it")
        assert Halted("ab" * 16) in somebody.changes
        assert somebody.text == "Stopped."

    def test_nobody_approves_her_own_however_she_comes_there(self) -> None:
        somebody = self.asked(staff(MUSA))
        key = somebody.house.notices[0].notice.key
        answers = {NOTICE: key, "approved": key}
        somebody.contact = replace(somebody.contact, answers=answers, position=Position("broadcast", "letting_go"))
        somebody.take(Incoming(somebody.phone.address, Kind.AGAIN, "again"))
        assert not [each for each in somebody.changes if isinstance(each, Halted)]

    def test_what_is_no_longer_of_use_is_not_let_go(self) -> None:
        somebody = self.asked()
        (progress,) = somebody.house.notices
        short = replace(progress.notice, until_at=int((NOW + HOUR).timestamp()))
        somebody.house = replace(somebody.house, notices=(replace(progress, notice=short),))
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}")
        somebody.waits(hours=1)
        somebody.presses("Yes, let it go")
        assert somebody.text == "It's no longer of use. Nobody got it."
        assert not [each for each in somebody.changes if isinstance(each, Halted)]

    def test_what_was_stopped_meanwhile_is_not_let_go(self) -> None:
        somebody = self.asked()
        somebody.presses("Waiting for a second person", f"today, 12:00 · {HELLO}")
        (progress,) = somebody.house.notices
        somebody.house = replace(somebody.house, notices=(replace(progress, stage="halted"),))
        somebody.presses("Yes, let it go")
        assert not [each for each in somebody.changes if isinstance(each, Halted)]


class TestChanging:
    """Writing it anew before anybody got it."""

    @pytest.mark.parametrize(("stage", "rules"), [("asked", Rules(needs_two=True)), ("due", Rules(needs_two=True))])
    def test_a_change_is_a_new_draft_that_is_asked_about_anew(self, stage: str, rules: Rules) -> None:
        somebody = looks_at(replace(announced(rules), due_at=int((NOW + HOUR).timestamp())), stage)
        somebody.house = replace(somebody.house, rules=rules)
        old = somebody.house.notices[0].notice
        somebody.presses("Change it")
        assert somebody.changes == [Halted("ab" * 16), Settled(MUSA, somebody.state())]
        assert somebody.house.notices[0].stage == "halted"
        somebody.presses("Change the text", "Português")
        somebody.types("Dinner at nine.")
        notice = sent(sends(somebody))
        assert (notice.texts, notice.groups, notice.due_at) == ({"pt": "Dinner at nine."}, old.groups, old.due_at)
        assert notice.key != old.key
        assert somebody.house.notices[0].stage == "asked"

    def test_all_of_it_comes_along(self) -> None:
        drafting = at_the_desk()
        drafting.presses("All my groups in Porto")
        attach(drafting, VOICE, Kind.VOICE, HELLO)
        drafting.presses("In another language", "Español")
        drafting.types("Cena a las ocho.")
        drafting.presses("When it goes out", "Every second week", "Sunday 22 November")
        drafting.types("10:00")
        drafting.presses("How long it is of use", "Three days")
        old = sent(sends(drafting))
        somebody = looks_at(old, "due", staff(MUSA, NIGHT))
        somebody.presses("Change it")
        notice = sent(sends(somebody))
        assert replace(notice, key="") == replace(old, key="")
        assert list(notice.texts) == list(old.texts)

    def test_what_she_has_begun_is_not_lost_by_that(self) -> None:
        somebody = ready(text="Begun")
        progress = Progress("ab" * 16, announced(), "due")
        somebody.house = replace(somebody.house, notices=(progress,))
        somebody.contact = replace(somebody.contact, position=Position("broadcast", "planned"))
        somebody.contact = replace(somebody.contact, answers={**somebody.contact.answers, NOTICE: progress.notice.key})
        somebody.types("Change it")
        assert somebody.text == "You have begun to write something."
        assert not [each for each in somebody.changes if isinstance(each, Halted)]
        assert is_drafting(somebody)

    def test_what_goes_out_already_is_not_changed(self) -> None:
        somebody = looks_at(announced(), "due")
        press = somebody.phone.buttons.get("Change it")
        somebody.house = replace(
            somebody.house, notices=(replace(somebody.house.notices[0], stage="sending", counts={"sent": 1}),)
        )
        assert press is None
        somebody.contact = replace(somebody.contact, position=Position("broadcast", "planned"))
        somebody.types("Change it")
        assert not [each for each in somebody.changes if isinstance(each, Halted)]
        assert "It's going out." in somebody.text


def test_a_moderator_of_nothing_has_nothing_to_read() -> None:
    screen = moderator().presses("For moderators")
    assert screen.texts[0] == "You have no group here yet. Ask who invited you."


def test_what_begins_alike_at_the_same_time_is_numbered() -> None:
    notice = announced(text="Dinner at eight in the usual place, and a walk to the river after it.")
    known = [Progress(f"{number:032x}", replace(notice, key=f"a {number}"), "ended") for number in range(3)]
    somebody = Somebody(House(staff=staff(MUSA), notices=tuple(known)))
    labels = somebody.presses("For moderators", "Write to a group", "What went out").choices
    assert [each.label[-3:] for each in labels[1:3]] == ["(2)", "(3)"]
    assert len({each.label for each in labels}) == len(labels)
    assert all(len(each.label) <= 60 for each in labels)
