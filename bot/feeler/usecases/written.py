"""Lines that people wrote: the last resort where no draft passed, and what the practice partner says."""

import random
from collections.abc import Sequence
from functools import cache

import yaml

from feeler.errors import DataError
from feeler.interview.guards import broken
from feeler.interview.language import is_english, language_of
from feeler.interview.plan import Job, Plan, last_question
from feeler.interview.scene import Scene
from feeler.interview.topics import LABELS
from feeler.interview.words import last_asked
from feeler.personas.library import shipped_prompts
from feeler.usecases.helplines import EVERYWHERE, Country

# Keys of what the coach says to somebody in need.
CARES = frozenset({"acute", "heavy", "unsure", "still", "aftercare", "asked", "program", "rest"})
ONCE = {"still", "asked", "program", "rest"}  # of which there is one line: then comes `aftercare`


def written_line(scene: Scene, *, seed: int) -> str:
    """What is said without the model: the fact as it stands, or a written line that was not said yet in
    this talk.
    """
    plan, persona = scene.plan, scene.persona
    if plan.job in (Job.TELL, Job.OFFER, Job.MINE):
        return plan.note or " ".join(fact.text for fact in plan.facts)
    choices = list(persona.lines.get(plan.job.value, ())) or [persona.opening]
    if plan.job is Job.PAUSE and not is_english(scene.heard):
        choices = list(_spoken(plan.job.value, scene.heard)) or choices
    random.Random(seed).shuffle(choices)
    filled = [line for choice in choices if (line := _filled(choice, scene))]
    said = "\n".join(scene.own_lines)
    best = min(filled or [persona.opening], key=lambda line: (line in said, len(broken(line, scene))))
    if plan.job is not Job.LEAVE or not scene.deed:
        return best
    keeps = persona.lines["keep"]
    taken = _filled(keeps[seed % len(keeps)], scene) or f"What stays with me: {scene.deed}"
    return f"{taken} {best}"


def _filled(choice: str, scene: Scene) -> str:
    """The line with its slots filled; empty where one cannot be."""
    plan = scene.plan
    values = {
        "fact": " ".join(fact.text for fact in plan.facts),
        "knower": plan.knower,
        "question": last_asked(last_question(scene.interview)),
        "thing": scene.thing,
    }
    text = choice
    for name, value in values.items():
        if "{" + name + "}" in text and not value:
            return ""
        text = text.replace("{" + name + "}", value)
    return text


def coach_line(
    plan: Plan, *, spoken: Sequence[str] = (), said: str = "", country: Country | None = None
) -> str:
    """The practice partner's line for this plan; to somebody in need in the language of what they `said`.

    `spoken` is what it said in this talk so far, so that it does not say the same again.
    """
    if plan.coach in CARES:
        return care_line(plan.coach, said=said, country=country, spoken=spoken)
    lines = _coach_lines()
    choices = lines.get(plan.coach) or lines[plan.coach.split(".")[0]]
    topics = [LABELS[topic][:1].lower() + LABELS[topic][1:] for topic in plan.offers]
    return choices[len(spoken) % len(choices)].replace("{topics}", " · ".join(topics))


def care_line(
    key: str, *, said: str, country: Country | None, spoken: Sequence[str] = (), seed: int = 0
) -> str:
    """What somebody in need is told: whom to call in their country, where it is known.

    Of the lines there are the one that was not `spoken` yet, or longest ago; `seed` says where to begin.
    """
    choices, (known, unknown) = list(_spoken(key, said)), _spoken("emergency", said)
    if key in ONCE:
        choices += _spoken("aftercare", said)
    filled = [
        choice.replace(
            "{emergency}", known.replace("{number}", country.emergency) if country else unknown
        ).replace("{helpline}", country.listening if country else EVERYWHERE)
        for choice in (*choices[seed % len(choices) :], *choices[: seed % len(choices)])
    ]
    latest = {text: at for at, text in enumerate(spoken)}
    return min(filled, key=lambda text: latest.get(text, -1))


def _spoken(key: str, said: str) -> list[str]:
    """The lines in the language of `said`; English where there are none, and none where there are not."""
    lines = _coach_lines()
    return lines.get(f"{key}.{language_of(said)}") or lines.get(key, [])


@cache
def _coach_lines() -> dict[str, list[str]]:
    path = shipped_prompts() / "coach.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise DataError(f"{path.name}: is not a list of `name: lines`")
    return {str(name): [str(text) for text in texts] for name, texts in found.items()}
