"""The table: one row a bot and load, and how many times better than whom."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

REFERENCES = {"conversation": "ConversationHandler", "aiogram": "aiogram", "floor": "floor"}
WIDTH = 150


def print_report(result: dict[str, Any]) -> None:
    """Print what was measured."""
    console = Console(width=WIDTH)
    bots = result["bots"]
    if bots:
        console.print(_loads(bots))
        console.print(_ratios(bots))
        console.print(_lives(bots))
    if result["broadcasts"]:
        console.print(_broadcasts(result["broadcasts"]))
    if result["talks"]:
        console.print(_talks(result["talks"]))
    if result["ways"]:
        console.print(_ways(result["ways"]))
    for failure in _failures(result):
        console.print(failure, markup=False)
    if result["micro"]:
        console.print(f"Without a platform: {result['micro']}", markup=False)
    machine = result["machine"]
    state = f"load before {machine['load_before'][0]}, fsync {machine['fsync_ms']} ms"
    console.print(f"Took {result['took_s']} s; {state}. All figures: .bench/result.json")


def _failures(result: dict[str, Any]) -> Iterator[str]:
    for each in (*result["talks"], *result["ways"]):
        if "failed" in each:
            yield f"conversations did not run to the end: {each['failed']}"
    for name, bot in result["bots"].items():
        if "failed" in bot:
            yield f"{name} did not run to the end: {bot['failed']}"
        for load in bot["loads"]:
            yield from (f"{name}: lost {times} times at {screen}" for screen, times in load["lost"].items())


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=not place)
    return table


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if isinstance(value, float) and value >= 100 else str(value)


def _loads(bots: dict[str, Any]) -> Table:
    keys = ("women", "round_trip_ms", "steps_a_second", "cpu_s_per_1000", "p50_ms", "p95_ms", "p99_ms", "bot_busy",
            "server_busy")  # fmt: skip
    table = _table("Closed loop", "bot", "women", "round trip ms", "steps/s", "CPU s/1000", "p50 ms", "p95 ms",
                   "p99 ms", "bot busy", "server busy")  # fmt: skip
    for bot in bots.values():
        for load in bot["loads"]:
            table.add_row(bot["title"], *(_text(load[key]) for key in keys))
        table.add_section()
    return table


def _talks(measured: list[dict[str, Any]]) -> Table:
    keys = ("round_trip_ms", "messages_a_second", "p50_ms", "p95_ms", "p99_ms", "above_p50_ms", "above_p95_ms",
            "cpu_s_per_1000", "bot_busy", "said", "kills", "lost", "doubled", "strayed")  # fmt: skip
    table = _table(f"{_most(measured, 'talks')} conversations at once", "bot", "trip ms", "texts/s", "p50 ms",
                   "p95 ms", "p99 ms", "above p50", "above p95", "CPU s/1000", "bot busy", "said", "kills", "lost",
                   "doubled", "strayed")  # fmt: skip
    for each in measured:
        table.add_row(_text(each.get("title")), *(_text(each.get(key)) for key in keys))
    return table


def _most(rows: list[dict[str, Any]], key: str) -> Any:
    return max((each.get(key, 0) for each in rows), default=0)


def _ways(measured: list[dict[str, Any]]) -> Table:
    keys = ("on_signal", "round_trip_ms", "messages_a_second", "p50_ms", "p95_ms", "p99_ms",
            "waiting")  # fmt: skip
    table = _table(f"{_most(measured, 'talks')} conversations at once, with so many of the women on Signal", "way",
                   "on Signal", "trip ms", "texts/s", "p50 ms", "p95 ms", "p99 ms",
                   "on their way at the end")  # fmt: skip
    for each in measured:
        table.add_row(_text(each.get("way")), *(_text(each.get(key)) for key in keys))
    return table


def _ratios(bots: dict[str, Any]) -> Table:
    references = {name: title for name, title in REFERENCES.items() if name in bots}
    table = _table("Steps/s, times those of …", "bot", "women", "round trip ms", *references.values())
    for bot in bots.values():
        for place, load in enumerate(bot["loads"]):
            others = [bots[name]["loads"][place : place + 1] for name in references]
            ratios = [_ratio(load, other[0]) if other else "-" for other in others]
            table.add_row(bot["title"], str(load["women"]), str(load["round_trip_ms"]), *ratios)
        table.add_section()
    return table


def _ratio(load: dict[str, Any], other: dict[str, Any]) -> str:
    return f"{load['steps_a_second'] / other['steps_a_second']:.2f}" if other["steps_a_second"] else "-"


def _lives(bots: dict[str, Any]) -> Table:
    table = _table("At rest, after a kill -9, and while content is edited", "bot", "resident MB", "after the crowd MB",
                   "start to first poll s", "open steps at the kill", "never answered", "restart to first reply s",
                   "longest answer ms: calm / reload")  # fmt: skip
    for bot in bots.values():
        life, crowd, reload = (bot.get(part, {}) for part in ("life", "crowd", "reload"))
        after = f"{crowd['resident_mb']} ({crowd['women']:,})" if crowd else "-"
        longest = f"{_text(reload['longest_calm_ms'])} / {_text(reload['longest_ms'])}" if reload else "-"
        table.add_row(bot["title"], _text(life.get("resident_mb")), after, _text(life.get("to_first_poll_s")),
                      _text(life.get("open")), _text(life.get("never_answered")),
                      _text(life.get("restart_to_first_reply_s")), longest)  # fmt: skip
    return table


def _broadcasts(broadcasts: list[dict[str, Any]]) -> Table:
    keys = ("rate", "recipients", "share", "refused", "p95_calm_ms", "p95_ms", "times_calm", "missing", "doubled",
            "took_s", "cpu_s")  # fmt: skip
    table = _table("Broadcast beside 50 women who read, 40 ms round trip", "bot", "messages/s allowed", "recipients",
                   "share used", "429", "p95 ms calm", "p95 ms", "times calm", "missing", "doubled", "took s",
                   "CPU s")  # fmt: skip
    for each in broadcasts:
        table.add_row(each["title"], *(_text(each.get(key)) for key in keys))
    return table
