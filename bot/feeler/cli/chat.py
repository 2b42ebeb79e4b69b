"""`feeler chat`: the interview in the terminal, typed or played from a script."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feeler.boundary import is_wish_to_end
from feeler.errors import DataError, FeelerError
from feeler.interview.values import Difficulty

if TYPE_CHECKING:
    from feeler.personas.library import Library
    from feeler.ports import Engine
    from feeler.settings import Settings
    from feeler.terminal.session import Session, Surface
    from feeler.usecases.values import Chat

INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Add `feeler chat`."""
    app.command(
        "chat",
        epilog="Examples: `feeler chat --persona nadia` · `feeler chat --script talk.txt --json`",
    )(chat)


def chat(
    persona: Annotated[
        str, typer.Option(metavar="SLUG", help="Whom to talk to (`feeler personas list`).")
    ] = "",
    company: Annotated[str, typer.Option(metavar="SLUG", help="Talk to somebody of this company.")] = "",
    difficulty: Annotated[
        Difficulty, typer.Option(help="How much the interviewer pushes.")
    ] = Difficulty.NEUTRAL,
    budget: Annotated[
        int | None, typer.Option(min=10, max=24, help="How many messages of yours the talk is long.")
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="Play the candidate's side from a text file, a message or /command a line."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per line of the talk.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where files go; default: here, or with --json nowhere."),
    ] = None,
) -> None:
    """Hold the interview in the terminal; the bot's commands work here too (/help).

    Ctrl-C stops an answer that is being written; pressed again it ends the talk. Exit code 0 when the script
    was played to its end.
    """
    from feeler.compose import build_library
    from feeler.settings import load_settings
    from feeler.terminal.script import read_script
    from feeler.usecases.values import Chat

    settings = load_settings()
    library = build_library(settings)
    first = _first_persona(library, persona, company)
    lines = read_script(script) if script is not None else None
    if save is not None and not save.is_dir():
        raise DataError(f"{save}: is not a folder that transcripts could go to")
    wishes = Chat(chat_id=0, difficulty=difficulty, budget=budget)
    surface = _surface(library, as_json=as_json, echo=lines is not None, folder=save)
    try:
        done = asyncio.run(_talk(settings, library, wishes, surface, first, lines))
    except FeelerError:
        raise
    except BaseException as error:  # the error boundary: nobody at a terminal is helped by a traceback
        if is_wish_to_end(error):
            raise
        raise FeelerError(
            f"the talk was ended by an error of Feeler's own ({type(error).__name__}); please report it"
        ) from None
    if not done:
        raise typer.Exit(INTERRUPTED)


async def _talk(
    settings: "Settings",
    library: "Library",
    wishes: "Chat",
    surface: "Surface",
    first: str,
    lines: tuple[str, ...] | None,
) -> bool:
    """Hold the talk; False where a script was interrupted."""
    from feeler.compose import build_desk
    from feeler.terminal.keyboard import interruptible
    from feeler.terminal.memory import MemoryArchive
    from feeler.terminal.session import Session

    archive = MemoryArchive()
    async with _engine(settings) as engine:
        session = Session(
            build_desk(settings, library, engine, archive, reminds=False), archive, surface, wishes
        )
        try:
            with interruptible(session):
                if lines is None:
                    await _type(session, first)
                else:
                    await _play(session, first, lines)
        except asyncio.CancelledError:
            return lines is None
    return True


async def _play(session: "Session", first: str, lines: tuple[str, ...]) -> None:
    """The candidate's side from a script. A script that says /start itself is left to do so."""
    if not lines[0].startswith("/start"):
        await session.do("new", first)
    for line in lines:
        await session.hear(line)


async def _type(session: "Session", first: str) -> None:
    """The candidate's side as it is typed, until the end of input."""
    from feeler.terminal.keyboard import typed_lines

    await (session.do("new", first) if first else session.do("start"))
    async for line in typed_lines(sys.stdin.fileno(), prompt="You: " if sys.stdin.isatty() else ""):
        await session.hear(line)


@asynccontextmanager
async def _engine(settings: "Settings") -> "AsyncIterator[Engine]":
    """The engine, with a bar for the weights where they have to be fetched."""
    from feeler.cli.models import progress_bar
    from feeler.compose import running_engine
    from feeler.llm.cards import load_cards
    from feeler.llm.choose import chosen_card

    card = chosen_card(settings, load_cards())
    if card is None:
        async with running_engine(settings) as engine:
            yield engine
        return
    if sys.stderr.isatty():
        sys.stderr.write("The interviewer is on the way…\n")
    async with AsyncExitStack() as stack:
        with progress_bar(card) as progress:
            engine = await stack.enter_async_context(running_engine(settings, progress))
        yield engine


def _surface(library: "Library", *, as_json: bool, echo: bool, folder: Path | None) -> "Surface":
    if as_json:
        from feeler.terminal.json_lines import JsonLines

        return JsonLines(sys.stdout, folder)
    from rich.console import Console

    from feeler.terminal.screen import Screen

    return Screen(Console(highlight=False), library, folder or Path(), echo=echo)


def _first_persona(library: "Library", persona: str, company: str) -> str:
    """Slug of whom to begin with; empty where it was left open. DataError where they do not fit."""
    if not company:
        return library.persona(persona).slug if persona else ""
    firm = library.company(company)
    people = [one.slug for one in library.personas.values() if one.company == firm.slug]
    if persona and library.persona(persona).slug not in people:
        raise DataError(f"{persona} does not work at {firm.name}; there are: {', '.join(people)}")
    if not people:
        raise DataError(f"nobody works at {firm.name}: no persona names it as its company")
    return persona or people[0]
