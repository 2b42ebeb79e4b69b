"""What to ask on about: the side of a story that says most about a talent, read off the candidate's words.

The angles are those of behavioural interviewing (what exactly did you see, say, decide, change), so that two
follow-ups in a row do not ask the same thing. A model is told one, and fits it to the story.
"""

# ruff: noqa: E501  (patterns read better on one line)

import re

# Each must fit any story that its pattern matches, and points back at it ("it", "that", "there").
ANGLES: tuple[tuple[str, str], ...] = (
    ("How did you notice it?", r"\b(?:found|spotted|discovered|mistake|error|missing|wrong)\b"),
    ("How did you learn to notice that?", r"\b(?:see|saw|seen|notice\w*|read|hear|heard|smell|listen\w*|look(?:ed|ing)? at|can tell)\b"),
    ("What did you say to them, word for word?", r"\b(?:angry|shout\w*|argu\w+|fight\w*|fought|complain\w*|refus\w+|said no|persuad\w+|convinc\w+|negotiat\w+|furious|upset)\b"),
    ("What did you do in the first minutes of it?", r"\b(?:sudden\w*|emergenc\w+|middle of|broke|broken|burn\w*|crash\w*|accident|alarm|panic|snow|storm|flood)\b"),
    ("How did you decide that?", r"\b(?:decid\w+|chose|choose|instead|risk\w*|had to|put the|sent|changed)\b"),
    ("How did you get them to go along with it?", r"\b(?:team|crew|brigade|staff|apprentice\w*|kids|pupils|students|colleagues|volunteers|people|everybody|everyone)\b"),
    ("How did you teach yourself that?", r"\b(?:learn\w*|taught|myself|nobody showed|from nothing|self)\b"),
    ("What would you like to keep from it?", r"\b(?:i|we)(?:'ve| have| had)? left\b|\b(?:leave|leaving|quit|tired|bored|enough|done with|closed|redundan\w+|laid off)\b"),
    ("What would a good day look like for you then?", r"\b(?:i'?d like|i would like|i want|looking for|hope|something with|dream\w*)\b"),
    ("What did you get better at in all that time?", r"\b(?:years?|months?|decade|since|always)\b"),
)  # fmt: skip
ALWAYS = (
    "What was the hardest part of it?",
    "What did the others there come to you for?",
    "How did you learn that?",
    "What nearly went wrong there?",
)
# For an answer that says little: each fits anything that somebody does.
PUSHES = (
    "What does that look like on one single day?",
    "When did you last do that, and what happened?",
    "Which one time do you remember best?",
    "What was your own part in that?",
)


def angles_of(heard: tuple[str, ...]) -> tuple[str, ...]:
    """For each message of a talk, in order, the angle to ask on about: one that fits and was not taken yet."""
    taken: list[str] = []
    for place, text in enumerate(heard):
        fitting = [angle for angle, pattern in ANGLES if re.search(pattern, text, re.IGNORECASE)]
        fresh = [angle for angle in (*fitting, *ALWAYS) if angle not in taken]
        taken.append(fresh[0] if fresh else ALWAYS[place % len(ALWAYS)])
    return tuple(taken)
