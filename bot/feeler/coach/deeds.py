"""What the candidate told that they did, the most telling first: by what was read, in their own words.

A deed is a message that the reader takes as telling one. Questions, greetings, begging, tricks, another
language and moments of need are none.
"""

from collections.abc import Iterator, Sequence

from feeler.coach.values import Deed, Evidence
from feeler.coach.words import count, quote, sentences
from feeler.interview.acts import Act
from feeler.interview.plan import Job
from feeler.interview.private import shared_lines
from feeler.interview.reading import Shown
from feeler.interview.values import Interview, Line, Speaker
from feeler.ports import Reader

MOST = 40  # messages that are compared: of more, those that say most
STRETCH = 240  # characters of a deed with what belongs to it
POINT = 24  # words of the one sentence that stands for it
LEAST = 5  # words of a message that tells a deed
BARE = 2  # words of a beginning such as "Sorry." that is left out
CONCRETE = 0.5  # what a deed told in full counts more than a hint at one
FULL = 40  # words from which it is told in full
OTHERWISE = frozenset({Act.BEGGED, Act.INSULT, Act.PROMPT, Act.LANGUAGE, Act.PICKED})


def deeds(talk: Interview, reader: Reader | None) -> tuple[Deed, ...]:
    """The deeds of a talk, the most telling first; what the interviewer took leave with before all others.

    Without a reader they are ordered by how fully they are told.
    """
    lines = [line for line in shared_lines(talk) if _tells(line)]
    lines = sorted(lines, key=lambda line: -count(line.text))[:MOST]
    found = [
        (line, *stretch)
        for line in sorted(lines, key=lambda line: line.number)
        if (stretch := _stretch(line))
    ]
    shown = (
        reader.shows([said.quote for _, said, _ in found])
        if reader is not None and found
        else [Shown(telling=0.0, talents={})] * len(found)
    )
    told = [
        Deed(said=said, point=point, telling=round(one.telling + _fullness(line), 3), shows=one.talents)
        for (line, said, point), one in zip(found, shown, strict=True)
    ]
    left_with = _taken_leave_with(talk)
    return tuple(sorted(told, key=lambda deed: (deed.point.quote not in left_with, -deed.telling)))


def most_telling(talk: Interview, reader: Reader) -> str:
    """The sentence that stands for the most telling deed so far, word by word; empty where there is none."""
    return next((deed.point.quote for deed in deeds(talk, reader)), "")


def _tells(line: Line) -> bool:
    return (
        line.speaker is Speaker.CANDIDATE
        and line.deed
        and not OTHERWISE & set(line.acts)
        and count(line.text) >= LEAST
    )


def _fullness(line: Line) -> float:
    return CONCRETE * min(count(line.text), FULL) / FULL


def _taken_leave_with(talk: Interview) -> str:
    """The line with which the company took leave; it names what stayed with it."""
    return next((line.text for line in talk.lines if line.job == Job.LEAVE.value), "")


def _stretch(line: Line) -> tuple[Evidence, Evidence] | None:
    """The deed with the sentences around it, and its one sentence; None where the message only asks."""
    parts = [
        (start, end) for start, end in _places(line.text) if not _asks(line.text[start:end], line.questions)
    ]
    if parts and len(parts) > 1 and count(line.text[slice(*parts[0])]) <= BARE:
        del parts[0]
    if not parts:
        return None
    at = _heart(line, parts)
    first = last = at
    while True:  # what came of it before what led to it
        if last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= STRETCH:
            last += 1
        elif first and parts[last][1] - parts[first - 1][0] <= STRETCH:
            first -= 1
        else:
            break
    text = line.text[parts[first][0] : parts[last][1]]
    if any(question in text for question in line.questions):  # a question stands between
        text = line.text[slice(*parts[at])]
    return quote(line, text, STRETCH), _point(line, line.text[slice(*parts[at])])


def _places(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        yield start, at


def _asks(sentence: str, questions: Sequence[str]) -> bool:
    return sentence.endswith("?") or any(one in sentence or sentence in one for one in questions)


def _heart(line: Line, parts: Sequence[tuple[int, int]]) -> int:
    """Which sentence holds what matters most, as it was read; the longest where that is in none."""
    start = line.text.find(line.span) if line.span else -1
    middle = start + len(line.span) // 2
    inside = [at for at, (begin, end) in enumerate(parts) if start >= 0 and begin <= middle < end]
    return inside[0] if inside else max(range(len(parts)), key=lambda at: parts[at][1] - parts[at][0])


def _point(line: Line, sentence: str) -> Evidence:
    """The sentence; of one that does not end, as many clauses around what matters as can be said back."""
    if count(sentence) <= POINT:
        return quote(line, sentence)
    clauses = sentence.split(", ")
    kept = ""
    for at in range(len(clauses)):
        for end in range(len(clauses), at, -1):
            words = ", ".join(clauses[at:end])
            fits = LEAST <= count(words) <= POINT and words in line.text
            if fits and (not line.span or line.span in words) and len(words) > len(kept):
                kept = words
    return quote(line, kept or sentence, 140)
