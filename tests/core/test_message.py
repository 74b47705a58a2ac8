"""What crosses the border: addresses, tokens, hours."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.core.message import Address, Incoming, Kind, fold, token


@given(st.from_regex(r"[a-z]+", fullmatch=True), st.text())
def test_an_address_reads_back_whatever_its_id_holds(channel: str, identifier: str) -> None:
    address = Address(channel, identifier)
    assert Address.parse(str(address)) == address


def test_what_she_said_is_not_in_what_a_log_would_show() -> None:
    assert "planted" not in repr(Incoming(Address("telegram", "1"), Kind.TEXT, "1", text="planted"))


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_a_token_is_short_opaque_and_of_its_parts_in_their_order(one: list[str], other: list[str]) -> None:
    assert len(token(*one)) == 12
    assert (token(*one) == token(*other)) == ("\x1f".join(one) == "\x1f".join(other))


def test_an_hour_is_the_finest_that_is_kept_and_the_same_in_every_zone() -> None:
    at = datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC)
    assert (
        fold(at)
        == fold(at.replace(minute=0, second=0))
        == fold(at.astimezone(timezone(timedelta(hours=5, minutes=30))))
    )
    assert fold(at + timedelta(seconds=1)) == fold(at) + 1
