"""How well a question follows from what somebody told: vectors of both that lie close where it does.

A head of its own (`upper`), on the encoder as it came and not on the reader, in whose last layers what a text
is about has faded. A message is read once, whatever the number of questions, and questions are kept.
"""

from pathlib import Path

import torch

from feeler.llm.encoder import Encoder
from feeler.llm.upper import UpperHead, load_upper

OWN = 4  # the first of the layers that are its own; below, the reader's are the encoder's, too
SIZE = 256  # of a vector
SHARP = 20.0  # what a cosine is multiplied with before questions compete
SAID, QUESTION = "query", "passage"  # what the encoder was first taught to tell apart


def said_parts(said: str, before: str) -> tuple[str, ...]:
    """The parts of a message, sent after the company's line `before` (may be empty)."""
    return (f"{SAID}: {said}", before) if before else (f"{SAID}: {said}",)


def question_parts(question: str) -> tuple[str, ...]:
    """The parts of a question that may follow."""
    return (f"{QUESTION}: {question}",)


class Asking(UpperHead):
    """The head, and what a question has to beat to be worth asking."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder, OWN, SIZE)
        self.none = torch.nn.Parameter(torch.zeros(SIZE))


def load_asking(encoder: Encoder, adapter: Path) -> Asking:
    """From what was taught, `asking.safetensors`, on an encoder that nobody has taught to read yet.

    Raises WeightsError, see `load_upper`.
    """
    return load_upper(Asking(encoder), adapter)
