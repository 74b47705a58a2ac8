"""A screen: what is listed, in which order, on which page, and with which ways out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.contact import Contact, Position, Told
from bot.core.directory import Links, Service
from bot.core.kept import kept as all_kept
from bot.core.library import GREETING, MENU, Library
from bot.core.message import fold
from bot.core.speech import Speech
from bot.core.stage import PAGE, Stage
from tests.core.people import with_flow
from tests.core.test_card import BARE
from tests.drawn import drawn

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
RESULTS = Position("find", "results")


def stocked(library: Library, *services: dict[str, object]) -> Library:
    """Return the library with only these services in it."""
    listed = tuple(Service.model_validate(BARE | {"id": f"s{number}"} | each) for number, each in enumerate(services))
    return replace(library, directory=library.directory.model_copy(update={"services": listed}))


def results(library: Library, page: int = 0, **answers: str) -> Stage:
    """Return the list of beds in Porto."""
    contact = Contact("en", "porto", RESULTS, answers={"need": "shelter"} | answers, seen=fold(NOW))
    return Stage(library, contact, replace(RESULTS, page=page), "telegram", NOW)


def names(stage: Stage) -> list[str]:
    return [item.service.name for item in stage.shown if item.service]


def test_what_is_open_now_comes_first_then_what_is_not_known_then_what_is_closed(library: Library) -> None:
    stock = stocked(
        library, {"name": "shut", "hours": "Su 10:00-11:00"}, {"name": "dunno"}, {"name": "open", "hours": "24/7"}
    )
    assert names(results(stock)) == ["open", "dunno", "shut"]


def test_a_place_that_says_she_is_welcome_comes_before_one_that_says_nothing(library: Library) -> None:
    stock = stocked(
        library,
        {"name": "silent", "hours": "24/7"},
        {"name": "welcoming", "welcome": {"pets": True}},
        {"name": "refusing", "welcome": {"pets": False}},
    )
    assert names(results(stock, welcome="pets")) == ["welcoming", "silent"]


def test_a_doubtful_source_comes_last_among_equals(library: Library) -> None:
    stock = stocked(library, {"name": "doubtful", "confidence": "low"}, {"name": "sure"})
    assert names(results(stock)) == ["sure", "doubtful"]


@pytest.mark.parametrize(("number", "pages"), [(1, 1), (PAGE, 1), (PAGE + 1, 2), (2 * PAGE, 2), (2 * PAGE + 1, 3)])
def test_every_entry_is_on_one_page_and_the_last_page_leads_to_the_first(
    library: Library, number: int, pages: int
) -> None:
    stock = stocked(library, *({"name": f"n{each}"} for each in range(number)))
    seen: list[str] = []
    position = RESULTS
    for _ in range(pages):
        stage = results(stock, position.page)
        assert len(names(stage)) <= PAGE
        seen += names(stage)
        position = next((item.go for item in stage.shown if item.turns_page), RESULTS)
    assert sorted(seen) == sorted(f"n{each}" for each in range(number))
    assert position == RESULTS


def test_a_page_that_an_edit_took_away_is_another_page(library: Library) -> None:
    assert names(results(stocked(library, {"name": "only"}), page=7)) == ["only"]


def test_the_ways_out_are_on_every_screen_but_do_not_lead_where_she_is(library: Library) -> None:
    def ways(contact: Contact, position: Position) -> list[str]:
        return [word for word, _ in Stage(library, contact, position, "telegram", NOW).ways]

    assert ways(Contact("en"), GREETING) == ["menu", "exit"]
    assert ways(Contact("en"), MENU) == ["exit"]
    assert ways(Contact("en", trail=(GREETING,)), MENU) == ["back", "exit"]


def test_a_note_stands_before_the_first_text(library: Library) -> None:
    stage = Stage(library, Contact("en"), MENU, "telegram", NOW)
    assert stage.screen("unclear").texts[0].startswith(library.phrase("en", "unclear"))
    assert stage.screen("unclear").texts[0].endswith(stage.screen().texts[0])


def test_a_token_tells_nothing_and_is_the_same_for_everyone(library: Library) -> None:
    one = Stage(library, Contact("en", "porto"), MENU, "telegram", NOW).screen()
    other = Stage(library, Contact("pt"), MENU, "web", NOW).screen()
    assert [choice.token for choice in one.choices] == [choice.token for choice in other.choices]
    assert all(len(choice.token) == 12 for choice in one.choices)


def test_what_is_kept_is_said_from_the_record_itself(library: Library) -> None:
    def kept(contact: Contact) -> str:
        return all_kept(Stage(library, contact, Position("me", "kept"), "telegram", NOW))

    bare = Contact("en", seen=fold(NOW))
    assert "Porto" not in kept(bare)
    assert "English. Until 23 December 2026" in kept(bare)
    assert "Porto. Until 23 December 2026" in kept(replace(bare, city="porto"))
    assert library.phrase("en", "kept_handles") in kept(replace(bare, living=("1",)))
    assert library.phrase("en", "kept_handles") not in kept(bare)
    assert "who can read this chat. Until 23 December 2026" in kept(replace(bare, told=Told.GIVEN))
    assert "who can read" not in kept(bare)


def test_a_card_whose_place_staff_have_taken_out_says_so(library: Library) -> None:
    contact = Contact("pt", position=Position("find", "card"), answers={"service": "gone-since"})
    said = Stage(library, contact, Position("find", "card"), "telegram", NOW).screen().texts
    assert said == (library.phrase("pt", "place_gone"),)


def said(library: Library, text: str, contact: Contact, now: datetime = NOW) -> str:
    """Return what becomes of a text with placeholders."""
    return Stage(library, contact, MENU, "telegram", now)._fill(text)


@pytest.mark.parametrize(
    ("city", "moment"),
    [
        ("porto", "since Friday 20 November, 11:00"),
        ("berlin", "since Friday 20 November, 12:00"),
        ("athens", "since Friday 20 November, 13:00"),
        ("", "since Saturday 21 November"),
        ("gone", "since Saturday 21 November"),
    ],
)
def test_a_moment_is_said_by_the_clock_of_her_city_and_only_the_day_where_that_is_not_known(
    library: Library, city: str, moment: str
) -> None:
    now = NOW + timedelta(minutes=1)
    assert said(library, "since {ago:72 hours}", Contact("en", city), now) == moment


def test_a_time_that_cannot_be_read_is_no_error_of_hers(library: Library) -> None:
    assert said(library, "since {ago:72 days}", Contact("en", "porto")) == "since …"


def test_a_link_is_shown_where_it_is_set_and_its_want_is_said_where_it_is_not(library: Library) -> None:
    links = Links(source="https://source.example.org/")
    directory = library.directory.model_copy(update={"links": links})
    linked = Library(library.flows, library.phrases, directory, library.speech)
    bare = library.directory.model_copy(update={"links": Links()})
    unlinked = Library(library.flows, library.phrases, bare, library.speech)
    assert said(linked, "{link:source}", Contact("pt")) == "https://source.example.org/"
    for each in ("{link:signal}", "{link:moon}"):
        assert said(linked, each, Contact("pt")) == library.phrase("pt", "no_link")
    about = Contact("pt", position=Position("me", "about"))
    assert (
        library.phrase("pt", "no_link") in Stage(unlinked, about, Position("me", "about"), "web", NOW).screen().texts[0]
    )


def pictured(library: Library, image: str) -> Stage:
    """Return a screen of a node that names a picture, for someone who reads Portuguese."""
    wake, speech = drawn("wake"), library.speech
    catalogues = {**speech.catalogues, "pt": {**speech.catalogues["pt"], ("pictures", wake.alt): "Uma mão."}}
    known = replace(library, speech=Speech(speech.languages, catalogues), pictures={"wake": wake})
    known = with_flow(known, start={"say": ["First.", "Second."], "image": image})
    return Stage(known, Contact("pt"), Position("trial", "start"), "telegram", NOW)


def test_a_screen_has_its_picture_with_what_it_shows_in_her_language(library: Library) -> None:
    picture = pictured(library, "wake").screen("unclear").picture
    assert picture == replace(drawn("wake"), alt="Uma mão.")
    assert picture
    assert picture.data == drawn("wake").data


def test_a_picture_that_is_not_there_leaves_the_words(library: Library) -> None:
    screen = pictured(library, "walk").screen()
    assert (screen.picture, len(screen.texts)) == (None, 2)
