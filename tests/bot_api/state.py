"""What the platform does when a bot calls a method: the state of the chats and the documented rules."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.bot_api import rules
from tests.bot_api.chats import Chat, Message
from tests.bot_api.limits import Limits
from tests.bot_api.rules import Refusal, bad, number
from tests.bot_api.updates import Updates
from tests.bot_api.wire import Upload

ERASABLE = 48 * 3600.0
ANSWERABLE = 60.0
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
PROFILE = {  # what a `set…` method keeps, by language, and the rule that it obeys
    "MyCommands": rules.check_commands,
    "MyName": rules.at_most("name", 64),
    "MyDescription": rules.at_most("description", 512),
    "MyShortDescription": rules.at_most("short_description", 120),
    "ChatMenuButton": rules.at_most("chat_id", 32),
}

FILES = ("photo", "voice", "audio", "document")

Payload = dict[str, Any]
Method = Callable[[Payload], Any]


class Platform:
    """The chats of one bot."""

    def __init__(self, token: str, clock: Callable[[], float] = time.time) -> None:
        """Start with no chats; `clock` gives the platform's time in seconds."""
        self.clock = clock
        self.me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Comadre",
            "username": "comadre_bot",
        }
        self.updates = Updates()
        self.chats: dict[int, Chat] = {}
        self.blocked: set[int] = set()
        self.limits: Limits | None = None
        self.files: dict[str, bytes] = {}
        self.paths: dict[str, str] = {}
        """Where files can be read that were asked for, by name."""
        self.profile: dict[tuple[str, str], Payload] = {}
        self.webhook = ""
        self.on_shown: Callable[[int, Message], None] | None = None
        self._queries: dict[str, float] = {}
        self._message_id = 0
        self.methods: dict[str, Method] = {
            "getMe": lambda _payload: self.me | {"can_join_groups": True, "can_read_all_group_messages": False},
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            **{f"send{kind.title()}": partial(self._send_file, kind=kind) for kind in FILES},
            "getFile": self._get_file,
            "editMessageText": self._edit_text,
            "editMessageMedia": self._edit_media,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete_message,
            "deleteMessages": self._delete_messages,
            "answerCallbackQuery": self._answer_query,
            "sendChatAction": self._chat_action,
            "leaveChat": self._leave,
        }
        for name in PROFILE:
            self.methods |= self._profile_methods(name)

    def message_id(self) -> int:
        """Return the next message number."""
        self._message_id += 1
        return self._message_id

    def query(self) -> str:
        """Open a callback query that the bot may answer for a minute."""
        name = str(4_000_000_000 + len(self._queries))
        self._queries[name] = self.clock()
        return name

    def poll_arguments(self, payload: Payload) -> tuple[int, int, float, list[str] | None]:
        """Read the parameters of getUpdates; refuses it while a webhook is set."""
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        limit = int(payload.get("limit") or 100)
        allowed = payload.get("allowed_updates")
        return int(payload.get("offset") or 0), min(max(limit, 1), 100), float(payload.get("timeout") or 0), allowed

    # --- chats -------------------------------------------------------------------------------------------------------

    def _chat(self, payload: Payload) -> Chat:
        chat_id = number(payload, "chat_id")
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad("chat not found")
        if chat.left:
            raise Refusal(403, "Forbidden: bot is not a member of the group chat")
        return chat

    def _open_chat(self, payload: Payload) -> Chat:
        chat = self._chat(payload)
        chat_id = chat.info["id"]
        if chat_id in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if self.limits and not self.limits.take(chat_id, self.clock()):
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        return chat

    def _message(self, payload: Payload, what: str) -> tuple[Chat, Message]:
        chat = self._open_chat(payload)
        message = chat.messages.get(number(payload, "message_id"))
        if message is None:
            raise bad(f"message to {what} not found")
        if not message.mine:
            raise bad("message can't be edited")
        return chat, message

    def _shown(self, chat: Chat, message: Message) -> Payload:
        if self.on_shown:
            self.on_shown(chat.info["id"], message)
        return chat.shown(message, self.me)

    # --- messages ----------------------------------------------------------------------------------------------------

    def _send_message(self, payload: Payload) -> Payload:
        chat = self._open_chat(payload)
        text, entities = rules.formatted(payload, "text", rules.TEXT)
        if not text:
            raise bad("message text is empty")
        return self._put(
            chat, payload, Message(self.message_id(), self.clock(), mine=True, text=text, entities=entities)
        )

    def _send_file(self, payload: Payload, kind: str) -> Payload:
        chat = self._open_chat(payload)
        caption, entities = rules.formatted(payload, "caption", rules.CAPTION)
        message = Message(self.message_id(), self.clock(), mine=True, caption=caption, entities=entities)
        setattr(message, kind, self._file(payload, kind))
        return self._put(chat, payload, message)

    def _file(self, payload: Payload, kind: str) -> str:
        given = payload.get(kind)
        if isinstance(given, str) and given.startswith("attach://"):
            given = payload.get(given.removeprefix("attach://"))
        if isinstance(given, Upload):
            if not given.content:
                raise bad("file must be non-empty")
            rules.check_file(kind, given.content)
            name = f"{kind}-{len(self.files) + 1}"
            self.files[name] = given.content
            return name
        if given not in self.files:
            raise bad("wrong file identifier/HTTP URL specified")
        return str(given)

    def _get_file(self, payload: Payload) -> Payload:
        name = str(payload.get("file_id"))
        if name not in self.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(self.files[name]) > rules.DOWNLOAD:
            raise bad("file is too big")
        path = self.paths.setdefault(name, f"files/file_{len(self.paths)}.oga")
        return {"file_id": name, "file_unique_id": name, "file_size": len(self.files[name]), "file_path": path}

    def _put(self, chat: Chat, payload: Payload, message: Message) -> Payload:
        message.buttons = rules.keyboard(payload.get("reply_markup"))
        message.protected = bool(payload.get("protect_content"))
        chat.messages[message.id] = message
        return self._shown(chat, message)

    def _edit_text(self, payload: Payload) -> Payload:
        chat, message = self._message(payload, "edit")
        text, entities = rules.formatted(payload, "text", rules.TEXT)
        if not text:
            raise bad("message text is empty")
        if not message.text:
            raise bad("there is no text in the message to edit")
        buttons = rules.keyboard(payload.get("reply_markup"), inline_only=True)
        if (text, entities, buttons) == (message.text, message.entities, message.buttons):
            raise bad(NOT_MODIFIED)
        message.text, message.entities = text, entities
        return self._edited(chat, message, buttons)

    def _edit_media(self, payload: Payload) -> Payload:
        chat, message = self._message(payload, "edit")
        media = payload.get("media")
        if not isinstance(media, dict) or media.get("type") != "photo":
            raise bad("can't parse InputMedia (this server knows photos only)")
        if not message.photo:
            raise bad("there is no media in the message to edit")
        caption, entities = rules.formatted(media, "caption", rules.CAPTION)
        buttons = rules.keyboard(payload.get("reply_markup"), inline_only=True)
        photo = self._file({**payload, "photo": media.get("media")}, "photo")
        if (photo, caption, entities, buttons) == (message.photo, message.caption, message.entities, message.buttons):
            raise bad(NOT_MODIFIED)
        message.photo, message.caption, message.entities = photo, caption, entities
        return self._edited(chat, message, buttons)

    def _edit_markup(self, payload: Payload) -> Payload:
        chat, message = self._message(payload, "edit")
        buttons = rules.keyboard(payload.get("reply_markup"), inline_only=True)
        if buttons == message.buttons:
            raise bad(NOT_MODIFIED)
        return self._edited(chat, message, buttons)

    def _edited(self, chat: Chat, message: Message, buttons: list[list[Payload]]) -> Payload:
        message.buttons, message.edited_at = buttons, self.clock()
        return self._shown(chat, message)

    def _erasable(self, message: Message) -> bool:
        return self.clock() - message.sent_at < ERASABLE

    def _delete_message(self, payload: Payload) -> bool:
        chat = self._chat(payload)
        message = chat.messages.get(number(payload, "message_id"))
        if message is None:
            raise bad("message to delete not found")
        if not self._erasable(message):
            raise bad("message can't be deleted for everyone")
        chat.drop(message.id)
        return True

    def _delete_messages(self, payload: Payload) -> bool:
        chat = self._chat(payload)
        wanted = payload.get("message_ids")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
            raise bad("message_ids must hold 1 to 100 identifiers")
        for message in [chat.messages[one] for one in wanted if one in chat.messages]:
            if self._erasable(message):
                chat.drop(message.id)
        return True

    def _answer_query(self, payload: Payload) -> bool:
        asked_at = self._queries.get(str(payload.get("callback_query_id")))
        if asked_at is None or self.clock() - asked_at > ANSWERABLE:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(payload.get("text") or "") > rules.TOAST:
            raise bad("MESSAGE_TOO_LONG")
        return True

    def _chat_action(self, payload: Payload) -> bool:
        self._chat(payload)
        if not payload.get("action"):
            raise bad("wrong parameter action in request")
        return True

    def _leave(self, payload: Payload) -> bool:
        chat = self._chat(payload)
        if chat.info["type"] == "private":
            raise bad("chat member status can't be changed in private chats")
        chat.left = True
        return True

    # --- the bot itself ----------------------------------------------------------------------------------------------

    def _set_webhook(self, payload: Payload) -> bool:
        url = payload.get("url") or ""
        if url and not url.startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = url
        return True

    def _delete_webhook(self, payload: Payload) -> bool:
        self.webhook = ""
        if payload.get("drop_pending_updates"):
            self.updates.forget()
        return True

    def _webhook_info(self, _payload: Payload) -> Payload:
        waiting = self.updates.waiting()
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": waiting}

    def _profile_methods(self, name: str) -> dict[str, Method]:
        def place(payload: Payload) -> tuple[str, str]:
            return name, str(payload.get("language_code") or "")

        def keep(payload: Payload) -> bool:
            PROFILE[name](payload)
            self.profile[place(payload)] = payload
            return True

        def drop(payload: Payload) -> bool:
            self.profile.pop(place(payload), None)
            return True

        methods: dict[str, Method] = {f"set{name}": keep}
        if name == "MyCommands":
            methods["deleteMyCommands"] = drop
            methods["getMyCommands"] = lambda payload: self.profile.get(place(payload), {}).get("commands", [])
        return methods
