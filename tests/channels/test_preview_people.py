"""Three windows of the preview page are a woman and two peers: she calls, one has her, and what they write crosses."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.app import App
from bot.channels.web import Web
from bot.content.library import default_folder
from bot.core.house import Role
from bot.settings import Settings
from tests.channels.chromium import bubbles, button, chromium, type_in

pytestmark = pytest.mark.browser


def said(page: Page, words: str) -> Locator:
    """Find the messages with some words."""
    return bubbles(page).filter(has_text=words)


async def test_a_woman_calls_the_first_peer_has_her_and_the_other_reads_that_it_is_taken(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", key_file=tmp_path / "key", content_dir=default_folder())
    async with App(settings) as app, chromium() as browser:
        assert await app.shelf.open()
        web = Web(0, clock=app.clock, describe=app._describe)
        app.add(web)
        app.post.start()
        serving = asyncio.create_task(web.run(app.dispatcher.receive))
        await web.listening.wait()

        async def opens(start: str) -> Page:
            page = await (await browser.new_context(locale="en-GB")).new_page()
            await page.goto(f"{web.url}/?start={start}")
            return page

        peers = []
        for _ in range(2):
            code = await app.store.staff.invite(Role.PEER, (), datetime.now(UTC), ("porto-peers",), ("en",))
            peers.append(await opens(code))
            await expect(bubbles(peers[-1]).first).to_be_visible()
            await type_in(peers[-1], "on duty")
            await expect(button(peers[-1], "Off duty")).to_be_visible()
        woman = await opens("en-porto")
        for label in ("Talk to a peer", "Peers in Porto · here now", "Yes, call a peer", "Just to talk"):
            await button(woman, label).click()
        calls = [await button(peer, "I take it").element_handle() for peer in peers]
        await asyncio.gather(*(call.evaluate("button => button.click()") for call in calls))
        await expect(said(woman, "Somebody is here for you now")).to_be_visible()
        await type_in(woman, "Are you there?")
        arrives = [asyncio.create_task(expect(said(peer, "Are you there?")).to_be_visible()) for peer in peers]
        done, waiting = await asyncio.wait(arrives, return_when=asyncio.FIRST_COMPLETED)
        has_her, other = sorted(peers, key=lambda peer: arrives[peers.index(peer)] not in done)
        await expect(said(other, "omebody else").first).to_be_visible()
        await type_in(has_her, "Yes, I am here")
        await expect(said(woman, "Yes, I am here")).to_be_visible()
        await expect(said(other, "Are you there?")).to_have_count(0)
        waiting.pop().cancel()
        serving.cancel()
        await asyncio.gather(serving, app.post.finish(1), app.dispatcher.finish(1), return_exceptions=True)
