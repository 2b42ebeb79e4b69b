"""How a talk begins: /start with its two questions, /skip, /new, and a plain message out of the blue."""

import asyncio
import re
from dataclasses import replace
from uuid import uuid4

from feeler.errors import EngineError
from feeler.interview.values import Candidate
from feeler.personas.values import Persona
from feeler.usecases import live_texts, living, meeting, story, texts
from feeler.usecases.aiming import offered
from feeler.usecases.choosing import find_persona, no_such_person, somebody
from feeler.usecases.drafting import first_line, open_talk
from feeler.usecases.reflecting import before_talk
from feeler.usecases.values import Outcome
from feeler.usecases.visit import Visit, coach, company

SKIP_KEYS = (("/skip",),)
NAMED = re.compile(
    r"\b(?:my name is|my name's|call me|i am|i'm|i’m)\s+(?P<name>[A-Z][\w'’-]+)(?=\s*(?:[,.;!–—]|$|and\b))",
    re.IGNORECASE,
)


async def start(visit: Visit, argument: str) -> Outcome:
    """/start: say what this is and ask who writes; both questions may be skipped."""
    if visit.talk is not None and visit.talk.turn:
        firm = visit.library.company(visit.talk.company)
        return visit.answer(texts.ALREADY_TALKING.format(name=visit.name, company=firm.name))
    known = visit.chat.candidate.background
    remembered = texts.REMEMBERED.format(background=_shortened(known)) if known else ""
    asked = coach(texts.ASK_WHO + remembered, keyboard=SKIP_KEYS)
    return visit.answer(texts.WELCOME, asked, awaiting="who")


async def skip(visit: Visit, argument: str) -> Outcome:
    """/skip: go on without answering the question just asked."""
    match visit.chat.awaiting:
        case "who":
            return visit.answer(coach(texts.ASK_CURIOUS, keyboard=SKIP_KEYS), awaiting="curious")
        case "curious":
            return await meet(visit, somebody(visit.library, visit.chat))
        case "surprised" | "draws" | "out":
            return visit.answer(texts.REFLECT_SKIPPED, awaiting="")
        case "goal":
            return visit.answer(texts.GOAL_SKIPPED.format(name=visit.name), awaiting="")
        case "papers" | "firm" | "meet" | "role" | "asks" | "name" | "mend" | "story" | "story line":
            return meeting.skip(visit)
        case _:
            return visit.answer(texts.NOTHING_TO_SKIP.format(name=visit.name))


async def new(visit: Visit, argument: str) -> Outcome:
    """/new: another talk, with the person named or with somebody from another company."""
    library = visit.library
    persona = find_persona(library, argument) if argument else somebody(library, visit.chat)
    if persona is None:
        return no_such_person(visit, argument)
    return before_talk(await offered(visit, await meet(visit, persona)))


def ask_again(visit: Visit) -> Outcome:
    """The question that waits for its answer, once more."""
    asked = texts.ASK_WHO if visit.chat.awaiting == "who" else texts.ASK_CURIOUS
    return visit.answer(coach(asked, keyboard=SKIP_KEYS))


def hear_who(visit: Visit, text: str) -> Outcome:
    """The answer to the first question."""
    candidate = replace(visit.chat.candidate, name=name_in(text), background=text)
    return visit.answer(coach(texts.ASK_CURIOUS, keyboard=SKIP_KEYS), candidate=candidate, awaiting="curious")


async def hear_curious(visit: Visit, text: str) -> Outcome:
    """The answer to the second question, and on to somebody whose field comes nearest."""
    visit = visit.with_chat(candidate=replace(visit.chat.candidate, curious=text))
    return await meet(visit, somebody(visit.library, visit.chat))


async def meet(visit: Visit, persona: Persona) -> Outcome:
    """A new talk whose first line takes up what the person wrote of themselves.

    Where they wrote nothing, it takes up the most telling line of their CV, and nothing else of it. The
    persona's own opening where there is none, or where the model cannot write now.
    """
    opened = begin(visit, persona, candidate=await _candidate(visit))
    talk, library = opened.chat.interview, visit.library
    if talk is None:
        return opened
    try:
        known = await first_line(
            talk, persona, library.company_of(persona),
            engine=visit.means.engine, reader=visit.means.reader, people=library.colleagues(persona),
        )  # fmt: skip
    except EngineError:
        return opened
    if known is not talk:
        known = living.hurried(visit, known)
    said = company(known.lines[0].text)
    return replace(opened, chat=replace(opened.chat, interview=known), replies=(*opened.replies[:-1], said))


async def _candidate(visit: Visit) -> Candidate:
    """What the interviewer knows of the person: what they wrote, else one line of their story."""
    known, own = visit.chat.candidate, visit.chat.own.story
    if known.background.strip() or not own or visit.means.resigned:
        return known
    told = await asyncio.to_thread(story.telling_line, own, visit.means.reader)
    return replace(known, background=told)


def begin(
    visit: Visit, persona: Persona, introduction: str = texts.MEET, *, candidate: Candidate | None = None
) -> Outcome:
    """A new talk with `persona`, who speaks the opening line. The talk before it stays in the archive."""
    firm = visit.library.company_of(persona)
    talk = open_talk(
        persona,
        firm,
        id=uuid4().hex,
        now=visit.now,
        budget=visit.chat.budget or visit.means.budget,
        difficulty=visit.chat.difficulty,
        candidate=candidate or visit.chat.candidate,
        minutes=visit.chat.minutes,
    )
    talk = living.hurried(visit, talk)
    met = (live_texts.MEET if talk.minutes else introduction).format(
        name=persona.name, role=persona.role, company=firm.name, field=firm.field, minutes=talk.minutes
    )
    left = visit.talk if visit.talk is not None and visit.talk.turn else None
    return visit.answer(
        *([texts.LEFT_BEHIND.format(name=visit.name)] if left else []),
        coach(met, keyboard=()),
        *(company(line.text) for line in talk.lines),
        interview=talk,
        undo=left,
        awaiting="",
        minutes=0,
    )


def name_in(text: str) -> str:
    """The name somebody gives themselves: "I'm Dana, …". Empty where it is not plainly one."""
    found = NAMED.search(text)
    name = found["name"] if found else ""
    return name if name[:1].isupper() and not re.search(r"(?:ish|ian|ese|ean)$", name) else ""


def _shortened(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
