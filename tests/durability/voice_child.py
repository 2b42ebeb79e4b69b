"""The bot with ears and a mouth as a process that a test can kill: scripted engine, real speech and store."""

import asyncio
import sys
from pathlib import Path

from feeler.compose import build_desk, build_library, opened_store, running_speech
from feeler.llm.scripted import ScriptedEngine
from feeler.settings import Settings
from feeler.telegram.run import run_bot
from tests.readers import FedReader


async def main(token: str, api: str, files: str, folder: str) -> None:
    settings = Settings(
        _env_file=None,
        bot_token=token,
        api_base_url=api,
        api_file_url=files,
        data_dir=Path(folder),
        engine="scripted",
    )
    async with opened_store(settings) as store, running_speech(settings) as speech:
        desk = build_desk(settings, build_library(settings), ScriptedEngine(), store, FedReader(), speech)
        await run_bot(settings, desk=desk, store=store)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
