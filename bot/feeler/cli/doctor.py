"""`feeler doctor`: what is missing or wrong on this machine, and what to do about each."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import typer

from feeler.errors import EngineError, FeelerError

if TYPE_CHECKING:
    from telegram import Bot, WebhookInfo

    from feeler.mailroom import Counts, Quarantined
    from feeler.settings import Settings

State = Literal["ok", "mind", "wrong"]
_SIGNS: dict[State, tuple[str, str]] = {"ok": ("✓", "green"), "mind": ("!", "yellow"), "wrong": ("✗", "red")}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One look at the machine."""

    about: str
    state: State
    text: str  # what was found
    remedy: str = ""  # what to do about it


def register(app: typer.Typer) -> None:
    """Add `feeler doctor`."""

    @app.command(epilog="Example: `feeler doctor`")
    def doctor() -> None:
        """Look over this machine: what is missing or wrong, and what to do about each.

        Exit code 1 when something keeps the bot from working.
        """
        from feeler.settings import load_settings

        settings = load_settings()
        wrong = False
        for look in LOOKS:
            for finding in _safely(look, settings):
                _show(finding)
                wrong = wrong or finding.state == "wrong"
        raise typer.Exit(1 if wrong else 0)


def _safely(look: "Callable[[Settings], Iterator[Finding]]", settings: "Settings") -> Iterator[Finding]:
    """A look that fails with an error of ours is a finding, too."""
    try:
        yield from look(settings)
    except FeelerError as error:
        yield Finding(about=look.__name__, state="wrong", text=str(error))


def _show(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.state]
    typer.echo(f"{typer.style(sign, fg=colour)} {finding.about:<10} {finding.text}")
    if finding.remedy:
        typer.echo(f"{'':13}→ {finding.remedy}")


def python(settings: "Settings") -> Iterator[Finding]:
    """The interpreter we run on."""
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    yield Finding(
        about="python",
        state="ok" if fine else "wrong",
        text=version,
        remedy="" if fine else "install Python 3.11 or newer",
    )


def model(settings: "Settings") -> Iterator[Finding]:
    """The weights, the memory they need, and what fetching them would take."""
    import psutil

    from feeler.llm.cards import load_cards
    from feeler.llm.choose import chosen_card
    from feeler.llm.weights import verify, weights_path

    card = chosen_card(settings, load_cards())
    if card is None:
        yield Finding(about="model", state="ok", text=f"engine {settings.engine} needs no weights of ours")
        if settings.engine == "remote":
            yield asyncio.run(_ask_server(settings))
        return
    if weights_path(card, settings.cache_dir).is_file():
        yield Finding(about="model", state="ok", text=f"{verify(card, settings.cache_dir).name} is verified")
    else:
        free = shutil.disk_usage(_existing(settings.cache_dir)).free
        enough = free > 2 * card.bytes
        yield Finding(
            about="model",
            state="mind" if enough else "wrong",
            text=f"{card.slug} is not in the cache; {free >> 20:,} MB of disk are free",
            remedy=f"`feeler models pull {card.slug}` fetches {card.bytes >> 20:,} MB"
            + ("" if enough else f"; make room in {settings.cache_dir} first, or set FEELER_CACHE_DIR"),
        )
    available = psutil.virtual_memory().available >> 20
    roomy = available > card.memory_mb
    yield Finding(
        about="memory",
        state="ok" if roomy else "mind",
        text=f"{available:,} MB available, {card.slug} takes about {card.memory_mb:,} MB",
        remedy="" if roomy else "close other programs, or choose a smaller FEELER_MODEL",
    )
    yield Finding(about="processor", state="ok", text=f"{psutil.cpu_count(logical=False) or 1} cores")


def reader(settings: "Settings") -> Iterator[Finding]:
    """What recognises somebody in need, whichever engine writes: its weights and its head."""
    from feeler.compose import taught_folder
    from feeler.llm.cards import reader_card
    from feeler.llm.upper import taught_file
    from feeler.llm.weights import verify, weights_path

    card = reader_card()
    if not all(taught_file(taught_folder(), name).is_file() for name in ("reader", "need")):
        yield Finding(
            about="reader",
            state="wrong",
            text="the head that recognises somebody in need is missing; the bot does not start without it",
            remedy="install Feeler anew",
        )
    elif weights_path(card, settings.cache_dir).is_file():
        yield Finding(about="reader", state="ok", text=f"{verify(card, settings.cache_dir).name} is verified")
    else:
        yield Finding(
            about="reader",
            state="mind",
            text=f"{card.slug}, which recognises somebody in need, is not in the cache",
            remedy=f"`feeler models pull` fetches its {card.bytes >> 20:,} MB, and so does the first start",
        )


def voice(settings: "Settings") -> Iterator[Finding]:
    """What hears and speaks: optional, so nothing is wrong without it."""
    from feeler.llm.cards import speech_cards
    from feeler.llm.weights import verify, weights_path
    from feeler.speech.helper import installed

    for does, card in speech_cards().items():
        if not installed(does):
            yield Finding(
                about="voice",
                state="mind",
                text=f"voice notes are off: the packages of what {does} are not installed",
                remedy='`pip install "feeler[voice]"`, then `feeler models pull --voice`',
            )
        elif weights_path(card, settings.cache_dir).is_file():
            yield Finding(
                about="voice",
                state="ok",
                text=f"{verify(card, settings.cache_dir).name}, which {does}, is verified",
            )
        else:
            yield Finding(
                about="voice",
                state="mind",
                text=f"{card.slug}, which {does}, is not in the cache",
                remedy=f"`feeler models pull --voice` fetches its {card.bytes >> 20:,} MB",
            )


def helplines(settings: "Settings") -> Iterator[Finding]:
    """Whether the numbers for somebody in need can be read, the operator's own among them."""
    from feeler.usecases.helplines import load_helplines

    found = load_helplines(settings.personas_dir).countries
    lines = sum(len(country.lines) for country in found.values())
    yield Finding(about="helplines", state="ok", text=f"{lines} lines in {len(found)} countries")


async def _ask_server(settings: "Settings") -> Finding:
    """Whether the model server answers, and what there is to know of its model."""
    from feeler.llm.choose import make_remote
    from feeler.ports import Message, Request, Sampling

    engine = make_remote(settings)
    try:
        hello = Request(
            messages=(Message(role="user", content="What is two and two? Answer in one word."),),
            sampling=Sampling(max_tokens=40),
        )
        async for _ in engine.stream(hello):
            pass
    except EngineError as error:
        return Finding(about="server", state="wrong", text=str(error))
    finally:
        await engine.close()
    return Finding(
        about="server",
        state="mind" if engine.remark else "ok",
        text=f"{engine.name} answers",
        remedy=engine.remark,
    )


def personas(settings: "Settings") -> Iterator[Finding]:
    """Whether every persona and company can be read."""
    from feeler.compose import build_library

    library = build_library(settings)
    yield Finding(
        about="personas",
        state="ok",
        text=f"{len(library.personas)} interviewers in {len(library.companies)} companies",
    )


def database(settings: "Settings") -> Iterator[Finding]:
    """Whether the database answers, and what was set aside in it."""
    counts, rows = asyncio.run(_look_into_store(settings))
    text = f"answers; {counts.turns_waiting} messages wait for an answer, {counts.calls_waiting} to be sent"
    yield Finding(about="database", state="ok", text=text)
    if counts.uncertain:
        yield Finding(
            about="uncertain",
            state="mind",
            text=f"{counts.uncertain} messages of the last days were given up as perhaps sent",
            remedy="nothing; the connection broke twice while they were sent, and the transcripts have them",
        )
    for row in rows:
        when = datetime.fromtimestamp(row.at).strftime("%Y-%m-%d %H:%M")
        yield Finding(
            about="set aside",
            state="mind",
            text=f"{row.kind} {row.id} of chat {row.chat_id}, {when}: {row.reason}",
            remedy="the talk went on without it; report it if you can say what was sent",
        )


async def _look_into_store(settings: "Settings") -> "tuple[Counts, list[Quarantined]]":
    from feeler.compose import opened_store

    async with opened_store(settings) as store:
        return await store.counts(), await store.quarantined()


def telegram(settings: "Settings") -> Iterator[Finding]:
    """Whether there is a token that the Bot API server takes."""
    from telegram.error import InvalidToken, TelegramError

    from feeler.telegram.connection import make_bot

    if settings.bot_token is None:
        yield Finding(
            about="telegram",
            state="mind",
            text="no FEELER_BOT_TOKEN",
            remedy="write /newbot to @BotFather for one; `feeler phone` and `feeler chat` need none",
        )
        return
    try:
        name, webhook = asyncio.run(_ask(make_bot(settings)))
    except InvalidToken:
        yield Finding(
            about="telegram",
            state="wrong",
            text="the server refuses FEELER_BOT_TOKEN",
            remedy="@BotFather tells the token on /token",
        )
    except TelegramError as error:
        yield Finding(
            about="telegram",
            state="wrong",
            text=f"{settings.api_base_url} cannot be reached ({type(error).__name__})",
            remedy="check the network, or FEELER_API_BASE_URL",
        )
    else:
        yield Finding(about="telegram", state="ok", text=f"the token is @{name}'s")
        yield from _delivery(settings, webhook)


async def _ask(bot: "Bot") -> "tuple[str, WebhookInfo]":
    async with bot:
        return str(bot.username), await bot.get_webhook_info()


def _delivery(settings: "Settings", webhook: "WebhookInfo") -> Iterator[Finding]:
    """Whether updates come the way that the settings say."""
    waiting = f"waiting at Telegram: {webhook.pending_update_count}"
    if webhook.url != settings.webhook_url:
        yield Finding(
            about="updates",
            state="mind",
            text=f"Telegram has {webhook.url or 'no webhook'}, FEELER_WEBHOOK_URL is "
            f"{settings.webhook_url or 'empty'}; {waiting}",
            remedy="`feeler run` puts that right when it starts",
        )
    elif webhook.last_error_message and webhook.pending_update_count:
        yield Finding(
            about="updates",
            state="mind",
            text=f"{waiting}; the webhook's last error: {webhook.last_error_message}",
            remedy="look at the reverse proxy, FEELER_WEBHOOK_LISTEN and whether `feeler run` is up",
        )
    else:
        yield Finding(about="updates", state="ok", text=waiting)


def folders(settings: "Settings") -> Iterator[Finding]:
    """Whether data and cache can be written, and by whom the data can be read."""
    for about, folder in (("data", settings.data_dir), ("cache", settings.cache_dir)):
        base = _existing(folder)
        if not os.access(base, os.W_OK):
            yield Finding(
                about=about,
                state="wrong",
                text=f"{base} cannot be written",
                remedy=f"set FEELER_{about.upper()}_DIR to a folder of yours",
            )
        elif about == "data" and folder.exists() and folder.stat().st_mode & 0o077:
            yield Finding(
                about=about,
                state="mind",
                text=f"{folder} can be read by other users of this machine",
                remedy=f"chmod 700 {folder}",
            )
        else:
            yield Finding(about=about, state="ok", text=str(folder))


def _existing(folder: "os.PathLike[str]") -> str:
    """The folder, or the nearest one above it that exists."""
    path = os.path.abspath(folder)
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


LOOKS = (python, folders, model, reader, voice, helplines, personas, database, telegram)
