"""A row for each recipient: written once, taken in hand by few, settled, counted, and never lost from the count."""

from datetime import datetime, timedelta

import pytest

from bot.core.contact import Contact
from bot.core.engine import Turn
from bot.core.house import House, Wrote
from bot.core.message import Address, Screen
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.core.verdict import Drop, Hold, Judge, Send, Verdict, Wait
from bot.storage.notices import HIDDEN_FOR, KEPT, PURGE_BATCH
from bot.storage.outbox import ABSENT_FOR, MISJUDGED_FOR, MOST_MISJUDGED, Delivery, Outcome, Room
from bot.storage.store import Store
from tests.storage.example import ANA, EVA, HOUR, NOW, read, write

MIA = Address("telegram", "700000003")
OPEN = {("telegram", 1): NOW, ("telegram", 2): NOW, ("signal", 1): NOW, ("signal", 2): NOW}
EVERYTHING = Room(100, {1: 100, 2: 100}, OPEN)
SCREEN = Screen(("See you tomorrow?",))


def notice(*groups: str, kind: NoticeKind = NoticeKind.BROADCAST, key: str = "", after: int = 0) -> Notice:
    """Return a notice to some groups that is due `after` so many seconds, and useful for a day."""
    at = int(NOW.timestamp()) + after
    return Notice(kind, groups or ("porto",), at, at + 86400, key=key, texts={"en": "Hello."})


def member(address: Address, *groups: str, kind: str = "any") -> Contact:
    """Return a member of some groups."""
    terms = Terms(kind)  # type: ignore[arg-type]  # one of three words
    return Contact(
        language="en", memberships=dict.fromkeys(groups or ("porto",), terms), address=str(address), seen=HOUR
    )


def send(contact: Contact, _house: House, _notice: Notice) -> Verdict:
    """Send it to every member."""
    return Send(Address.parse(contact.address), SCREEN) if contact.memberships else Drop("left")


async def join(store: Store, *addresses: Address, groups: tuple[str, ...] = ("porto",), kind: str = "any") -> None:
    """Let some women join."""
    for address in addresses:
        await write(store, address, member(address, *groups, kind=kind))


async def claim(store: Store, judge: Judge = send, *, now: datetime = NOW, room: Room = EVERYTHING) -> list[Delivery]:
    """Open what is due, and take deliveries in hand."""
    await store.outbox.open_due(now)
    return await store.outbox.claim(now, room, judge)


async def states(store: Store) -> dict[str, int]:
    """Count all deliveries by state."""
    query = "SELECT state, count(*) FROM delivery GROUP BY state"
    return dict(await store._database.run(lambda connection: connection.execute(query).fetchall()))


async def stages(store: Store) -> list[str]:
    """Return the stage of each notice."""
    query = "SELECT stage FROM notice ORDER BY stage"
    return [stage for (stage,) in await store._database.run(lambda connection: connection.execute(query).fetchall())]


async def due_at(store: Store) -> list[int]:
    """Return when each delivery is due."""
    query = "SELECT due_at FROM delivery ORDER BY due_at"
    return [at for (at,) in await store._database.run(lambda connection: connection.execute(query).fetchall())]


async def change(store: Store, name: str, *args: object) -> None:
    """Do something to notices in the database's thread."""
    await store._database.commit_together(lambda connection: getattr(store._notices, name)(connection, *args))


async def settle(store: Store, state: str, *deliveries: Delivery, **what: object) -> list[Outcome]:
    """Note what became of deliveries."""
    outcomes = [Outcome(each, state, **what) for each in deliveries]  # type: ignore[arg-type]  # as the test says
    return await store.outbox.settle(outcomes, NOW)


class TestAnnounce:
    """What is to be said, and to whom."""

    async def test_a_notice_with_a_key_is_written_once(self, store: Store) -> None:
        assert await store.outbox.announce(notice(key="meeting 1"))
        assert not await store.outbox.announce(notice(key="meeting 1", after=60))
        assert await store.outbox.announce(notice())
        assert await store.outbox.announce(notice())
        assert await stages(store) == ["due", "due", "due"]

    async def test_nothing_opens_before_it_is_due_and_then_once(self, store: Store) -> None:
        await join(store, ANA)
        await store.outbox.announce(notice(after=60))
        assert await store.outbox.open_due(NOW + timedelta(seconds=59)) == 0
        assert await store.outbox.open_due(NOW + timedelta(seconds=60)) == 1
        assert await store.outbox.open_due(NOW + timedelta(seconds=60)) == 0
        assert await states(store) == {"pending": 1}

    async def test_who_is_in_two_audiences_gets_it_once(self, store: Store) -> None:
        await join(store, ANA, groups=("porto", "gaia"))
        await join(store, EVA, groups=("gaia",))
        await join(store, MIA, groups=("braga",))
        await store.outbox.announce(notice("porto", "gaia"))
        assert {each.to for each in await claim(store)} == {ANA, EVA}

    async def test_what_a_second_person_has_to_read_waits_for_her(self, store: Store) -> None:
        await join(store, ANA)
        await change(store, "announce", notice(key="asked"), "asked")
        assert await claim(store) == []
        name = store._vault.index("notice", "asked")[:16]
        await change(store, "approve", name)
        await change(store, "approve", name)
        assert len(await claim(store)) == 1


class TestClaim:
    """What is taken in hand."""

    async def test_reminders_come_before_broadcasts_and_each_class_in_the_order_it_was_due(self, store: Store) -> None:
        await join(store, ANA)
        for kind, after in ((NoticeKind.BROADCAST, -3), (NoticeKind.REMINDER, -1), (NoticeKind.CHANGE, -2)):
            await store.outbox.announce(notice(kind=kind, after=after))
            await store.outbox.open_due(NOW + timedelta(seconds=after))
        kinds = [each.notice.kind for each in await claim(store)]
        assert kinds == [NoticeKind.CHANGE, NoticeKind.REMINDER, NoticeKind.BROADCAST]

    async def test_no_more_are_taken_in_hand_than_asked_for_and_none_twice(self, store: Store) -> None:
        addresses = [Address("telegram", str(number)) for number in range(10)]
        await join(store, *addresses)
        await store.outbox.announce(notice())
        first = await claim(store, room=Room(9, {2: 4}, OPEN))
        rest = await claim(store, room=Room(100, {2: 100}, OPEN))
        assert len(first) == 4
        assert {each.to for each in (*first, *rest)} == set(addresses)
        assert await claim(store) == []
        assert await claim(store, room=Room(9, {1: 9}, OPEN)) == []

    async def test_the_room_is_shared_and_a_class_that_has_nothing_to_send_takes_none_of_it(self, store: Store) -> None:
        await join(store, ANA, EVA, MIA)
        await store.outbox.announce(notice())
        assert len(await claim(store, room=Room(2, {1: 2, 2: 2}, OPEN))) == 2
        await store.outbox.announce(notice(kind=NoticeKind.REMINDER))
        assert [each.notice.rank for each in await claim(store, room=Room(4, {1: 9, 2: 9}, OPEN))] == [1, 1, 1, 2]

    async def test_each_verdict_leads_to_its_state(self, store: Store) -> None:
        until = NOW + timedelta(hours=9)
        verdicts: dict[str, Verdict] = {"1": Hold(until), "2": Wait(), "3": Drop("late"), "4": Drop("left")}
        await join(store, *(Address("telegram", name) for name in verdicts))
        await store.outbox.announce(notice())

        def judge(contact: Contact, _house: House, _notice: Notice) -> Verdict:
            return verdicts[Address.parse(contact.address).id]

        assert await claim(store, judge) == []
        assert await states(store) == {"pending": 1, "waiting": 1, "late": 1, "left": 1}
        assert (await due_at(store))[-1] == int(until.timestamp())
        assert await claim(store) == []
        assert len(await claim(store, now=until)) == 1

    async def test_a_paused_channel_takes_nothing_before_its_time_and_an_absent_one_is_asked_seldom(
        self, store: Store
    ) -> None:
        await join(store, ANA, EVA)
        await store.outbox.announce(notice())
        later = NOW + timedelta(seconds=30)
        assert await claim(store, room=Room(9, {2: 9}, {("telegram", 2): later})) == []
        assert await due_at(store) == [int(later.timestamp()), int((NOW + ABSENT_FOR).timestamp())]
        assert [each.to for each in await claim(store, now=later)] == [ANA]

    async def test_a_judge_that_fails_holds_up_nobody_else_and_not_for_ever(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())

        def judge(contact: Contact, house: House, notice: Notice) -> Verdict:
            if contact.address == str(ANA):
                raise ZeroDivisionError
            return send(contact, house, notice)

        assert [each.to for each in await claim(store, judge)] == [MIA]
        for number in range(1, MOST_MISJUDGED):
            assert await claim(store, judge, now=NOW + number * MISJUDGED_FOR) == []
        assert await states(store) == {"failed": 1, "sending": 1}

    async def test_a_notice_that_was_tampered_with_is_sent_to_nobody_and_stops_no_other(self, store: Store) -> None:
        await join(store, ANA)
        await store.outbox.announce(notice(kind=NoticeKind.REMINDER))
        await store.outbox.open_due(NOW)
        await store._database.commit_together(
            lambda connection: connection.execute("UPDATE notice SET sealed = zeroblob(600)").rowcount
        )
        await store.outbox.announce(notice())
        (delivery,) = await claim(store)
        assert delivery.notice.kind is NoticeKind.BROADCAST
        assert await states(store) == {"failed": 1, "sending": 1}
        assert await store.outbox.end(NOW) == []

    async def test_a_record_that_was_tampered_with_is_judged_as_nobodys(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        await store._database.commit_together(
            lambda connection: (
                connection.execute(
                    "UPDATE contact SET sealed = zeroblob(600) WHERE key = ?", (store._vault.pseudonym(ANA),)
                ).rowcount
            )
        )
        assert [each.to for each in await claim(store)] == [MIA]


class TestSettle:
    """What becomes of it."""

    async def test_what_was_sent_can_be_wiped_later(self, store: Store) -> None:
        await join(store, ANA)
        await store.outbox.announce(notice())
        assert await settle(store, "sent", *await claim(store), handles=("41", "42")) == []
        assert [handle.id for handle in (await read(store, ANA)).handles] == ["41", "42"]
        assert await states(store) == {"sent": 1}

    @pytest.mark.parametrize("now", [Contact(), Contact(is_leaving=True, seen=HOUR)], ids=["forgotten", "leaving"])
    async def test_what_reached_someone_who_left_meanwhile_is_to_be_taken_back(
        self, store: Store, now: Contact
    ) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        deliveries = await claim(store)
        await write(store, ANA, now)
        back = await settle(store, "sent", *deliveries, handles=("41",))
        assert [each.delivery.to for each in back] == [ANA]
        assert (await read(store, ANA)).handles == ()

    async def test_who_blocked_us_is_a_member_no_more_and_nobody_else_is_touched(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        await store.outbox.announce(notice())
        first = [each for each in await claim(store) if each.to == ANA]
        await settle(store, "gone", first[0])
        gone = await read(store, ANA)
        assert (gone.memberships, gone.address) == ({}, "")
        assert (await read(store, MIA)).memberships
        await settle(store, "pending", first[1])
        assert [each.to for each in await claim(store)] == []
        assert await states(store) == {"gone": 1, "sending": 2, "left": 1}

    async def test_a_failure_puts_it_off_and_counts_and_nothing_brings_it_forward(self, store: Store) -> None:
        await join(store, ANA)
        await store.outbox.announce(notice())
        later = NOW + timedelta(seconds=30)
        await settle(store, "pending", *await claim(store), due_at=later, has_failed=True)
        assert await claim(store) == []
        (again,) = await claim(store, now=later)
        assert again.tries == 1
        await settle(store, "pending", again, due_at=NOW)
        assert await due_at(store) == [int(later.timestamp())]

    async def test_what_comes_back_after_its_notice_was_halted_is_halted(self, store: Store) -> None:
        await join(store, ANA, EVA, MIA)
        await store.outbox.announce(notice())
        first, second = await claim(store, room=Room(9, {2: 2}, OPEN))
        await change(store, "halt", first.notice_id)
        await settle(store, "sent", first)
        await settle(store, "pending", second)
        assert await states(store) == {"sent": 1, "halted": 2}
        assert await claim(store) == []

    async def test_after_a_crash_what_was_in_the_air_is_made_again_unless_it_was_halted(self, store: Store) -> None:
        await join(store, ANA, EVA)
        await store.outbox.announce(notice("porto", key="halted"))
        await store.outbox.announce(notice("porto"))
        halted = store._vault.index("notice", "halted")[:16]
        assert len(await claim(store)) == 4
        await change(store, "halt", halted)
        assert await store.outbox.recover(NOW) == 4
        assert await states(store) == {"halted": 2, "pending": 2}
        assert await store.outbox.recover(NOW) == 0

    async def test_what_may_come_twice_after_a_crash_comes_after_all_others(self, store: Store) -> None:
        addresses = [Address("telegram", str(number)) for number in range(6)]
        await join(store, *addresses)
        await store.outbox.announce(notice())
        doubtful = await claim(store, room=Room(9, {2: 3}, OPEN))
        later = NOW + timedelta(seconds=5)
        await store.outbox.recover(later)
        order = [each.key for each in await claim(store, now=later)]
        assert set(order[3:]) == {each.key for each in doubtful}


class TestHerWord:
    """What she writes meanwhile."""

    async def test_what_waited_for_her_word_goes_when_she_writes_and_not_before(self, store: Store) -> None:
        await join(store, ANA, kind="quiet")
        await store.outbox.announce(notice())
        assert await claim(store, lambda *_: Wait()) == []
        await store.step(ANA, lambda contact, _: (contact.with_handles(("1",), NOW), None))
        assert await claim(store) == []
        await store.step(ANA, lambda contact, _: (_wrote(contact), Turn(contact, None, changes=(Wrote(),))))
        assert len(await claim(store)) == 1

    async def test_hiding_the_chat_releases_nothing(self, store: Store) -> None:
        await join(store, ANA, kind="quiet")
        await store.outbox.announce(notice())
        await claim(store, lambda *_: Wait())
        await store.step(ANA, lambda contact, _: (_wrote(contact, is_leaving=True), None))
        assert await states(store) == {"waiting": 1}

    async def test_who_hides_the_chat_hears_nothing_of_what_was_on_its_way_for_a_while(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        await store.outbox.announce(notice())
        (in_hand,) = await claim(store, room=Room(9, {2: 1}, OPEN))
        for address in (ANA, MIA):
            await store.step(address, lambda contact, _: (_wrote(contact, is_leaving=True), None))
        await settle(store, "pending", in_hand, due_at=NOW)
        assert await claim(store, now=NOW + timedelta(hours=1)) == []
        assert set(await due_at(store)) == {(HOUR + HIDDEN_FOR) * 3600}
        assert len(await claim(store, now=NOW + timedelta(hours=HIDDEN_FOR))) == 4

    async def test_who_leaves_gets_nothing_more_and_stays_in_the_count(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        await store.outbox.open_due(NOW)
        await store.step(ANA, lambda contact, _: (contact.with_memberships({}, ""), None))
        assert [each.to for each in await claim(store)] == [MIA]
        assert await states(store) == {"left": 1, "sending": 1}

    async def test_who_is_forgotten_leaves_a_number_and_no_pseudonym(self, store: Store) -> None:
        await join(store, ANA, MIA)
        for _ in range(3):
            await store.outbox.announce(notice())
        (first, *_), key = await claim(store, room=Room(9, {2: 6}, OPEN)), store._vault.pseudonym(ANA)
        await settle(store, "sent", first)
        await write(store, ANA, Contact())
        found = await store._database.run(
            lambda connection: connection.execute("SELECT 1 FROM delivery WHERE contact = ?", (key,)).fetchall()
        )
        assert found == []
        assert sum((await states(store)).values()) == 6
        await settle(store, "pending", *(each for each in await claim(store) if each.to == ANA))
        assert await claim(store) == []


def _wrote(contact: Contact, *, is_leaving: bool = False) -> Contact:
    """Let her write something."""
    parts = contact.to_dict() | {"recent": ["mark"], "is_leaving": is_leaving}
    return Contact.from_dict(parts)


class TestEnd:
    """When it is over."""

    async def test_a_notice_ends_when_nothing_of_it_is_open(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        first, second = await claim(store)
        await settle(store, "sent", first)
        assert await store.outbox.end(NOW) == []
        await settle(store, "failed", second)
        assert await store.outbox.end(NOW) == [first.notice]
        assert await store.outbox.end(NOW) == []
        assert await stages(store) == ["ended"]

    async def test_a_notice_for_nobody_ends_at_once(self, store: Store) -> None:
        await store.outbox.announce(notice())
        await store.outbox.open_due(NOW)
        assert len(await store.outbox.end(NOW)) == 1

    async def test_what_is_of_no_use_any_more_is_late(self, store: Store) -> None:
        await join(store, ANA, EVA, MIA)
        await store.outbox.announce(notice())
        await claim(store, lambda contact, *_: Wait() if contact.address == str(EVA) else Hold(NOW + timedelta(days=2)))
        over = NOW + timedelta(days=1)
        assert len(await store.outbox.end(over)) == 1
        assert await states(store) == {"late": 3}

    async def test_its_counts_are_its_own(self, store: Store) -> None:
        await join(store, ANA, MIA)
        await store.outbox.announce(notice())
        await settle(store, "sent", (await claim(store))[0])
        await store.outbox.announce(notice())
        await store.outbox.open_due(NOW)
        counts = await store._database.run(
            lambda connection: [
                dict(store._notices.counts(connection, bytes.fromhex(each.id))[0])
                for each in store._notices.under_way(connection)
            ]
        )
        assert sorted(counts, key=len) == [{"pending": 2}, {"sending": 1, "sent": 1}]

    async def test_notices_and_their_rows_are_erased_in_time_and_no_others(self, store: Store) -> None:
        many = PURGE_BATCH * 2 + 1
        group, language = store._vault.index("group", "porto"), store._vault.index("language", "en")
        rows = [(group, number.to_bytes(32), language) for number in range(many)]
        await store._database.commit_together(
            lambda connection: (
                connection.executemany(
                    'INSERT INTO member ("group", contact, language) VALUES (?, ?, ?)', rows
                ).rowcount
            )
        )
        await store.outbox.announce(notice())
        await store.outbox.announce(notice(after=86400))
        await store.outbox.open_due(NOW + timedelta(days=1))
        await store.purge(NOW + KEPT)
        assert await states(store) == {"pending": 2 * many}
        await store.purge(NOW + KEPT + timedelta(days=1))
        assert await states(store) == {"pending": many}
        assert len(await stages(store)) == 1
