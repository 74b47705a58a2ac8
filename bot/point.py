"""What `comadre doctor` finds, one thing at a time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One thing looked at, and what was found, in words."""

    subject: str
    said: str
    is_good: bool = True
