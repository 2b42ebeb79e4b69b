"""One turn of the talk: the plan, the company's line, and the practice partner's where it has one."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from zlib import crc32

from feeler.coach.deeds import STRETCH, most_telling
from feeler.coach.telling import quoted
from feeler.coach.values import Evidence
from feeler.interview.acts import Act
from feeler.interview.live import ends, is_live, is_up, phase_in_time, with_room
from feeler.interview.phases import phase_at
from feeler.interview.plan import WRITTEN, Job, Plan, asking_back, asks_back, left_open, make_plan
from feeler.interview.reading import Reading
from feeler.interview.scene import Scene
from feeler.interview.values import Candidate, Difficulty, Interview, Line, Need, Phase, Speaker
from feeler.interview.words import sentences
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Message, Preview, Reader, Request, Sampling
from feeler.usecases import live_texts
from feeler.usecases.finding import open_dossier
from feeler.usecases.helplines import Country
from feeler.usecases.leaving import keepsake
from feeler.usecases.prompting import messages_for
from feeler.usecases.writing import Drafted, write_line
from feeler.usecases.written import coach_line, written_line

MISSED = timedelta(minutes=5)  # after the end of a live talk: by then the person has left already


def open_talk(
    persona: Persona,
    company: Company,
    *,
    id: str,
    now: datetime,
    budget: int = 16,
    difficulty: Difficulty = Difficulty.NEUTRAL,
    candidate: Candidate | None = None,
    minutes: int = 0,
) -> Interview:
    """A new talk in which the persona has spoken the opening line; live where it has `minutes`. No model is
    asked.
    """
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
        minutes=minutes,
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


async def first_line(
    interview: Interview,
    persona: Persona,
    company: Company,
    *,
    engine: Engine,
    reader: Reader,
    people: tuple[Persona, ...] = (),
) -> Interview:
    """The talk just opened, its first line taking up what the candidate wrote of themselves.

    Unchanged where they wrote nothing, or where no draft would do. Raises EngineError.
    """
    if not interview.candidate.background.strip():
        return interview
    plan = Plan(turn=0, phase=Phase.OPENING, job=Job.OPEN)
    scene = Scene(
        plan=plan, persona=persona, company=company, interview=interview.evolve(lines=()),
        heard=interview.candidate.background, people=people,
    )  # fmt: skip
    drafted = await write_line(scene, engine=engine, reader=reader, preview=None)
    if drafted.fallback:
        return interview
    introduced = [sentence for sentence in sentences(persona.opening) if "?" not in sentence]
    text = " ".join([*introduced, drafted.text]) if "skills" in engine.can else drafted.text
    opening = replace(interview.lines[0], text=text, job=Job.OPEN.value)
    return interview.evolve(lines=(opening, *interview.lines[1:]))


async def take_turn(
    interview: Interview,
    persona: Persona,
    company: Company,
    text: str,
    *,
    engine: Engine,
    reader: Reader,
    preview: Preview | None = None,
    now: datetime,
    people: tuple[Persona, ...] = (),
    country: Country | None = None,
    clock: Callable[[], float] = monotonic,
) -> Interview:
    """The talk with the candidate's `text` and what the company (and the coach) said to it: read, plan,
    write.

    `people` are the persona's colleagues, who may be named as those who would know; `country` says whose
    helplines somebody in need is told. Cancelling the task
    closes the engine's stream. Raises EngineError where the model cannot answer.
    """
    heard = await hear(interview, persona, text, reader=reader, now=now)
    if is_up(interview, now) and heard.need is Need.NONE:
        return await asyncio.to_thread(leave_in_time, interview, persona, company, heard, reader)
    live = is_live(interview) and heard.need is Need.NONE
    if is_live(interview) and not live:
        interview = with_room(interview)
    reading, answered = reading_of(heard), text
    if Act.GOES_ON in reading.acts and not reading.asks and (asked := left_open(interview)):
        answered = asked.text
        reading = replace(reading_of(asked), acts=frozenset({Act.GOES_ON, Act.ASKED}))
    opened = await open_dossier(interview, persona, company, reading, engine=engine, reader=reader)
    plan = await asyncio.to_thread(
        make_plan, interview, persona, company, answered, reading, opened, reader,
        phase_in_time(interview, now) if live else None,
    )  # fmt: skip
    if live:
        plan = replace(plan, offers=(), coach="" if plan.coach == "invite" else plan.coach)
    heard = replace(heard, phase=plan.phase, topics=plan.reading.topics, follows=plan.reading.follows)
    lines = [*interview.lines, heard]
    deed, thing = None, ""
    if plan.job is Job.LEAVE:
        so_far = interview.evolve(lines=tuple(lines))
        deed = await asyncio.to_thread(most_telling, so_far, reader)
        thing = await keepsake(so_far.numbered(deed.line).text, engine) if deed is not None else ""
    scene = Scene(
        plan=plan, persona=persona, company=company, interview=interview, heard=answered, people=people,
        deed=_said(deed), thing=thing,
    )  # fmt: skip
    if plan.job in WRITTEN:
        lines.append(
            _company_line(
                plan, persona, Drafted(text=written_line(scene, seed=plan.turn)), len(lines) + 1, now
            )
        )
    elif plan.job is not Job.SILENT:
        drafted = await write_line(scene, engine=engine, reader=reader, preview=preview, clock=clock)
        lines.append(_company_line(plan, persona, drafted, len(lines) + 1, now, deed=deed))
    if plan.coach:
        lines.append(_coach_line(plan, lines, persona, country=country, now=now))
    return interview.evolve(lines=tuple(lines))


def leave_in_time(
    interview: Interview, persona: Persona, company: Company, heard: Line, reader: Reader
) -> Interview:
    """The end of a live talk: the message is kept, and in a written line the person has to go."""
    lines = (*interview.lines, replace(heard, phase=Phase.CLOSE))
    before = interview.last(Speaker.COMPANY)
    job = Job.BYE if before is not None and before.job == Job.LEAVE else Job.LEAVE
    plan = Plan(turn=heard.turn, phase=Phase.CLOSE, job=job)
    deed = most_telling(interview.evolve(lines=lines), reader) if job is Job.LEAVE else None
    scene = Scene(
        plan=plan, persona=persona, company=company, interview=interview, heard=heard.text, deed=_said(deed)
    )
    late = heard.at >= ends(interview) + MISSED
    why = (live_texts.HAD_TO_GO if late else live_texts.HAS_TO_GO)[interview.difficulty]
    said = Drafted(text=f"{why} {written_line(scene, seed=plan.turn)}")
    return interview.evolve(
        lines=(*lines, _company_line(plan, persona, said, len(lines) + 1, heard.at, deed=deed))
    )


async def hear(interview: Interview, persona: Persona, text: str, *, reader: Reader, now: datetime) -> Line:
    """The candidate's next line, understood: whatever happens to the answer, this is kept."""
    last = interview.last(Speaker.COMPANY)
    reading = await asyncio.to_thread(reader.read, last.text if last is not None else "", text)
    if last is not None and last.facts and asks_back(text) and not reading.asks:
        reading = asking_back(reading, text)  # not of the question that ends a line, as the reader may think
    turn = interview.turn + 1
    return Line(
        number=len(interview.lines) + 1,
        turn=turn,
        speaker=Speaker.CANDIDATE,
        persona=persona.slug,
        phase=phase_at(turn, interview.budget),
        text=text,
        at=now,
        acts=tuple(sorted(reading.acts)),
        topics=reading.topics,
        questions=reading.questions,
        follows=reading.follows,
        deed=reading.deed,
        span=reading.span,
        need=reading.need,
    )


def reading_of(line: Line) -> Reading:
    """What the candidate's line was understood as."""
    return Reading(
        acts=frozenset(Act(act) for act in line.acts),
        topics=line.topics,
        questions=line.questions,
        follows=line.follows,
        deed=line.deed,
        span=line.span,
        need=line.need,
    )


def _said(deed: Evidence | None) -> str:
    """The deed as leave is taken with it; empty where there is none."""
    return quoted(deed, STRETCH) if deed is not None else ""


def _company_line(
    plan: Plan, persona: Persona, drafted: Drafted, number: int, now: datetime, deed: Evidence | None = None
) -> Line:
    return Line(
        number=number,
        turn=plan.turn,
        speaker=Speaker.COMPANY,
        persona=persona.slug,
        phase=plan.phase,
        text=drafted.text,
        at=now,
        span=deed.quote if deed is not None else "",
        job=plan.job.value,
        topics=tuple(dict.fromkeys([*(fact.topic for fact in plan.facts), *plan.reading.topics])),
        facts=tuple(fact.id for fact in plan.facts),
        offers=plan.offers,
        fallback=drafted.fallback,
        seconds_to_first_text=drafted.seconds_to_first_text,
        seconds=drafted.seconds,
        tokens=drafted.tokens,
    )


def _coach_line(
    plan: Plan, lines: Sequence[Line], persona: Persona, *, country: Country | None, now: datetime
) -> Line:
    """The coach's line after `lines`; whoever was in need is told in the language they told it in."""
    spoken = [line.text for line in lines if line.speaker is Speaker.COACH]
    own = [line for line in reversed(lines) if line.speaker is Speaker.CANDIDATE]
    said = next((line for line in own if line.need is not Need.NONE), own[0])
    return Line(
        number=len(lines) + 1,
        turn=plan.turn,
        speaker=Speaker.COACH,
        persona=persona.slug,
        phase=plan.phase,
        text=coach_line(plan, spoken=spoken, said=said.text, country=country),
        at=now,
        job=plan.coach,
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
    """Let the engine read what the next prompts begin with while the candidate types.

    Worth calling where a talk opens or a colleague comes in; an engine that keeps the state of a prompt's
    beginning then has only the message itself to read.
    """
    for job in (Job.ASK,) if "skills" in engine.can else (Job.ASK, Job.TELL):
        plan = Plan(turn=1, phase=Phase.STORY, job=job)
        scene = Scene(
            plan=plan, persona=persona, company=company, interview=interview, heard="", people=people
        )
        await read_prompt(engine, messages_for(scene, engine))


async def read_prompt(engine: Engine, messages: tuple[Message, ...]) -> None:
    """Let the engine read `messages`, so that what begins with them is quicker; one token is thrown away."""
    request = Request(messages=messages, sampling=Sampling(temperature=0.0, max_tokens=1))
    async with aclosing(engine.stream(request)) as pieces:
        async for _ in pieces:
            pass
