"""What a text says about bodies and laws: how sure it is, where it comes from, who has to sign it."""

from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import Field

Grade = Literal["A", "B", "C"]
"""A: official or peer-reviewed. B: an established service. C: second-hand, old, or practice without a page."""
Signer = Literal["clinician", "legal", "peer"]
DIRECTORY_FILE = "directory.yaml"
COLLECTIONS: dict[str, Signer] = {"tips.md": "clinician", "violence.md": "legal"}
"""The two collections that the facts were gathered in, and who signs what comes from each; a peer signs all."""

_SECTION = r"(tips|violence)\.md [0-9A-Z]+( additions)?"
_PLACE = r"directory\.yaml [a-z][a-z0-9_-]*"
FACT = rf"^([ABC] ({_PLACE}|({_SECTION} )?from [^\s,]+(, [^\s,]+)*)|C {_SECTION})$"
"""A grade; the section, or the place in the directory; the pages. Only C may be without a page."""
FactText = Annotated[str, Field(pattern=FACT)]


@dataclass(frozen=True, slots=True)
class Statement:
    """One entry of `facts:`, taken apart."""

    grade: Grade
    origin: str
    """`tips.md 11`, `directory.yaml fr-112`, or nothing where a page was read without a collection."""
    pages: tuple[str, ...]
    """A piece of the address of each source, enough to tell it from the other sources of its flow."""

    @property
    def place(self) -> str:
        """Return the id of the service or line that it comes from, empty where it comes from pages."""
        file, _, name = self.origin.partition(" ")
        return name if file == DIRECTORY_FILE else ""

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Return who has to sign it; a place is checked by calling there, so it asks for a peer only."""
        file = self.origin.partition(" ")[0]
        if self.place:
            return ("peer",)
        readers = (COLLECTIONS[file],) if file else tuple(COLLECTIONS.values())
        return (*readers, "peer")


def read_fact(text: str) -> Statement:
    """Take apart an entry that fits its pattern."""
    grade, _, rest = text.partition(" ")
    origin, _, pages = f" {rest}".partition(" from ")
    return Statement(cast("Grade", grade), origin.strip(), tuple(pages.split(", ")) if pages else ())


def matching(piece: str, addresses: tuple[str, ...]) -> list[str]:
    """Return the addresses that a piece may stand for; it is a good piece when it is one."""
    return [address for address in addresses if piece in address]
