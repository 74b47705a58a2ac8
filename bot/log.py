"""Logs that cannot tell on anyone: an allowed event, counts, and of an error its type and place."""

import logging
import re
import sys
import traceback
from types import TracebackType

EVENTS = logging.getLogger("comadre")
"""The only logger whose words are written; libraries are heard from WARNING on, without their words."""

_TOKEN = re.compile(r"\d{5,}(?::|%3A)[\w-]{20,}")


class Allowed(logging.Formatter):
    """Writes our own messages, and of everyone else's only where they come from."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line without arguments, messages or values that are not ours."""
        said = record.getMessage() if record.name.startswith(EVENTS.name) else f"({record.module}:{record.lineno})"
        place = f" {place_of(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else ""
        line = f"{record.levelname.lower()} {record.name}: {said}{place}"
        return _TOKEN.sub("[token]", line).replace("\n", " ")


def place_of(error: BaseException) -> str:
    """Return the type of an error and the line of ours that raised it, never its words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = next((frame for frame in reversed(frames) if "/bot/" in frame.filename), frames[-1] if frames else None)
    place = f" at {ours.filename.rpartition('/')[2]}:{ours.lineno}" if ours else ""
    return f"{type(error).__name__}{place}"


def set_up(level: str) -> None:
    """Send our events to standard error from `level` on, and others' from WARNING on."""
    # A line that cannot be written would be shown raw, with all its arguments.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Allowed())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    EVENTS.setLevel(level)
    sys.excepthook = _report


def _report(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    EVENTS.critical("stopped by %s", place_of(error))
