"""What an operator does about the people who answer, beside the running bot."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from bot.channels.base import SendError
from bot.content.library import read_content
from bot.content.rules.word import is_language
from bot.core.directory import Directory, Line
from bot.core.house import Role, Staff
from bot.settings import Settings
from bot.storage.store import Store, StoreProblem
from bot.storage.vault import open_vault


class PersonnelProblem(Exception):  # noqa: N818 - the operator's problem, not an error of the program
    """What was asked for cannot be done, in one line that says the way out."""


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        yield store


@dataclass(frozen=True, slots=True)
class Scope:
    """For what somebody is invited: groups, lines, services, and the languages in which she answers."""

    groups: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


async def invite(settings: Settings, role: Role, scope: Scope) -> list[str]:
    """Return what to hand over: the code, its link where there is one, and how long it works."""
    on_lines = _check(settings, role, scope)
    async with _store(settings) as store:
        code = await store.staff.invite(role, scope.groups, datetime.now(UTC), on_lines, scope.languages)
    lines = [
        code,
        "Send it to one person, by a way that you trust. It works once, for 24 hours: she writes it to the bot.",
    ]
    if settings.telegram_token:
        lines.append(await _telegram_link(settings, settings.telegram_token.get_secret_value(), code))
    if settings.preview_port is not None:
        lines.append(f"On the preview page: http://127.0.0.1:{settings.preview_port}/?start={code}")
    return lines


async def _telegram_link(settings: Settings, token: str, code: str) -> str:
    from bot.channels.telegram import Telegram  # noqa: PLC0415 - slow to import, needed only with a token

    telegram = Telegram(token, api_url=settings.telegram_api_url)
    try:
        name = (await telegram.check()).removeprefix("@")
    except SendError:
        return f"On Telegram she can open a link too: that of the bot, then ?start={code}"
    finally:
        await telegram.close()
    return f"On Telegram she can open a link too: https://t.me/{name}?start={code}"


async def everyone(settings: Settings) -> list[str]:
    """Return a line for each."""
    async with _store(settings) as store:
        return [_line(each) for each in await store.staff.everyone()] or ["Nobody yet: comadre invite."]


async def revoke(settings: Settings, name: str) -> str:
    """Take the role of `name` away; raises `PersonnelProblem` where there is nobody of that name."""
    async with _store(settings) as store:
        if await store.staff.revoke(name, datetime.now(UTC)):
            return f"{name} has no role any more: nothing more is written to her.{await _scrubbed(store)}"
        known = [each.designation for each in await store.staff.everyone()]
    raise PersonnelProblem(f"nobody is called {name!r}{_nearest(name, known)}")


async def unblock(settings: Settings) -> str:
    """Let everybody in again whom somebody blocked; who that is, nobody learns."""
    async with _store(settings) as store:
        await store.blocked.lift(datetime.now(UTC))
    return "Nobody is blocked any more; the running bot answers them within ten minutes."


async def trail(settings: Settings) -> list[str]:
    """Return a line for each thing that was done by those who answer, oldest first."""
    async with _store(settings) as store:
        lines = await store.audit.lines()
    return [f"{each.day}  {each.who}  {each.what}  {each.about}".rstrip() for each in lines] or ["Nothing yet."]


async def verify(settings: Settings) -> str:
    """Say that every line is as it was written; raises `PersonnelProblem` where one is not."""
    async with _store(settings) as store:
        if fault := await store.audit.fault():
            raise PersonnelProblem(f"the trail was tampered with: {fault}; find out who can write to {store.path}")
        return f"{len(await store.audit.lines())} lines, each as it was written, none missing."


async def _scrubbed(store: Store) -> str:
    try:
        await store.scrub()
    except StoreProblem:
        return " The running bot erases what is left of her within ten minutes."
    return ""


def unattended(groups: Sequence[str], staff: Sequence[Staff]) -> list[str]:
    """Name the groups that nobody answers for."""
    return [group for group in groups if not any(each.may(group) for each in staff)]


def attendance(lines: Sequence[Line], staff: Sequence[Staff]) -> Iterator[str]:
    """Say of each line in one sentence how many answer it, and of one without anybody what that means."""
    for line in lines:
        number = sum(each.answers(line.id) for each in staff)
        if number:
            yield f"{line.id} is answered by {number}"
        else:
            hidden = "those who answer find nobody there" if line.kind == "tutor" else "women are not shown it"
            yield f"{line.id} is answered by nobody, so {hidden}; comadre invite {_invitation(line)}"


def _invitation(line: Line) -> str:
    """Write how somebody is invited to answer a line."""
    if line.kind == "partner":
        return f"partner --service {line.service}"
    return f"{'tutor' if line.kind == 'tutor' else 'peer'} --line {line.id}"


def _check(settings: Settings, role: Role, scope: Scope) -> tuple[str, ...]:
    """Return the lines that somebody is invited for; raises `PersonnelProblem` where that cannot be."""
    if role is Role.ADMIN and scope.groups:
        raise PersonnelProblem("an admin answers for every group: leave --group out")
    if role in _FOR_LINES:
        return _lines(settings, role, scope)
    if scope.lines or scope.services:
        raise PersonnelProblem(f"a {role.value} answers for groups: invite her as peer, partner or tutor for a line")
    if role is Role.MODERATOR and not scope.groups:
        raise PersonnelProblem("say for which group, as in --group porto-musa")
    known = [group.id for group in _directory(settings).groups]
    for group in scope.groups:
        if group not in known:
            raise PersonnelProblem(f"directory.yaml has no group {group!r}{_nearest(group, known)}")
    return ()


_FOR_LINES = {Role.PEER: "peers", Role.PARTNER: "partner", Role.TUTOR: "tutor"}
"""Roles that answer on lines, and on which kind."""


def _lines(settings: Settings, role: Role, scope: Scope) -> tuple[str, ...]:
    if scope.groups:
        raise PersonnelProblem(f"a {role.value} answers on a line: leave --group out")
    if role is Role.PARTNER and scope.lines:
        raise PersonnelProblem("a partner answers for a service: say which with --service, and leave --line out")
    if role is not Role.PARTNER and scope.services:
        raise PersonnelProblem(f"a {role.value} answers on a line: leave --service out")
    directory = _directory(settings)
    for code in scope.languages:
        if not is_language(code):
            raise PersonnelProblem(f"{code!r} is not the code of a language; write one like pt or pt-BR")
    known = [line for line in directory.lines if line.kind == _FOR_LINES[role]]
    if role is Role.PARTNER:
        return _of_services(known, scope.services)
    return _of_lines([line.id for line in known], role, scope.lines)


def _of_lines(known: list[str], role: Role, lines: tuple[str, ...]) -> tuple[str, ...]:
    if not lines and role is Role.TUTOR and len(known) == 1:
        return (known[0],)
    if not lines:
        raise PersonnelProblem(f"say on which line, as in --line {known[0] if known else 'porto-peers'}")
    for line in lines:
        if line not in known:
            raise PersonnelProblem(f"directory.yaml has no line {line!r} for a {role.value}{_nearest(line, known)}")
    return lines


def _of_services(lines: list[Line], services: tuple[str, ...]) -> tuple[str, ...]:
    by_service = {line.service or "": line.id for line in lines}
    if not by_service:
        raise PersonnelProblem("directory.yaml has no line of a service; write one with kind: partner under lines:")
    if not services:
        raise PersonnelProblem(f"say for which service, as in --service {next(iter(by_service))}")
    for service in services:
        if service not in by_service:
            near = _nearest(service, list(by_service))
            raise PersonnelProblem(f"directory.yaml has no line of a service {service!r}{near}")
    return tuple(by_service[each] for each in services)


def _directory(settings: Settings) -> Directory:
    content, _ = read_content(settings.content_dir, datetime.now(UTC).date())
    if not content.directory:
        raise PersonnelProblem(f"{settings.content_dir}/directory.yaml cannot be used: comadre check says why")
    return content.directory


def _line(staff: Staff) -> str:
    """Say one by her two words: what she answers for, and whether she is on duty."""
    is_admin = staff.role is Role.ADMIN
    parts = [staff.designation, staff.role.value, "every group" if is_admin else " ".join(staff.groups)]
    if staff.lines:
        is_on = staff.duty_until > datetime.now(UTC).timestamp()
        parts += [" ".join(staff.lines), "on duty" if is_on else "off duty"]
    return "  ".join(part for part in parts if part)


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(known) or 'none'}"
