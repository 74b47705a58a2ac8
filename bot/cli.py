"""The commands of an operator and of the people who write the content."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import __version__
from bot.core.house import Role
from bot.main import run_loop, serve
from bot.settings import load_settings

staff = typer.Typer(name="staff", help="Who answers: list them, or take a role away.", no_args_is_help=True)
app = typer.Typer(
    name="comadre",
    help="Anonymous peer support and referral for women who use drugs, on Telegram and Signal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(staff)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False) -> None:  # noqa: FBT002
    """Anonymous peer support and referral for women who use drugs, on Telegram and Signal."""
    if version:
        typer.echo(f"comadre {__version__}")
        raise typer.Exit


@app.command()
def run(
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Allow DEBUG logs; never with real people.")] = False,  # noqa: FBT002
) -> None:
    """Run the bot: Telegram and Signal as far as they are set up, else the preview page on this computer."""
    serve(is_unsafe=unsafe)


@app.command()
def chat(
    lang: Annotated[str, typer.Option(help="Language of her app, such as en, pt or es.")] = "en",
) -> None:
    """Talk with the bot in this terminal; nothing is kept."""
    import tempfile

    from bot import log
    from bot.app import App
    from bot.channels.terminal import Terminal

    settings = load_settings()
    log.set_up("WARNING")

    async def talk(folder: Path) -> None:
        trial = settings.model_copy(update={"data_dir": folder / "data", "key_file": folder / "key"})
        async with App(trial) as bot:
            terminal = Terminal.attach(lang)
            bot.add(terminal)
            await bot.talk(terminal)

    with tempfile.TemporaryDirectory(prefix="comadre-") as folder:
        run_loop(talk(Path(folder)))


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Content folder; the configured one when not given.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every warning, not a few of each kind.")] = False,  # noqa: FBT002
    facts: Annotated[bool, typer.Option("--facts", help="Print the list of facts instead, as Markdown.")] = False,  # noqa: FBT002
) -> None:
    """Check flows, translations and directory; prints file:line:column and what to write instead."""
    from bot.content.check import check as check_content
    from bot.content.facts import fact_list
    from bot.report import print_findings

    report = check_content(folder or load_settings().content_dir, datetime.now(UTC).date())
    if facts and report.library:
        typer.echo(fact_list(report.library), nl=False)
        return
    print_findings(report.findings, everything=everything)
    if not report.is_good:
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Say in words what is configured and loaded, how key and database are, and whether Telegram and Signal answer."""
    from bot.diagnosis import diagnose
    from bot.report import print_diagnosis

    points = asyncio.run(diagnose(load_settings()))
    print_diagnosis(points)
    if not all(point.is_good for point in points):
        raise typer.Exit(1)


@app.command()
def schema(
    kind: Annotated[
        Literal["flow", "directory", "languages", "phrases", "pictures"], typer.Argument(help="Which file.")
    ],
) -> None:
    """Print the JSON Schema of a file that people write, for their editor."""
    from bot.content.schema import schema as schema_of

    typer.echo(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))


@app.command()
def invite(
    role: Annotated[Role, typer.Argument(help="What she may do.")],
    group: Annotated[list[str] | None, typer.Option(help="A group of directory.yaml; say it again for more.")] = None,
    line: Annotated[list[str] | None, typer.Option(help="Of a peer or a tutor: a line of directory.yaml.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="Of a partner: the service that she answers for.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="In which she answers, such as pt.")] = None,
) -> None:
    """Make an invitation: whoever sends the code to the bot first, within a day, has the role."""
    from bot.personnel import Scope
    from bot.personnel import invite as make

    scope = Scope(*(tuple(each or ()) for each in (group, line, service, language)))
    for said in asyncio.run(make(load_settings(), role, scope)):
        typer.echo(said)


@app.command()
def report(
    as_csv: Annotated[bool, typer.Option("--csv", help="Print it for a spreadsheet.")] = False,  # noqa: FBT002
) -> None:
    """Say how services received women, and what lines were called for, in the last eight full weeks, from five on."""
    from bot import reception
    from bot.core.monitoring import to_ask
    from bot.report import print_reception

    services, lines = asyncio.run(reception.counted(load_settings()))
    found = [*reception.rows(services), *reception.rows_of_lines(lines)]
    if as_csv:
        typer.echo(reception.as_csv(found), nl=False)
        return
    print_reception(found, to_ask(services))


@app.command()
def audit(
    verify: Annotated[bool, typer.Option("--verify", help="See whether any line was changed or is missing.")] = False,  # noqa: FBT002
) -> None:
    """List what those who answer did: day, two words, deed and group; nothing of what was said, nothing of women."""
    from bot import personnel

    settings = load_settings()
    if verify:
        typer.echo(asyncio.run(personnel.verify(settings)))
        return
    for line in asyncio.run(personnel.trail(settings)):
        typer.echo(line)


@app.command()
def unblock(
    sure: Annotated[  # noqa: FBT002
        bool,
        typer.Option("--yes", prompt="Everybody who was ever blocked can write again. Go on?", help="Don't ask."),
    ] = False,
) -> None:
    """Let everybody in again whom somebody who answers has blocked, for one may have been blocked by mistake."""
    from bot import personnel

    if not sure:
        raise typer.Abort
    typer.echo(asyncio.run(personnel.unblock(load_settings())))


@staff.command("list")
def list_staff() -> None:
    """Name everybody who answers by her two words, with role, groups, lines and duty, and nothing else about her."""
    from bot.personnel import everyone

    for line in asyncio.run(everyone(load_settings())):
        typer.echo(line)


@staff.command()
def revoke(
    name: Annotated[list[str], typer.Argument(help="Her two words, as `comadre staff list` shows them.")],
) -> None:
    """Take a role away, at once."""
    from bot.personnel import revoke as take_away

    typer.echo(asyncio.run(take_away(load_settings(), " ".join(name).lower())))
