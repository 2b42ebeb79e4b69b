"""The stand-in's updates, against what the Bot API documents about getUpdates and webhooks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from feeler.errors import SettingsError, StoreError
from feeler.phone.server import BotApiServer

ADA = 1001


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(rates=None) as server:
        yield server


async def call(server: BotApiServer, method: str, token: str = "", **params: Any) -> tuple[int, Any]:
    url = f"{server.api_base_url}{token or server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=params) as response:
        body = await response.json()
        return response.status, body["result"] if body["ok"] else body


async def texts(server: BotApiServer, **params: Any) -> list[str]:
    code, updates = await call(server, "getUpdates", **params)
    assert code == 200
    return [update["message"]["text"] for update in updates]


async def test_updates_stay_until_a_higher_offset_confirms_them(server: BotApiServer) -> None:
    for text in ("one", "two", "three"):
        server.user(ADA).say(text)
    _, updates = await call(server, "getUpdates")
    assert await texts(server) == ["one", "two", "three"]  # nothing was confirmed yet
    assert await texts(server, offset=updates[0]["update_id"] + 1) == ["two", "three"]
    assert await texts(server) == ["two", "three"]  # "one" is gone for good
    assert await texts(server, offset=updates[2]["update_id"] + 1) == []


async def test_a_negative_offset_keeps_only_the_last_ones(server: BotApiServer) -> None:
    for text in ("one", "two", "three"):
        server.user(ADA).say(text)
    assert await texts(server, offset=-2) == ["two", "three"]
    assert await texts(server) == ["two", "three"]


async def test_limit_bounds_one_answer_and_forgets_nothing(server: BotApiServer) -> None:
    for number in range(120):
        server.user(ADA).say(str(number))
    assert len(await texts(server)) == 100  # the most, and the default
    assert await texts(server, limit=2) == ["0", "1"]
    assert len(await texts(server, limit=500)) == 100
    assert await texts(server, limit=0) == ["0"]


async def test_a_long_poll_ends_with_the_first_update(server: BotApiServer) -> None:
    poll = asyncio.create_task(texts(server, timeout=20))
    await server.bot_polls()
    server.user(ADA).say("hello")
    assert await asyncio.wait_for(poll, 15) == ["hello"]


async def test_a_long_poll_ends_empty_after_its_timeout() -> None:
    async with BotApiServer(speed=50) as server:
        assert await asyncio.wait_for(texts(server, timeout=50), 25) == []


async def test_a_second_poller_ends_the_first_with_409(server: BotApiServer) -> None:
    first = asyncio.create_task(call(server, "getUpdates", timeout=20))
    await server.bot_polls()
    second = asyncio.create_task(call(server, "getUpdates", timeout=20))
    code, body = await asyncio.wait_for(first, 15)
    assert code == 409
    assert body["description"].startswith("Conflict: terminated by other getUpdates request")
    server.user(ADA).say("hello")
    assert (await asyncio.wait_for(second, 15))[0] == 200


async def test_allowed_updates_filter_what_comes_later_and_are_remembered(server: BotApiServer) -> None:
    await call(server, "getUpdates", allowed_updates=["message"])
    ada = server.user(ADA)
    said = ada.say("one")
    ada.edit(said, "two")
    assert [set(update) - {"update_id"} for update in (await call(server, "getUpdates"))[1]] == [{"message"}]
    await call(server, "getUpdates", allowed_updates=[])  # the default set again
    ada.edit(said, "three")
    assert "edited_message" in (await call(server, "getUpdates"))[1][-1]


async def test_an_update_nobody_fetched_is_gone_after_a_day(server: BotApiServer) -> None:
    server.user(ADA).say("old")
    server.clock.advance(25 * 3600)
    server.user(ADA).say("new")
    assert await texts(server) == ["new"]


async def test_a_fault_delivers_confirmed_updates_again(server: BotApiServer) -> None:
    server.user(ADA).say("once")
    _, updates = await call(server, "getUpdates")
    after = updates[0]["update_id"] + 1
    assert await texts(server, offset=after) == []
    server.deliver_again()
    assert await texts(server, offset=after) == ["once"]
    assert await texts(server, offset=after) == []


async def test_a_restart_keeps_updates_messages_offset_and_commands(tmp_path: Path) -> None:
    state = tmp_path / "phone.sqlite3"
    async with BotApiServer(state=state, rates=None) as server:
        server.user(ADA, "Ada").say("before")
        _, updates = await call(server, "getUpdates")
        await call(server, "getUpdates", offset=updates[0]["update_id"] + 1)
        server.user(ADA).say("not fetched yet")
        await call(server, "sendMessage", chat_id=ADA, text="answer", reply_markup={"keyboard": [["a"]]})
        await call(server, "setMyCommands", commands=[{"command": "end", "description": "End"}])
    async with BotApiServer(state=state, rates=None) as server:
        assert await texts(server) == ["not fetched yet"]
        ada = server.user(ADA)
        assert [message.text for message in ada.chat] == ["before", "not fetched yet", "answer"]
        assert ada.keyboard is not None
        assert ada.keyboard.rows == (("a",),)
        assert (await call(server, "getMyCommands"))[1][0]["command"] == "end"
        assert ada.say("new").id > ada.chat[-2].id
        assert (await call(server, "getUpdates"))[1][-1]["update_id"] > updates[0]["update_id"] + 1


async def test_two_phones_cannot_share_a_state_or_a_port(tmp_path: Path) -> None:
    async with BotApiServer(state=tmp_path / "phone.sqlite3") as server:
        with pytest.raises(StoreError, match="another phone"):
            BotApiServer(state=tmp_path / "phone.sqlite3")
        with pytest.raises(SettingsError, match=rf"port {server.port} is taken.*--port"):
            await BotApiServer(port=server.port).start()


# Webhooks


class Receiver:
    """A bot's own web server, that answers what the test says."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str]] = []  # chat and text of every delivery, tried ones too
        self.secrets: set[str | None] = set()
        self.answers: list[int] = []  # status codes to give first; 200 after them
        self.url = ""
        self.news = asyncio.Event()

    async def hear(self, request: web.Request) -> web.Response:
        message = (await request.json())["message"]
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.heard.append((message["chat"]["id"], message["text"]))
        self.news.set()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.heard) < count:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    app = web.Application()
    app.router.add_post("/hook", one.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield one
    finally:
        await runner.cleanup()


async def test_a_webhook_delivers_in_chat_order_with_the_secret_and_tries_again() -> None:
    async with BotApiServer(rates=None, speed=50) as server, receiver() as bot:
        server.user(ADA).say("before the webhook")
        bot.answers = [500, 503]
        assert await call(server, "setWebhook", url=bot.url, secret_token="s3cret-_") == (200, True)
        for text in ("one", "two"):
            server.user(ADA).say(text)
        server.user(1002).say("from another chat")
        await bot.until(6)
        mine = [text for chat, text in bot.heard if chat == ADA]
        assert list(dict.fromkeys(mine)) == ["before the webhook", "one", "two"]
        assert mine == sorted(mine, key=["before the webhook", "one", "two"].index)  # a later one never first
        assert len(bot.heard) == 6  # four messages, two of the deliveries refused
        assert bot.secrets == {"s3cret-_"}
        _, info = await call(server, "getWebhookInfo")
        assert info["last_error_message"].startswith("Wrong response from the webhook: 50")


async def test_polling_is_refused_while_a_webhook_is_set(server: BotApiServer) -> None:
    async with receiver() as bot:
        await call(server, "setWebhook", url=bot.url)
        code, body = await call(server, "getUpdates")
        assert (code, body["description"][:9]) == (409, "Conflict:")
        assert "deleteWebhook" in body["description"]
        await call(server, "deleteWebhook")
        assert (await call(server, "getUpdates"))[0] == 200


async def test_deleting_a_webhook_can_drop_what_waits(server: BotApiServer) -> None:
    server.user(ADA).say("dropped")
    await call(server, "deleteWebhook", drop_pending_updates=True)
    assert await texts(server) == []
    assert (await call(server, "getWebhookInfo"))[1]["pending_update_count"] == 0


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"url": "not an address"}, "An HTTPS URL must be provided"),
        ({"url": "https://example.org/hook"}, "not on loopback"),
        ({"url": "http://127.0.0.1:9/x", "secret_token": "with space"}, "unallowed characters"),
        ({"url": "http://127.0.0.1:9/x", "secret_token": "x" * 257}, "too long"),
    ],
)
async def test_wrong_webhooks_are_refused(server: BotApiServer, params: dict[str, str], text: str) -> None:
    code, body = await call(server, "setWebhook", **params)
    assert code == 400
    assert text in body["description"]
