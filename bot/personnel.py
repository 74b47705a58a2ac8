"""What an operator does about the people who answer, beside the running bot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from difflib import get_close_matches

from bot.content.library import read_content
from bot.core.house import Role, Staff
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import open_vault


class PersonnelProblem(Exception):  # noqa: N818 - the operator's problem, not an error of the program
    """What was asked for cannot be done, in one line that says the way out."""


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        yield store


async def invite(settings: Settings, role: Role, groups: tuple[str, ...]) -> list[str]:
    """Return what to hand over: the code, its link where there is one, and how long it works."""
    _check(settings, role, groups)
    async with _store(settings) as store:
        code = await store.staff.invite(role, groups, datetime.now(UTC))
    lines = [
        code,
        "Send it to one person, by a way that you trust. It works once, for 24 hours: she writes it to the bot.",
    ]
    if settings.telegram_token:
        lines.append(f"On Telegram also as a link: the bot's own link, then ?start={code}")
    if settings.preview_port is not None:
        lines.append(f"On the preview page: http://127.0.0.1:{settings.preview_port}/?start={code}")
    return lines


async def everyone(settings: Settings) -> list[str]:
    """Return a line for each."""
    async with _store(settings) as store:
        return [_line(each) for each in await store.staff.everyone()] or ["Nobody yet: comadre invite."]


async def revoke(settings: Settings, name: str) -> str:
    """Take the role of `name` away; raises `PersonnelProblem` where there is nobody of that name."""
    async with _store(settings) as store:
        if await store.staff.revoke(name):
            return f"{name} has no role any more, from her next message on."
        known = [each.designation for each in await store.staff.everyone()]
    raise PersonnelProblem(f"nobody is called {name!r}{_nearest(name, known)}")


def _check(settings: Settings, role: Role, groups: tuple[str, ...]) -> None:
    if role is Role.ADMIN and groups:
        raise PersonnelProblem("an admin answers for every group: leave --group out")
    if role is Role.MODERATOR and not groups:
        raise PersonnelProblem("say for which group: --group porto-musa")
    known = _groups(settings)
    for group in groups:
        if group not in known:
            raise PersonnelProblem(f"directory.yaml has no group {group!r}{_nearest(group, known)}")


def _groups(settings: Settings) -> list[str]:
    content, _ = read_content(settings.content_dir, datetime.now(UTC).date())
    return [group.id for group in content.directory.groups] if content.directory else []


def _line(staff: Staff) -> str:
    return f"{staff.designation}  {staff.role.value}  {' '.join(staff.groups) or 'every group'}"


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(known) or 'none'}"
