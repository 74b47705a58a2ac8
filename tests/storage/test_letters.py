"""Letters: each once to its reader and in order, and whoever counts on one hears when it does not arrive."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.contact import Contact
from bot.core.conversation import ConversationState
from bot.core.house import Posted, Recalled, Resigned, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address
from bot.core.verdict import Drop, Hold
from bot.storage.outbox import ABSENT_FOR, MISJUDGED_FOR, MOST_MISJUDGED
from bot.storage.store import Store
from tests.storage.example import ANA, EVA, HOUR, NOW, at, read, search, spellings
from tests.storage.example import write as keep
from tests.storage.talks import PAULA, RITA, change, claim, hire, house, rows, said, settle, states, talk, write

PLANTED = "a word that is nowhere by chance 5f0c9b1e"
SOON = timedelta(minutes=1)


async def post(store: Store, *letters: Letter) -> None:
    """Write letters."""
    await change(store, *map(Posted, letters))


async def texts(store: Store, now: datetime = NOW) -> list[str]:
    """Take letters in hand, deliver them, and return what stands in them."""
    parcels = await claim(store, now)
    await settle(store, "sent", parcels, now)
    return [text for each in parcels for text in each.screen.texts]


async def talking(store: Store) -> None:
    """Let Ana and Paula talk."""
    await hire(store, PAULA)
    await change(store, Talked(talk(ANA, PAULA)))


class TestOrder:
    """One after the other to each reader."""

    async def test_each_reader_gets_hers_in_order_one_in_the_air_at_a_time(self, store: Store) -> None:
        await post(store, said(ANA, "1"), said(EVA, "2"), said(ANA, "3"), said(ANA, "4"))
        assert [await texts(store) for _ in range(4)] == [["1", "2"], ["3"], ["4"], []]

    async def test_nothing_overtakes_what_is_in_the_air(self, store: Store) -> None:
        await post(store, said(ANA, "1"), said(ANA, "2"))
        assert len(await claim(store)) == 1
        assert await claim(store) == []

    async def test_nothing_overtakes_what_has_failed_for_now(self, store: Store) -> None:
        await post(store, said(ANA, "1"), said(ANA, "2"), said(EVA, "3"))
        await settle(store, "held", await claim(store), due_at=NOW + SOON, has_failed=True)
        assert await claim(store) == []
        again = await claim(store, NOW + SOON)
        assert [(each.letter.text, each.row.tries) for each in again] == [("1", 1), ("3", 1)]

    async def test_what_is_for_later_holds_up_nothing(self, store: Store) -> None:
        later = int((NOW + SOON).timestamp())
        await post(store, said(ANA, "later", due_at=later), said(ANA, "now"))
        assert await texts(store) == ["now"]
        assert await texts(store, NOW + SOON) == ["later"]

    async def test_after_a_crash_what_was_in_the_air_comes_again_and_first(self, store: Store) -> None:
        await post(store, said(ANA, "1"), said(ANA, "2"))
        await claim(store)
        assert await store.letters.recover() == 1
        assert [await texts(store) for _ in range(3)] == [["1"], ["2"], []]
        assert await store.letters.recover() == 0

    async def test_a_channel_takes_what_it_has_room_for_and_one_that_is_not_running_nothing(self, store: Store) -> None:
        await post(store, *(said(Address("telegram", str(each))) for each in range(5)), said(RITA))
        parcels = await store.letters.claim(NOW, {"telegram": 3}, {"telegram": NOW}, write)
        assert {each.to.channel for each in parcels} == {"telegram"}
        assert len(parcels) == 3
        assert [each.to for each in await claim(store, NOW + ABSENT_FOR) if each.to == RITA] == [RITA]

    async def test_a_paused_channel_takes_nothing_before_its_time(self, store: Store) -> None:
        await post(store, said(ANA))
        assert await store.letters.claim(NOW, {"telegram": 3}, {"telegram": NOW + SOON}, write) == []
        assert len(await claim(store, NOW + SOON)) == 1


class TestDelivered:
    """What is left of a letter that has arrived."""

    async def test_its_text_is_in_no_file_any_more(self, store: Store, path: Path) -> None:
        await post(store, said(ANA, PLANTED))
        (parcel,) = await claim(store)
        sealed = [parcel.row.sealed[start : start + 32] for start in range(0, 480, 32)]
        assert search(path.parent, sealed)
        await settle(store, "sent", [parcel])
        await store.scrub()
        assert search(path.parent, [*sealed, *spellings(PLANTED)]) == []

    async def test_a_wipe_can_reach_it(self, store: Store) -> None:
        await keep(store, ANA, replace(at(1).with_handles(("1",), NOW), living=("1",)))
        await post(store, said(ANA), said(EVA))
        await settle(store, "sent", await claim(store), handles=("41", "42"), deleted=("1",))
        assert [each.id for each in (await read(store, ANA)).handles] == ["41", "42"]
        assert [each.id for each in (await read(store, EVA)).handles] == ["41", "42"]
        assert (await read(store, ANA)).living == ("1",)

    async def test_the_conversation_knows_which_message_it_is_in_the_other_chat(self, store: Store) -> None:
        await talking(store)
        await post(store, said(PAULA, handle="7"), said(ANA, handle="9"))
        await settle(store, "sent", await claim(store), handles=("41",))
        pairs = (await house(store, ANA)).conversations[0].pairs
        hers, theirs = (str(ANA), "7", str(PAULA), ("41",), HOUR), (str(PAULA), "9", str(ANA), ("41",), HOUR)
        assert {(each.of, each.handle, each.to, each.there, each.hour) for each in pairs} == {hers, theirs}

    async def test_a_call_is_known_so_that_it_can_be_replaced(self, store: Store) -> None:
        await hire(store, PAULA)
        await change(store, Talked(talk(ANA)), Posted(Letter(str(PAULA), LetterKind.RING, "c1")))
        await settle(store, "sent", await claim(store), handles=("41",))
        (pair,) = (await house(store, ANA)).conversations[0].pairs
        assert (pair.to, pair.there, pair.handle) == (str(PAULA), ("41",), "")

    async def test_what_was_taken_back_is_known_no_more_and_what_was_changed_has_one_place(self, store: Store) -> None:
        await talking(store)
        await post(store, said(PAULA))
        await settle(store, "sent", await claim(store), handles=("41",))
        await post(store, said(PAULA, "better").changed(kind=LetterKind.CHANGED, replaces=("41",)))
        await settle(store, "sent", await claim(store), handles=("42",), deleted=("41",))
        (pair,) = (await house(store, ANA)).conversations[0].pairs
        assert pair.there == ("42",)
        await post(store, said(PAULA).changed(kind=LetterKind.TAKEN_BACK, replaces=("42",), text=""))
        (parcel,) = await claim(store)
        assert parcel.screen.texts == ()
        await settle(store, "sent", [parcel], deleted=("42",))
        assert (await house(store, ANA)).conversations[0].pairs == ()


class TestUndelivered:
    """Whoever counts on a letter hears of it."""

    @pytest.mark.parametrize(("reader", "writer"), [(ANA, PAULA), (PAULA, ANA)])
    async def test_who_wrote_what_cannot_be_delivered_is_told(
        self, store: Store, reader: Address, writer: Address
    ) -> None:
        await talking(store)
        await post(store, said(reader))
        await settle(store, "failed", await claim(store))
        (parcel,) = await claim(store)
        assert (parcel.to, parcel.letter.kind) == (writer, LetterKind.NOT_DELIVERED)
        await settle(store, "failed", [parcel])
        assert await rows(store) == 0

    async def test_of_two_who_answer_the_one_who_wrote_is_told(self, store: Store) -> None:
        await hire(store, PAULA, RITA)
        await change(store, Talked(talk(ANA, PAULA, RITA)))
        await post(store, said(ANA, of=str(RITA)))
        await settle(store, "failed", await claim(store))
        assert [each.to for each in await claim(store)] == [RITA]

    async def test_after_72_hours_it_is_gone_and_who_wrote_it_is_told(self, store: Store) -> None:
        await talking(store)
        await post(store, said(PAULA, PLANTED))
        await settle(store, "held", await claim(store), due_at=NOW + SOON)
        assert await claim(store, NOW + timedelta(hours=71), room={"telegram": 0}) == []
        over = NOW + timedelta(hours=73)
        assert await claim(store, over) == []
        (parcel,) = await claim(store, over)
        assert (parcel.to, parcel.letter.kind) == (ANA, LetterKind.NOT_DELIVERED)

    async def test_a_call_that_comes_too_late_is_dropped_in_silence(self, store: Store) -> None:
        await hire(store, PAULA)
        await change(store, Talked(talk(ANA)))
        ring = Letter(str(PAULA), LetterKind.RING, "c1", until_at=int((NOW + SOON).timestamp()))
        await post(store, ring)
        assert await claim(store, NOW + SOON) == []
        assert await rows(store) == 0

    @pytest.mark.parametrize(("reader", "other"), [(ANA, PAULA), (PAULA, ANA)])
    async def test_who_blocked_us_ends_the_conversation_and_the_other_is_told(
        self, store: Store, reader: Address, other: Address
    ) -> None:
        await talking(store)
        await post(store, said(reader))
        await settle(store, "gone", await claim(store))
        (parcel,) = await claim(store)
        assert (parcel.to, parcel.letter.kind) == (other, LetterKind.ENDED)
        assert not [each for who in (ANA, PAULA) for each in (await house(store, who)).conversations if each.is_live]

    async def test_who_was_called_and_blocked_us_ends_nothing(self, store: Store) -> None:
        await hire(store, PAULA)
        await change(store, Talked(talk(ANA)), Posted(Letter(str(PAULA), LetterKind.RING, "c1")))
        await settle(store, "gone", await claim(store))
        assert await rows(store) == 0
        assert (await house(store, ANA)).conversations[0].is_live

    async def test_whoever_was_revoked_reads_nothing_from_that_moment_on(self, store: Store) -> None:
        (staff,) = await hire(store, PAULA)
        await change(store, Talked(talk(ANA, PAULA)), Posted(said(PAULA, "before")))
        await store.staff.revoke(staff.designation, NOW)
        await post(store, said(PAULA, "after"), Letter(str(PAULA), LetterKind.RING, "c9"))
        found = [each for _ in range(3) for each in await claim(store)]
        assert [(each.to, each.letter.kind) for each in found] == [(ANA, LetterKind.ENDED)]

    async def test_what_was_taken_back_before_anybody_had_it_is_delivered_to_nobody(self, store: Store) -> None:
        await hire(store, PAULA)
        first, second = (said(PAULA, text, of=str(ANA), handle=text) for text in ("first", "second"))
        await change(store, Talked(talk(ANA, PAULA)), Posted(first), Posted(second))
        await change(store, Recalled("c1", str(ANA), "second"), Recalled("c1", str(EVA), "first"))
        assert [each.letter.text for each in await claim(store)] == ["first"]
        await change(store, Recalled("c1", str(ANA), "first"))
        assert await rows(store) == 0, "it is deleted again once it is there"

    async def test_nor_is_what_a_woman_took_back_whose_letters_do_not_say_that_they_are_hers(
        self, store: Store
    ) -> None:
        await talking(store)
        await post(store, said(PAULA, "hers", handle="1"), said(PAULA, "too", handle="2"))
        await change(store, Recalled("c1", str(ANA), "1"))
        assert [each.letter.text for each in await claim(store)] == ["too"]

    async def test_a_letter_that_cannot_be_written_holds_up_nobody_else_and_not_for_ever(self, store: Store) -> None:
        await talking(store)
        await post(store, said(ANA, "bad"), said(EVA, "good"))

        def sort(contact: Contact, house: object, letter: Letter) -> object:
            if letter.text == "bad":
                raise ZeroDivisionError
            return write(contact, house, letter)  # type: ignore[arg-type]  # it is not looked at

        assert [each.to for each in await claim(store, sort=sort)] == [EVA]
        for number in range(1, MOST_MISJUDGED):
            await claim(store, NOW + number * MISJUDGED_FOR, sort=sort)
        assert [each.to for each in await claim(store, NOW + MOST_MISJUDGED * MISJUDGED_FOR)] == [PAULA]

    async def test_one_that_is_to_wait_waits_and_one_that_is_of_no_use_goes(self, store: Store) -> None:
        await post(store, said(ANA), said(EVA))
        later = NOW + SOON
        await claim(store, sort=lambda _, __, letter: Hold(later) if letter.to == str(ANA) else Drop("late"))
        assert await states(store) == ["pending"]
        assert await claim(store) == []
        assert [each.to for each in await claim(store, later)] == [ANA]

    async def test_one_that_was_tampered_with_goes_and_stops_no_other(self, store: Store) -> None:
        await post(store, said(ANA, "1"), said(ANA, "2"))
        await store._database.commit_together(
            lambda connection: (
                (
                    connection.execute(
                        "UPDATE letter SET sealed = zeroblob(600) WHERE id = (SELECT min(id) FROM letter)"
                    )
                ).rowcount
            )
        )
        assert [await texts(store) for _ in range(2)] == [[], ["2"]]


class TestLeaving:
    """When its reader leaves."""

    async def test_what_arrives_after_she_was_forgotten_is_to_be_taken_back(self, store: Store) -> None:
        await talking(store)
        await post(store, said(ANA))
        parcels = await claim(store)
        await change(store, Resigned(), by=ANA)
        assert len(await settle(store, "sent", parcels, handles=("41",))) == 1
        assert not await read(store, ANA)

    async def test_a_number_that_comes_again_is_not_the_same_letter(self, store: Store) -> None:
        await talking(store)
        await post(store, said(ANA, "old"))
        parcels = await claim(store)
        await change(store, Resigned(), by=ANA)
        await post(store, said(ANA, "new"))
        await settle(store, "sent", parcels)
        assert await texts(store) == ["new"]

    async def test_who_hides_the_chat_gets_nothing_more_of_what_has_ended(self, store: Store) -> None:
        await talking(store)
        await post(store, said(ANA, "1"), said(ANA, "2"))
        parcels = await claim(store)
        await change(store, Talked(talk(ANA, PAULA, state=ConversationState.ENDED)))
        await keep(store, ANA, replace(at(1), is_leaving=True))
        assert len(await settle(store, "sent", parcels, handles=("41",))) == 1
        assert await rows(store) == 0

    async def test_a_stranger_is_written_to_as_long_as_she_talks(self, store: Store) -> None:
        await talking(store)
        await keep(store, ANA, Contact())
        await post(store, said(ANA))
        assert [each.to for each in await claim(store)] == [ANA]


async def test_what_nobody_sends_is_erased_in_the_end(store: Store) -> None:
    await post(store, said(ANA))
    await store.purge(NOW)
    await store.purge(NOW + timedelta(hours=73))
    assert await rows(store) == 1
    await store.purge(NOW + timedelta(hours=75))
    assert await rows(store) == 0
