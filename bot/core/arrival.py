"""What arriving at a place does by itself: where it leads on to, and what she is told there once."""

from dataclasses import replace

from bot.core.contact import Contact, Timed, Told
from bot.core.house import House
from bot.core.library import Library
from bot.core.message import Incoming, Kind
from bot.core.rooms import UNTRUE
from bot.core.stage import Stage

NOBODY = "none"
"""The case of a `switch` for what is not known."""
OTHERWISE = "else"


def passage(stage: Stage) -> str | None:
    """Return where a node goes on to by itself, `None` where she stays."""
    node = stage.node
    if elsewhere := instead(stage):
        return elsewhere
    for subject, cases in node.switch.items():
        return cases.get(stage.known(subject) or NOBODY) or cases.get(OTHERWISE, "start.menu")
    if node.empty and not stage.listed:
        return node.empty
    return node.go if node.is_passing else None


def instead(stage: Stage) -> str:
    """Return where to go because what stands there is not so any more, nothing where it is."""
    is_untrue = UNTRUE.get(replace(stage.position, page=0))
    return is_untrue(stage) if is_untrue else ""


def told(contact: Contact, stage: Stage) -> Told:
    """Give the notice at the first screen that it is due on, and at no other."""
    if contact.told:
        return Told.GIVEN
    return Told.HERE if stage.is_readable else Told.DUE


def timed(contact: Contact, stage: Stage) -> Timed:
    """Say what disappears on the first screen after it was set, not in the middle of an emergency."""
    if contact.timed is Timed.SET and not stage.is_urgent:
        return Timed.HERE
    return Timed.GIVEN if contact.timed is Timed.HERE else contact.timed


def language(library: Library, incoming: Incoming, house: House) -> str:
    """Return how to greet her: who is invited, in what she was invited to answer in, her own first if it is known."""
    own = library.speech.negotiate(incoming.locale)
    invited = house.staff.languages if house.staff and incoming.kind is Kind.INVITED else ()
    known = [each for each in invited if each in library.speech.languages]
    is_hers = incoming.locale.partition("-")[0].lower() == own  # Signal says none
    return own if not known or (is_hers and own in known) else known[0]


def stopped(house: House, address: str) -> str:
    """Name the phrase that says what else ends for who stops; nothing where she has nothing open."""
    live, staff = [each for each in house.conversations if each.is_live], house.staff
    if hers := next((each for each in live if each.woman == address), None):
        return "stopped_talk" if hers.is_open else "stopped_asked"
    if staff and any(each.seat_of(staff.designation) for each in live):
        return "stopped_staff"
    return "duty_is_off" if staff and staff.duty_until else ""
