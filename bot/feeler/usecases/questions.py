"""Plain questions that people wrote, for after what somebody told: one is chosen by what it is about."""

from collections.abc import Mapping
from functools import cache

import yaml

from feeler.errors import DataError
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Manner

LISTS = ("any", "special")  # what follows from nearly everything, and from what some stories hold
FIRST = "first"  # what follows from a few words of who somebody is


@cache
def question_lists() -> Mapping[Manner, Mapping[str, tuple[str, ...]]]:
    """The questions of `prompts/questions.yaml` by manner and list. Raises DataError where one is empty."""
    path = shipped_prompts() / "questions.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = {
        manner: {name: tuple((found.get(manner.value) or {}).get(name) or ()) for name in (*LISTS, FIRST)}
        for manner in Manner
    }
    if missing := [manner.value for manner, each in lists.items() if not all(each.values())]:
        raise DataError(f"{path.name}: these manners have no questions: {', '.join(missing)}")
    return lists


def plain_questions(manner: Manner) -> tuple[str, ...]:
    """All questions of one manner."""
    return tuple(question for each in question_lists()[manner].values() for question in each)
