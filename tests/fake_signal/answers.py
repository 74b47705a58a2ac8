"""What signal-cli answers to each call, and what becomes of it on the phones."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fake_signal.phone import Message, Phone

Payload = dict[str, Any]

_TO = {"recipient"}
PARAMETERS: dict[str, set[str]] = {
    "version": set(),
    "listAccounts": set(),
    "subscribeReceive": set(),
    "unsubscribeReceive": {"subscription"},
    "send": _TO
    | {"message", "textStyle", "attachment", "quoteTimestamp", "quoteAuthor", "quoteMessage", "editTimestamp"}
    | {"viewOnce", "noUrgent", "voiceNote"},
    "sendReaction": _TO | {"emoji", "targetAuthor", "targetTimestamp", "remove"},
    "remoteDelete": _TO | {"targetTimestamp"},
    "sendTyping": _TO | {"stop"},
    "sendReceipt": _TO | {"targetTimestamp", "type"},
    "updateContact": _TO | {"expiration"},
    "removeContact": _TO | {"forget", "hide"},
    "listContacts": _TO | {"allRecipients", "blocked", "name", "detailed", "internal"},
    "getAttachment": {"id", "recipient"},
    "submitRateLimitChallenge": {"challenge", "captcha"},
}
"""What each method takes, beside the account."""
_OF_NO_ACCOUNT = {"version", "listAccounts"}
_ONLY = {
    "IDENTITY_FAILURE": (-4, " due to untrusted identities"),
    "RATE_LIMIT_FAILURE": (-5, " due to rate limiting"),
}
_STYLE = re.compile(r"(\d+):(\d+):(.+)")
_STYLES = {"BOLD", "ITALIC", "SPOILER", "STRIKETHROUGH", "MONOSPACE", "NONE"}
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(;[\w-]+=[^;,]+)*;base64,(.*)", re.DOTALL)


class RefusedError(Exception):
    """An error answer."""

    def __init__(self, code: int, message: str, data: Payload | None = None) -> None:
        """Keep what the client gets."""
        super().__init__(message)
        self.answer = {"code": code, "message": message, "data": data}


@dataclass(frozen=True, slots=True)
class Failure:
    """What Signal says of one recipient, as `RATE_LIMIT_FAILURE`, `IDENTITY_FAILURE` or `UNREGISTERED_FAILURE`."""

    type: str
    token: str = ""
    retry_after: int = 0


OFFLINE = Failure("NETWORK_FAILURE")
THROTTLED = Failure("RATE_LIMIT_FAILURE", "a1b2c3", 86400)


class Answers:
    """The accounts, the people that the daemon knows, and a method for each call."""

    def __init__(self, accounts: tuple[str, ...], version: str, clock: Callable[[], float]) -> None:
        """Have these accounts, and know nobody."""
        self.accounts = accounts
        self.version = version
        self.clock = clock
        self.refuse: dict[str, Failure] = {}
        """What becomes of messages to someone; to everybody under `*`."""
        self.is_captcha_accepted = True
        self.complaints: list[str] = []
        self.phones: dict[str, Phone] = {}
        self.contacts: dict[str, int] = {}
        """The daemon's own list of people, and its timer for each."""
        self.attachments: dict[str, bytes] = {}
        self._last = 0

    def now(self) -> int:
        """Return a time that no message has yet."""
        self._last = max(self._last + 1, int(self.clock() * 1000))
        return self._last

    def answer(self, method: str, params: Payload) -> Any:
        """Return the result of a call; raises `RefusedError`."""
        return getattr(self, f"_{method}")(params)

    def check(self, method: str, params: Payload) -> None:
        """Refuse a call that the daemon would refuse, and complain of one that it would misunderstand."""
        if method not in PARAMETERS:
            raise RefusedError(-32601, "Method not implemented")
        account = params.get("account")
        if account is not None and account not in self.accounts:
            raise RefusedError(-32602, "Specified account does not exist")
        if method not in _OF_NO_ACCOUNT and account is None and len(self.accounts) != 1:
            raise RefusedError(-32602, "Method requires valid account parameter")
        for name in params.keys() - PARAMETERS[method] - {"account"}:
            self.complaints.append(f"{method} has no {name}")

    def _version(self, _params: Payload) -> Payload:
        return {"version": self.version}

    def _listAccounts(self, _params: Payload) -> list[Payload]:  # noqa: N802 - named after the method
        return [{"number": each} for each in self.accounts]

    def _send(self, params: Payload) -> Payload:
        text, files = params.get("message", ""), _list(params.get("attachment"))
        styles = _list(params.get("textStyle"))
        if not text and not files:
            raise RefusedError(
                -1, "Sending empty message is not allowed, either a message, attachment or sticker must be given."
            )
        if "quoteTimestamp" in params and "quoteAuthor" not in params:
            raise RefusedError(-1, "Quote author parameter is missing")
        self._instants(params, "quoteTimestamp", "editTimestamp")
        self._check_styles(text, styles)
        for each in files:
            self._check_file(each)
        at = self.now()
        result = self._delivered(params, at)
        for phone in self._reached(params):
            edited = phone.messages.get(params.get("editTimestamp", 0))
            if edited:
                edited.text, edited.styles, edited.is_edited = text, styles, True
                continue
            phone.messages[at] = Message(
                at,
                mine=True,
                text=text,
                styles=styles,
                attachments=files,
                quote=params.get("quoteTimestamp", 0),
                is_voice=bool(params.get("voiceNote")),
                timer=phone.timer,
            )
            phone.is_typing = False
        return result

    def _sendReaction(self, params: Payload) -> Payload:  # noqa: N802
        self._instants(params, "targetTimestamp", needed=True)
        for phone in self._reached(params):
            phone.reactions[params["targetTimestamp"]] = "" if params.get("remove") else params["emoji"]
        return self._delivered(params, self.now())

    def _remoteDelete(self, params: Payload) -> Payload:  # noqa: N802
        self._instants(params, "targetTimestamp", needed=True)
        result = self._delivered(params, self.now())
        for phone in self._reached(params):
            message = phone.messages.get(params["targetTimestamp"])
            if message and message.mine:
                message.text, message.styles, message.attachments, message.is_deleted = "", [], [], True
        return result

    def _sendTyping(self, params: Payload) -> Payload:  # noqa: N802
        for phone in self._reached(params):
            phone.is_typing = not params.get("stop")
        return self._delivered(params, self.now())

    def _sendReceipt(self, params: Payload) -> Payload:  # noqa: N802
        if params.get("type", "read") not in ("read", "viewed"):
            raise RefusedError(-1, f"Unknown receipt type: {params['type']}")
        for phone in self._reached(params):
            phone.read += _list(params["targetTimestamp"])
        return self._delivered(params, self.now())

    def _updateContact(self, params: Payload) -> Payload:  # noqa: N802
        self.contacts.setdefault(params["recipient"], 0)
        if "expiration" in params:
            self.contacts[params["recipient"]] = params["expiration"]
            self.phones.setdefault(params["recipient"], Phone()).timer = params["expiration"]
        return {}

    def _removeContact(self, params: Payload) -> Payload:  # noqa: N802
        if params.get("forget"):
            self.contacts.pop(params["recipient"], None)
        return {}

    def _listContacts(self, params: Payload) -> list[Payload]:  # noqa: N802
        wanted = _list(params.get("recipient")) or list(self.contacts)
        known = [(each, self.contacts[each]) for each in wanted if each in self.contacts]
        return [{"number": None, "uuid": each, "name": "Ana", "messageExpirationTime": timer} for each, timer in known]

    def _getAttachment(self, params: Payload) -> Payload:  # noqa: N802
        data = self.attachments.get(params["id"])
        if data is None:
            raise RefusedError(-1, f"Could not find attachment with ID: {params['id']}")
        return {"data": base64.b64encode(data).decode()}

    def _submitRateLimitChallenge(self, params: Payload) -> Payload:  # noqa: N802
        if not self.is_captcha_accepted or not params["captcha"].startswith("signalcaptcha://"):
            why = "it may be outdated, already used or solved from a different IP address."
            raise RefusedError(-6, f"Captcha rejected, {why}")
        self.refuse = {who: each for who, each in self.refuse.items() if each.token != params["challenge"]}
        return {}

    # --- what Signal makes of it -------------------------------------------------------------------------------------

    def _failure(self, who: str) -> Failure | None:
        return self.refuse.get(who) or self.refuse.get("*")

    def _reached(self, params: Payload) -> list[Phone]:
        found = [who for who in _list(params.get("recipient")) if not self._failure(who)]
        return [self.phones.setdefault(who, Phone()) for who in found]

    def _delivered(self, params: Payload, at: int) -> Payload:
        """Return the result of each recipient; an error only when nobody was reached."""
        recipients = _list(params.get("recipient"))
        if not recipients:
            raise RefusedError(-1, "No recipients given")
        failures = [self._failure(who) for who in recipients]
        results = [_result(who, failure) for who, failure in zip(recipients, failures, strict=True)]
        answer: Payload = {"timestamp": at, "results": results}
        if None in failures:
            return answer
        kinds = {failure.type for failure in failures if failure}
        code, why = _ONLY.get(kinds.pop(), (-1, "")) if len(kinds) == 1 else (-1, "")
        raise RefusedError(code, f"Failed to send message{why}", {"response": answer})

    def _instants(self, params: Payload, *names: str, needed: bool = False) -> None:
        for name in names:
            value = params.get(name)
            if value is None and needed:
                raise RefusedError(-32603, "null (NullPointerException)")
            if value is not None and (type(value) is not int or value < 2**31):
                raise RefusedError(-32603, "class java.lang.Integer cannot be cast (ClassCastException)")

    def _check_styles(self, text: str, styles: list[str]) -> None:
        length = len(text.encode("utf-16-le")) // 2
        for each in styles:
            found = _STYLE.fullmatch(each)
            if not found:
                raise RefusedError(-1, f"Invalid textStyle syntax ({each}) expected 'start:length:STYLE'")
            if found[3] not in _STYLES:
                raise RefusedError(-1, f"Invalid style: {found[3]}")
            if int(found[1]) + int(found[2]) > length:
                self.complaints.append("a style goes beyond the end of the text")

    def _check_file(self, file: str) -> None:
        found = _DATA_URI.fullmatch(file)
        try:
            is_good = bool(base64.b64decode(found[2], validate=True)) if found else Path(file).is_file()
        except (binascii.Error, ValueError, OSError):
            is_good = False
        if not is_good:
            self.complaints.append("an attachment is neither a file nor a data URI")


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _result(who: str, failure: Failure | None) -> Payload:
    number = who if who.startswith("+") else None
    address = {"uuid": None if number else who, "number": number, "username": None}
    if failure is None:
        return {"recipientAddress": address, "type": "SUCCESS"}
    # An outage looks like an account that is gone where only a number is known.
    kind = "UNREGISTERED_FAILURE" if number and failure == OFFLINE else failure.type
    token = {"token": failure.token} if failure.token else {}
    after = {"retryAfterSeconds": failure.retry_after} if failure.retry_after else {}
    return {"recipientAddress": address, "type": kind, **token, **after}
