"""Emoji in a real browser on a machine that has a font of letters and no other."""

import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageChops
from playwright.async_api import Browser, Locator, async_playwright, expect
from telegram import Bot
from tests.e2e.test_phone_browser import ADA, CHROMIUM, DESK, FLAGS, PHONE
from tests.unit.test_coach_findings import talk

from feeler.coach import render_transcript
from feeler.personas.library import load_library
from feeler.phone.server import BotApiServer

LETTERS = Path("/usr/share/fonts/truetype/dejavu")
USED = ["✨", "🧭", "🚪", "🙂"]  # by the bot's own texts
TYPED = ["🥲", "🫶", "👍🏽", "🤷‍♀️", "❤️", "🇩🇪", "🦴"]
ONLY_LETTERS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
    pytest.mark.skipif(not LETTERS.is_dir(), reason="no DejaVu here (apt install fonts-dejavu-core)"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    folder = tmp_path_factory.mktemp("fonts")
    shutil.copytree(LETTERS, folder / "letters")
    settings = folder / "fonts.conf"
    settings.write_text(ONLY_LETTERS.format(folder=folder / "letters", cache=folder / "cache"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env={"FONTCONFIG_FILE": str(settings), "HOME": str(folder)}
        )
        yield browser
        await browser.close()


async def shapes(lines: Locator) -> list[tuple[tuple[int, int], bytes]]:
    """What is drawn in each line, wherever in it: the size and the dark pixels."""
    return [shape(await line.screenshot(animations="disabled")) for line in await lines.all()]


def shape(screenshot: bytes) -> tuple[tuple[int, int], bytes]:
    picture = Image.open(io.BytesIO(screenshot)).convert("L")
    ground = Image.new("L", picture.size, picture.getpixel((0, 0)))
    ink = ImageChops.difference(picture, ground).point(lambda level: 255 * (level > 90))
    ink = ink.crop(ink.getbbox())
    return ink.size, ink.tobytes()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1280"])
async def test_every_emoji_of_a_transcript_is_drawn(
    browser: Browser, tmp_path: Path, size: dict[str, int]
) -> None:
    rows = [f"candidate: {sign}" for sign in ["\U0010fffd", "\U0010fffc", *USED, *TYPED]]
    file = tmp_path / "transcript.html"
    file.write_bytes(render_transcript(talk(*rows), load_library(), "html"))
    page = await browser.new_page(viewport={"width": size["width"], "height": size["height"]})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(file.as_uri())
    await page.evaluate("document.fonts.ready")
    unknown, another, *drawn = await shapes(page.locator(".said"))
    assert unknown == another  # what a sign looks like that no font has
    assert len({unknown, *drawn}) == 1 + len(drawn)
    assert all(url.startswith(("file:", "data:")) for url in asked)
    await page.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1280"])
async def test_every_emoji_is_drawn_on_the_phone(browser: Browser, size: dict[str, int]) -> None:
    async with (
        BotApiServer(rates=None) as server,
        Bot(server.token, base_url=server.api_base_url, base_file_url=server.file_base_url) as bot,
    ):
        server.user(ADA, "Ada")
        page = await browser.new_page(viewport={"width": size["width"], "height": size["height"]})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(server.page_url)
        server.user(ADA).say("/start")
        signs = ["\U0010fffd", "\U0010fffc", *USED, *TYPED]
        for sign in signs:
            await bot.send_message(ADA, sign)
        lines = page.locator(".message:not(.mine) .text")
        await expect(lines).to_have_text(signs)
        await page.evaluate("document.fonts.load('16px \"Feeler Emoji\"', '🧭').then(() => true)")
        await page.evaluate("document.fonts.ready.then(() => true)")
        unknown, another, *drawn = await shapes(lines)
        assert unknown == another
        assert len({unknown, *drawn}) == 1 + len(drawn)
        assert all(url.startswith((server.page_url, "data:", "blob:")) for url in asked)
        await page.close()
