"""Where a woman may stand on the way of company, of a referral and after a visit, for walks that come there."""

from collections.abc import Iterator, Mapping

from bot.core.contact import Position
from bot.core.house import House, Role, Staff
from bot.core.library import Library

FLOWS = ("company", "referral", "visit")


def errands(library: Library, service: str) -> Iterator[tuple[Position, Mapping[str, str], House]]:
    """Name each node where she can rest, with a place before her whose people answer, and peers who do."""
    lines = tuple(each.id for each in library.directory.lines)
    staff = Staff("bold wren", Role.PARTNER, address="telegram:9", lines=lines)
    answers = {"service": service, "visit": service, "refused_by": service, "purpose": "shelter", "helps": "papers"}
    for flow in FLOWS:
        for name, node in library.flows[flow].nodes.items():
            if not node.is_passing:
                yield Position(flow, name), answers, House(team=(staff,))
