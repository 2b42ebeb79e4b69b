"""A scene as what the model reads for one line: the fields of a skill, and around them what an untaught
model needs.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from feeler.interview.acts import Act
from feeler.interview.plan import Job
from feeler.interview.private import shared_lines
from feeler.interview.scene import Scene
from feeler.interview.values import Line, Speaker
from feeler.interview.words import sentences, words
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Company, Persona, Topic
from feeler.ports import Engine, Message
from feeler.usecases.skills import prompt_for, prompt_untaught

WINDOW = 8  # lines of the talk that an untaught model sees
MOST = 130  # words of a message that are shown: the beginning and the end of a longer one
DEEDS = 3  # of the candidate's stories, to take leave with


def messages_for(scene: Scene, engine: Engine) -> tuple[Message, ...]:
    """The prompt for one company line on this engine."""
    fields, job = fields_for(scene), scene.plan.job
    if "skills" in engine.can:
        return prompt_for(Job.ASK if job is Job.OPEN else job, scene.persona.manner, fields)
    talk = [_as_script(line, scene) for line in shared_lines(scene.interview)]
    return prompt_untaught(job, fields, persona=persona_prompt(scene), talk=talk[-WINDOW:])


def fields_for(scene: Scene) -> Mapping[str, str]:
    """Everything that a skill may be shown; each takes its own fields out of it."""
    plan, persona, company, talk = scene.plan, scene.persona, scene.company, scene.interview
    last = talk.last(Speaker.COMPANY)
    said = " ".join(plan.reading.questions) if plan.reading.asks else scene.heard
    return {
        "me": f"{persona.name}, {persona.role} at {company.name}, {company.field}",
        "who": talk.candidate.background,
        "curious": talk.candidate.curious,
        "asked": said if plan.job not in _LISTENING else _last_words(last),
        "said": _shortened(scene.heard),
        "before": last.text if last is not None and plan.reading.follows else "",
        "fact": plan.note or " ".join(fact.text for fact in plan.facts),
        "knows": plan.knower,
        "deeds": "; ".join(_deeds(scene)),
        "trouble": next((fact.text for fact in company.facts if fact.topic is Topic.PROBLEM and fact.id in
        talk.told), ""), "next": next_person(scene),
    }  # fmt: skip


_LISTENING = frozenset({Job.OPEN, Job.ASK, Job.PUSH, Job.EASE, Job.OFFER, Job.HAND, Job.STEADY, Job.DEFLECT})


def persona_prompt(scene: Scene) -> str:
    """Who speaks, and the rules that hold in every line: for a model that was not taught."""
    persona, company = scene.persona, scene.company
    people = [*company.people, *(f"{other.name}, {other.role}" for other in scene.people)]
    return (
        _template("persona.md.jinja")
        .render(
            persona=persona,
            company=company,
            people=people or ["nobody in particular"],
            first_name=persona.name.split()[0],
            difficulty=scene.interview.difficulty.value,
        )
        .strip()
    )


def baseline_prompt(persona: Persona, company: Company, colleagues: tuple[Persona, ...]) -> str:
    """Everything in one system prompt: what `feeler eval --baseline` compares with."""
    people = [*company.people, *(f"{other.name}, {other.role}" for other in colleagues)]
    return _template("baseline.md.jinja").render(persona=persona, company=company, people=people).strip()


def next_person(scene: Scene) -> str:
    """With whom a second talk could be: a colleague of the house."""
    if scene.people:
        other = scene.people[0]
        return f"{other.name}, {other.role}"
    return scene.company.people[0] if scene.company.people else ""


def _deeds(scene: Scene) -> list[str]:
    """What the candidate told, the fullest stories; never anything from a moment of need."""
    told = [
        line.text
        for line in shared_lines(scene.interview)
        if Act.TOLD in line.acts and not {Act.BEGGED, Act.INSULT} & set(line.acts)
    ]
    fullest = sorted(told, key=lambda text: len(words(text)), reverse=True)[:DEEDS]
    return [_shortened(text, 50) for text in told if text in fullest]


def _heard(scene: Scene) -> list[Line]:
    return [line for line in scene.interview.lines if line.speaker is Speaker.CANDIDATE]


def _last_words(line: Line | None) -> str:
    """The question that the company asked last, or else its last sentence."""
    said = sentences(line.text) if line is not None else ()
    return next((one for one in reversed(said) if "?" in one), said[-1] if said else "")


def _shortened(text: str, most: int = MOST) -> str:
    if len(text) > 8 * most:  # a script without blanks, or one endless word
        text = f"{text[: 4 * most]} … {text[-4 * most :]}"
    parts = text.split()
    if len(parts) <= most:
        return " ".join(parts)
    return " ".join([*parts[: most // 2], "…", *parts[-(most // 2) :]])


def _as_script(line: Line, scene: Scene) -> str:
    if line.speaker is Speaker.CANDIDATE:
        return f"They: {_shortened(line.text)}"
    return f"{'You' if line.persona == scene.persona.slug else 'Your colleague'}: {line.text}"


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False,
    )  # fmt: skip


def _template(name: str) -> Template:
    return _environment(shipped_prompts()).get_template(name)
