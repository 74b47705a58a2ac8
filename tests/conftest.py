"""What all tests share: the content that we ship, read once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.library import default_folder, read_content
from bot.core.library import Library

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-conversations",
        action="store_true",
        help="write into tests/conversations what the bot says now",
    )


@pytest.fixture(scope="session")
def content_folder() -> Path:
    """Return the folder with the flows, catalogues and directory that we ship."""
    return default_folder()


@pytest.fixture(scope="session")
def library(content_folder: Path) -> Library:
    """Return the library that we ship."""
    _, library = read_content(content_folder)
    assert library
    return library.warm()


@pytest.fixture
def update_conversations(request: pytest.FixtureRequest) -> bool:
    """Tell whether the transcripts are to be written anew."""
    return bool(request.config.getoption("--update-conversations"))
