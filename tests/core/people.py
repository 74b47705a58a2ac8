"""People in any state who do anything, for the tests of the engine."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.core.contact import HANDLE_LIMIT, RECENT_LIMIT, TRAIL_LIMIT, Contact, Handle, Position, Timer, Told
from bot.core.flow import Flow
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.terms import Terms
from tests.shipped import shipped

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
ANA = Address("telegram", "700000001")
OURS = (Kind.TIMER, Kind.AGAIN, Kind.INVITED, Kind.LIVING)
"""What the bot says to itself: she has done nothing."""
MARK = st.text("0123456789abcdef", min_size=12, max_size=12)

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
"""Also halves of surrogate pairs, which some keyboards send, and characters that nobody can see."""


library = shipped()
languages = library.speech.languages.values()
words = st.sampled_from(
    [
        *(word for language in languages for each in language.words.values() for word in each),
        *(keyword for flow in library.flows.values() for keyword in flow.keywords),
        *(keyword for need in library.directory.needs for keyword in need.keywords),
        *(name for city in library.directory.cities for name in (city.name, *city.aliases)),
        *(service.name for service in library.directory.services),
        *(name for language in languages for name in (language.name, *language.aliases)),
        *("1", "2", "12", "99", "0", "٣", "18:30", "metadone porto", "x" * 10_000, ""),
    ]
)
"""What means something: commands, keywords, cities, names, numbers."""


def _positions(*others: tuple[str, str]) -> st.SearchStrategy[Position]:
    nodes = [*((flow, node) for flow, body in library.flows.items() for node in body.nodes), *others]
    return st.builds(lambda at, page: Position(*at, page), st.sampled_from(nodes), st.integers(0, 99))


positions = _positions()
stale = _positions(("gone", "start"), ("find", "gone"))
"""Also where an edit has taken the ground away."""

contacts = st.builds(
    Contact,
    language=st.sampled_from(("", *library.speech.languages)),
    city=st.sampled_from(("", "gone", *library.cities)),
    position=st.none() | stale,
    trail=st.lists(stale, max_size=TRAIL_LIMIT).map(tuple),
    answers=st.dictionaries(
        st.sampled_from(("need", "welcome", "service", "found", "answer")),
        st.sampled_from((*library.services, *library.needs, "women_only", "children", "gone", "")),
        max_size=4,
    ),
    timer=st.none()
    | st.builds(
        Timer,
        st.integers(int(NOW.timestamp()) - 9000, int(NOW.timestamp()) + 9000),
        st.sampled_from([node for flow in library.flows.values() for node in flow.nodes]),
        st.just(str(ANA)),
    ),
    told=st.sampled_from(Told),
    recent=st.lists(MARK, max_size=RECENT_LIMIT).map(tuple),
    living=st.lists(st.sampled_from("123456789"), max_size=3, unique=True).map(tuple),
    handles=st.lists(
        st.builds(Handle, st.integers(0, 10**6).map(str), st.just(fold(NOW))), max_size=HANDLE_LIMIT // 10
    ).map(tuple),
    seen=st.integers(fold(NOW) - 800, fold(NOW)),
) | st.builds(
    lambda position, group, terms, is_asked: replace(
        Contact("pt", "porto", position, answers={"group": group, "meeting": "2026-11-25"}, seen=fold(NOW)),
        memberships={group: terms},
        address=str(ANA),
        is_asked=is_asked,
    ),
    st.none() | stale,
    st.sampled_from(("gone", "trial-porto")),
    st.sampled_from((Terms(), Terms("quiet"))),
    st.booleans(),
)
"""Anyone whom the store may hold."""

_number = st.integers(1, 40).map(str)
_rest = {
    "locale": st.sampled_from(("", "en", "pt-BR", "es_ES", "zz", "é")),
    "handle": st.integers(1, 10**9).map(str),
}
_texts = st.builds(Incoming, st.just(ANA), st.just(Kind.TEXT), _number, text=words | anything, **_rest)
_presses = st.builds(
    Incoming,
    st.just(ANA),
    st.just(Kind.PRESS),
    _number,
    token=st.integers(0, 20).map(lambda number: f"#{number}") | MARK | st.sampled_from(("", "é" * 32)),
    press=st.just("p"),
    **_rest,
)
_others = st.builds(
    Incoming,
    st.just(ANA),
    st.sampled_from([kind for kind in Kind if kind not in (Kind.TEXT, Kind.PRESS, *OURS)]),
    _number,
    payload=st.sampled_from(("", "pt-porto", "es", "en-nowhere", "-", "pt-viana-do-castelo")) | anything,
    **_rest,
)
hers = st.one_of(_texts, _presses, _others)
"""Anything that she may do; a press of `#n` is one of the n-th button on her screen."""
incomings = hers | st.builds(Incoming, st.just(ANA), st.sampled_from(OURS), st.just("ours"))


def with_flow(library: Library, **nodes: dict[str, object]) -> Library:
    """Return the library with one more flow, `trial`."""
    flow = Flow.model_validate({"spec": 1, "title": "x", "reviewed": "2026-11-21", "nodes": nodes})
    return replace(library, flows={**library.flows, "trial": flow})
