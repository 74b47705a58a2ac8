"""Buttons below what we wrote first: always known as such, and which of them leave nothing of what they stand below."""

from bot.core.message import token

_MARK = "_"
"""What such a button begins with: it is known as one also when nothing is left of what it was about."""
USED_UP = frozenset(
    {
        # A call, once she has taken it; one that she leaves to others is taken out of her chat by `decline`.
        "letter_take",
        # That somebody is there for her, once she has ended that or taken her yes back.
        *("letter_end", "letter_back"),
        # An offer, once she has gone where it leads.
        *("letter_support", "letter_duty"),
        # A question, once she has answered it.
        *("i_come", "not_this_time", "still_yes", "still_no"),
    }
)
"""What it says on the buttons that take what they stand below with them; below all other buttons it stays.

Somebody was told something there, and a screen that takes its place would be a screen that she cannot read it on.
"""


def beneath(*parts: str) -> str:
    """Name a button below what we wrote first, as `token` names a choice on a screen."""
    return f"{_MARK}{token(*parts)}"


def stays(pressed: str, said: str) -> bool:
    """Tell whether what bears a button stays where it is: `pressed` is its token, `said` the phrase on it, if known."""
    return pressed.startswith(_MARK) and said not in USED_UP
