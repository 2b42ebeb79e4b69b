"""One request on its way through the batch: a prompt to be read, and what comes behind it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch

from feeler.llm.attention import Lane
from feeler.llm.prefixes import Slot

Tensor = torch.Tensor


class Job(ABC):
    """A request. `cancelled` may be set by any thread; everything else belongs to the model's."""

    def __init__(self, prompt: list[int]) -> None:
        self.prompt = prompt
        self.cancelled = False
        self.reading = True  # there is more to feed that is known beforehand
        self._slot: Slot | None = None

    @property
    @abstractmethod
    def rows(self) -> int:
        """Sequences that the job may need in the batch at once."""

    @property
    @abstractmethod
    def room_behind_prompt(self) -> int:
        """Tokens that will lie right behind the prompt's."""

    @property
    def may_lose(self) -> int | None:
        """Tokens that a talk kept for its next turn may lose to this job; None: as many as is usual."""
        return None

    def tail_bytes(self, token_bytes: int) -> int:
        """Of K and V that the job holds beside its slot."""
        return 0

    @abstractmethod
    def next_known(self, at_most: int) -> Lane:
        """While `reading`: the next tokens to be fed."""

    @abstractmethod
    def fed(self, lane: Lane) -> None:
        """The model has read these tokens."""

    @abstractmethod
    def fail(self, error: Exception) -> None:
        """Nothing more will come."""

    @property
    def slot(self) -> Slot:
        """Where K and V are, while the job is in the batch."""
        if self._slot is None:
            raise RuntimeError("the job is not in the batch")
        return self._slot

    def start(self, slot: Slot) -> None:
        """The job joins the batch."""
        self._slot = slot

    def leave(self) -> Slot | None:
        """The job leaves the batch: its slot, if it has joined."""
        slot, self._slot = self._slot, None
        return slot

    def _lane(self, tokens: Sequence[int], *, wanted: int) -> Lane:
        """Consecutive tokens behind all that the slot holds."""
        slot = self.slot
        return Lane(
            tokens=list(tokens),
            position=slot.length,
            past=[slot.shared.filled] if slot.shared else [],
            own=slot.own.kv,
            filled=len(slot.own.tokens),
            wanted=wanted,
        )
