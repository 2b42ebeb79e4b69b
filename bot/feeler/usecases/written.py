"""Lines that people wrote: the persona's last resort where no draft passed, and the practice partner's."""

import random
from functools import cache

import yaml

from feeler.errors import DataError
from feeler.interview.conduct import broken
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Asking, Job, Plan
from feeler.interview.topics import LABELS
from feeler.personas.library import shipped_prompts
from feeler.usecases.beginnings import steadying
from feeler.usecases.prompting import last_question


def written_line(situation: Situation, *, seed: int) -> str:
    """The persona's own written line for this job, the last resort: the one that breaks the fewest rules."""
    plan, persona = situation.plan, situation.persona
    asked = plan.question
    others = [probe.question for probe in persona.probes if probe.question != asked]
    if plan.job is Job.REPHRASE:
        asked = last_question(situation.interview) or asked
    job = steadying(plan) if plan.job is Job.STEADY else plan.job.value
    choices = list(persona.lines.get(job, ())) or ["{fact} {note} {question}"]
    random.Random(seed).shuffle(choices)
    best, least = persona.opening, 99
    for question in (asked, *others):
        for choice in choices:
            text = _filled(choice, situation, question)
            if not text or ("{hook}" in choice and not plan.hook):
                continue
            faults = len(broken(text, situation))
            if faults < least:
                best, least = text, faults
            if not faults:
                return best
    return best


def _filled(choice: str, situation: Situation, question: str) -> str:
    plan = situation.plan
    values = {
        "hook": plan.hook, "question": question, "fact": " ".join(fact.text for fact in plan.facts),
        "note": plan.note, "knower": plan.knower or "a colleague",
    }  # fmt: skip
    text = choice
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    if plan.asking is Asking.ONE and "?" not in text:
        text = f"{text} {question}"
    return " ".join(text.split())


def coach_line(plan: Plan, *, seed: int) -> str:
    """The practice partner's line for this plan."""
    lines = _coach_lines()
    choices = lines.get(plan.coach) or lines[plan.coach.split(".")[0]]
    topics = [LABELS[topic][:1].lower() + LABELS[topic][1:] for topic in plan.offers]
    return choices[seed % len(choices)].replace("{topics}", " · ".join(topics))


@cache
def _coach_lines() -> dict[str, list[str]]:
    path = shipped_prompts() / "coach.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise DataError(f"{path.name}: is not a list of `name: lines`")
    return {str(name): [str(text) for text in texts] for name, texts in found.items()}
