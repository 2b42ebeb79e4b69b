"""What the scripted engine says when nobody gave it answers: a plain line in character, made from the prompt.

No model and no chance: the same prompt gives the same line, another draft another wording. It tells a fact
that the prompt lists, or reacts, and asks one open question, so that a whole talk works without weights.
"""

import re

from feeler.ports import Request

_LISTED = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.+)$", re.MULTILINE)
_SAYS = re.compile(r"[.!?]\s")

_REACTIONS = (
    "Thank you, that helps me to picture it.",
    "I see, and I like how plainly you put it.",
    "That is good to know.",
    "Interesting, I had not looked at it that way.",
)
_QUESTIONS = (
    "What did you do yourself, the last time it got difficult?",
    "Which part of that work would you miss most?",
    "How did the others notice that you were good at it?",
    "What would you want to try here that you could not try there?",
    "Who had to be convinced, and how did you go about it?",
)


def improvise(request: Request, draft: int) -> str:
    """One answer to the last message of `request`."""
    last = request.messages[-1].content
    turn = len(request.messages) + draft
    facts = [_sentence(fact) for fact in _LISTED.findall(last)]
    said = facts[draft % len(facts)] if facts else _REACTIONS[turn % len(_REACTIONS)]
    return f"{request.opening}{' ' if request.opening else ''}{said} {_QUESTIONS[turn % len(_QUESTIONS)]}"


def _sentence(text: str) -> str:
    """A listed fact as a sentence, shortened to two."""
    parts = _SAYS.split(text.strip())
    short = ". ".join(part.rstrip(".!?") for part in parts[:2])
    return f"{short}."
