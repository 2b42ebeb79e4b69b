"""The second net under the reader: words after which nobody is interviewed, whatever the classifier thought of them."""

# ruff: noqa: E501  (patterns read better on one line)

import re

DANGER = re.compile(
    "|".join(
        (
            r"\bkill(?:ing)? myself\b",
            r"\bsuicid(?:e|al)\b(?=.{0,40}\b(?:i|me|my)\b)|\b(?:i|i'm|i am|i feel|feeling)\b.{0,30}\bsuicidal\b",
            r"\b(?:end|ending|take|taking) my (?:own )?life\b",
            r"\b(?:hurt|harm|cut)(?:ting|ing)? myself (?:again|on purpose|at night|every|so|because|when|to feel)\b",
            r"\b(?:better off|easier) without me\b",
            r"\b(?:don'?t|do not|no longer) want to (?:live|be alive|wake up)\b",
            r"\bwant to die\b(?! (?:laughing|of))",
            r"\b(?:no reason|no point) (?:to|in) (?:live|living|being alive)\b",
        )
    ),
    re.IGNORECASE,
)


def in_danger(text: str) -> bool:
    """Whether somebody says in plain English words that they may do something to themselves."""
    return bool(DANGER.search(text.replace("’", "'")))
