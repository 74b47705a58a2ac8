"""What of an update comes through the door, and what does not."""

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from bot.channels.telegram_update import Visit, name_of, read
from bot.core.message import Address, Incoming, Kind, Media

PLANTED = "KR2XG5DVPFZWQ33UNBUW4ZZANF2A"
ANA = {"id": 7, "is_bot": False, "first_name": "Ana", "language_code": "pt-br"}
CHAT = {"id": 7, "type": "private", "first_name": "Ana"}
GROUP_ID = -100123
GROUP = {"id": GROUP_ID, "type": "supergroup", "title": "Group"}
FILE = {"file_id": "f", "file_unique_id": "u"}
VOICE = Media("telegram", "voice", "f")
BOT = {"id": 1, "is_bot": True, "first_name": "Comadre"}


def message(**content: Any) -> dict[str, Any]:
    """Build an update with a message from Ana."""
    return {"update_id": 5, "message": {"message_id": 11, "date": 1, "from": ANA, "chat": CHAT, **content}}


def incoming(kind: Kind, **rest: str) -> Incoming:
    """Say what should come of it."""
    return Incoming(Address("telegram", "7"), kind, "5", **({"locale": "pt-br", "handle": "11"} | rest))


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("olá", Kind.TEXT, {"text": "olá"}),
        ("/start", Kind.START, {}),
        ("/start pt-porto", Kind.START, {"payload": "pt-porto"}),
        ("/start@comadre_bot pt-porto", Kind.START, {"payload": "pt-porto"}),
        ("/start " + "a" * 64, Kind.START, {"payload": "a" * 64}),
        ("/start " + "a" * 65, Kind.START, {}),
        ("/start <b>", Kind.START, {}),
        ("/menu", Kind.TEXT, {"text": "menu"}),
        ("/exit", Kind.TEXT, {"text": "exit"}),
        ("/exit@comadre_bot", Kind.TEXT, {"text": "exit"}),
        ("/forget", Kind.TEXT, {"text": "forget"}),
        ("/help", Kind.TEXT, {"text": "help"}),
        ("/back", Kind.TEXT, {"text": "back"}),
        ("/stop", Kind.TEXT, {"text": "stop"}),
        ("/abrigo porto", Kind.TEXT, {"text": "abrigo porto"}),
        ("/βοήθεια", Kind.TEXT, {"text": "βοήθεια"}),
        ("/", Kind.TEXT, {"text": "/"}),
        ("/ menu", Kind.TEXT, {"text": "/ menu"}),
        ("a" * 4097, Kind.TEXT, {"text": "a" * 4096}),
    ],
)
def test_words_and_commands_come_in_without_the_slash(text: str, kind: Kind, expected: dict[str, str]) -> None:
    """A command is the bare word, a start carries its payload only if it is a well-formed one."""
    assert read(message(text=text)) == incoming(kind, **expected)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"video_note": FILE}, Kind.VOICE),
        ({"audio": FILE, "caption": "listen"}, Kind.VOICE),
        ({"video": FILE, "caption": "look"}, Kind.PICTURE),
        ({"animation": FILE, "document": FILE}, Kind.PICTURE),
        ({"document": FILE}, Kind.FILE),
        ({"sticker": FILE}, Kind.STICKER),
        ({"dice": {"emoji": "x", "value": 1}}, Kind.STICKER),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, Kind.LOCATION),
        ({"location": {"latitude": 1.0, "longitude": 2.0}, "venue": {"title": "t"}}, Kind.LOCATION),
        ({"contact": {"phone_number": "1", "first_name": "x"}}, Kind.CARD),
        ({"poll": {"id": "1", "question": "?"}}, Kind.FILE),
        ({"story": {"id": 1, "chat": CHAT}}, Kind.FILE),
        ({"paid_media": {"star_count": 1, "paid_media": []}, "caption": "look"}, Kind.FILE),
        ({"checklist": {"title": "t", "tasks": []}}, Kind.FILE),
        ({"game": {"title": "t"}}, Kind.FILE),
        ({"invoice": {"title": "t"}}, Kind.FILE),
        ({"hologram": FILE}, Kind.FILE),
        ({}, Kind.FILE),
    ],
)
def test_everything_else_that_she_sends_comes_in_as_its_kind_only(content: dict[str, Any], kind: Kind) -> None:
    """Neither captions nor files come in, and nothing is met with silence, also what this program does not know."""
    assert read(message(**content)) == incoming(kind)


@pytest.mark.parametrize(
    ("content", "kind", "ref", "words"),
    [
        ({"voice": FILE}, Kind.VOICE, "f", ""),
        ({"voice": FILE, "caption": "listen"}, Kind.VOICE, "f", "listen"),
        ({"photo": [{"file_id": "small"}, FILE], "caption": "look" * 2000}, Kind.PICTURE, "f", ("look" * 2000)[:4096]),
    ],
)
def test_of_a_voice_note_or_a_picture_only_where_it_lies_comes_in(
    content: dict[str, Any], kind: Kind, ref: str, words: str
) -> None:
    """A moderator may send it on; of a picture it is the largest size."""
    found = read(message(**content))
    assert isinstance(found, Incoming)
    assert found.media == Media("telegram", kind.value, ref)  # type: ignore[arg-type]  # the kinds that have one
    assert (found.kind, found.text) == (kind, words)
    assert "'f'" not in repr(found)


def test_a_voice_note_without_a_file_is_nonsense() -> None:
    """Nothing is made up for it."""
    for file in ({}, {"file_id": 7}, {"file_id": ""}, {"file_id": "a b"}):
        with pytest.raises((LookupError, TypeError)):
            read(message(voice=file))


def test_a_forwarded_text_is_a_text() -> None:
    """What she forwards is answered as if she had written it."""
    origin = {"type": "hidden_user", "sender_user_name": "Rui", "date": 1}
    assert read(message(text="abrigo", forward_origin=origin)) == incoming(Kind.TEXT, text="abrigo")


def test_a_press_comes_in_with_its_token_and_what_to_answer() -> None:
    """The handle is that of the message that bears the button."""
    query = {"id": "99", "from": ANA, "chat_instance": "1", "data": "abc", "message": {"message_id": 4, "chat": CHAT}}
    expected = {"token": "abc", "handle": "4", "press": "99"}
    assert read({"update_id": 5, "callback_query": query}) == incoming(Kind.PRESS, **expected)
    query["message"]["photo"] = [FILE]
    assert read({"update_id": 5, "callback_query": query}) == incoming(Kind.PRESS, **expected | {"handle": "4p"})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "new words"}, {"text": "new words"}),
        ({"text": "a" * 5000}, {"text": "a" * 4096}),
        ({"voice": FILE, "caption": "listen"}, {"text": "listen", "media": VOICE}),
        ({"voice": FILE}, {"media": VOICE}),
        ({"document": FILE, "caption": "look"}, {}),
    ],
)
def test_an_edit_comes_in_with_the_new_words(content: dict[str, Any], expected: dict[str, Any]) -> None:
    """Whoever she talks to is shown them, with what goes along; the bot itself says that edits are not read."""
    edited = {"update_id": 5, "edited_message": message(**content)["message"]}
    assert read(edited) == incoming(Kind.EDIT, **expected)


@pytest.mark.parametrize(
    ("answered", "handle"),
    [
        ({"from": BOT}, "4"),
        ({"from": BOT, "photo": [FILE]}, "4p"),
        ({"from": BOT, "voice": FILE}, "4"),
        ({"from": ANA}, "4"),
        ({"from": ANA, "photo": [FILE]}, "4"),
        ({}, "4"),
    ],
)
def test_of_a_message_that_she_answers_only_its_handle_comes_in(answered: dict[str, Any], handle: str) -> None:
    """It is the one that the message had when it was sent."""
    answered = {"message_id": 4, "text": "secret", "chat": CHAT, **answered}
    for content in ({"text": "yes"}, {"voice": FILE}):
        found = read(message(**content, reply_to_message=answered, quote={"text": "secret"}))
        assert isinstance(found, Incoming)
        assert found.reply_to == handle
        assert "secret" not in str(list(parts(found)))
    edited = read({"update_id": 5, "edited_message": message(text="no", reply_to_message=answered)["message"]})
    assert isinstance(edited, Incoming)
    assert edited.reply_to == handle


def test_an_answer_to_a_message_that_has_no_number_is_nonsense() -> None:
    """Nothing is made up for it."""
    for answered in ({"text": "x"}, {"message_id": "x"}):
        with pytest.raises((LookupError, TypeError)):
            read(message(text="yes", reply_to_message=answered))


def test_a_language_that_is_none_is_dropped() -> None:
    """Only a language tag passes as a language."""
    update = message(text="hi")
    update["message"]["from"] = ANA | {"language_code": "Ana Maria"}
    assert read(update) == incoming(Kind.TEXT, text="hi", locale="")


def member(chat: dict[str, Any], status: str, **more: Any) -> dict[str, Any]:
    """Build an update that says what the bot has become in a chat."""
    bot = {"id": 1, "is_bot": True, "first_name": "Comadre"}
    new = {"user": bot, "status": status, **more}
    change = {"chat": chat, "from": ANA, "date": 1, "old_chat_member": {"user": bot, "status": "left"}}
    return {"update_id": 5, "my_chat_member": change | {"new_chat_member": new}}


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
@pytest.mark.parametrize(
    ("status", "more"), [("member", {}), ("administrator", {}), ("restricted", {"is_member": True})]
)
def test_being_put_into_a_group_is_a_visit(kind: str, status: str, more: dict[str, Any]) -> None:
    """Whatever the bot may do there, it has to leave."""
    assert read(member(GROUP | {"type": kind}, status, **more)) == Visit(GROUP_ID, "pt-br")


IGNORED = {
    "left a group": member(GROUP, "left"),
    "kicked from a group": member(GROUP, "kicked"),
    "restricted outside": member(GROUP, "restricted", is_member=False),
    "blocked by her": member(CHAT, "kicked"),
    "unblocked by her": member(CHAT, "member"),
    "another bot": message(text="hi", **{"from": ANA | {"is_bot": True}}),
    "group message": message(text="hi", chat=GROUP),
    "group edit": {"update_id": 5, "edited_message": message(text="hi", chat=GROUP)["message"]},
    "group press": {
        "update_id": 5,
        "callback_query": {"id": "9", "from": ANA, "data": "a", "message": {"message_id": 1, "chat": GROUP}},
    },
    "inline press": {"update_id": 5, "callback_query": {"id": "9", "from": ANA, "data": "a", "inline_message_id": "1"}},
    "game press": {
        "update_id": 5,
        "callback_query": {"id": "9", "from": ANA, "game_short_name": "a", "message": {"message_id": 1, "chat": CHAT}},
    },
    "live location": {"update_id": 5, "edited_message": message(location={"latitude": 1.0})["message"]},
    "payment": message(successful_payment={"currency": "EUR"}),
    "service message": message(pinned_message={"message_id": 1}),
    "a timer of the chat": message(message_auto_delete_timer_changed={"message_auto_delete_time": 1}),
    "a wallpaper": message(chat_background_set={"type": {"type": "fill"}}),
    "a gift": message(unique_gift={"gift": {}}),
    "a box ticked": message(checklist_tasks_done={"marked_as_done_task_ids": [1]}),
    "channel post": {"update_id": 5, "channel_post": {"message_id": 1, "chat": GROUP, "text": "hi"}},
    "reaction": {"update_id": 5, "message_reaction": {"chat": CHAT, "user": ANA}},
    "poll answer": {"update_id": 5, "poll_answer": {"poll_id": "1", "user": ANA}},
    "checkout": {"update_id": 5, "pre_checkout_query": {"id": "1", "from": ANA}},
    "unknown type": {"update_id": 5, "telepathy": {"from": ANA}},
    "nothing": {"update_id": 5},
}


@pytest.mark.parametrize("update", IGNORED.values(), ids=IGNORED)
def test_what_does_not_concern_us_is_ignored(update: dict[str, Any]) -> None:
    """No answer, no error."""
    assert read(update) is None


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 5, "message": None},
        {"update_id": 5, "message": {}},
        message(text=7),
        message(text="hi", chat={"id": "7", "type": "private"}),
        message(text="hi", chat={"id": True, "type": "private"}),
        message(text="hi", message_id="11"),
        {
            "update_id": 5,
            "callback_query": {"id": 9, "from": ANA, "data": "a", "message": {"message_id": 1, "chat": CHAT}},
        },
        {"update_id": "five", "message": message(text="hi")["message"]},
    ],
)
def test_nonsense_raises_without_words(update: dict[str, Any]) -> None:
    """The loop skips it, knowing only what type it was."""
    with pytest.raises((AttributeError, LookupError, TypeError, ValueError)):
        read(update)
    assert name_of(update) in {"message", "callback_query"}


def test_an_unknown_type_is_named_in_our_words() -> None:
    """A name made up by somebody does not reach the log."""
    assert name_of({PLANTED: 1}) == name_of([PLANTED]) == "unknown"


def parts(thing: Any) -> list[Any]:
    """Walk an object graph down to its leaves."""
    if is_dataclass(thing):
        return [leaf for each in fields(thing) for leaf in parts(getattr(thing, each.name))]
    return [thing]


def planted() -> list[dict[str, Any]]:
    """Build updates of every type with a planted string in every field that says who she is or what she sent."""
    names = dict.fromkeys(("first_name", "last_name", "username", "bio", "phone_number", "title"), PLANTED)
    user = names | {"id": 7, "is_bot": False, "language_code": "pt"}
    chat = names | {"id": 7, "type": "private", "active_usernames": [PLANTED]}
    file = {"file_id": PLANTED, "file_unique_id": PLANTED, "file_name": PLANTED, "thumbnail": {"file_id": PLANTED}}
    about = {
        "message_id": 11,
        "date": 1,
        "from": user,
        "chat": chat,
        "via_bot": user,
        "caption": PLANTED,
        "author_signature": PLANTED,
        "forward_origin": {"type": "user", "sender_user": user},
        "reply_to_message": {"message_id": 4, "from": user, "chat": chat, "text": PLANTED},
        "entities": [{"type": "text_mention", "user": user, "url": PLANTED}],
        "quote": {"text": PLANTED},
    }
    contents: list[dict[str, Any]] = [
        {"text": "olá"},
        {"text": "/start pt-porto"},
        {"contact": names | {"user_id": 7, "vcard": PLANTED}},
        {"venue": {"title": PLANTED, "address": PLANTED}, "location": {"latitude": 41.1, "longitude": -8.6}},
        {"poll": {"question": PLANTED}},
        {"new_chat_members": [user]},
        *({kind: file} for kind in ("video_note", "audio", "video", "animation", "document", "sticker")),
        # What lies with the platform and the words below it are hers, as a text is; all else of it stays outside.
        {"voice": file | {"file_id": "opaque"}, "caption": "olá"},
        {"photo": [file, file | {"file_id": "opaque"}], "caption": "olá"},
    ]
    bodies: list[dict[str, Any]] = [{"message": about | content} for content in contents]
    bodies += [{"edited_message": about | content} for content in contents]
    bodies.append({"callback_query": {"id": "9", "from": user, "data": "abc", "message": about | contents[0]}})
    group = {"id": -5, "type": "group", "title": PLANTED, "username": PLANTED}
    bot = {"user": names | {"id": 1, "is_bot": True}, "status": "member", "custom_title": PLANTED}
    change = {"chat": group, "from": user, "date": 1, "old_chat_member": bot, "new_chat_member": bot}
    bodies.append({"my_chat_member": change | {"invite_link": {"invite_link": PLANTED, "creator": user}}})
    return [{"update_id": 100_001 + number, **body} for number, body in enumerate(bodies)]


def test_no_name_number_or_profile_gets_in() -> None:
    """D2: of every update type, nothing planted is anywhere in what comes through the door."""
    found = [read(update) for update in planted()]
    assert len([each for each in found if each]) > 20
    assert not [leaf for each in found for leaf in parts(each) if PLANTED in str(leaf)]
    assert not [leaf for each in found for leaf in parts(each) if leaf and not isinstance(leaf, str | int)]
