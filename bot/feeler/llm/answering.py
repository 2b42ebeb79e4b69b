"""Where questions lie close to their answers: vectors of a head of its own (`upper`) that reads either.

Both are read alike and compared by their cosine (two towers of the same weights, as in Karpukhin et al. 2020,
arXiv 2004.04906), so that what a company knows is read once and a question is one short text.
"""

from pathlib import Path

import torch

from feeler.llm.encoder import Encoder
from feeler.llm.upper import UpperHead, load_upper

OWN = 4  # the first of the layers that are its own; below, the reader's are the encoder's, too
SIZE = 256  # of a vector
SHARP = 20.0  # what a cosine is multiplied with before answers compete
QUESTION, ANSWER = "query", "passage"  # what the encoder was first taught to tell apart


def asked(question: str, before: str) -> tuple[str, ...]:
    """The parts of a question, asked after the company's line `before` (may be empty)."""
    return (f"{QUESTION}: {question}", before) if before else (f"{QUESTION}: {question}",)


def told(answer: str) -> tuple[str, ...]:
    """The parts of something that may answer."""
    return (f"{ANSWER}: {answer}",)


class Answering(UpperHead):
    """The head, and what an answer has to beat to be one."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder, OWN, SIZE)
        self.none = torch.nn.Parameter(torch.tensor([SHARP / 2]))


def load_answering(encoder: Encoder, adapter: Path) -> Answering:
    """From what was taught, `answering.safetensors`, on an encoder that nobody has taught to read yet.

    Raises WeightsError, see `load_upper`.
    """
    return load_upper(Answering(encoder), adapter)
