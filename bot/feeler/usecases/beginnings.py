"""How the company's lines begin by rule, for a model to go on.

Left to itself a small model tells the candidate's story as its own, retells it wrongly, begins a question
so that it cannot end well, or forgets to say that it does not know. The persona's own words begin such lines.
"""

import re
from collections.abc import Sequence

from feeler.interview.acts import Act
from feeler.interview.conduct.listening import HONEST, LISTENS, no_repeat
from feeler.interview.conduct.situation import Situation
from feeler.interview.hooks import reflection_of, taken_up
from feeler.interview.plan import Asking, Job, Plan
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import sentences
from feeler.usecases.prompting import last_question

BEING = re.compile(r"(?:you(?:'re|'ve been|'d| were| are| had| have)|your)\b", re.IGNORECASE)  # and not doing


def opening_for(situation: Situation, *, again: int = 0) -> str:
    """How the line begins; another way for each `again`. Empty where the model is to begin by itself."""
    plan, persona = situation.plan, situation.persona
    turn = plan.turn + again

    def own(job: str) -> str:
        """How one of the persona's lines for `job` begins: up to its slot, or else its first sentence."""
        lines = persona.lines.get(job, ())
        starts = [line.split("{")[0].strip() if "{" in line else sentences(line)[0] for line in lines]
        honest = [start for start in starts if HONEST.search(start)]
        return _unsaid(honest if plan.job in (Job.NEAR, Job.UNKNOWN) else starts, situation, turn)

    match plan.job:
        case job if job in LISTENS:
            parts = [_reaction(situation, turn), _next_words(plan)]
        case Job.REPHRASE:
            asked = last_question(situation.interview).split()[:3]
            parts = [own("rephrase") if Act.CLARIFY in plan.acts else "", *asked]
        case Job.STEADY:
            parts = [_unsaid(persona.lines.get(steadying(plan), ()), situation, turn)]
            parts += ["What"] if parts[0] and plan.asking is Asking.ONE else []
        case Job.CLOSE:
            parts = [_taken_away(situation, turn), own("close")]
        case Job.NEAR | Job.UNKNOWN | Job.DEFLECT:
            parts = [own(plan.job.value)]
        case Job.ANSWER if again:  # the first draft told something else
            parts = _first_words(plan)
        case _:
            parts = []
    return " ".join(part for part in parts if part)


def steadying(plan: Plan) -> str:
    """Which of the persona's lines meet somebody who begs, or who insults."""
    return "kindly" if Act.BEGGED in plan.acts and Act.INSULT not in plan.acts else "steady"


def _reaction(situation: Situation, turn: int) -> str:
    """What was said, said back in one of the persona's frames, or else a nod; "" where all were used."""
    lines = situation.persona.lines
    if reflection := reflection_of(situation.heard):
        return _framed(lines.get("say back") or ("So {hook}.",), reflection, turn)
    if said := taken_up(situation.heard, situation.plan.hook):
        return f"{said}."
    return _unsaid(lines.get("nod", ()), situation, turn)


def _next_words(plan: Plan) -> str:
    """The first words of what follows, of the question or the fact, so that the rest can only end it so."""
    if plan.job is Job.TELL:
        return " ".join(_first_words(plan))
    if plan.job is Job.HAND_OVER:
        return "What"
    count = len(plan.question.split())
    shown = len(plan.bridge.split()) + (count // 2 if plan.probe else min(4, count - 2))
    return " ".join(plan.bridged.split()[:shown])


def _first_words(plan: Plan) -> list[str]:
    """Of the fact that is to be told."""
    return plan.facts[0].text.split()[:3] if plan.facts else []


def _taken_away(situation: Situation, turn: int) -> str:
    """What stays with the persona at the end: the fullest of the candidate's deeds."""
    frames = situation.persona.lines.get("take away", ())
    deeds = {reflection_of(line) for line in _answered(situation.interview)} - {""}
    best = sorted(deeds, key=lambda deed: (not BEING.match(deed), len(deed)), reverse=True)
    lines = [_framed(frames, deed, turn) for deed in best] if frames else []
    return next((line for line in lines if not no_repeat(line, situation)), "")


def _answered(talk: Interview) -> list[str]:
    """What the candidate said that the company answered; distress, say, the practice partner takes up."""
    pairs = zip(talk.lines, talk.lines[1:], strict=False)
    return [
        line.text
        for line, after in pairs
        if line.speaker is Speaker.CANDIDATE and after.speaker is Speaker.COMPANY
    ]


def _framed(frames: Sequence[str], said: str, turn: int) -> str:
    line = frames[turn % len(frames)].replace("{hook}", said[:1].lower() + said[1:])
    return line[:1].upper() + line[1:]


def _unsaid(lines: Sequence[str], situation: Situation, turn: int) -> str:
    """The next of `lines` that was not said yet in this talk; "" where all were."""
    start = turn % len(lines) if lines else 0
    said = "\n".join(situation.own_lines)
    return next((line for line in (*lines[start:], *lines[:start]) if line not in said), "")
