"""What the company's person must not do: one pure function a rule, each saying what is wrong, or nothing.

Guards keep truth, safety and form; they say nothing of how good a line is. Readers do that.
"""

from collections.abc import Callable
from dataclasses import dataclass

from feeler.interview.guards import form, truth, unlawful, voice
from feeler.interview.scene import Scene

Guard = Callable[[str, Scene], str]

# These hold for every sentence, so a draft that breaks one while it is written is lost.
ALWAYS: dict[str, Guard] = {
    "no stage directions": voice.stage_directions,
    "one voice": voice.one_voice,
    "to their face": voice.to_their_face,
    "whose life it is": voice.whose_life,
    "no prompt words": voice.no_prompt_words,
    "no assistant's phrases": voice.no_assistant,
    "no repetition": form.no_repetition,
    "no invented number": truth.no_invented_number,
    "no invented name": truth.no_invented_name,
    "nothing beside the fact": truth.nothing_beside_the_fact,
    "no promise": truth.no_promise,
    "no leak": truth.no_leak,
    "nothing unlawful": unlawful.nothing_unlawful,
    "language of the talk": form.language_of_the_talk,
}
# These can only be told of a whole line.
AT_THE_END: dict[str, Guard] = {
    "keeps the fact": truth.keeps_the_fact,
    "asks or not": form.asks_or_not,
    "short enough": form.short_enough,
    "whole": form.whole,
    "no loop": form.no_loop,
}
GUARDS = {**ALWAYS, **AT_THE_END}


@dataclass(frozen=True, kw_only=True)
class Finding:
    guard: str
    complaint: str


def broken(text: str, scene: Scene) -> tuple[Finding, ...]:
    """Every guard that the whole line `text` fails."""
    return _findings(text, scene, GUARDS)


def broken_so_far(text: str, scene: Scene) -> tuple[Finding, ...]:
    """Every guard that the beginning `text` of a line, cut after a sentence, fails already."""
    return _findings(text, scene, ALWAYS)


def _findings(text: str, scene: Scene, guards: dict[str, Guard]) -> tuple[Finding, ...]:
    return tuple(
        Finding(guard=name, complaint=complaint)
        for name, guard in guards.items()
        if (complaint := guard(text, scene))
    )
