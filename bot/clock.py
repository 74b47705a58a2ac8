"""The time, passed in everywhere, so that a test or the preview page can set it."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's time, or another that runs at the same pace from a chosen moment."""

    def __init__(self) -> None:
        """Start with the machine's own time."""
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC) + self._ahead

    def set(self, at: datetime | None) -> None:
        """Go to `at`, or back to the machine's time."""
        self._ahead = at - datetime.now(UTC) if at else timedelta()
