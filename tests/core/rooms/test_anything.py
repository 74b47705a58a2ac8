"""Whatever a moderator or a member does, wherever she is and whatever is half done: no error, and no group but hers."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.contact import Contact, Position
from bot.core.engine import respond
from bot.core.house import Announced, House, Settled
from bot.core.message import Incoming, Kind, fold
from bot.core.question import About
from bot.core.stage import Stage
from tests.core.people import ANA, anything, hers
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, staff, with_groups
from tests.core.rooms.test_every_screen import MEETING, PLACES, QUESTIONS, STATE, at

LIBRARY = with_groups()
ANSWERS = {
    "group": (MUSA, NIGHT, RAVAL, "gone"),
    "meeting": (MEETING, "2026-12-02", "x20261122T2000", "2026-11-18", "gone"),
    "question": ("free", "agreement closed", "gone"),
    "day": ("2026-11-25", "2026-11-26", "2027-03-28", "2020-01-01", "soon"),
    "time": ("18:00", "01:30", "25:00"),
    "doing": ("move", "add", "ask"),
    "about": (*(about.value for about in About), "gone"),
    "needed": ("0", "3", "999999999"),
    "ballot_in": ("es", "gone"),
    "typed": ("Park", "x" * 500),
    "choice": ("0", "4", "99", "x"),
    "item": ("gone",),
    "seen": ("gone",),
}
known = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in ANSWERS.items()})


@st.composite
def people(draw: st.DrawFn) -> tuple[Contact, House]:
    """Return somebody in the middle of something, who may answer for some groups."""
    position = draw(st.sampled_from(PLACES))
    contact = at(position, draw(st.sampled_from(("en", "pt", "es"))), draw(st.sampled_from(QUESTIONS)))
    kept = contact.answers if draw(st.booleans()) else {}
    contact = replace(contact, answers={**kept, **draw(known)}, seen=fold(NOW))
    if draw(st.booleans()):
        contact = contact.with_memberships({}, "")
    groups = draw(st.sampled_from(((), (MUSA,), (RAVAL, NIGHT))))
    return contact, House({MUSA: STATE}, staff=staff(*groups) if draw(st.booleans()) else None)


@settings(max_examples=400)
@given(people(), st.lists(hers, max_size=3), anything)
def test_nothing_that_she_does_is_an_error_or_reaches_another_group(
    someone: tuple[Contact, House], steps: list[Incoming], text: str
) -> None:
    contact, house = someone
    may = house.staff.groups if house.staff else ()
    steps = [*steps, Incoming(ANA, Kind.TEXT, "last", text=text)]
    for number, step in enumerate(steps):
        incoming = replace(_aimed(step, contact, house), id=f"{number}")
        turn = respond(LIBRARY, contact, incoming, NOW, house)
        for change in turn.changes:
            if isinstance(change, Announced):
                assert set(change.notice.groups) <= set(may)
            if isinstance(change, Settled) and change.state.plan != house.state(change.group).plan:
                assert change.group in may
        contact, house = turn.contact, house.after(turn.changes)
        if incoming.kind is Kind.TAKEN_BACK:
            assert turn.screen is None
            continue
        assert turn.screen
        assert all(text.strip() for text in turn.screen.texts)


def _aimed(step: Incoming, contact: Contact, house: House) -> Incoming:
    """Let a press of `#n` be one of the n-th button on her screen."""
    if step.kind is not Kind.PRESS or not step.token.startswith("#"):
        return step
    position = contact.position or Position("start", "menu")
    stage = Stage(LIBRARY, contact, position, "telegram", NOW, house, str(ANA))
    if not stage.admits(position) or LIBRARY.node(position) is None:
        return step
    items = stage.shown
    return replace(step, token=items[int(step.token[1:]) % len(items)].token) if items else step
