"""What `comadre doctor` looks at, changing nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.channels.base import SendError
from bot.content.check import Report, check
from bot.content.finding import Level
from bot.core.directory import Directory
from bot.core.house import Staff
from bot.core.monitoring import is_doubted
from bot.personnel import attendance, unattended
from bot.point import Point
from bot.reception import is_reported, points
from bot.settings import TELEGRAM_API, Settings
from bot.storage.store import Store, StoreProblem
from bot.storage.vault import KeyProblem, Vault, load_key


async def diagnose(settings: Settings) -> list[Point]:
    """Look at settings, content, key, database and platforms."""
    report = check(settings.content_dir, datetime.now(UTC).date())
    points = [*_settings(settings), *_content(settings, report)]
    key, vault = _key(settings)
    points.append(key)
    points.extend(await _database(settings, vault, report.library.directory if report.library else None))
    if settings.telegram_token:
        points.append(await _telegram(settings, settings.telegram_token.get_secret_value()))
    if settings.signal_socket and settings.signal_account:
        from bot.signal_diagnosis import diagnose_signal  # noqa: PLC0415 - only where Signal is served

        where, account = settings.signal_socket, settings.signal_account
        points.extend(await diagnose_signal(where, account, allows_remote=settings.signal_remote))
    return points


def _settings(settings: Settings) -> Iterator[Point]:
    platforms = {"Telegram": settings.telegram_token, "Signal": settings.signal_socket and settings.signal_account}
    channels = [name for name, is_set in platforms.items() if is_set]
    if settings.preview_port is not None:
        channels.append(f"preview on http://127.0.0.1:{settings.preview_port}")
    said = ", ".join(channels) or "none; set COMADRE_TELEGRAM_TOKEN, or COMADRE_SIGNAL_SOCKET"
    yield Point("channels", said, bool(channels))
    if settings.telegram_api_url != TELEGRAM_API:
        yield Point("Telegram server", settings.telegram_api_url)


def _content(settings: Settings, report: Report) -> Iterator[Point]:
    errors = [finding for finding in report.findings if finding.level is not Level.WARNING]
    for finding in errors:
        yield Point("content", str(finding), is_good=False)
    if report.library:
        library = report.library
        yield Point(
            "content",
            f"{settings.content_dir}: {len(library.flows)} flows, {len(library.directory.services)} services, "
            f"{len(library.directory.hotlines)} hotlines, {len(library.directory.lines)} lines, "
            f"languages {', '.join(library.speech.languages)}",
            not errors,
        )
    elif not errors:  # pragma: no cover - a library is missing only for a reason
        yield Point("content", "cannot be read", is_good=False)


def _key(settings: Settings) -> tuple[Point, Vault | None]:
    if not settings.key_file.exists() and not settings.database.exists():
        return Point("key", f"{settings.key_file}: not there yet; the first start makes it"), None
    try:
        return Point("key", f"{settings.key_file}: readable only by its owner"), Vault(load_key(settings.key_file))
    except KeyProblem as problem:
        return Point("key", str(problem), is_good=False), None


async def _database(settings: Settings, vault: Vault | None, directory: Directory | None) -> list[Point]:
    """Look at the database, at what was counted there often enough to be said, and at who answers."""
    where = f"{settings.database}:"
    if not settings.database.exists():
        return [Point("database", f"{where} not there yet; the first start makes it")]
    if vault is None:
        return [Point("database", f"{where} cannot be opened without its key", is_good=False)]
    try:
        async with Store.open(settings.database, vault) as store:
            found, counts = await store.describe(), await store.counts()
            staff = await store.staff.everyone()
            trail = await _trail(store)
            today = datetime.now(UTC).date()
            received, doubted = await store.received(today), await store.doubted(today)
    except (StoreProblem, KeyProblem) as problem:
        return [Point("database", str(problem), is_good=False)]
    said = f"version {found.version}, {found.contacts} people, {found.size // 1024} KiB, check: {found.integrity}"
    counted = (
        Point("counted", f"{kind}: {number} in week {week}") for week, kind, number in counts if not is_reported(kind)
    )
    return [
        Point("database", f"{where} {said}", found.integrity == "ok"),
        trail,
        *counted,
        *points(received, _unchecked(doubted, directory)),
        *(_answering(directory, staff) if directory else ()),
    ]


def _unchecked(doubted: Mapping[str, str], directory: Directory | None) -> list[str]:
    """Name the places that nobody has asked since many were not received well there."""
    checked = {each.id: each.verified_on for each in directory.services} if directory else {}
    return [name for name, since in doubted.items() if is_doubted(since, checked.get(name))]


def _answering(directory: Directory, staff: Sequence[Staff]) -> Iterator[Point]:
    """Name the groups left alone, and say of each line how many answer it; never who."""
    for group in unattended([group.id for group in directory.groups], staff):
        yield Point("group", f"{group} has no moderator; comadre invite moderator --group {group}")
    yield from (Point("line", said) for said in attendance(directory.lines, staff))


async def _trail(store: Store) -> Point:
    """Look whether anybody changed the list of what moderators did."""
    if fault := await store.audit.fault():
        return Point("trail", f"was tampered with: {fault}; comadre audit", is_good=False)
    return Point("trail", f"{len(await store.audit.lines())} lines, each as it was written")


async def _telegram(settings: Settings, token: str) -> Point:
    from bot.channels.telegram import Telegram  # noqa: PLC0415 - slow to import, needed only with a token

    telegram = Telegram(token, api_url=settings.telegram_api_url)
    try:
        return Point("Telegram", f"answers as {await telegram.check()}")
    except SendError as error:
        return Point("Telegram", f"does not answer ({error})", is_good=False)
    finally:
        await telegram.close()
