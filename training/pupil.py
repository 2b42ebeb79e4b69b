"""What teaches a head over an encoder's upper layers (`feeler.llm.upper`), and keeps what was taught."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.attention import SDPBackend, sdpa_kernel

from feeler.llm.encoder import Encoder
from feeler.llm.towers import OWN, SIZE
from feeler.llm.upper import UpperHead
from training.course import Course, plain_encoder

TOKENS = 200  # of a text
RANK = 32
AT_ONCE = 32  # texts that are read side by side
RATE, RATE_OF_HEAD = 1e-3, 2e-3
Tensor = torch.Tensor


class Pupil(torch.nn.Module):
    """A head with low-rank changes of its layers that can be taught; the layers below stay as they are."""

    def __init__(self, encoder: Encoder, first: int, labels: int) -> None:
        super().__init__()
        self.encoder, self.head = encoder.eval(), UpperHead(encoder, first, labels).eval()
        encoder.requires_grad_(False)
        self.head.layers.requires_grad_(False)
        self.low = torch.nn.ParameterDict()
        for name, linear in list(self.head.layers.named_modules()):
            if isinstance(linear, torch.nn.Linear):
                down = torch.nn.Parameter(torch.randn(RANK, linear.in_features) / linear.in_features**0.5)
                up = torch.nn.Parameter(torch.zeros(linear.out_features, RANK))
                self.low[_key(name, "a")], self.low[_key(name, "b")] = down, up
                linear.register_forward_hook(_changed(down, up))

    @torch.inference_mode()
    def below(self, texts: Sequence[Sequence[str]]) -> list[Tensor]:
        """What the head's layers are given, of each text or pair of them (tokens, hidden), half precision."""
        ids = [self.encoder.tokens(*parts)[0][:TOKENS] for parts in texts]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states, _ = self.encoder.below(ids, self.head.first)
        return [state[: len(one)].half() for state, one in zip(states, ids, strict=True)]

    def forward(self, given: Sequence[Tensor]) -> Tensor:
        """Logits (texts, labels)."""
        state = torch.nn.utils.rnn.pad_sequence(list(given), batch_first=True).float()
        mask = torch.zeros(state.shape[:2])
        for row, one in enumerate(given):
            mask[row, : len(one)] = 1.0
        # of short texts plain attention is learnt from in a third of the time
        with torch.autocast("cpu", dtype=torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
            return self.head(state, mask).float()  # type: ignore[no-any-return]

    def course(self, steps: int) -> Course:
        """How it is taught in so many steps."""
        return Course([(self.low.parameters(), RATE), (self.head.out.parameters(), RATE_OF_HEAD)], steps)

    def taught(self) -> dict[str, Tensor]:
        """All that is taught, by the names that `feeler.llm.upper` knows."""
        found = {f"out.{name}": one.detach() for name, one in self.head.out.named_parameters()}
        return found | {"layers." + name.replace("/", "."): one.detach() for name, one in self.low.items()}

    def kept(self) -> dict[str, Tensor]:
        """What `feeler.llm.upper` loads."""
        return {name: tensor.half().contiguous() for name, tensor in self.taught().items()}


class TowersPupil(Pupil):
    """Towers (`feeler.llm.towers`) that can be taught, and what a text has to beat."""

    def __init__(self, none: Tensor) -> None:
        super().__init__(plain_encoder(), OWN, SIZE)
        self.none = torch.nn.Parameter(none.clone())
        self._below: dict[tuple[str, ...], Tensor] = {}

    @torch.no_grad()
    def take(self, file: Path) -> None:
        """Go on from what was `kept` of another."""
        own = self.taught()
        for name, tensor in load_file(file).items():
            own[name].copy_(tensor.float())

    def course(self, steps: int) -> Course:
        heads = [*self.head.out.parameters(), self.none]
        return Course([(self.low.parameters(), RATE), (heads, RATE_OF_HEAD)], steps)

    def taught(self) -> dict[str, Tensor]:
        return super().taught() | {"none": self.none.detach()}

    def placed(self, texts: Sequence[tuple[str, ...]]) -> Tensor:
        """Vectors of length 1 (texts, SIZE); what lies below the taught layers is computed once a text."""
        new = sorted({text for text in texts if text not in self._below}, key=lambda text: len(text[0]))
        for at in range(0, len(new), AT_ONCE):
            group = new[at : at + AT_ONCE]
            self._below.update(zip(group, self.below(group), strict=True))
        return torch.nn.functional.normalize(self([self._below[text] for text in texts]), dim=-1)


def _key(name: str, side: str) -> str:
    return f"{name}.{side}".replace(".", "/")  # a ParameterDict's names have no dots


def _changed(down: Tensor, up: Tensor) -> Callable[..., Tensor]:
    def hook(module: torch.nn.Module, given: tuple[Tensor, ...], found: Tensor) -> Tensor:
        return found + torch.nn.functional.dropout(given[0], 0.1, module.training) @ down.T @ up.T

    return hook
