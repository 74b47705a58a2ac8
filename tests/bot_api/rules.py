"""What the Bot API refuses, in its own words."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

TEXT, CAPTION, BUTTON_DATA, ROW, KEYBOARD, TOAST, PAYLOAD, ENTITIES = 4096, 1024, 64, 8, 100, 200, 64, 100
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>")
HREF = re.compile(r"""href\s*=\s*["']?([^"'>]+)""")
REFERENCE = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
PAYLOAD_SHAPE = re.compile(rf"[A-Za-z0-9_-]{{0,{PAYLOAD}}}")
PICTURES = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")
SOUNDS = (b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3")
DOWNLOAD = 20 * 1024 * 1024
ACTIONS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
           "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay")  # fmt: skip
WORDS = frozenset({
    "text", "caption", "parse_mode", "callback_query_id", "url", "language_code", "name", "description", "action",
    "short_description", "secret_token", "inline_message_id", "file_id", "business_connection_id", "message_effect_id",
})  # fmt: skip


class Refusal(Exception):  # noqa: N818 - it is the server's refusal, not an error of ours
    """A call that the server does not carry out."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        """Keep what goes into the answer."""
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refusal:
    """Refuse with 400, the most common answer."""
    return Refusal(400, f"Bad Request: {description}")


def decoded(given: dict[str, Any]) -> dict[str, Any]:
    """Turn the strings of a form into what JSON would have carried, as the server does."""
    return {name: _decoded(name, value) for name, value in given.items()}


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in WORDS:
        return value
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if value[:1] in "[{-0123456789" and value:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            if value[0] in "[{":
                raise bad(f"can't parse {name} as a JSON object") from None
    return value


def units(text: str) -> int:
    """Measure a text as Telegram's entities do: in UTF-16 code units, the strictest count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def formatted(payload: dict[str, Any], name: str, most: int) -> tuple[str, list[dict[str, Any]]]:
    """Return the text that she sees and its entities; refuses one that is empty, too long or badly marked up."""
    text = payload.get(name) or ""
    if not isinstance(text, str):
        raise bad(f"{name} must be of type String")
    mode = payload.get("parse_mode")
    entities: list[dict[str, Any]] = payload.get("entities") or []
    if not mode:
        text = text if entities else text.strip()
    elif mode.lower() == "html":
        text, entities = _html(text)
    else:
        raise bad("unsupported parse_mode (this server knows HTML only)")
    if len(text) > most // 2 and units(text) > most:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    if len(entities) > ENTITIES:
        raise bad("too many entities")
    return text, entities


def _html(source: str) -> tuple[str, list[dict[str, Any]]]:
    text, at = "", 0
    open_tags: list[tuple[str, int, str]] = []
    entities: list[dict[str, Any]] = []
    for tag in TAG.finditer(source):
        text += _plain(source[at : tag.start()])
        at = tag.end()
        closing, name, attributes = tag[1], tag[2].lower(), tag[3]
        if name not in TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {tag.start()}')
        if not closing:
            open_tags.append((name, units(text), attributes))
        elif not open_tags or open_tags[-1][0] != name:
            raise bad(f'can\'t parse entities: Unmatched end tag at byte offset {tag.start()}, expected "</{name}>"')
        else:
            entities += _entity(*open_tags.pop(), units(text))
    if open_tags:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\"")
    return (text + _plain(source[at:])).rstrip(), sorted(entities, key=lambda entity: entity["offset"])


def _plain(source: str) -> str:
    if "<" in source:
        raise bad("can't parse entities: Unexpected end of name token or unescaped '<'")
    return REFERENCE.sub(_character, source)


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    if name in NAMED:
        return NAMED[name]
    return chr(int(f"0{name[1:]}", 16) if name[1] == "x" else int(name[1:]))


def _entity(name: str, start: int, attributes: str, end: int) -> list[dict[str, Any]]:
    link = HREF.search(attributes)
    if end == start or (name == "a" and not link):
        return []
    entity = {"type": TAGS[name], "offset": start, "length": end - start}
    return [entity | {"url": link[1]}] if link and name == "a" else [entity]


def check_file(kind: str, content: bytes) -> None:
    """Refuse a file that cannot be shown as what it is sent as."""
    if kind == "photo" and not content.startswith(PICTURES):
        raise bad("IMAGE_PROCESS_FAILED")
    if kind in ("voice", "audio") and not content.startswith(SOUNDS) and content[4:8] != b"ftyp":
        raise bad("wrong type of the file")


def keyboard(markup: Any, *, inline_only: bool = False) -> list[list[dict[str, Any]]]:
    """Return the rows of an inline keyboard (none for the other markups); refuses what clients could not show."""
    if not markup:
        return []
    if isinstance(markup, str):
        markup = _decoded("reply markup", markup)
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if inline_only:
            raise bad("inline keyboard expected")
        return []
    rows: list[list[dict[str, Any]]] = [row for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > KEYBOARD:
        raise bad("reply markup is too long")
    for row in rows:
        if len(row) > ROW:
            raise bad("a row of the inline keyboard holds at most 8 buttons")
        for button in row:
            _check_button(button)
    return rows


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("text", "").strip():
        raise bad("can't parse inline keyboard button: text must be non-empty")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= BUTTON_DATA:
        raise bad("BUTTON_DATA_INVALID")
    kinds = [kind for kind in ACTIONS if kind in button]
    if len(kinds) != 1:
        raise bad("can't parse inline keyboard button: exactly one action expected")
    if kinds == ["url"]:
        _check_link(button["url"])


def _check_link(url: str) -> None:
    link = urlsplit(url)
    if link.scheme not in {"http", "https", "tg", "ton"} or not link.netloc:
        raise bad(f"inline keyboard button URL '{url}' is invalid: unsupported URL protocol")
    if link.netloc == "t.me":
        for payload in parse_qs(link.query).get("start", []):
            check_payload(payload)


def check_payload(payload: str) -> None:
    """Refuse a deep link that Telegram would not pass on."""
    if not PAYLOAD_SHAPE.fullmatch(payload):
        raise bad("START_PARAM_INVALID")


def check_commands(payload: dict[str, Any]) -> None:
    """Refuse a command list that clients could not show."""
    commands = payload.get("commands") or []
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(command.get("command", "").removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")


def at_most(name: str, most: int) -> Callable[[dict[str, Any]], None]:
    """Return a rule for a text of the bot's profile."""

    def check(payload: dict[str, Any]) -> None:
        if len(payload.get(name) or "") > most:
            raise bad(f"{name} is too long")

    return check


def number(payload: dict[str, Any], name: str) -> int:
    """Return an identifier, which may come as a string."""
    try:
        return int(payload[name])
    except (KeyError, TypeError, ValueError):
        raise bad(f"{name} is empty or not a number") from None
