"""What all tests share: the content that we ship, read once."""

from pathlib import Path

import pytest
from hypothesis import settings

from bot.content.library import default_folder
from bot.core.library import Library
from tests.shipped import shipped

# A busy machine is no fault of the code: no test is judged by how long it takes.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


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
def library() -> Library:
    """Return the library that we ship."""
    return shipped()


@pytest.fixture
def update_conversations(request: pytest.FixtureRequest) -> bool:
    """Tell whether the transcripts are to be written anew."""
    return bool(request.config.getoption("--update-conversations"))
