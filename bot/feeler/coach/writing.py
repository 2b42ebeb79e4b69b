"""What the model writes in a debrief: connecting sentences, the role's title and reason, the thank-you note.

It reads three short prompts made of the findings, never the transcript, so that a talk of any length fits.
What it writes is checked sentence by sentence; where nothing passes or time is up, the rules' text stands.
"""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feeler.coach.checks import Checks
from feeler.coach.findings import findings
from feeler.coach.role import NOTE_WORDS
from feeler.coach.values import Debrief, Note, Role, Seen
from feeler.coach.words import content, count, fold
from feeler.errors import EngineError
from feeler.interview.values import Interview, Speaker
from feeler.personas.library import Library, shipped_prompts
from feeler.ports import Engine, Message, Request, Sampling

SECONDS = 14.0  # for all of the model's part; the messages have to arrive within twenty
SENTENCES = 3  # of the note's middle
UNPROMISED = "I will think through what I would try first there."
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
    writers = [_seen(found, engine, checks), _role(found, engine, checks), _note(found, engine, checks)]
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
    """Two sentences on what they saw and where it would be of use."""
    talent = next((one for one in found.talents if one.need), None)
    if talent is None or talent.need is None:
        return None
    own = talent.shown[0]
    text = await _written(found, engine, "seen", "You", own=own.quote, need=talent.need.quote)
    kept = [one for one in checks.kept(text)[:2] if "you" in fold(one)]
    lines = (own.line, talent.need.line)
    return {"seen": tuple(Seen(text=one, lines=lines) for one in kept)} if kept else None


async def _role(found: Debrief, engine: Engine, checks: Checks) -> dict[str, Role] | None:
    """A title and a reason; the duties are the rules'."""
    role = found.role
    if role is None:
        return None
    own, need = role.duties[0].talent, role.duties[0].need
    deeds = "; ".join(one.text for one in role.duties)
    text = await _written(found, engine, "role", "Title:", own=own.quote, need=need.quote, deeds=deeds)
    head, _, rest = text.partition("\n")
    title = head.removeprefix("Title:").strip(' .*"“”')
    why = " ".join(checks.kept(rest.strip().removeprefix("Why:").strip())[:2])
    if not _is_title(title, role, found, checks):
        title = role.title
    if not why and title == role.title:
        return None
    if why:
        why = f"{why} (Lines {own.line} and {need.line}.)"
    return {"role": replace(role, title=title, why=why or role.why, by_model=True)}


def _is_title(title: str, role: Role, found: Debrief, checks: Checks) -> bool:
    """Two to six words that stand in the talk or in the rules' own title and duties, no name among them."""
    known = content(" ".join((role.title, *(one.text for one in role.duties), *_spoken(found), _JOBS)))
    sentence = f"{title[:1].upper()}{title[1:].lower()} would be of use here."
    return 2 <= count(title) <= 6 and content(title) <= known and not checks.wrong(sentence)


def _spoken(found: Debrief) -> list[str]:
    return [line.text for line in found.interview.lines]


_JOBS = "lead leader coordinator liaison guide trainer host analyst advocate advisor manager partner keeper"


async def _note(found: Debrief, engine: Engine, checks: Checks) -> dict[str, Note] | None:
    """The note's middle, in the first person, between the greeting and the name that the rules set."""
    note = found.note
    if note is None:
        return None
    promised = next((one.said.quote for one in found.promises if one.by is Speaker.CANDIDATE), UNPROMISED)
    own = note.own.quote if note.own else ""
    text = await _written(
        found, engine, "note", "Thank you", point=note.point.quote, own=own, promise=promised
    )
    kept = list(checks.kept(text, note=True)[:SENTENCES])
    if len(kept) < 2 or not content(" ".join(kept)) & content(note.point.quote):
        return None
    rows = note.text.split("\n")
    whole = "\n".join((rows[0], "", " ".join(kept), "", *rows[-2:]))
    if count(whole) > NOTE_WORDS:
        return None
    return {"note": replace(note, text=whole, by_model=True)}


async def _written(found: Debrief, engine: Engine, name: str, opening: str, **values: str) -> str:
    """What the model writes on one of the prompts, the opening included; empty where it fails."""
    first_name = found.interviewer.name.split()[0] if found.interviewer.name.split() else "they"
    prompt = _templates().get_template(f"debrief.{name}.md.jinja").render(first_name=first_name, **values)
    request = Request(
        messages=(Message(role="system", content=_SYSTEM), Message(role="user", content=prompt)),
        opening=opening,
        sampling=Sampling(temperature=0.3, max_tokens=90 if name == "note" else 60, stop=("\n\n",), seed=7),
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
