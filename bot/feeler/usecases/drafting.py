"""One turn of the talk: the plan, the company's line, and the practice partner's where it has one."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from time import monotonic
from zlib import crc32

from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Job, Plan, make_plan
from feeler.interview.values import Candidate, Difficulty, Interview, Line, Phase, Speaker
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Message, Preview, Request, Sampling
from feeler.usecases.prompting import messages_for
from feeler.usecases.searching import Drafted, draft
from feeler.usecases.written import coach_line


def open_talk(
    persona: Persona,
    company: Company,
    *,
    id: str,
    now: datetime,
    budget: int = 16,
    difficulty: Difficulty = Difficulty.NEUTRAL,
    candidate: Candidate | None = None,
) -> Interview:
    """A new talk in which the persona has spoken the opening line. No model is asked."""
    opening = Line(
        number=1,
        turn=0,
        speaker=Speaker.COMPANY,
        persona=persona.slug,
        phase=Phase.OPENING,
        text=persona.opening,
        at=now,
    )
    return Interview(
        id=id,
        persona=persona.slug,
        company=company.slug,
        started=now,
        budget=budget,
        difficulty=difficulty,
        candidate=candidate or Candidate(),
        lines=(opening,),
    )


def switch_persona(interview: Interview, persona: Persona, company: Company, *, now: datetime) -> Interview:
    """A colleague of the same company comes into the room, having heard it all. No model is asked."""
    choices = persona.lines.get("arrive", ()) or (
        "Hello, I'm {name}, {role}. My colleague told me what you two have talked about. Please go on.",
    )
    text = choices[crc32(interview.id.encode()) % len(choices)]
    arrival = Line(
        number=len(interview.lines) + 1,
        turn=interview.turn,
        speaker=Speaker.COMPANY,
        persona=persona.slug,
        phase=interview.lines[-1].phase if interview.lines else Phase.OPENING,
        text=text.replace("{name}", persona.name).replace("{role}", persona.role),
        at=now,
    )
    return interview.evolve(persona=persona.slug, lines=(*interview.lines, arrival))


async def take_turn(
    interview: Interview,
    persona: Persona,
    company: Company,
    text: str,
    *,
    engine: Engine,
    preview: Preview | None = None,
    now: datetime,
    people: tuple[Persona, ...] = (),
    clock: Callable[[], float] = monotonic,
) -> Interview:
    """The talk with the candidate's `text` and what the company (and the coach) said to it.

    `people` are the persona's colleagues, who may be named as those who would know. Cancelling the task
    closes the engine's stream. Raises EngineError where the model cannot answer.
    """
    plan = make_plan(interview, persona, company, text)
    situation = Situation(
        plan=plan, persona=persona, company=company, interview=interview, heard=text, people=people
    )
    heard = Line(
        number=len(interview.lines) + 1,
        turn=plan.turn,
        speaker=Speaker.CANDIDATE,
        persona=persona.slug,
        phase=plan.phase,
        text=text,
        at=now,
        acts=tuple(plan.acts),
        topics=plan.topics,
    )
    lines = [*interview.lines, heard]
    if plan.job is not Job.SILENT:
        drafted = await draft(situation, engine=engine, preview=preview, clock=clock)
        lines.append(_company_line(plan, persona, drafted, number=len(lines) + 1, now=now))
    if plan.coach:
        lines.append(_coach_line(plan, interview, persona, number=len(lines) + 1, now=now))
    return interview.evolve(lines=tuple(lines))


def _company_line(plan: Plan, persona: Persona, drafted: Drafted, *, number: int, now: datetime) -> Line:
    asked = plan.probe if plan.probe and "?" in drafted.text else None
    return Line(
        number=number,
        turn=plan.turn,
        speaker=Speaker.COMPANY,
        persona=persona.slug,
        phase=plan.phase,
        text=drafted.text,
        at=now,
        topics=tuple(dict.fromkeys([*(fact.topic for fact in plan.facts), *plan.topics])),
        facts=tuple(fact.id for fact in plan.facts),
        probe=asked.id if asked else "",
        offers=plan.offers,
        fallback=drafted.fallback,
        seconds_to_first_text=drafted.seconds_to_first_text,
        seconds=drafted.seconds,
        tokens=drafted.tokens,
    )


def _coach_line(plan: Plan, interview: Interview, persona: Persona, *, number: int, now: datetime) -> Line:
    spoken = sum(line.speaker is Speaker.COACH for line in interview.lines)
    return Line(
        number=number,
        turn=plan.turn,
        speaker=Speaker.COACH,
        persona=persona.slug,
        phase=plan.phase,
        text=coach_line(plan, seed=spoken),
        at=now,
        offers=plan.offers if plan.coach == "invite" else (),
    )


async def warm_up(
    interview: Interview,
    persona: Persona,
    company: Company,
    *,
    engine: Engine,
    people: tuple[Persona, ...] = (),
) -> None:
    """Let the engine read the persona's part of the prompt while the candidate types their first message.

    Worth calling where a talk opens or a colleague comes in; an engine
    that keeps the state of a prompt's beginning then has only the message itself to read.
    """
    plan = make_plan(interview, persona, company, "")
    situation = Situation(
        plan=plan, persona=persona, company=company, interview=interview, heard="", people=people
    )
    await read_prompt(engine, messages_for(situation))


async def read_prompt(engine: Engine, messages: tuple[Message, ...]) -> None:
    """Let the engine read `messages`, so that what begins with them is quicker; one token is thrown away."""
    request = Request(messages=messages, sampling=Sampling(temperature=0.0, max_tokens=1))
    async with aclosing(engine.stream(request)) as pieces:
        async for _ in pieces:
            pass
