"""/live: the next talk by the clock, as it goes across a real table."""

from datetime import timedelta

from feeler.interview.live import LEAST, MOST, USUAL, ends, is_live, with_room
from feeler.usecases import live_texts as texts
from feeler.usecases.choosing import somebody
from feeler.usecases.starting import meet
from feeler.usecases.values import Outcome
from feeler.usecases.visit import Visit

USAGE = "[minutes|off]"
OFF = frozenset({"off", "stop", "no", "none"})


async def live(visit: Visit, argument: str) -> Outcome:
    """/live: a live talk begins, or is the next where one goes on; alone, how a live one stands; `off`."""
    wanted = argument.strip().casefold().removesuffix(" minutes").removesuffix(" min")
    if wanted in OFF:
        return _off(visit)
    if not wanted and visit.talk is not None and visit.talk.minutes:
        return visit.answer(_standing(visit))
    if wanted and not (wanted.isascii() and wanted.isdecimal() and LEAST <= int(wanted[:6]) <= MOST):
        return visit.answer(texts.BAD.format(given=argument[:40], least=LEAST, most=MOST))
    minutes = int(wanted or USUAL)
    if visit.talk is not None:
        return visit.answer(texts.NEXT.format(minutes=minutes, name=visit.name), minutes=minutes)
    who = visit.interviewer or somebody(visit.library, visit.chat)
    return await meet(visit.with_chat(minutes=minutes), who)


def _off(visit: Visit) -> Outcome:
    """No clock for the talk that goes on, nor for the next one."""
    if visit.talk is not None and is_live(visit.talk):
        return visit.answer(texts.OFF, interview=with_room(visit.talk).evolve(minutes=0), minutes=0)
    return visit.answer(texts.OFF_NEXT if visit.chat.minutes else texts.NOT_ON, minutes=0)


def _standing(visit: Visit) -> str:
    assert visit.talk
    if not is_live(visit.talk):
        return texts.CALM
    left = ends(visit.talk) - visit.now
    if left <= timedelta(0):
        return texts.GOING_OVER.format(name=visit.name)
    minutes = -(-left // timedelta(minutes=1))  # the one that has begun counts
    return texts.GOING.format(name=visit.name, left="a minute" if minutes == 1 else f"{minutes} minutes")
