"""How a talk begins: /start with its two questions, /skip, /new, and a plain message out of the blue."""

import re
from dataclasses import replace
from uuid import uuid4

from feeler.errors import EngineError
from feeler.personas.values import Persona
from feeler.usecases import texts
from feeler.usecases.choosing import find_persona, no_such_person, somebody
from feeler.usecases.drafting import first_line, open_talk
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
        firm = visit.means.library.company(visit.talk.company)
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
            return await meet(visit, somebody(visit.means.library, visit.chat))
        case _:
            return visit.answer(texts.NOTHING_TO_SKIP.format(name=visit.name))


async def new(visit: Visit, argument: str) -> Outcome:
    """/new: another talk, with the person named or with somebody from another company."""
    library = visit.means.library
    persona = find_persona(library, argument) if argument else somebody(library, visit.chat)
    return await meet(visit, persona) if persona else no_such_person(visit, argument)


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
    return await meet(visit, somebody(visit.means.library, visit.chat))


async def meet(visit: Visit, persona: Persona) -> Outcome:
    """A new talk whose first line takes up what the person wrote of themselves.

    The persona's own opening where they wrote nothing, or where the model cannot write now.
    """
    opened = begin(visit, persona)
    talk, library = opened.chat.interview, visit.means.library
    if talk is None:
        return opened
    try:
        known = await first_line(
            talk, persona, library.company_of(persona),
            engine=visit.means.engine, people=library.colleagues(persona),
        )  # fmt: skip
    except EngineError:
        return opened
    said = company(known.lines[0].text)
    return replace(opened, chat=replace(opened.chat, interview=known), replies=(*opened.replies[:-1], said))


def begin(visit: Visit, persona: Persona, introduction: str = texts.MEET) -> Outcome:
    """A new talk with `persona`, who speaks the opening line. The talk before it stays in the archive."""
    firm = visit.means.library.company_of(persona)
    talk = open_talk(
        persona,
        firm,
        id=uuid4().hex,
        now=visit.now,
        budget=visit.chat.budget or visit.means.budget,
        difficulty=visit.chat.difficulty,
        candidate=visit.chat.candidate,
    )
    met = introduction.format(name=persona.name, role=persona.role, company=firm.name, field=firm.field)
    left = visit.talk if visit.talk is not None and visit.talk.turn else None
    return visit.answer(
        *([texts.LEFT_BEHIND.format(name=visit.name)] if left else []),
        coach(met, keyboard=()),
        *(company(line.text) for line in talk.lines),
        interview=talk,
        undo=left,
        awaiting="",
    )


def name_in(text: str) -> str:
    """The name somebody gives themselves: "I'm Dana, …". Empty where it is not plainly one."""
    found = NAMED.search(text)
    name = found["name"] if found else ""
    return name if name[:1].isupper() and not re.search(r"(?:ish|ian|ese|ean)$", name) else ""


def _shortened(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
