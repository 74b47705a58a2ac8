"""The menu that every peer offers: the same screens and labels, with services in memory."""

import os
from pathlib import Path
from typing import Any

TOKEN = os.environ["COMADRE_TELEGRAM_TOKEN"]
URL = os.environ["COMADRE_TELEGRAM_API_URL"]
FOLDER = Path(os.environ["COMADRE_DATA_DIR"])

LANGUAGES = {"en": "English", "pt": "Português", "es": "Español"}
MENU = ["I need help now", "Safer use", "Find a service", "My group", "Someone hurts me", "Talk to a peer", "My data"]
NEEDS = ["A bed or shelter", "Methadone or treatment", "Safer use supplies", "Health", "Violence", "Papers and rights"]
CITIES = ["Porto", "Lisboa", "Barcelona", "Madrid", "Bogotá", "Berlin"]
SERVICES = [
    {
        "name": f"{need.split()[-1].title()} house {number}",
        "need": need,
        "city": city,
        "phone": f"+351 220 000 0{number}",
    }
    for city in CITIES
    for need in NEEDS
    for number in range(5)
]

NEWS = "See you tomorrow, 18:00?"
RATE = int(os.environ.get("BENCH_RATE", "30"))

Rows = list[tuple[str, str]]
Screen = tuple[str, Rows]


def recipients() -> range:
    """Return the chats of those who get the broadcast."""
    first, _, many = os.environ["BENCH_RECIPIENTS"].partition(":")
    return range(int(first), int(first) + int(many))


def languages() -> Screen:
    """Return the first screen."""
    return "Hello. Which language do you like?", [(label, f"language:{code}") for code, label in LANGUAGES.items()]


def menu() -> Screen:
    """Return the menu."""
    return "What can I do for you?", [(label, f"menu:{place}") for place, label in enumerate(MENU)]


def needs() -> Screen:
    """Ask what she needs."""
    return "What do you need?", [(label, f"need:{place}") for place, label in enumerate(NEEDS)]


def cities() -> Screen:
    """Ask where."""
    return "Where are you?", [(label, f"city:{place}") for place, label in enumerate(CITIES)]


def results(need: int, city: int) -> Screen:
    """List what there is."""
    found = [
        (service["name"], f"service:{place}")
        for place, service in enumerate(SERVICES)
        if service["need"] == NEEDS[need] and service["city"] == CITIES[city]
    ]
    return f"In {CITIES[city]} I know {len(found)}:", found


def card(place: int) -> Screen:
    """Show one service."""
    service = SERVICES[place]
    text = (
        f"{service['name']}\n{service['need']}, {service['city']}\nOpen today 9:00 to 18:00\nPhone {service['phone']}"
    )
    return text, [("Back", "back"), ("Menu", "menu")]


def advance(state: dict[str, Any], data: str) -> Screen:
    """Take one step: keep the answer in `state` and return the next screen."""
    kind, _, value = data.partition(":")
    if kind == "language":
        state["language"] = value
        return menu()
    if kind == "menu":
        return needs()
    if kind == "need":
        state["need"] = int(value)
        return cities()
    if kind == "city":
        state["city"] = int(value)
        return results(state.get("need", 0), int(value))
    return card(int(value)) if kind == "service" else languages()
