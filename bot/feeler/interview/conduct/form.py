"""Checks: short enough for a phone, whole sentences, and the language of the talk."""

import re

from feeler.interview.conduct.situation import Situation
from feeler.interview.language import is_english
from feeler.interview.words import content, words

MOST = 60  # words
FOREIGN = re.compile(r"[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")
WHOLE = re.compile(r"[.!?…][\"'”’)]*$")


def short_enough(text: str, situation: Situation) -> str:
    """At most sixty words, and more than a grunt."""
    count = len(words(text))
    if count > MOST:
        return f"{count} words"
    return "says nothing" if count < 3 else ""


def whole(text: str, situation: Situation) -> str:
    """The last sentence has an end."""
    return "" if WHOLE.search(text.strip()) else "breaks off"


def language_of_the_talk(text: str, situation: Situation) -> str:
    """English, the language of every persona so far."""
    return "" if is_english(text) and not FOREIGN.search(text) else "leaves the language of the talk"


def no_loop(text: str, situation: Situation) -> str:
    """No phrase turns round in itself, and it is not all filler."""
    said = words(text)
    runs = [said[place : place + 4] for place in range(len(said) - 3)]
    if len(set(runs)) < len(runs) - 1:
        return "turns in a loop"
    return "" if content(text) else "is empty talk"
