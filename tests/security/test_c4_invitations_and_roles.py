"""C4: an invitation works once, for a day, and is kept as a hash; a role that is taken away ends at the next step."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.core.house import Role
from bot.core.library import Library
from bot.core.message import Address
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.core.rooms.example import MUSA, NOW, RAVAL, with_groups
from tests.security.plant import hits_in
from tests.services.chats import Chats
from tests.storage.example import KEY, read


@dataclass
class House:
    """The running bot, with a platform in memory."""

    store: Store
    dispatcher: Dispatcher
    chats: Chats
    clock: Clock
    folder: Path

    def phone(self, number: int, locale: str = "en") -> Phone:
        """Return somebody's phone."""
        return self.chats.phone(Address("telegram", str(number)), locale)

    async def types(self, phone: Phone, *texts: str) -> str:
        """Let her write, and return what she reads then."""
        for text in texts:
            await self.dispatcher.receive(phone.types(text))
        return said(phone)

    async def presses(self, phone: Phone, *labels: str) -> str:
        """Let her press buttons, and return what she reads then."""
        for label in labels:
            await self.dispatcher.receive(phone.presses(label))
        return said(phone)

    async def invited(self, *groups: str) -> str:
        """Return a code."""
        return await self.store.staff.invite(Role.MODERATOR if groups else Role.ADMIN, groups, self.clock.now())


def said(phone: Phone) -> str:
    """Return what she reads."""
    return "\n".join(phone.screen.texts) if phone.screen else ""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Run the bot on a folder of its own, with groups in its directory."""
    clock, chats = Clock(), Chats()
    clock.set(NOW)

    async def library() -> Library:
        return with_groups()

    async with Store.open(tmp_path / "comadre.sqlite3", Vault(KEY), languages=lambda: ("en", "pt", "es")) as store:
        dispatcher = Dispatcher(store, library, clock.now)
        dispatcher.channels[chats.name] = chats
        yield House(store, dispatcher, chats, clock, tmp_path)


@pytest.mark.parametrize("spelling", ["{}", "/start {}", " {} "])
async def test_a_code_that_is_typed_or_opened_leads_to_a_welcome(house: House, spelling: str) -> None:
    eva = house.phone(1)
    text = await house.types(eva, spelling.format(await house.invited(MUSA, RAVAL)))
    (staff,) = await house.store.staff.everyone()
    assert f"Here your name is:\n{staff.designation}" in text
    assert "You answer for: Musa and Raval." in text
    assert "You never see who a woman is" in text
    assert "Never ask names" in text


@pytest.mark.parametrize("change", [str.upper, str.title, lambda code: code.replace("-", " ")])
async def test_it_may_be_typed_in_any_case_and_spacing(house: House, change: object) -> None:
    code = await house.invited(MUSA)
    assert "Welcome" in await house.types(house.phone(1), change(code))  # type: ignore[operator]  # a function of text


async def test_the_welcome_is_in_her_language(house: House) -> None:
    eva = house.phone(1, "pt-PT")
    await house.types(eva, await house.invited(MUSA))
    assert (await read(house.store, eva.address)).language == "pt"


async def test_the_second_who_sends_it_is_answered_as_if_it_were_nothing(house: House) -> None:
    code = await house.invited(MUSA)
    await house.types(house.phone(1), code)
    ana, eva = house.phone(2), house.phone(3)
    await house.types(ana, "/start en")
    await house.types(eva, "/start en")
    assert await house.types(ana, code) == await house.types(eva, "qqqqq qqqqq qqqqq qqqqq")
    assert "didn't get that" in said(ana)
    assert "code" not in said(ana).lower()
    assert "For moderators" not in [choice.label for choice in ana.choices]


async def test_a_stranger_with_a_wrong_link_is_greeted_as_a_stranger(house: House) -> None:
    ana, eva = house.phone(2), house.phone(3)
    await house.types(ana, "/start abcde-fghjk-23456-vwxyz")
    await house.types(eva, "/start")
    assert said(ana) == said(eva)


async def test_after_a_day_it_is_nothing(house: House) -> None:
    code = await house.invited(MUSA)
    house.clock.set(NOW + timedelta(days=1))
    assert "Welcome" not in await house.types(house.phone(1), "/start en", code)
    assert await house.store.staff.everyone() == []


async def test_who_opens_the_link_twice_is_welcomed_twice_and_is_one(house: House) -> None:
    eva, code = house.phone(1), await house.invited(MUSA)
    for _ in range(2):
        assert "Welcome" in await house.types(eva, f"/start {code}")
    assert len(await house.store.staff.everyone()) == 1


async def test_an_invitation_that_a_crash_cut_short_is_welcomed_when_it_comes_again(house: House) -> None:
    eva, code = house.phone(1), await house.invited(MUSA)
    incoming = eva.types(f"/start {code}")
    assert await house.store.staff.redeem(code, eva.address, NOW)
    await house.dispatcher.receive(incoming)
    assert "Welcome" in said(eva)


async def test_the_message_with_the_code_goes_with_the_chat(house: House) -> None:
    eva = house.phone(1)
    incoming = eva.types(await house.invited(MUSA))
    await house.dispatcher.receive(incoming)
    await house.types(eva, "exit")
    ((_, erased),) = house.chats.erased
    assert incoming.handle in erased


async def test_no_code_is_in_any_file_at_any_time(house: House) -> None:
    eva, code = house.phone(1), await house.invited(MUSA)
    assert hits_in(house.folder, code, code.replace("-", "")) == []
    await house.types(eva, code, "menu")
    assert hits_in(house.folder, code, code.replace("-", "")) == []


async def test_a_role_that_is_taken_away_ends_in_the_middle_of_what_she_does(house: House) -> None:
    eva = house.phone(1)
    await house.types(eva, await house.invited(MUSA))
    await house.presses(eva, "My groups", "Musa · Porto", "Meetings", "Wednesday 25 November, 18:00", "It's off")
    (staff,) = await house.store.staff.everyone()
    assert await house.store.staff.revoke(staff.designation, NOW)
    assert "What do you need?" in await house.presses(eva, "Yes, it's off")
    assert "For moderators" not in [choice.label for choice in eva.choices]
    for text in ("moderators", "for moderators", "back", "menu"):
        assert "Musa" not in await house.types(eva, text)


async def test_forget_me_ends_a_role_and_leaves_nothing_of_it(house: House) -> None:
    eva = house.phone(1)
    await house.types(eva, await house.invited(MUSA))
    key = house.store._vault.pseudonym(eva.address)
    await house.types(eva, "forget me")
    assert await house.store.staff.everyone() == []
    assert all(key not in file.read_bytes() for file in house.folder.iterdir())


async def test_hiding_the_chat_and_a_year_of_silence_end_no_role(house: House) -> None:
    eva = house.phone(1)
    await house.types(eva, await house.invited(MUSA), "exit")
    house.clock.set(NOW + timedelta(days=365))
    await house.store.purge(house.clock.now())
    await house.types(eva, "/start en")
    assert "For moderators" in [choice.label for choice in eva.choices]


async def test_what_is_kept_names_her_role_and_her_groups(house: House) -> None:
    eva = house.phone(1)
    await house.types(eva, await house.invited(MUSA), "menu")
    text = await house.presses(eva, "My data and this chat", "What you keep about me")
    assert "That you are a moderator, and how to reach you: Musa." in text
    await house.types(eva, await house.invited(), "menu")
    text = await house.presses(eva, "My data and this chat", "What you keep about me")
    assert "how to reach you: every group." in text


async def test_a_woman_is_told_of_no_role(house: House) -> None:
    ana = house.phone(1)
    await house.types(ana, "/start en")
    assert "moderator" not in await house.presses(ana, "My data and this chat", "What you keep about me")
