"""The content that we ship, read once for all tests."""

from functools import cache

from bot.content.library import default_folder, read_content
from bot.core.library import Library


@cache
def shipped() -> Library:
    """Return the library of the flows, catalogues and directory that we ship."""
    _, library = read_content(default_folder())
    assert library
    return library.warm()
