"""Which fact answers a question: one of a closed list, or none of it.

The reader compares the question with all that may be told; of the few that come closest a model that was
taught to choose has its say, each named by a letter. Only what the list holds can be chosen, and `never`
facts are not in it.
"""

import asyncio
import math
import string
from collections.abc import Sequence
from contextlib import suppress

from feeler.errors import Unsupported
from feeler.interview.dossier import Known, Opened, Shares, context, known, opened
from feeler.interview.reading import Reading
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Message, Reader, Scoring

LETTERS = string.ascii_uppercase + string.ascii_lowercase  # each is one token of the model's
NONE = "-"
BEST = 6  # things that the model is asked about
MODELS = 0.5  # weight of the model's opinion beside the reader's
UNSEEN = 0.001  # what a thing counts with the model that it was not asked about
SHY = 0.5  # nats that both together say "none" too readily


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


async def compare(
    things: tuple[Known, ...], before: str, questions: tuple[str, ...], *, engine: Engine, reader: Reader
) -> list[Shares]:
    """Which thing answers each question, by the reader, and of its best a taught model's opinion, too."""
    return [await _compared(things, before, question, engine, reader) for question in questions]


async def _compared(
    things: tuple[Known, ...], before: str, question: str, engine: Engine, reader: Reader
) -> Shares:
    found = await asyncio.to_thread(reader.answers, before, question, things)
    if "choosing" in engine.can:
        best = sorted(range(len(things)), key=lambda at: -found.each[at])[:BEST]
        with suppress(Unsupported):  # a server may find out only when it is asked
            chosen = await _chosen([things[at] for at in best], before, question, engine)
            return _joined(found, chosen, best)
    return found


async def _chosen(things: Sequence[Known], before: str, question: str, engine: Engine) -> Shares:
    """What the model chooses."""
    talk = choosing_prompt(things, before, question)
    labels = (*LETTERS[: len(things)], NONE)
    [found] = await engine.likelihoods(Scoring(talks=(talk,), texts=labels))
    return _shares([one.nats for one in found])


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


def _joined(found: Shares, chosen: Shares, best: Sequence[int]) -> Shares:
    """Both opinions, by their weighted geometric mean; what the model was not shown hardly counts."""
    theirs = dict(zip(best, chosen.each, strict=True))
    mean = [
        (1 - MODELS) * _log(share) + MODELS * _log(theirs.get(at, UNSEEN))
        for at, share in enumerate(found.each)
    ]
    return _shares([*mean, (1 - MODELS) * _log(found.none) + MODELS * _log(chosen.none) - SHY])


def _shares(nats: list[float]) -> Shares:
    most = max(nats)
    weights = [math.exp(one - most) for one in nats]
    whole = sum(weights)
    *each, none = [weight / whole for weight in weights]
    return Shares(each=tuple(each), none=none)


def _log(share: float) -> float:
    return math.log(max(share, 1e-9))
