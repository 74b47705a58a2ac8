"""What the chats look like to the people in them."""

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Message:
    """One message as it stands in the chat now."""

    id: int
    sent_at: float
    mine: bool
    """Whether the bot sent it."""
    text: str = ""
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    photo: str = ""
    voice: str = ""
    audio: str = ""
    document: str = ""
    caption: str = ""
    protected: bool = False
    edited_at: float = 0.0
    answers: int = 0
    """The message that it is a reply to."""

    def labels(self) -> list[str]:
        """List what its buttons say."""
        return [button["text"] for row in self.buttons for button in row]

    def button(self, label: str) -> dict[str, Any] | None:
        """Return the first button whose label matches the pattern, in any case."""
        for row in self.buttons:
            for button in row:
                if re.search(label, button["text"], re.IGNORECASE):
                    return button
        return None


@dataclass(slots=True)
class Chat:
    """One chat: `info` is Telegram's Chat object, `user` the person who writes in it."""

    info: dict[str, Any]
    user: dict[str, Any]
    messages: dict[int, Message] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    left: bool = False

    @property
    def last(self) -> Message | None:
        """The newest message of the bot that is still there."""
        return next((message for message in reversed(self.messages.values()) if message.mine), None)

    def visible(self) -> list[str]:
        """List the texts (or captions) of the bot that are still there, in order."""
        return [message.text or message.caption for message in self.messages.values() if message.mine]

    def holder(self, data: str) -> Message | None:
        """Return the newest message with this button."""
        for message in reversed(self.messages.values()):
            if any(button.get("callback_data") == data for row in message.buttons for button in row):
                return message
        return None

    def drop(self, message_id: int) -> None:
        """Take a message out of the chat."""
        del self.messages[message_id]
        self.deleted.add(message_id)

    def shown(self, message: Message, bot: dict[str, Any]) -> dict[str, Any]:
        """Return Telegram's Message object."""
        found: dict[str, Any] = {
            "message_id": message.id,
            "from": bot if message.mine else self.user,
            "chat": self.info,
            "date": int(message.sent_at),
        }
        if message.photo:
            found["photo"] = [{"file_id": message.photo, "file_unique_id": message.photo, "width": 90, "height": 90}]
        elif name := next((name for name in ("voice", "audio", "document") if getattr(message, name)), ""):
            file = getattr(message, name)
            length = {} if name == "document" else {"duration": 1}
            found[name] = {"file_id": file, "file_unique_id": file, **length}
        else:
            found["text"] = message.text
        if message.caption:
            found["caption"] = message.caption
        if message.entities:
            found["caption_entities" if message.caption else "entities"] = message.entities
        if message.buttons:
            found["reply_markup"] = {"inline_keyboard": message.buttons}
        if message.edited_at:
            found["edit_date"] = int(message.edited_at)
        if answered := self.messages.get(message.answers):
            found["reply_to_message"] = self.shown(answered, bot)
        return found
