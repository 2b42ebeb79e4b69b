"""Plays one script as a whole talk and judges every company turn with the conduct checks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from feeler.evaluation.baseline import baseline_turn, baseline_warm_up
from feeler.evaluation.records import BASELINE, Record
from feeler.evaluation.scripts import Script
from feeler.interview.conduct import broken
from feeler.interview.conduct.listening import tells
from feeler.interview.conduct.situation import Situation
from feeler.interview.phases import is_over
from feeler.interview.plan import Job, Plan, make_plan
from feeler.interview.values import Difficulty, Interview, Line, Speaker
from feeler.personas.library import Library
from feeler.personas.values import Persona
from feeler.ports import Engine
from feeler.usecases.drafting import open_talk, switch_persona, take_turn, warm_up


@dataclass(frozen=True, kw_only=True)
class Casting:
    """One talk to be played."""

    way: str
    script: Script
    persona: str

    @property
    def talk(self) -> tuple[str, str, str]:
        return (self.way, self.script.name, self.persona)


async def play(
    casting: Casting,
    library: Library,
    engine: Engine,
    *,
    budget: int,
    difficulty: Difficulty,
    after_turn: Callable[[], None],
) -> tuple[Record, ...]:
    """The records of the whole talk: to the script's end, to /end, or until the company has said goodbye."""
    persona = library.persona(casting.persona)
    company = library.company_of(persona)
    talk = open_talk(
        persona, company, id=":".join(casting.talk), now=datetime.now(UTC), budget=budget,
        difficulty=difficulty,
    )  # fmt: skip
    turn = baseline_turn if casting.way == BASELINE else take_turn
    # as in the bot, the persona's part is read while the candidate types the first message
    warm = baseline_warm_up if casting.way == BASELINE else warm_up
    await warm(talk, persona, company, engine=engine, people=library.colleagues(persona))
    records: list[Record] = []
    for line in casting.script.lines:
        if line.startswith("/"):
            if line.split()[0] in ("/end", "/new", "/forget"):
                break
            colleague = _colleague(line, persona, library)
            if colleague is not None:
                persona = colleague
                talk = switch_persona(talk, persona, company, now=datetime.now(UTC))
            continue
        if is_over(talk):
            break
        situation = Situation(
            plan=make_plan(talk, persona, company, line),
            persona=persona,
            company=company,
            interview=talk,
            heard=line,
            people=library.colleagues(persona),
            open_dossier=casting.way == BASELINE,
        )
        after = await turn(
            talk, persona, company, line, engine=engine, now=datetime.now(UTC), people=situation.people
        )
        records.append(_record(casting, situation, after.lines[len(talk.lines) :]))
        talk = after
        after_turn()
    if records:
        records[-1] = replace(records[-1], last=True)
    return tuple(records)


Turn = Callable[..., Awaitable[Interview]]


def _colleague(line: str, persona: Persona, library: Library) -> Persona | None:
    """Whom `/persona SLUG` brings in: a colleague of the same house, else nobody."""
    words = line.split()
    if words[0] != "/persona" or len(words) < 2:
        return None
    return next((other for other in library.colleagues(persona) if other.slug == words[1]), None)


def _record(casting: Casting, situation: Situation, said: tuple[Line, ...]) -> Record:
    company = next((line for line in said if line.speaker is Speaker.COMPANY), None)
    coach = next((line.text for line in said if line.speaker is Speaker.COACH), "")
    plan = situation.plan
    text = company.text if company else ""
    due = plan.facts if plan.questions else ()
    return Record(
        way=casting.way,
        script=casting.script.name,
        persona=situation.persona.slug,
        turn=plan.turn,
        phase=plan.phase.value,
        job=plan.job.value,
        acts=tuple(act.value for act in plan.acts),
        heard=situation.heard,
        text=text,
        coach=coach,
        findings=judged(text, situation) if company else (),
        fallback=company.fallback if company else False,
        seconds=round(company.seconds or 0.0, 2) if company else 0.0,
        first=round(company.seconds_to_first_text or 0.0, 2) if company else 0.0,
        tokens=(company.tokens or 0) if company else 0,
        due=tuple(fact.id for fact in due),
        got=tuple(fact.id for fact in due if tells(text, fact)),
    )


def judged(text: str, situation: Situation) -> tuple[tuple[str, str], ...]:
    """What the conduct checks say, as pairs; also where the practice partner should have spoken."""
    plan: Plan = situation.plan
    found = [(finding.check, finding.complaint) for finding in broken(text, situation)]
    if plan.job is Job.SILENT:
        found.append(("steps out of the role", f"the practice partner should answer ({plan.coach})"))
    return tuple(found)
