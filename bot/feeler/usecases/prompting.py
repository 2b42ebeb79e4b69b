"""A plan as the messages that the model reads: who speaks, examples, the talk so far, this turn's job.

What stays the same for all talks of a persona comes first, and what grows only grows at its end, so that an
engine that keeps the state of a prompt's beginning has little to read in each turn.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from feeler.interview.acts import Act
from feeler.interview.angles import angles_of
from feeler.interview.conduct.situation import Situation
from feeler.interview.hooks import hook_of, mirrored
from feeler.interview.plan import Asking, Job, Plan
from feeler.interview.questions import own_questions
from feeler.interview.topics import LABELS
from feeler.interview.values import Difficulty, Interview, Line, Speaker
from feeler.interview.words import sentences
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Company, Example, Persona
from feeler.ports import Message

WINDOW = 24  # lines of the talk in a prompt
SHOWN = 4000  # UTF-8 bytes of one line in a prompt: about 1,000 tokens in any script
JUMP = 12  # the window's start moves this many lines at once, so that the prompt's beginning stays the same


def messages_for(situation: Situation, *, again: bool = False) -> tuple[Message, ...]:
    """The prompt for one company turn. `again`: no draft passed, so the job is put plainer."""
    talk = situation.interview
    first = Message(role="system", content=persona_prompt(situation))
    shown = [message for example in situation.persona.examples for message in _example(example, situation)]
    said = [message for line in _window(talk) if (message := _line(line, situation))]
    now = Message(role="user", content=f"{in_view(situation.heard)}\n{job_note(situation, plainer=again)}")
    begin = Message(role="user", content="(These were other people. Now somebody new comes in.)")
    return (first, *shown, *_joined([begin, *said, now]))


def persona_prompt(situation: Situation) -> str:
    """The part that is the same in every turn of every talk with this persona at this difficulty."""
    persona, company = situation.persona, situation.company
    people = [*company.people, *(f"{other.name}, {other.role}" for other in situation.people)]
    return (
        _template("persona.md.jinja")
        .render(
            persona=persona,
            company=company,
            people=people or ["nobody in particular"],
            first_name=persona.name.split()[0],
            difficulty=situation.interview.difficulty.value,
        )
        .strip()
    )


def baseline_prompt(persona: Persona, company: Company, colleagues: tuple[Persona, ...]) -> str:
    """Everything in one system prompt: what `feeler eval --baseline` compares with."""
    people = [*company.people, *(f"{other.name}, {other.role}" for other in colleagues)]
    return _template("baseline.md.jinja").render(persona=persona, company=company, people=people).strip()


def job_note(situation: Situation, *, plainer: bool = False) -> str:
    """This turn's job, in brackets, with the facts allowed now and no others."""
    plan, talk = situation.plan, situation.interview
    return _render_job(
        plan,
        difficulty=talk.difficulty,
        told=" ".join(fact.text for fact in plan.facts),
        again=any(fact.id in talk.told for fact in plan.facts),
        last_question=last_question(talk),
        next_person=_next_person(situation),
        topic_heard=_heard_today(talk),
        like=_like(situation),
        plainer=plainer,
    )


def _render_job(plan: Plan, *, difficulty: Difficulty, told: str, **more: Any) -> str:
    values: dict[str, Any] = {
        "plan": plan,
        "mirrored": mirrored(plan.hook) or "what they just said",
        "difficulty": difficulty.value,
        "told": told,
        "again": False,
        "must_ask": plan.asking is Asking.ONE,
        "last_question": "",
        "offer": LABELS[plan.offers[0]].lower() if plan.offers else "",
        "begged": Act.BEGGED in plan.acts,
        "next_person": "a colleague",
        "topic_heard": "",
        "like": "",
        "plainer": False,
    }
    return _template("job.md.jinja").render(values | more).strip()


def _example(example: Example, situation: Situation) -> tuple[Message, Message]:
    """One exchange of the persona's, with the note that would have led to it."""
    try:
        job = Job(example.job)
    except ValueError:
        job = Job.ASK
    asking = Asking.ONE if "?" in example.persona else Asking.NONE
    said = [part for part in sentences(example.persona) if "?" not in part]
    # what was there to tell; the first words are the persona's own way to begin
    answer = " ".join(said[1:] or said)
    personal = job is Job.PERSONAL
    plan = Plan(
        turn=1, phase=situation.plan.phase, acts=(), job=job, asking=asking, hook=hook_of(example.candidate),
        question=angles_of((example.candidate,))[0],
        note=answer if personal else "", knower="a colleague",
    )  # fmt: skip
    note = _render_job(plan, difficulty=Difficulty.NEUTRAL, told="" if personal else answer, last_question="")
    return (
        Message(role="user", content=f"{example.candidate}\n{note}"),
        Message(role="assistant", content=example.persona),
    )


def in_view(text: str) -> str:
    """As much of a long line as the model is shown: its beginning and its end, SHOWN bytes or less."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= SHOWN:
        return text
    head, tail = raw[: SHOWN * 2 // 3].decode("utf-8", "ignore"), raw[-SHOWN // 3 :].decode("utf-8", "ignore")
    return f"{head.rstrip()} […] {tail.lstrip()}"


def window_start(talk: Interview) -> int:
    """How many of the oldest lines the next prompt leaves out."""
    spoken = sum(line.speaker is not Speaker.COACH for line in talk.lines)
    return max(0, -(-(spoken - WINDOW) // JUMP)) * JUMP


def _window(talk: Interview) -> tuple[Line, ...]:
    lines = tuple(line for line in talk.lines if line.speaker is not Speaker.COACH)
    return lines[window_start(talk) :]


def _line(line: Line, situation: Situation) -> Message | None:
    if line.speaker is Speaker.CANDIDATE:
        return Message(role="user", content=in_view(line.text))
    own = line.persona == situation.persona.slug
    text = line.text if own else f"({_name(line.persona, situation)} said:) {line.text}"
    return Message(role="assistant", content=text) if own else Message(role="user", content=text)


def _name(slug: str, situation: Situation) -> str:
    return next((other.name for other in situation.people if other.slug == slug), "A colleague")


def _joined(messages: list[Message]) -> tuple[Message, ...]:
    """Messages with the roles taking turns: neighbours of one role become one."""
    found: list[Message] = []
    for message in messages:
        if found and found[-1].role == message.role:
            last = found.pop()
            message = Message(role=last.role, content=f"{last.content}\n{message.content}")
        found.append(message)
    return tuple(found)


def last_question(talk: Interview) -> str:
    """The question that the company asked last; empty before the first."""
    for line in reversed(talk.lines):
        if line.speaker is Speaker.COMPANY and (asked := own_questions(line.text)):
            return asked[-1]
    return ""


def _next_person(situation: Situation) -> str:
    if situation.people:
        other = situation.people[0]
        return f"{other.name}, {other.role}"
    people = situation.company.people
    return people[0] if people else "a colleague"


def _like(situation: Situation) -> str:
    """One of the persona's written lines for this job, as a hint at the tone: one that was not said yet."""
    said = " ".join(situation.own_lines)
    lines = [line for line in situation.persona.lines.get(situation.plan.job.value, ()) if "{" not in line]
    fresh = [line for line in lines if line not in said] or lines
    return fresh[situation.plan.turn % len(fresh)] if fresh else ""


def _heard_today(talk: Interview) -> str:
    """The most telling words of the candidate's in the whole talk."""
    said = [hook_of(line.text) for line in talk.lines if line.speaker is Speaker.CANDIDATE]
    return mirrored(max(said, key=len, default=""))


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False,
    )  # fmt: skip


def _template(name: str) -> Template:
    return _environment(shipped_prompts()).get_template(name)
