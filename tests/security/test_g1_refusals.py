"""G1: the program refuses what an operator got wrong, and says the file or the name, and what to do."""

from pathlib import Path

import pytest

from bot.main import serve
from bot.settings import Settings, SettingsError, load_settings
from bot.storage.database import StoreProblem
from bot.storage.vault import KeyProblem
from tests.security.plant import living, plant

TOKEN = "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin with no setting and no file of anyone."""
    import os  # noqa: PLC0415 - only to look at the names

    for name in [name for name in os.environ if name.startswith("COMADRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


async def test_a_key_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    async with living(tmp_path):
        pass
    key = tmp_path / "keys" / "key"
    key.chmod(0o644)
    with pytest.raises(KeyProblem) as caught:
        async with living(tmp_path):
            pass
    assert str(key) in str(caught.value)
    assert "chmod 400" in str(caught.value)


async def test_a_database_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    async with living(tmp_path):
        pass
    database = tmp_path / "data" / "comadre.sqlite3"
    database.chmod(0o644)
    with pytest.raises(StoreProblem) as caught:
        async with living(tmp_path):
            pass
    assert str(database) in str(caught.value)
    assert "chmod 600" in str(caught.value)


async def test_a_lost_key_is_never_replaced_over_an_existing_database(tmp_path: Path) -> None:
    async with living(tmp_path):
        pass
    key = tmp_path / "keys" / "key"
    key.unlink()
    with pytest.raises(KeyProblem) as caught:
        async with living(tmp_path):
            pass
    assert str(key) in str(caught.value)
    assert not key.exists()


async def test_a_key_in_the_data_folder_is_refused(tmp_path: Path) -> None:
    from bot.app import App  # noqa: PLC0415 - only here

    settings = Settings(data_dir=tmp_path, key_file=tmp_path / "key")
    with pytest.raises(KeyProblem, match="data folder"):
        async with App(settings):
            pass


def test_an_unknown_setting_is_refused_with_the_nearest_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMADRE_TELEGRAM_TOKN", TOKEN)
    with pytest.raises(SettingsError, match="did you mean COMADRE_TELEGRAM_TOKEN") as caught:
        load_settings()
    assert TOKEN not in str(caught.value)


def test_an_unknown_setting_in_the_file_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config" / "comadre" / "comadre.toml"
    file.parent.mkdir(parents=True)
    file.write_text('data_dri = "/tmp"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(file) in str(caught.value)
    assert "data_dir" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "LOUD"),
        ("PREVIEW", "70000"),
        ("PREVIEW", "yes"),
        ("TELEGRAM_API_URL", "ftp://x"),
        ("PROTECT_CONTENT", "2"),
        ("SIGNAL_SOCKET", "somewhere"),
        ("SIGNAL_SOCKET", "tcp://127.0.0.1"),
        ("SIGNAL_ACCOUNT", "5550001111"),
        ("SIGNAL_TIMER", "soon"),
        ("SIGNAL_TIMER", "5 weeks"),
        ("SIGNAL_TIMER", "0 days"),
        ("SIGNAL_RATE", "1000"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    planted = plant()
    monkeypatch.setenv(f"COMADRE_{name}", value)
    monkeypatch.setenv("COMADRE_TELEGRAM_TOKEN", planted)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"COMADRE_{name}" in str(caught.value)
    assert planted not in str(caught.value)


def test_the_environment_outweighs_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config" / "comadre" / "comadre.toml"
    file.parent.mkdir(parents=True)
    file.write_text('log_level = "ERROR"\npreview = 9000\n', encoding="utf-8")
    monkeypatch.setenv("COMADRE_LOG_LEVEL", "DEBUG")
    settings = load_settings()
    assert (settings.log_level, settings.preview_port) == ("DEBUG", 9000)


def test_the_token_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMADRE_TELEGRAM_TOKEN", TOKEN)
    settings = load_settings()
    assert settings.telegram_token
    assert TOKEN not in repr(settings) + str(settings) + settings.model_dump_json()


def test_the_preview_is_served_when_nothing_else_is_and_not_when_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().preview_port == 8787
    monkeypatch.setenv("COMADRE_PREVIEW", "off")
    assert load_settings().preview_port is None
    monkeypatch.delenv("COMADRE_PREVIEW")
    monkeypatch.setenv("COMADRE_TELEGRAM_TOKEN", TOKEN)
    assert load_settings().preview_port is None
    monkeypatch.setenv("COMADRE_PREVIEW", "0")
    assert load_settings().preview_port == 0


def test_debug_logs_are_refused_where_real_people_may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMADRE_LOG_LEVEL", "DEBUG")
    with pytest.raises(SettingsError) as caught:
        serve()
    assert "COMADRE_LOG_LEVEL" in str(caught.value)
    assert "--unsafe" in str(caught.value)


def test_the_preview_can_be_switched_off_in_the_file_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "comadre.toml"
    file.write_text('preview = "off"\n')
    monkeypatch.setenv("COMADRE_CONFIG", str(file))
    assert load_settings().preview_port is None


@pytest.mark.parametrize(("given", "missing"), [("SOCKET", "ACCOUNT"), ("ACCOUNT", "SOCKET")])
def test_half_of_signal_is_refused_with_the_name_of_the_other_half(
    monkeypatch: pytest.MonkeyPatch, given: str, missing: str
) -> None:
    values = {"SOCKET": "/run/signal-cli/socket", "ACCOUNT": "+15550001111"}
    monkeypatch.setenv(f"COMADRE_SIGNAL_{given}", values[given])
    with pytest.raises(SettingsError, match=f"^COMADRE_SIGNAL_{missing}: is missing") as caught:
        load_settings()
    assert values[given] not in str(caught.value)


def test_signal_is_set_by_a_socket_and_an_account_and_needs_no_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMADRE_SIGNAL_SOCKET", "tcp://127.0.0.1:7583")
    monkeypatch.setenv("COMADRE_SIGNAL_ACCOUNT", "+15550001111")
    settings = load_settings()
    assert (settings.preview_port, settings.signal_timer.days, settings.signal_rate) == (None, 1, 10)
    for written, seconds in (("12 hours", 43200), ("1 week", 604800), ("off", 0)):
        monkeypatch.setenv("COMADRE_SIGNAL_TIMER", written)
        assert load_settings().signal_timer.total_seconds() == seconds
