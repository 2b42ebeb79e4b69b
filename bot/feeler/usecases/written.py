"""Lines that people wrote: the last resort where no draft passed, and what the practice partner says."""

import random
import re
from functools import cache

import yaml

from feeler.errors import DataError
from feeler.interview.acts import Act
from feeler.interview.guards import broken
from feeler.interview.language import language_of
from feeler.interview.plan import Job, Plan, last_question
from feeler.interview.scene import Scene
from feeler.interview.topics import LABELS
from feeler.interview.values import Need, Speaker
from feeler.interview.words import content, sentences, words
from feeler.personas.library import shipped_prompts
from feeler.usecases.helplines import EVERYWHERE, Country

CARES = frozenset({"acute", "heavy", "aftercare"})  # keys of what the coach says to somebody in need

LEAST, MOST = 5, 24  # words of a sentence that is said back at the end
OWN_DEED = re.compile(r"\b(?:i|we) \w", re.IGNORECASE)


def written_line(scene: Scene, *, seed: int) -> str:
    """What is said without the model: the fact as it stands, or a written line that was not said yet in
    this talk.
    """
    plan, persona = scene.plan, scene.persona
    if plan.job in (Job.TELL, Job.OFFER, Job.MINE):
        return plan.note or " ".join(fact.text for fact in plan.facts)
    choices = list(persona.lines.get(plan.job.value, ())) or [persona.opening]
    random.Random(seed).shuffle(choices)
    filled = [line for choice in choices if (line := _filled(choice, scene))]
    said = "\n".join(scene.own_lines)
    best = min(filled or [persona.opening], key=lambda line: (line in said, len(broken(line, scene))))
    deed = most_telling(scene) if plan.job is Job.LEAVE else ""
    return f"What stays with me: “{deed}” {best}" if deed else best


def most_telling(scene: Scene) -> str:
    """The candidate's own sentence, word by word, that holds most of what they did; empty where none does.

    Never one from a moment of need, from begging or from an insult.
    """
    told = [
        sentence.strip()
        for line in scene.interview.lines
        if line.speaker is Speaker.CANDIDATE and line.need is Need.NONE and Act.TOLD in line.acts
        if not {Act.BEGGED, Act.INSULT, Act.PROMPT} & set(line.acts)
        for sentence in sentences(line.text)
        if LEAST <= len(words(sentence)) <= MOST and OWN_DEED.search(sentence) and "?" not in sentence
    ]
    return max(told, key=lambda sentence: len(set(content(sentence))), default="")


def _filled(choice: str, scene: Scene) -> str:
    """The line with its slots filled; empty where one cannot be."""
    plan = scene.plan
    asked = [one for one in sentences(last_question(scene.interview)) if "?" in one]
    values = {
        "fact": " ".join(fact.text for fact in plan.facts),
        "knower": plan.knower,
        "question": asked[-1] if asked else "",
    }
    text = choice
    for name, value in values.items():
        if "{" + name + "}" in text and not value:
            return ""
        text = text.replace("{" + name + "}", value)
    return text


def coach_line(plan: Plan, *, seed: int, said: str = "", country: Country | None = None) -> str:
    """The practice partner's line for this plan; to somebody in need in the language of what they `said`."""
    if plan.coach in CARES:
        return care_line(plan.coach, said=said, country=country, seed=seed)
    lines = _coach_lines()
    choices = lines.get(plan.coach) or lines[plan.coach.split(".")[0]]
    topics = [LABELS[topic][:1].lower() + LABELS[topic][1:] for topic in plan.offers]
    return choices[seed % len(choices)].replace("{topics}", " · ".join(topics))


def care_line(key: str, *, said: str, country: Country | None, seed: int) -> str:
    """What somebody in need is told: whom to call in their country, where it is known."""
    choices, (known, unknown) = _spoken(key, said), _spoken("emergency", said)
    return (
        choices[seed % len(choices)]
        .replace("{emergency}", known.replace("{number}", country.emergency) if country else unknown)
        .replace("{helpline}", country.listening if country else EVERYWHERE)
    )


def _spoken(key: str, said: str) -> list[str]:
    """The lines in the language of `said`; English where there are none."""
    lines = _coach_lines()
    return lines.get(f"{key}.{language_of(said)}") or lines[key]


@cache
def _coach_lines() -> dict[str, list[str]]:
    path = shipped_prompts() / "coach.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise DataError(f"{path.name}: is not a list of `name: lines`")
    return {str(name): [str(text) for text in texts] for name, texts in found.items()}
