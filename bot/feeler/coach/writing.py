"""What the model writes in a debrief: the sentences that connect what was said.

It reads two short prompts made of the findings, never the transcript, so that a talk of any length fits.
What it writes is checked sentence by sentence; where nothing passes or time is up, the rules' text stands.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feeler.coach.checks import TO_YOU, Checks, retells
from feeler.coach.findings import findings
from feeler.coach.needs import needs_told
from feeler.coach.role import NOTE_WORDS, OWN_WORDS, tidied
from feeler.coach.values import Debrief, Note, Seen
from feeler.coach.words import count
from feeler.errors import EngineError
from feeler.interview.values import Interview
from feeler.personas.library import Library, shipped_prompts
from feeler.ports import Engine, Message, Request, Sampling

SECONDS = 14.0  # for all of the model's part; the messages have to arrive within twenty
REMINDS = "It reminds me of"
WHEN = " when "  # before what somebody did, in a note
LEAD = 7  # words before it: "It reminds me of the night"
ENOUGH = 0.5  # of the words of a quotation must be retold,
LONG = 20  # of a long one as of one of so many words
_SYSTEM = "You help somebody look back on a talk with a company. You write plain English and invent nothing."


async def debrief(
    interview: Interview, library: Library, engine: Engine | None, past: tuple[Interview, ...] = ()
) -> Debrief:
    """The whole debrief. Without an engine, or where it fails, everything is written by rules."""
    found = await asyncio.to_thread(findings, interview, library, past)
    return found if engine is None else await prose(found, engine)


async def prose(found: Debrief, engine: Engine, seconds: float = SECONDS) -> Debrief:
    """`found` with the model's sentences in place of the rules', as far as they pass and come in time.

    Cancelling it closes the engine's streams. Raises no EngineError: the debrief does not depend on a model.
    """
    checks = Checks(found)
    writers = [_seen(found, engine, checks), _note(found, engine, checks)]
    tasks = [asyncio.ensure_future(writer) for writer in writers]
    try:
        await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    done = [None if task.cancelled() or task.exception() else task.result() for task in tasks]
    for written in done:
        found = found if written is None else found.evolve(**written)
    return found


async def _seen(found: Debrief, engine: Engine, checks: Checks) -> dict[str, tuple[Seen, ...]] | None:
    """What they did, retold by the model, put beside what the company has, which the rules name."""
    if found.role is None:
        return None
    own, point = found.role.duties[0].talent, found.role.duties[0].need
    need = next(one for one in needs_told(found.learned) if one.point == point)
    text = await _written(engine, "seen", "You", own=own.quote)
    for sentence in checks.kept(text)[:1]:
        if _links(sentence, own.quote, TO_YOU):
            whole = f"{sentence.rstrip('.!')}, and they have {need.trouble.name}."
            return {"seen": (Seen(text=whole, lines=(own.line, point.line)),)}
    return None


async def _note(found: Debrief, engine: Engine, checks: Checks) -> dict[str, Note] | None:
    """The note with the model's sentence on why the point stays, in place of the candidate's bare words."""
    note = found.note
    if note is None or note.own is None:
        return None
    plain = OWN_WORDS.format(own=tidied(note.own.quote))
    if plain not in note.text:
        return None
    text = await _written(engine, "note", REMINDS, own=note.own.quote)
    for sentence in checks.kept(text, note=True)[:1]:
        reminds, when, told = sentence.partition(WHEN)
        whole = note.text.replace(plain, sentence)
        if (
            when
            and count(reminds) <= LEAD
            and _links(told, note.own.quote, {})
            and count(whole) <= NOTE_WORDS
        ):
            return {"note": replace(note, text=whole, by_model=True)}
    return None


def _links(part: str, quote: str, turned: Mapping[str, str]) -> bool:
    """Whether a part of a sentence retells a quotation, and enough of it to be understood."""
    return retells(part, quote, turned) and count(part) >= ENOUGH * min(count(quote), LONG)


async def _written(engine: Engine, name: str, opening: str, **values: str) -> str:
    """What the model writes on one of the prompts, the opening included; empty where it fails."""
    prompt = _templates().get_template(f"debrief.{name}.md.jinja").render(values)
    request = Request(
        messages=(Message(role="system", content=_SYSTEM), Message(role="user", content=prompt)),
        opening=opening,
        sampling=Sampling(temperature=0.3, max_tokens=60, stop=("\n",), seed=7),
    )
    pieces = [opening]
    try:
        async with aclosing(engine.stream(request)) as stream:
            async for piece in stream:
                pieces.append(piece.text)
    except EngineError:
        return ""
    return "".join(pieces)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    # No HTML here: the prompts are read by the model alone.
    loader = FileSystemLoader(shipped_prompts())
    return Environment(loader=loader, undefined=StrictUndefined, autoescape=False)
