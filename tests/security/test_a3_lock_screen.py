"""A3: what the bot sends first begins with nothing that a stranger must not read, in any language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.contact import Contact, Position, Timer
from bot.core.engine import respond
from bot.core.house import GroupState, House
from bot.core.lock_screen import LOCK_SCREEN
from bot.core.message import Address, Incoming, Kind, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.phrase import SENT_FIRST
from bot.core.plan import Plan
from bot.core.speech import normalise
from bot.core.telling import judge
from bot.core.terms import Terms
from bot.core.verdict import Send
from bot.core.wordlist import WordList
from tests.scenes.content import library

ANA = Address("telegram", "700000001")
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
GROUP = "trial-porto"
SOON = [NOW + timedelta(hours=6) + timedelta(days=days) for days in (0, 1, 2, 7, 30)]
CANCELLED = House({GROUP: GroupState(Plan().cancel("2026-11-18"))})
LANGUAGES = sorted(library().speech.languages)


def notices() -> Iterator[tuple[Notice, House]]:
    """Return a notice of each kind, of meetings near and far; what moderators write is theirs, and not among them."""
    now, until = int(NOW.timestamp()), int((NOW + timedelta(days=60)).timestamp())
    for at in SOON:
        starts_at = int(at.timestamp())
        plan = Plan().add("one", at.replace(tzinfo=None))
        house = House({GROUP: GroupState(plan)})
        for kind in (NoticeKind.REMINDER, NoticeKind.CHANGE):
            yield Notice(kind, (GROUP,), now, until, meeting="xone", starts_at=starts_at), house
        moved = Notice(NoticeKind.CHANGE, (GROUP,), now, until, meeting="xone", starts_at=starts_at, was_at=now + 3600)
        yield moved, house
    off = Notice(NoticeKind.CHANGE, (GROUP,), now, until, meeting="2026-11-18", was_at=int(SOON[0].timestamp()))
    yield off, CANCELLED
    for kind in (NoticeKind.QUESTION, NoticeKind.RESULT, NoticeKind.STILL):
        yield Notice(kind, (GROUP,), now, until), House()


def unsafe(language: str, text: str) -> str:
    """Return the sensitive word in what a lock screen shows of a text; what is cut is read to the end of its word."""
    shown = text[:LOCK_SCREEN] + text[LOCK_SCREEN:].partition(" ")[0]
    return WordList(library().speech.languages[language].sensitive).first_in(normalise(shown))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_begins_with_nothing_sensitive(language: str) -> None:
    member = Contact(language, is_asked=True, seen=fold(NOW)).with_memberships({GROUP: Terms()}, str(ANA))
    kinds, group = set(), library().groups[GROUP]
    for notice, house in notices():
        found = judge(library(), NOW)(member, house, notice)
        assert isinstance(found, Send), notice
        kinds.add(notice.kind)
        for text in found.screen.texts:
            assert not unsafe(language, text), text
            assert group.name not in text
            assert group.place
            assert group.place not in text
    assert kinds == set(NoticeKind) - {NoticeKind.BROADCAST}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_that_may_come_by_itself_begins_with_nothing_sensitive(language: str) -> None:
    for name in SENT_FIRST:
        text = library().speech.say(language, "phrases", library().phrases[name])
        assert not unsafe(language, text), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_that_a_timer_brings_begins_with_nothing_sensitive(language: str) -> None:
    brought = 0
    for name, flow in library().flows.items():
        for node_name, node in flow.nodes.items():
            for target in node.after.values():
                for city in ("", *library().cities):
                    timer = Timer(int(NOW.timestamp()), target, str(ANA))
                    waiting = Contact(language, city, Position(name, node_name), timer=timer, seen=fold(NOW))
                    turn = respond(library(), waiting, Incoming(ANA, Kind.TIMER, "timer"), NOW)
                    assert turn.screen
                    assert not unsafe(language, turn.screen.texts[0]), turn.screen.texts[0]
                    brought += 1
    assert brought > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sensitive_word_is_found_where_it_stands(language: str) -> None:
    word = library().speech.languages[language].sensitive[0].rstrip("*")
    assert unsafe(language, f"… {word} …")
    assert unsafe(language, "x" * (LOCK_SCREEN - 3) + f" {word}")
    assert not unsafe(language, "x" * LOCK_SCREEN + f" {word}")


def test_the_buttons_of_a_notice_say_nothing_of_what_it_is_about() -> None:
    member = Contact("en", is_asked=True, seen=fold(NOW)).with_memberships({GROUP: Terms()}, str(ANA))
    for language in LANGUAGES:
        for notice, house in notices():
            found = judge(library(), NOW)(replace(member, language=language), house, notice)
            assert isinstance(found, Send)
            labels = [each.label for each in (*found.screen.choices, *found.screen.ways)]
            assert not [label for label in labels if unsafe(language, label)]
