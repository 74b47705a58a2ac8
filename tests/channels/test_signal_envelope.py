"""What of a Signal envelope comes through the door, and what does not.

`signal_receive.json` holds notifications in the shapes of signal-cli 0.14.6, made after its source; nobody wrote them.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.signal_envelope import NewIdentity, NewTimer, read, sender_of, timer_of, unwrapped
from bot.core.message import Address, Incoming, Kind, Media
from tests.channels.test_telegram_update import PLANTED, parts

ACCOUNT = "+15550001111"
ANA = "3f2b1c9e-0000-4000-8000-000000000001"
OURS = "3f2b1c9e-0000-4000-8000-0000000000ff"
AT = 1795296385858
TARGET = 1795296385849
ADDRESS = Address("signal", ANA)
FIXTURES = json.loads((Path(__file__).parent / "signal_receive.json").read_text(encoding="utf-8"))


def incoming(kind: Kind = Kind.TEXT, **rest: Any) -> Incoming:
    """Say what should come of it."""
    return Incoming(ADDRESS, kind, **({"id": f"{ANA} {AT}", "handle": str(AT)} | rest))


def envelope(**content: Any) -> dict[str, Any]:
    """Build a notification with an envelope from Ana."""
    head = {"source": ANA, "sourceNumber": None, "sourceUuid": ANA, "sourceName": "Ann", "timestamp": AT}
    return {"envelope": {**head, **content}, "account": ACCOUNT}


def message(**content: Any) -> dict[str, Any]:
    """Build a notification with a message from Ana."""
    usual = {"timestamp": AT, "message": None, "expiresInSeconds": 0, "isExpirationUpdate": False, "viewOnce": False}
    return envelope(dataMessage={**usual, **content})


def reaction(emoji: Any, **content: Any) -> dict[str, Any]:
    """Build a notification with a reaction to a message of ours."""
    usual = {"emoji": emoji, "targetAuthorUuid": OURS, "targetSentTimestamp": TARGET, "isRemove": False}
    return message(reaction={**usual, **content})


UNREADABLE = {"id": f"{ANA} unreadable {AT // 3_600_000}"}
EXPECTED: dict[str, Incoming | NewTimer | NewIdentity | None] = {
    "dm_text": incoming(text="hello"),
    "dm_with_timer": incoming(text="hello"),
    "timer_changed": NewTimer(ADDRESS, 86400),
    "group_text": None,
    "group_update": None,
    "reaction": None,
    "remote_delete": incoming(Kind.TAKEN_BACK, handle="1795296385759"),
    "quote": incoming(text="yes", reply_to=str(TARGET)),
    "voice": incoming(Kind.VOICE, media=Media("signal", "voice", "abc.aac")),
    "edit": incoming(Kind.EDIT, text="hello, edited", handle=str(TARGET), renamed=str(AT)),
    "typing": None,
    "receipt": None,
    "own_linked_device": None,
    "undecryptable": NewIdentity(ADDRESS, incoming(Kind.FILE, **UNREADABLE)),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_each_shape_of_the_daemon_has_its_meaning(name: str) -> None:
    """The same whether it comes unasked or after `subscribeReceive`."""
    params = FIXTURES[name]["params"]
    assert read(params, ACCOUNT) == EXPECTED[name]
    assert read({"subscription": 0, "result": params}, ACCOUNT) == EXPECTED[name]


@pytest.mark.parametrize(
    ("emoji", "number"),
    [("1️⃣", "1"), ("9️⃣", "9"), ("1\u20e3", "1"), ("🔟", "10")],
)
def test_a_number_below_a_message_of_ours_is_that_number_typed(emoji: str, number: str) -> None:
    """It says below which message, and has no message of its own to wipe."""
    assert read(reaction(emoji), ACCOUNT) == incoming(text=number, handle="", reply_to=str(TARGET))


@pytest.mark.parametrize(
    "params",
    [
        reaction("👍"),
        reaction("0️⃣"),
        reaction("1"),
        reaction("1️⃣2️⃣"),
        reaction(""),
        reaction(None),
        reaction("1️⃣", isRemove=True),
        reaction("1️⃣", targetAuthorUuid=ANA.upper()),
        message(reaction="1️⃣", message="hello"),
    ],
)
def test_every_other_reaction_is_ignored(params: dict[str, Any]) -> None:
    """A thumb, one that she takes off again, one below her own words."""
    assert read(params, ACCOUNT) is None


def test_a_message_is_cut_where_it_is_too_long() -> None:
    """No more is looked at, whatever she pastes."""
    found = read(message(message="a" * 5000), ACCOUNT)
    assert isinstance(found, Incoming)
    assert found.text == "a" * 4096


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"message": "a" * 5000}, {"text": "a" * 4096}),
        ({"message": None}, {}),
        ({"message": "hi", "quote": {"id": TARGET}}, {"text": "hi"}),
        (
            {"message": "here", "attachments": [{"contentType": "image/jpeg", "id": "a.jpg"}]},
            {"text": "here", "media": Media("signal", "picture", "a.jpg")},
        ),
        ({"message": "look", "attachments": [{"contentType": "application/pdf", "id": "a.pdf"}]}, {}),
        ({"message": "long", "attachments": [{"contentType": "text/x-signal-plain", "id": "a"}]}, {"text": "long"}),
        ({"message": "once", "viewOnce": True}, {}),
        ({"message": "hi", "reaction": {"emoji": "1️⃣", "targetSentTimestamp": TARGET}}, {"text": "hi"}),
    ],
)
def test_an_edit_comes_in_as_a_message_does(content: dict[str, Any], expected: dict[str, Any]) -> None:
    """With the words, and what goes along; it says which message it changes, and what that is called now."""
    usual = {"timestamp": AT, "message": None, "expiresInSeconds": 0, "isExpirationUpdate": False, "viewOnce": False}
    edit = envelope(editMessage={"targetSentTimestamp": TARGET, "dataMessage": {**usual, **content}})
    assert read(edit, ACCOUNT) == incoming(Kind.EDIT, handle=str(TARGET), renamed=str(AT), **expected)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"sticker": {"packId": "ab", "stickerId": 1}}, incoming(Kind.STICKER)),
        ({"contacts": [{"name": {"given": "Rui"}, "phone": [{"value": "+351"}]}]}, incoming(Kind.CARD)),
        ({"viewOnce": True, "attachments": [{"contentType": "image/jpeg", "id": "a.jpg"}]}, incoming(Kind.FILE)),
        ({"viewOnce": True, "message": "once"}, incoming(Kind.FILE)),
        ({"message": "@Ann hi", "mentions": [{"name": "Ann", "start": 0, "length": 1}]}, incoming(text="@Ann hi")),
        ({"message": "hi", "quote": {"id": "x"}}, incoming(text="hi")),
        ({"message": "hi", "previews": [{"url": "https://x"}], "storyContext": {}}, incoming(text="hi")),
        ({"message": "hi", "timestamp": None}, incoming(text="hi")),
    ],
)
def test_everything_else_that_she_sends_has_a_defined_answer(content: dict[str, Any], expected: Incoming) -> None:
    """What she wants to be seen once is left where it lies."""
    assert read(message(**content), ACCOUNT) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([{"contentType": "audio/aac", "id": "a.aac"}], (Kind.VOICE, "a.aac")),
        ([{"contentType": "audio/aac", "id": "a.aac", "isVoiceNote": True}], (Kind.VOICE, "a.aac")),
        ([{"contentType": "audio/aac", "id": "a.aac", "voiceNote": True}], (Kind.VOICE, "a.aac")),
        ([{"contentType": "audio/mpeg", "id": "a.mp3", "isVoiceNote": False}], (Kind.FILE, "")),
        ([{"contentType": "image/jpeg", "id": "a_b-C1.jpg"}], (Kind.PICTURE, "a_b-C1.jpg")),
        ([{"contentType": "IMAGE/PNG", "id": "a"}], (Kind.PICTURE, "a")),
        ([{"contentType": "video/mp4", "id": "a.mp4"}], (Kind.FILE, "")),
        ([{"contentType": "application/pdf", "id": "a.pdf"}], (Kind.FILE, "")),
        ([{"contentType": "image/jpeg", "id": "../../etc/passwd"}], (Kind.PICTURE, "")),
        ([{"contentType": "image/jpeg", "id": "a.Ana Maria"}], (Kind.PICTURE, "")),
        ([{"contentType": "image/jpeg", "id": None}], (Kind.PICTURE, "")),
        ([{"contentType": 7}], (Kind.FILE, "")),
        ([None], (Kind.FILE, "")),
        (
            [{"contentType": "text/x-signal-plain", "id": "t"}, {"contentType": "image/png", "id": "p"}],
            (Kind.PICTURE, "p"),
        ),
        ([{"contentType": "video/mp4", "id": "v"}, {"contentType": "audio/aac", "id": "a"}], (Kind.VOICE, "a")),
    ],
)
def test_of_files_only_where_a_voice_note_or_a_picture_lies_comes_in(
    files: list[Any], expected: tuple[str, str]
) -> None:
    """Of several the one that a peer can hear or see, with the words that stand below it."""
    found = read(message(attachments=files, message="look"), ACCOUNT)
    assert isinstance(found, Incoming)
    assert (found.kind, found.media.ref if found.media else "") == expected
    assert found.text == ("look" if found.media else "")


def test_a_long_text_is_a_text() -> None:
    """The daemon has put its rest where it belongs; without any text it is a file like another."""
    files = [{"contentType": "text/x-signal-plain", "id": "t"}]
    assert read(message(attachments=files, message="long"), ACCOUNT) == incoming(text="long")
    assert read(message(attachments=files), ACCOUNT) == incoming(Kind.FILE)


@pytest.mark.parametrize(
    "name", ["ProtocolInvalidMessageException", "ProtocolNoSessionException", "InvalidMessageException", "", 7]
)
def test_what_cannot_be_read_is_answered_once_an_hour(name: Any) -> None:
    """Her phone's receipt for the answer may be unreadable too, and would be answered for ever."""
    first = read(envelope() | {"exception": {"type": name, "message": "..."}}, ACCOUNT)
    again = read(envelope(timestamp=AT + 60_000) | {"exception": {"type": name}}, ACCOUNT)
    assert first == incoming(Kind.FILE, **UNREADABLE)
    assert isinstance(again, Incoming)
    assert again.id == first.id


def test_a_message_that_is_sent_again_after_it_could_not_be_read_is_a_new_step() -> None:
    """Her app repeats it with the same time."""
    failed = read(envelope() | {"exception": {"type": "ProtocolInvalidMessageException"}}, ACCOUNT)
    found = read(message(message="hello"), ACCOUNT)
    assert isinstance(failed, Incoming)
    assert isinstance(found, Incoming)
    assert failed.id != found.id


def test_a_changed_identity_is_told_apart() -> None:
    """D6: what the bot sends first has to pause until she writes."""
    found = read(envelope() | {"exception": {"type": "ProtocolUntrustedIdentityException"}}, ACCOUNT)
    assert found == NewIdentity(ADDRESS, incoming(Kind.FILE, **UNREADABLE))


GROUP = {"groupId": "Pmpi", "groupName": "Peers", "type": "DELIVER"}
IGNORED = {
    "no envelope": {"account": ACCOUNT},
    "no account of hers": envelope(sourceUuid=None, source="+351910000000", dataMessage={"message": "hi"}),
    "number as account": envelope(sourceUuid="+351910000000", dataMessage={"timestamp": AT, "message": "hi"}),
    "account of a number": envelope(sourceUuid=f"PNI:{ANA}", dataMessage={"timestamp": AT, "message": "hi"}),
    "another account": message(message="hi") | {"account": "+15550002222"},
    "from ourselves": envelope(sourceNumber=ACCOUNT, dataMessage={"timestamp": AT, "message": "hi"}),
    "sync beside a message": envelope(syncMessage={}, dataMessage={"timestamp": AT, "message": "hi"}),
    "no time": envelope(timestamp=0, dataMessage={"message": "hi"}),
    "time before time": envelope(timestamp=-5, dataMessage={"timestamp": True, "message": "hi"}),
    "group edit": envelope(
        editMessage={
            "targetSentTimestamp": TARGET,
            "dataMessage": {"timestamp": AT, "message": "hi", "groupInfo": GROUP},
        }
    ),
    "edit of nothing": envelope(editMessage={"dataMessage": {"timestamp": AT, "message": "hi"}}),
    "edit without time": envelope(
        timestamp=0, editMessage={"targetSentTimestamp": TARGET, "dataMessage": {"message": "x"}}
    ),
    "edit on another device of ours": envelope(
        syncMessage={}, editMessage={"targetSentTimestamp": TARGET, "dataMessage": {"timestamp": AT, "message": "hi"}}
    ),
    "group reaction": message(groupInfo=GROUP, reaction={"emoji": "1️⃣", "targetSentTimestamp": TARGET}),
    "group timer": message(groupInfo=GROUP, isExpirationUpdate=True, expiresInSeconds=5),
    "deletion of nothing": message(remoteDelete={"timestamp": "x"}),
    "timer that is none": message(isExpirationUpdate=True, expiresInSeconds="x"),
    "negative timer": message(isExpirationUpdate=True, expiresInSeconds=-1),
    "profile key": message(),
    "empty text": message(message=""),
    "poll": message(pollCreate={"question": "?"}),
    "poll vote": message(pollVote={"targetSentTimestamp": TARGET}),
    "pin": message(pinMessage={"targetSentTimestamp": TARGET}),
    "payment": message(payment={"note": "x"}),
    "deletion by an admin": message(adminDelete={"targetSentTimestamp": TARGET}),
    "call": envelope(callMessage={"offerMessage": {"id": 1}}),
    "story": envelope(storyMessage={"allowsReplies": True}),
    "had before": envelope() | {"exception": {"type": "ProtocolDuplicateMessageException"}},
    "unreadable typing": envelope(typingMessage={"action": "STARTED"}) | {"exception": {"type": "X"}},
    "unreadable of nobody": {"exception": {"type": "ProtocolInvalidMessageException"}, "account": ACCOUNT},
    "unreadable without time": envelope(timestamp=None) | {"exception": {"type": "X"}},
}


@pytest.mark.parametrize("params", IGNORED.values(), ids=IGNORED)
def test_what_does_not_concern_us_is_ignored(params: dict[str, Any]) -> None:
    """No answer, no error."""
    assert read(params, ACCOUNT) is None


def test_the_account_is_one_however_it_is_spelt() -> None:
    """The daemon may write it in capitals some day."""
    shouted = envelope(sourceUuid=ANA.upper(), dataMessage={"timestamp": AT, "message": "hi"})
    assert read(shouted, ACCOUNT) == incoming(text="hi")
    assert sender_of(shouted) == sender_of({"subscription": 1, "result": shouted}) == ANA


def test_a_message_says_how_long_it_stays() -> None:
    """Who comes with a timer of her own keeps it."""
    assert timer_of(FIXTURES["dm_with_timer"]["params"]) == 3600
    assert timer_of(FIXTURES["dm_text"]["params"]) == 0
    assert timer_of(FIXTURES["edit"]["params"]) == 0
    assert timer_of(FIXTURES["timer_changed"]["params"]) == 86400
    assert timer_of(FIXTURES["typing"]["params"]) is None
    assert timer_of(message(groupInfo=GROUP)) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(ANA) | st.just(AT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DATA_FIELDS = (
    *("timestamp", "message", "expiresInSeconds", "isExpirationUpdate", "viewOnce", "reaction", "quote"),
    *("attachments", "sticker", "contacts", "remoteDelete", "groupInfo", "mentions"),
)


def some(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects that have any of these fields, with anything in them."""
    inner = st.dictionaries(
        st.sampled_from(["timestamp", "emoji", "targetSentTimestamp", "id", "contentType", "type", "dataMessage"]), JSON
    )
    return st.dictionaries(st.sampled_from(names), JSON | inner | st.lists(inner, max_size=2))


@given(JSON)
def test_no_json_raises(params: Any) -> None:
    """Whatever the daemon writes is answered or ignored."""
    assert read(params, ACCOUNT) is None
    assert timer_of(params) is None
    sender_of(params)
    unwrapped(params)


@given(some(*DATA_FIELDS), some("targetSentTimestamp", "dataMessage"), st.booleans(), JSON)
def test_no_envelope_of_hers_raises(data: Any, edit: Any, is_edit: bool, failure: Any) -> None:  # noqa: FBT001 - drawn
    """The same, past the first door; what comes in is hers and holds plain words only."""
    content = {"editMessage": edit} if is_edit else {"dataMessage": data}
    found = read(envelope(**content) | {"exception": failure}, ACCOUNT)
    assert found is None or found.address == ADDRESS
    timer_of(envelope(**content))
    if isinstance(found, Incoming):
        assert found.id.startswith(ANA)
        assert len(found.text) <= 4096


def planted() -> list[dict[str, Any]]:
    """Build notifications of every sort with a planted string in every field that says who she is."""
    who = dict.fromkeys(("source", "sourceNumber", "sourceName", "sourceServiceId"), PLANTED)
    author = dict.fromkeys(("author", "authorNumber", "targetAuthor", "targetAuthorNumber", "name"), PLANTED)
    file = {"filename": PLANTED, "caption": PLANTED, "contentType": PLANTED, "id": PLANTED, "blurHash": PLANTED}
    about = {
        "mentions": [{**author, "number": PLANTED}],
        "previews": [{"url": PLANTED, "title": PLANTED}],
        "quote": {**author, "id": TARGET, "text": PLANTED, "attachments": [file]},
        "storyContext": {"authorNumber": PLANTED},
        "textStyles": [{"style": PLANTED}],
    }
    contents: list[dict[str, Any]] = [
        {"message": "olá"},
        {"attachments": [file | {"contentType": "application/pdf"}]},
        {"attachments": [file | {"contentType": "audio/aac", "id": "opaque.aac"}], "message": "olá"},
        {"attachments": [file | {"contentType": "image/jpeg", "id": f"opaque.{PLANTED}"}]},
        {"attachments": [file], "viewOnce": True, "message": PLANTED},
        {"sticker": {"packId": PLANTED, "stickerId": 1}},
        {"contacts": [{"name": {"display": PLANTED}, "phone": [{"value": PLANTED}]}]},
        {"reaction": {**author, "emoji": "1️⃣", "targetAuthorUuid": OURS, "targetSentTimestamp": TARGET}},
        {"remoteDelete": {"timestamp": TARGET}},
        {"isExpirationUpdate": True, "expiresInSeconds": 60},
        {"groupInfo": {"groupName": PLANTED}, "message": PLANTED},
    ]
    bodies = [message(**about, **content) for content in contents]
    for body in [*bodies]:
        data = body["envelope"]["dataMessage"]
        bodies.append(envelope(editMessage={"targetSentTimestamp": TARGET, "dataMessage": data}))
    bodies.append(envelope() | {"exception": {"message": PLANTED, "type": PLANTED}})
    bodies.append(envelope() | {"exception": {"message": PLANTED, "type": "UntrustedIdentityException"}})
    return [body | {"envelope": body["envelope"] | who} for body in bodies]


def test_no_name_number_or_profile_gets_in() -> None:
    """D2: of every sort, nothing planted is anywhere in what comes through the door."""
    found = [read(params, ACCOUNT) for params in planted()]
    assert len([each for each in found if each]) > 20
    assert not [leaf for each in found for leaf in parts(each) if PLANTED in str(leaf)]
    assert {each.kind for each in found if isinstance(each, Incoming)} == {
        *(Kind.TEXT, Kind.VOICE, Kind.PICTURE, Kind.FILE, Kind.STICKER, Kind.CARD, Kind.EDIT, Kind.TAKEN_BACK),
    }
