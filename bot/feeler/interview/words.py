"""English text as sentences, words and stems: rough, quick, and the same everywhere in the interview."""

# ruff: noqa: E501, SIM905  (word lists and patterns read better on one line)

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[a-z0-9]+(?:[.,]\d+)*(?:['’-][a-z0-9]+)*", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9a-z])|\n+")
SHORT_FORMS = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|vs|etc|approx|e\.g|i\.e|a\.m|p\.m)\.$", re.IGNORECASE)

FUNCTION_WORDS = frozenset(
    """a about above after again against all also always am an and any anybody anyone anything are as at back be
    because been before being below between both but by came can could did do does doing done down during each
    either else even ever every everybody everyone everything few first for from further get gets getting give go
    goes going gone got had has have having he her here hers him his how however i if in into is it its itself just
    know last least less let like lot made make makes many may maybe me might mine more most much must my myself
    never new no nobody none nor not nothing now of off often oh ok okay on once one only onto or other others our
    ours out over own perhaps please put quite rather really right said same say says see she should since so some
    somebody someone something sometimes still such sure take tell than thank thanks that the their theirs them
    themselves then there these they thing things think this those though through to too took under until up upon
    us use used very want wants was way we well went were what when where whether which while who whom whose why
    will with within without would yes yet you your yours yourself am i'm i've i'd i'll you're you've you'd you'll
    we're we've we'd we'll they're they've it's that's there's what's who's how's don't doesn't didn't isn't aren't
    wasn't weren't can't couldn't won't wouldn't shouldn't haven't hasn't hadn't let's he's she's""".split()
)
NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty""".split()
    )
} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "billion": "1000000000",
    "dozen": "12",
    "twice": "2",
    "half": "0.5",
}
SUFFIXES = (
    "fulness", "ousness", "ization", "isation", "ational", "ingly", "ation", "ility", "iness", "ement",
    "ment", "ness", "ied", "ion", "ing", "ity", "est", "ly", "ed", "er", "or", "al", "y", "e",
)  # fmt: skip


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text` with their end marks, blank ones left out."""
    found: list[str] = []
    for part in SENTENCE_END.split(text):
        if found and SHORT_FORMS.search(found[-1]):
            found[-1] += f" {part}"
        elif part and part.strip():
            found.append(part.strip())
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """The words of `text` in lower case, straight apostrophes, hyphens kept inside a word."""
    return tuple(word.lower().replace("’", "'") for word in WORD.findall(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """`word` in lower case without its ending: "trainers" -> "train". Crude, but the same for both sides."""
    bare = re.sub(r"'(?:s|re|ve|d|ll|m)$", "", word.lower().replace("’", "'"))
    if not bare.isalpha():
        return bare
    if bare.endswith("ies") and len(bare) > 4:
        bare = bare[:-3] + "y"
    elif bare.endswith("s") and not bare.endswith(("ss", "us", "is")) and len(bare) > 3:
        bare = bare[:-1]
    for suffix in SUFFIXES:
        if bare.endswith(suffix) and len(bare) - len(suffix) >= 3:
            bare = bare[: -len(suffix)]
            break
    if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "sl":
        bare = bare[:-1]
    if len(bare) > 3 and bare.endswith("i"):
        bare = bare[:-1]
    return bare


def content(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning, in order, hyphenated words taken apart."""
    found: list[str] = []
    for word in words(text):
        for part in word.split("-"):
            if part and part not in FUNCTION_WORDS and (len(part) > 1 or part.isdigit()):
                found.append(stem(part))
    return tuple(found)


def last_asked(text: str) -> str:
    """The last sentence of `text` that asks; empty where none does."""
    return next((one for one in reversed(sentences(text)) if "?" in one), "")


def numbers(text: str) -> frozenset[str]:
    """The numbers in `text`, written out or not, as digits: "twenty-five" and "25" are both "25".

    "One" is left out: it is hardly ever a number in speech.
    """
    found: set[str] = set()
    whole = 0  # of a number in several words: "three hundred"
    for word in words(text):
        here = _numbers_in(word)
        found |= here
        value = int(next(iter(here))) if len(here) == 1 and next(iter(here)).isdigit() else 0
        whole = whole * value if whole and value in (100, 1000, 1_000_000) else value
        if word == "one":
            whole = 1
        if whole > 1:
            found.add(str(whole))
    return frozenset(found)


def _numbers_in(word: str) -> set[str]:
    digits = re.findall(r"\d+(?:[.,]\d+)*", word)
    if digits:
        return {_digits(number) for number in digits}
    parts = [NUMBER_WORDS.get(part) for part in word.split("-")]
    if len(parts) == 2 and parts[0] and parts[1] and len(parts[0]) == 2 and len(parts[1]) == 1:
        return {str(int(parts[0]) + int(parts[1]))}
    return {part for part in parts if part and part not in ("1", "0.5", "2" if word == "twice" else "")}


def _digits(number: str) -> str:
    bare = re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    return bare.rstrip("0").rstrip(".") if "." in bare else (bare.lstrip("0") or "0")


# what anybody may say in such a talk
FAMILIAR = frozenset(
    content(
        """good better best great small large important different interesting true honest simple real hard easy clear useful
        rare glad sorry happy fair quiet person someone place need look find help work talk speak hear listen meet learn
        understand mean feel start stop keep try want value matter care happen change question answer story word example
        problem experience skill ability mind idea reason moment part side end beginning week month job role people team
        company colleague customer together today tomorrow yesterday later soon already enough careful serious patient
        decide choose build bring hold carry show share trust respect expect hope wish curious open plain straight"""
    )
)


UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)  # Unicode's Default_Ignorable_Code_Point, and blanks that are letters, signs or notes, for a set in a pattern
_UNSEEN = re.compile(f"[{UNSEEN}]")
_ENDS = re.compile(rf"^[\s{UNSEEN}]+|(?<![\s{UNSEEN}])[\s{UNSEEN}]+\Z")


def visible(text: str) -> str:
    """The characters of `text` that leave a mark on paper: no blanks, controls, fillers or selectors."""
    return "".join(it for it in _UNSEEN.sub("", text) if unicodedata.category(it)[0] not in "CZ")


def trimmed(text: str) -> str:
    """`text` without blanks at its ends, be they of those that nobody sees."""
    return _ENDS.sub("", text)
