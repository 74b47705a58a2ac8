from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import KEY


@pytest.fixture
def vault() -> Vault:
    """Return the vault of the usual key."""
    return Vault(KEY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database goes; nothing is there yet."""
    return tmp_path / "data" / "comadre.db"


@pytest.fixture
async def store(path: Path, vault: Vault) -> AsyncIterator[Store]:
    """Yield a store that is open."""
    async with Store.open(path, vault) as opened:
        yield opened
