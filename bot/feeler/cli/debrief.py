"""`feeler debrief`: what a talk taught, from its transcript in a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feeler.errors import DataError, FeelerError

if TYPE_CHECKING:
    from feeler.coach import Debrief
    from feeler.settings import Settings

SECONDS = 60.0  # nobody waits in a chat here


def register(app: typer.Typer) -> None:
    """Add `feeler debrief`."""
    app.command(
        "debrief",
        epilog="Examples: `feeler debrief talk.json` · `feeler debrief talk.jsonl --html > debrief.html` · "
        "`feeler chat --script me.txt --json | feeler debrief - --no-model`",
    )(debrief)


def debrief(
    transcript: Annotated[
        str,
        typer.Argument(
            metavar="TRANSCRIPT.json",
            help="A transcript as `/transcript json` or `feeler chat --json` write it; `-`: standard input.",
        ),
    ],
    html: Annotated[bool, typer.Option("--html", help="One HTML page, for a phone or a printer.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDF, to a file or a pipe.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, after docs/debrief.schema.json.")] = False,
    markdown: Annotated[bool, typer.Option("--md", help="Markdown.")] = False,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="By rules alone: quick, and the same every time.")
    ] = False,
) -> None:
    """Print the debrief of a talk to standard output, as plain text where nothing else is asked for.

    The model writes the connecting sentences and drafts if its weights are there; nothing is fetched.
    """
    from feeler.coach import findings, render
    from feeler.coach.files import read_talk
    from feeler.coach.hearing import understood
    from feeler.compose import build_library, build_reader
    from feeler.settings import load_settings

    kind = _kind({"html": html, "pdf": pdf, "json": as_json, "md": markdown})
    if kind == "pdf" and sys.stdout.isatty():
        raise DataError("A PDF does not belong on a screen: `feeler debrief TALK --pdf > debrief.pdf`")
    settings = load_settings()
    library = build_library(settings)
    talk = understood(read_talk(_read(transcript), library, transcript), build_reader(settings))
    found = findings(talk, library)
    if not no_model and not found.short:
        found = _with_prose(found, settings)
    sys.stdout.buffer.write(render(found, kind))
    sys.stdout.buffer.flush()


def _kind(asked: dict[str, bool]) -> str:
    kinds = [kind for kind, wanted in asked.items() if wanted]
    if len(kinds) > 1:
        raise DataError(f"Choose one of --{' and --'.join(kinds)}.")
    return kinds[0] if kinds else "txt"


def _read(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{name}: is not UTF-8 text, so it is no transcript of Feeler's") from None
    except OSError as error:
        raise DataError(f"{name}: cannot be read: {error.strerror}") from None


def _with_prose(found: "Debrief", settings: "Settings") -> "Debrief":
    """With the model's sentences where they need no fetching; a model that fails is no error."""
    import asyncio

    from feeler.coach import prose
    from feeler.compose import running_engine

    async def written() -> "Debrief":
        async with running_engine(settings) as engine:
            return await prose(found, engine, seconds=SECONDS)

    if not _is_there(settings):
        return found
    try:
        return asyncio.run(written())
    except FeelerError as error:
        sys.stderr.write(f"feeler: without the model, which failed: {error}\n")
        return found


def _is_there(settings: "Settings") -> bool:
    """Whether the engine runs without fetching weights first."""
    from feeler.llm.cards import load_cards
    from feeler.llm.choose import chosen_card
    from feeler.llm.weights import weights_path

    if settings.engine == "scripted":
        return False
    card = chosen_card(settings, load_cards())
    return card is None or weights_path(card, settings.cache_dir).is_file()
