"""A headless Chromium for the preview page, and how a person finds her way on it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start it and end it again; on CI a missing one is a failure, not a skip."""
    binary = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not binary and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on CI; install the package chromium-headless-shell")
    if not binary:
        pytest.skip("no Chromium; install the package chromium-headless-shell")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=list(FLAGS))
        yield browser
        await browser.close()


def button(page: Page, name: str) -> Locator:
    """Find a button as a screen reader names it."""
    return page.get_by_role("button", name=name, exact=True)


def bubbles(page: Page) -> Locator:
    """Find all messages."""
    return page.get_by_role("log").locator(".bubble")


async def type_in(page: Page, words: str) -> None:
    """Write a message and send it."""
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")
