"""Two words by which one person who answers is known to another: made up, and never derived from anybody."""

from collections.abc import Callable, Sequence

_FIRST = """
    amber azure bold brave bright calm clear copper coral deep early fair first free fresh gentle golden grand green
    honest indigo kind late light lively lucky mild misty olive open pale proud quick quiet red round royal scarlet
    sharp silver slow small soft solid spring steady strong sunny sweet swift tall tender velvet violet warm wide wild
    winter wise young
"""
_SECOND = """
    acorn anchor apple badger basil beacon birch bridge brook candle cedar cherry clover cloud comet dolphin falcon
    feather fern finch forest garden ginger harbour hazel heron island ivy juniper lantern lemon lily lynx maple meadow
    moon nettle ocean orange orchid otter pebble pine plum poppy quill raven reed river robin rose saffron sail shell
    sparrow star stone swallow thistle tiger tulip valley willow
"""


def designation(choose: Callable[[Sequence[str]], str], taken: frozenset[str] = frozenset()) -> str:
    """Make up two words that nobody in `taken` has."""
    while True:
        name = f"{choose(_FIRST.split())} {choose(_SECOND.split())}"
        if name not in taken:
            return name


def is_like_one(words: str) -> bool:
    """Tell whether two words could be such a name, whoever has or had it."""
    first, _, second = words.partition(" ")
    return first in _FIRST.split() and second in _SECOND.split()
