"""A card: all that is known in words, and nothing that is not."""

from datetime import UTC, date, datetime

import pytest

from bot.core.card import WELCOME_FIELDS, Teller
from bot.core.directory import Hotline, Service
from bot.core.library import Library
from bot.core.monitoring import week

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BARE = {
    "id": "x",
    "organization": "x",
    "name": "Casa",
    "city": "porto",
    "needs": ["shelter"],
    "source": ["https://example.org"],
    "read_on": date(2026, 11, 1),
    "confidence": "high",
}
LINE = {
    "id": "x",
    "country": "PT",
    "topic": "drugs",
    "name": "Linha",
    "numbers": ["1414"],
    "source": ["https://example.org"],
    "read_on": date(2026, 11, 1),
    "confidence": "high",
}


def card(library: Library, language: str = "en", **known: object) -> list[str]:
    return (
        Teller(library, language, NOW).service(Service.model_validate(BARE | known)).replace("\n\n", "\n").splitlines()
    )


def line(library: Library, **known: object) -> list[str]:
    return Teller(library, "en", NOW).hotline(Hotline.model_validate(LINE | known)).replace("\n\n", "\n").splitlines()


@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_what_is_unknown_is_not_said_at_all(library: Library, language: str) -> None:
    phrases = [library.phrase(language, name) for name in library.phrases if name.endswith(("_no", "_yes"))]
    said = card(library, language)
    assert not set(said) & set(phrases)
    assert said == [
        "Casa",
        library.phrase(language, "hours_unknown"),
        library.phrase(language, "source_undated"),
    ]


@pytest.mark.parametrize("name", WELCOME_FIELDS)
def test_a_no_is_said_only_where_a_source_says_no(library: Library, name: str) -> None:
    assert library.phrase("en", f"{name}_no") in card(library, welcome={name: False})
    assert library.phrase("en", f"{name}_yes") in card(library, welcome={name: True})
    assert library.phrase("en", f"{name}_no") not in card(library, welcome={name: None})


def test_numbers_and_links_stand_alone_on_their_lines(library: Library) -> None:
    said = card(library, phones=[{"number": "+351 22 000"}], url="https://casa.pt", latitude=41.1, longitude=-8.6)
    assert "+351 22 000" in said
    assert "https://casa.pt" in said
    assert "https://www.openstreetmap.org/?mlat=41.1&mlon=-8.6#map=17/41.1/-8.6" in said


def test_a_place_on_the_equator_is_on_the_map(library: Library) -> None:
    assert any("mlat=0.0" in each for each in card(library, latitude=0, longitude=0))


def test_no_map_without_both_coordinates(library: Library) -> None:
    assert not any("openstreetmap" in each for each in card(library, latitude=41.1))


def test_when_it_was_checked_is_said_and_a_doubt_too(library: Library) -> None:
    assert card(library, verified_on=date(2026, 11, 2))[-1] == "Checked on 2 November 2026."
    assert card(library, source_on="2026-11", confidence="low")[-1] == (
        "Nobody has called to check. Our source is from November 2026. It may have changed."
    )


def test_today_is_said_before_the_week(library: Library) -> None:
    said = card(library, hours="Mo-Fr 10:00-18:00")
    assert said[1:4] == ["Open now, until 18:00.", "Mon\u2013Fri 10:00\u201318:00", "It may differ on public holidays."]


def test_closed_for_now_outweighs_the_hours_until_its_last_day(library: Library) -> None:
    assert card(library, hours="24/7", closed_until=date(2026, 11, 23))[1] == "Closed for now, until 23 November 2026."
    assert card(library, hours="24/7", closed_until=date(2026, 11, 22))[1] == "Open day and night."
    teller = Teller(library, "en", NOW)
    shut = Service.model_validate(BARE | {"hours": "24/7", "closed_until": date(2026, 11, 23)})
    assert teller.is_open(shut) is False
    assert teller.label(shut) == "Casa · closed now"


def test_a_button_says_nothing_of_hours_that_are_not_known(library: Library) -> None:
    assert Teller(library, "en", NOW).label(Service.model_validate(BARE)) == "Casa"


def test_the_price_in_words_outweighs_free_or_not(library: Library) -> None:
    assert "It's free." in card(library, free=True)
    assert "It's not free." in card(library, free=False)
    assert "It's free." not in card(library, free=True, price="2 euros")


def test_languages_are_named_in_hers(library: Library) -> None:
    assert f"{library.phrase('es', 'languages')} portugués y griego" in card(library, "es", languages=["pt", "el"])


def test_a_hotline_without_hours_says_nothing_of_them(library: Library) -> None:
    assert line(library) == ["Linha", "1414", library.phrase("en", "source_undated")]


@pytest.mark.parametrize("on_bill", [True, False])
def test_whether_a_call_shows_on_the_bill_is_said_where_it_is_known(library: Library, on_bill: bool) -> None:  # noqa: FBT001 - parametrised
    yes, no = library.phrase("en", "bill_yes"), library.phrase("en", "bill_no")
    said = line(library, on_bill=on_bill)
    assert (yes in said, no in said) == (on_bill, not on_bill)


def test_the_lines_are_told_as_staff_ordered_them_and_those_of_other_cities_not_at_all(library: Library) -> None:
    teller = Teller(library, "en", NOW)
    told = teller.hotlines("ES", "violence", "barcelona")
    places = [told.index(number) for number in ("016", "900 900 120", "900 922 357", "601 00 11 22")]
    assert places == sorted(places)
    assert "900 922 357" not in teller.hotlines("ES", "violence", "porto")


def test_a_line_that_is_called_like_its_number_is_not_said_twice(library: Library) -> None:
    told = Teller(library, "en", NOW).hotlines("ES", "crisis", "").splitlines()
    assert told.count("024") == 1


def test_numbers_of_several_countries_are_said_once_where_all_share_them_and_else_by_country(library: Library) -> None:
    teller = Teller(library, "en", NOW)
    countries = sorted({city.country for city in library.directory.cities})
    assert teller.numbers(countries, "emergency") == "112"
    assert teller.numbers(["PT", "ES"], "crisis").replace("\n\n", "\n").splitlines() == [
        f"Portugal: {library.hotlines['PT', 'crisis'][0].numbers[0]}",
        f"Spain: {library.hotlines['ES', 'crisis'][0].numbers[0]}",
    ]
    assert teller.numbers([], "emergency") == ""


@pytest.mark.parametrize(
    ("checked", "is_doubted"),
    [(None, True), (date(2026, 11, 15), True), (date(2026, 11, 16), False), (NOW.date(), False)],
)
def test_where_many_were_not_received_well_it_is_said_until_a_person_has_checked(
    library: Library,
    checked: date | None,
    is_doubted: bool,  # noqa: FBT001 - parametrised
) -> None:
    place = Service.model_validate(BARE | {"verified_on": checked})
    said = Teller(library, "en", NOW, lambda _: {"x": week(date(2026, 11, 16))}).service(place).splitlines()[-1]
    assert (library.phrase("en", "check_again") in said) is is_doubted
    assert library.phrase("en", "check_again") not in "\n".join(card(library))
