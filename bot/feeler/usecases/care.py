"""Somebody in need is not interviewed: their keyboard, and who meets them where no interviewer hears."""

import asyncio
from zlib import crc32

from feeler.interview.plan import Job
from feeler.interview.tripwires import in_danger
from feeler.interview.values import Interview, Line, Need
from feeler.usecases import texts
from feeler.usecases.choosing import somebody
from feeler.usecases.starting import ask_again, begin
from feeler.usecases.values import Outcome, Reply
from feeler.usecases.visit import Visit, coach
from feeler.usecases.written import CARES, care_line

GO_ON = "Go on"  # on the reply keyboard; read as wanting to go on
STOP = "Stop here"  # read as a goodbye
KEYBOARD = ((GO_ON, STOP),)
JOBS = CARES | {Job.PAUSE.value}


def cares(line: Line) -> bool:
    """Whether this line answers somebody in need."""
    return line.job in JOBS


def in_care(talk: Interview) -> bool:
    """Whether the last thing said in the talk was said to somebody in need."""
    return bool(talk.lines) and cares(talk.lines[-1])


async def meet(visit: Visit, text: str) -> Outcome | None:
    """What the coach says where no interviewer hears: before a talk, after it, or as an answer to a question.

    None where nobody is in need. Nothing of the message is kept.
    """
    if text.strip().casefold() == GO_ON.casefold():
        return _going_on(visit)
    need = await _need(visit, text)
    if need is Need.NONE:
        return None
    return visit.answer(stepping_out(visit, text, need, over=visit.chat.interview is not None))


def stepping_out(visit: Visit, text: str, need: Need, *, over: bool = False) -> Reply:
    """The coach's words; with a key to go on where something can."""
    key = "acute" if need is Need.ACUTE else "heavy"
    line = care_line(key, said=text, country=visit.country, seed=crc32(text.encode()))
    return coach(line, keyboard=() if over else KEYBOARD if visit.talk is not None else ((GO_ON,),))


async def _need(visit: Visit, text: str) -> Need:
    """By the words alone where reading may be what keeps failing."""
    if visit.means.resigned:
        return Need.ACUTE if in_danger(text) else Need.NONE
    return (await asyncio.to_thread(visit.means.reader.read, "", text)).need


def _going_on(visit: Visit) -> Outcome | None:
    """Back to the question that was asked, or to somebody who opens a talk; None after one."""
    if visit.chat.awaiting in ("who", "curious"):
        return ask_again(visit)
    if visit.chat.interview is None:
        return begin(visit, somebody(visit.library, visit.chat), texts.MEET)
    return None
