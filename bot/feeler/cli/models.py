"""`feeler models`: which models there are, fetch one, check what is in the cache, hand on an adapter."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feeler.errors import DataError, WeightsError

if TYPE_CHECKING:
    from feeler.llm.cards import FileCard, ModelCard
    from feeler.llm.weights import Progress
    from feeler.settings import Settings

_QUIET_SECONDS = 5.0  # between lines where nobody watches a bar


def register(app: typer.Typer) -> None:
    """Add `feeler models list|pull|verify|adapter`."""
    models = typer.Typer(
        help="List, fetch and check the models that Feeler can run.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
    )
    models.command("list", epilog="Example: `feeler models list --json`")(list_models)
    models.command("pull", epilog="Example: `feeler models pull qwen3-4b-instruct-2507`")(pull)
    models.command("verify", epilog="Example: `feeler models verify qwen2.5-coder-1.5b-instruct`")(
        verify_models
    )
    models.command("adapter", epilog="Example: `feeler models adapter --gguf adapter.gguf`")(adapter_file)
    app.add_typer(models, name="models")


def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for programs.")] = False,
) -> None:
    """Show every model card: its size, licence, memory, and whether it is in the cache."""
    from feeler.llm.cards import load_cards, speech_cards
    from feeler.settings import load_settings

    settings = load_settings()
    rows = [_row(card, settings) for card in (*load_cards().values(), *speech_cards().values())]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        facts = (
            f"{row['bytes'] / 1e9:.2f} GB on disk",
            f"{row['memory_mb'] / 1000:.1f} GB of memory",
            row["licence"],
            "in the cache" if row["in_cache"] else "not fetched",
        )
        typer.echo(f"{'*' if row['default'] else ' '} {row['slug']}")
        typer.echo(f"    {row['name']}: {' · '.join(facts)}")
        typer.echo(f"    {row['about']}")
    typer.echo("`feeler models pull --voice` fetches what hears and speaks.")
    typer.echo(f"* is what FEELER_MODEL names. The cache is {settings.cache_dir / 'models'}.")


def pull(
    slugs: Annotated[
        list[str] | None, typer.Argument(metavar="SLUG...", help="Cards to fetch; default: FEELER_MODEL.")
    ] = None,
    voice: Annotated[
        bool, typer.Option("--voice", help="Fetch what hears and speaks, for `feeler[voice]`.")
    ] = False,
) -> None:
    """Fetch a model's weights into the cache and check them.

    Goes on where an interrupted pull stopped, and costs nothing when they are there already. Exit code 2 when
    they cannot be had.
    """
    from feeler.llm.cards import load_cards, reader_card, speech_cards
    from feeler.llm.choose import chosen_card
    from feeler.llm.weights import ensure_weights
    from feeler.settings import load_settings

    settings = load_settings()
    cards = load_cards()
    speech = list(speech_cards().values())
    wanted: list[FileCard] = [_find(slug, cards) for slug in slugs or ()]
    if voice:
        wanted += [card for card in speech if card not in wanted]
    elif not slugs:
        default = chosen_card(settings, cards)
        wanted = [reader_card(), *([default] if default else [])]
    for card in wanted:
        with progress_bar(card) as progress:
            path = ensure_weights(card, settings.cache_dir, progress)
        typer.echo(f"{card.slug}: {path}")


def verify_models(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(metavar="SLUG...", help="Cards to check; default: all in the cache."),
    ] = None,
) -> None:
    """Compare the weights in the cache with their cards' sha256. Exit code 2 when one is wrong."""
    from feeler.llm.cards import load_cards, reader_card, speech_cards
    from feeler.llm.weights import verify, weights_path
    from feeler.settings import load_settings

    cache_dir, cards = load_settings().cache_dir, load_cards()
    known: list[FileCard] = [*cards.values(), reader_card(), *speech_cards().values()]
    wanted: list[FileCard] = [_find(slug, cards) for slug in slugs or ()]
    wanted = wanted or [card for card in known if weights_path(card, cache_dir).is_file()]
    if not wanted:
        raise WeightsError(
            f"no weights in {cache_dir / 'models'}: `feeler models pull` fetches the default ones"
        )
    wrong = []
    for card in wanted:
        try:
            with progress_bar(card) as progress:
                verify(card, cache_dir, progress, thorough=True)
            typer.echo(f"{card.slug}: good, sha256 {card.sha256}")
        except WeightsError as error:
            wrong.append(str(error))
    if wrong:
        raise WeightsError("; ".join(wrong))


def adapter_file(
    gguf: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it; must not exist.")],
    name: Annotated[
        str,
        typer.Argument(metavar="ADAPTER", help="A shipped adapter, or a folder; default: FEELER_ADAPTER."),
    ] = "",
) -> None:
    """Write the adapter of FEELER_MODEL as the GGUF file that llama.cpp and Ollama take.

    Needs the model's weights in the cache. Exit code 2 when there is no adapter, or it does not fit them.
    """
    from feeler.llm.adapter_cards import find_adapter
    from feeler.llm.cards import find_card, load_cards
    from feeler.llm.weights import verify
    from feeler.settings import load_settings

    settings = load_settings()
    card = find_card(settings.model, load_cards())
    folder = find_adapter(name or settings.adapter, card)
    if folder is None:
        raise DataError(f"{card.slug} has no adapter, or FEELER_ADAPTER is none: name one")
    if gguf.exists():
        raise DataError(f"{gguf} is there already: remove it, or name another file")
    weights = verify(card, settings.cache_dir)
    from feeler.llm.adapter import read_adapter
    from feeler.llm.adapter_gguf import write_gguf
    from feeler.llm.gguf import GgufFile

    write_gguf(read_adapter(folder), GgufFile(weights), gguf)
    typer.echo(f"{gguf}: {gguf.stat().st_size / 1e6:.1f} MB, for `llama-server -m {weights} --lora {gguf}`")


def _find(slug: str, cards: "dict[str, ModelCard]") -> "FileCard":
    """The card of `slug`, be it of a language model, of the reader, or of what hears and speaks."""
    from feeler.llm.cards import find_card, reader_card, speech_cards

    others = {card.slug: card for card in (reader_card(), *speech_cards().values())}
    return others.get(slug) or find_card(slug, cards)


@contextmanager
def progress_bar(card: "FileCard") -> "Iterator[Progress]":
    """A bar on standard error while somebody watches; else a line now and then."""
    if sys.stderr.isatty():
        with _bar(card) as progress:
            yield progress
    else:
        yield _lines(card)


@contextmanager
def _bar(card: "FileCard") -> "Iterator[Progress]":
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(card.slug, total=card.bytes, visible=False)
        yield lambda what, done, of: bar.update(
            task, description=f"{what} {card.slug}", completed=done, total=of, visible=True
        )


def _lines(card: "FileCard") -> "Progress":
    last = ("", 0.0)

    def tell(what: str, done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if what != last[0] or now - last[1] >= _QUIET_SECONDS:
            last = (what, now)
            sys.stderr.write(f"{what} {card.slug}: {done / 1e6:.0f} of {of / 1e6:.0f} MB\n")

    return tell


def _row(card: "FileCard", settings: "Settings") -> dict[str, Any]:
    from feeler.llm.weights import weights_path

    return {
        "slug": card.slug,
        "name": card.name,
        "about": card.about,
        "licence": card.licence,
        "bytes": card.bytes,
        "memory_mb": card.memory_mb,
        "context": getattr(card, "context", None),
        "in_cache": weights_path(card, settings.cache_dir).is_file(),
        "default": card.slug == settings.model,
    }
