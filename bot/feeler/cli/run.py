"""`feeler run`: the Telegram bot, by long polling or webhook, in one process or in several."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from feeler.settings import Settings
    from feeler.telegram.run import Role


PATIENCE = 9.0  # seconds for a graceful end; then whatever hangs, such as a frozen database, is left behind


def register(app: typer.Typer) -> None:
    """Add `feeler run`."""

    @app.command()
    def run(
        role: Annotated[
            str, typer.Option(help="all, receive, work or send; anything but all needs PostgreSQL.")
        ] = "all",
    ) -> None:
        """Run the bot on Telegram. Needs FEELER_BOT_TOKEN (from @BotFather); `feeler phone` needs none.

        Example: `FEELER_BOT_TOKEN=123456:ABC feeler run`

        On several machines: `FEELER_DATABASE_URL=postgresql://… feeler run --role work`
        """
        from feeler.errors import SettingsError
        from feeler.logs import set_up_logs
        from feeler.settings import load_settings
        from feeler.telegram.connection import token_of
        from feeler.telegram.run import ROLES

        if role not in ROLES:
            raise SettingsError(f"--role {role!r} is not valid; allowed: {', '.join(ROLES)}")
        settings = load_settings()
        token_of(settings)  # before a model is loaded for nothing
        set_up_logs(settings)
        asyncio.run(_serve(settings, role))


async def _serve(settings: "Settings", role: "Role") -> None:
    """Everything the role needs, until SIGTERM or Ctrl-C.

    While the weights are fetched and the model is loaded there is nothing to end gracefully, and a thread
    cannot be cancelled: then the process ends at once.
    """
    from feeler.compose import (
        build_desk,
        build_library,
        opened_store,
        reader_beside,
        running_engine,
        running_speech,
    )
    from feeler.telegram.run import run_bot

    stop = asyncio.Event()

    def end() -> None:
        stop.set()
        asyncio.get_running_loop().call_later(PATIENCE, os._exit, 1)

    _on_signals(lambda: os._exit(0))
    async with opened_store(settings) as store:
        if role in ("receive", "send"):
            _on_signals(end)
            await run_bot(settings, desk=None, store=store, role=role, stop=stop)
            return
        library, reader = build_library(settings), reader_beside(settings)
        async with running_engine(settings, after=reader) as engine, running_speech(settings) as speech:
            _on_signals(end)
            desk = build_desk(settings, library, engine, store, reader, speech)
            await run_bot(settings, desk=desk, store=store, role=role, stop=stop)


def _on_signals(action: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, action)
