"""The door: what of a Signal envelope comes in, and nothing that says who she is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.core.message import Address, Incoming, Kind, Media

TEXT_LIMIT = 4096
LONGEST_TIMER = 2**31
"""Seconds, and more than any app offers."""
LATEST = 2**63
"""Milliseconds since 1970; what is not below is no time."""

_ACI = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# An ending comes from the name that she gave the file, so only a short one gets in.
_REF = re.compile(r"[A-Za-z0-9_-]{1,120}(\.[A-Za-z0-9]{1,5})?")
_VARIANT = "\ufe0f"
_NUMBERS = {**{f"{digit}\u20e3": str(digit) for digit in range(1, 10)}, "\U0001f51f": "10"}
_LONG_TEXT = "text/x-signal-plain"
"""The rest of a long message; the daemon has put it into the text already."""
_HOUR = 3_600_000
_SETTLED = frozenset({"ProtocolDuplicateMessageException", "DuplicateMessageException", "SelfSendException"})
"""Failures that are none: the daemon has had the message before, or it is our own."""
_UNTRUSTED = "UntrustedIdentity"
_MARKS = ("isVoiceNote", "voiceNote")
"""How versions of the daemon tell a voice note from other sound; older ones do not."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewTimer:
    """She has changed after how many seconds messages of this chat disappear; 0 keeps them."""

    address: Address
    seconds: int


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """Her keys are not those that we knew: she has a new phone, or somebody is in between."""

    address: Address
    incoming: Incoming
    """What she wrote, which cannot be read."""


def read(params: Any, account: str) -> Incoming | NewTimer | NewIdentity | None:
    """Return what concerns us, `None` for the rest; no JSON that the daemon may write raises anything.

    Fields are picked by name: what is not named here, and so every name, number and profile, never gets in.
    """
    params = unwrapped(params)
    envelope = _part(params, "envelope")
    address = _address(envelope)
    if address is None or not _is_for(params, envelope, account):
        return None
    sent_at = _instant(envelope.get("timestamp"))
    edit, data = _part(envelope, "editMessage"), _part(envelope, "dataMessage")
    if edit:
        return _edit(address, edit, sent_at)
    if data:
        return _message(address, data, sent_at)
    failure = params.get("exception")
    return _unreadable(address, failure, sent_at) if failure and not _names_more(envelope) else None


def unwrapped(params: Any) -> Body:
    """Return what a notification is about, whether we subscribed for it or get it unasked."""
    params = _mapping(params)
    return _mapping(params["result"]) if "subscription" in params and "result" in params else params


def sender_of(params: Any) -> str:
    """Tell whose notification it is, only to keep those of one person in order."""
    envelope = _part(unwrapped(params), "envelope")
    return _string(envelope.get("sourceUuid")).lower() or _string(envelope.get("source"))


def timer_of(params: Any) -> int | None:
    """Return after how many seconds this message of hers disappears (0: never), `None` when it does not say.

    Whoever comes with a timer of her own keeps it.
    """
    envelope = _part(unwrapped(params), "envelope")
    data = _part(envelope, "dataMessage") or _part(_part(envelope, "editMessage"), "dataMessage")
    return None if data.get("groupInfo") else _seconds(data.get("expiresInSeconds"))


def _message(address: Address, data: Body, sent_at: int) -> Incoming | NewTimer | None:
    at = _instant(data.get("timestamp")) or sent_at
    if not at or data.get("groupInfo"):
        return None
    if data.get("isExpirationUpdate") is True:
        seconds = _seconds(data.get("expiresInSeconds"))
        return None if seconds is None else NewTimer(address, seconds)
    blank = Incoming(address, Kind.TEXT, f"{address.id} {at}", handle=str(at))
    for name, reader in _READERS.items():
        if data.get(name):
            return reader(blank, data[name])
    return _content(replace(blank, reply_to=_handle(_part(data, "quote").get("id"))), data)


def _edit(address: Address, edit: Body, sent_at: int) -> Incoming | None:
    """Let an edit in: her app names the message as it was before, which may be an edit, and calls it anew by `at`."""
    data, handle = _part(edit, "dataMessage"), _handle(edit.get("targetSentTimestamp"))
    at = _instant(data.get("timestamp")) or sent_at
    if not at or not handle or data.get("groupInfo"):
        return None
    blank = Incoming(address, Kind.EDIT, f"{address.id} {at}", handle=handle, renamed=str(at))
    content = None if data.get("viewOnce") else _content(blank, data)
    return replace(content, kind=Kind.EDIT) if content else blank


def _unreadable(address: Address, failure: Any, at: int) -> Incoming | NewIdentity | None:
    """Answer once an hour, by the id: her phone's receipt for that answer may be unreadable too."""
    name = _string(_mapping(failure).get("type"))
    if not at or name in _SETTLED:
        return None
    incoming = Incoming(address, Kind.FILE, f"{address.id} unreadable {at // _HOUR}", handle=str(at))
    return NewIdentity(address, incoming) if _UNTRUSTED in name else incoming


def _taken_back(blank: Incoming, deletion: Any) -> Incoming | None:
    handle = _handle(_mapping(deletion).get("timestamp"))
    return replace(blank, kind=Kind.TAKEN_BACK, handle=handle) if handle else None


def _reaction(blank: Incoming, reaction: Any) -> Incoming | None:
    """Take a number below a message of ours as if she had typed it; `reply_to` says below which."""
    reaction = _mapping(reaction)
    number = _NUMBERS.get(_string(reaction.get("emoji")).replace(_VARIANT, ""))
    is_hers = _string(reaction.get("targetAuthorUuid")).lower() == blank.address.id
    if not number or is_hers or reaction.get("isRemove"):
        return None
    return replace(blank, text=number, handle="", reply_to=_handle(reaction.get("targetSentTimestamp")))


def _seen_once(blank: Incoming, _is_so: Any) -> Incoming:
    """Leave it where it lies, with all that is written below: she wants it to be seen once, and not to be passed on."""
    return replace(blank, kind=Kind.FILE)


_READERS: dict[str, Callable[[Incoming, Any], Incoming | None]] = {
    "remoteDelete": _taken_back,
    "reaction": _reaction,
    "viewOnce": _seen_once,
    "sticker": lambda blank, _: replace(blank, kind=Kind.STICKER),
    "contacts": lambda blank, _: replace(blank, kind=Kind.CARD),
}


def _content(blank: Incoming, data: Body) -> Incoming | None:
    text = _string(data.get("message"))[:TEXT_LIMIT]
    found = data.get("attachments")
    files = [_mapping(each) for each in found] if isinstance(found, list) else []
    kinds = [(_kind(each), each) for each in files if not text or each.get("contentType") != _LONG_TEXT]
    if not kinds:
        return replace(blank, text=text) if text else None
    # Of several, the one that a peer can hear or see.
    kind, file = min(kinds, key=lambda each: _FIRST.index(each[0]))
    media = _media(kind, file)
    return replace(blank, kind=kind, text=text if media else "", media=media, has_more=len(kinds) > 1)


_FIRST = (Kind.VOICE, Kind.PICTURE, Kind.FILE)


def _kind(file: Body) -> Kind:
    family = _string(file.get("contentType")).lower().partition("/")[0]
    if family == "audio":
        said = next((file[mark] for mark in _MARKS if isinstance(file.get(mark), bool)), True)
        return Kind.VOICE if said else Kind.FILE
    return Kind.PICTURE if family == "image" else Kind.FILE


def _media(kind: Kind, file: Body) -> Media | None:
    ref = _string(file.get("id"))
    if kind is Kind.FILE or not _REF.fullmatch(ref):
        return None
    return Media("signal", "voice" if kind is Kind.VOICE else "picture", ref, size=_instant(file.get("size")))


def _address(envelope: Body) -> Address | None:
    """Only the account itself is an address: a number belongs to her phone, and later to somebody else."""
    aci = _string(envelope.get("sourceUuid")).lower()
    return Address("signal", aci) if _ACI.fullmatch(aci) else None


def _is_for(params: Body, envelope: Body, account: str) -> bool:
    """Tell whether somebody else wrote to this account, and not we ourselves from another device."""
    to = params.get("account")
    if account and isinstance(to, str) and to != account:
        return False
    own = (envelope.get("source"), envelope.get("sourceNumber"), envelope.get("sourceUuid"))
    return envelope.get("syncMessage") is None and (not account or account not in own)


def _names_more(envelope: Body) -> bool:
    return any(envelope.get(name) for name in ("typingMessage", "receiptMessage", "callMessage", "storyMessage"))


def _part(body: Body, name: str) -> Body:
    return _mapping(body.get(name))


def _mapping(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < LONGEST_TIMER else None


def _instant(value: Any) -> int:
    return value if type(value) is int and 0 < value < LATEST else 0


def _handle(value: Any) -> str:
    at = _instant(value)
    return str(at) if at else ""
