"""What differs by platform: who is written to first, what numbers mean, how a chat begins."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.contact import HANDLE_KEPT, Contact, Position, Timed
from bot.core.engine import Met, Turn, respond
from bot.core.house import Answered, House, Role, Rules, Staff, meeting_subject
from bot.core.library import GREETING, GREETINGS, MENU
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.platform import NUMBERED
from bot.core.telling import SPARED_AFTER, judge
from bot.core.terms import Terms
from bot.core.verdict import Drop, Send
from tests.core.test_telling import MEETING, NOON, PORTO, REMINDER
from tests.scenes.content import library

ON_SIGNAL, ON_TELEGRAM = Address("signal", "3f2b1c9e-0000-4000-8000-000000000001"), Address("telegram", "700000001")
BROADCAST = Notice(NoticeKind.BROADCAST, (PORTO,), REMINDER.due_at, REMINDER.until_at, texts={"en": "Hello all"})


def member(address: Address = ON_SIGNAL, seen: datetime = NOON - timedelta(days=2)) -> Contact:
    """Return a member of the group in Porto."""
    return Contact("en", seen=fold(seen)).with_memberships({PORTO: Terms()}, str(address))


def write(contact: Contact, text: str, address: Address = ON_SIGNAL, house: House | None = None) -> Turn:
    """Return what comes of a message."""
    incoming = Incoming(address, Kind.TEXT, f"id {text} {contact.recent}", text=text, handle="9")
    return respond(library(), contact, incoming, NOON, house or House())


@pytest.mark.parametrize(
    ("notice", "address", "days", "is_sent"),
    [
        (BROADCAST, ON_SIGNAL, 31, False),
        (BROADCAST, ON_SIGNAL, 29, True),
        (BROADCAST, ON_TELEGRAM, 31, True),
        (REMINDER, ON_SIGNAL, 31, True),
    ],
)
def test_on_signal_a_broadcast_goes_only_to_who_has_written_within_30_days(
    notice: Notice, address: Address, days: int, *, is_sent: bool
) -> None:
    found = judge(library(), NOON)(member(address, NOON - timedelta(days=days)), House(), notice)
    assert isinstance(found, Send) if is_sent else found == Drop("silent")
    assert timedelta(days=30) == SPARED_AFTER


class TestNumbers:
    """What we write first has numbers of its own beside those of her screen."""

    def sent(self, contact: Contact, house: House | None = None) -> Contact:
        """Return her record once a reminder has come."""
        found = judge(library(), NOON)(contact, house or House(), REMINDER)
        assert isinstance(found, Send)
        screen = found.screen
        known = contact.with_handles(("1",), NOON)
        return known.with_offer(screen.first, tuple(each.token for each in (*screen.choices, *screen.ways)))

    def test_they_begin_after_those_of_her_screen(self) -> None:
        at_menu = replace(member(), position=MENU, seen=fold(NOON - timedelta(hours=3)))
        shown = write(at_menu, "menu").screen
        assert shown
        found = judge(library(), NOON)(at_menu, House(), REMINDER)
        assert isinstance(found, Send)
        assert found.screen.first == len(shown.choices) + len(shown.ways) + 1

    def test_they_begin_at_one_where_she_has_no_screen_or_buttons(self) -> None:
        for contact in (member(), replace(member(ON_TELEGRAM), position=MENU)):
            found = judge(library(), NOON)(contact, House(), REMINDER)
            assert isinstance(found, Send)
            assert found.screen.first == 1

    def test_a_number_below_what_we_wrote_does_what_stands_there(self) -> None:
        contact = self.sent(member())
        turn = write(contact, "1")
        assert Answered(meeting_subject(PORTO, MEETING), "yes") in turn.changes

    def test_a_number_of_her_screen_is_never_taken_for_one_below_what_we_wrote(self) -> None:
        contact = self.sent(replace(member(), position=MENU, seen=fold(NOON - timedelta(hours=3))))
        first = min(contact.numbers)
        turn = write(contact, "1")
        assert turn.contact.position
        assert turn.contact.position.flow == "now"
        assert Answered(meeting_subject(PORTO, MEETING), "yes") in write(contact, str(first)).changes
        assert write(contact, str(first + 2)).contact.position == MENU

    def test_a_number_below_what_we_wrote_is_no_message_to_others(self) -> None:
        flow, node = next(
            (name, each)
            for name, flow in library().flows.items()
            for each, body in flow.nodes.items()
            if name == "broadcast" and body.ask == "content"
        )
        writing = replace(member(), position=Position(flow, node), seen=fold(NOON - timedelta(hours=3)))
        staff = House(staff=Staff("amber birch", Role.ADMIN))
        contact = self.sent(writing, staff)
        written = str(min(contact.numbers))
        assert Answered(meeting_subject(PORTO, MEETING), "yes") in write(contact, written, house=staff).changes

    def test_a_number_that_stands_nowhere_is_not_understood(self) -> None:
        contact = self.sent(member())
        assert not write(contact, "77").changes[1:]
        assert not write(contact, "9" * 30).changes[1:]

    def test_they_are_forgotten_with_the_messages_that_bore_them(self) -> None:
        contact = self.sent(member())
        assert contact.forget_expired(NOON + HANDLE_KEPT).numbers == {}
        assert Contact.from_dict(contact.to_dict()) == contact


class TestBeginning:
    """How a chat begins."""

    def test_each_platform_greets_with_what_is_true_there(self) -> None:
        assert write(Contact(), "hi").contact.position == GREETINGS["signal"]
        assert write(Contact(), "hi", ON_TELEGRAM).contact.position == GREETING
        moved_on = Incoming(ON_SIGNAL, Kind.PRESS, "x", "", "gone")
        assert respond(library(), Contact(), moved_on, NOON).contact.position == GREETINGS["signal"]

    def test_only_a_chat_that_can_is_to_forget_by_itself_and_only_once(self) -> None:
        assert Met() in write(Contact(), "hi").effects
        assert Met() not in write(Contact(), "hi", ON_TELEGRAM).effects
        assert Met() not in write(Contact(timed=Timed.SET, seen=fold(NOON)), "hi").effects
        assert Met() not in write(Contact(), "exit").effects
        assert Met() not in write(Contact(), "forget me").effects

    def test_it_is_said_with_the_time_that_is_set_until_she_goes_on(self) -> None:
        house = House(rules=Rules(disappears_after=timedelta(hours=12)))
        contact = Contact("en", position=Position("start", "start_signal"), timed=Timed.SET, seen=fold(NOON))
        said = write(contact, "1", house=house)
        assert said.screen
        assert "after 12 hours" in said.screen.texts[-1]
        again = write(said.contact, "blah blah", house=house)
        assert again.screen
        assert "after 12 hours" in again.screen.texts[-1]
        gone_on = write(again.contact, "3", house=house)
        assert gone_on.screen
        assert not any("after 12 hours" in text for text in gone_on.screen.texts)

    def test_what_she_wrote_is_not_remembered_where_it_cannot_be_deleted(self) -> None:
        assert write(Contact(), "hi").contact.handles == ()
        assert write(Contact(), "hi", ON_TELEGRAM).contact.handles

    def test_what_is_kept_names_it(self) -> None:
        contact = Contact("en", timed=Timed.GIVEN, seen=fold(NOON), position=Position("me", "start"))
        screen = write(contact, "What you keep about me").screen
        assert screen
        assert "what disappears by itself" in screen.texts[0]


def test_only_signal_is_without_buttons() -> None:
    assert frozenset({"signal"}) == NUMBERED
