import random
from itertools import chain

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.contact import HANDLE_LIMIT, RECENT_LIMIT, TRAIL_LIMIT, Contact, Handle, Position
from bot.core.message import Address
from bot.storage.vault import KeyProblem, SealError, Vault
from tests.storage.example import ANA, HOUR, KEY, OTHER_KEY, addresses

ROW = b"r" * 32


@given(st.binary(max_size=9000), st.binary(max_size=40), st.sampled_from(("contact", "meta")))
def test_what_is_sealed_opens_unchanged_in_its_own_row(data: bytes, row: bytes, table: str) -> None:
    vault = Vault(KEY)
    assert vault.unseal(table, row, vault.seal(table, row, data)) == data


def test_every_flipped_bit_fails_closed(vault: Vault) -> None:
    sealed = vault.seal("contact", ROW, b"hers")
    for position, bit in ((position, bit) for position in range(len(sealed)) for bit in range(8)):
        forged = bytearray(sealed)
        forged[position] ^= 1 << bit
        with pytest.raises(SealError):
            vault.unseal("contact", ROW, bytes(forged))


def test_every_cut_or_longer_record_fails_closed(vault: Vault) -> None:
    sealed = vault.seal("contact", ROW, b"hers")
    for forged in chain((sealed[:length] for length in range(len(sealed))), (sealed + b"\0", b"\0" + sealed)):
        with pytest.raises(SealError):
            vault.unseal("contact", ROW, forged)


@pytest.mark.parametrize(
    ("table", "row"),
    [("contact", b"s" * 32), ("contact", ROW + b"r"), ("meta", ROW), ("contac", b"t" + ROW), ("contactr", ROW[1:])],
)
def test_a_record_moved_to_another_row_or_table_fails_closed(vault: Vault, table: str, row: bytes) -> None:
    sealed = vault.seal("contact", ROW, b"hers")
    with pytest.raises(SealError):
        vault.unseal(table, row, sealed)


def test_all_other_versions_are_refused(vault: Vault) -> None:
    sealed = vault.seal("contact", ROW, b"hers")
    for version in set(range(256)) - {sealed[0]}:
        with pytest.raises(SealError):
            vault.unseal("contact", ROW, bytes((version,)) + sealed[1:])


def test_the_record_of_another_key_is_refused_without_a_word_of_it(vault: Vault) -> None:
    sealed = Vault(OTHER_KEY).seal("contact", ROW, b"hers")
    with pytest.raises(SealError) as caught:
        vault.unseal("contact", ROW, sealed)
    assert "hers" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_same_data_is_never_sealed_twice_alike(vault: Vault) -> None:
    assert len({vault.seal("contact", ROW, b"hers") for _ in range(100)}) == 100


def test_the_nonce_comes_from_the_given_source() -> None:
    counted = Vault(KEY, random=lambda size: b"n" * size)
    assert counted.seal("contact", ROW, b"hers")[1:13] == b"n" * 12


def _anyone(chance: random.Random) -> Contact:
    """Return someone from a first greeting to a long evening, with ids as long as Telegram's or Signal's."""

    def name(length: int) -> str:
        return "".join(chance.choices("abcdefgh", k=length))

    def position() -> Position:
        return Position(name(12), name(12), chance.randrange(4))

    digits = chance.choice((4, 7, 13))
    hours = sorted(chance.randrange(HOUR - 47, HOUR + 1) for _ in range(chance.randrange(HANDLE_LIMIT + 1)))
    return Contact(
        language=chance.choice(("", "pt", "zh_Hant")),
        city=chance.choice(("", name(20))),
        position=position(),
        trail=tuple(position() for _ in range(chance.randrange(TRAIL_LIMIT + 1))),
        answers={name(8): name(chance.choice((2, 20, 200))) for _ in range(chance.randrange(8))},
        recent=tuple(name(12) for _ in range(chance.randrange(RECENT_LIMIT + 1))),
        handles=tuple(Handle(str(10**digits + number), hour) for number, hour in enumerate(hours)),
        seen=HOUR,
    )


def test_a_thousand_people_have_at_most_four_sizes(vault: Vault) -> None:
    chance = random.Random(7)  # noqa: S311 - the same thousand each time
    people = [orjson.dumps(_anyone(chance).to_dict()) for _ in range(1000)]
    assert len({len(each) for each in people}) > 500
    assert len({len(vault.seal("contact", ROW, each)) for each in people}) <= 4


@pytest.mark.parametrize("size", [0, 1, 507, 508, 509, 2044, 2045, 100_000])
def test_a_size_never_tells_the_length_of_what_is_inside(vault: Vault, size: int) -> None:
    padded = len(vault.seal("contact", ROW, b"x" * size)) - len(vault.seal("contact", ROW, b"")) + 512
    assert padded in {512 * 4**step for step in range(9)}
    assert padded >= size + 4


@given(addresses, addresses)
def test_a_pseudonym_belongs_to_one_address(one: Address, other: Address) -> None:
    vault = Vault(KEY)
    assert (vault.pseudonym(one) == vault.pseudonym(other)) == (one == other)


def test_pseudonyms_and_check_values_differ_by_key_and_purpose() -> None:
    one, other = Vault(KEY), Vault(OTHER_KEY)
    values = [
        one.pseudonym(ANA),
        other.pseudonym(ANA),
        one.check(),
        other.check(),
        one.pseudonym(Address("comadre", "")),
    ]
    assert len(set(values)) == len(values)
    assert {len(value) for value in values} == {32}
    assert one.pseudonym(ANA) == Vault(KEY).pseudonym(ANA)


def test_names_stay_what_they_are_in_every_database_there_is() -> None:
    vault = Vault(KEY)
    assert vault.pseudonym(ANA).hex() == "10ad7fd35f6e2d7e9c2a68fff42ca2b1e25dd718e29b650f381dd8182844040b"
    assert vault.index("group", "porto").hex() == "6d6b90d45a9dc8275c54f7e2ded8c99056351f3bc5e5f0baae83741e13b49d08"


def test_one_vault_opens_what_another_of_the_same_key_sealed() -> None:
    assert Vault(KEY).unseal("contact", ROW, Vault(KEY).seal("contact", ROW, b"hers")) == b"hers"


def test_a_vault_shows_nothing(vault: Vault) -> None:
    assert repr(vault) == str(vault) == f"{vault}" == "<Vault>"
    assert not hasattr(vault, "__dict__")


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_vault_takes_keys_of_one_length_only(length: int) -> None:
    with pytest.raises(KeyProblem, match="32"):
        Vault(bytes(length))
