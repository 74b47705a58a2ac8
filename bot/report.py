"""What the commands print for an operator, in colour where someone watches."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.content.finding import Finding, Level
from bot.core.monitoring import BAD
from bot.point import Point
from bot.reception import NOBODY_CAME

WARNINGS_SHOWN = 3
"""Warnings of one kind that are shown before the rest is only counted."""


def print_findings(findings: Sequence[Finding], *, everything: bool) -> None:
    """Print errors in full, and of each kind of warning a few."""
    console = Console(highlight=False, soft_wrap=True)
    shown: Counter[str] = Counter()
    for finding in findings:
        kind = _kind(finding)
        if finding.level is Level.WARNING and not everything:
            shown[kind] += 1
            if shown[kind] > WARNINGS_SHOWN:
                continue
        style = "yellow" if finding.level is Level.WARNING else "bold red"
        console.print(Text(f"{finding.level.value}: ", style), Text(str(finding)), sep="", end="\n")
    hidden = sum(count - WARNINGS_SHOWN for count in shown.values() if count > WARNINGS_SHOWN)
    if hidden:
        console.print(f"… and {hidden} more warnings; comadre check --all shows them")
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    console.print(f"{len(findings) - warnings} errors, {warnings} warnings")


def _kind(finding: Finding) -> str:
    """Take warnings of one file that say the same, but for names and numbers, as one kind."""
    return f"{finding.file}:{''.join(char for char in finding.message.partition(';')[0] if not char.isdigit())[-24:]}"


def print_diagnosis(points: Sequence[Point]) -> None:
    """Print one line a point: what was looked at and what was found."""
    console = Console(highlight=False, soft_wrap=True)
    for point in points:
        mark = Text("ok  ", "green") if point.is_good else Text("bad ", "bold red")
        console.print(mark, Text(f"{point.subject}: {point.said}"), sep="")


WIDEST_BAR = 20
"""Characters of the longest bar."""


def print_reception(rows: Sequence[tuple[str, str, str, int]], to_ask: Sequence[str]) -> None:
    """Print what was said of each service, and what each line was called for: a table, each number with its bar."""
    console = Console(highlight=False)
    if not rows:
        console.print("Nothing was said often enough to be shown: no number below 5 is.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("service or line", "about", "said"):
        table.add_column(heading, overflow="fold")
    table.add_column("", justify="right")
    table.add_column("")
    most = max(number for *_, number in rows)
    last = ""
    for service, about, said, number in rows:
        bar = Text("█" * max(1, round(WIDEST_BAR * number / most)), _colour(about, said))
        table.add_row(service if service != last else "", about, said.replace("_", " "), str(number), bar)
        last = service
    console.print(table)
    for service in to_ask:
        console.print(Text("ask this service: ", "bold yellow"), Text(service), sep="")


def _colour(about: str, said: str) -> str:
    if about == "talk":
        return "cyan"
    return "red" if said in ("no", NOBODY_CAME, *BAD) else "green"
