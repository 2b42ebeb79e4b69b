"""Whether a sentence takes up what somebody said in their own words: nothing inferred, nothing turned round.

A small model that retells a story retells it wrongly. So what is said back has to be, word by word and in its
order, a piece of the message with "I" turned to "you".
"""

from collections.abc import Sequence

from feeler.interview.words import stem, words

TURNED = {
    "you": "i", "your": "my", "yours": "mine", "yourself": "myself", "you're": "i'm", "you've": "i've",
    "you'd": "i'd", "you'll": "i'll", "me": "you",
}  # fmt: skip
SMALL = frozenset(  # not counted
    [
        "a", "an", "the", "and", "so", "then", "that", "there", "to", "of", "in", "on", "at",
        "for", "with", "had", "have", "has", "did", "do", "was", "is", "were", "are", "am", "but",
    ]
)  # fmt: skip
WHO = frozenset(
    ("i", "we", "he", "she", "they", "it", "you", "one", "who", "somebody", "everybody", "nobody")
)
GAP = 2  # words of the message that may be left out between two that are taken up


def grounded(sentence: str, said: str) -> bool:
    """Whether the sentence's words stand in `said` in this order and close together, done by the same
    person.
    """
    wanted, there = _bare(sentence, turned=True), _bare(said)
    if wanted[:1] == ["i"]:  # "I rerouted it and bought his hay": the second deed is theirs as well
        wanted = wanted[1:]
        starts = [at for at in range(len(there)) if _doer(there[:at]) in ("i", "")]
    else:
        starts = list(range(len(there)))
    return bool(wanted) and any(_runs(wanted, there[start:]) for start in starts)


def _doer(before: Sequence[str]) -> str:
    """Who was spoken of last; empty where nobody was: "drove a bus", people write of themselves."""
    return next((word for word in reversed(before) if word in WHO), "")


def _runs(wanted: Sequence[str], there: Sequence[str]) -> bool:
    """Whether `there` begins with the wanted words, with small gaps."""
    at = 0
    for number, word in enumerate(wanted):
        room = there[at : at + 1 + (GAP if number else 0)]
        if word not in room:
            return False
        at += room.index(word) + 1
    return True


def _bare(text: str, *, turned: bool = False) -> list[str]:
    said = (word for word in words(text.replace("’", "'")) if word not in SMALL)
    return [stem(TURNED.get(word, word) if turned else word) for word in said]
