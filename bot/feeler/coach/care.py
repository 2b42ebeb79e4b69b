"""What the debrief leaves alone: the messages of somebody in need or with a sorrow in them, and what was
answered to them.

Such a moment is never taken up again. The debrief says that there was a pause, and nothing more; the
transcript keeps the words, which are theirs.
"""

from feeler.interview.private import private_turns
from feeler.interview.values import Interview, Need


def troubled(interview: Interview) -> bool:
    """Whether the candidate was in need at some point of the talk."""
    noted = interview.notes is not None and interview.notes.troubled
    return noted or any(line.need is not Need.NONE for line in interview.lines)


def without_need(interview: Interview) -> Interview:
    """The talk without those moments; the lines that stay keep their numbers."""
    private = private_turns(interview)
    return interview.evolve(lines=tuple(line for line in interview.lines if line.turn not in private))
