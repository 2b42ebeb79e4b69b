"""What every teaching does alike: its options, the encoder it starts from, how the rates rise and fall."""

import argparse
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

from feeler.llm.cards import reader_card
from feeler.llm.encoder import Encoder, EncoderFile
from feeler.llm.memory import keep_all
from feeler.llm.weights import weights_path
from feeler.settings import load_settings

RISING = 60  # steps in which the rates rise
LEAST = 0.05  # of a rate, at the end
NORM = 1.0  # of a step's gradients, at most


def options(about: str, *, out: Path, epochs: int) -> argparse.ArgumentParser:
    """The options that all have; `begin` reads them."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--threads", type=int, default=1)
    return parser


def begin(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What was given; from here on chance is the same in every run."""
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(given.threads)
    keep_all()
    torch.manual_seed(0)
    return given


def plain_encoder(base: Path | None = None) -> Encoder:
    """The encoder as it came: of this file, or of the one in the cache."""
    return Encoder(EncoderFile(base or weights_path(reader_card(), load_settings().cache_dir)))


class Course:
    """AdamW; the rates rise in sixty steps and fall to a twentieth."""

    def __init__(self, groups: Sequence[tuple[Iterable[torch.nn.Parameter], float]], steps: int) -> None:
        """What is taught at which rate, in so many steps."""
        self._rates = [rate for _, rate in groups]
        listed = [list(parameters) for parameters, _ in groups]
        self._taught = [parameter for group in listed for parameter in group]
        self._optimizer = torch.optim.AdamW(
            [{"params": group, "lr": rate} for group, rate in zip(listed, self._rates, strict=True)],
            weight_decay=0.01,
        )
        self._steps, self._step = steps, 0

    def learn(self, loss: torch.Tensor) -> None:
        """One step down the gradient of `loss`."""
        share = min(1.0, (self._step + 1) / RISING) * max(LEAST, 1 - self._step / self._steps)
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * share
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._taught, NORM)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._step += 1
