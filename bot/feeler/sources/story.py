"""What somebody's CV says they did: its own lines, word for word, without what nobody needs to know."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from feeler.interview.acts import Act
from feeler.interview.words import sentences
from feeler.sources.cleaning import BULLET, MOST_CHARS, clean_line, plain_lines
from feeler.sources.protected import kind_of, label_of
from feeler.sources.reading import ORDERS
from feeler.sources.values import StoryLine

MOST_LINES, LONGEST = 40, 200  # lines that are kept; characters of each
PICTURE = "photograph"  # its label is all there is of it in a text
LEAST = 3  # words, two of them with letters: fewer are a heading or a date
LETTERS = re.compile(r"[^\W\d_]{2,}")
# Who writes about themselves speaks to nobody.
SPEAKS = re.compile(
    r"\b(?:you|your|yours|yourself|please|dear|du|dein\w*|bitte|ihnen|must|ignore|disregard|chatbots?)\b"
    r"|\b(?:this (?:applicant|candidate|cv)|the (?:interviewer|interview|candidate)|kindly)\b"
    r"|\b(?:note to|as an) ai\b|\b(?:whoever reads|new rule|the assistant shall)\b"
    r"|^(?:assume|reveal|disclose|accept|reply|tell)\b"
    r"|\b(?:when|if) asked\b|^(?:do not|don['’]t|never|always)\b|^(?:system|assistant|user)\W*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class StoryRead:
    """What came of one text."""

    lines: tuple[StoryLine, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)  # how many lines, by the kinds of `protected`
    too_long: int = 0
    too_many: int = 0


def read_story(
    text: str, *, paper: str, acts: Callable[[str], frozenset[Act]], there: tuple[StoryLine, ...] = ()
) -> StoryRead:
    """The lines of `text` that may be kept beside those that are `there`; `acts` says what a line does.

    Computes for a second or two. Whatever stands in `text`, it is only ever quoted.
    """
    kept: dict[str, StoryLine] = {}
    left_out: Counter[str] = Counter()
    known = {one.text for one in there}
    long = many = 0
    for line, kind in _entries(text[:MOST_CHARS]):
        if kind:
            left_out[kind] += 1
        elif len(line) > LONGEST:
            long += 1
        elif line in known or line in kept or SPEAKS.search(line) or acts(line) & ORDERS:
            continue
        elif len(there) + len(kept) >= MOST_LINES:
            many += 1
        else:
            kept[line] = StoryLine(text=line, paper=paper)
    return StoryRead(lines=tuple(kept.values()), left_out=left_out, too_long=long, too_many=many)


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence or entry, and which protected kind it is of; those that say nothing are passed over, and
    of a kind there is one a line.

    What a label of its own announces stands in a line that follows: with two labels, in the next two.
    """
    owed: list[str] = []
    for line in plain_lines(text.replace("|", " · ")):
        bare = line.strip(" ·")
        bare = bare if kind_of(bare) else BULLET.sub("", bare)  # "* 3.5.1984" is a birthday
        if label := label_of(bare):
            if label == PICTURE:
                yield bare, label
            else:
                owed.append(label)
            continue
        announced = owed.pop(0) if owed and bare else label_of(bare.partition(":")[0])
        told: set[str] = set()
        for part in sentences(bare):
            announced = announced or label_of(part)  # "geb." ends like a sentence
            kind, words = kind_of(part) or announced, clean_line(part)
            if kind not in told and (kind or _says_something(words)):
                yield words, kind
            told |= {kind} - {""}


def _says_something(line: str) -> bool:
    return len(line.split()) >= LEAST and len(LETTERS.findall(line)) >= LEAST - 1
