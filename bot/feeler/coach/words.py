"""Sentences of what was said as exact substrings, and words to compare them by.

Unlike the interview's own reading, nothing is changed here: what is quoted must be found in the transcript.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from math import log

from feeler.coach.values import Evidence
from feeler.interview.values import Line
from feeler.interview.words import content as stems
from feeler.personas.values import Fact

MOST = 150  # sentences read of one message
LONGEST = 600  # characters of a sentence

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*[\"”»)]*|[.!?…]+")
ABBREVIATED = re.compile(r"\b(?:[DM]r|Mrs|Ms|Prof|St|vs|approx|e\.g|i\.e|[A-HJ-Z])\.$")


def fold(text: str) -> str:
    """Lower case, with typewriter apostrophes."""
    return text.casefold().replace("’", "'")


def count(text: str) -> int:
    """How many words `text` has."""
    return sum(1 for _ in WORD.finditer(text))


def content(text: str) -> set[str]:
    """Stems of the words that carry meaning, numbers included."""
    return set(stems(text))


def sentences(text: str) -> Iterator[str]:
    """The first sentences of `text`, each an exact substring without the blanks around it.

    No more than MOST of them are read, and what is longer than LONGEST in pieces, so that a message
    made to keep the coach busy cannot.
    """
    return islice((part for sentence in _sentences(text) for part in _parts(sentence)), MOST)


def _parts(sentence: str) -> Iterator[str]:
    """The sentence, or where it does not end, pieces of it."""
    while len(sentence) > LONGEST:
        cut = sentence.rfind(" ", LONGEST // 2, LONGEST)
        at = cut if cut > 0 else LONGEST
        yield sentence[:at].rstrip()
        sentence = sentence[at:].lstrip()
    yield sentence


def _sentences(text: str) -> Iterator[str]:
    start: int | None = None
    for match in SENTENCE.finditer(text):
        begin = match.start() if start is None else start
        if _goes_on(text, begin, match.end()):
            start = begin
            continue
        start = None
        if sentence := text[begin : match.end()].strip():
            yield sentence
    if start is not None and (rest := text[start:].strip()):
        yield rest


def _goes_on(text: str, begin: int, end: int) -> bool:
    """Whether the stop before `end` is an abbreviation's or a decimal point, not the end of a sentence."""
    if end >= len(text) or text[end] == "\n" or text[end - 1] != ".":
        return False
    if text[end].isdigit() and end - 2 >= begin and text[end - 2].isdigit():
        return True
    return ABBREVIATED.search(text, max(begin, end - 8), end) is not None


def quote(line: Line, words_of_it: str | None = None, longest: int = 180, *, cut: bool = False) -> Evidence:
    """`words_of_it` (an exact substring of `line`) or all of it, cut at a blank where too long.

    `cut` says that the words themselves are cut off.
    """
    text = (line.text if words_of_it is None else words_of_it).strip()
    if len(text) > longest:
        end = text.rfind(" ", longest // 2, longest)
        text, cut = text[: end if end > 0 else longest].rstrip(" ,;:–—-"), True
    return Evidence(line=line.number, quote=text, cut=cut)


def weigh(facts: Iterable[Fact]) -> dict[str, float]:
    """How telling each word is: rare in the dossier counts more (inverse document frequency)."""
    seen: dict[str, int] = {}
    many = 0
    for fact in facts:
        many += 1
        for word in content(fact.text):
            seen[word] = seen.get(word, 0) + 1
    return {word: log(1 + many / times) for word, times in seen.items()}
