"""How a talk ends and what stays of it: /end, /summary, /transcript, /history, /compare."""

from feeler.interview.values import Interview
from feeler.usecases import texts
from feeler.usecases.values import Document, Outcome, Reply
from feeler.usecases.visit import Visit, coach


async def end(visit: Visit, argument: str) -> Outcome:
    """/end: close the talk; summary and transcript."""
    talk = visit.talk
    if talk is None:
        return visit.answer(
            texts.OVER.format(name=visit.name) if visit.chat.interview else texts.NOTHING_TO_END
        )
    ended = talk.evolve(ended=visit.now)
    return visit.answer(
        coach("Summary.", keyboard=()), _transcript(visit, ended), interview=ended, undo=talk, awaiting=""
    )


async def summary(visit: Visit, argument: str) -> Outcome:
    """/summary: what the talk brought so far."""
    if visit.chat.interview is None:
        return visit.answer(texts.NOTHING_SAID)
    return visit.answer("Summary.")


async def transcript(visit: Visit, argument: str) -> Outcome:
    """/transcript: the talk as a file."""
    if visit.chat.interview is None:
        return visit.answer(texts.NOTHING_SAID)
    return visit.answer(_transcript(visit, visit.chat.interview))


async def history(visit: Visit, argument: str) -> Outcome:
    """/history: the talks so far."""
    return visit.answer(texts.NOTHING_SAID)


async def compare(visit: Visit, argument: str) -> Outcome:
    """/compare: two interviewers' answers on one topic side by side."""
    return visit.answer(texts.NOTHING_SAID)


async def run(visit: Visit, errand: str) -> Outcome:
    """What an earlier outcome left to be done."""
    return visit.answer()


def _transcript(visit: Visit, interview: Interview) -> Reply:
    rows = [f"{line.at:%H:%M:%S} {line.speaker}: {line.text}" for line in interview.lines]
    file = Document(filename="transcript.txt", media_type="text/plain", content="\n".join(rows).encode())
    return coach("The transcript.", document=file)
