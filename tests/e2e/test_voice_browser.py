"""Voice notes on the phone page, in a real browser whose microphone is a sound file."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect
from tests.e2e.test_voice import bot_on, of_coach, of_company
from tests.speech import needs_speech, samples_of, silence, spoken, wav

from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown

CHROMIUM = shutil.which("chromium") or ""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
]
ADA = 1001
PATIENCE = 300.0  # seconds, for machines that are busy
STORY = "I ran a kitchen of 11 people, and on my first evening the fish did not arrive."

pytestmark = [
    pytest.mark.browser,
    pytest.mark.voice,
    pytest.mark.slow,
    needs_speech,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
]


@asynccontextmanager
async def page_with_microphone(
    server: BotApiServer, sound: Path, complaints: list[str]
) -> AsyncIterator[Page]:
    """The page; its microphone plays the file from its beginning whenever it is opened, then is silent."""
    async with async_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={sound}%noloop"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(120_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{server.page_url}#{ADA}")
        await expect(page.get_by_role("textbox", name="Message")).to_be_visible(timeout=60_000)
        yield page
        await browser.close()


def microphone_says(file: Path, text: str) -> float:
    """Put this into the microphone; returns its length in seconds."""
    samples = np.concatenate([silence(0.4), samples_of(spoken(text)), silence(60)])
    file.write_bytes(wav(samples))
    return len(samples) / 16_000 - 60


async def recorded(page: Page, seconds: float) -> None:
    """Wait until the recording is that long by its own clock."""
    later = "|".join(f"{second:02}" for second in range(int(seconds), 60))
    await expect(page.locator(".recording .clock")).to_have_text(re.compile(f"0:({later})"), timeout=60_000)


@pytest.mark.parametrize("way", ["hold", "tap", "keys"])
async def test_a_note_is_recorded_and_sent(way: str, tmp_path: Path) -> None:
    sound = tmp_path / "microphone.wav"
    length = microphone_says(sound, STORY)
    complaints: list[str] = []
    async with BotApiServer() as server, page_with_microphone(server, sound, complaints) as page:
        button = page.get_by_role("button", name="Record a voice note")
        if way == "keys":
            await button.focus()
            await page.keyboard.press("Enter")
        else:
            await button.hover()
            await page.mouse.down()
            if way == "tap":
                await page.mouse.up()
        await expect(page.get_by_role("group", name="Recording")).to_be_visible(timeout=60_000)
        await expect(page.locator(".recording .level")).not_to_have_js_property("value", 0, timeout=60_000)
        if way != "hold":
            status = page.get_by_role("status").filter(has_text="Press again to send, Escape to throw away")
            await expect(status).to_have_count(1, timeout=60_000)
            found = await Axe().run(page)
            assert found.response["violations"] == []
        await recorded(page, length + 1)
        send = page.get_by_role("button", name="Send the voice note")
        if way == "keys":
            await page.keyboard.press("Enter")
        elif way == "tap":
            await send.click()
        else:
            await page.mouse.up()
        ada = server.user(ADA)
        sent = await ada.wait_until(lambda: next((one for one in ada.chat if one.file), None), 30)
        assert sent.file
        assert sent.file.kind == "voice"
        heard = samples_of(ada.open_file(sent))
        assert len(heard) / 16_000 > length
        assert np.abs(heard).max() > 0.05
        await expect(page.locator(".message.mine audio")).to_have_count(1, timeout=60_000)
        await expect(page.get_by_role("group", name="Recording")).to_be_hidden(timeout=60_000)
    assert complaints == []


@pytest.mark.parametrize("way", ["escape", "button", "slide"])
async def test_a_recording_can_be_thrown_away(way: str, tmp_path: Path) -> None:
    sound = tmp_path / "microphone.wav"
    microphone_says(sound, STORY)
    complaints: list[str] = []
    async with BotApiServer() as server, page_with_microphone(server, sound, complaints) as page:
        button = page.get_by_role("button", name="Record a voice note")
        box = await button.bounding_box()
        assert box
        await button.hover()
        await page.mouse.down()
        if way != "slide":
            await page.mouse.up()
        await recorded(page, 1)
        if way == "escape":
            await page.keyboard.press("Escape")
        elif way == "button":
            await page.get_by_role("button", name="Throw the recording away").click()
        else:
            await page.mouse.move(box["x"] - 150, box["y"], steps=4)
            await expect(page.locator(".recording .how")).to_have_text("Let go to throw it away")
            await page.mouse.up()
        await expect(page.get_by_role("group", name="Recording")).to_be_hidden(timeout=60_000)
        await expect(page.get_by_role("status").filter(has_text="Recording thrown away")).to_have_count(
            1, timeout=60_000
        )
        assert server.user(ADA).chat == []
    assert complaints == []


async def test_an_interview_is_spoken_from_the_first_line_to_the_debrief(tmp_path: Path) -> None:
    sound = tmp_path / "microphone.wav"
    microphone_says(sound, STORY)
    complaints: list[str] = []
    async with (
        BotApiServer(rates=None) as server,
        page_with_microphone(server, sound, complaints) as page,
        bot_on(server, tmp_path) as store,
    ):
        ada = server.user(ADA)
        await ada.wait_for(of_company, PATIENCE, after=ada.say("/new emil"))
        for text in (
            STORY,
            "I called 3 suppliers, and one of them drove over with salmon in his own car.",
            "What does a normal day look like for the people in your team?",
        ):
            length = microphone_says(sound, text)
            answer = await speak(server, page, length)
            assert answer.file
            player = page.locator(f'[data-id="{answer.id}"] audio')
            assert await player.evaluate("player => player.play().then(() => player.duration)") > 1
            await player.evaluate("player => player.pause()")
        talk = (await store.chat(ADA)).interview
        assert "kitchen" in talk.lines[1].text
        assert [line.speech is not None for line in talk.lines if line.speaker == "candidate"] == [True] * 3
        ask = ada.say("/end")
        document = await ada.wait_for(
            lambda one: one.file is not None and one.file.name.endswith(".html"), PATIENCE, after=ask
        )
        assert "You spoke all your lines, at about " in ada.open_file(document).decode()
    assert complaints == []


async def speak(server: BotApiServer, page: Page, seconds: float) -> Shown:
    """Speak into the microphone by holding the button; the interviewer's answer."""
    ada = server.user(ADA)
    last = ada.chat[-1].id
    await page.get_by_role("button", name="Record a voice note").hover()
    await page.mouse.down()
    await recorded(page, seconds + 1)
    await page.mouse.up()
    heard = await ada.wait_for(of_coach, PATIENCE, after=last)
    assert "I heard:" in heard.text
    return await ada.wait_for(of_company, PATIENCE, after=heard)
