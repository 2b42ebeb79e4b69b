"""Common slips of the keyboard put right, for reading only: what is stored and shown stays as written."""

# ruff: noqa: E501  (word lists read better on one line)

import re

SHORT = {
    "wat": "what", "wut": "what", "whats": "what's", "hows": "how's", "wheres": "where's", "whos": "who's",
    "whys": "why's", "theres": "there's", "lern": "learn", "whn": "when", "wen": "when", "wich": "which",
    "tim": "time", "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thx": "thanks",
    "tnx": "thanks", "dont": "don't", "im": "i'm", "ive": "i've", "id": "i'd", "cant": "can't", "didnt": "didn't",
    "doesnt": "doesn't", "isnt": "isn't", "wasnt": "wasn't", "abt": "about", "ppl": "people", "bc": "because",
    "sth": "something", "smth": "something", "tel": "tell", "hou": "how", "wehn": "when", "evry": "every",
}  # fmt: skip
# words that decide what a question is about
MEANT = frozenset(
    [
        "the", "what", "when", "where", "which", "who", "how", "why", "does", "like", "your", "you", "with",
        "problem", "problems", "normal", "typical", "stressful", "stress", "pressure", "salary", "company",
        "culture", "conflict", "biggest", "outside", "learn", "learning", "worst", "people", "fight", "team",
        "manager", "experience", "degree", "training", "business", "industry", "future", "success", "successful",
        "hours", "weekend", "weekends", "growth", "career", "mistake", "mistakes", "feedback", "something",
        "anything", "already", "right", "there", "about", "money", "holiday", "flexible", "remote", "office",
        "atmosphere", "colleagues", "customers", "hierarchy", "advice", "recommend", "beginner", "quit", "night",
        "time", "thank", "thanks", "earn", "would", "could", "should", "decide", "decides", "challenge", "really",
    ]
)  # fmt: skip
WORD = re.compile(r"[A-Za-z]+")


def mended(text: str) -> str:
    """`text` with two swapped letters, or one letter too few in a long word, put right where a known word results."""
    return WORD.sub(lambda found: _mended(found.group()), text)


def _mended(word: str) -> str:
    low = word.lower()
    if low in MEANT:
        return word
    if low in SHORT and not (word.isupper() and len(word) > 1):
        return SHORT[low]
    for place in range(len(low) - 1):
        swapped = low[:place] + low[place + 1] + low[place] + low[place + 2 :]
        if swapped in MEANT:
            return swapped
    if len(low) >= 5:
        for meant in MEANT:
            if len(meant) == len(low) + 1 and any(
                meant[:i] + meant[i + 1 :] == low for i in range(len(meant))
            ):
                return meant
    return word
