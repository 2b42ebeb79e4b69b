"""The bot as a process of its own, with a desk whose answers can be told apart: "answer to <what was said>".

Run by the figures with the settings in the environment. Every generation is noted in FIGURES_LOG, one line
`<update id> <time> <process>`, before it begins; it takes FIGURES_SECONDS ("0.05-0.2") at random.
"""

import asyncio
import os
import random
import signal
import sys
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import Update

from feeler.compose import build_desk, build_library, opened_store
from feeler.interview.values import Candidate
from feeler.llm.scripted import ScriptedEngine
from feeler.logs import set_up_logs
from feeler.ports import Preview
from feeler.settings import load_settings
from feeler.telegram.run import run_bot
from feeler.usecases.values import Chat, Outcome, Reply
from tests.readers import FedReader


class EchoDesk:
    """Answers everything by its own words, after a while; counts in the chat what it has heard."""

    def __init__(self, log: str, seconds: str) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._least, self._most = (float(part) for part in seconds.split("-"))

    def resigned(self) -> "EchoDesk":
        raise NotImplementedError  # it keeps no talk

    def stop(self, chat_id: int) -> bool:
        return False

    async def run(self, chat: Chat, errand: str, preview: Preview | None, now: datetime) -> Outcome:
        return Outcome(chat=chat)

    async def answer(self, update: Update, text: str, chat: Chat) -> Outcome:
        os.write(self._log, f"{update.update_id} {time.time():.6f} {os.getpid()}\n".encode())
        if text != "/help":
            await asyncio.sleep(random.uniform(self._least, self._most))
        if text.startswith("/fail"):
            raise ValueError("this text makes the desk fail")
        heard = int(chat.candidate.background or 0) + 1
        known = replace(chat, candidate=Candidate(background=str(heard)))
        return Outcome(chat=known, replies=(Reply(text=f"answer to {text} as {heard}", speaker="company"),))  # type: ignore[arg-type]


async def echo(update: Update, chat: Chat, desk: Any, preview: Preview | None, now: datetime) -> Outcome:
    message = update.effective_message
    return await desk.answer(update, (message and message.text) or "", chat)  # type: ignore[no-any-return]


async def main() -> None:
    settings = load_settings()
    set_up_logs(settings)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with opened_store(settings) as store:
        role: Any = sys.argv[1] if len(sys.argv) > 1 else "all"
        if "FIGURES_TALKS" in os.environ:  # the real desk, without a model
            desk = build_desk(settings, build_library(settings), ScriptedEngine(), store, FedReader())
            await run_bot(settings, desk=desk, store=store, role=role, stop=stop)
            return
        echoing = EchoDesk(os.environ["FIGURES_LOG"], os.environ.get("FIGURES_SECONDS", "0.05-0.2"))
        await run_bot(settings, desk=echoing, store=store, role=role, stop=stop, dispatch=echo)


if __name__ == "__main__":
    asyncio.run(main())
