"""`feeler debrief`: what a talk taught, from its transcript in a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from feeler.errors import DataError


def register(app: typer.Typer) -> None:
    """Add `feeler debrief`."""
    app.command(
        "debrief",
        epilog="Examples: `feeler debrief talk.json` · `feeler debrief talk.jsonl --html > debrief.html` · "
        "`feeler chat --script me.txt --json | feeler debrief -`",
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
) -> None:
    """Print the debrief of a talk to standard output, as plain text where nothing else is asked for.

    It is read by the small encoder alone: quick, and the same whichever model talked.
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
    reader = build_reader(settings)
    talk = understood(read_talk(_read(transcript), library, transcript), reader)
    sys.stdout.buffer.write(render(findings(talk, library, reader=reader), kind))
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
