"""Things that somebody named in a story, as they named them: "the list on the wall"."""

# ruff: noqa: SIM905  (word lists read better as lines)

import re

from feeler.interview.words import FUNCTION_WORDS

_NAMED = (
    r"(?:the|an?|my|our|his|her|their|this|that|these|those|of|two|three|four|five|six|seven|eight|nine|ten)"
)
_JOINS = {"on", "of", "in", "at", "under", "behind", "with", "for", "from"}
_ARTICLES = {"the", "a", "an"}
_BREAK = re.compile(r"[^\w\s'’-]+|\s-+\s|\n")
_AFTER = re.compile(rf"\b{_NAMED}\s+(?:own\s+)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’-]+|\d+")
PARTS = 2  # words of a thing, and of what it lies on or belongs to
OWNED = ("'", "'s", "’s")  # "chairman's" is the beginning of something
# nobody is sent home with what went wrong, and a stretch of time is no thing
LACKS = frozenset(
    """accident blame complaint complaints death dismissal error errors failure fault loss mess mistake
    mistakes problem problems trouble warning warnings worst afternoon day days evening hour hours minutes
    month months morning night nights time times week weeks year years""".split()
)
# nor with anybody's body, family or belief, even where they told of it
PRIVATE = frozenset(
    """baby boyfriend brother brothers cancer child children church daughter dad disease drugs ex father
    funeral girlfriend god grandfather grandmother husband illness lymphoma mosque mother mum parents pills
    pregnancy prison sister sisters son stroke suicide surgery therapy tumor tumour uncle wife""".split()
)


def things(text: str) -> tuple[str, ...]:
    """One or two words after an article or the like, alone and with where it was: "list", "list on the wall".

    Exact pieces of the text without what stood before them. By form alone, so not all of them are things.
    """
    found: dict[str, None] = {}
    for clause in _BREAK.split(text):
        for start in _AFTER.finditer(clause):
            words = clause[start.end() :].split()
            for size in range(1, PARTS + 1):
                own = words[:size]
                if len(own) < size or not all(map(_is_content, own)):
                    break
                if size == 1 and own[0].isdigit():
                    continue
                found[" ".join(own)] = None
                for where in _where(words[size:]):
                    found[" ".join([*own, *where])] = None
    return tuple(found)


def _where(words: list[str]) -> list[list[str]]:
    """What may follow a thing and still belong to it: "on the wall", "of ashes"."""
    if not words or words[0].casefold() not in _JOINS:
        return []
    lead = words[: 2 if len(words) > 1 and words[1].casefold() in _ARTICLES else 1]
    rest = words[len(lead) :]
    return [
        [*lead, *rest[:size]]
        for size in range(1, PARTS + 1)
        if len(rest) >= size and all(map(_is_content, rest[:size])) and not rest[size - 1].isdigit()
    ]


def _is_content(word: str) -> bool:
    bare = word.casefold()
    unfit = bare in FUNCTION_WORDS or bare in LACKS or bare in PRIVATE or bare.endswith(OWNED)
    return _WORD.fullmatch(word) is not None and not unfit
