"""What signal-cli's answers mean for whoever wanted something sent, in fixed words: its own may name people."""

import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import SendError
from bot.channels.signal_daemon import DaemonError

UNTRUSTED, RATE_LIMIT, CAPTCHA_REJECTED, IO = -4, -5, -6, -3
INVALID_PARAMS, INTERNAL = -32602, -32603
"""Codes of the daemon's errors."""
UNSAID = 300.0
"""Seconds to wait where Signal says that it wants less, and not for how long."""

_TOKEN = re.compile(r"[\w.:-]{1,200}", re.ASCII)


class ThrottledError(SendError):
    """Signal wants less from this account: nobody in particular is concerned."""

    def __init__(self, after: float, challenge: str = "") -> None:
        """Keep what the operator needs: with the `challenge` a person can solve, it ends sooner."""
        super().__init__("Signal asks to wait", retryable=True, after=after or UNSAID)
        self.challenge = challenge


def handle_in(answer: Any) -> str:
    """Return the handle of a message that was sent; raises `SendError` when it reached nobody."""
    answer = answer if isinstance(answer, Mapping) else {}
    if failure := _failure_in(answer):
        raise failure
    at = answer.get("timestamp")
    return str(at) if type(at) is int else ""


def meaning(error: DaemonError) -> SendError:
    """Say what a refusal means: by the results that come with it, else by its code."""
    response = error.data.get("response")
    if failure := _failure_in(response if isinstance(response, Mapping) else error.data):
        return failure
    match error.code:
        case code if code in (RATE_LIMIT, CAPTCHA_REJECTED):
            return ThrottledError(0.0)
        case code if code == UNTRUSTED:
            return _changed()
        case code if code == INVALID_PARAMS:
            return SendError("signal-cli does not know the account", retryable=True)
        case code if code in (IO, INTERNAL):
            return SendError("signal-cli does not reach Signal", retryable=True)
    return SendError("signal-cli refused")


def _failure_in(answer: Mapping[str, Any]) -> SendError | None:
    """Return why it reached nobody, `None` where it did or where nothing is said of that."""
    results = answer.get("results")
    results = [each for each in results if isinstance(each, Mapping)] if isinstance(results, list) else []
    if not results or any(each.get("type") == "SUCCESS" for each in results):
        return None
    return _failure(results[0])


def _failure(result: Mapping[str, Any]) -> SendError:
    match result.get("type"):
        case "IDENTITY_FAILURE":
            return _changed()
        case "RATE_LIMIT_FAILURE":
            after, token = result.get("retryAfterSeconds"), result.get("token")
            seconds = float(after) if type(after) is int else 0.0
            return ThrottledError(seconds, token if isinstance(token, str) and _TOKEN.fullmatch(token) else "")
        case "UNREGISTERED_FAILURE":  # said of everybody while Signal is out of reach, so never the end of anybody
            return SendError("Signal finds nobody there for now", retryable=True)
    return SendError("Signal is out of reach", retryable=True)


def _changed() -> SendError:
    return SendError("the identity has changed", changed=True)
