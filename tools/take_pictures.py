"""Take the README's pictures and its recording from a real talk in the real page.

    .venv/bin/python tools/take_pictures.py [--engine scripted] [--to docs/pictures]

Starts the phone and the bot with the model of the settings, lets a candidate play the lines below
in Chromium, and writes PNG pictures and one animated WebP. Needs the package `chromium`, and fonts with emoji
(fonts-noto-color-emoji) for pictures as people see them.
"""

import argparse
import asyncio
import io
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from feeler.cli.phone import settings_for
from feeler.compose import build_desk, build_library, opened_store, running_engine
from feeler.phone.server import BotApiServer
from feeler.settings import load_settings
from feeler.telegram.run import run_bot

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PATIENCE = 180_000  # milliseconds for one answer of a model on a slow machine
FRAME = 0.25  # seconds between two frames of the recording
BEFORE = ("/start", "I am Ada. Twelve years of government liaison in a PR firm.", "How software is made.")
TALK = (
    "I sat between a ministry and a telecom company with no trust left, and wrote the page both signed.",
    "It took nine weeks. I asked each side first what they were afraid to lose.",
    "What does a bad day look like at your company?",
)
LATER = ("Who came in from outside the field, and what did they have to learn?", "/persona tom")
OTHER = (
    "/start",
    "Bo, thirty years as a ward nurse, now retired.",
    "Whether a hospital still needs what I know.",
)


async def take(options: argparse.Namespace) -> None:
    """Play the talk and write every picture to the folder."""
    options.to.mkdir(parents=True, exist_ok=True)
    async with phone_and_bot(options.engine) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        server.user(1001, "Ada")
        page = await opened(browser, server, 1001)
        await play(page, BEFORE)
        frames = await recorded(page, play(page, TALK))
        save_recording(frames, options.to / "talk.webp")
        await page.screenshot(path=options.to / "talk.png")
        await play(page, LATER)
        await dark(page)
        await page.screenshot(path=options.to / "talk-dark.png")
        await play(page, ("/end",))
        await expect(page.get_by_role("link", name=".html").first).to_be_visible(timeout=PATIENCE)
        await page.wait_for_timeout(3000)
        await light(page)
        await page.screenshot(path=options.to / "debrief.png")
        server.user(1002, "Bo")
        wide = await opened(browser, server, 1002, width=1280, height=860, scale=1)
        await play(wide, OTHER)
        await wide.get_by_role("button", name="Lay Ada’s phone beside").click()
        await wide.mouse.move(640, 5)
        await wide.wait_for_timeout(800)
        await wide.screenshot(path=options.to / "desk.png")
        await browser.close()


@asynccontextmanager
async def phone_and_bot(engine_name: str) -> AsyncIterator[BotApiServer]:
    """The phone and the bot that answers on it, with nothing left behind."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = load_settings().model_copy(update={"data_dir": Path(folder)})
        if engine_name:
            wanted = wanted.model_copy(update={"engine": engine_name})
        async with (
            BotApiServer(state=Path(folder) / "phone.sqlite3") as server,
            running_engine(wanted) as engine,
        ):
            settings = settings_for(server, wanted)
            async with opened_store(settings) as store:
                stop = asyncio.Event()
                desk = build_desk(settings, build_library(settings), engine, store)
                bot = asyncio.create_task(run_bot(settings, desk=desk, store=store, stop=stop))
                try:
                    yield server
                finally:
                    stop.set()
                    await bot


async def opened(
    browser: Browser, server: BotApiServer, user: int, *, width: int = 390, height: int = 844, scale: int = 2
) -> Page:
    """A page with one person's phone."""
    context = await browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light"
    )
    page = await context.new_page()
    await page.goto(f"{server.page_url}#{user}")
    await expect(page.get_by_role("textbox", name="Message").first).to_be_visible()
    return page


async def play(page: Page, lines: tuple[str, ...]) -> None:
    """Say the lines one by one, each typed at a person's pace and after the answer to the one before."""
    box = page.get_by_role("textbox", name="Message").first
    for line in lines:
        before = await page.locator(".log .message").count()
        await box.press_sequentially(line, delay=18)
        await page.keyboard.press("Enter")
        await page.wait_for_function(
            "before => document.querySelectorAll('.log .message').length > before + 1"
            " && document.querySelector('.log .message:last-child:not(.mine)')"
            " && document.querySelector('.preview').hidden",
            arg=before,
            timeout=PATIENCE,
        )
        await page.wait_for_timeout(1800)


async def recorded(page: Page, scene: Coroutine[Any, Any, None]) -> list[Image.Image]:
    """Screenshots four times a second while the scene plays."""
    frames: list[Image.Image] = []
    playing = asyncio.create_task(scene)
    while not playing.done():
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(playing), FRAME)
        frame = Image.open(io.BytesIO(await page.screenshot(scale="css"))).convert("RGB")
        frames.append(frame.resize((frame.width * 4 // 5, frame.height * 4 // 5), Image.Resampling.LANCZOS))
    await playing
    return frames


def save_recording(frames: list[Image.Image], path: Path, shortest: int = 250, longest: int = 1250) -> None:
    """One WebP. What does not change stays for at most `longest` milliseconds: waiting is cut short."""
    kept: list[Image.Image] = []
    lasting: list[int] = []
    for frame in frames:
        if kept and frame.tobytes() == kept[-1].tobytes():
            lasting[-1] = min(longest, lasting[-1] + shortest)
        else:
            kept.append(frame)
            lasting.append(shortest)
    lasting[-1] = 2500
    kept[0].save(path, save_all=True, append_images=kept[1:], duration=lasting, loop=0, quality=65, method=5)


async def dark(page: Page) -> None:
    await page.emulate_media(color_scheme="dark")


async def light(page: Page) -> None:
    await page.emulate_media(color_scheme="light")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", default="", help="another engine than the settings': scripted is quick")
    parser.add_argument("--to", type=Path, default=Path("docs/pictures"))
    asyncio.run(take(parser.parse_args()))


if __name__ == "__main__":
    main()
