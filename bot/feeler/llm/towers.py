"""Vectors of what was said and of what may come after it, that lie close where it fits: the facts that answer
a question, the questions that follow from a story.

Both sides are read alike by one head (`upper`) and compared by their cosine (two towers of the same weights,
as in Karpukhin et al. 2020, arXiv 2004.04906): a message is read once, however much it is compared with, and
what it is compared with is kept. The head is on the encoder as it came and not on the reader, in whose last
layers what a text is about has faded.
"""

from pathlib import Path

import torch

from feeler.llm.encoder import Encoder
from feeler.llm.upper import UpperHead, load_upper

OWN = 4  # the first of the layers that are its own; below, the reader's are the encoder's, too
SIZE = 256  # of a vector
SHARP = 20.0  # what a cosine is multiplied with before texts compete
SAID, NEXT = "query", "passage"  # what the encoder was first taught to tell apart
# What a text has to beat to come after anything at all, before that is taught: an answer the same after every
# question, a question more or less after each story.
ANSWERING_NONE, ASKING_NONE = torch.tensor([SHARP / 2]), torch.zeros(SIZE)


def said_parts(said: str, before: str) -> tuple[str, ...]:
    """The parts of a message, sent after the company's line `before` (may be empty)."""
    return (f"{SAID}: {said}", before) if before else (f"{SAID}: {said}",)


def next_parts(text: str) -> tuple[str, ...]:
    """The parts of a text that may come next."""
    return (f"{NEXT}: {text}",)


class Towers(UpperHead):
    """The head, and what a text has to beat: `ANSWERING_NONE` or `ASKING_NONE` until it is taught."""

    def __init__(self, encoder: Encoder, none: torch.Tensor) -> None:
        super().__init__(encoder, OWN, SIZE)
        self.none = torch.nn.Parameter(none.clone())


def load_towers(encoder: Encoder, adapter: Path, none: torch.Tensor) -> Towers:
    """From what was taught, on an encoder that nobody has taught to read yet.

    Raises WeightsError, see `load_upper`.
    """
    return load_upper(Towers(encoder, none), adapter)
