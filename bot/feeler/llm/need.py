"""Who is in need: upper layers of its own over the reader's encoder, and a head that reads the message alone.

The layers are low-rank changes of the reader's (LoRA, Hu et al. 2021, arXiv 2106.09685), added into them when
they are loaded. A long message drowns its last sentence, so that its sentences are read by themselves, too.
"""

import hashlib
import tomllib
from copy import deepcopy
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.interview.values import Need
from feeler.interview.words import sentences
from feeler.llm.encoder import Encoder

Tensor = torch.Tensor

NEEDS = tuple(Need)
OWN = 10  # the first of the layers that are its own
MOST = 12  # sentences that are read by themselves; where there are more, neighbours are read together
SHORT = 3  # words from which on a sentence says something without its neighbour


class NeedHead(torch.nn.Module):
    """Copies of an encoder's upper layers, and what is read off them: the needs, whether sorrow is told, and
    whether somebody wants to go on after a pause.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.layers = deepcopy(encoder.body.encoder.layer[OWN:])
        self.out = torch.nn.Linear(2 * encoder.hidden, len(NEEDS) + 2)

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """The state that layer OWN is given (texts, tokens, hidden), and which tokens are there -> logits
        (texts, needs, sorrow and going on).
        """
        closed = (1.0 - mask[:, None, None, :]) * torch.finfo(state.dtype).min
        for layer in self.layers:
            state = layer(state, closed)
        mean = (state * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        most = state.masked_fill(mask[..., None] == 0, -1e4).amax(1)
        return self.out(torch.cat([mean, most], -1))  # type: ignore[no-any-return]


def load_need(encoder: Encoder, adapter: Path) -> NeedHead:
    """From the reader's encoder and what was taught, `need.safetensors` with its card `need.toml`.

    Raises WeightsError where one is missing, damaged or made for something else.
    """
    check_card(adapter)
    head = NeedHead(encoder)
    try:
        taught = {name: tensor.float() for name, tensor in load_file(adapter).items()}
        own = head.state_dict()
        for name in ("out.weight", "out.bias"):
            own[name].copy_(taught[name])
        for name, tensor in taught.items():
            if name.endswith(".a"):
                own[f"{name[:-2]}.weight"].add_(taught[f"{name[:-2]}.b"] @ tensor)
    except (SafetensorError, RuntimeError, KeyError) as error:
        raise WeightsError(f"{adapter}: was taught for another Feeler than this one ({error})") from None
    return head


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


def check_card(adapter: Path) -> dict[str, str]:
    """The card beside a taught file. Raises WeightsError where that is not the file it names."""
    try:
        card: dict[str, str] = tomllib.loads(adapter.with_suffix(".toml").read_text("utf-8"))
        wanted = card["sha256"]
        with adapter.open("rb") as bits:
            found = hashlib.file_digest(bits, "sha256").hexdigest()
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WeightsError(f"{adapter}: cannot be read, or has no card beside it ({error})") from None
    if found != wanted:
        raise WeightsError(f"{adapter}: has sha256 {found}, its card says {wanted}: put the right file there")
    return card
