"""A conversation of a moderator, as a file that another moderator can read."""

from dataclasses import replace
from pathlib import Path

from tests.core.rooms.example import MUSA, NIGHT, Somebody, moderator

FILE = Path(__file__).with_name("broadcast.txt")


def played(text: str) -> str:
    """Return the file with what the bot says now."""
    somebody = moderator(MUSA, NIGHT)
    somebody.house = replace(somebody.house, audience={"pt": 31, "en": 9, "es": 4})
    lines = []
    for line in text.splitlines():
        if line.startswith("#"):
            lines.append(line)
        elif line.startswith("> "):
            does(somebody, line.removeprefix("> "))
            lines += [line, *(f"    {each}".rstrip() for each in said(somebody))]
    return "\n".join(lines) + "\n"


def does(somebody: Somebody, what: str) -> None:
    """Press what is a button, and type what is none."""
    is_button = what in [each.label for each in somebody.phone.choices]
    somebody.take(somebody.phone.presses(what) if is_button else somebody.phone.types(what))


def said(somebody: Somebody) -> list[str]:
    """Return the lines of her screen, its buttons last."""
    texts = [line for text in somebody.screen.texts for line in (*text.split("\n"), "")]
    return [*texts[:-1], f"[{'] ['.join(somebody.labels)}]"]


def test_it_goes_as_written(*, update_conversations: bool) -> None:
    if update_conversations:
        FILE.write_text(played(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    written = FILE.read_text(encoding="utf-8")
    assert played(written) == written
