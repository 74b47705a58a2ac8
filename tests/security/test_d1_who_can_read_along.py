"""D1: on Telegram, the first screen that gives something away says once who can read along, and where nobody can."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.rules.lock_screen import LOCK_SCREEN
from bot.core.contact import LANGUAGE_KEPT, Contact, Position, Timer, Told
from bot.core.directory import Links
from bot.core.engine import Forgotten, Turn, finish_leaving, respond
from bot.core.flow import Node
from bot.core.library import MENU, Library
from bot.core.message import Address, Incoming, Kind, Screen, fold
from bot.core.speech import normalise
from bot.core.stage import Stage
from tests.core.people import ANA, NOW, hers
from tests.shipped import shipped

LANGUAGES = sorted(shipped().speech.languages)
EMERGENCIES = ("overdose", "now")
"""Seconds count there."""
SENSITIVE = {
    "violence", "low", "rights", "safer_use", "substances", "ways", "moments", "body", "mixing", "find",
    "missed", "spiked", "peer", "company", "referral", "visit",
}  # fmt: skip
WATCHED = {Position("violence", "start"), Position("violence", "neutral")}
"""Where somebody may be reading over her shoulder: the question, and the screen for who is not sure."""
SIGNAL = "https://signal.example.org/#p/one"
ANSWERS = {
    "text": "an example",
    "number": "3",
    "time": "18:30",
    "place": "porto",
    "day": "26/11",
    "content": "an example",
}


def resting(library: Library) -> Iterator[tuple[Position, Node]]:
    """Name every node where someone can stand."""
    for flow, body in library.flows.items():
        for name, node in body.nodes.items():
            if not node.is_passing:
                yield Position(flow, name), node


def tells(library: Library, at: Position | None) -> bool:
    """Tell whether a screen is one of those that give something away."""
    return at is not None and at.flow in SENSITIVE and at not in WATCHED and library.node(at) is not None


def notice(library: Library, language: str) -> str:
    return library.phrase(language, "readable_here")


def times(library: Library, screen: Screen | None, language: str) -> int:
    """Count how often a screen says it; anywhere but in its last text, that is a fault."""
    assert screen
    said = notice(library, language)
    assert not any(said in text for text in screen.texts[:-1])
    return screen.texts[-1].count(said)


def someone(language: str, at: Position = MENU, *trail: Position, city: str = "") -> Contact:
    return Contact(language, city, at, trail, answers={"need": "shelter"}, seen=fold(NOW))


def press(token: str) -> Incoming:
    return Incoming(ANA, Kind.PRESS, f"press {token}", token=token)


def ways_on(library: Library, contact: Contact) -> Iterator[tuple[Contact, Incoming]]:
    """Name everything that leads on from where she stands: each choice, her answer, the timer."""
    assert contact.position
    stage = Stage(library, contact, contact.position, ANA.channel, NOW)
    for item in stage.items:
        yield contact, press(item.token)
    if stage.node.ask:
        yield contact, Incoming(ANA, Kind.TEXT, "answer", text=ANSWERS[stage.node.ask])
    for node in stage.node.after.values():
        timer = Timer(int(NOW.timestamp()), node, str(ANA))
        yield replace(contact, timer=timer), Incoming(ANA, Kind.TIMER, "timer")


def faults(library: Library, turn: Turn) -> Iterator[str]:
    """Hold one arrival, and the step after it, against the promise."""
    at, language = turn.contact.position, turn.contact.language
    wanted = int(tells(library, at))
    if (said := times(library, turn.screen, language)) != wanted:
        yield f"{at}: {said} times, not {wanted}"
    after = respond(library, turn.contact, Incoming(ANA, Kind.TEXT, "after", text="menu"), NOW)
    back = respond(library, after.contact, Incoming(ANA, Kind.TEXT, "back", text="back"), NOW)
    if wanted and (times(library, after.screen, language) or times(library, back.screen, language)):
        yield f"{at}: said again"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sensitive_screen_says_it_when_it_is_her_first(library: Library, language: str) -> None:
    found, seen = [], 0
    for at, _ in resting(library):
        turn = respond(library, someone(language, MENU, at), Incoming(ANA, Kind.TEXT, "1", text="back"), NOW)
        seen += tells(library, turn.contact.position)
        found += faults(library, turn)
    assert not found, "\n".join(found)
    assert seen > 200


@pytest.mark.parametrize("city", ["", "porto"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_a_sensitive_screen_leads_to_it_being_said_once(
    library: Library, language: str, city: str
) -> None:
    found, landings = [], set()
    for at, _ in resting(library):
        for contact, incoming in ways_on(library, someone(language, at, city=city)):
            turn = respond(library, contact, incoming, NOW)
            if turn.contact.position and turn.contact.language == language:
                landings.add((at, turn.contact.position))
                found += faults(library, turn)
    assert not found, "\n".join(found[:30])
    entries = {(at.flow, to.flow) for at, to in landings if at.flow not in SENSITIVE and to.flow in SENSITIVE}
    assert {("start", "violence"), ("start", "safer_use"), ("now", "low"), ("overdose", "find")} <= entries


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_keyword_that_opens_a_sensitive_flow_leads_to_it(library: Library, language: str) -> None:
    for flow in sorted(SENSITIVE - {"violence"}):
        if not library.flows[flow].keywords:
            continue  # it is entered from a card alone
        typed = Incoming(ANA, Kind.TEXT, "1", text=library.flows[flow].keywords[0])
        turn = respond(library, Contact(language), typed, NOW)
        assert turn.contact.position
        assert (turn.contact.position.flow, list(faults(library, turn))) == (flow, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_emergency_screen_ever_says_it(library: Library, language: str) -> None:
    for at, _ in resting(library):
        for told in Told if at.flow in EMERGENCIES else ():
            contact = replace(someone(language, at, MENU), told=told)
            for kind in (Kind.AGAIN, Kind.STICKER):
                turn = respond(library, contact, Incoming(ANA, kind, "1"), NOW)
                assert turn.contact.position == at
                assert not times(library, turn.screen, language)


@pytest.mark.parametrize("channel", ["signal", "web", "terminal"])
def test_where_the_platform_cannot_read_along_nothing_is_said(library: Library, channel: str) -> None:
    for at, _ in resting(library):
        for told in Told:
            contact = replace(someone("en", MENU, at), told=told)
            turn = respond(library, contact, Incoming(Address(channel, "1"), Kind.TEXT, "1", text="back"), NOW)
            assert not times(library, turn.screen, "en")


@settings(max_examples=60)
@given(st.lists(hers, min_size=1, max_size=30))
def test_whatever_she_does_it_is_said_at_her_first_sensitive_screen_and_never_after_that(steps: list[Incoming]) -> None:
    library = shipped()
    contact, said_here, is_over = Contact(), False, False
    for number, step in enumerate(steps):
        incoming = replace(step, id=str(number), token=_token(library, contact, step.token))
        turn = respond(library, contact, incoming, NOW)
        contact = turn.contact
        if any(isinstance(effect, Forgotten) for effect in turn.effects):
            said_here = is_over = False
            continue
        if turn.screen is None:
            continue  # she took something back: what she sees is what she saw
        said = notice(library, contact.language) in turn.screen.texts[-1]
        is_over = is_over or (said_here and not said)
        assert not (said and is_over)
        if tells(library, contact.position) and not is_over:
            assert said
        said_here = said


def _token(library: Library, contact: Contact, token: str) -> str:
    """Turn `#n` into the n-th button on her screen."""
    if not token.startswith("#") or not contact.position:
        return token
    screen = Stage(library, contact, contact.position, ANA.channel, NOW).screen()
    choices = (*screen.choices, *screen.ways)
    return choices[int(token[1:]) % len(choices)].token


@pytest.mark.parametrize("kind", [Kind.AGAIN, Kind.STICKER, Kind.TEXT])
def test_a_screen_that_is_shown_again_says_it_again(library: Library, kind: Kind) -> None:
    incoming = Incoming(ANA, Kind.TEXT, "1", text="heroin", locale="en")
    first = respond(library, Contact("en"), incoming, NOW)
    repeated = incoming if kind is Kind.TEXT else Incoming(ANA, kind, "2")
    again = respond(library, first.contact, repeated, NOW)
    assert again.contact.position == first.contact.position
    assert times(library, first.screen, "en") == times(library, again.screen, "en") == 1
    in_portuguese = respond(library, again.contact, Incoming(ANA, Kind.TEXT, "3", text="português"), NOW)
    assert times(library, in_portuguese.screen, "pt") == 1


@pytest.mark.parametrize("at", sorted(WATCHED, key=str))
def test_where_someone_may_be_looking_it_waits_for_the_next_screen(library: Library, at: Position) -> None:
    contact = someone("en", at)
    assert library.flows[at.flow].sensitive
    for each, incoming in ways_on(library, contact):
        turn = respond(library, each, incoming, NOW)
        if turn.contact.position and turn.contact.position.flow == at.flow:
            assert not list(faults(library, turn))
            assert turn.contact.position in WATCHED or turn.contact.told is Told.HERE


def test_what_is_sensitive_is_written_in_the_flows_and_never_in_an_emergency(library: Library) -> None:
    assert {name for name, flow in library.flows.items() if flow.sensitive} >= SENSITIVE
    assert not any(library.flows[name].sensitive for name in (*EMERGENCIES, "start", "me"))
    assert {at for at, node in resting(library) if not node.sensitive} == WATCHED


def test_numbers_to_call_come_before_it(library: Library) -> None:
    back = Incoming(ANA, Kind.TEXT, "1", text="back")
    for at, node in resting(library):
        if tells(library, at) and any("{hotline" in text for text in node.say):
            turn = respond(library, someone("en", MENU, at, city="porto"), back, NOW)
            assert turn.screen
            assert any(char.isdigit() for text in turn.screen.texts[:-1] for char in text)
            assert not any(char.isdigit() for char in turn.screen.texts[-1].replace("48", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_the_word_that_wipes_and_starts_with_nothing_that_a_stranger_must_not_read(
    library: Library, language: str
) -> None:
    spoken, said = library.speech.languages[language], notice(library, language)
    quoted = said.partition("“")[2].partition("”")[0]
    assert quoted in spoken.words["exit"]
    assert "48" in said
    assert "Telegram" in said
    shown = f" {normalise(said[: LOCK_SCREEN + 20])} "
    assert not [word for word in spoken.sensitive if f" {normalise(word)}{'' if word.endswith('*') else ' '}" in shown]


@pytest.mark.parametrize("language", LANGUAGES)
def test_signal_is_named_with_its_link_where_the_bot_is_there_and_not_at_all_where_it_is_not(
    library: Library, language: str
) -> None:
    for link in (SIGNAL, None):
        directory = library.directory.model_copy(update={"links": Links(signal=link)})
        linked = Library(library.flows, library.phrases, directory, library.speech)
        turn = respond(linked, someone(language), Incoming(ANA, Kind.TEXT, "1", text="heroin"), NOW)
        assert turn.screen
        last = turn.screen.texts[-1]
        assert last.startswith(notice(library, language))
        assert last.endswith(f"\n{SIGNAL}") is bool(link)
        assert ("Signal" in last) is bool(link)


def test_that_she_was_told_is_forgotten_with_her_language_and_by_forget_me_and_outlives_an_exit(
    library: Library,
) -> None:
    heroin = Incoming(ANA, Kind.TEXT, "heroin", text="heroin")
    told = respond(library, Contact("en"), heroin, NOW).contact
    for later, wanted in ((LANGUAGE_KEPT - timedelta(hours=1), 0), (LANGUAGE_KEPT, 1)):
        again = respond(library, told, replace(heroin, id="later"), NOW + later)
        assert times(library, again.screen, "en") == wanted
    left = respond(library, told, Incoming(ANA, Kind.TEXT, "2", text="exit"), NOW).contact
    back = respond(library, finish_leaving(left, is_wiped=True), replace(heroin, id="3"), NOW)
    assert times(library, back.screen, "en") == 0
    forgotten = respond(library, told, Incoming(ANA, Kind.TEXT, "4", text="forget me"), NOW).contact
    assert times(library, respond(library, forgotten, replace(heroin, id="5", locale="en"), NOW).screen, "en") == 1
