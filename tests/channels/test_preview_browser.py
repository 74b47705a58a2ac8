"""The preview page, driven in headless Chromium as a person does: by mouse, by keyboard, in both directions."""

import asyncio
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from bot.channels.web import Direction, Status, Web
from bot.content.picture import picture
from bot.core.message import Address, Choice, Incoming, Kind, Media, Outgoing, Screen
from bot.core.metadata import bare
from tests.channels.chromium import bubbles, button, chromium, type_in
from tests.drawn import drawn, png
from tests.files import PLANTED, exif, jpeg, ogg, segment

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LANGUAGES: dict[str, Direction] = {
    "en": {"name": "English", "direction": "ltr"},
    "pt": {"name": "Português", "direction": "ltr"},
    "ar": {"name": "العربية", "direction": "rtl"},
}
WAYS = (Choice("back", "Back"), Choice("menu", "Menu"), Choice("exit", "Exit"))
MENU = Screen(
    ("Hi. I'm Comadre. I don't need to know who you are.", "What do you need?"),
    (Choice("help", "I need help now"), Choice("find", "Find a service"), Choice("hurt", "Someone hurts me")),
    WAYS,
)
DRAWN = picture("wake", "A hand shakes a shoulder.", png(1280, 640))
HELP = Screen(
    ("Call now. Say: not breathing, not waking.\n\u2068112\u2069\n\nMore: https://example.org/breathe.",),
    (Choice("done", "Done"), Choice("cannot", "I can't call")),
    WAYS,
)
ARABIC = Screen(
    ("مرحبًا. لا أحتاج أن أعرف من أنتِ.", "ماذا تحتاجين؟\n112"),
    (Choice("help", "أحتاج إلى مساعدة الآن"), Choice("find", "أبحث عن خدمة")),
    (Choice("back", "رجوع"), Choice("menu", "القائمة"), Choice("exit", "خروج")),
)
PHOTO = Media("telegram", "picture", "f", drawn("wake").data)
NOTE = Media("telegram", "voice", "g", ogg())
UNSURE = "I didn't get that. I'm a program."


@dataclass
class Script:
    """Stands in for the engine: a few fixed screens, chosen by token, number or word."""

    web: Web = field(init=False)
    heard: list[Incoming] = field(default_factory=list)
    living: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    screens: dict[Address, Screen] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    at: datetime | None = None
    settable: bool = True

    def now(self) -> datetime:
        """Return the time of the preview."""
        return self.at or datetime(2026, 11, 21, 22, tzinfo=UTC)

    def set(self, at: datetime | None) -> None:
        """Set the time of the preview."""
        self.at = at

    def describe(self) -> Status:
        """Say what is around the chat."""
        return {
            "languages": LANGUAGES,
            "findings": self.findings,
            "clock": self.now().isoformat(),
            "clock_settable": self.settable,
        }

    def choose(self, incoming: Incoming) -> Screen:
        """Find the screen that comes next."""
        current = self.screens.get(incoming.address, MENU)
        options = {str(number): each.token for number, each in enumerate((*current.choices, *current.ways), 1)}
        token = incoming.token or options.get(incoming.text, incoming.text)
        known = {
            "picture": replace(HELP, picture=DRAWN),
            "photo": replace(HELP, media=PHOTO),
            "note": replace(HELP, texts=(), media=NOTE, instead="[voice note]"),
            "": MENU,
            "menu": MENU,
            "English": MENU,
            "help": HELP,
            "العربية": ARABIC,
        }
        return known.get(token, Screen((UNSURE, *MENU.texts[1:]), MENU.choices, WAYS))

    async def receive(self, incoming: Incoming) -> None:
        """Answer as the dispatcher would."""
        self.heard.append(incoming)
        to = incoming.address
        if incoming.kind in (Kind.EDIT, Kind.TAKEN_BACK):
            return
        if incoming.text == "forget me":
            await self.web.erase(to, (*self.living[to], incoming.handle))
            return
        screen = self.screens[to] = self.choose(incoming)
        pressed = incoming.handle if incoming.kind is Kind.PRESS else ""
        shown = await self.web.show(Outgoing(to, screen, self.living.get(to, ()), pressed))
        self.living[to] = shown.living


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium and end it again."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def script() -> AsyncIterator[Script]:
    """Serve the preview with the scripted conversation."""
    script = Script()
    script.web = Web(0, clock=script, describe=script.describe)
    task = asyncio.create_task(script.web.run(script.receive))
    await script.web.listening.wait()
    yield script
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Collect what the console and the network say, and fail if there is anything: CSP violations appear there."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser, script: Script, complaints: list[str]) -> AsyncIterator[BrowserContext]:
    """Open a fresh profile in which every request off the origin is refused and remembered."""
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Lisbon")

    async def watch(route: Route) -> None:
        if route.request.url.startswith(script.web.url + "/"):
            await route.continue_()
        else:
            complaints.append(f"request to {route.request.url}")
            await route.abort()

    await context.route("**/*", watch)
    context.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext, script: Script) -> Page:
    """Open the page and wait for the first screen."""
    page = await context.new_page()
    await page.goto(script.web.url)
    await expect(button(page, "Find a service")).to_be_visible()
    return page


async def test_pressing_a_button_edits_the_screen_in_place(page: Page, script: Script) -> None:
    first = await bubbles(page).first.element_handle()
    await button(page, "I need help now").click()
    await expect(bubbles(page)).to_have_count(1)
    await expect(bubbles(page)).to_contain_text("not breathing")
    assert await first.evaluate("node => node.isConnected")
    assert script.heard[-1].kind is Kind.PRESS
    await expect(button(page, "I can't call")).to_be_visible()


async def test_typing_writes_below_and_takes_the_old_screen_away(page: Page, script: Script) -> None:
    await page.get_by_label("Your message").fill("hello <b>there</b>")
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_text(
        ["You: hello <b>there</b>", f"Comadre: {UNSURE}", f"Comadre: {MENU.texts[1]}"]
    )
    await expect(page.get_by_label("Your message")).to_be_focused()
    await expect(page.get_by_label("Your message")).to_have_value("")
    assert script.heard[-1].text == "hello <b>there</b>"


async def test_numbers_and_addresses_can_be_tapped_and_nothing_else(page: Page) -> None:
    await button(page, "I need help now").click()
    links = page.get_by_role("log").get_by_role("link")
    await expect(links).to_have_text(["112", "https://example.org/breathe"])
    assert await links.nth(0).get_attribute("href") == "tel:112"
    assert await links.nth(1).get_attribute("rel") == "noopener noreferrer"


async def test_as_signal_the_choices_are_a_numbered_list_in_the_message(page: Page, script: Script) -> None:
    await page.get_by_label("As Signal").check()
    await expect(bubbles(page).last).to_contain_text("1  I need help now")
    await expect(bubbles(page).last).to_contain_text("6  Exit")
    for group in ("Choices", "Always there"):
        await expect(page.get_by_role("group", name=group)).to_be_hidden()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(bubbles(page).last).to_contain_text("2  I can't call")
    assert (script.heard[-1].kind, script.heard[-1].text) == (Kind.TEXT, "1")
    await page.get_by_label("As Signal").uncheck()
    await expect(bubbles(page).last).not_to_contain_text("2  I can't call")
    await expect(button(page, "I can't call")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_picture_stands_above_the_words_as_wide_as_the_bubble_at_most(
    page: Page, scheme: Literal["light", "dark"]
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.get_by_label("Your message").fill("picture")
    await page.keyboard.press("Enter")
    shown = page.get_by_role("log").get_by_role("img", name="A hand shakes a shoulder.")
    await expect(shown).to_have_js_property("complete", value=True)
    await expect(shown).to_have_js_property("naturalWidth", 1280)
    assert await shown.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
    drawing, bubble = await shown.bounding_box(), await bubbles(page).last.bounding_box()
    words = await bubbles(page).last.locator(".words").bounding_box()
    assert drawing
    assert bubble
    assert words
    assert bubble["x"] < drawing["x"] < drawing["x"] + drawing["width"] < bubble["x"] + bubble["width"]
    assert drawing["width"] == pytest.approx(2 * drawing["height"], abs=1)
    assert drawing["y"] + drawing["height"] <= words["y"]
    await button(page, "Done").click()
    await expect(shown).to_have_count(0)


async def test_as_signal_the_picture_stays_above_the_list(page: Page) -> None:
    await page.get_by_label("Your message").fill("picture")
    await page.keyboard.press("Enter")
    await page.get_by_label("As Signal").check()
    await expect(bubbles(page).last.get_by_role("img", name="A hand shakes a shoulder.")).to_be_visible()
    await expect(bubbles(page).last).to_contain_text("1  Done")


async def test_choosing_arabic_turns_the_page_around(page: Page, script: Script) -> None:
    await page.get_by_label("Language").select_option(label="العربية")
    choice = button(page, "أحتاج إلى مساعدة الآن")
    await expect(choice).to_be_visible()
    assert script.heard[-1].text == "العربية"
    assert await page.evaluate("document.documentElement.dir") == "rtl"
    assert await choice.evaluate("node => getComputedStyle(node).direction") == "rtl"
    await expect(page.get_by_role("log")).to_have_attribute("lang", "ar")
    words = bubbles(page).last.locator(".words")
    assert await words.evaluate("node => getComputedStyle(node).direction") == "rtl"
    number, line = await words.get_by_role("link").bounding_box(), await words.bounding_box()
    assert number
    assert line
    assert round(number["x"] + number["width"]) == round(line["x"] + line["width"])
    hers, answer = await bubbles(page).first.bounding_box(), await bubbles(page).last.bounding_box()
    assert hers
    assert answer
    assert hers["x"] < answer["x"] + answer["width"] - hers["width"]
    await page.get_by_label("Language").select_option(label="English")
    await expect(button(page, "Find a service")).to_be_visible()
    assert await page.evaluate("document.documentElement.dir") == "ltr"


async def test_typing_the_name_of_a_language_turns_the_page_too(page: Page) -> None:
    await page.get_by_label("Your message").fill("العربية")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.get_by_label("Language")).to_have_value("ar")


async def test_the_whole_journey_works_by_keyboard_alone(page: Page, script: Script) -> None:
    for _ in range(24):
        await page.keyboard.press("Tab")
        if await button(page, "I need help now").evaluate("node => node === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("group", name="Choices")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(button(page, "Done")).to_be_focused()
    for name in ("I can't call", "Back", "Menu"):
        await page.keyboard.press("Tab")
        await expect(button(page, name)).to_be_focused()
    await page.keyboard.press("Space")
    await expect(button(page, "Find a service")).to_be_visible()
    await page.keyboard.type("2")
    await expect(page.get_by_label("Your message")).to_have_value("2")
    await page.keyboard.press("Enter")
    await expect(bubbles(page).first).to_have_text("You: 2")
    assert [each.token or each.text for each in script.heard] == ["", "help", "menu", "2"]


async def test_what_has_the_focus_can_be_seen(page: Page) -> None:
    for _ in range(20):
        await page.keyboard.press("Tab")
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"


async def test_every_control_has_a_name(page: Page) -> None:
    """The tree of a screen reader shows a nameless control as its role alone."""
    tree = await page.locator("body").aria_snapshot()
    for name in ("Language", "Clock", "As Signal", "Messages", "Choices", "Your message", "Send"):
        assert f'"{name}"' in tree
    assert re.findall(r"^ *- (?:button|textbox|combobox|switch|group|link|region|log):?$", tree, re.MULTILINE) == []


async def test_two_windows_are_two_people(page: Page, context: BrowserContext, script: Script) -> None:
    other = await context.new_page()
    await other.goto(f"{script.web.url}/?lang=pt&start=pt-porto")
    await expect(button(other, "Find a service")).to_be_visible()
    await button(other, "I need help now").click()
    await expect(button(other, "Done")).to_be_visible()
    await expect(button(page, "Find a service")).to_be_visible()
    first, second = (each for each in script.heard if each.kind is Kind.START)
    assert first.address != second.address
    assert (first.locale, first.payload) == ("en-GB", "")
    assert (second.locale, second.payload) == ("pt", "pt-porto")
    await expect(other.get_by_label("Language")).to_have_value("pt")


async def test_the_page_opens_a_window_for_another_person(page: Page, context: BrowserContext, script: Script) -> None:
    async with context.expect_page() as opening:
        await page.get_by_role("link", name="New window: another person").click()
    await expect(button(await opening.value, "Find a service")).to_be_visible()
    first, second = (each for each in script.heard if each.kind is Kind.START)
    assert first.address != second.address


async def test_a_reload_keeps_her_place(page: Page, script: Script) -> None:
    await button(page, "I need help now").click()
    await expect(button(page, "Done")).to_be_visible()
    await page.reload()
    await expect(button(page, "Done")).to_be_visible()
    await expect(bubbles(page)).to_have_count(1)
    assert [each.kind for each in script.heard] == [Kind.START, Kind.PRESS]


async def test_forgetting_empties_the_page(page: Page) -> None:
    await page.get_by_label("Your message").fill("forget me")
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_count(0)
    await expect(button(page, "Find a service")).to_have_count(0)


async def test_findings_appear_without_taking_the_chat_away(page: Page, script: Script) -> None:
    await expect(page.locator("#findings")).to_be_hidden()
    script.findings = ["flows/find.yaml:3:1: unknown key 'sai'; write 'say'", "directory.yaml:80:5: bad phone"]
    await script.web.announce()
    await expect(page.get_by_text("2 findings")).to_be_visible()
    await expect(page.get_by_text(script.findings[0])).to_be_visible()
    await page.get_by_text("2 findings").click()
    await expect(page.get_by_text(script.findings[0])).to_be_hidden()
    await expect(button(page, "Find a service")).to_be_visible()
    script.findings = []
    await script.web.announce()
    await expect(page.locator("#findings")).to_be_hidden()


async def test_the_clock_is_set_in_the_time_of_this_computer(page: Page, script: Script) -> None:
    await expect(page.get_by_label("Clock")).to_have_value("2026-11-21T22:00")
    await page.get_by_label("Clock").fill("2026-07-01T03:30")
    await button(page, "Set").click()
    await expect(page.get_by_label("Clock")).to_have_value("2026-07-01T03:30")
    assert script.at == datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
    await button(page, "Now").click()
    await expect(page.get_by_label("Clock")).to_have_value("2026-11-21T22:00")
    assert script.at is None


async def test_a_clock_that_cannot_be_set_is_not_shown(page: Page, script: Script) -> None:
    script.settable = False
    await script.web.announce()
    await expect(page.get_by_label("Clock")).to_be_hidden()


async def test_a_lost_connection_is_said_and_mended(page: Page, script: Script) -> None:
    await asyncio.gather(*(window.close() for window in list(script.web._windows)))
    await expect(page.get_by_text("Connection lost")).to_be_visible()
    await expect(page.get_by_text("Connection lost")).to_be_hidden()
    await button(page, "I need help now").click()
    await expect(button(page, "Done")).to_be_visible()
    assert [each.kind for each in script.heard] == [Kind.START, Kind.PRESS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_has_enough_contrast(page: Page, script: Script, scheme: Literal["light", "dark"]) -> None:
    """WCAG AA: 4.5 to 1 for text."""
    await page.emulate_media(color_scheme=scheme)
    await page.get_by_label("Your message").fill("hello")
    await page.keyboard.press("Enter")
    await expect(bubbles(page).first).to_have_text("You: hello")
    script.findings = ["flows/find.yaml:3:1: unknown key 'sai'; write 'say'"]
    await script.web.announce()
    await expect(page.get_by_text(script.findings[0])).to_be_visible()
    await button(page, "I need help now").click()
    await expect(page.get_by_role("log").get_by_role("link").first).to_be_visible()
    ratios = await page.evaluate(CONTRAST)
    assert len(ratios) > 12
    assert {text: ratio for text, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("size", [(320, 568), (390, 844), (1280, 900)])
async def test_nothing_runs_out_of_the_window(page: Page, size: tuple[int, int]) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    await expect(page.get_by_label("Your message")).to_be_in_viewport()
    await expect(page.get_by_label("Language")).to_be_in_viewport()


CONTRAST = """() => {
  const read = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = read(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const ratios = {};
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.closest(".unseen")) continue;
    const [a, b] = [light(read(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    ratios[node.textContent.trim()] = (a + 0.05) / (b + 0.05);
  }
  return ratios;
}"""


async def test_a_message_is_answered_by_keyboard_and_the_answer_says_what_it_is_about(
    page: Page, script: Script
) -> None:
    reply = page.get_by_role("button", name="Reply to: What do you need?")
    await reply.focus()
    await page.keyboard.press("Enter")
    line = page.get_by_label("Your message")
    await expect(line).to_be_focused()
    await expect(line).to_have_accessible_description("Reply to: What do you need?")
    await page.keyboard.type("Bread")
    await page.keyboard.press("Enter")
    await expect(bubbles(page).filter(has_text="Bread")).to_be_visible()
    # What she answered was a screen, which has gone; with it goes what was quoted.
    await expect(bubbles(page).filter(has_text="Bread").locator(".quote")).to_have_count(0)
    assert (script.heard[-1].text, script.heard[-1].reply_to) == ("Bread", "2")
    await expect(page.locator("#about")).to_be_hidden()


async def test_what_she_answers_is_quoted_while_it_is_there(page: Page, script: Script) -> None:
    to = script.heard[-1].address
    await script.web.show(Outgoing(to, Screen(("amber birch: are you there?",))))
    await page.get_by_role("button", name="Reply to: amber birch").click()
    await type_in(page, "Yes")
    await expect(bubbles(page).filter(has_text="Yes").locator(".quote")).to_have_text("amber birch: are you there?")


@pytest.mark.parametrize("way", ["Escape", "Cancel"])
async def test_an_answer_can_be_left_for_a_message_of_its_own(page: Page, script: Script, way: str) -> None:
    await page.get_by_role("button", name="Reply to: What do you need?").click()
    await (page.keyboard.press(way) if way == "Escape" else button(page, way).click())
    await expect(page.locator("#about")).to_be_hidden()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await type_in(page, "Bread")
    await expect(bubbles(page).first).to_contain_text("Bread")
    assert script.heard[-1].reply_to == ""


async def test_she_changes_what_she_wrote_and_takes_it_back(page: Page, script: Script) -> None:
    await type_in(page, "I am in Lisboa")
    await page.get_by_role("button", name="Change: I am in Lisboa").click()
    await expect(page.get_by_label("Your message")).to_have_value("I am in Lisboa")
    await type_in(page, "I am in Porto")
    await expect(bubbles(page).first).to_have_text("You: I am in Porto")
    await expect(page.get_by_label("Your message")).to_have_value("")
    changed = script.heard[-1]
    assert (changed.kind, changed.text, changed.handle) == (Kind.EDIT, "I am in Porto", script.heard[-2].handle)
    await page.get_by_role("button", name="Change: I am in Porto").click()
    await button(page, "Delete").click()
    await expect(bubbles(page).filter(has_text="Porto")).to_have_count(0)
    await expect(button(page, "Find a service")).to_be_visible()
    assert (script.heard[-1].kind, script.heard[-1].handle) == (Kind.TAKEN_BACK, changed.handle)


async def test_a_picture_goes_along_and_can_be_taken_off_before(page: Page, script: Script) -> None:
    file = {"name": "Rua do Segredo.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    async with page.expect_file_chooser() as chooser:
        await button(page, "Attach a picture or a sound").click()
    await (await chooser.value).set_files(file)  # type: ignore[arg-type]  # a file that lies nowhere
    await expect(page.get_by_label("Your message")).to_have_accessible_description("Attached: Rua do Segredo.jpg")
    await button(page, "Take off").click()
    await expect(page.locator("#attached")).to_be_hidden()
    await page.locator("#file").set_input_files(file)  # type: ignore[arg-type]  # as above
    await type_in(page, "")
    await expect(bubbles(page).first.get_by_role("img", name="Picture")).to_be_attached()
    heard = script.heard[-1]
    assert heard.media
    assert (heard.kind, await script.web.fetch(heard.media)) == (Kind.PICTURE, jpeg())
    assert "Segredo" not in repr(heard) + heard.media.ref


async def test_what_is_no_picture_stays_here_and_the_page_says_why(
    page: Page, script: Script, complaints: list[str]
) -> None:
    before = len(script.heard)
    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.4"}
    await page.locator("#file").set_input_files(file)  # type: ignore[arg-type]  # a file that lies nowhere
    await type_in(page, "Look")
    await expect(page.get_by_role("status")).to_contain_text("A picture (JPEG, PNG, WebP) or a sound")
    await expect(page.get_by_label("Your message")).to_have_value("Look")
    assert len(script.heard) == before
    assert [each for each in complaints if "415" not in each] == []
    complaints.clear()


async def test_a_voice_note_can_be_played_and_a_photo_is_seen(page: Page) -> None:
    await type_in(page, "note")
    player = bubbles(page).last.get_by_label("[voice note]")
    await expect(player).to_be_visible()
    await expect(player).to_have_js_property("controls", value=True)
    await type_in(page, "photo")
    shown = bubbles(page).last.get_by_role("img", name="Picture")
    await expect(shown).to_have_js_property("complete", value=True)
    assert await shown.evaluate("node => node.naturalWidth") > 0


async def test_a_photo_that_arrives_late_pushes_no_button_out_of_view(page: Page, script: Script) -> None:
    tall = await page.evaluate(
        """() => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 200, height: 160 });
          return canvas.toDataURL("image/png").split(",")[1];
        }"""
    )
    for _ in range(8):
        await type_in(page, "Bread")
    media = Media("signal", "picture", "late", b64decode(tall))
    shown = Screen(("Look",), (Choice("go", "Answer"),), media=media, instead="picture")
    await script.web.show(Outgoing(script.heard[-1].address, shown))
    await expect(bubbles(page).get_by_role("img", name="picture")).to_have_js_property("naturalHeight", 160)
    await expect(button(page, "Answer")).to_be_in_viewport(ratio=1)


async def test_what_can_be_done_with_a_message_is_large_enough_to_touch(page: Page) -> None:
    await type_in(page, "Bread")
    await page.get_by_role("button", name="Change: Bread").click()
    for target in await page.locator(
        ".row button, .about:not([hidden]) button:not([hidden]), .composer > button"
    ).all():
        box = await target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44


async def test_what_was_made_bare_can_still_be_seen_and_heard(page: Page, script: Script) -> None:
    """By a reader that is not ours: a real photo, which stays upright, and a recording."""
    drawn_by_browser = await page.evaluate(
        """() => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 40 });
          return canvas.toDataURL("image/jpeg").split(",")[1];
        }"""
    )
    plain = b64decode(drawn_by_browser)
    photo = bare(plain[:2] + segment(0xE1, exif(6)) + plain[2:], "picture")
    note = bare(ogg(b"TITLE=" + PLANTED), "voice")
    assert photo
    assert note
    to = script.heard[-1].address
    for kind, found in (("picture", photo), ("voice", note)):
        media = Media("signal", kind, kind, found.data)  # type: ignore[arg-type]  # one of the two
        await script.web.show(Outgoing(to, Screen(("Hi",), media=media, instead=kind)))
    shown = bubbles(page).get_by_role("img", name="picture")
    await expect(shown).to_have_js_property("complete", value=True)
    assert await shown.evaluate("node => [node.naturalWidth, node.naturalHeight]") == [40, 80]
    await page.wait_for_function("document.querySelector('audio').duration > 0")
