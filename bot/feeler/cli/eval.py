"""`feeler eval`: play candidate scripts with the real model and report how the company behaved."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feeler.errors import DataError
from feeler.interview.values import Difficulty

if TYPE_CHECKING:
    from feeler.evaluation.playing import Casting
    from feeler.evaluation.records import Ledger, Record
    from feeler.personas.library import Library
    from feeler.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `feeler eval`."""
    app.command(
        "eval",
        epilog="Example: `feeler eval tests/conversations --persona ruth --baseline --report eval.html`",
    )(evaluate)
    app.command(
        "marks",
        epilog="Example: `feeler marks sheets anna.json ben.json`",
    )(sum_up)


def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="[DIR]", help="A folder of scripts (*.txt), one script, or a file of people (*.jsonl)."
        ),
    ] = Path("tests/conversations"),
    persona: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SLUG",
            help="Play every script with this persona (repeatable). Default: all in turn.",
        ),
    ] = None,
    baseline: Annotated[
        bool, typer.Option(help="Play the same talks with one long prompt and one draft beside it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the totals as one JSON object.")] = False,
    report_file: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.html", help="Write the talks as a page."),
    ] = None,
    sheets_folder: Annotated[
        Path | None,
        typer.Option(
            "--sheets",
            metavar="FOLDER",
            help="Write blind pairs of talks for readers. Wants --baseline or --beside.",
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(
            metavar="TALKS.jsonl", help="Talks of another version for --sheets: the file that its run names."
        ),
    ] = None,
    talks_at_once: Annotated[int, typer.Option(min=1, max=16, help="How many talks share the engine.")] = 4,
    difficulty: Annotated[
        Difficulty, typer.Option(help="How much the interviewers push.")
    ] = Difficulty.NEUTRAL,
    fresh: Annotated[
        bool, typer.Option(help="Play all talks again, also those of an interrupted run.")
    ] = False,
) -> None:
    """Play candidate scripts against personas, and count what must not happen.

    Whole talks are kept in the cache folder, so Ctrl-C loses at most those that are going on: the same
    command goes on where it was.
    """
    from feeler.compose import build_library
    from feeler.evaluation.report import report
    from feeler.evaluation.running import castings
    from feeler.evaluation.scripts import read_scripts
    from feeler.settings import load_settings

    settings = load_settings()
    library = build_library(settings)
    for slug in persona or ():
        library.persona(slug)
    if report_file is not None and not report_file.resolve().parent.is_dir():
        raise DataError(f"{report_file}: the folder does not exist")
    if sheets_folder is not None and not baseline and beside is None:
        raise DataError("--sheets shows two talks beside each other: add --baseline or --beside TALKS.jsonl")
    wanted = castings(
        read_scripts(folder), persona or sorted(library.personas), each=bool(persona), baseline=baseline
    )
    ledger = _ledger(settings, library, wanted, difficulty)
    if fresh:
        ledger.path.unlink(missing_ok=True)
    records, engine = _played(settings, library, wanted, ledger, talks_at_once, difficulty)
    if report_file is not None:
        report_file.write_text(report(records, engine=engine), encoding="utf-8")
    if sheets_folder is not None:
        _write_sheets(sheets_folder, records, beside, library)
    typer.echo(f"talks: {ledger.path}", err=True)
    found = _found(records, engine)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else _text(found))


def sum_up(
    folder: Annotated[Path, typer.Argument(metavar="SHEETS", help="The folder that --sheets wrote.")],
    marks: Annotated[
        list[Path], typer.Argument(metavar="MARKS.json...", help="Filled copies of its marks.json.")
    ],
) -> None:
    """Sum up what readers marked on the sheets of `feeler eval --sheets`, and how far they agree (kappa)."""
    from feeler.evaluation.marks import figures, read_marks

    key, readers = read_marks(folder, marks)
    typer.echo(json.dumps(figures(key, readers), ensure_ascii=False, indent=2))


def _write_sheets(
    folder: Path, records: "tuple[Record, ...]", beside: Path | None, library: "Library"
) -> None:
    from dataclasses import replace

    from feeler.evaluation.records import BASELINE, OURS, Ledger
    from feeler.evaluation.sheets import key, sheets, write

    ours = tuple(record for record in records if record.way == OURS)
    other = tuple(record for record in records if record.way == BASELINE)
    if beside is not None:
        kept = Ledger(beside).read()
        other = tuple(replace(record, way="beside") for record in kept if record.way == OURS)
        if not other:
            raise DataError(f"{beside}: holds no whole talk")
    seed = len(ours)
    write(folder, sheets(ours, other, library, seed=seed), key(ours, other, seed=seed))


def _ledger(
    settings: "Settings", library: "Library", wanted: "tuple[Casting, ...]", difficulty: Difficulty
) -> "Ledger":
    """The file of this very evaluation: other scripts, prompts, personas or weights make another one."""
    from hashlib import sha256

    from feeler.evaluation.records import Ledger
    from feeler.personas.library import shipped_prompts

    parts = [settings.model, settings.engine, str(settings.turn_budget), difficulty.value]
    parts += [
        f"{line}"
        for casting in wanted
        for line in (*casting.talk, casting.script.who, casting.script.curious, *casting.script.lines)
    ]
    parts += [path.read_text("utf-8") for path in sorted(shipped_prompts().glob("*.jinja"))]
    parts += [repr(library.personas), repr(library.companies)]
    digest = sha256("\0".join(parts).encode()).hexdigest()[:16]
    return Ledger(settings.cache_dir / "eval" / f"{digest}.jsonl")


def _played(
    settings: "Settings",
    library: "Library",
    wanted: "tuple[Casting, ...]",
    ledger: "Ledger",
    at_once: int,
    difficulty: Difficulty,
) -> "tuple[tuple[Record, ...], str]":
    """All talks, with a progress bar on standard error; what is in the ledger already costs nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from feeler.compose import build_reader, running_engine
    from feeler.evaluation.running import run

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

    async def go() -> "tuple[tuple[Record, ...], str]":
        with Progress(*columns, console=Console(stderr=True)) as bar:
            done = {record.talk for record in ledger.read()}
            talks = bar.add_task("talks", total=len(wanted), completed=sum(c.talk in done for c in wanted))
            turns = bar.add_task("turns", total=None)

            def progress(casting: "Casting", whole: bool) -> None:
                bar.advance(talks if whole else turns)

            reader = await asyncio.to_thread(build_reader, settings)
            async with running_engine(settings) as engine:
                found = await run(
                    wanted, library, engine, reader, ledger,
                    at_once=at_once, budget=settings.turn_budget, difficulty=difficulty, progress=progress,
                )  # fmt: skip
                return found, engine.name

    try:
        return asyncio.run(go())
    except KeyboardInterrupt:
        typer.echo(f"Interrupted; whole talks are kept in {ledger.path}. The same command goes on.", err=True)
        raise typer.Exit(130) from None


def _found(records: "tuple[Record, ...]", engine: str) -> dict[str, Any]:
    from feeler.evaluation.totals import by_talk, totals

    ways = sorted({record.way for record in records}, reverse=True)
    found: dict[str, Any] = {"engine": engine}
    found |= {way: totals(record for record in records if record.way == way) for way in ways}
    return found | {"talks": by_talk(records)}


def _text(found: dict[str, Any]) -> str:
    """The totals side by side, and a line for every talk."""
    ways = [way for way in ("ours", "baseline") if way in found]
    lines = [found["engine"], "", f"{'':34}" + "".join(f"{way:>12}" for way in ways)]
    for name in found[ways[0]] if ways else ():
        values = [found[way][name] for way in ways]
        if not isinstance(values[0], dict):
            lines.append(f"{name.replace('_', ' '):34}" + "".join(f"{value:>12}" for value in values))
    lines += ["", "talks (turns, written lines, questions)"]
    for talk in found["talks"]:
        lines.append(
            f"  {talk['way']:9}{talk['script'][:26]:27}{talk['persona'][:12]:13}{talk['company_turns']:3}"
            f"{talk['written_lines']:4}{talk['questions']:5}"
        )
    return "\n".join(lines)
