"""The second net under the reader: words after which nobody is interviewed, or that are not asked about, whatever the classifier thought of them."""

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
            r"\b(?:don'?t|do not|no longer) want to (?:live(?! (?:from|off)\b)|be alive|wake up(?! at \w+ (?:and|still|with)\b))\b",
            r"\b(?:can'?t|cannot|(?:don'?t|do not) know (?:if|whether|how) (?:i can|to)|could not|couldn'?t) go on living\b(?! (?:here|there|in|at|near)\b)",
            r"\bwant to die\b(?! (?:laughing|of))",
            r"\b(?:no reason|no point) (?:to|in) (?:live|living|being alive)\b",
        )
    ),
    re.IGNORECASE,
)

CLOSE = (
    "mother|father|mum|mom|dad|parents?|son|daughter|brother|sister|wife|husband|partner|child|children|baby|twins?|"
    "grand(?:mother|father|ma|pa)|uncle|aunt|cousin|friend|boy|girl|girlfriend|boyfriend|fianc[eé]e?"
)
THEMSELVES = r"(?:killed|hanged|hung|shot|drowned) (?:himself|herself|themselves)"
ENDED = re.compile(
    r"\b(?:took|taken|ended) (?:his|her|their) (?:own )?(?:life|lives)\b"
    rf"|\b{THEMSELVES}\b|\bdied by suicide\b"
    rf"|\bmy (?:\w+ ){{0,2}}(?:{CLOSE}) (?:has |had |was )?(?:died|passed away|passed|is dead|killed|drowned)\b"
    rf"|\b(?:death|loss|funeral) of my (?:\w+ ){{0,2}}(?:{CLOSE})\b|\bmy (?:\w+ ){{0,2}}(?:{CLOSE})'s (?:death|funeral)\b"
    rf"|\blost my (?:\w+ ){{0,2}}(?:{CLOSE})\b",
    re.IGNORECASE,
)

BEREAVED = re.compile(
    rf"\bmy (?:\w+ ){{0,2}}(?:{CLOSE}) (?:\w+ ){{0,2}}"
    rf"(?:{THEMSELVES}|(?:took|ended) (?:his|her|their) (?:own )?life|died by suicide)\b",
    re.IGNORECASE,
)

LONG_AGO = re.compile(r"\b(?:years? ago|(?:when|as|since) i was|(?:in|since) (?:19|20)\d\d)\b", re.IGNORECASE)


def in_danger(text: str) -> bool:
    """Whether somebody says in plain English words that they may do something to themselves."""
    return bool(DANGER.search(text.replace("’", "'")))


def tells_of_an_end(text: str) -> bool:
    """Whether it is told in plain English words that somebody close died, or that anybody ended their life."""
    return bool(ENDED.search(text.replace("’", "'")))


def is_bereaved(text: str) -> bool:
    """Whether it is told in plain English words that somebody close ended their life, and not long ago."""
    return bool(BEREAVED.search(text.replace("’", "'"))) and not LONG_AGO.search(text)
