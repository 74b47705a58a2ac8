"""The door: what of a Telegram update comes in, and nothing that says who she is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.telegram_handle import handle_of
from bot.channels.telegram_media import media_in
from bot.core.message import Address, Incoming, Kind

TEXT_LIMIT = 4096
TOKEN_LIMIT = 64

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_PRESENT = frozenset({"creator", "administrator", "member"})
_KINDS = {
    "voice": Kind.VOICE,
    "video_note": Kind.VOICE,
    "audio": Kind.VOICE,
    "photo": Kind.PICTURE,
    "video": Kind.PICTURE,
    "animation": Kind.PICTURE,  # before "document", which every animation carries too
    "document": Kind.FILE,
    "sticker": Kind.STICKER,
    "dice": Kind.STICKER,
    "venue": Kind.LOCATION,
    "location": Kind.LOCATION,
    "contact": Kind.CARD,
}
_NOTES = re.compile(
    r"message_auto_delete_timer_changed|pinned_message|write_access_allowed|chat_background_set|connected_website"
    r"|successful_payment|refunded_payment|passport_data|users_shared|chat_shared|web_app_data|boost_added"
    r"|proximity_alert_triggered|checklist_tasks_\w+|poll_option_\w+|gift\w*|unique_gift\w*|giveaway_\w+"
    r"|(?:paid|direct)_message_price_changed|suggested_post_\w+|video_chat_\w+|forum_topic_\w+|chat_owner_\w+"
    r"|new_chat_\w+|left_chat_member|delete_chat_photo|\w+_chat_created|migrate_\w+"
)
"""What the platform notes down in a chat by itself: nobody has said anything then."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody has put the bot into a group or a channel, where it has no business."""

    chat: int
    language: str
    """Of who did it, for the one line before it leaves."""


def read(update: Body) -> Incoming | Visit | None:
    """Return what concerns us, `None` for the rest; raises `TypeError`, `ValueError` or `LookupError` on nonsense.

    Fields are picked by name: what is not named here, and so every name, number and profile, never gets in.
    """
    for name, reader in _READERS.items():
        if name in update:
            return reader(str(_whole(update["update_id"])), update[name])
    return None


def name_of(update: Any) -> str:
    """Name the type of an update for the log, from our own words only."""
    return next((name for name in _READERS if isinstance(update, dict) and name in update), "unknown")


def _message(number: str, message: Body) -> Incoming | None:
    address = _address(message["chat"], message.get("from", {}))
    if address is None:
        return None
    locale, handle, reply = _locale(message.get("from", {})), str(_whole(message["message_id"])), _answered(message)
    if "text" in message:
        kind, text, payload = _words(message["text"])
        return Incoming(address, kind, number, text=text, payload=payload, locale=locale, handle=handle, reply_to=reply)
    if any(map(_NOTES.fullmatch, message)):
        return None
    # A poll, a story, or what nobody has thought of yet: she has sent something, and is answered.
    kind_of = next((kind for name, kind in _KINDS.items() if name in message), Kind.FILE)
    media = media_in(message)
    words = _string(message.get("caption", ""))[:TEXT_LIMIT] if media else ""
    return Incoming(address, kind_of, number, text=words, locale=locale, handle=handle, media=media, reply_to=reply)


def _edit(number: str, message: Body) -> Incoming | None:
    address = _address(message["chat"], message.get("from", {}))
    if address is None or "location" in message:  # a live location edits itself every few seconds
        return None
    locale, handle = _locale(message.get("from", {})), str(_whole(message["message_id"]))
    media, reply = media_in(message), _answered(message)
    words = message.get("text") or (message.get("caption") if media else None) or ""
    text = _string(words)[:TEXT_LIMIT]
    return Incoming(address, Kind.EDIT, number, text=text, locale=locale, handle=handle, media=media, reply_to=reply)


def _press(number: str, query: Body) -> Incoming | None:
    if "message" not in query or "data" not in query:  # of an inline message or a game, which are not ours
        return None
    message, sender = query["message"], query["from"]
    address = _address(message["chat"], sender)
    if address is None:
        return None
    return Incoming(
        address,
        Kind.PRESS,
        number,
        token=_string(query["data"])[:TOKEN_LIMIT],
        locale=_locale(sender),
        handle=handle_of(message),
        press=_string(query["id"]),
    )


def _membership(_number: str, change: Body) -> Visit | None:
    member = change["new_chat_member"]
    is_inside = member["status"] in _PRESENT or bool(member.get("is_member"))
    if change["chat"]["type"] == "private" or not is_inside:
        return None
    return Visit(_whole(change["chat"]["id"]), _locale(change.get("from", {})))


_READERS: dict[str, Callable[[str, Body], Incoming | Visit | None]] = {
    "message": _message,
    "callback_query": _press,
    "edited_message": _edit,
    "my_chat_member": _membership,
}
WANTED = tuple(_READERS)
"""Update types to ask for: the platform keeps the others to itself."""


def _words(text: str) -> tuple[Kind, str, str]:
    """Tell a start from a text, take the slash off a command, and return kind, text and payload."""
    text = _string(text)[:TEXT_LIMIT]
    command = _COMMAND.fullmatch(text)
    if command is None:
        return Kind.TEXT, text, ""
    word, rest = command[1], (command[2] or "").strip()
    if word.lower() == "start":
        return Kind.START, "", rest if _PAYLOAD.fullmatch(rest) else ""
    return Kind.TEXT, f"{word} {rest}".rstrip(), ""


def _address(chat: Body, sender: Body) -> Address | None:
    if chat["type"] != "private" or sender.get("is_bot"):
        return None
    return Address("telegram", str(_whole(chat["id"])))


def _answered(message: Body) -> str:
    """Name the message that she answers; what it says, or is quoted of it, does not come in."""
    answered = message.get("reply_to_message")
    if not answered:
        return ""
    is_ours = answered.get("from", {}).get("is_bot")
    return handle_of(answered) if is_ours else str(_whole(answered["message_id"]))


def _locale(sender: Body) -> str:
    locale = sender.get("language_code")
    return locale if isinstance(locale, str) and _LOCALE.fullmatch(locale) else ""


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("a number was expected")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value
