"""C2: a broadcast shows what it says and to how many, waits for a confirmation and, where two are asked, for two.

A machine lets moderators and members do anything in any order, through the program and its store, and holds what came
of it against what may come of it: nothing goes out unread, unconfirmed, or to anybody outside.
"""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.clock import Clock
from bot.core.contact import Contact
from bot.core.house import Progress, Role, Rules
from bot.core.library import MENU, Library
from bot.core.message import Address, Incoming, fold
from bot.core.terms import Terms
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, with_groups
from tests.services.chats import Chats
from tests.storage.example import KEY

T = TypeVar("T")

GROUPS = (MUSA, NIGHT, RAVAL)
SCOPES = ((MUSA, NIGHT), (MUSA,), (MUSA, NIGHT, RAVAL), (RAVAL,))
"""What each of the four moderators answers for."""
MEMBERS = 6
texts = st.integers(0, 30).map("Dinner at {}.".format)
who = st.integers(0, len(SCOPES) - 1)
member = st.integers(0, MEMBERS - 1)


@dataclass(frozen=True)
class Seen:
    """What stood on a screen before something was pressed."""

    text: str
    label: str

    @property
    def total(self) -> int:
        """How many it was said to reach."""
        found = re.search(r"It goes to: (\d+)", self.text)
        assert found, self.text
        return int(found[1])


class Broadcasting(RuleBasedStateMachine):
    """Moderators who write, read, confirm, approve, stop, change their minds and press twice."""

    needs_two = False

    def __init__(self) -> None:
        """Begin with an empty house."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        self.stack = AsyncExitStack()
        self.clock = Clock()
        self.clock.set(NOW)
        self.chats = Chats()
        self.minutes = self.joined = 0
        self.shown: dict[Address, int] = {}
        """How many had joined or left when she was told to how many it goes."""
        self.approvals: dict[str, str] = {}
        self.confirmed: set[str] = set()

    @initialize()
    def open(self) -> None:
        """Open the store, and let moderators and members come."""
        rules = Rules(broadcasts_a_day=5, needs_two=self.needs_two)
        path = Path(self.folder.name) / "data" / "comadre.sqlite3"
        opened = Store.open(path, Vault(KEY), languages=lambda: ("en", "pt", "es"), rules=rules)
        self.vault = Vault(KEY)
        self.store = self.runner.run(self.stack.enter_async_context(opened))

        async def library() -> Library:
            return with_groups()

        self.dispatcher = Dispatcher(self.store, library, self.clock.now)
        self.dispatcher.channels[self.chats.name] = self.chats
        self.phones = [self.chats.phone(Address("telegram", f"9{number}")) for number in range(len(SCOPES))]
        # Names by chance would make a failure another one the second time.
        with patch("bot.storage.staff.designation", side_effect=("amber birch", "bold wren", "calm lynx", "deep fern")):
            for phone, groups in zip(self.phones, SCOPES, strict=True):
                code = self.runner.run(self.store.staff.invite(Role.MODERATOR, groups, NOW))
                self.runner.run(self.store.staff.redeem(code, phone.address, NOW))
                self._keep(phone.address, Contact("en", position=MENU, seen=fold(NOW)))
        for number in range(MEMBERS):
            self.join(number, {GROUPS[number % 3], GROUPS[number // 3]}, "pt")
        self.staff = {staff.address: staff for staff in self.runner.run(self.store.staff.everyone())}

    def teardown(self) -> None:
        """Close everything."""
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    @rule(number=member, groups=st.sets(st.sampled_from(GROUPS)), language=st.sampled_from(("en", "pt", "es")))
    def join(self, number: int, groups: set[str], language: str) -> None:
        """Let a woman be in some groups, or in none."""
        self.joined += 1
        address = Address("telegram", f"1{number}")
        contact = Contact(language, position=MENU, seen=fold(NOW))
        self._keep(address, contact.with_memberships(dict.fromkeys(sorted(groups), Terms()), str(address)))

    @rule(number=who, audience=st.integers(0, 5), text=texts, is_later=st.booleans(), is_sure=st.booleans())
    def write(self, number: int, audience: int, text: str, *, is_later: bool, is_sure: bool) -> None:
        """Let a moderator write something, and come to the last question; if she is sure, answer it."""
        phone = self.phones[number]
        self._types(phone, "menu")
        for label in ("For moderators", "Write to a group", "Throw it away", "Write something else"):
            self._presses(phone, label)
        labels = [each.label for each in phone.screen.choices] if phone.screen else []
        audiences = [label for label in labels if label not in ("What went out", "Waiting for a second person")]
        self._presses(phone, audiences[audience % len(audiences)])
        self._types(phone, text)
        if is_later:
            for label in ("When it goes out", "At a time", "Sunday 22 November"):
                self._presses(phone, label)
            self._types(phone, "10:00")
        self._presses(phone, "It's ready")
        if is_sure:
            self._confirm(phone)

    @precondition(lambda self: self._on_screen("Yes, send it"))
    @rule(number=who)
    def confirm(self, number: int) -> None:
        """Let one confirm who is asked to."""
        self._confirm(self._one(number, "Yes, send it"))

    def _confirm(self, phone: Phone) -> None:
        seen = self._seen(phone, "Yes, send it")
        is_told = self.shown.get(phone.address) == self.joined
        before = self._notices()
        if not self._presses(phone, "Yes, send it"):
            return
        new = [each for key, each in self._notices().items() if key not in before]
        for progress in new:
            assert all(text in seen.text for text in progress.notice.texts.values()), "she has not read this"
            if progress.stage == "due" and progress.notice.due_at <= self.clock.now().timestamp():
                self._let_out()
                assert not is_told or len(self._reached(progress)) == seen.total, "it reaches others than she was told"

    @precondition(lambda self: self._on_screen("Yes, again"))
    @rule(number=who)
    def insist(self, number: int) -> None:
        """Let one send the same again who was asked whether she means it."""
        self._presses(self._one(number, "Yes, again"), "Yes, again")

    @precondition(lambda self: any(each.stage == "asked" for each in self._notices().values()))
    @rule(number=who, index=st.integers(0, 3), is_sure=st.booleans())
    def read(self, number: int, index: int, *, is_sure: bool) -> None:
        """Let her open what waits for a second person, and let it go if she is sure."""
        phone = self.phones[number]
        self._types(phone, "menu")
        for label in ("For moderators", "Write to a group", "Throw it away", "Write something else"):
            self._presses(phone, label)
        if self._presses(phone, "Waiting for a second person"):
            self._any(phone, index)
            if is_sure:
                self._presses(phone, "Yes, let it go")

    @precondition(lambda self: self._on_screen("Yes, let it go"))
    @rule(number=who)
    def approve(self, number: int) -> None:
        """Let one let it go who has it before her."""
        self._presses(self._one(number, "Yes, let it go"), "Yes, let it go")

    @precondition(lambda self: self._notices())
    @rule(number=who, index=st.integers(0, 3), label=st.sampled_from(("Change it", "Stop it", "Take it back")))
    def look_back(self, number: int, index: int, label: str) -> None:
        """Let her open what went out, and stop it or change it."""
        phone = self.phones[number]
        self._types(phone, "menu")
        for each in ("For moderators", "Write to a group", "Throw it away", "Write something else", "What went out"):
            self._presses(phone, each)
        self._any(phone, index)
        self._presses(phone, label)

    @precondition(lambda self: self._on_screen("No, change it") or self._on_screen("Change the text"))
    @rule(number=who, text=texts)
    def edit(self, number: int, text: str) -> None:
        """Let one change the text of what she looks at, and come to the last question again."""
        label = "No, change it" if self._on_screen("No, change it") else "Change the text"
        phone = self._one(number, label)
        self._presses(phone, "No, change it")
        self._presses(phone, "Change the text")
        self._any(phone, 0)
        self._types(phone, text)
        self._presses(phone, "It's ready")

    @rule(number=who, index=st.integers(0, 9))
    def press_anything(self, number: int, index: int) -> None:
        """Let her press any button on her screen."""
        self._any(self.phones[number], index)

    @rule(number=who, label=st.sampled_from(("Yes, send it", "Yes, again", "Yes, let it go", "Change it")))
    def press_an_old_button(self, number: int, label: str) -> None:
        """Let a slow phone press what is not there any more."""
        phone = self.phones[number]
        if label in phone.buttons:
            self._take(phone, phone.presses_old(label), label)

    @rule(number=who)
    def replay(self, number: int) -> None:
        """Let the platform deliver her last update again, as itself: nothing may come of it."""
        phone = self.phones[number]
        if phone.last:
            before = self._notices()
            self._take(phone, phone.again(), "")
            assert self._notices() == before

    @rule()
    def wait(self) -> None:
        """Let a minute pass."""
        self.minutes += 1
        self.clock.set(NOW + timedelta(minutes=self.minutes))

    @rule()
    def let_out(self) -> None:
        """Let the rows be written of what is due."""
        self._let_out()

    @invariant()
    def nobody_outside_is_reached(self) -> None:
        """Everything that was written for somebody is for a member of one of its groups at that time."""
        for progress in self._notices().values():
            author = next(staff for staff in self.staff.values() if staff.designation == progress.notice.author)
            assert all(map(author.may, progress.notice.groups))
            if progress.stage in ("asked", "due"):
                assert not self._reached(progress)

    @invariant()
    def nothing_is_out_that_two_have_not_let_go(self) -> None:
        """Where two are asked, each that is on its way has a second person who is not the first."""
        for key, progress in self._notices().items():
            assert key in self.confirmed
            if self.needs_two and progress.stage in ("due", "sending", "ended"):
                assert self.approvals[key] != progress.notice.author

    def _judge(self, phone: Phone, label: str, before: Mapping[str, Progress]) -> None:
        """Hold each change of a stage against who made it, by which button."""
        staff = self.staff[str(phone.address)]
        for key, progress in self._notices().items():
            old = before.get(key)
            if old is None:
                assert label in ("Yes, send it", "Yes, again"), f"{label} has sent something"
                assert progress.notice.author == staff.designation
                assert progress.stage == ("asked" if self.needs_two else "due")
                self.confirmed.add(key)
            elif (old.stage, progress.stage) == ("asked", "due"):
                assert label == "Yes, let it go"
                assert staff.designation != progress.notice.author
                assert all(map(staff.may, progress.notice.groups))
                self.approvals[key] = staff.designation
            elif old.stage != progress.stage:
                assert progress.stage == "halted"
                assert all(map(staff.may, progress.notice.groups))
            assert old is None or old.notice == progress.notice, "what was confirmed is never changed"

    def _take(self, phone: Phone, incoming: Incoming, label: str) -> None:
        before = self._notices()
        self.runner.run(self.dispatcher.receive(incoming))
        self.shown[phone.address] = self.joined
        self._judge(phone, label, before)

    def _types(self, phone: Phone, text: str) -> None:
        self._take(phone, phone.types(text), "")

    def _presses(self, phone: Phone, label: str) -> bool:
        if label not in [each.label for each in phone.choices]:
            return False
        self._take(phone, phone.presses(label), label)
        return True

    def _on_screen(self, label: str) -> list[Phone]:
        return [phone for phone in self.phones if label in [each.label for each in phone.choices]]

    def _one(self, number: int, label: str) -> Phone:
        phones = self._on_screen(label)
        return phones[number % len(phones)]

    def _any(self, phone: Phone, index: int) -> None:
        choices = phone.screen.choices if phone.screen else ()
        if choices:
            self._presses(phone, choices[index % len(choices)].label)

    def _seen(self, phone: Phone, label: str) -> Seen:
        return Seen("\n".join(phone.screen.texts) if phone.screen else "", label)

    def _keep(self, address: Address, contact: Contact) -> None:
        self.runner.run(self.store.step(address, lambda *_: (contact, None)))

    def _let_out(self) -> None:
        """Write the rows, and hold them against who is a member now."""
        due = {
            key: progress
            for key, progress in self._notices().items()
            if progress.stage == "due" and progress.notice.due_at <= self.clock.now().timestamp()
        }
        self.runner.run(self.store.outbox.open_due(self.clock.now()))
        for progress in due.values():
            assert self._reached(progress) == self._members(progress.notice.groups)

    def _members(self, groups: tuple[str, ...]) -> set[bytes]:
        keys = set()
        for number in range(MEMBERS):
            address = Address("telegram", f"1{number}")
            contact = self.runner.run(self.store.step(address, lambda contact, _: (contact, contact)))
            if set(contact.memberships) & set(groups):
                keys.add(self.vault.pseudonym(address))
        return keys

    def _reached(self, progress: Progress) -> set[bytes]:
        query, name = "SELECT contact FROM delivery WHERE notice = ?", bytes.fromhex(progress.id)
        return {key for (key,) in self._ask(lambda connection: connection.execute(query, (name,)).fetchall())}

    def _notices(self) -> dict[str, Progress]:
        found = self._ask(lambda connection: list(self.store._notices.under_way(connection)))
        return {progress.notice.key: progress for progress in found}

    def _ask(self, question: Callable[[sqlite3.Connection], list[T]]) -> list[T]:
        """Look into the tables."""
        return self.runner.run(self.store._database.run(question))


class BroadcastingByTwo(Broadcasting):
    """The same, where a second person is asked."""

    needs_two = True


@pytest.mark.parametrize("machine", [Broadcasting, BroadcastingByTwo])
def test_nothing_goes_out_unread_unconfirmed_or_to_anybody_outside(machine: type[Broadcasting]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=40, deadline=None))  # type: ignore[no-untyped-call]
