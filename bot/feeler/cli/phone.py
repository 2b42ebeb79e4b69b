"""`feeler phone`: the bot and a phone to talk to it, in the browser. No account, no token."""

import asyncio
import os
import signal
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

if TYPE_CHECKING:
    from feeler.llm.weights import Progress
    from feeler.phone.server import BotApiServer
    from feeler.ports import Engine
    from feeler.settings import Settings

PORT = 8642


def register(app: typer.Typer) -> None:
    """Add `feeler phone`."""
    app.command("phone", epilog="Example: `feeler phone --port 8700`")(phone)


def phone(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where the page is; 0 takes a free port.")
    ] = PORT,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let phones in your network in, after a pairing code.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Try the bot in your browser, on a page that stands for a phone. Nothing leaves this machine.

    The bot itself runs as it does on Telegram, against a stand-in for Telegram's server. What was said is
    kept: the next start goes on where this one ended. Ctrl-C ends it.
    """
    from feeler.logs import set_up_logs
    from feeler.settings import load_settings

    settings = load_settings()
    if "log_level" not in settings.model_fields_set:  # somebody reads this terminal: only what went wrong
        settings = settings.model_copy(update={"log_level": "WARNING"})
    set_up_logs(settings)
    asyncio.run(_serve(settings, port=port, lan=lan, browse=not no_browser))


async def _serve(settings: "Settings", *, port: int, lan: bool, browse: bool) -> None:
    from feeler.phone.doors import new_pairing_code
    from feeler.phone.server import BotApiServer

    stop = _stop_on_signals()
    folder = settings.data_dir / "phone"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with BotApiServer(
        port=port,
        state=folder / "phone.sqlite3",
        host="0.0.0.0" if lan else "127.0.0.1",
        pairing_code=new_pairing_code() if lan else "",
    ) as server:
        _announce(server)
        if browse:
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, server.page_url)
        await _run_bot(settings_for(server, settings), server, stop)
    typer.echo("The phone is switched off. What was said is kept.")


def settings_for(server: "BotApiServer", settings: "Settings") -> "Settings":
    """The same settings, but for the stand-in's token and address, and a data folder of the phone's own."""
    return settings.model_copy(
        update={
            "bot_token": SecretStr(server.token),
            "api_base_url": server.api_base_url,
            "api_file_url": server.file_base_url,
            "data_dir": settings.data_dir / "phone",
            "allowed_user_ids": (),
            "pairing_code": None,
            "webhook_url": "",
        }
    )


async def _run_bot(settings: "Settings", server: "BotApiServer", stop: asyncio.Event) -> None:
    """Run the bot until it is to stop; the model is loaded beside it, while the page says so."""
    from feeler.compose import (
        build_desk,
        build_library,
        opened_store,
        reader_beside,
        running_engine,
        running_speech,
    )
    from feeler.phone.warming import WarmingEngine
    from feeler.telegram.run import run_bot

    server.pages.set_status("warming", "warming up…")
    async with AsyncExitStack() as stack:
        progress = stack.enter_context(_progress(settings, server))
        reader = reader_beside(settings)
        loading = asyncio.create_task(
            stack.enter_async_context(running_engine(settings, progress, after=reader))
        )
        engine = WarmingEngine(loading, settings.drafts or 4)
        store = await stack.enter_async_context(opened_store(settings))
        speech = await stack.enter_async_context(running_speech(settings))
        desk = build_desk(settings, build_library(settings), engine, store, reader, speech)
        bot = asyncio.create_task(run_bot(settings, desk=desk, store=store, stop=stop))
        await asyncio.wait({loading, bot}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            _tell_loaded(loading, server, stop)
            await bot
            loading.result()
            return
        bot.result()
        await server.stop()  # a model that is being loaded in its thread cannot be told to stop
        typer.echo("Stopped while the model was being loaded.")
        os._exit(130)


def _tell_loaded(loading: "asyncio.Task[Engine]", server: "BotApiServer", stop: asyncio.Event) -> None:
    """Say that the model is there; where it cannot be loaded, say so and end the bot."""
    if error := loading.exception():
        server.pages.set_status("failed", str(error))
        stop.set()
        return
    typer.echo(f"Ready: {loading.result().name}")
    server.pages.set_status("ready", "", 1.0)


def _announce(server: "BotApiServer") -> None:
    typer.echo(f"Feeler's phone: {server.page_url}   (Ctrl-C ends it)")
    if server.doors.code:
        for address in _addresses():
            typer.echo(f"On a phone in your network: http://{address}:{server.port}/")
        typer.echo(f"Pairing code: {server.doors.code}")


def _addresses() -> list[str]:
    """This machine's IPv4 addresses in its networks."""
    import socket

    import psutil

    found = [one for addresses in psutil.net_if_addrs().values() for one in addresses]
    return [
        one.address for one in found if one.family == socket.AF_INET and not one.address.startswith("127.")
    ]


def _stop_on_signals() -> asyncio.Event:
    """Set by the first Ctrl-C or SIGTERM; a second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask)
    return stop


@contextmanager
def _progress(settings: "Settings", server: "BotApiServer") -> "Iterator[Progress]":
    """How far the weights are: told to the terminal, and from the loading thread to the page."""
    from feeler.cli.models import progress_bar
    from feeler.llm.cards import load_cards
    from feeler.llm.choose import chosen_card

    loop = asyncio.get_running_loop()
    card = chosen_card(settings, load_cards())

    def tell_page(what: str, done: int, of: int) -> None:
        part = done / of if of else 0.0
        loop.call_soon_threadsafe(
            server.pages.set_status, "warming", f"{what} the model, {part:.0%}", round(part, 3)
        )

    if card is None:
        yield tell_page
        return
    with progress_bar(card) as tell_terminal:
        yield _both(tell_page, tell_terminal)


def _both(first: "Progress", second: "Progress") -> "Callable[[str, int, int], None]":
    def tell(what: str, done: int, of: int) -> None:
        first(what, done, of)
        second(what, done, of)

    return tell
