"""/after: notes of a real conversation, taken message by message, and their debrief."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from feeler.coach.hearing import understood
from feeler.interview.notes import MOST_LINES, split_name, talk_of
from feeler.interview.values import Notes
from feeler.usecases import after_texts as texts
from feeler.usecases import care, ending
from feeler.usecases.values import Button, Jotted, Outcome
from feeler.usecases.visit import Visit, coach

USAGE = "[with whom|done]"
MOST = 20_000  # characters of all notes
LONGEST = 60  # characters of a name
BUTTONS = ((Button(label="✅ Done", data="/after done"), Button(label="Drop it", data="/after cancel")),)


async def after(visit: Visit, argument: str) -> Outcome:
    """/after: take notes; with a name, of a talk with them; `done` gives the debrief, `cancel` drops them."""
    wanted = " ".join(argument.split())
    match wanted.casefold():
        case "done" | "ready" | "end":
            return await _done(visit)
        case "cancel" | "off" | "drop":
            there = visit.chat.jotted is not None
            return visit.answer(
                texts.CANCELLED if there else texts.NOTHING_TO_CANCEL, jotted=None, awaiting=""
            )
    if len(wanted) > LONGEST:
        return visit.answer(texts.LONG_NAME)
    jotted = visit.chat.jotted or Jotted()
    jotted = replace(jotted, whom=wanted or jotted.whom)
    whom = f" with {jotted.whom}" if jotted.whom else ""
    if jotted.texts:
        text = texts.GO_ON.format(count=_counted(jotted), whom=whom)
        return visit.answer(coach(text, buttons=BUTTONS), jotted=jotted, awaiting="after")
    text = texts.BEGIN.format(whom=whom)
    return visit.answer(coach(text, keyboard=()), jotted=jotted, awaiting="after")


async def hear(visit: Visit, text: str) -> Outcome:
    """A message of the notes. Somebody in need is met instead, and nothing of that message is kept."""
    jotted = visit.chat.jotted or Jotted()
    said = text.strip().casefold()
    if said == care.GO_ON.casefold():
        return visit.answer(coach(texts.GO_ON.format(count=_counted(jotted), whom=""), buttons=BUTTONS))
    if said == care.STOP.casefold():
        return visit.answer(coach(texts.REST, keyboard=()), awaiting="")
    if met := await care.meet(visit, text):
        return replace(met, chat=replace(met.chat, jotted=replace(jotted, troubled=True)))
    longer = replace(jotted, texts=(*jotted.texts, text))
    if _rows(longer) > MOST_LINES or sum(map(len, longer.texts)) > MOST:
        return visit.answer(coach(texts.FULL.format(lines=MOST_LINES, most=MOST), buttons=BUTTONS))
    told = texts.GOT.format(count=_counted(longer))
    return visit.answer(coach(told, buttons=BUTTONS), jotted=longer)


async def _done(visit: Visit) -> Outcome:
    """The notes become a talk that is over, and its debrief comes as another's does."""
    jotted = visit.chat.jotted
    if jotted is None or not jotted.texts:
        return visit.answer(texts.NONE_YET)
    who, firm = split_name(jotted.whom)
    notes = Notes(who=who, firm=firm, troubled=jotted.troubled)
    talk = talk_of(jotted.texts, notes, id=uuid4().hex, now=visit.now)
    talk = talk.evolve(candidate=visit.chat.candidate)
    if not visit.means.resigned:
        talk = await asyncio.to_thread(understood, talk, visit.means.reader)
    left = visit.talk if visit.talk is not None and visit.talk.turn else None
    kept = visit.with_chat(interview=talk, undo=left, jotted=None, awaiting="")
    return kept.answer(await ending.glance(kept, talk)).with_errand(f"debrief {talk.id}")


def _rows(jotted: Jotted) -> int:
    return sum(bool(row.strip()) for text in jotted.texts for row in text.splitlines())


def _counted(jotted: Jotted) -> str:
    rows = _rows(jotted)
    return f"{rows} line{'s' * (rows != 1)}"
