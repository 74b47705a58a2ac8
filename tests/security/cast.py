"""Who is in a walk: women on every platform, peers of two cities, the people of a service, and a tutor."""

from collections.abc import Mapping

from bot.core.message import Address
from tests.scenes.content import PARTNER
from tests.security.plant import plant
from tests.services.people import OnSignal, OnTelegram, OnWeb, Person
from tests.services.program import Program

PORTO, BARCELONA, HOUSE, TUTORS = "porto-peers", "barcelona-peers", "trial-partner", "tutors"
NAMES = ("Peers in Porto", "Peers in Barcelona")
"""Of the lines that a woman calls for nothing but to talk."""
GROUP = "trial-porto"
MEMBERS = ("ana", "dina", "eva")
__all__ = ["BARCELONA", "GROUP", "HOUSE", "MEMBERS", "NAMES", "PARTNER", "PORTO", "TUTORS", "women", "workers"]
LINES: Mapping[str, tuple[str, ...]] = {
    "rosa": (PORTO,),
    "marta": (PORTO, BARCELONA),
    "paula": (BARCELONA, PORTO),
    "casa": (HOUSE,),
    "lar": (HOUSE,),
    "tita": (TUTORS,),
}
TONGUES: Mapping[str, tuple[str, ...]] = {
    "rosa": ("pt", "en"),
    "marta": ("en",),
    "paula": ("es", "en"),
    "casa": (),
    "lar": (),
    "tita": (),
}
_ON_SIGNAL = ("marta", "lar")


def workers(program: Program) -> list[Person]:
    """Return who answers."""
    known: list[Person] = []
    for number, name in enumerate(LINES):
        if name in _ON_SIGNAL:
            address = Address("signal", f"3f2b1c9e-0000-4000-8000-00000000aa0{number}")
            known.append(OnSignal(name, program, address, "en", plant()))
        else:
            known.append(OnTelegram(name, program, Address("telegram", str(7418204600 + number)), "en", plant()))
    return known


def women(program: Program) -> list[Person]:
    """Return women on every platform."""
    on_telegram = [
        OnTelegram(name, program, Address("telegram", str(7318204650 + number)), language, plant())
        for number, (name, language) in enumerate((("ana", "en"), ("bea", "es"), ("cleo", "pt")))
    ]
    signal = OnSignal("dina", program, Address("signal", "3f2b1c9e-0000-4000-8000-00000000bb02"), "en", plant())
    web = OnWeb("eva", program, Address("web", "cccccccc-4711"), "en", plant())
    return [*on_telegram, signal, web]
