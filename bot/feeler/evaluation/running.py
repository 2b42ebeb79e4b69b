"""Plays many talks side by side, keeps each when it is whole, and can go on where it was interrupted."""

import asyncio
from collections.abc import Callable, Sequence

from feeler.errors import FeelerError
from feeler.evaluation.playing import Casting, play
from feeler.evaluation.records import BASELINE, OURS, Ledger, Record
from feeler.evaluation.scripts import Script
from feeler.interview.values import Difficulty
from feeler.personas.library import Library
from feeler.ports import Engine, Reader


def castings(
    scripts: Sequence[Script], personas: Sequence[str], *, each: bool, baseline: bool
) -> tuple[Casting, ...]:
    """Who plays with whom: every script with `each` persona, or with one of them in turn."""
    pairs = [
        (script, persona)
        for place, script in enumerate(scripts)
        for persona in (personas if each else [personas[place % len(personas)]])
    ]
    ways = (OURS, BASELINE) if baseline else (OURS,)
    return tuple(
        Casting(way=way, script=script, persona=persona) for script, persona in pairs for way in ways
    )


async def run(
    wanted: Sequence[Casting],
    library: Library,
    engine: Engine,
    reader: Reader,
    ledger: Ledger,
    *,
    at_once: int,
    budget: int,
    difficulty: Difficulty,
    progress: Callable[[Casting, bool], None],
) -> tuple[Record, ...]:
    """The records of all `wanted` talks; those in the ledger are not played again.

    `progress` is told of every turn played (False) and of every talk that is whole (True).
    """
    done = {record.talk for record in ledger.read()}
    places = asyncio.Semaphore(at_once)

    async def one(casting: Casting) -> None:
        async with places:
            records = await play(
                casting, library, engine, reader, budget=budget, difficulty=difficulty,
                after_turn=lambda: progress(casting, False),
            )  # fmt: skip
            ledger.add(records)
            progress(casting, True)

    try:
        async with asyncio.TaskGroup() as group:
            for casting in sorted(wanted, key=lambda one: one.persona):  # talks side by side share a prompt
                if casting.talk not in done:
                    group.create_task(one(casting))
    except* FeelerError as several:
        raise several.exceptions[0] from None
    talks = {casting.talk for casting in wanted}
    return tuple(record for record in ledger.read() if record.talk in talks)
