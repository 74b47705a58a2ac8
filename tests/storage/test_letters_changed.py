"""What is changed or taken back before it arrives: in the box, in the air, and once it has nobody to go to."""

from pathlib import Path

from bot.core.conversation import Said
from bot.core.delivery import is_of
from bot.core.house import Posted, Recalled, Reworded, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Media
from bot.storage.letterbox import Parcel
from bot.storage.store import Store
from tests.storage.example import ANA, NOW, search
from tests.storage.talks import PAULA, RITA, change, claim, hire, house, rows, said, settle, states, talk

VOICE = Media("telegram", "voice", "note-1")


def changed(to: Letter, text: str) -> Reworded:
    """Return the change of a letter, as a step writes it."""
    return Reworded(to.changed(kind=LetterKind.CHANGED, text=text, media=None))


async def talking(store: Store, *letters: Letter) -> None:
    """Let Ana and Paula talk, with some letters on their way."""
    await hire(store, PAULA)
    await change(store, Talked(talk(ANA, PAULA)), *map(Posted, letters))


async def arrives(store: Store, handle: str, *deleted: str) -> Parcel:
    """Let the next letter arrive."""
    (parcel,) = await claim(store)
    assert await settle(store, "sent", [parcel], handles=(handle,), deleted=deleted) == []
    return parcel


async def test_what_waits_says_the_new_words_in_its_turn_with_what_goes_along(store: Store) -> None:
    first, second = said(PAULA, "old", media=VOICE), said(PAULA, "other", handle="8")
    await talking(store, first, second)
    await change(store, changed(first, "new"))
    assert await rows(store) == 2
    found = [(await arrives(store, each)).letter for each in ("41", "42")]
    assert [(each.kind, each.text, each.media) for each in found] == [
        (LetterKind.SAID, "new", VOICE),
        (LetterKind.SAID, "other", None),
    ]


async def test_behind_what_is_in_the_air_the_change_follows_to_where_that_has_landed(store: Store) -> None:
    letter = said(ANA, "old", of=str(PAULA))
    await talking(store, letter)
    flying = await claim(store)
    await change(store, changed(letter, "new"))
    await change(store, changed(letter, "newer"))
    assert await states(store) == ["sending", "pending"]
    assert await settle(store, "sent", flying, handles=("41",)) == []
    (parcel,) = await claim(store)
    assert (parcel.letter.kind, parcel.letter.text) == (LetterKind.CHANGED, "newer")
    assert parcel.letter.replaces == ("41",)


async def test_each_of_two_changes_takes_the_place_of_the_one_before(store: Store) -> None:
    letter = said(ANA, "old", of=str(PAULA))
    await talking(store, letter)
    await arrives(store, "41")
    await change(store, changed(letter, "new"))
    flying = await claim(store)
    await change(store, changed(letter, "newer"))
    await settle(store, "sent", flying, handles=("42",), deleted=("41",))
    assert (await arrives(store, "43", "42")).letter.replaces == ("42",)
    (pair,) = (await house(store, ANA)).conversations[0].pairs
    assert pair.there == ("43",)


async def test_an_old_text_that_would_not_go_is_known_until_it_does(store: Store) -> None:
    letter = said(ANA, "old", of=str(PAULA))
    await talking(store, letter)
    await arrives(store, "41")
    await change(store, changed(letter, "new"))
    await arrives(store, "42")
    await change(store, changed(letter, "newer"))
    assert (await arrives(store, "43", "41", "42")).letter.replaces == ("41", "42")
    (pair,) = (await house(store, ANA)).conversations[0].pairs
    assert pair.there == ("43",)


async def test_what_did_not_arrive_from_the_air_is_tried_again_with_the_new_words_alone(store: Store) -> None:
    letter = said(PAULA, "old")
    await talking(store, letter)
    flying = await claim(store)
    await change(store, changed(letter, "new"))
    await settle(store, "held", flying, due_at=NOW)
    await change(store, changed(letter, "newer"))
    assert await states(store) == ["held"]
    assert (await arrives(store, "41")).letter.text == "newer"


async def test_what_was_changed_and_comes_back_is_held_with_the_new_words(store: Store) -> None:
    letter = said(PAULA, "old")
    await talking(store, letter)
    await change(store, changed(letter, "new"))
    await change(store, Talked(talk(ANA)))
    assert (await house(store, ANA)).conversations[0].held == (Said("new", None, "7"),)


async def test_a_change_is_for_one_message_of_one_person_to_one_reader(store: Store) -> None:
    await hire(store, PAULA, RITA)
    letters = (said(PAULA), said(RITA), said(PAULA, handle="8"), said(PAULA, of=str(RITA)))
    await change(store, Talked(talk(ANA, PAULA, RITA)), *map(Posted, letters))
    await change(store, changed(letters[0], "new"))
    texts = set()
    for _ in range(3):
        found = await claim(store)
        texts |= {(each.to, each.letter.handle, each.letter.of, each.letter.text) for each in found}
        await settle(store, "sent", found)
    assert texts == {
        (PAULA, "7", "", "new"),
        (PAULA, "8", "", "hello"),
        (PAULA, "7", str(RITA), "hello"),
        (RITA, "7", "", "hello"),
    }


async def test_the_old_words_are_in_no_file_any_more(store: Store, path: Path) -> None:
    letter = said(PAULA, "old")
    await talking(store, letter)
    (parcel,) = await claim(store)
    await settle(store, "held", [parcel], due_at=NOW)
    sealed = [parcel.row.sealed[start : start + 32] for start in range(0, 480, 32)]
    assert search(path.parent, sealed)
    await change(store, changed(letter, "new"))
    await store.scrub()
    assert search(path.parent, sealed) == []


async def test_what_a_woman_takes_back_is_taken_away_with_its_changes(store: Store) -> None:
    letter = said(PAULA, "old")
    await talking(store, letter)
    flying = await claim(store)
    await change(store, changed(letter, "new"))
    await change(store, Recalled("c1", str(ANA), "7"))
    assert await rows(store) == 0
    assert len(await settle(store, "sent", flying, handles=("41",))) == 1, "it is deleted again"


async def test_taken_back_once_more_what_deletes_it_stays(store: Store) -> None:
    gone = said(PAULA, "", handle="").changed(kind=LetterKind.TAKEN_BACK, replaces=("41",))
    await talking(store, gone)
    await change(store, Recalled("c1", str(ANA), "7"))
    assert [each.letter.kind for each in await claim(store)] == [LetterKind.TAKEN_BACK]


async def test_a_step_finds_what_is_on_its_way_also_in_the_air(store: Store) -> None:
    await talking(store, said(PAULA), said(ANA, handle="9"), said(PAULA, handle="8"))
    await claim(store)
    conversation = talk(ANA, PAULA)
    found = await store.step(ANA, lambda contact, house: (contact, list(house.on_its_way("c1"))))
    assert [each.handle for each in found] == ["7", "9", "8"]
    assert [is_of(conversation, each, str(ANA), "8") for each in found] == [False, False, True]
    assert await store.step(ANA, lambda contact, house: (contact, list(house.on_its_way("c2")))) == []
