"""What is never taken up again: the turns of somebody in need or with a sorrow in them."""

from feeler.interview.acts import Act
from feeler.interview.values import Interview, Line, Need, Speaker


def private_turns(interview: Interview) -> frozenset[int]:
    """The turns with a sorrow told, those in which somebody was in need, and those after to which no
    interviewer spoke.
    """
    answered = {line.turn for line in interview.lines if line.speaker is Speaker.COMPANY}
    private: set[int] = set()
    goes_on = False
    for line in interview.lines:
        if line.speaker is Speaker.CANDIDATE:
            goes_on = line.need is not Need.NONE or (goes_on and line.turn not in answered)
            private |= {line.turn} if goes_on or Act.SORROW in line.acts else set()
    return frozenset(private)


def shared_lines(interview: Interview) -> tuple[Line, ...]:
    """What company and candidate said, without those turns: what a model may be shown."""
    private = private_turns(interview)
    return tuple(
        line for line in interview.lines if line.speaker is not Speaker.COACH and line.turn not in private
    )
