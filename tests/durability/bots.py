"""The bot inside this process, over real HTTP against the stand-in, with answers that can be told apart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from feeler.phone.server import BotApiServer
from feeler.settings import Settings
from feeler.store import Store, open_store
from feeler.telegram.run import run_bot
from tests.durability.child import EchoDesk, echo
from tests.durability.crowd import ROOMY


def settings_for(server: BotApiServer, folder: Path, **more: Any) -> Settings:
    """Settings of a test: nothing from the environment's own bot, roomy limits."""
    roomy = {name.removeprefix("FEELER_").lower(): int(value) for name, value in ROOMY.items()}
    return Settings(
        **{
            "_env_file": None,
            "bot_token": server.token,
            "api_base_url": server.api_base_url,
            "data_dir": folder,
            "engine": "scripted",
            **roomy,
            **more,
        }
    )


@asynccontextmanager
async def running(settings: Settings, desk: Any, store: Store, **more: Any) -> AsyncIterator[Store]:
    """The bot with this desk, until the block ends; its store."""
    stop = asyncio.Event()
    bot = asyncio.create_task(run_bot(settings, desk=desk, store=store, stop=stop, **more))
    try:
        yield store
    finally:
        stop.set()
        await bot


@asynccontextmanager
async def answering(
    server: BotApiServer,
    folder: Path,
    *,
    role: Any = "all",
    seconds: str = "0-0",
    desk: EchoDesk | None = None,
    **more: Any,
) -> AsyncIterator[Store]:
    """A bot that echoes, until the block ends; its store."""
    settings = settings_for(server, folder, **more)
    store = await open_store(settings.database)
    desk = desk or EchoDesk(str(folder / "generations"), seconds)
    try:
        async with running(settings, desk, store, role=role, dispatch=echo):
            yield store
    finally:
        await store.close()
