"""Pictures on the preview page: beside their words, from memory, and from nowhere else."""

import aiohttp
import pytest

from bot.channels.base import Shown
from bot.channels.web import HEADERS, PICTURE_LIMIT
from bot.core.message import Address, Choice, Outgoing, Picture, Screen
from tests.channels.preview import ANA, House, window
from tests.drawn import drawn


async def show_picture(house: House, picture: Picture | None, *texts: str, over: tuple[str, ...] = ()) -> Shown:
    """Show a screen with a picture, in place of another whose button she pressed."""
    screen = Screen(texts, (Choice("t1", "Yes"),), (), picture)
    return await house.web.show(Outgoing(Address("web", ANA), screen, over, "".join(over[-1:])))


async def test_the_first_message_of_a_screen_has_its_picture_with_words_for_it(
    house: House, browser: aiohttp.ClientSession
) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        await show_picture(house, drawn("wake"), "one", "two")
        first, second = (await open_window.until("show"))["messages"]
    src = f"/media/{drawn('wake').digest}.png"
    assert first["picture"] == {"src": src, "alt": "This is wake.", "width": 4, "height": 3}
    assert "picture" not in second


async def test_an_edit_in_place_takes_the_picture_along(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        shown = await show_picture(house, drawn("wake"), "one")
        await open_window.until("show")
        alts = []
        for picture in (drawn("call"), None, drawn("wake")):
            shown = await show_picture(house, picture, "next", over=shown.living)
            (message,) = (await open_window.until("show"))["messages"]
            alts.append(message.get("picture", {}).get("alt"))
    assert alts == ["This is call.", None, "This is wake."]
    assert shown.deleted == ()


async def test_a_picture_is_served_from_memory_under_the_name_of_what_is_in_it(
    house: House, browser: aiohttp.ClientSession
) -> None:
    """It may be kept for a day: another picture has another name."""
    async with window(browser) as open_window:
        await open_window.until("show")
        await show_picture(house, drawn("wake"), "one")
    async with browser.get(f"/media/{drawn('wake').digest}.png") as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert await response.read() == drawn("wake").data
        assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
        assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/media/", "/media/wake.png", "/media/..%2fapp.js", "/media/../web.py", "/media/x.svg"]
)
async def test_no_other_picture_is_there(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path) as response:
        assert response.status == 404
        assert response.headers["Cache-Control"] == "no-store"


async def test_another_name_for_this_computer_gets_no_picture(browser: aiohttp.ClientSession, house: House) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        await show_picture(house, drawn("wake"), "one")
    async with browser.get(f"/media/{drawn('wake').digest}.png", headers={"Host": "evil.example"}) as response:
        assert response.status == 421


async def test_memory_is_bounded_in_pictures(house: House, browser: aiohttp.ClientSession) -> None:
    async with window(browser) as open_window:
        await open_window.until("show")
        for shade in range(PICTURE_LIMIT + 5):
            await show_picture(house, drawn("wake", shade), "one")
            await show_picture(house, drawn("call"), "one")
    assert len(house.web._pictures) == PICTURE_LIMIT
    assert drawn("call").digest in house.web._pictures
    assert drawn("wake", 0).digest not in house.web._pictures
