"""What an operator does about the people who answer, while the bot runs."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import App
from bot.core.directory import Line
from bot.core.house import Role, Staff
from bot.core.message import Address
from bot.diagnosis import diagnose
from bot.personnel import PersonnelProblem, Scope, attendance, everyone, invite, revoke, unattended
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import open_vault
from tests.content.folder import lay
from tests.fake_bot_api import FakeBotApi
from tests.services.chats import Chats
from tests.storage.example import read_all

GROUPS = """groups:
  - {id: porto-musa, name: Musa, city: porto, source: [https://example.org/x], read_on: 2026-11-01, confidence: high}
  - {id: porto-night, name: Night, city: porto, source: [https://example.org/x], read_on: 2026-11-01, confidence: high}
lines:
  - {id: porto-peers, name: Peers, cities: [porto]}
  - {id: house-line, name: The House, kind: partner, service: house-bed}
  - {id: tutors, name: For those who answer, kind: tutor}
"""
BOT = "comadre_bot"
EVA = Address("telegram", "9")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings for a folder of its own, with two groups in its directory."""
    for name in [name for name in os.environ if name.startswith("COMADRE_")]:
        monkeypatch.delenv(name)
    content = lay(tmp_path / "content")
    directory = content / "directory.yaml"
    before, _, _ = directory.read_text(encoding="utf-8").partition("groups:\n")
    directory.write_text(before + GROUPS, encoding="utf-8")
    return Settings(data_dir=tmp_path / "data", key_file=tmp_path / "key", content_dir=content, preview="off")


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[App]:
    """Run the bot, as another process would see it."""
    async with App(settings) as app:
        assert await app.shelf.open()
        app.add(Chats())
        yield app


async def comadre(settings: Settings, *words: str) -> tuple[int, str]:
    """Run a command in a process of its own; return its exit status and what it said."""
    told = {"DATA_DIR": settings.data_dir, "KEY_FILE": settings.key_file, "CONTENT_DIR": settings.content_dir}
    environment = (
        os.environ | {f"COMADRE_{name}": str(value) for name, value in told.items()} | {"COMADRE_PREVIEW": "off"}
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_moderator_is_invited_listed_and_dismissed_while_the_bot_runs(settings: Settings, running: App) -> None:
    status, said = await comadre(settings, "invite", "moderator", "--group", "porto-musa")
    assert status == 0
    code, advice = said.splitlines()
    assert "works once, for 24 hours" in advice
    phone = running.dispatcher.channels["telegram"].phone(EVA)  # type: ignore[attr-defined]  # a platform in memory
    await running.dispatcher.receive(phone.types(code))
    (staff,) = await running.store.staff.everyone()
    assert (await comadre(settings, "staff", "list")) == (0, f"{staff.designation}  moderator  porto-musa\n")
    status, said = await comadre(settings, "staff", "revoke", *staff.designation.upper().split())
    assert status == 0
    assert said == f"{staff.designation} has no role any more: nothing more is written to her.\n"
    assert await running.store.staff.everyone() == []
    assert (await comadre(settings, "staff", "list")) == (0, "Nobody yet: comadre invite.\n")


async def test_what_is_printed_is_the_only_copy_of_a_code(settings: Settings) -> None:
    code, *_ = await invite(settings, Role.MODERATOR, Scope(("porto-musa",)))
    assert all(code.encode() not in data for data in read_all(settings.data_dir).values())


async def test_the_list_says_two_words_role_and_groups_and_nothing_else(settings: Settings) -> None:
    for role, groups in ((Role.MODERATOR, ("porto-musa", "porto-night")), (Role.ADMIN, ())):
        code, *_ = await invite(settings, role, Scope(groups))
        await redeem(settings, code, Address("telegram", role.value))
    lines = await everyone(settings)
    assert sorted(line.split("  ", 1)[1] for line in lines) == [
        "admin  every group",
        "moderator  porto-musa porto-night",
    ]


async def redeem(settings: Settings, code: str, address: Address) -> None:
    """Send a code to the bot."""
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        assert await store.staff.redeem(code, address, datetime.now(UTC))


@pytest.mark.parametrize(
    ("role", "groups", "said"),
    [
        (Role.MODERATOR, (), "--group porto-musa"),
        (Role.ADMIN, ("porto-musa",), "leave --group out"),
        (Role.MODERATOR, ("porto-muse",), "did you mean porto-musa"),
        (Role.MODERATOR, ("elsewhere",), "there is porto-musa, porto-night"),
        (Role.MODERATOR, ("porto-musa", "porto-nigth"), "did you mean porto-night"),
    ],
)
async def test_an_invitation_that_makes_no_sense_is_refused_with_what_to_write(
    settings: Settings, role: Role, groups: tuple[str, ...], said: str
) -> None:
    with pytest.raises(PersonnelProblem) as caught:
        await invite(settings, role, Scope(groups))
    assert said in str(caught.value)
    assert not settings.database.exists()


@pytest.mark.parametrize(
    ("role", "scope", "said"),
    [
        (Role.PEER, Scope(), "--line porto-peers"),
        (Role.PEER, Scope(lines=("porto-peer",)), "did you mean porto-peers"),
        (Role.PEER, Scope(lines=("tutors",)), "no line 'tutors' for a peer"),
        (Role.PEER, Scope(lines=("house-line",)), "no line 'house-line' for a peer"),
        (Role.PEER, Scope(groups=("porto-musa",), lines=("porto-peers",)), "leave --group out"),
        (Role.PEER, Scope(services=("house-bed",), lines=("porto-peers",)), "leave --service out"),
        (Role.PEER, Scope(lines=("porto-peers",), languages=("xx",)), "'xx' is not the code of a language"),
        (Role.TUTOR, Scope(lines=("porto-peers",)), "no line 'porto-peers' for a tutor"),
        (Role.PARTNER, Scope(), "--service house-bed"),
        (Role.PARTNER, Scope(lines=("house-line",)), "say which with --service"),
        (Role.PARTNER, Scope(services=("house-refuge",)), "no line of a service 'house-refuge'"),
        (Role.MODERATOR, Scope(groups=("porto-musa",), lines=("porto-peers",)), "as peer, partner or tutor"),
        (Role.ADMIN, Scope(lines=("porto-peers",)), "as peer, partner or tutor"),
    ],
)
async def test_who_is_invited_for_a_line_that_is_not_hers_is_refused_with_what_to_write(
    settings: Settings, role: Role, scope: Scope, said: str
) -> None:
    with pytest.raises(PersonnelProblem) as caught:
        await invite(settings, role, scope)
    assert said in str(caught.value)


async def test_who_answers_on_lines_is_listed_with_them_and_her_duty(settings: Settings) -> None:
    for role, scope in (
        (Role.PEER, Scope(lines=("porto-peers",), languages=("pt",))),
        (Role.PARTNER, Scope(services=("house-bed",))),
        (Role.TUTOR, Scope(lines=("tutors",))),
    ):
        code, *_ = await invite(settings, role, scope)
        await redeem(settings, code, Address("telegram", role.value))
    lines = await everyone(settings)
    assert sorted(line.split("  ", 1)[1] for line in lines) == [
        "partner  house-line  off duty",
        "peer  porto-peers  off duty",
        "tutor  tutors  off duty",
    ]


async def test_a_tutor_needs_no_line_named_where_there_is_one(settings: Settings) -> None:
    code, *_ = await invite(settings, Role.TUTOR, Scope())
    await redeem(settings, code, EVA)
    (line,) = await everyone(settings)
    assert line.split("  ", 1)[1] == "tutor  tutors  off duty"


async def test_an_invitation_to_a_line_takes_nothing_away(settings: Settings) -> None:
    for role, scope in (
        (Role.MODERATOR, Scope(("porto-musa",))),
        (Role.PEER, Scope(lines=("porto-peers",))),
        (Role.TUTOR, Scope(lines=("tutors",))),
    ):
        code, *_ = await invite(settings, role, scope)
        await redeem(settings, code, EVA)
    (line,) = await everyone(settings)
    assert line.split("  ", 1)[1] == "moderator  porto-musa  porto-peers tutors  off duty"


async def test_who_is_not_there_cannot_be_dismissed_and_the_nearest_is_named(settings: Settings) -> None:
    code, *_ = await invite(settings, Role.MODERATOR, Scope(("porto-musa",)))
    await redeem(settings, code, EVA)
    name = (await everyone(settings))[0].partition("  ")[0]
    with pytest.raises(PersonnelProblem, match=f"did you mean {name}"):
        await revoke(settings, f"{name}s")
    assert await everyone(settings)


async def test_a_directory_that_cannot_be_read_is_said_to_be_one(settings: Settings) -> None:
    (settings.content_dir / "directory.yaml").write_text("spec: 2\n", encoding="utf-8")
    with pytest.raises(PersonnelProblem, match="comadre check says why"):
        await invite(settings, Role.MODERATOR, Scope(("porto-musa",)))


async def test_a_mistake_is_one_line_and_exit_status_two(settings: Settings) -> None:
    status, said = await comadre(settings, "invite", "moderator", "--group", "porto-muse")
    assert (status, len(said.splitlines())) == (2, 1)
    assert said.startswith("comadre: directory.yaml has no group 'porto-muse'")


async def test_the_link_has_the_name_of_the_bot_where_telegram_answers(settings: Settings) -> None:
    async with FakeBotApi() as api:
        told = settings.model_copy(update={"telegram_api_url": api.url, "telegram_token": secret(api.token)})
        code, _, link = await invite(told, Role.MODERATOR, Scope(("porto-musa",)))
        assert link.endswith(f"https://t.me/{BOT}?start={code}")
    code, _, link = await invite(told, Role.MODERATOR, Scope(("porto-musa",)))
    assert link.endswith(f"then ?start={code}")
    assert api.token not in link


def secret(text: str) -> object:
    """Return a token as the settings hold it."""
    from pydantic import SecretStr  # noqa: PLC0415 - only here

    return SecretStr(text)


async def test_the_doctor_names_the_groups_that_nobody_answers_for_and_no_person(settings: Settings) -> None:
    code, *_ = await invite(settings, Role.MODERATOR, Scope(("porto-musa",)))
    await redeem(settings, code, EVA)
    name = (await everyone(settings))[0].partition("  ")[0]
    points = [point for point in await diagnose(settings) if point.subject == "group"]
    assert [point.said.partition(" ")[0] for point in points] == ["porto-night"]
    assert all(point.is_good for point in points)
    assert not any(name in point.said for point in await diagnose(settings))


async def test_a_block_is_lifted_while_the_bot_runs_and_only_by_who_is_sure(settings: Settings, running: App) -> None:
    store, key = running.store, running.store._vault.pseudonym(EVA)
    await store._database.commit_together(lambda connection: store.blocked.block(connection, key))
    assert await store.blocked.is_blocked(EVA)
    status, _ = await comadre(settings, "unblock")
    await store.purge(datetime.now(UTC))
    assert (status, await store.blocked.is_blocked(EVA)) == (1, True)
    status, said = await comadre(settings, "unblock", "--yes")
    assert (status, said) == (0, "Nobody is blocked any more; the running bot answers them within ten minutes.\n")
    await store.purge(datetime.now(UTC))
    assert not await store.blocked.is_blocked(EVA)


def test_an_admin_answers_for_every_group() -> None:
    one, all_ = Staff("a b", Role.MODERATOR, ("x",)), Staff("c d", Role.ADMIN)
    assert unattended(("x", "y"), (one,)) == ["y"]
    assert unattended(("x", "y"), (one, all_)) == []
    assert unattended(("x",), ()) == ["x"]


async def test_the_doctor_says_of_each_line_how_many_answer_it_and_of_one_without_anybody_what_to_do(
    settings: Settings,
) -> None:
    for address in (EVA, Address("telegram", "8")):
        code, *_ = await invite(settings, Role.PEER, Scope(lines=("porto-peers",)))
        await redeem(settings, code, address)
    points = {point.subject: point.said for point in await diagnose(settings)}
    assert " hotlines, 3 lines, " in points["content"]
    assert [point.said for point in await diagnose(settings) if point.subject == "line"] == [
        "porto-peers is answered by 2",
        "house-line is answered by nobody, so women are not shown it; comadre invite partner --service house-bed",
        "tutors is answered by nobody, so those who answer find nobody there; comadre invite tutor --line tutors",
    ]


def test_a_line_of_peers_without_anybody_says_how_to_invite_them() -> None:
    (said,) = attendance([Line.model_validate({"id": "viana-peers", "name": "Peers"})], [])
    assert said.endswith("women are not shown it; comadre invite peer --line viana-peers")


async def test_a_partner_cannot_be_invited_where_no_service_has_a_line(settings: Settings) -> None:
    directory = settings.content_dir / "directory.yaml"
    said = "\n".join(line for line in directory.read_text(encoding="utf-8").splitlines() if "house-line" not in line)
    directory.write_text(said, encoding="utf-8")
    with pytest.raises(PersonnelProblem, match="kind: partner under lines:"):
        await invite(settings, Role.PARTNER, Scope(services=("house-bed",)))


async def test_the_trail_is_listed_and_verified_while_the_bot_runs(settings: Settings, running: App) -> None:
    assert await comadre(settings, "audit") == (0, "Nothing yet.\n")
    await running.store.staff.invite(Role.MODERATOR, ("porto-musa",), datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert await comadre(settings, "audit") == (0, "2026-11-22  operator  invitation made  porto-musa\n")
    assert await comadre(settings, "audit", "--verify") == (0, "1 lines, each as it was written, none missing.\n")
    assert "1 lines, each as it was written" in {
        point.said for point in await diagnose(settings) if point.subject == "trail" and point.is_good
    }


async def test_a_trail_that_was_tampered_with_is_said_and_ends_with_another_status(settings: Settings) -> None:
    await invite(settings, Role.MODERATOR, Scope(("porto-musa",)))
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    async with Store.open(settings.database, vault) as store:
        await store._database.commit_together(lambda connection: connection.execute("DELETE FROM audit").rowcount)
    status, said = await comadre(settings, "audit", "--verify")
    assert status == 2
    assert said.startswith("comadre: the trail was tampered with: lines after 0 are missing")
    (point,) = [each for each in await diagnose(settings) if each.subject == "trail"]
    assert not point.is_good
