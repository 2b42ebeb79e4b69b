"""`feeler phone` as people start it: a process, a page, Ctrl-C, and again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

ADA = 1001
PATIENCE = 60.0  # seconds, for machines that are busy


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEELER_")}
    return kept | {"FEELER_ENGINE": "scripted", "FEELER_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


async def start(folder: Path, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "feeler",
        "phone",
        "--no-browser",
        *options,
        env=environment(folder),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def phone(folder: Path, *options: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A running phone's address and process; Ctrl-C at the end, after which it ends by itself."""
    running = await start(folder, "--port", "0", *options)
    assert running.stdout is not None
    line = (await asyncio.wait_for(running.stdout.readline(), PATIENCE)).decode()
    try:
        yield line.split()[2], running
    finally:
        running.send_signal(signal.SIGINT)
        out, errors = await asyncio.wait_for(running.communicate(), PATIENCE)
        assert running.returncode == 0, errors.decode()
        assert b"switched off" in out
        assert b"Traceback" not in errors


async def state_when(url: str, wanted: str) -> dict[str, Any]:
    """What the page is told, once a message of the bot's holds `wanted`."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{url}phone/{ADA}/events") as events:
                async for raw in events.content:
                    if not raw.startswith(b"data: "):
                        continue
                    event = json.loads(raw[6:])
                    told = event.get("messages") or [event.get("message") or {"mine": True}]
                    if any(wanted in one["text"] for one in told if not one["mine"]):
                        break
                async with session.get(f"{url}phone/{ADA}/events") as again:
                    async for raw in again.content:
                        if raw.startswith(b"data: "):
                            state: dict[str, Any] = json.loads(raw[6:])
                            return state


async def say(url: str, text: str) -> None:
    sent = {"text": text}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}phone/{ADA}/send", json=sent) as response,
    ):
        assert response.status == 200


async def test_it_answers_ends_with_ctrl_c_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async with phone(tmp_path) as (url, _):
        await say(url, "/start")
        await state_when(url, "who are you?")
    async with phone(tmp_path) as (url, _):
        await say(url, "I am Ada, a gardener.")  # it still knows what it had asked
        state = await state_when(url, "what are you curious about?")
    assert [message["text"] for message in state["messages"] if message["mine"]] == [
        "/start",
        "I am Ada, a gardener.",
    ]
    assert any(command["command"] == "end" for command in state["commands"])


async def test_a_busy_port_and_a_busy_folder_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with phone(tmp_path) as (url, _):
        port = url.rstrip("/").rpartition(":")[2]
        for folder, words in ((tmp_path / "other", f"port {port} is taken"), (tmp_path, "another phone")):
            second = await start(folder, "--port", port)
            _, errors = await asyncio.wait_for(second.communicate(), PATIENCE)
            assert second.returncode == 2
            assert words in errors.decode()
            assert len(errors.decode().strip().splitlines()) == 1


async def test_lan_prints_a_code_and_keeps_strangers_out(tmp_path: Path) -> None:
    async with phone(tmp_path, "--lan") as (_, running):
        assert running.stdout is not None
        lines: list[str] = []
        while not lines or "Pairing code" not in lines[-1]:
            lines.append((await asyncio.wait_for(running.stdout.readline(), PATIENCE)).decode())
        assert lines[-1].split()[-1].isdigit()
        elsewhere = [line.split()[-1] for line in lines if "in your network" in line]
        async with aiohttp.ClientSession() as session:
            for url in elsewhere:  # this machine by its network address counts as another one
                async with session.get(f"{url}phone/people") as response:
                    assert response.status == 401
                async with session.get(url) as response:
                    assert response.url.path == "/pair"
