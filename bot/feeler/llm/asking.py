"""How well a question follows from what somebody told: a head of its own (`upper`) that reads both.

It stands on the encoder as it came, not on the reader, in whose last layers what a text is about has faded.
"""

from pathlib import Path

from feeler.llm.encoder import Encoder
from feeler.llm.upper import UpperHead, load_upper

OWN = 4  # the first of the layers that are its own; below, the reader's are the encoder's, too
FEW = 8  # words of a message that says little without what it answers


def answered(before: str, said: str) -> str:
    """What was told: the message, and before one of a few words the company's line that it answers."""
    return f"{before}\n{said}" if before and len(said.split()) <= FEW else said


def load_asking(encoder: Encoder, adapter: Path) -> UpperHead:
    """From what was taught, `asking.safetensors`, on an encoder that nobody has taught to read yet.

    Raises WeightsError, see `load_upper`.
    """
    return load_upper(UpperHead(encoder, OWN, 1), adapter)
