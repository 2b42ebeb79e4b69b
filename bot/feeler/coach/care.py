"""What the debrief leaves alone: the messages of somebody in need or with a sorrow in them, and what was
answered to them.

Such a moment is never taken up again. The debrief says that there was a pause, and nothing more. What is kept
of the talk, and /export, have the words, which are theirs.
"""

from dataclasses import replace

from feeler.interview.private import private_turns
from feeler.interview.values import Interview, Line, Need, Speaker

PAUSE = "There was a pause here."


def troubled(interview: Interview) -> bool:
    """Whether the candidate was in need at some point of the talk."""
    noted = interview.notes is not None and interview.notes.troubled
    return noted or any(line.need is not Need.NONE for line in interview.lines)


def without_need(interview: Interview) -> Interview:
    """The talk without those moments; the lines that stay keep their numbers."""
    private = private_turns(interview)
    return interview.evolve(lines=tuple(line for line in interview.lines if line.turn not in private))


def printed(interview: Interview) -> tuple[Line, ...]:
    """The lines as a document shows them: turns of such a moment are one line, that there was a pause.

    It keeps the need, so that whoever reads the file back knows of it.
    """
    private = private_turns(interview)
    found: list[Line] = []
    paused = False
    for line in interview.lines:
        if line.turn not in private:
            found.append(line)
        elif paused:
            found[-1] = replace(found[-1], need=max(found[-1].need, line.need, key=list(Need).index))
        else:
            found.append(replace(line, speaker=Speaker.COACH, text=PAUSE))
        paused = line.turn in private
    return tuple(found)
