"""Where the shipped facts lie for who asks: each one's place is the mean of how strangers asked for it.

A fact's own words say little about how it is asked for ("What time do your people start?": "The gate opens at
half past five"). So each is compared by its place, too (a prototype, as in Snell et al. 2017, arXiv
1703.05175). `training/places.py` makes them; texts that nobody asked for are compared by their words alone.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.llm.upper import card_of, check_card

Tensor = torch.Tensor


def key_of(text: str) -> str:
    """What a text's place is filed under: a fact that was rewritten has none until it is made anew."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_places(file: Path, answering: Path) -> Mapping[str, Tensor]:
    """Vectors of length 1, float32 (size,), by `key_of` their texts; none where there is no file.

    Raises WeightsError where it is damaged, or was made with another head than the one in `answering`.
    """
    if not file.is_file():
        return {}
    if check_card(file).get("answering") != card_of(answering)["sha256"]:
        raise WeightsError(f"{file}: was made with another head; `make places` makes it anew")
    return {
        key: torch.nn.functional.normalize(place.float(), dim=0) for key, place in load_file(file).items()
    }
