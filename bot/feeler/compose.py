"""The only place that names concrete adapters: builds the parts that the settings ask for and joins them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from feeler.personas.library import Library, load_library
from feeler.settings import Settings

if TYPE_CHECKING:
    from feeler.llm.weights import Progress
    from feeler.ports import Archive, Ears, Engine, Mouth, Reader
    from feeler.reading.lazy import LazyReader
    from feeler.store import Store
    from feeler.usecases.desk import Desk


def build_library(settings: Settings) -> Library:
    """The shipped personas and companies, and the user's own over them."""
    return load_library(settings.personas_dir)


def taught_folder() -> Path:
    """The folder of what was taught to read messages, a folder each; it comes with Feeler."""
    from feeler.llm.cards import shipped_models

    return shipped_models() / "adapters"


def build_reader(settings: Settings, progress: "Progress | None" = None) -> "Reader":
    """What reads messages, the same for every engine; fetches its weights, then takes a second or two."""
    from feeler.llm.cards import reader_card
    from feeler.llm.reader import MessageReader
    from feeler.llm.weights import ensure_weights
    from feeler.reading.taught import TaughtReader

    base = ensure_weights(reader_card(), settings.cache_dir, progress)
    return TaughtReader(MessageReader.load(base, taught_folder()))


def reader_beside(settings: Settings) -> "LazyReader":
    """The same, loading beside whatever else starts; hand it to `running_engine`."""
    from feeler.llm.cards import reader_card
    from feeler.llm.weights import ensure_weights
    from feeler.reading.lazy import LazyReader

    return LazyReader(
        lambda: build_reader(settings), lambda: ensure_weights(reader_card(), settings.cache_dir)
    )


def build_desk(
    settings: Settings,
    library: Library,
    engine: "Engine",
    archive: "Archive",
    reader: "Reader | None" = None,
    speech: "tuple[Ears | None, Mouth | None]" = (None, None),
    *,
    reminds: bool = True,
) -> "Desk":
    """The desk, with the limits of the settings; the reader loads beside it where none is given.

    `speech` is what `running_speech` gives; `reminds` says whether somebody is there later to remind people.
    """
    from feeler.papers import PaperReader
    from feeler.usecases.desk import Desk
    from feeler.usecases.helplines import load_helplines

    ears, mouth = speech
    return Desk(
        library=library,
        engine=engine,
        reader=reader or reader_beside(settings),
        archive=archive,
        budget=settings.turn_budget,
        max_chars=settings.max_message_chars,
        retention_days=settings.retention_days,
        helplines=load_helplines(settings.personas_dir),
        ears=ears,
        mouth=mouth,
        files=PaperReader(),
        reminds=reminds,
    )


@asynccontextmanager
async def running_speech(settings: Settings) -> "AsyncIterator[tuple[Ears | None, Mouth | None]]":
    """What hears and what speaks, where the extra and its weights are there; loads neither before its use."""
    from feeler.llm.cards import speech_cards
    from feeler.llm.weights import verify, weights_path
    from feeler.speech.helper import Helper, HelpingEars, HelpingMouth, installed

    helpers = {
        does: Helper(
            does,
            lambda card=card: verify(card, settings.cache_dir),  # type: ignore[misc]
            sections=[(section.name, section.bytes) for section in card.sections],
        )
        for does, card in speech_cards().items()
        if installed(does) and weights_path(card, settings.cache_dir).is_file()
    }
    ears = HelpingEars(helpers["hears"]) if "hears" in helpers else None
    mouth = HelpingMouth(helpers["speaks"]) if "speaks" in helpers else None
    try:
        yield ears, mouth
    finally:
        for helper in helpers.values():
            await helper.close()


@asynccontextmanager
async def running_engine(
    settings: Settings, progress: "Progress | None" = None, *, after: "LazyReader | None" = None
) -> "AsyncIterator[Engine]":
    """The engine of the settings, loaded in a thread (seconds), closed at the end; fetches weights.

    It loads `after` the reader: two threads that import transformers at once get half of it. Engines that
    need nothing of it do not wait.
    """
    from feeler.llm.choose import make_engine

    if after is not None and settings.engine not in ("scripted", "remote"):
        while not after.is_loaded:  # noqa: ASYNC110  (a thread ends, not a task)
            await asyncio.sleep(0.05)
    engine = await asyncio.to_thread(make_engine, settings, progress)
    try:
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def opened_store(settings: Settings) -> "AsyncIterator[Store]":
    """The database of the settings, migrated where needed; private to its owner where its folder is ours."""
    from feeler.store import open_store

    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = await open_store(settings.database, bot_id=_bot_id(settings))
    try:
        yield store
    finally:
        await store.close()


def _bot_id(settings: Settings) -> int:
    """The number before the token's colon says whose updates these are."""
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    head = token.partition(":")[0]
    return int(head) if head.isdecimal() else 0
