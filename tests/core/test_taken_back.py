"""What was taken back: whoever had it loses it, and whoever has not never gets it."""

from dataclasses import replace

from bot.core.contact import Position
from tests.core.relays import HOUSE, PORTO, SHELTER
from tests.core.test_errands import referred
from tests.core.town import Town


def test_what_one_of_two_has_and_the_other_has_not_comes_to_neither() -> None:
    town = Town()
    eva, mia, ana = town.answers("amber birch"), town.answers("bold cloud", PORTO), town.woman("ana")
    town.talk(ana, eva)
    eva.presses("What else I can do", "One more of us", "Yes, call one more")
    town.deliver()
    mia.presses_under("I take it")
    town.deliver()
    ana.types("my street")
    town.deliver(eva.address)
    assert eva.has("my street")
    ana.takes_back("my street")
    town.deliver()
    assert not eva.has("my street")
    assert "my street" not in "\n".join(mia.said)


def test_what_she_agreed_to_is_gone_from_who_handed_it_over_before_she_takes_her_yes_back() -> None:
    town = Town()
    casa, lar, ana = town.answers("amber birch", SHELTER), town.answers("bold cloud", SHELTER), town.woman("ana")
    ana.contact = replace(ana.contact, position=Position("find", "card"), answers={"service": HOUSE})
    ana.types("no such thing")
    ana.presses("Let them expect me", "Don't say what I need", "No", "Don't say when")
    ana.types("near the river")
    ana.presses("No, don't ask", "Yes, exactly this")
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    ana.types("from Monday on")
    town.deliver()
    casa.presses_under("What else I can do")
    casa.presses("Hand it over", "No note")
    town.deliver()
    assert not casa.has("near the river")
    assert not casa.has("from Monday on")
    lar.presses_under("I take it")
    town.deliver()
    assert lar.has("near the river")
    ana.presses_under("Take my yes back")
    town.deliver()
    assert not lar.has("near the river")


def test_what_she_agreed_to_goes_from_who_had_it_and_stops_answering() -> None:
    """Nobody knows later what stood in that chat, when she takes her yes back."""
    town = Town()
    casa = town.answers("calm finch", SHELTER)
    referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    assert casa.has("I have a dog.")
    casa.types("stop")
    town.deliver()
    assert not casa.has("I have a dog.")


def test_what_was_taken_back_before_it_was_said_whom_it_is_for_goes_to_nobody() -> None:
    town = Town()
    eva, ana, bea = town.answers("amber birch"), town.woman("ana"), town.woman("bea")
    words = town.talk(ana, eva)
    town.talk(bea, eva)
    eva.types("my street")
    eva.takes_back("my street")
    for choice in [each for each in eva.phone.choices if words in each.label]:
        eva.presses(choice.label)
    eva.presses_under(next(label for label in eva.phone.buttons if words in label))
    town.deliver()
    assert not ana.has("my street")
    assert not bea.has("my street")
