"""Which fact answers a question: the model chooses from a closed list, or none of it.

The dossier is one prompt, its things named by letters and always in the same order, so that an engine reads
it once; behind it every question is a short branch. Only what the list holds can be chosen, and `never` facts
are not in it. A model that was not taught to choose is not asked: the reader compares.
"""

import asyncio
import math
import string
from collections.abc import Sequence
from contextlib import suppress

from feeler.errors import Unsupported
from feeler.interview.dossier import Known, Opened, Shares, context, known, opened
from feeler.interview.reading import Reading
from feeler.interview.topics import matches
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Message, Reader, Scoring

LETTERS = string.ascii_uppercase + string.ascii_lowercase  # each is one token of the model's
NONE = "-"
SHY = 0.5  # nats that both together say "none" too readily, on plain questions to companies nobody was taught
WORDS = 0.4  # nats that a fact gains for each point of words in common


async def open_dossier(
    interview: Interview,
    persona: Persona,
    company: Company,
    reading: Reading,
    *,
    engine: Engine,
    reader: Reader,
) -> Opened:
    """What the questions of `reading` open. Raises EngineError where the model cannot answer."""
    if not reading.asks or not reading.questions:
        return Opened()
    things = known(persona, company, interview)
    last = interview.last(Speaker.COMPANY)
    before = last.text if last is not None else ""
    shares = await compare(things, before, reading.questions, engine=engine, reader=reader)
    return opened(interview, reading, things, shares)


async def read_dossier(persona: Persona, company: Company, *, engine: Engine) -> None:
    """Let an engine that chooses read the dossier, so that a question finds it read. Cancelling loses
    nothing that was read.
    """
    things = known(persona, company)
    if _may_choose(engine, things):
        talks = (choosing_prompt(things, "", ""),)
        with suppress(Unsupported):
            await engine.likelihoods(Scoring(talks=talks, texts=(NONE,)))


def _may_choose(engine: Engine, things: Sequence[Known]) -> bool:
    """Whether the engine was taught to choose, and has a letter for each of these."""
    return "choosing" in engine.can and len(things) <= len(LETTERS)


async def compare(
    things: tuple[Known, ...], before: str, questions: tuple[str, ...], *, engine: Engine, reader: Reader
) -> list[Shares]:
    """Which thing answers each question, by the reader, a taught model and the dossier's own keywords."""
    compared = [await asyncio.to_thread(reader.answers, before, question, things) for question in questions]
    if _may_choose(engine, things):
        # a server may find out only when it is asked
        with suppress(Unsupported):
            chosen = await _chosen(things, before, questions, engine)
            compared = [_joined(one, other) for one, other in zip(chosen, compared, strict=True)]
    return [by_words(question, things, share) for question, share in zip(questions, compared, strict=True)]


async def _chosen(
    things: tuple[Known, ...], before: str, questions: tuple[str, ...], engine: Engine
) -> list[Shares]:
    """What the model chooses, for each question."""
    talks = tuple(choosing_prompt(things, before, question) for question in questions)
    labels = (*LETTERS[: len(things)], NONE)
    found = await engine.likelihoods(Scoring(talks=talks, texts=labels))
    return [_shares([one.nats for one in row]) for row in found]


def choosing_prompt(
    things: Sequence[Known], before: str, question: str, letters: Sequence[str] = LETTERS
) -> tuple[Message, ...]:
    """What a taught model continues with a letter, or `-` for none."""
    listed = "".join(f"{letter}: {thing.text}\n" for letter, thing in zip(letters, things, strict=False))
    said = f"Said: {line}\n" if (line := context(before, question)) else ""
    return (
        Message(role="system", content="choose"),
        Message(role="user", content=f"{listed}{NONE}: none of these\n{said}Question: {question}"),
    )


def by_words(question: str, things: Sequence[Known], share: Shares) -> Shares:
    """The shares, those of facts larger whose words and keywords are in the question."""
    facts = tuple(thing.fact for thing in things if thing.fact is not None)
    own = {match.fact.id: match.own for match in matches(question, facts)}
    bonus = [WORDS * own[thing.fact.id] if thing.fact is not None else 0.0 for thing in things]
    each = [_log(chance) + more for chance, more in zip(share.each, bonus, strict=True)]
    return _shares([*each, _log(share.none)])


def _joined(one: Shares, other: Shares) -> Shares:
    """Both opinions, by their geometric mean."""
    mean = [
        0.5 * (_log(a) + _log(b))
        for a, b in zip((*one.each, one.none), (*other.each, other.none), strict=True)
    ]
    mean[-1] -= SHY
    return _shares(mean)


def _shares(nats: list[float]) -> Shares:
    most = max(nats)
    weights = [math.exp(one - most) for one in nats]
    whole = sum(weights)
    *each, none = [weight / whole for weight in weights]
    return Shares(each=tuple(each), none=none)


def _log(share: float) -> float:
    return math.log(max(share, 1e-9))
