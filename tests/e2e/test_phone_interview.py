"""A whole interview on the phone page, with the bot behind it as it runs for people."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from feeler.cli.phone import settings_for
from feeler.compose import build_desk, build_library, opened_store, running_engine
from feeler.phone.people import PhoneUser
from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown
from feeler.settings import Settings
from feeler.telegram.run import run_bot
from feeler.usecases.texts import MARK

CHROMIUM = shutil.which("chromium") or ""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
ADA = 1001

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
]


@asynccontextmanager
async def bot_on(server: BotApiServer, settings: Settings) -> AsyncIterator[None]:
    """The bot of `feeler phone`, on this stand-in."""
    settings = settings_for(server, settings)
    async with running_engine(settings) as engine, opened_store(settings) as store:
        stop = asyncio.Event()
        desk = build_desk(settings, build_library(settings), engine, store)
        running = asyncio.create_task(run_bot(settings, desk=desk, store=store, stop=stop))
        try:
            yield
        finally:
            stop.set()
            await running


@asynccontextmanager
async def page_on(server: BotApiServer, complaints: list[str]) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{server.page_url}#{ADA}")
        yield page
        await browser.close()


def of_company(message: Shown) -> bool:
    return bool(message.text) and not message.text.startswith(MARK)


async def hold_interview(server: BotApiServer, page: Page, patience: float) -> None:
    """Start, talk, reload in the middle, bring a colleague in, end, open the debrief. `patience`: seconds."""
    ada = server.user(ADA, "Ada")
    box = page.get_by_role("textbox", name="Message")
    log = page.get_by_role("log")

    async def say(text: str) -> Shown:
        """Write a line on the page; what the interviewer answers, once the page shows it."""
        last = ada.chat[-1].id
        await box.fill(text)
        await box.press("Enter")
        answer = await ada.wait_for(of_company, patience, after=last)
        await expect(log).to_contain_text(answer.text)
        return answer

    await page.get_by_role("button", name="Start").click()
    await expect(log).to_contain_text("who are you?")
    await box.fill("I am Ada. Twelve years of government liaison in a PR firm.")
    await page.get_by_role("button", name="Send").click()
    await expect(log).to_contain_text("what are you curious about?")
    opening = await say("How software is made.")
    assert "Nadia" in opening.text
    await say("I sat between a ministry and a telecom company with no trust left.")
    await say("It took nine weeks. I asked each side first what they were afraid to lose.")
    answer = await say("What does a day look like here?")

    shown = await page.locator(".log .message .text").all_inner_texts()
    await page.reload()
    await expect(log).to_contain_text(answer.text)
    assert await page.locator(".log .message .text").all_inner_texts() == shown

    await switch(ada, page, patience)
    await say("Who came in from outside the field, and how did that go?")
    await open_debrief(ada, page, patience)


async def switch(ada: PhoneUser, page: Page, patience: float) -> None:
    """Bring a colleague in, by a button."""
    box = page.get_by_role("textbox", name="Message")
    await box.fill("/persona")
    await box.press("Enter")
    button = page.locator(".log").get_by_role("button", name="Tom Hallett").last
    await expect(button).to_be_visible()
    last = ada.chat[-1].id
    await button.click()
    joined = await ada.wait_for(of_company, patience, after=last)
    await expect(page.get_by_role("log")).to_contain_text(joined.text)


async def open_debrief(ada: PhoneUser, page: Page, patience: float) -> None:
    """End the talk; open the debrief as a page of its own and the picture large."""
    box = page.get_by_role("textbox", name="Message")
    last = ada.chat[-1].id
    await box.fill("/end")
    await box.press("Enter")
    file = await ada.wait_for(
        lambda message: bool(message.file and message.file.name.endswith(".html")), patience + 30, after=last
    )
    assert b"government liaison" in ada.open_file(file) or b"afraid to lose" in ada.open_file(file)
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name=".html HTML").last.click()
    debrief = await opened.value
    await expect(debrief.get_by_role("heading").first).to_be_visible()
    await expect(debrief.get_by_text("afraid to lose").first).to_be_attached()
    await debrief.close()
    await page.get_by_role("button", name="Open the picture").last.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")


async def check_looks(page: Page) -> None:
    """Both widths: nothing to scroll sideways, nothing serious for axe."""
    for width, height in ((390, 844), (1280, 860)):
        await page.set_viewport_size({"width": width, "height": height})
        assert not await page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
        found = (await Axe().run(page)).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


async def test_a_whole_interview_on_the_page(tmp_path: Path) -> None:
    complaints: list[str] = []
    settings = Settings(engine="scripted", data_dir=tmp_path)
    async with (
        BotApiServer(state=tmp_path / "phone.sqlite3") as server,
        bot_on(server, settings),
        page_on(server, complaints) as page,
    ):
        await hold_interview(server, page, 20)
        await check_looks(page)
    assert complaints == []


async def test_a_restart_of_everything_goes_on_where_it_was(tmp_path: Path) -> None:
    """The page stays open while stand-in and bot go away and come back on the same port."""
    complaints: list[str] = []
    settings = Settings(engine="scripted", data_dir=tmp_path)
    state = tmp_path / "phone.sqlite3"
    async with BotApiServer(state=state) as server, bot_on(server, settings):
        port = server.port
        ada = server.user(ADA, "Ada")
        for text in ("/start", "/skip", "/skip"):
            opening = await ada.ask(text)
        await ada.wait_for(of_company, 20, after=opening.id - 1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        async with BotApiServer(state=state, port=port) as server:
            await page.goto(f"{server.page_url}#{ADA}")
            await expect(page.get_by_role("log")).to_contain_text("/start")
        await expect(page.get_by_text("What you write is kept")).to_be_visible()
        await page.get_by_role("textbox", name="Message").fill("I sold flowers for twelve years.")
        await page.keyboard.press("Enter")
        async with BotApiServer(state=state, port=port) as server, bot_on(server, settings):
            ada = server.user(ADA)
            said = await ada.wait_until(
                lambda: next((one for one in ada.chat if "flowers" in one.text and one.mine), None)
            )
            answer = await ada.wait_for(of_company, 20, after=said)
            await expect(page.get_by_role("log")).to_contain_text(answer.text)
            assert sum("I sold flowers" in message.text and message.mine for message in ada.chat) == 1
        await browser.close()
    assert complaints == []


@pytest.mark.model
async def test_a_whole_interview_with_the_real_model(tmp_path: Path) -> None:
    complaints: list[str] = []
    settings = Settings(data_dir=tmp_path)
    async with (
        BotApiServer(state=tmp_path / "phone.sqlite3") as server,
        bot_on(server, settings),
        page_on(server, complaints) as page,
    ):
        await hold_interview(server, page, 180)
        await check_looks(page)
    assert complaints == []
