"""Which of all that may be told answers what was asked: the reader's head finds the few that come close, and
a model that was taught to judge looks at these.
"""

import asyncio
from collections.abc import Sequence

from feeler.interview.dossier import MOST_FACTS, Opened, additions, context, known, opened
from feeler.interview.reading import Reading
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import words
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Reader
from feeler.usecases.judging import weighed

PART = 4  # words of a question that belongs to the one before it


async def open_dossier(
    interview: Interview,
    persona: Persona,
    company: Company,
    reading: Reading,
    *,
    engine: Engine,
    reader: Reader,
) -> Opened:
    """What the questions of `reading` open. `never` facts are not among what is compared."""
    if not reading.asks or not reading.questions:
        return Opened()
    things = known(persona, company, interview)
    last = interview.last(Speaker.COMPANY)
    before = last.text if last is not None else ""
    shares = []
    for question in _whole(reading.questions)[:MOST_FACTS]:
        by_head = await asyncio.to_thread(reader.answers, before, question, things)
        goes_on = bool(context(before, question))
        more = additions(interview, persona, company, just_now=True) if goes_on else ()
        also = {one.text for one in more}
        shares.append(await weighed(engine, before, question, things, by_head, also))
    return opened(interview, reading, things, shares)


def _whole(questions: Sequence[str]) -> tuple[str, ...]:
    """The questions, those of a few words with the one before, of which they are a part.

    >>> _whole(["Suppose a thing is not good?", "What is done?"])
    ('Suppose a thing is not good? What is done?',)
    """
    found: list[str] = []
    for question in questions:
        if found and len(words(question)) <= PART:
            found[-1] += f" {question}"
        else:
            found.append(question)
    return tuple(found)
