"""One turn of the talk: plan, prompt, several drafts, one choice."""

from datetime import datetime

from feeler.interview.plan import make_plan
from feeler.interview.values import Candidate, Difficulty, Interview, Line, Phase, Speaker
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Preview


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
    """A colleague of the same company comes into the room and says so; the talk goes on. No model is asked."""
    arrival = Line(
        number=len(interview.lines) + 1,
        turn=interview.turn,
        speaker=Speaker.COMPANY,
        persona=persona.slug,
        phase=interview.lines[-1].phase if interview.lines else Phase.OPENING,
        text=f"Hello, I'm {persona.name}, {persona.role}. I have read what you two said so far. Go on, please.",
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
) -> Interview:
    """The talk with the candidate's `text` and what the company (and the coach) said to it.

    `people` are the persona's colleagues, who may be named as those who would know. Cancelling the task closes
    the engine's stream. Raises EngineError where the model cannot answer.
    """
    plan = make_plan(interview, persona, company, text)
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
    probe = plan.probe
    said = Line(
        number=heard.number + 1,
        turn=plan.turn,
        speaker=Speaker.COMPANY,
        persona=persona.slug,
        phase=plan.phase,
        text=probe.question if probe else persona.opening,
        at=now,
        probe=probe.id if probe else "",
        fallback=True,
    )
    return interview.evolve(lines=(*interview.lines, heard, said))
