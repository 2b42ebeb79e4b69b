"""The phone page in a real browser: what a person sees and does there, at both widths, light and dark."""

import io
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    MessageEntity,
    ReplyKeyboardMarkup,
)

from feeler.phone.server import BotApiServer

CHROMIUM = shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
ADA, BO = 1001, 1002
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>&amp;"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Scene:
    """A stand-in, a bot connected to it, and pages that show it; complaints of any page fail the test."""

    server: BotApiServer
    bot: Bot
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def open(
        self, *people: int, size: dict[str, int] = PHONE, scheme: str = "light", touch: bool = False
    ) -> Page:
        context = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=touch,
        )
        page = await context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        hash_ = f"#{','.join(map(str, people))}" if people else ""
        await page.goto(self.server.page_url + hash_)
        await expect(page.get_by_role("textbox", name="Message").first).to_be_visible()
        return page


@pytest_asyncio.fixture(loop_scope="module")
async def scene(browser: Browser) -> AsyncIterator[Scene]:
    async with (
        BotApiServer(rates=None) as server,
        Bot(server.token, base_url=server.api_base_url, base_file_url=server.file_base_url) as bot,
    ):
        server.user(ADA, "Ada")
        scene = Scene(server=server, bot=bot, browser=browser)
        yield scene
        for context in browser.contexts:
            await context.close()
        assert scene.complaints == []


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message").first.fill(text)
    await page.get_by_role("button", name="Send").first.click()


async def test_a_first_visit_a_talk_and_a_reload_in_the_middle(scene: Scene) -> None:
    await scene.bot.set_my_description("Practise the talk with a company that has no vacancy.")
    page = await scene.open()
    await expect(page.get_by_text("Practise the talk with a company")).to_be_visible()
    await page.get_by_role("button", name="Start").click()
    ada = scene.server.user(ADA)
    await ada.wait_until(lambda: [message.text for message in ada.chat] == ["/start"])
    await scene.bot.send_message(ADA, "Who are you? Or /skip.")
    await write(page, "I am Ada.\nTwelve years of liaison.")
    await expect(page.locator(".log .mine").last).to_contain_text("Twelve years of liaison.")
    await page.get_by_role("textbox", name="Message").fill("half a thought")
    await page.reload()
    messages = page.locator(".log .message .text")
    await expect(messages).to_have_text(
        ["/start", "Who are you? Or /skip.", "I am Ada.\nTwelve years of liaison."], use_inner_text=True
    )
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("half a thought")
    await page.get_by_role("button", name="/skip").click()  # a command in a text can be tapped
    await ada.wait_until(lambda: ada.chat[-1].text == "/skip")


async def test_an_answer_is_seen_while_it_is_written(scene: Scene) -> None:
    scene.server.user(ADA).say("/start")
    page = await scene.open()
    await scene.bot.send_chat_action(ADA, "typing")
    await expect(page.get_by_text("writing…")).to_be_visible()
    await scene.bot.send_message_draft(ADA, 5, "We make machines")
    await expect(page.locator(".preview")).to_contain_text("We make machines")
    await scene.bot.send_message_draft(ADA, 5, "We make machines that wrap bread.")
    await expect(page.locator(".preview")).to_contain_text("that wrap bread.")
    await expect(page.get_by_role("log")).not_to_contain_text("We make machines")
    await scene.bot.send_message(ADA, "We make machines that wrap bread. And you?")
    await expect(page.get_by_role("log")).to_contain_text("And you?")
    await expect(page.locator(".preview")).to_be_hidden()
    await expect(page.get_by_text("writing…")).to_be_hidden()


async def test_reply_keyboards(scene: Scene) -> None:
    ada = scene.server.user(ADA)
    ada.say("/start")
    page = await scene.open()
    rows = [["Day-to-day work"], ["Who succeeds here", "Where it hurts"]]
    await scene.bot.send_message(
        ADA,
        "Your turn.",
        reply_markup=ReplyKeyboardMarkup(
            rows, one_time_keyboard=True, input_field_placeholder="Ask something"
        ),
    )
    keys = page.get_by_role("group", name="Suggested answers")
    await expect(keys.get_by_role("button")).to_have_text([key for row in rows for key in row])
    await expect(page.get_by_placeholder("Ask something")).to_be_visible()
    await page.get_by_role("button", name="Suggested answers").click()
    await expect(keys).to_be_hidden()
    await page.get_by_role("button", name="Suggested answers").click()
    await keys.get_by_role("button", name="Where it hurts").click()
    await ada.wait_until(lambda: ada.chat[-1].text == "Where it hurts")
    await expect(keys).to_be_hidden()


async def test_inline_buttons_and_what_they_are_answered(scene: Scene) -> None:
    scene.server.user(ADA).say("/persona")
    page = await scene.open()
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ruth Abel", callback_data="persona:ruth")]])
    sent = await scene.bot.send_message(ADA, "Who should come in?", reply_markup=markup)
    await page.get_by_role("button", name="Ruth Abel").click()
    updates = await scene.bot.get_updates(timeout=5, offset=-1)
    query = updates[-1].callback_query
    assert query is not None
    assert query.data == "persona:ruth"
    await query.answer("Ruth comes in.")
    await expect(page.get_by_text("Ruth comes in.")).to_be_visible()
    await scene.bot.edit_message_text("Ruth Abel is here.", ADA, sent.message_id)
    await expect(page.get_by_role("log")).to_contain_text("edited")
    await expect(page.get_by_role("button", name="Ruth Abel")).to_have_count(0)


async def test_the_commands_menu_by_button_by_slash_and_by_keys(scene: Scene) -> None:
    commands = [BotCommand(name, f"about {name}") for name in ("start", "hint", "history", "end")]
    await scene.bot.set_my_commands(commands)
    ada = scene.server.user(ADA)
    ada.say("/start")
    page = await scene.open()
    box = page.get_by_role("textbox", name="Message")
    menu = page.get_by_role("list", name="Commands")
    await page.get_by_role("button", name="Commands").click()
    await expect(menu.get_by_role("button")).to_have_count(4)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await ada.wait_until(lambda: ada.chat[-1].text == "/hint")
    await expect(menu).to_be_hidden()
    await box.press_sequentially("/h")
    await expect(menu.get_by_role("button")).to_have_text(["/hintabout hint", "/historyabout history"])
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await ada.wait_until(lambda: ada.chat[-1].text == "/history")
    await expect(box).to_have_value("")
    await box.press_sequentially("/e")
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(box).to_be_focused()


async def test_documents_open_without_rights_and_pictures_large(scene: Scene) -> None:
    scene.server.user(ADA).say("/end")
    page = await scene.open(size=DESK)
    html = b"<title>Debrief</title><h1>Debrief</h1><script>document.title='owned'</script>"
    await scene.bot.send_document(ADA, InputFile(html, filename="debrief.html"), caption="All of it")
    drawn = io.BytesIO()
    Image.new("RGB", (900, 500), "teal").save(drawn, "PNG")
    await scene.bot.send_photo(ADA, drawn.getvalue(), caption="By topic")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="debrief.html HTML").click()
    debrief = await opened.value
    await expect(debrief.get_by_role("heading", name="Debrief")).to_be_visible()
    assert await debrief.title() == "Debrief"  # its script did not run
    await debrief.close()
    scene.complaints.clear()  # the browser says there that it blocked the script
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save debrief.html").click()
    assert (await saved.value).suggested_filename == "debrief.html"
    await page.get_by_role("button", name="Open the picture: By topic").click()
    await expect(page.get_by_role("dialog").get_by_role("img", name="By topic")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_file_can_be_attached(scene: Scene) -> None:
    page = await scene.open()
    await page.locator("input[type=file]").set_input_files(
        {"name": "cv.txt", "mimeType": "text/plain", "buffer": b"twelve years"}
    )
    await expect(page.get_by_role("log")).to_contain_text("cv.txt")
    ada = scene.server.user(ADA)
    assert ada.open_file(ada.chat[-1]) == b"twelve years"


async def test_what_anybody_wrote_stays_text(scene: Scene) -> None:
    ada = scene.server.user(ADA, HOSTILE[:40])
    ada.say("/start")
    page = await scene.open(size=DESK)
    await write(page, HOSTILE)
    bold = [MessageEntity(MessageEntity.BOLD, 0, 20), MessageEntity(MessageEntity.ITALIC, 10, 30)]
    link = [MessageEntity(MessageEntity.TEXT_LINK, 0, 4, url='https://example.org/"onmouseover=alert(1)')]
    markup = ReplyKeyboardMarkup([[HOSTILE]], input_field_placeholder=HOSTILE[:64])
    await scene.bot.send_message(ADA, HOSTILE, entities=bold, reply_markup=markup)
    await scene.bot.send_message(ADA, "link", entities=link)
    await scene.bot.send_message_draft(ADA, 1, HOSTILE)
    await scene.bot.send_document(ADA, InputFile(b"x", filename="<b>name.txt"))
    await expect(page.locator(".log .message .text").nth(2)).to_have_text(HOSTILE)
    await expect(page.locator(".log strong").first).to_have_text(HOSTILE[:10])
    assert await page.locator(".log img, .keyboard img, .people img, .preview img").count() == 0
    assert await page.title() == "Feeler"


async def test_long_words_and_long_talks_do_not_break_the_page(scene: Scene) -> None:
    ada = scene.server.user(ADA, "Maximiliane-Theodora von und zu Hohenstein-Wolkenburg")
    for number in range(150):
        ada.say(f"line {number} " + "Donaudampfschifffahrtsgesellschaft" * 4)
    page = await scene.open(size={"width": 320, "height": 568})
    await expect(page.get_by_role("log").get_by_text("line 149 ")).to_be_in_viewport()
    wide = "document.scrollingElement.scrollWidth > innerWidth"
    assert not await page.evaluate(wide)
    await page.locator(".scroll").hover()
    await page.mouse.wheel(0, -4000)
    await expect(page.get_by_role("button", name="To the newest message")).to_be_visible()
    await scene.bot.send_message(ADA, "news from below")
    await expect(page.get_by_role("log").get_by_text("news from below")).not_to_be_in_viewport()
    await page.get_by_role("button", name="To the newest message").click()
    await expect(page.get_by_role("log").get_by_text("news from below")).to_be_in_viewport()


async def test_what_is_written_without_a_connection_is_kept_and_sent_once(scene: Scene) -> None:
    ada = scene.server.user(ADA)
    ada.say("/start")
    page = await scene.open()
    await scene.server.stop()
    await expect(page.get_by_text("What you write is kept")).to_be_visible()
    await write(page, "first, said into the void")
    await write(page, "second")
    await expect(page.locator(".pending .message")).to_have_count(2)
    await scene.server.start()
    await expect(page.get_by_text("What you write is kept")).to_be_hidden()
    await expect(page.locator(".pending .message")).to_have_count(0)
    await expect(page.locator(".log .mine .text")).to_have_text(
        ["/start", "first, said into the void", "second"]
    )
    assert [message.text for message in ada.chat] == ["/start", "first, said into the void", "second"]
    await scene.bot.send_message(ADA, "I heard both.")
    await expect(page.get_by_role("log")).to_contain_text("I heard both.")
    scene.complaints.clear()  # the browser's own words about refused connections


async def test_warming_up_and_failing_are_said(scene: Scene) -> None:
    page = await scene.open()
    scene.server.pages.set_status("warming", "fetching the model, 40%", 0.4)
    await expect(page.get_by_text("fetching the model, 40%")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "40")
    await write(page, "I am early")  # is kept for the bot
    scene.server.pages.set_status("failed", "not enough memory for the model")
    await expect(page.get_by_text("not enough memory for the model")).to_be_visible()
    scene.server.pages.set_status("ready", "", 1.0)
    await expect(page.get_by_role("progressbar")).to_be_hidden()
    assert [update.message.text for update in await scene.bot.get_updates() if update.message] == [
        "I am early"
    ]


async def test_a_phone_from_the_network_is_paired_first(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeler.phone.doors._is_loopback", lambda address: False)
    async with BotApiServer(pairing_code="204816") as server:
        page = await browser.new_page(viewport={"width": PHONE["width"], "height": PHONE["height"]})
        await page.goto(server.page_url)
        await _no_violations(Axe(), page)
        for code in ("111111", "204816"):
            await page.get_by_label("Pairing code").fill(code)
            await page.get_by_role("button", name="Pair").click()
            if code == "111111":
                await expect(page.get_by_role("alert")).to_contain_text("not the code")
        await expect(page.get_by_role("button", name="Start")).to_be_visible()
        await page.context.close()


async def test_several_people_side_by_side(scene: Scene) -> None:
    scene.server.user(ADA).say("/start")
    page = await scene.open(size=DESK)
    await page.get_by_role("textbox", name="Name of a new person").fill("Bo")
    await page.get_by_role("button", name="Add this person").click()
    await expect(page.get_by_role("region", name="Bo’s phone")).to_be_visible()
    await page.get_by_role("button", name="Lay Ada’s phone beside").click()
    await expect(page.locator(".phone")).to_have_count(2)
    bo = page.get_by_role("region", name="Bo’s phone")
    await bo.get_by_role("textbox", name="Message").fill("I am Bo")
    await page.keyboard.press("Enter")
    await scene.server.user(BO).wait_until(lambda: scene.server.user(BO).chat)
    await scene.bot.send_message(BO, "Hello Bo")
    await expect(bo.get_by_role("log")).to_contain_text("Hello Bo")
    ada = page.get_by_role("region", name="Ada’s phone")
    await expect(ada.get_by_role("log")).not_to_contain_text("Hello Bo")
    await page.reload()
    await expect(page.locator(".phone")).to_have_count(2)
    await (
        page.get_by_role("region", name="Bo’s phone")
        .get_by_role("button", name="Put Bo’s phone away")
        .click()
    )
    await expect(page.locator(".phone")).to_have_count(1)


async def test_dark_mode_by_choice_is_remembered(scene: Scene) -> None:
    page = await scene.open(size=DESK)
    background = "getComputedStyle(document.querySelector('.phone')).backgroundColor"
    light = await page.evaluate(background)
    toggle = page.get_by_role("button", name="Light:")
    await toggle.click()
    await toggle.click()
    await expect(toggle).to_have_text("Light: dark")
    assert await page.evaluate(background) != light
    await page.reload()
    await expect(page.locator(".phone")).to_be_visible()
    assert await page.evaluate(background) != light


async def test_everything_is_reached_by_keyboard(scene: Scene) -> None:
    ada = scene.server.user(ADA)
    ada.say("/start")
    await scene.bot.set_my_commands([BotCommand("end", "End")])
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ruth", callback_data="r")]])
    await scene.bot.send_message(ADA, "Who?", reply_markup=markup)
    await scene.bot.send_message(ADA, "Or?", reply_markup=ReplyKeyboardMarkup([["Emil"]]))
    page = await scene.open(size=DESK)
    await expect(page.get_by_role("button", name="Emil")).to_be_visible()
    reached = []
    for _ in range(30):
        await page.keyboard.press("Tab")
        name = (
            "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"
        )
        reached.append(await page.evaluate(name))
        if reached[-1] == "Emil":
            break
    for wanted in ("Conversation", "Ruth", "Commands", "Attach a file", "Suggested answers", "Emil"):
        assert wanted in reached
    await page.keyboard.press("Enter")
    await ada.wait_until(lambda: ada.chat[-1].text == "Emil")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1280"])
async def test_axe_finds_nothing_serious(scene: Scene, size: dict[str, int], scheme: str) -> None:
    axe = Axe()
    await scene.bot.set_my_commands([BotCommand("hint", "How to go on"), BotCommand("end", "End the talk")])
    page = await scene.open(size=size, scheme=scheme)
    await _no_violations(axe, page)  # the empty chat
    ada = scene.server.user(ADA)
    ada.say("Hello https://example.org /start")
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Ruth", callback_data="r")]])
    await scene.bot.send_message(ADA, "🧭 Coach: Who? /skip", reply_markup=markup)
    await scene.bot.send_document(ADA, InputFile(b"x", filename="transcript.txt"), caption="All")
    await scene.bot.send_photo(ADA, ada.open_file(ada.photo()))
    await scene.bot.send_voice(ADA, b"OggS")
    await scene.bot.send_message(ADA, "Or?", reply_markup=ReplyKeyboardMarkup([["Emil", "Nadia"]]))
    await scene.bot.send_message_draft(ADA, 1, "Being written")
    scene.server.pages.set_status("warming", "warming up", 0.3)
    await expect(page.get_by_role("button", name="Emil")).to_be_visible()
    await page.get_by_role("button", name="Commands").click()
    await _no_violations(axe, page)
    await page.keyboard.press("Escape")
    if size is PHONE:
        await page.get_by_role("button", name="People and settings").click()
        await expect(page.get_by_role("button", name="Close this panel")).to_be_focused()
        await _no_violations(axe, page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="People and settings")).to_be_focused()
    else:
        await page.get_by_role("button", name="Open the picture").last.click()
        await _no_violations(axe, page)
    scene.complaints.clear()  # the voice note of the test is no sound


async def _no_violations(axe: Axe, page: Page) -> None:
    await page.evaluate(
        "Promise.all(document.getAnimations().filter(one => one.effect.getTiming()"
        ".iterations !== Infinity).map(one => one.finished))"
    )
    found = (await axe.run(page)).response["violations"]
    bad = [
        f"{one['id']}: {node['target']} {node['html'][:90]} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in ("serious", "critical", "moderate")
        for node in one["nodes"]
    ]
    assert bad == []
