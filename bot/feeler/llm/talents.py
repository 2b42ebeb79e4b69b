"""What a deed shows, read off the encoder's middle layers by taught linear maps.

The last layers know what a message does; what it is about has faded there. In cross-validation the middle
ones name the right talent more than twice as often.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.interview.reading import Shown
from feeler.llm.encoder import Encoder, pooled
from feeler.llm.upper import card_of, check_card

Tensor = torch.Tensor

LEVELS = (4, 6, 8)  # outputs of these layers, 0 being the words themselves
TOKENS = 120  # of a deed
BATCH = 16  # texts that are read together


def deed_vectors(encoder: Encoder, texts: Sequence[str]) -> Tensor:
    """Texts -> the means over their tokens at LEVELS, one after the other: float32 (texts, 3 * hidden)."""
    rows: list[Tensor] = [torch.empty(0)] * len(texts)
    by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for start in range(0, len(by_length), BATCH):
        places = by_length[start : start + BATCH]
        found = _levels(encoder, [encoder.tokens(texts[at])[0][:TOKENS] for at in places])
        for at, row in zip(places, found, strict=True):
            rows[at] = row
    return torch.stack(rows)


def _levels(encoder: Encoder, ids: Sequence[list[int]]) -> Tensor:
    states, mask = encoder.states(ids)
    return torch.cat([pooled(states[level], mask) for level in LEVELS], -1)


class DeedReader:
    """Says of deeds how telling they are and which talents they show."""

    def __init__(self, names: Sequence[str], mean: Tensor, scale: Tensor, weight: Tensor, bias: Tensor):
        """`names` of the talents; `weight` (3 * hidden, 1 + talents), first how telling a deed is."""
        self._names, self._mean, self._scale = tuple(names), mean, scale
        self._weight, self._bias = weight, bias

    @classmethod
    def load(cls, file: Path, adapter: Path) -> "DeedReader":
        """From `talents.safetensors` and its card. WeightsError where it is damaged, or was taught beside
        another reader than `adapter`, whose card says its sha256.
        """
        card = check_card(file)
        if card.get("reader") != card_of(adapter)["sha256"]:
            raise WeightsError(f"{file}: was taught beside another reader: `make talents` teaches it anew")
        try:
            taught = load_file(file)
            return cls(card["talents"], taught["mean"], taught["scale"], taught["weight"], taught["bias"])
        except (KeyError, SafetensorError) as error:
            raise WeightsError(f"{file}: was taught for another Feeler than this one ({error})") from None

    def shown(self, vectors: Tensor) -> list[Shown]:
        """For each row of `deed_vectors`. The figures order and compare; they are no probabilities."""
        found = (vectors - self._mean) * self._scale @ self._weight + self._bias
        return [
            Shown(telling=telling, talents=dict(zip(self._names, shares, strict=True)))
            for telling, *shares in found.tolist()
        ]
