"""The commands of an operator and of the people who write the content."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot import __version__

app = typer.Typer(
    name="comadre",
    help="Anonymous peer support and referral for women who use drugs, on Telegram and Signal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run a command; what an operator can mend is one line and exit status 2."""
    try:
        app()
    except _problems() as problem:
        typer.echo(f"comadre: {problem}", err=True)
        sys.exit(2)


def _problems() -> tuple[type[Exception], ...]:
    # Loaded by whatever command failed; a command that never needed them cannot raise them.
    names = ("bot.settings:SettingsError", "bot.storage.vault:KeyProblem", "bot.storage.database:StoreProblem")
    found = []
    for name in (*names, "bot.app:ContentProblem", "bot.channels.base:SendError"):
        module, _, attribute = name.partition(":")
        if module in sys.modules:
            found.append(getattr(sys.modules[module], attribute))
    return tuple(found)


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop  # noqa: PLC0415 - optional: faster where it is installed
    except ImportError:
        asyncio.run(coroutine)
    else:
        uvloop.run(coroutine)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False) -> None:  # noqa: FBT002
    """Anonymous peer support and referral for women who use drugs, on Telegram and Signal."""
    if version:
        typer.echo(f"comadre {__version__}")
        raise typer.Exit


@app.command()
def run() -> None:
    """Run the bot: Telegram when COMADRE_TELEGRAM_TOKEN is set, else the preview page on this computer."""
    from bot import log  # noqa: PLC0415 - each command imports what it needs, so that the first line comes soon
    from bot.app import App  # noqa: PLC0415
    from bot.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    log.set_up(settings.log_level)

    async def serve() -> None:
        async with App(settings) as bot:
            if bot.has_new_key:
                typer.echo(f"Made a key: {settings.key_file} (keep a copy in another place)")
                typer.echo(f"Made a database: {settings.database}")
            await bot.run(lambda: _greet_operator(settings))

    _run(serve())


def _greet_operator(settings: Any) -> None:
    if settings.telegram_token:
        typer.echo("Comadre is on Telegram. Stop with Ctrl-C.")
    if settings.preview_port is not None:
        reason = "" if settings.telegram_token else " No platform is set up: set COMADRE_TELEGRAM_TOKEN for Telegram."
        typer.echo(f"Preview on http://127.0.0.1:{settings.preview_port} (only this computer).{reason}")


@app.command()
def chat(
    lang: Annotated[str, typer.Option(help="Language of her app, such as en, pt or es.")] = "en",
) -> None:
    """Talk with the bot in this terminal; nothing is kept."""
    import tempfile  # noqa: PLC0415

    from bot import log  # noqa: PLC0415
    from bot.app import App  # noqa: PLC0415
    from bot.channels.terminal import Terminal  # noqa: PLC0415
    from bot.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    log.set_up("WARNING")

    async def talk(folder: Path) -> None:
        trial = settings.model_copy(update={"data_dir": folder / "data", "key_file": folder / "key"})
        async with App(trial) as bot:
            terminal = Terminal.attach(lang)
            bot.add(terminal)
            await bot.talk(terminal)

    with tempfile.TemporaryDirectory(prefix="comadre-") as folder:
        _run(talk(Path(folder)))


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Content folder; the configured one when not given.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every warning, not a few of each kind.")] = False,  # noqa: FBT002
) -> None:
    """Check flows, translations and directory; prints file:line:column and what to write instead."""
    from bot.content.check import check as check_content  # noqa: PLC0415
    from bot.report import print_findings  # noqa: PLC0415
    from bot.settings import load_settings  # noqa: PLC0415

    report = check_content(folder or load_settings().content_dir, datetime.now(UTC).date())
    print_findings(report.findings, everything=everything)
    if not report.is_good:
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Say in words what is configured and loaded, the state of key and database, and whether Telegram answers."""
    from bot.diagnosis import diagnose  # noqa: PLC0415
    from bot.report import print_diagnosis  # noqa: PLC0415
    from bot.settings import load_settings  # noqa: PLC0415

    points = asyncio.run(diagnose(load_settings()))
    print_diagnosis(points)
    if not all(point.is_good for point in points):
        raise typer.Exit(1)


@app.command()
def schema(
    kind: Annotated[Literal["flow", "directory", "languages", "phrases"], typer.Argument(help="Which file.")],
) -> None:
    """Print the JSON Schema of a file that people write, for their editor."""
    from bot.content.schema import schema as schema_of  # noqa: PLC0415

    typer.echo(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))
