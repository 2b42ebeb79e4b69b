"""Which sentences of the papers say something about the company, and on what: a taught head decides."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from feeler.interview.acts import Act
from feeler.interview.language import is_english
from feeler.interview.reading import Reading
from feeler.interview.words import content, sentences, words
from feeler.personas.values import Topic
from feeler.sources.values import Paper, Statement

LEAST, MOST = 3, 42  # words of what can be said aloud
MOST_READ = 400  # sentences; what comes after is seldom about the company
SURE = 0.7  # that a sentence says something
SURER = 0.75  # of a list item, which is no sentence
SAME = 0.75  # share of words in common from which on two say the same
MOST_FACTS, MOST_OF_TOPIC = 38, 6  # the model chooses among 52 things at most
ORDERS = frozenset({Act.PROMPT, Act.MACHINE})  # it speaks to a machine, or is after its instructions
LEANS = re.compile(r"(?:this|that|these|those|it|he|she|both|here|there|such|its|his|her)\b", re.IGNORECASE)
SINGULAR = re.compile(r"\b(?:I|I['’]m|I['’]ve|my|me|mine|myself)\b")
LIST = re.compile(r"[:;]\s*$|^[^a-z]*$")


class Sorter(Protocol):
    """Knows what a sentence about a company is about; part of `feeler.ports.Reader`."""

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]:
        """Of each text the probabilities of the topics, and of None: that it says nothing of the company."""
        ...

    def read(self, before: str, said: str) -> Reading:
        """What `said` does, as a message to the company."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Piece:
    text: str
    paper: Paper
    whole: bool  # a sentence with its end mark


def statements(papers: Sequence[Paper], sorter: Sorter) -> tuple[Statement, ...]:
    """What the papers say about the company, the surest first, each thing once. Computes for seconds."""
    pieces = list(_pieces(papers))[:MOST_READ]
    found: list[Statement] = []
    for piece, shares in zip(pieces, sorter.sorts([one.text for one in pieces]), strict=True):
        sure = 1.0 - shares[None]
        if sure < (SURE if piece.whole else SURER):
            continue
        topic = max((one for one in shares if one is not None), key=lambda one: shares[one])
        found.append(
            Statement(
                text=piece.text, paper=piece.paper.name, topic=topic, certainty=sure,
            )
        )  # fmt: skip
    return tuple(one for one in _chosen(found) if not sorter.read("", one.text).acts & ORDERS)


def count_foreign(papers: Sequence[Paper]) -> float:
    """The share of the papers' sentences that are in another language than English."""
    found = [one for paper in papers for line in paper.text.splitlines() for one in sentences(line)]
    long = [one for one in found if len(words(one)) >= LEAST]
    return sum(not is_english(one) for one in long) / len(long) if long else 0.0


def _pieces(papers: Sequence[Paper]) -> Iterator[_Piece]:
    """Sentences and list items that could be said; one that leans on the sentence before comes with it."""
    for paper in papers:
        for line in paper.text.splitlines():
            before = ""
            for sentence in sentences(line):
                text = f"{before} {sentence}" if before and LEANS.match(sentence) else sentence
                leans = bool(LEANS.match(sentence)) and not before
                before = sentence
                if not leans and _can_be_said(text):
                    yield _Piece(text=text, paper=paper, whole=text[-1] in '.!…"”')


def _can_be_said(text: str) -> bool:
    many = len(words(text))
    return (
        LEAST <= many <= MOST
        and "?" not in text
        and not SINGULAR.search(text)  # somebody's own words, which the interviewer cannot take
        and not LIST.search(text)
        and is_english(text)
    )


def _chosen(found: list[Statement]) -> tuple[Statement, ...]:
    """The surest of each topic, none that another says already."""
    kept: list[tuple[Statement, frozenset[str]]] = []
    for one in sorted(found, key=lambda one: -one.certainty):
        own = frozenset(content(one.text))
        if not own or any(len(own & other) >= SAME * min(len(own), len(other)) for _, other in kept):
            continue
        if sum(other.topic is one.topic for other, _ in kept) < MOST_OF_TOPIC:
            kept.append((one, own))
    return tuple(one for one, _ in kept[:MOST_FACTS])
