"""What was taken back: whoever had it loses it, and whoever has not never gets it."""

from tests.core.relays import PORTO
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
