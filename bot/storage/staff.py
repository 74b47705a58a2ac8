"""Who answers: invitations that work once, and the roles that they gave."""

from collections.abc import Callable
from datetime import timedelta
from secrets import token_bytes

from bot.storage.database import Database
from bot.storage.vault import Vault

OPEN_FOR = timedelta(hours=24)


class Register:
    """Invites, takes in, lists and dismisses the people who answer."""

    def __init__(self, database: Database, vault: Vault, random: Callable[[int], bytes] = token_bytes) -> None:
        """Keep the keys."""
        self._database = database
        self._vault = vault
        self._random = random
