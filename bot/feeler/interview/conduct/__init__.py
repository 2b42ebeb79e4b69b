"""How the company's person must behave: one pure function a rule, each saying what is wrong or nothing.

Every check takes the line and the situation and returns a few words of complaint, or "" where all is well.
The same checks choose among drafts while a talk goes on and judge whole talks in `feeler eval`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from feeler.interview.conduct import fairness, form, listening, speaker, truth
from feeler.interview.conduct.situation import Situation

Check = Callable[[str, Situation], str]

# These hold for every sentence, so a draft that breaks one while it is written is lost.
ALWAYS: dict[str, Check] = {
    "no stage directions": speaker.stage_directions,
    "one voice": speaker.one_voice,
    "not the candidate's part": speaker.not_the_candidate,
    "to their face": speaker.to_their_face,
    "no prompt words": speaker.no_prompt_words,
    "no assistant's phrases": speaker.no_assistant,
    "own words": speaker.own_words,
    "no parrot": listening.no_parrot,
    "no repetition": listening.no_repeat,
    "no invented number": truth.no_invented_number,
    "no invented name": truth.no_invented_name,
    "no invented claim": truth.no_invented_claim,
    "nothing put into their mouth": truth.nothing_put_into_their_mouth,
    "not turned round": truth.not_turned_round,
    "no promise": truth.no_promise,
    "no leak": truth.no_leak,
    "nothing unlawful": fairness.nothing_unlawful,
    "language of the talk": form.language_of_the_talk,
}
# These can only be told of a whole line.
AT_THE_END: dict[str, Check] = {
    "answers": listening.answers,
    "asks as planned": listening.asks_as_planned,
    "touches": listening.touches,
    "short enough": form.short_enough,
    "whole": form.whole,
    "no loop": form.no_loop,
}
CHECKS = {**ALWAYS, **AT_THE_END}


@dataclass(frozen=True, kw_only=True)
class Finding:
    check: str
    complaint: str


def broken(text: str, situation: Situation) -> tuple[Finding, ...]:
    """Every check that the whole line `text` fails."""
    return _findings(text, situation, CHECKS)


def broken_so_far(text: str, situation: Situation) -> tuple[Finding, ...]:
    """Every check that the beginning `text` of a line, cut after a sentence, fails already."""
    return _findings(text, situation, ALWAYS)


def _findings(text: str, situation: Situation, checks: dict[str, Check]) -> tuple[Finding, ...]:
    return tuple(
        Finding(check=name, complaint=complaint)
        for name, check in checks.items()
        if (complaint := check(text, situation))
    )
