"""The queue of a line on disk: whoever leaves it lets those behind her move up, and nobody learns who that was."""

from bot.core.contact import Contact
from bot.core.conversation import Conversation, ConversationState, Said
from bot.core.house import House, Posted, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address
from bot.storage.store import Store
from tests.storage.example import ANA, EVA
from tests.storage.talks import PAULA, RITA, change, claim, hire, house, settle, states, talk


def waits(woman: Address, name: str, since: int, **parts: object) -> Conversation:
    """Return the conversation of a woman who waits."""
    return talk(woman, id=name, since=since, due_at=2_000_000_000 - since, **parts)


async def three(store: Store) -> None:
    """Let three women wait, the last one first written down."""
    await change(store, *map(Talked, (waits(RITA, "c3", 30), waits(EVA, "c2", 20), waits(ANA, "c1", 10))))


async def told(store: Store) -> dict[Address, str]:
    """Deliver what there is, and return whose place was told."""
    parcels = await claim(store)
    await settle(store, "sent", parcels, handles=("p1",))
    return {each.to: each.letter.values["ahead"] for each in parcels if each.letter.kind is LetterKind.PLACE}


async def queue(store: Store, who: Address, line: str) -> tuple[str, ...]:
    """Return the queue of a line as a step of somebody finds it."""

    def act(contact: Contact, house: House) -> tuple[Contact, tuple[str, ...]]:
        return contact, house.queue(line)

    return await store.step(who, act)


async def test_the_queue_is_in_the_order_in_which_they_began_and_holds_no_other_line(store: Store) -> None:
    await three(store)
    await change(store, Talked(waits(PAULA, "c4", 5, line="lisboa-peers")))
    await change(store, Talked(waits(PAULA, "c5", 5, state=ConversationState.LEFT)))
    assert await queue(store, EVA, "porto-peers") == ("c1", "c2", "c3")
    assert await queue(store, EVA, "x") == ()


async def test_a_woman_who_waits_finds_her_own_conversation_and_no_other(store: Store) -> None:
    await three(store)
    assert [each.id for each in (await house(store, EVA)).conversations] == ["c2"]


async def test_who_leaves_lets_those_behind_her_move_up_and_what_she_had_read_is_replaced(store: Store) -> None:
    await three(store)
    await change(store, Talked(waits(ANA, "c1", 10).ended(1)), by=ANA)
    assert await told(store) == {EVA: "0", RITA: "1"}
    await change(store, Talked(waits(EVA, "c2", 20).ended(1)), by=EVA)
    (parcel,) = await claim(store)
    assert (parcel.to, parcel.letter.values, parcel.letter.replaces) == (RITA, {"ahead": "0"}, ("p1",))


async def test_who_blocked_us_while_she_waited_lets_them_move_up_too(store: Store) -> None:
    await three(store)
    await change(store, Posted(Letter(str(ANA), LetterKind.HANDED_OVER, "c1")))
    await settle(store, "gone", await claim(store))
    assert await told(store) == {EVA: "0", RITA: "1"}


async def test_one_letter_is_there_at_most_and_none_for_who_waits_no_more(store: Store) -> None:
    await hire(store, PAULA)
    await three(store)
    taken = talk(EVA, PAULA, id="c2")
    await change(store, Talked(waits(ANA, "c1", 10).ended(1)), Talked(taken))
    assert await states(store) == ["pending"]
    assert await told(store) == {RITA: "0"}


async def test_what_is_written_meanwhile_moves_nobody(store: Store) -> None:
    await three(store)
    await change(store, Talked(waits(ANA, "c1", 10, held=(Said("hello"),))), by=ANA)
    assert await states(store) == []
