"""What an invitation looks like when somebody types it or opens its link."""

import re

from bot.core.message import Incoming, Kind

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are read as others."""
PARTS = (5, 5, 5, 5)
"""Twenty of 31 letters: nobody finds one by trying."""

_CODE = re.compile("-".join(f"[{LETTERS}]{{{length}}}" for length in PARTS))


def invitation_in(incoming: Incoming) -> str:
    """Return the code that came in, however she typed it; empty when it is none."""
    written = incoming.payload if incoming.kind is Kind.START else incoming.text
    if incoming.kind not in (Kind.START, Kind.TEXT) or len(written) > 2 * sum(PARTS):
        return ""
    code = "-".join(re.findall(r"[a-z0-9]+", written.lower()))
    return code if _CODE.fullmatch(code) else ""
