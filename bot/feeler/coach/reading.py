"""Which facts of the dossier the company told, and where: read off the words of the transcript alone.

A fact counts as told when enough of its telling words, rare words of the dossier weighing more, stand within
a few neighbouring sentences of one company line.
"""

from collections.abc import Mapping, Sequence
from math import fsum

from feeler.coach.questions import REFERS_ON, asked_by
from feeler.coach.topics import tapped
from feeler.coach.values import Evidence, Learned
from feeler.coach.words import content, fold, quote, sentences, weigh
from feeler.interview.plan import Job
from feeler.interview.values import Interview, Line, Speaker
from feeler.interview.words import numbers
from feeler.personas.values import Company, Fact, Reveal

TOLD = 0.5  # share of a fact's weight that must be said
WINDOW = 4  # sentences a fact may be spread over
FEWEST = 3  # telling words that must be said, or all of a shorter fact's


def told(interview: Interview, company: Company) -> tuple[Learned, ...]:
    """The facts that the company told, each at the line that told it best first, in the order of the talk."""
    weights = weigh(company.facts)
    found: dict[str, Learned] = {}
    asked: list[Evidence] = []
    for line in interview.lines:
        if line.speaker is Speaker.CANDIDATE:
            asked = [quote(line, one) for one in asked_by(line)] or [quote(line)] * (tapped(line) is not None)
        if line.speaker is not Speaker.COMPANY:
            continue
        if line.job == Job.NEAR:  # by their own words no answer to what was asked
            asked = []
        parts = [
            (sentence, set() if REFERS_ON.search(fold(sentence)) else content(sentence))
            for sentence in sentences(line.text)
        ]
        for fact in company.facts:
            if fact.id in found or fact.reveal is Reveal.NEVER:
                continue
            if said := _said(line, parts, fact, weights):
                found[fact.id] = Learned(
                    fact=fact.id, topic=fact.topic, said=said, opened_by=_opener(asked, fact)
                )
    return tuple(sorted(found.values(), key=lambda one: one.said.line))


def _opener(asked: Sequence[Evidence], fact: Fact) -> Evidence | None:
    """Of the questions asked just before, the one that has most to do with the fact; the last of equals."""
    wanted = content(fact.text)

    def nearness(one: Evidence) -> tuple[int, int]:
        return (len(content(one.quote) & wanted), asked.index(one))

    return max(asked, key=nearness, default=None)


def _said(
    line: Line, parts: Sequence[tuple[str, set[str]]], fact: Fact, weights: Mapping[str, float]
) -> Evidence | None:
    """The stretch of `line` that tells `fact`, or None."""
    telling = content(fact.text)
    whole = fsum(weights[word] for word in telling)
    best: tuple[float, int, str] | None = None
    for first in range(len(parts) if telling else 0):
        hit: set[str] = set()
        for last in range(first, min(first + WINDOW, len(parts))):
            hit |= telling & parts[last][1]
            share = fsum(weights[word] for word in hit) / whole
            enough = (
                share >= TOLD
                and _has_figures(parts[first : last + 1], fact)
                and len(hit) >= min(FEWEST, len(telling))
            )
            # A longer stretch must earn its length, so that the quotation holds no more than the fact.
            earned = 0.12 * max(0, last - first - (best[1] if best else 0)) if best else 0.0
            shorter = best is not None and share >= best[0] and last - first < best[1]
            if enough and (best is None or shorter or share > best[0] + max(earned, 0.01)):
                best = (share, last - first, _stretch(line.text, parts[first][0], parts[last][0]))
    return quote(line, best[2], longest=260) if best else None


def _has_figures(parts: Sequence[tuple[str, set[str]]], fact: Fact) -> bool:
    """A fact that rests on a number is not told without one of its numbers."""
    wanted = numbers(fact.text)
    return not wanted or any(wanted & numbers(sentence) for sentence, _ in parts)


def _stretch(text: str, first: str, last: str) -> str:
    begin = text.index(first)
    return text[begin : text.index(last, begin) + len(last)]
