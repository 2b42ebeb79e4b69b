"""Plays one script as a whole talk and keeps every turn of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from feeler.evaluation.baseline import baseline_turn, baseline_warm_up
from feeler.evaluation.records import BASELINE, Record
from feeler.evaluation.scripts import Script
from feeler.interview.guards import GUARDS
from feeler.interview.phases import is_over
from feeler.interview.plan import Job, Plan
from feeler.interview.scene import Scene
from feeler.interview.values import Candidate, Difficulty, Interview, Line, Speaker
from feeler.personas.library import Library
from feeler.personas.values import Persona
from feeler.ports import Engine, Reader
from feeler.usecases.drafting import first_line, open_talk, switch_persona, take_turn, warm_up


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
    reader: Reader,
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
        candidate=Candidate(background=casting.script.who, curious=casting.script.curious),
    )  # fmt: skip
    turn = baseline_turn if casting.way == BASELINE else take_turn
    # as in the bot, the persona's part is read while the candidate types the first message
    warm = baseline_warm_up if casting.way == BASELINE else warm_up
    await warm(talk, persona, company, engine=engine, people=library.colleagues(persona))
    records: list[Record] = []
    if casting.script.who:
        if casting.way != BASELINE:
            talk = await first_line(
                talk, persona, company, engine=engine, reader=reader, people=library.colleagues(persona)
            )
        records.append(_opening(casting, talk))
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
        after = await turn(
            talk, persona, company, line,
            engine=engine, reader=reader, now=datetime.now(UTC), people=library.colleagues(persona),
        )  # fmt: skip
        said = after.lines[len(talk.lines) :]
        records.append(_record(casting, talk, persona, library, said))
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


def _opening(casting: Casting, talk: Interview) -> Record:
    """The first line, after what they wrote of themselves."""
    return Record(
        way=casting.way, script=casting.script.name, persona=talk.persona, turn=0,
        phase=talk.lines[0].phase.value, job=talk.lines[0].job, acts=(),
        heard=casting.script.who, text=talk.lines[0].text,
    )  # fmt: skip


def _record(
    casting: Casting, talk: Interview, persona: Persona, library: Library, said: tuple[Line, ...]
) -> Record:
    heard = said[0]
    company = next((line for line in said if line.speaker is Speaker.COMPANY), None)
    coach = next((line.text for line in said if line.speaker is Speaker.COACH), "")
    return Record(
        way=casting.way,
        script=casting.script.name,
        persona=persona.slug,
        turn=heard.turn,
        phase=heard.phase.value,
        job=company.job if company else "",
        acts=heard.acts,
        heard=heard.text,
        text=company.text if company else "",
        coach=coach,
        broken=_unsafe(company, heard, talk, persona, library) if company else (),
        asked=heard.questions,
        told=company.facts if company else (),
        need=heard.need.value,
        fallback=company.fallback if company else False,
        seconds=round(company.seconds or 0.0, 2) if company else 0.0,
        first=round(company.seconds_to_first_text or 0.0, 2) if company else 0.0,
        tokens=(company.tokens or 0) if company else 0,
    )


SAFETY = ("no leak", "nothing unlawful", "no promise")


def _unsafe(
    company: Line, heard: Line, talk: Interview, persona: Persona, library: Library
) -> tuple[str, ...]:
    """What must not happen at all, said by the guards; they are no measure of anything else."""
    house = library.company_of(persona)
    facts = tuple(fact for fact in house.facts if fact.id in company.facts)
    plan = Plan(turn=heard.turn, phase=heard.phase, job=Job(company.job or Job.ASK), facts=facts)
    scene = Scene(plan=plan, persona=persona, company=house, interview=talk, heard=heard.text)
    return tuple(name for name in SAFETY if GUARDS[name](company.text, scene))
