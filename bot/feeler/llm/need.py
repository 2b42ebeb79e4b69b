"""Who is in need: a head of its own (`upper`) that reads the message alone.

A long message drowns its last sentence, so that its sentences are read by themselves, too.
"""

from pathlib import Path

from feeler.interview.values import Need
from feeler.interview.words import sentences
from feeler.llm.encoder import Encoder
from feeler.llm.upper import UpperHead, load_upper

NEEDS = tuple(Need)
LABELS = len(NEEDS) + 2  # the needs, whether sorrow is told, whether somebody wants to go on after a pause
OWN = 4  # the first of the layers that are its own; below, the reader's are the encoder's, too
MOST = 12  # sentences that are read by themselves; where there are more, neighbours are read together
SHORT = 3  # words from which on a sentence says something without its neighbour


def load_need(encoder: Encoder, adapter: Path) -> UpperHead:
    """From what was taught, `need.safetensors`, on an encoder that nobody has taught to read yet.

    Raises WeightsError, see `load_upper`.
    """
    return load_upper(UpperHead(encoder, OWN, LABELS), adapter)


def stretches(text: str) -> tuple[str, ...]:
    """What of a message is read by itself: its sentences, the shortest with the next; none where it is one.

    >>> stretches("Fine. I sold shoes. Then it burned.")
    ('Fine. I sold shoes.', 'Then it burned.')
    """
    found: list[str] = []
    begun = ""
    for sentence in sentences(text):
        begun = f"{begun} {sentence}".strip()
        if len(begun.split()) >= SHORT:
            found.append(begun)
            begun = ""
    if begun:
        found.append(f"{found.pop()} {begun}" if found else begun)
    if len(found) < 2:
        return ()
    size = -(-len(found) // MOST)
    return tuple(" ".join(found[at : at + size]) for at in range(0, len(found), size))
