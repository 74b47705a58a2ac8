"""What a platform is like, as far as the conversation depends on it."""

NUMBERED = frozenset(("signal",))
"""Channels without buttons: what can be chosen is numbered."""
DISAPPEARING = frozenset(("signal",))
"""Channels where both sides' messages can disappear by themselves after a time."""
OURS_ONLY = frozenset(("signal",))
"""Channels where only what we wrote can be deleted by us."""
AFRESH = frozenset(("signal",))
"""Channels where nothing is changed in its place: the old is deleted, and the new comes as a message of its own."""
SPARING = frozenset(("signal",))
"""Channels that throttle whoever writes much: what nobody waits for is not sent there."""

_NUMBERS = frozenset(("number", "day", "time"))


def counts(channel: str, asked: str | None) -> bool:
    """Tell whether a number is her answer here, so that no choice can have one."""
    return channel in NUMBERED and asked in _NUMBERS
