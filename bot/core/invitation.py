"""What an invitation looks like when somebody types it or opens its link."""

from bot.core.message import Incoming, Kind
from bot.core.speech import normalise

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are read as others."""
PARTS = (5, 5, 5, 5)
"""Twenty of 31 letters: nobody finds one by trying."""
LONGEST_WRITTEN = 60
"""Characters of a code with whatever stands between its letters."""


def invitation_in(incoming: Incoming) -> str:
    """Return the code that came in, however she typed it; empty when it is none."""
    if incoming.kind not in (Kind.START, Kind.TEXT):
        return ""
    written = incoming.payload if incoming.kind is Kind.START else incoming.text
    if len(written) > LONGEST_WRITTEN:
        return ""
    letters = normalise(written).replace(" ", "")
    return spaced(letters) if len(letters) == sum(PARTS) and set(letters) <= set(LETTERS) else ""


def spaced(letters: str) -> str:
    """Return the letters of a code in parts that can be read aloud."""
    ends = [sum(PARTS[: number + 1]) for number in range(len(PARTS))]
    return "-".join(letters[end - length : end] for end, length in zip(ends, PARTS, strict=True))
