"""/coach: whether the coach says a word during the talk, and the word."""

import asyncio

from feeler.coach.findings import company_of
from feeler.coach.live import word
from feeler.interview.live import is_live
from feeler.interview.values import Interview
from feeler.usecases import texts
from feeler.usecases.values import Button, Outcome, Reply
from feeler.usecases.visit import Visit, coach

USAGE = "[live|off]"
BUTTONS = ((Button(label="A word in time", data="/coach live"), Button(label="Quiet", data="/coach off")),)


async def choose(visit: Visit, argument: str) -> Outcome:
    """/coach: how it is; `live` and `off` change it."""
    match argument.strip().casefold():
        case "live" | "on":
            return visit.answer(texts.COACH_ON, live=True)
        case "off":
            return visit.answer(texts.COACH_OFF, live=False)
        case "":
            state = texts.COACH_SPEAKS if visit.chat.live else texts.COACH_QUIET
            return visit.answer(coach(texts.COACH_NOW.format(state=state), buttons=BUTTONS))
    return visit.answer(coach(texts.BAD_COACH, buttons=BUTTONS))


async def word_in_time(visit: Visit, talk: Interview) -> tuple[Reply, ...]:
    """The coach's line on the last message, where it is wanted and something shows."""
    if not visit.chat.live or is_live(talk):
        return ()
    text = await asyncio.to_thread(word, talk, company_of(talk, visit.library))
    return (coach(text),) if text else ()
