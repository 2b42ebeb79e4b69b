"""`feeler bench`: our engine beside llama.cpp's server and plain transformers, on this machine."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from feeler.bench.report import Report
    from feeler.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `feeler bench`."""
    app.command("bench", epilog="Example: `feeler bench --quick --json`")(bench)


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="One round, eight chats, without transformers.")
    ] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Interleaved rounds; medians are taken.")] = None,
    transformers: Annotated[bool, typer.Option(help="Measure plain transformers, too (4 GB more).")] = True,
    quality: Annotated[int, typer.Option(help="Compare so many positions with bfloat16 instead.")] = 0,
    crowd: Annotated[int, typer.Option(help="Queue so many chats at once on our engine instead.")] = 0,
    voice: Annotated[
        bool,
        typer.Option("--voice", help="Measure what hears and speaks instead (--quick: without the model)."),
    ] = False,
    chart: Annotated[Path | None, typer.Option(help="Draw the result into this PNG file.")] = None,
) -> None:
    """Measure speed and memory side by side on the same weights and prompts; takes minutes."""
    from dataclasses import asdict, replace

    from feeler.bench.quality import measure_quality
    from feeler.bench.report import draw_chart
    from feeler.bench.run import QUICK, Plan, run_bench, run_crowd
    from feeler.llm.cards import find_card, load_cards
    from feeler.llm.weights import ensure_weights
    from feeler.settings import load_settings

    settings = load_settings()
    if voice:
        typer.echo(json.dumps(asyncio.run(_voice(settings, quick=quick)), indent=2))
        return
    card = find_card(settings.model, load_cards())
    weights = ensure_weights(card, settings.cache_dir)
    threads = settings.threads or _cores()
    if quality:
        typer.echo(json.dumps(asdict(measure_quality(weights, quality, threads))))
        return
    if crowd:
        found = run_crowd(weights, card, crowd, threads=threads, kv_cache_mb=settings.kv_cache_mb)
        typer.echo(json.dumps(found))
        return
    plan = QUICK if quick else replace(Plan(), transformers=transformers)
    plan = replace(plan, rounds=rounds) if rounds else plan
    report = run_bench(weights, card, plan, _tell, threads=threads, kv_cache_mb=settings.kv_cache_mb)
    if chart:
        draw_chart(report, chart)
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
    else:
        show(report)


async def _voice(settings: "Settings", *, quick: bool) -> dict[str, Any]:
    from feeler.bench.voice import measure_voice
    from feeler.compose import running_engine, running_speech
    from feeler.errors import SettingsError

    async with AsyncExitStack() as stack:
        ears, mouth = await stack.enter_async_context(running_speech(settings))
        if ears is None or mouth is None:
            raise SettingsError(
                'nothing hears and speaks here: `pip install "feeler[voice]"`, `feeler models pull --voice`'
            )
        engine = None if quick else await stack.enter_async_context(running_engine(settings))
        return await measure_voice(ears, mouth, engine, _tell)


def _cores() -> int:
    import psutil

    return len(psutil.Process().cpu_affinity() or [0])


def _tell(what: str) -> None:
    typer.echo(what, err=True)


def show(report: "Report") -> None:
    """Tables: medians by engine, the ratios, the machine."""
    from rich.console import Console
    from rich.table import Table

    from feeler.bench.report import TO_REACH

    names = list(report.medians)
    table = Table("", *names, title="Medians: seconds, and tokens a second")
    for key in dict.fromkeys(key for found in report.medians.values() for key in found):
        cells = [f"{report.medians[name][key]:.2f}" if key in report.medians[name] else "" for name in names]
        table.add_row(key.replace("_", " "), *cells)
    promised = Table("ratio", "", "to reach", title="Within this run, ours to llama.cpp's or to our own")
    for key, value in report.ratios.items():
        said = "not measured" if value is None else f"{value:.2f}"
        promised.add_row(key.replace("_", " "), said, TO_REACH.get(key, ""))
    machine = Table("", "", "to reach", title="On this machine")
    for key, value in report.machine.items():
        amount = f"{value / 1e9:.2f} GB" if "bytes" in key else f"{value:.1f}"
        machine.add_row(key.replace("_", " "), amount, TO_REACH.get(key, ""))
    console = Console()
    for each in (table, promised, machine):
        console.print(each)
