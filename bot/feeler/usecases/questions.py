"""Plain questions that people wrote, for after what somebody told: one is chosen by what it is about."""

from collections.abc import Mapping
from functools import cache

import yaml

from feeler.errors import DataError
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Manner


@cache
def plain_questions() -> Mapping[Manner, tuple[str, ...]]:
    """The questions of `prompts/questions.yaml` by manner. Raises DataError where a manner has none."""
    path = shipped_prompts() / "questions.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if missing := [manner.value for manner in Manner if not found.get(manner.value)]:
        raise DataError(f"{path.name}: these manners have no questions: {', '.join(missing)}")
    return {manner: tuple(found[manner.value]) for manner in Manner}
