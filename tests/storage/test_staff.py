"""Who answers: invitations that work once, roles that are read at every step, and what a copy tells of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.contact import Contact
from bot.core.house import House, Resigned, Role, Staff
from bot.core.invitation import LETTERS, PARTS
from bot.core.message import Address, fold
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import ANA, EVA, KEY, NOW, at, read_all, search, spellings, write

MUSA = ("porto-musa",)


async def role_of(store: Store, address: Address) -> Staff | None:
    """Return the role that a step of somebody finds."""

    def act(contact: Contact, house: House) -> tuple[Contact, Staff | None]:
        return contact, house.staff

    return await store.step(address, act)


async def moderator(store: Store, address: Address = ANA, groups: tuple[str, ...] = MUSA) -> Staff:
    """Make somebody a moderator."""
    assert await store.staff.redeem(await store.staff.invite(Role.MODERATOR, groups, NOW), address, NOW)
    staff = await role_of(store, address)
    assert staff
    return staff


async def test_a_code_has_a_hundred_bits_and_is_easy_to_read_aloud(store: Store) -> None:
    codes = [await store.staff.invite(Role.MODERATOR, MUSA, NOW) for _ in range(20)]
    assert len(set(codes)) == 20
    for code in codes:
        assert tuple(map(len, code.split("-"))) == PARTS
        assert set(code) <= {*LETTERS, "-"}
    assert len(LETTERS) ** sum(PARTS) > 2**98


async def test_it_makes_its_first_sender_a_moderator_of_that_group_and_nobody_else(store: Store) -> None:
    code = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    assert await store.staff.redeem(code, ANA, NOW)
    assert not await store.staff.redeem(code, EVA, NOW)
    assert not await store.staff.redeem(code, ANA, NOW)
    staff = await role_of(store, ANA)
    assert staff
    assert (staff.role, staff.groups, staff.address) == (Role.MODERATOR, MUSA, str(ANA))
    assert await role_of(store, EVA) is None


@pytest.mark.parametrize(("later", "works"), [(timedelta(hours=22), True), (timedelta(hours=24), False)])
async def test_it_works_for_a_day_and_no_longer(store: Store, later: timedelta, works: bool) -> None:  # noqa: FBT001 - a case
    code = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    assert await store.staff.redeem(code, ANA, NOW + later) is works


async def test_what_nobody_was_given_opens_nothing(store: Store) -> None:
    await store.staff.invite(Role.ADMIN, (), NOW)
    assert not await store.staff.redeem("aaaaa-aaaaa-aaaaa-aaaaa", ANA, NOW)


async def test_no_code_group_or_name_is_in_any_file(store: Store, path: Path) -> None:
    open_code = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    used = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    await store.staff.redeem(used, ANA, NOW)
    (staff,) = await store.staff.everyone()
    planted = [open_code, open_code.replace("-", ""), used, used.replace("-", ""), *MUSA, staff.designation, str(ANA)]
    assert read_all(path.parent)
    assert search(path.parent, [form for text in planted for form in spellings(text)]) == []


async def test_a_copy_of_the_database_cannot_be_used_to_make_a_role(store: Store, vault: Vault) -> None:
    code = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    ((index, sealed, until),) = await store._database.run(
        lambda connection: connection.execute("SELECT code, sealed, purge_at FROM invitation").fetchall()
    )
    assert index == vault.index("invitation", code)
    assert index != vault.index("notice", code)
    assert until == fold(NOW) + 24
    assert len(sealed) > 512


async def test_an_invitation_that_was_tampered_with_gives_no_role(store: Store) -> None:
    code = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    await store._database.commit_together(
        lambda connection: connection.execute("UPDATE invitation SET sealed = zeroblob(541)").rowcount
    )
    assert not await store.staff.redeem(code, ANA, NOW)


async def test_a_purge_takes_the_invitations_whose_day_is_over_and_no_others(store: Store, path: Path) -> None:
    old = await store.staff.invite(Role.MODERATOR, MUSA, NOW - timedelta(hours=24))
    young = await store.staff.invite(Role.MODERATOR, MUSA, NOW)
    index = Vault(KEY).index("invitation", old)
    await store.scrub()
    assert search(path.parent, [index])
    await store.purge(NOW)
    assert search(path.parent, [index]) == []
    assert await store.staff.redeem(young, ANA, NOW)


async def test_an_invitation_for_one_group_more_adds_it_and_her_two_words_stay(store: Store) -> None:
    first = await moderator(store)
    second = await moderator(store, groups=("raval", *MUSA))
    assert second.groups == ("porto-musa", "raval")
    assert second.designation == first.designation


async def test_nobody_loses_by_an_invitation_what_she_had(store: Store) -> None:
    first = await moderator(store)
    await store.staff.redeem(await store.staff.invite(Role.ADMIN, (), NOW), ANA, NOW)
    admin = await role_of(store, ANA)
    assert admin
    assert (admin.role, admin.designation) == (Role.ADMIN, first.designation)
    assert await moderator(store) == admin
    assert admin.may("any group")


async def test_a_group_has_as_many_moderators_as_it_needs_and_no_two_have_the_same_words(store: Store) -> None:
    people = [Address("telegram", str(number)) for number in range(12)]
    names = {(await moderator(store, each)).designation for each in people}
    assert len(names) == 12
    assert sorted(each.designation for each in await store.staff.everyone()) == sorted(names)


async def test_revoking_works_at_the_next_step(store: Store) -> None:
    staff, other = await moderator(store), await moderator(store, EVA)
    assert await store.staff.revoke(staff.designation, NOW)
    assert await role_of(store, ANA) is None
    assert await role_of(store, EVA) == other
    assert not await store.staff.revoke(staff.designation, NOW)


async def test_what_is_revoked_leaves_no_byte_after_a_scrub(store: Store, path: Path) -> None:
    staff = await moderator(store)
    rows = await store._database.run(lambda connection: connection.execute("SELECT key, sealed FROM staff").fetchall())
    pieces = [piece for key, sealed in rows for piece in (key, sealed[:32], sealed[-32:])]
    assert search(path.parent, pieces)
    await store.staff.revoke(staff.designation, NOW)
    await store.scrub()
    assert search(path.parent, pieces) == []


async def test_who_is_forgotten_has_no_role_any_more(store: Store) -> None:
    await moderator(store)

    class Forgotten:
        changes = (Resigned(),)

    await store.step(ANA, lambda *_: (Contact(), Forgotten()))
    assert await role_of(store, ANA) is None
    assert await store.staff.everyone() == []


async def test_a_record_that_expires_takes_no_role_with_it(store: Store) -> None:
    await write(store, ANA, at(1))
    staff = await moderator(store)
    await store.purge(NOW + timedelta(days=400))
    assert await role_of(store, ANA) == staff


async def test_a_role_that_was_tampered_with_is_none_and_stops_nobody(store: Store) -> None:
    await moderator(store)
    other = await moderator(store, EVA)
    key = store._vault.pseudonym(ANA)
    await store._database.commit_together(
        lambda connection: connection.execute("UPDATE staff SET sealed = zeroblob(541) WHERE key = ?", (key,)).rowcount
    )
    assert await role_of(store, ANA) is None
    assert await store.staff.everyone() == [other]
    assert (await moderator(store)).groups == MUSA


async def test_a_role_moved_to_another_row_opens_for_nobody(store: Store) -> None:
    await moderator(store)
    key = store._vault.pseudonym(EVA)
    await store._database.commit_together(
        lambda connection: connection.execute("UPDATE staff SET key = ?", (key,)).rowcount
    )
    assert await role_of(store, EVA) is None
