"""The candidate's own words that the company's line picks up: the part of a message that says the most."""

# ruff: noqa: E501, SIM905  (word lists and patterns read better on one line)

import re

from feeler.interview.questions import questions_in
from feeler.interview.words import FUNCTION_WORDS, content, numbers, sentences, words

CLAUSE = re.compile(
    r"[,;:–—()]\s*|\s+-\s+|\b(?:and then|but|because|so that|which|although|while|where)\b\s*", re.IGNORECASE
)
LEADS_IN = re.compile(
    r"^\W*(?:(?:and|so|then|well|also|or|that|i mean|you know|actually|basically|to be honest|honestly|yes|no|um|uh|ok|okay)\W+)+",
    re.IGNORECASE,
)
DULL = frozenset("thank job company talk hello interest opportun like work year peopl thing".split())
LONGEST = 11  # words


def hook_of(text: str) -> str:
    """A few words of `text`, verbatim, worth reacting to; empty where it tells nothing."""
    best, most = "", 0.9
    for sentence in sentences(text):
        if questions_in(sentence):
            continue
        for clause in _clauses(sentence):
            worth = _worth(clause)
            if worth > most:
                best, most = clause, worth
    return best


def _clauses(sentence: str) -> list[str]:
    parts = [LEADS_IN.sub("", part).strip(" .!?…\"'“”") for part in CLAUSE.split(sentence)]
    return [_short(part) for part in parts if part]


def _short(clause: str) -> str:
    """At most LONGEST words, not ending on a word that wants another."""
    kept = clause.split()
    if len(kept) > LONGEST:
        kept = kept[:LONGEST]
        while len(kept) > 3 and kept[-1].lower() in FUNCTION_WORDS:
            kept.pop()
    return " ".join(kept)


def _worth(clause: str) -> float:
    stems = [one for one in content(clause) if one not in DULL]
    count = len(words(clause))
    return (
        len(set(stems))
        + 0.7 * bool(numbers(clause))
        - (1.0 if count < 3 else 0.0)
        - (0.5 if count >= LONGEST else 0.0)
    )


def mirrored(hook: str) -> str:
    """`hook` as the company would say it back: "I ran my own shop" -> "you ran your own shop"."""
    return re.sub(
        r"\b(?:i'm|i am|i was|i've|i have|i'd|i|me|my|mine|myself|we|our|us)\b",
        _turn_round,
        hook,
        flags=re.IGNORECASE,
    )


def _turn_round(match: re.Match[str]) -> str:
    return {
        "i'm": "you are", "i am": "you are", "i was": "you were", "i've": "you have", "i have": "you have",
        "i'd": "you would", "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
        "we": "you", "our": "your", "us": "you",
    }[match.group().lower()]  # fmt: skip
