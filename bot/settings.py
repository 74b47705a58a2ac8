"""What an operator sets, by environment or a TOML file; a wrong name is refused with the right one."""

import os
import re
import tomllib
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.content.library import default_folder

PREFIX = "COMADRE_"
DEFAULT_PREVIEW_PORT = 8787
TELEGRAM_API = "https://api.telegram.org"


class SettingsError(Exception):
    """A setting that cannot be taken, in one line that says what to write instead."""


def _base(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback)


def default_data_dir() -> Path:
    """Return where the database lives when nothing is said."""
    return _base("XDG_DATA_HOME", ".local/share") / "comadre"


def default_key_file() -> Path:
    """Return where the master key lives: never in the data folder, nor in its backup."""
    return _base("XDG_CONFIG_HOME", ".config") / "comadre" / "key"


def config_file() -> Path:
    """Return the TOML file that is read when it exists."""
    given = os.environ.get(f"{PREFIX}CONFIG")
    return Path(given) if given else _base("XDG_CONFIG_HOME", ".config") / "comadre" / "comadre.toml"


_LIFETIME = re.compile(r"(\d{1,5}) (minute|hour|day|week)s?")
LONGEST_LIFETIME = timedelta(weeks=4)
"""The longest that Signal's apps offer."""


def _lifetime(written: object) -> timedelta:
    if isinstance(written, timedelta):
        return written
    if written == "off":
        return timedelta()
    match = _LIFETIME.fullmatch(written) if isinstance(written, str) else None
    lifetime = timedelta(**{f"{match[2]}s": int(match[1])}) if match else timedelta()
    if not timedelta() < lifetime <= LONGEST_LIFETIME:
        raise ValueError(f"{written!r} is no such time; write one like 1 day, at most 4 weeks, or off")
    return lifetime


Preview = Annotated[int, Field(ge=0, le=65535)] | Literal["off"] | None


class Settings(BaseSettings):
    """Every setting, with a default that lets a newcomer start with nothing."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    telegram_token: SecretStr | None = None
    telegram_api_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] = TELEGRAM_API
    data_dir: Path = Field(default_factory=default_data_dir)
    key_file: Path = Field(default_factory=default_key_file)
    content_dir: Path = Field(default_factory=default_folder)
    preview: Preview = None
    """Port of the preview page on this computer, or `off`; unset, it is served when there is no platform."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    protect_content: bool = False
    """Ask Telegram's apps to forbid forwarding and saving."""
    broadcasts_a_day: Annotated[int, Field(ge=1, le=50)] = 3
    """So many broadcasts of moderators reach one group on one day, at most."""
    broadcast_approval: Literal["one", "two"] = "one"
    """`two`: each waits until a second moderator has read it and lets it go."""
    most_conversations: Annotated[int, Field(ge=1, le=50)] = 5
    """So many conversations does one who answers have open at once, at most."""
    rate: Annotated[int, Field(ge=1, le=100_000)] = 30
    """Messages that Telegram takes from us in a second, all chats together."""
    chat_rate: Annotated[float, Field(gt=0, le=30)] = 1.0
    """Of what we send first, messages in a second to one chat."""
    signal_socket: Annotated[str, Field(pattern=r"^(/\S+|tcp://[^\s:/]+:\d{1,5})$")] | None = None
    """Where signal-cli's daemon listens: a path, or `tcp://host:port`."""
    signal_account: Annotated[str, Field(pattern=r"^\+[1-9]\d{4,14}$")] | None = None
    """The number that the bot is registered with on Signal."""
    signal_remote: bool = False
    """The daemon may be on another machine: nobody else is on the network in between."""
    signal_timer: Annotated[timedelta, BeforeValidator(_lifetime)] = timedelta(days=1)
    """After how long a new chat on Signal forgets what is written, until she sets another time; `off` is never."""
    signal_rate: Annotated[int, Field(ge=1, le=60)] = 10
    """Messages in a minute that we send first on Signal, to all chats together."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is passed in, then the environment; `.env` files are not read."""
        return init_settings, env_settings

    @property
    def database(self) -> Path:
        """The one file of state."""
        return self.data_dir / "comadre.sqlite3"

    @property
    def preview_port(self) -> int | None:
        """The port of the preview page, or `None` when it is not served."""
        if self.preview == "off":
            return None
        has_platform = self.telegram_token or self.signal_account
        return self.preview if self.preview is not None or has_platform else DEFAULT_PREVIEW_PORT


def load_settings() -> Settings:
    """Read settings; raises `SettingsError` with one line for the operator."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in (*known, f"{PREFIX}CONFIG"):
            raise SettingsError(f"{name}: no such setting{_nearest(name, known)}")
    path = config_file()
    written = _read_file(path)
    from_environment = {name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" in os.environ}
    try:
        return _whole(Settings(**{name: value for name, value in written.items() if name not in from_environment}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise SettingsError(f"{PREFIX}{name.upper()}: {first['msg']}") from None


def _whole(settings: Settings) -> Settings:
    """Refuse half of what belongs together."""
    pair = ("signal_socket", "signal_account")
    missing = [name for name in pair if getattr(settings, name) is None]
    if len(missing) == 1:
        names = " and ".join(f"{PREFIX}{name.upper()}" for name in pair)
        raise SettingsError(f"{PREFIX}{missing[0].upper()}: is missing; set {names} together, or neither")
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error})") from None
    for name in written:
        if name not in Settings.model_fields:
            raise SettingsError(f"{path}: no such setting {name!r}{_nearest(name, list(Settings.model_fields))}")
    return written


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
