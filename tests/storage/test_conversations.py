"""Conversations: who finds them, what is left of them, and how long."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.conversation import Conversation, ConversationState, Pair, Said
from bot.core.delivery import abandoned
from bot.core.house import Blocked, House, Noted, Posted, Resigned, Served, Talked
from bot.core.letter import LetterKind
from bot.core.message import Address
from bot.storage.store import FEWEST_SHOWN, Store
from tests.storage.example import ANA, EVA, HOUR, KEY, NOW, search, spellings
from tests.storage.talks import PAULA, RITA, change, claim, hire, house, rows, said, talk

PLANTED = "a word that is nowhere by chance 5f0c9b1e"


def full(*seats: Address) -> Conversation:
    """Return a conversation whose every part says the secret."""
    return talk(
        ANA,
        *seats,
        topic=PLANTED,
        held=(Said(PLANTED, None, PLANTED),),
        pairs=(Pair(str(ANA), PLANTED, str(PAULA), (PLANTED,), HOUR),),
        code=PLANTED,
        details={"text": PLANTED},
    )


class TestFinding:
    """What a step finds."""

    async def test_it_comes_back_as_it_was_written(self, store: Store) -> None:
        await change(store, Talked(full(PAULA)))
        assert (await house(store, ANA)).conversations == (full(PAULA),)

    async def test_only_those_who_take_part_find_it(self, store: Store) -> None:
        await hire(store, PAULA, RITA)
        await change(store, Talked(talk(ANA, PAULA)))
        for who, number in ((ANA, 1), (PAULA, 1), (RITA, 0), (EVA, 0)):
            assert len((await house(store, who)).conversations) == number

    @pytest.mark.parametrize("state", [ConversationState.WAITING, ConversationState.LEFT])
    async def test_who_answers_a_line_finds_what_waits_there_and_nobody_else_does(
        self, store: Store, state: ConversationState
    ) -> None:
        await hire(store, PAULA)
        await change(store, Talked(talk(ANA, state=state)))
        await change(store, Talked(talk(EVA, id="c2", line="lisboa-peers")))
        assert [each.id for each in (await house(store, PAULA)).conversations] == ["c1"]
        assert [each.id for each in (await house(store, EVA)).conversations] == ["c2"]

    async def test_everybody_finds_the_team_and_how_busy_each_is(self, store: Store) -> None:
        staff = await hire(store, PAULA, RITA)
        await change(store, Talked(talk(ANA, PAULA)), Talked(talk(EVA, PAULA, id="c2")))
        found, busy = await store.step(ANA, lambda contact, house: (contact, (house, dict(house.busy))))
        assert {each.address for each in found.team} == {str(PAULA), str(RITA)}
        name = next(each.designation for each in staff if each.address == str(PAULA))
        assert busy == {name: 2}
        assert len(found.busy) == 1
        assert found.busy[name] == 2

    async def test_who_answers_on_no_line_is_not_in_the_team(self, store: Store) -> None:
        await hire(store, PAULA, lines=())
        assert (await house(store, ANA)).team == ()

    async def test_fresh_letters_are_different_at_each_step(self, store: Store) -> None:
        found = {(await house(store, ANA)).fresh for _ in range(5)}
        assert len(found) == 5
        assert min(map(len, found)) >= 16

    async def test_a_role_that_was_revoked_is_found_by_nobody_from_then_on(self, store: Store) -> None:
        (staff,) = await hire(store, PAULA)
        assert (await house(store, ANA)).team
        await store.staff.revoke(staff.designation, NOW)
        assert (await house(store, ANA)).team == ()
        assert (await house(store, PAULA)).staff is None

    async def test_one_that_was_tampered_with_is_nobodys(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, PAULA)))
        await store._database.commit_together(
            lambda connection: connection.execute("UPDATE conversation SET sealed = zeroblob(600)").rowcount
        )
        assert (await house(store, ANA)).conversations == ()


class TestChanging:
    """What a step writes."""

    async def test_who_takes_part_follows_what_it_says(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, PAULA)))
        await change(store, Talked(talk(ANA, RITA)))
        assert (await house(store, PAULA)).conversations == ()
        assert len((await house(store, RITA)).conversations) == 1

    async def test_of_one_that_has_ended_nothing_of_the_woman_is_left_and_a_late_answer_finds_it(
        self, store: Store, path: Path
    ) -> None:
        await change(store, Talked(full(PAULA)))
        await change(store, Talked(full(PAULA).changed(state=ConversationState.ENDED)))
        assert (await house(store, ANA)).conversations == ()
        (left,) = (await house(store, PAULA)).conversations
        assert (left.id, left.designation, left.seats) == ("c1", "silver feather", talk(ANA, PAULA).seats)
        assert PLANTED not in str(left.to_dict())
        assert str(ANA) not in str(left.to_dict())
        await store.scrub()
        assert search(path.parent, spellings(PLANTED)) == []

    async def test_she_changes_about_herself_what_is_hers_and_not_what_she_may_do(self, store: Store) -> None:
        (staff,) = await hire(store, PAULA)
        until = int(NOW.timestamp()) + 60
        new = staff.changed(duty_until=until, languages=("pt",), served={"2026-11": 3}, lines=("all",), groups=("all",))
        await change(store, Served(new), by=PAULA)
        (known,) = await store.staff.everyone()
        assert known == staff.changed(duty_until=until, languages=("pt",), served={"2026-11": 3})

    async def test_who_was_revoked_does_not_come_back_by_what_she_changed(self, store: Store) -> None:
        (staff,) = await hire(store, PAULA)
        await store.staff.revoke(staff.designation, NOW)
        await change(store, Served(staff), by=PAULA)
        assert await store.staff.everyone() == []

    async def test_what_happened_is_counted_without_anybody(self, store: Store) -> None:
        for _ in range(FEWEST_SHOWN):
            await change(store, Noted("talk porto-peers housing", NOW.date()))
        assert await store.counts() == [("2026-W47", "talk porto-peers housing", FEWEST_SHOWN)]

    async def test_whoever_keeps_the_list_hears_of_who_is_blocked(self, store: Store) -> None:
        blocked: list[bytes] = []
        await change(store, Blocked(str(ANA)))
        store._houses.block = lambda _, key: blocked.append(key)
        await change(store, Blocked(str(ANA)))
        assert blocked == [store._vault.pseudonym(ANA)]

    async def test_who_is_blocked_answers_nobody_any_more_and_whom_she_answered_is_told(self, store: Store) -> None:
        await hire(store, PAULA)
        unread = said(PAULA, "unread", values={"designation": "silver feather"})
        await change(store, Talked(talk(ANA, PAULA)), Posted(unread), Blocked(str(PAULA)))
        await store.tend_conversations(NOW, lambda house: abandoned(house, NOW))
        assert [(each.to, each.letter.kind) for each in await claim(store)] == [(ANA, LetterKind.ENDED)]
        await change(store, Resigned(), by=PAULA)
        assert await store.staff.everyone() == []

    async def test_what_did_not_reach_who_hands_over_waits_for_the_next(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, PAULA)), Posted(said(PAULA, "still unread")))
        await change(store, Talked(talk(ANA, held=(Said("since then"),))))
        ((found,), number) = (await house(store, ANA)).conversations, await rows(store)
        assert [each.text for each in found.held] == ["still unread", "since then"]
        assert number == 0


class TestForgetting:
    """When somebody is forgotten."""

    async def test_nothing_of_a_woman_is_left_in_any_file(self, store: Store, path: Path) -> None:
        await change(store, Talked(full(PAULA)), Posted(said(PAULA, PLANTED)), Posted(said(ANA, PLANTED)))
        key = store._vault.pseudonym(ANA)
        assert search(path.parent, [key])
        await change(store, Resigned(), by=ANA)
        await store.scrub()
        assert search(path.parent, [key, *spellings(PLANTED)]) == []
        assert await rows(store) == 0

    async def test_she_is_not_in_it_again_by_a_change_of_the_same_step(self, store: Store, path: Path) -> None:
        await change(store, Talked(talk(ANA, PAULA)))
        await change(store, Talked(talk(ANA, PAULA)), Resigned(), Posted(said(ANA)), by=ANA)
        await store.scrub()
        assert search(path.parent, [store._vault.pseudonym(ANA)]) == []
        assert not (await house(store, PAULA)).conversations[0].is_live

    async def test_nothing_is_left_of_who_was_called_and_answered_nothing(self, store: Store) -> None:
        await hire(store, PAULA)
        ring = Pair("", "ring", str(PAULA), ("9",), HOUR)
        await change(store, Talked(talk(ANA, pairs=(ring,))))
        await change(store, Resigned(), by=PAULA)
        (kept,) = (await house(store, ANA)).conversations
        assert kept.pairs == ()

    async def test_whoever_answered_has_no_seat_any_more_and_the_woman_keeps_hers(
        self, store: Store, path: Path
    ) -> None:
        await hire(store, PAULA)
        pair = Pair(str(ANA), "1", str(PAULA), ("2",), HOUR)
        await change(store, Talked(talk(ANA, PAULA, pairs=(pair,))), Posted(said(PAULA)))
        await change(store, Resigned(), by=PAULA)
        await store.scrub()
        assert search(path.parent, [store._vault.pseudonym(PAULA)]) == []
        (left,) = (await house(store, ANA)).conversations
        assert (left.is_live, left.seats, left.pairs) == (True, (), ())


class TestTime:
    """What is due, and what is over."""

    async def due(self, store: Store, after: timedelta = timedelta()) -> list[str]:
        """Name what is due."""
        found: list[House] = []

        def act(house: House) -> tuple[()]:
            found.append(house)
            return ()

        await store.tend_conversations(NOW + after, act)
        return [each.id for house in found for each in house.conversations]

    async def test_the_next_ring_is_due_in_its_time(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, due_at=int(NOW.timestamp()) + 180)))
        assert await self.due(store) == []
        assert await self.due(store, timedelta(minutes=3)) == ["c1"]

    async def test_a_route_is_due_after_seven_days_without_a_word(self, store: Store) -> None:
        await hire(store, PAULA)
        await change(store, Talked(talk(ANA, PAULA)))
        assert await self.due(store, timedelta(days=6, hours=23)) == []
        assert await self.due(store, timedelta(days=7)) == ["c1"]

    async def test_a_seat_that_nobody_has_a_role_for_is_due_at_once(self, store: Store) -> None:
        paula, _ = sorted(await hire(store, PAULA, RITA), key=lambda each: each.address != str(PAULA))
        await change(store, Talked(talk(ANA, PAULA)), Talked(talk(EVA, RITA, id="c2")))
        await store.staff.revoke(paula.designation, NOW)
        assert await self.due(store) == ["c1"]

    async def test_what_happens_by_itself_is_written(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, due_at=1)))
        changes = (Talked(talk(ANA, due_at=0, rung=("x",))), Posted(said(EVA)))
        assert await store.tend_conversations(NOW, lambda _: changes) == changes
        assert (await house(store, ANA)).conversations[0].rung == ("x",)
        assert await rows(store) == 1

    async def test_one_that_has_ended_is_remembered_for_an_hour_and_no_longer_than_two(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, PAULA, state=ConversationState.ENDED)))
        await store.purge(NOW + timedelta(hours=1))
        assert await rows(store, "conversation") == 1
        await store.purge(NOW + timedelta(hours=2))
        assert await rows(store, "conversation") == await rows(store, "party") == 0

    async def test_a_route_that_is_over_waits_for_its_end_to_be_told_and_not_for_ever(self, store: Store) -> None:
        await change(store, Talked(talk(ANA, PAULA)))
        await store.purge(NOW + timedelta(days=7))
        assert await rows(store, "conversation") == 1
        await store.purge(NOW + timedelta(days=8))
        assert await rows(store, "conversation") == await rows(store, "party") == 0


async def test_nothing_that_is_said_or_who_says_it_is_in_any_file(store: Store, path: Path) -> None:
    address = Address("telegram", PLANTED)
    await change(store, Talked(full(address).changed(woman=f"signal:{PLANTED}")), Posted(said(address, PLANTED)))
    needles = [*spellings(PLANTED), b"porto-peers", b"silver feather", KEY]
    assert search(path.parent, needles) == []
    await store.scrub()
    assert search(path.parent, needles) == []
