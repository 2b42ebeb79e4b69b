"""What is read off an encoder's vectors: need, acts, topics, what is asked, and whether a text answers a question."""

import torch

from feeler.interview.acts import Act
from feeler.interview.values import Need
from feeler.llm.encoder import pooled
from feeler.personas.values import Topic

Tensor = torch.Tensor

NEEDS = tuple(need.value for need in Need)
ACTS = (*(act.value for act in Act), "follows")  # the last is no act, and read alike
TOPICS = tuple(topic.value for topic in Topic)


class Heads(torch.nn.Module):
    """Linear maps of the vectors (texts, tokens, hidden); `mask` says which tokens are there."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self._need = torch.nn.Linear(hidden, len(NEEDS))
        self._acts = torch.nn.Linear(hidden, len(ACTS))
        self._topics = torch.nn.Linear(hidden, len(TOPICS))
        self._asked = torch.nn.Linear(hidden, 1)
        self._match = torch.nn.Linear(hidden, 1)

    def need(self, found: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, needs)."""
        return _logits(self._need, pooled(found, mask))

    def acts(self, found: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, acts), each for itself."""
        return _logits(self._acts, pooled(found, mask))

    def topics(self, found: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, topics), each for itself."""
        return _logits(self._topics, pooled(found, mask))

    def asked(self, found: Tensor) -> Tensor:
        """Logit of every token to be in a question to the company: (texts, tokens)."""
        return _logits(self._asked, found)[..., 0]

    def match(self, found: Tensor, mask: Tensor) -> Tensor:
        """Log-odds that the text answers the question before it: (texts,)."""
        return _logits(self._match, pooled(found, mask))[:, 0]


def _logits(layer: torch.nn.Linear, vectors: Tensor) -> Tensor:
    return torch.nn.functional.linear(vectors, layer.weight, layer.bias).float()
