"""Whether a question went on from what the company had just said, or started anew."""

import re

from feeler.coach.questions import followed
from feeler.interview.acts import Act
from feeler.interview.values import Line

# Words that stand for something said before; a question with one of them may always go on from it.
STANDS_FOR = re.compile(
    r"\b(?:that|this|these|those|it|its|they|them|their|he|him|she|her|there|then|so)\b", re.IGNORECASE
)


def goes_on(line: Line, before: Line | None) -> bool | None:
    """None where neither is certain, or where the company had told nothing to go on from.

    How the message was read decides together with what it is about: both have to say the same.
    """
    if before is None or not before.facts or Act.ASKED not in line.acts:
        return None
    same = bool(set(line.topics) & set(before.topics))
    questions = line.questions or (line.text,)
    points = any(followed(one, before, alone=True) is not None for one in questions)
    if line.follows and (same or points):
        return True
    anew = line.topics and not same and not points
    return False if anew and not any(STANDS_FOR.search(one) for one in questions) else None
