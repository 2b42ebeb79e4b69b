"""Practised until it sits: a talk, its moment again, and a second talk with a goal, as people have them."""

import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect
from tests.e2e.test_first_interview import from_interviewer, running, saying
from tests.e2e.test_phone_interview import FLAGS, bot_on

from feeler.phone.people import PhoneUser
from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown
from feeler.settings import Settings

CHROMIUM = shutil.which("chromium") or ""
STORY = "For twelve years I did government liaison; I got two ministries and a union to one table."
LITTLE = "Nothing special."
NIGHT = (
    "The union had walked out. I drove after them at night and wrote down their demands myself. "
    "At dawn they signed."
)
DAY = "What does an ordinary day look like for the people here?"
PATIENCE = 60


def offering(words: str):  # type: ignore[no-untyped-def]
    """A message with a button whose label has these words."""
    return lambda message: any(words in label for label in message.labels)


async def tap(person: PhoneUser, message: Shown, words: str) -> Shown:
    """Press the button; the message after which its answer comes."""
    last = person.chat[-1]
    person.press(message, next(label for label in message.labels if words in label))
    return last


async def talk_until_the_debrief(person: PhoneUser) -> Shown:
    """A talk with one thin answer in it; the message under its debrief."""
    await person.wait_for(from_interviewer, PATIENCE, after=person.say("/new emil"))
    for text in (STORY, LITTLE, STORY + " It took a year.", DAY):
        await person.wait_for(from_interviewer, PATIENCE, after=person.say(text))
    return await person.wait_for(offering("↻ Line 4"), PATIENCE, after=person.say("/end"))


@pytest.mark.slow
async def test_a_moment_again_by_buttons_then_a_talk_with_a_goal(tmp_path: Path) -> None:
    async with running(tmp_path, "scripted", timeout=120) as (_, person):
        offered = await talk_until_the_debrief(person)
        again = await tap(person, offered, "↻ Line 4")
        await person.wait_for(saying("Line 4 again"), PATIENCE, after=again)
        both = await person.wait_for(saying("both ways"), PATIENCE, after=person.say(NIGHT))
        assert LITTLE in both.text
        assert NIGHT in both.text
        done = await tap(person, both, "Done")
        await person.wait_for(saying("Try 1 counts"), PATIENCE, after=done)
        goals = await person.wait_for(offering("⭐"), PATIENCE, after=person.say("/new nadia"))
        assert "⭐ One thing I did" in goals.labels
        set_ = await tap(person, goals, "⭐")
        await person.wait_for(saying("Your goal: “Tell one thing I did”"), PATIENCE, after=set_)
        for text in (NIGHT, DAY, STORY):
            await person.wait_for(from_interviewer, PATIENCE, after=person.say(text))
        verdict = await person.wait_for(saying("Your goal"), PATIENCE, after=person.say("/end"))
        assert "✓ Tell one thing I did: reached." in verdict.text


@pytest.mark.slow
async def test_a_kill_between_the_tap_and_the_answer_loses_neither(tmp_path: Path) -> None:
    async with running(tmp_path, "scripted", timeout=120) as (bot, person):
        offered = await talk_until_the_debrief(person)
        await bot.end(signal.SIGKILL)
        again = await tap(person, offered, "↻ Line 4")
        night = person.say(NIGHT)
        await bot.start(120)
        await person.wait_for(saying("Line 4 again"), PATIENCE, after=again)
        await person.wait_for(saying("both ways"), PATIENCE, after=night)
        assert sum("both ways" in message.text for message in person.received) == 1


@asynccontextmanager
async def pages(server: BotApiServer, user: int) -> AsyncIterator[tuple[Page, Page]]:
    """One person's phone on a phone and on a desk."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        small = await browser.new_page(viewport={"width": 390, "height": 844})
        wide = await browser.new_page(viewport={"width": 1280, "height": 860})
        for page in (small, wide):
            await page.goto(f"{server.page_url}#{user}")
        yield small, wide
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)")
async def test_on_the_page_a_branch_is_opened_and_left_with_one_thumb(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, engine="scripted", data_dir=tmp_path)
    async with BotApiServer() as server, bot_on(server, settings):
        person = server.user(1001, "Ada")
        async with pages(server, 1001) as (small, wide):
            await talk_until_the_debrief(person)
            await small.get_by_role("button", name="↻ Line 4: answer with a case").click()
            for page in (small, wide):
                await expect(page.get_by_role("log")).to_contain_text("Line 4 again", timeout=60_000)
                await expect(page.get_by_role("button", name="Leave it").last).to_be_visible()
            await small.get_by_role("textbox", name="Message").fill(NIGHT)
            await small.keyboard.press("Enter")
            await expect(small.get_by_role("log")).to_contain_text("both ways (try 1 of 3)", timeout=60_000)
            await small.get_by_role("button", name="Done").last.click()
            for page in (small, wide):
                await expect(page.get_by_role("log")).to_contain_text("Try 1 counts", timeout=60_000)
                wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not wider
