"""Upper layers of its own over the encoder, and a head on them: so a small skill is taught beside the reader,
which stays as it is.

The layers are low-rank changes of the encoder's (LoRA, Hu et al. 2021, arXiv 2106.09685), added into them
when they are loaded.
"""

import hashlib
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.llm.encoder import Encoder, pooled, through

Tensor = torch.Tensor


class UpperHead(torch.nn.Module):
    """Copies of an encoder's layers from `first` on, and `labels` numbers that are read off them."""

    def __init__(self, encoder: Encoder, first: int, labels: int) -> None:
        super().__init__()
        self.first = first
        self.layers = deepcopy(encoder.body.encoder.layer[first:])
        self.out = torch.nn.Linear(2 * encoder.hidden, labels)

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """The state that layer `first` is given (texts, tokens, hidden), and which tokens are there -> logits
        (texts, labels).
        """
        state = through(self.layers, state, mask)
        mean = pooled(state, mask)
        most = state.masked_fill(mask[..., None] == 0, -1e4).amax(1)
        return self.out(torch.cat([mean, most], -1))  # type: ignore[no-any-return]


Head = TypeVar("Head", bound=UpperHead)


def load_upper(head: Head, adapter: Path) -> Head:
    """What was taught, a safetensors file with its card beside it, put into a head that nobody has taught.

    Raises WeightsError where one is missing, damaged or made for something else.
    """
    check_card(adapter)
    own = head.state_dict()
    try:
        taught = {name: tensor.float() for name, tensor in load_file(adapter).items()}
        for name in own:
            if not name.startswith("layers."):
                own[name].copy_(taught[name])
        for name, tensor in taught.items():
            if name.endswith(".a"):
                own[f"{name[:-2]}.weight"].add_(taught[f"{name[:-2]}.b"] @ tensor)
    except (SafetensorError, RuntimeError, KeyError) as error:
        raise WeightsError(f"{adapter}: was taught for another Feeler than this one ({error})") from None
    return head


def taught_file(folder: Path, name: str) -> Path:
    """Where what was taught lies that is called `name`, in the folder of all."""
    return folder / name / f"{name}.safetensors"


def card_of(adapter: Path) -> dict[str, Any]:
    """The card beside a taught file, which has at least a sha256. Raises WeightsError where there is none."""
    try:
        card = tomllib.loads(adapter.with_suffix(".toml").read_text("utf-8"))
        card["sha256"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WeightsError(f"{adapter}: cannot be read, or has no card beside it ({error})") from None
    return card


def check_card(adapter: Path) -> dict[str, Any]:
    """The card beside a taught file. Raises WeightsError where that is not the file it names."""
    card = card_of(adapter)
    wanted = card["sha256"]
    try:
        with adapter.open("rb") as bits:
            found = hashlib.file_digest(bits, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{adapter}: cannot be read ({error})") from None
    if found != wanted:
        raise WeightsError(f"{adapter}: has sha256 {found}, its card says {wanted}: put the right file there")
    return card
