"""The key ring: what turns people into pseudonyms and their records into noise."""

import hmac
import os
import shlex
import stat
import string
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.message import Address
from bot.log import EVENTS
from bot.storage.file import OTHERS, make_file

Random = Callable[[int], bytes]

KEY_LENGTH = 32
FEWEST_DISTINCT = 16
"""Distinct bytes of a key: random ones practically never have fewer, a repeated pattern always has."""
CREDENTIAL_MODE = 0o440
"""What systemd gives a credential in its closed folder: root's, and the service may read it."""
VERSION = 1
"""First byte of all that is sealed, so that a later format can be told from this one."""
SMALLEST, GROWTH = 512, 4
"""Padded sizes are 512, 2048, 8192, … bytes: four of them hold every contact, so that a size tells little."""

_NONCE_LENGTH = 12
_TAG_LENGTH = 16
_LENGTH_LENGTH = 4


class SealError(Exception):
    """A sealed record that was changed, moved to another row, or made by another key or version."""


class KeyProblem(Exception):  # noqa: N818 - the operator's problem, not an error of the program
    """A master key that must not be used, in one line that names the file and the way out."""


class Vault:
    """The keys of one installation, one for each purpose, so that none can be used for another."""

    __slots__ = ("_chain", "_check", "_index", "_random", "_seal")

    def __init__(self, master: bytes, random: Random = token_bytes) -> None:
        """Derive all keys from the 32 bytes of `master`, which is not kept."""
        if len(master) != KEY_LENGTH:
            raise KeyProblem(f"the master key has {len(master)} bytes: it must have {KEY_LENGTH}")
        self._index = _derive(master, "index")
        self._check = _derive(master, "check")
        self._chain = _derive(master, "chain")
        self._seal = AESGCM(_derive(master, "seal"))
        self._random = random

    def __repr__(self) -> str:
        """Show nothing, wherever a debugger or a log prints it."""
        return "<Vault>"

    def pseudonym(self, address: Address) -> bytes:
        """Name a person so that nobody without the key can find her number by trying them all."""
        return hmac.digest(self._index, str(address).encode(), "sha256")

    def index(self, kind: str, text: str) -> bytes:
        """Name a thing of ours, such as a group, so that a copy of the database does not tell which it is."""
        return hmac.digest(self._index, f"{kind}\0{text}".encode(), "sha256")

    def check(self) -> bytes:
        """Return the value by which a database knows its key again."""
        return hmac.digest(self._check, b"comadre", "sha256")

    def chain(self, kind: str, data: bytes) -> bytes:
        """Return what makes a line of the trail follow the one before: nobody without the key can make it."""
        return hmac.digest(self._chain, kind.encode() + b"\0" + data, "sha256")

    def seal(self, table: str, row: bytes, data: bytes) -> bytes:
        """Lock `data` so that it opens only with this key, and only in this row of this table."""
        nonce = self._random(_NONCE_LENGTH)
        return bytes((VERSION,)) + nonce + self._seal.encrypt(nonce, _pad(data), _bind(table, row))

    def unseal(self, table: str, row: bytes, sealed: bytes) -> bytes:
        """Return what was sealed; raises `SealError` unless every byte is as it was, where it was."""
        if len(sealed) < 1 + _NONCE_LENGTH + _TAG_LENGTH or sealed[0] != VERSION:
            raise SealError("a sealed record has an unknown format")
        nonce, locked = sealed[1 : 1 + _NONCE_LENGTH], sealed[1 + _NONCE_LENGTH :]
        try:
            padded = self._seal.decrypt(nonce, locked, _bind(table, row))
        except InvalidTag:
            raise SealError("a sealed record was changed, moved or made by another key") from None
        length = int.from_bytes(padded[:_LENGTH_LENGTH])
        return padded[_LENGTH_LENGTH : _LENGTH_LENGTH + length]

    def salvage(self, table: str, row: bytes, sealed: bytes) -> bytes | None:
        """Unseal a row among many: one that was tampered with counts as none, and must not stop the others."""
        try:
            return self.unseal(table, row, sealed)
        except SealError:
            EVENTS.warning("a row of %s was tampered with: it counts as none", table)
            return None


def open_vault(key_file: Path, database: Path, data_dir: Path) -> tuple[Vault, bool]:
    """Return the vault of this installation and whether its key was made just now.

    A new key is made only where there is no database yet, since it would turn an existing one into noise.
    Raises `KeyProblem`.
    """
    if key_file.resolve().is_relative_to(data_dir.resolve()):
        raise KeyProblem(f"{key_file} is in the data folder {data_dir}: move the key out, a copy would take both")
    if key_file.exists():
        return Vault(load_key(key_file)), False
    if database.exists() and database.stat().st_size:
        raise KeyProblem(
            f"{key_file} is missing and {database} opens with no other key: put your copy of the key there, chmod 400"
        )
    return Vault(make_key(key_file)), True


def load_key(path: Path) -> bytes:
    """Read the master key: a closed file, a systemd credential or `/dev/stdin`; raises `KeyProblem`."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(KEY_LENGTH + 1)
    except OSError as error:
        raise KeyProblem(f"{path} cannot be read ({error.strerror}): give the path of the key file") from None
    if mode & OTHERS and not _is_credential(path, mode):
        raise KeyProblem(f"{path} can be read by others: run chmod 400 {shlex.quote(str(path))}")
    if len(key) != KEY_LENGTH:
        raise KeyProblem(f"{path} is not {KEY_LENGTH} bytes long: put your copy of the key there")
    if _is_guessable(key):
        raise KeyProblem(f"{path} holds an example key or text: remove it and a random key is made at the next start")
    return key


def make_key(path: Path, random: Random = token_bytes) -> bytes:
    """Make a new master key that only its owner can read; raises `KeyProblem` rather than replace one."""
    key = random(KEY_LENGTH)
    try:
        make_file(path, key, mode=0o400)
    except FileExistsError:
        raise KeyProblem(f"{path} is there already and is never replaced: move it away for a new key") from None
    except OSError as error:
        raise KeyProblem(f"{path} cannot be written ({error.strerror}): choose another place for the key") from None
    return key


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=f"comadre 1 {purpose}".encode()).derive(master)


def _bind(table: str, row: bytes) -> bytes:
    return bytes((VERSION,)) + table.encode() + b"\0" + row


def _pad(data: bytes) -> bytes:
    size = SMALLEST
    while size < _LENGTH_LENGTH + len(data):
        size *= GROWTH
    return (len(data).to_bytes(_LENGTH_LENGTH) + data).ljust(size, b"\0")


def _is_credential(path: Path, mode: int) -> bool:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder or stat.S_IMODE(mode) != CREDENTIAL_MODE:
        return False
    return path.resolve().is_relative_to(Path(folder).resolve())


def _is_guessable(key: bytes) -> bool:
    is_sequence = len({(after - before) % 256 for before, after in pairwise(key)}) == 1
    is_text = not key.translate(None, string.printable.encode())
    return is_sequence or is_text or len(set(key)) < FEWEST_DISTINCT
