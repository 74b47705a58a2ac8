"""The way in: `run` starts without the command line's machinery, which a small server need not carry."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

PROBLEMS = (
    "bot.settings:SettingsError",
    "bot.storage.vault:KeyProblem",
    "bot.storage.database:StoreProblem",
    "bot.app:StartProblem",
    "bot.personnel:PersonnelProblem",
)
"""What an operator can mend: said in one line, without a trace."""


def main() -> None:
    """Run a command; exit status 2 with one line when there is something to mend."""
    try:
        if sys.argv[1:] == ["run"]:
            serve()
        else:
            from bot.cli import app  # noqa: PLC0415 - see above

            app()
    except _problems() as problem:
        sys.stderr.write(f"comadre: {problem}\n")
        sys.exit(2)


def _problems() -> tuple[type[Exception], ...]:
    """Return the exceptions of the modules that were needed: what was not imported cannot have raised."""
    names = (name.partition(":") for name in PROBLEMS)
    return tuple(getattr(sys.modules[module], error) for module, _, error in names if module in sys.modules)


def run_loop(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run to the end on the faster loop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)


def serve(*, is_unsafe: bool = False) -> None:
    """Serve until stopped; `is_unsafe` allows a log level for which nobody has checked what it tells."""
    from bot import log  # noqa: PLC0415 - so that a missing setting is said before the rest is loaded
    from bot.app import App  # noqa: PLC0415 - the same
    from bot.settings import Settings, SettingsError, load_settings  # noqa: PLC0415 - the same

    settings = load_settings()
    if settings.log_level == "DEBUG" and not is_unsafe:
        raise SettingsError("COMADRE_LOG_LEVEL: DEBUG is for a machine without real people; take INFO, or add --unsafe")
    log.set_up(settings.log_level)

    def greet(settings: Settings) -> None:
        platforms = {"Telegram": settings.telegram_token, "Signal": settings.signal_account}
        if served := " and ".join(name for name, is_set in platforms.items() if is_set):
            _say(f"Comadre is on {served}. Stop with Ctrl-C.")
        if settings.preview_port is not None:
            hint = "" if settings.telegram_token else " For Telegram, set COMADRE_TELEGRAM_TOKEN."
            _say(f"Preview on http://127.0.0.1:{settings.preview_port} (only this computer).{hint}")

    async def run() -> None:
        async with App(settings) as bot:
            if bot.has_new_key:
                _say(f"Made a key: {settings.key_file} (keep a copy in another place)")
                _say(f"Made a database: {settings.database}")
            await bot.run(lambda: greet(settings))

    run_loop(run())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
