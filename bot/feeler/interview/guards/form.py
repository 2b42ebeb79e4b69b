"""Guards: a short whole line in the language of the talk, with the one question it is to have, said once."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from feeler.interview.language import is_english
from feeler.interview.plan import ASKS, TELLS, Job
from feeler.interview.scene import Scene
from feeler.interview.words import content, sentences, words

MOST = 60  # words
FOREIGN = re.compile(r"[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")
WHOLE = re.compile(r"[.!?…][\"'”’)]*$")


ALIKE = (
    0.6  # share of common words from which on two questions are the same; for other sentences, ALIKE + 0.15
)
# Share of words in the same order from which on a question is the one before, in other words.
PATTERN = 0.6


def short_enough(text: str, scene: Scene) -> str:
    """At most sixty words, and more than a grunt."""
    count = len(words(text))
    if count > MOST:
        return f"{count} words"
    return "says nothing" if count < 3 else ""


def whole(text: str, scene: Scene) -> str:
    """The last sentence has an end."""
    return "" if WHOLE.search(text.strip()) else "breaks off"


def language_of_the_talk(text: str, scene: Scene) -> str:
    """English, the language of every persona so far."""
    return "" if is_english(text) and not FOREIGN.search(text) else "leaves the language of the talk"


def no_loop(text: str, scene: Scene) -> str:
    """No phrase turns round in itself, and it is not all filler."""
    said = words(text)
    runs = [said[place : place + 4] for place in range(len(said) - 3)]
    if len(set(runs)) < len(runs) - 1:
        return "turns in a loop"
    return "" if content(text) else "is empty talk"


def asks_or_not(text: str, scene: Scene) -> str:
    """One question where the line is to ask, none where it is to answer or to end."""
    asked = text.count("?")
    job = scene.plan.job
    if job in ASKS and job is not Job.HAND and asked != 1:
        return "asks nothing" if not asked else "asks more than one thing"
    if job in (*TELLS, Job.LEAVE, Job.BYE) and job is not Job.OFFER and asked:
        return "asks where it is to answer"
    return "asks more than one thing" if asked > 1 else ""


def no_repetition(text: str, scene: Scene) -> str:
    """Never a question or a sentence of its own again, in the same words or nearly."""
    if scene.plan.job is Job.EASE:
        return ""  # the same question again is what it is to ask
    before = [sentence for line in scene.own_lines for sentence in sentences(line)]
    told = any(fact.id in scene.interview.told for fact in scene.plan.facts)
    for sentence in sentences(text):
        for old in before:
            if not told and _same(sentence, old, question="?" in sentence and "?" in old):
                return f"says again: {sentence[:60]!r}"
        before.append(sentence)
    return ""


def _same(one: str, other: str, *, question: bool) -> bool:
    if len(words(one)) >= 3 and words(one) == words(other):
        return True
    if question and _shared(words(one), words(other)) >= PATTERN:
        return True  # "How many of the two had to sit in the back?" after "How many had to sit in the back?"
    left, right = frozenset(content(one)), frozenset(content(other))
    if min(len(left), len(right)) < (3 if question else 4):
        return False
    return len(left & right) / len(left | right) >= (ALIKE if question else ALIKE + 0.15)


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of the longer question's words that both have, in the same order."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(len(one), len(other), 1)
