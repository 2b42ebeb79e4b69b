"""What the debrief leaves alone: the messages of somebody in need, and what was answered to them.

Such a moment is never taken up again. The debrief says that there was a pause, and nothing more; the
transcript keeps the words, which are theirs.
"""

from feeler.interview.values import Interview, Need, Speaker


def troubled(interview: Interview) -> bool:
    """Whether the candidate was in need at some point of the talk."""
    return any(line.need is not Need.NONE for line in interview.lines)


def without_need(interview: Interview) -> Interview:
    """The talk without those moments; the lines that stay keep their numbers."""
    private = _private_turns(interview)
    return interview.evolve(lines=tuple(line for line in interview.lines if line.turn not in private))


def _private_turns(interview: Interview) -> set[int]:
    """The turns in which somebody was in need, and those after them to which no interviewer spoke."""
    answered = {line.turn for line in interview.lines if line.speaker is Speaker.COMPANY}
    private: set[int] = set()
    goes_on = False
    for line in interview.lines:
        if line.speaker is Speaker.CANDIDATE:
            goes_on = line.need is not Need.NONE or (goes_on and line.turn not in answered)
            private |= {line.turn} if goes_on else set()
    return private
