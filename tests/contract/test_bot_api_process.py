"""The stand-in as a process of its own: killed at any moment, it loses nothing that it confirmed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from feeler.phone.server import DEFAULT_TOKEN

ADA = 1001


@asynccontextmanager
async def process(state: Path) -> AsyncIterator[str]:
    """A running stand-in's address; killed at the end, without a chance to tidy up."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "feeler.phone",
        "--state",
        str(state),
        "--no-rates",
        stdout=asyncio.subprocess.PIPE,
    )
    assert running.stdout is not None
    address = (await asyncio.wait_for(running.stdout.readline(), 60)).decode().strip()
    try:
        yield address.removesuffix("bot")
    finally:
        running.kill()
        await running.wait()


async def post(url: str, body: dict[str, Any]) -> Any:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        assert response.status in (200, 500), await response.text()
        return await response.json()


async def test_killed_and_started_again_it_knows_everything(tmp_path: Path) -> None:
    state = tmp_path / "phone.sqlite3"
    async with process(state) as url:
        await post(f"{url}phone/{ADA}/send", {"text": "said before the kill", "key": "k1"})
        await post(f"{url}bot{DEFAULT_TOKEN}/sendMessage", {"chat_id": ADA, "text": "answered"})
    async with process(state) as url:
        await post(f"{url}phone/{ADA}/send", {"text": "said before the kill", "key": "k1"})  # sent again
        updates = (await post(f"{url}bot{DEFAULT_TOKEN}/getUpdates", {}))["result"]
        assert [update["message"]["text"] for update in updates] == ["said before the kill"]
        chat = await post(f"{url}control/chat", {"user": ADA})
        assert [message["text"] for message in chat] == ["said before the kill", "answered"]


async def test_faults_and_time_by_control_routes(tmp_path: Path) -> None:
    async with process(tmp_path / "phone.sqlite3") as url:
        call = f"{url}bot{DEFAULT_TOKEN}/"
        await post(f"{url}phone/{ADA}/send", {"text": "/start"})
        await post(f"{url}control/fault", {"kind": "error", "method": "sendMessage"})
        assert (await post(f"{call}sendMessage", {"chat_id": ADA, "text": "x"}))["error_code"] == 500
        update_id = (await post(f"{call}getUpdates", {}))["result"][0]["update_id"]
        assert (await post(f"{call}getUpdates", {"offset": update_id + 1}))["result"] == []
        await post(f"{url}control/again", {})
        assert len((await post(f"{call}getUpdates", {"offset": update_id + 1}))["result"]) == 1
        await post(f"{url}control/inject", {"update_id": 900_000_000, "message": "nothing can parse this"})
        updates = (await post(f"{call}getUpdates", {"offset": update_id + 1}))["result"]
        assert updates[-1]["message"] == "nothing can parse this"
        await post(f"{url}control/advance", {"seconds": 90_000})
        assert (await post(f"{call}getUpdates", {}))["result"] == []
        calls = await post(f"{url}control/calls", {"methods": ["sendMessage"]})
        assert [one["code"] for one in calls] == [500]
