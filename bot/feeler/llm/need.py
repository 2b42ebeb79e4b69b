"""Who is in need, read off an encoder's vectors by a taught head: the same whichever engine writes."""

import hashlib
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from safetensors.torch import load_file

from feeler.errors import WeightsError
from feeler.interview.values import Need
from feeler.llm.encoder import Encoder, EncoderFile, load_layers, pooled

Tensor = torch.Tensor

NEEDS = tuple(need.value for need in Need)
# Probabilities from which on a message counts. Low on purpose: a pause too many is one short line, one too
# few is somebody in need who is interviewed. docs/safety.md has what both cost.
ACUTE, HEAVY = 0.5, 0.2
LONGEST = 300  # words that are read: the beginning and the end of a longer message


class NeedHead(torch.nn.Module):
    """A linear map of the mean vector: found (texts, tokens, hidden), mask (texts, tokens) -> (texts,
    needs).
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self._need = torch.nn.Linear(hidden, len(NEEDS))

    def forward(self, found: Tensor, mask: Tensor) -> Tensor:
        vectors = pooled(found, mask)
        return torch.nn.functional.linear(vectors, self._need.weight, self._need.bias).float()


class NeedReader:
    """Says of a message whether somebody is in need."""

    def __init__(self, encoder: Encoder, head: NeedHead) -> None:
        self._encoder, self._head = encoder.eval(), head.eval()
        # a thread of its own without OpenMP helpers: with the model's they would be more than the cores
        self._thread = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))

    @classmethod
    def load(cls, base: Path, adapter: Path) -> "NeedReader":
        """From the encoder's file and the taught layers, `need.safetensors` with its card `need.toml`.

        Takes a second. Raises WeightsError where one is missing, damaged or made for something else.
        """
        _check(adapter)
        encoder = Encoder(EncoderFile(base))
        head = NeedHead(encoder.hidden)
        taught = {name: tensor.float() for name, tensor in load_file(adapter).items()}
        load_layers(encoder, {n[7:]: t for n, t in taught.items() if n.startswith("layers.")})
        try:
            head.load_state_dict({n[5:]: t for n, t in taught.items() if n.startswith("head.")})
        except RuntimeError:
            raise WeightsError(f"{adapter}: was taught for another Feeler than this one") from None
        return cls(encoder, head)

    def __call__(self, said: str) -> Need:
        """Computes for some milliseconds, one message at a time."""
        parts = said.split()
        if len(parts) > LONGEST:
            said = " ".join([*parts[: LONGEST // 2], *parts[-(LONGEST // 2) :]])
        return self._thread.submit(self._need, said).result()

    @torch.inference_mode()
    def _need(self, said: str) -> Need:
        ids, _ = self._encoder.tokens(said)
        return need_of(self._head(*self._encoder([ids]))[0].softmax(-1).tolist())


def need_of(chances: Sequence[float]) -> Need:
    """The need that these probabilities speak for, in the order of `NEEDS`."""
    _, heavy, acute = chances
    if acute >= ACUTE:
        return Need.ACUTE
    return Need.HEAVY if heavy + acute >= HEAVY else Need.NONE


def _check(adapter: Path) -> None:
    """Whether the taught layers are those that the card beside them names."""
    try:
        wanted = tomllib.loads(adapter.with_suffix(".toml").read_text("utf-8"))["sha256"]
        with adapter.open("rb") as bits:
            found = hashlib.file_digest(bits, "sha256").hexdigest()
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WeightsError(f"{adapter}: cannot be read, or has no card beside it ({error})") from None
    if found != wanted:
        raise WeightsError(f"{adapter}: has sha256 {found}, its card says {wanted}: put the right file there")
