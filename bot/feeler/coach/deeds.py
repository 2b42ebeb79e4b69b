"""What the candidate told that they did, the most telling first: by what was read, in their own words.

A deed is a message that the reader takes as telling one. Questions, greetings, begging, tricks, another
language and moments of need are none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from feeler.coach.values import Deed, Evidence
from feeler.coach.words import WORD, count, quote, sentences
from feeler.interview.acts import Act
from feeler.interview.plan import STORY, Job
from feeler.interview.private import shared_lines
from feeler.interview.reading import Shown
from feeler.interview.values import Interview, Line, Speaker
from feeler.ports import Reader

MOST = 40  # messages that are compared: of more, those that say most
SAID, WEIGHED, POINT = 70, 50, 33  # words of a deed as evidence, as it is weighed, and as it is said back
NEARLY = 0.04  # by which the end of a deed may tell less than its middle and is quoted
# Where the act itself is told, as a share of the message: before it stands how things were, after it what
# came of it. So quoted, 29 of 44 long stories keep all that a reader called the act, and each some of it.
MIDDLE = 0.42
SIGNS = 7  # a word, on average: what has no blanks ends too
STRETCH = SIGNS * SAID  # characters of a deed at most
LEAST = 5  # words of a message that tells a deed
FIRST = 3  # deeds whose short form is chosen by what it tells
BARE = 2  # words of a beginning such as "Sorry." that is left out
CONCRETE = 0.5  # what a deed told in full counts more than a hint at one
FULL = 40  # words from which it is told in full
OTHERWISE = frozenset({Act.BEGGED, Act.INSULT, Act.PROMPT, Act.LANGUAGE, Act.PICKED})
NOTHING = Shown(telling=0.0, talents={})
_BORDER = re.compile(r"(?<=[,;:])\s|\s[–—-]\s|\s(?=(?:and|but|so|then|because|until|when|while|which)\b)")


def deeds(talk: Interview, reader: Reader | None, *, stories: bool = False) -> tuple[Deed, ...]:
    """The deeds of a talk, the most telling first; what the interviewer took leave with before all others.

    Without a reader they are ordered by how fully they are told. With `stories` also what is told at length
    without a deed in it.
    """
    lines = [line for line in shared_lines(talk) if _tells(line, stories)]
    lines = sorted(lines, key=lambda line: -count(line.text))[:MOST]
    found = [(line, said) for line in sorted(lines, key=lambda line: line.number) if (said := _said(line))]
    weighed = {line.number: (said.quote, *_stretches(line, WEIGHED)) for line, said in found}
    shown = _shown([text for each in weighed.values() for text in each], reader)
    told = []
    for line, said in found:
        most = max(shown.get(text, NOTHING).telling for text in weighed[line.number])
        telling = round(most + _fullness(line), 3)
        talents = shown.get(said.quote, NOTHING).talents
        told.append(Deed(said=said, point=_shorter(line, said)[0], telling=telling, shows=talents))
    told.sort(key=lambda deed: (not _was_taken_up(deed, talk), -deed.telling))
    # The reader is slow beside the rest, and what is told less of is not said back.
    first = [(deed, _shorter(talk.numbered(deed.said.line), deed.said)) for deed in told[:FIRST]]
    shown = _shown([one.quote for _, ways in first for one in ways], reader)
    return (*(replace(deed, point=_better(ways, shown)) for deed, ways in first), *told[FIRST:])


def most_telling(talk: Interview, reader: Reader) -> Evidence | None:
    """The most telling deed so far in a few whole sentences; of who told none their most telling story, and
    None where there is none either.
    """
    found = deeds(talk, reader) or deeds(talk, reader, stories=True)
    return found[0].point if found else None


def _tells(line: Line, stories: bool) -> bool:
    story = stories and Act.TOLD in line.acts and count(line.text) >= STORY
    return (
        line.speaker is Speaker.CANDIDATE
        and (line.deed or story)
        and not OTHERWISE & set(line.acts)
        and count(line.text) >= LEAST
    )


def _fullness(line: Line) -> float:
    return CONCRETE * min(count(line.text), FULL) / FULL


def _was_taken_up(deed: Deed, talk: Interview) -> bool:
    """Whether the company took leave with words of this deed's message."""
    told = " ".join(talk.numbered(deed.said.line).text.split())
    leaves = [" ".join(line.span.split()) for line in talk.lines if line.job == Job.LEAVE.value]
    return any(words in told for words in leaves if words)


def _shown(texts: Sequence[str], reader: Reader | None) -> Mapping[str, Shown]:
    """What each text shows; of none without a reader."""
    texts = list(dict.fromkeys(texts))
    return dict(zip(texts, reader.shows(texts), strict=True)) if reader is not None and texts else {}


def _better(ways: Sequence[Evidence], shown: Mapping[str, Shown]) -> Evidence:
    """Of some ways to quote a deed the last that tells as much as any, or nearly: what came of it is there.

    The first where nothing is known of them.
    """
    if not shown:
        return ways[0]
    most = max(shown[one.quote].telling for one in ways)
    return [one for one in ways if shown[one.quote].telling >= most - NEARLY][-1]


def _said(line: Line) -> Evidence | None:
    """As many whole sentences around the middle as fit, and none that asks; None where it only asks."""
    parts, told = _told(line)
    if not told:
        return None
    begin, end = parts[told[0]][0], parts[told[-1]][1]
    middle = begin + MIDDLE * (end - begin)
    heart = line.text[slice(*parts[min(told, key=lambda at: _away(parts[at], middle))])]
    if not _fits(heart, SAID):
        return _clauses(line, heart, SAID)
    runs = _runs(line.text, parts, told, SAID)
    first, last = min(runs, key=lambda run: _away(run, middle))
    return Evidence(line=line.number, quote=line.text[first:last])


def _told(line: Line) -> tuple[list[tuple[int, int]], list[int]]:
    """Where its sentences are, and which of them tell: none that asks, no beginning like "Sorry."."""
    parts = list(_places(line.text))
    told = [at for at, (start, end) in enumerate(parts) if not _asks(line.text[start:end], line.questions)]
    if len(told) > 1 and count(line.text[slice(*parts[told[0]])]) <= BARE:
        del told[0]
    return parts, told


def _stretches(line: Line, most: int) -> tuple[str, ...]:
    """The longest runs of its sentences that tell and have so many words at most."""
    return tuple(line.text[start:end] for start, end in _runs(line.text, *_told(line), most))


def _runs(
    text: str, parts: Sequence[tuple[int, int]], told: Sequence[int], most: int
) -> Iterator[tuple[int, int]]:
    """Where the longest runs of these parts begin and end that have so many words at most."""
    reached = 0
    for first in told:
        last = first
        while last + 1 in told and _fits(text[parts[first][0] : parts[last + 1][1]], most):
            last += 1
        start, end = parts[first][0], parts[last][1]
        if end > reached and _fits(text[start:end], most):
            reached = end
            yield start, end


def _away(run: tuple[int, int], place: float) -> float:
    """How far the middle of a run is from a place."""
    return abs(sum(run) / 2 - place)


def _shorter(line: Line, said: Evidence) -> tuple[Evidence, ...]:
    """Every longest run of whole sentences in it that is short enough to be said back."""
    parts = list(_places(said.quote))
    found = [said.quote[start:end] for start, end in _runs(said.quote, parts, range(len(parts)), POINT)]
    if not found:
        return (_clauses(line, said.quote, POINT),)
    return tuple(replace(said, quote=words, cut=said.cut and said.quote.endswith(words)) for words in found)


def _fits(text: str, most: int) -> bool:
    return len(text) <= SIGNS * most and count(text) <= most


def _places(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        yield start, at


def _asks(sentence: str, questions: Sequence[str]) -> bool:
    return sentence.endswith("?") or any(one in sentence or sentence in one for one in questions)


def _clauses(line: Line, sentence: str, most: int) -> Evidence:
    """Of a sentence that does not end, as many clauses as fit: from its beginning, or else from what matters
    most in it on.
    """
    heart = line.span if line.span in sentence else ""
    borders = list(_BORDER.finditer(sentence))
    starts = [0, *(border.end() for border in borders)]
    near = max(start for start in starts if start <= sentence.find(heart))
    for start in (0, near):
        for end in (len(sentence), *(border.start() for border in reversed(borders))):
            words = sentence[start:end].rstrip(" ,;:–—-")
            if count(words) >= LEAST and _fits(words, most) and heart in words:
                return Evidence(line=line.number, quote=words, cut=end < len(sentence))
    found = list(WORD.finditer(sentence))[:most]
    return quote(line, sentence[: found[-1].end()] if found else sentence, SIGNS * most, cut=True)
