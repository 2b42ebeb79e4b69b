"""Where a talk stands: the phase by the share of the turn budget that is spent."""

from math import ceil

from feeler.interview.live import is_live
from feeler.interview.values import Interview, Phase, Speaker

# A phase lasts until this share of the budget is spent. Company and questions together are half of the talk.
UNTIL = (
    (Phase.STORY, 0.27),
    (Phase.STRENGTHS, 0.45),
    (Phase.COMPANY, 0.55),
    (Phase.QUESTIONS, 0.9),
)
LEADS = (Phase.COMPANY, Phase.QUESTIONS)  # the candidate leads
PROBES = (Phase.OPENING, Phase.STORY, Phase.STRENGTHS)  # the company asks


def phase_at(turn: int, budget: int) -> Phase:
    """The phase of the candidate's message number `turn` (1-based; 0 is the opening line) of `budget`."""
    if turn <= 1:
        return Phase.OPENING
    if turn >= budget:
        return Phase.CLOSE
    return next((phase for phase, share in UNTIL if turn <= ceil(share * budget - 0.5)), Phase.CLOSE)


def is_over(interview: Interview) -> bool:
    """Whether the company has said its last word: the budget is spent or the candidate said goodbye."""
    if interview.ended is not None or (interview.turn >= interview.budget and not is_live(interview)):
        return True
    last = interview.last(Speaker.CANDIDATE)
    return last is not None and "goodbye" in last.acts
