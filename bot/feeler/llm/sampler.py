"""Draw the next token of every draft at once."""

from dataclasses import dataclass

import torch

Tensor = torch.Tensor
_CANDIDATES = 256  # tokens looked at where top_k sets no limit; beyond them a chat model's mass is negligible


@dataclass(frozen=True, kw_only=True)
class Draw:
    """How one draft's next token is drawn."""

    temperature: float  # 0.0 is greedy
    top_p: float
    top_k: int  # 0: no limit
    repetition_penalty: float
    seen: Tensor  # int64: tokens that the penalty holds for
    chance: float  # uniform in [0, 1): decides


def draw(logits: Tensor, draws: list[Draw]) -> list[int]:
    """Float32 logits (drafts, vocabulary), changed in place -> a token each.

    In the order of transformers: penalty, temperature, top_k, top_p; then the first candidate, likeliest
    first, at which the summed probability passes `chance`.
    """
    for row, how in zip(logits, draws, strict=True):
        if how.repetition_penalty != 1.0 and len(how.seen):
            _penalise(row, how)
    widest = max((how.top_k or _CANDIDATES) if how.temperature else 1 for how in draws)
    values, tokens = logits.topk(min(widest, logits.shape[-1]))
    if widest == 1:
        return [int(token) for token in tokens[:, 0]]
    heat = torch.tensor([[how.temperature or 1.0] for how in draws])
    limit = torch.tensor([[(how.top_k or _CANDIDATES) if how.temperature else 1] for how in draws])
    within = torch.tensor([[how.top_p] for how in draws])
    values = values.div_(heat).masked_fill_(torch.arange(values.shape[1]) >= limit, -torch.inf)
    share = values.softmax(-1)
    before = share.cumsum(-1) - share
    share = share.masked_fill_(before >= within, 0.0)
    share[:, 0].clamp_min_(1e-9)  # top_p of 0 leaves the likeliest
    passed = share.cumsum(-1)
    chance = torch.tensor([[how.chance] for how in draws]) * passed[:, -1:]
    chosen = (passed <= chance).sum(-1, keepdim=True).clamp_max_(values.shape[1] - 1)
    return [int(token) for token in tokens.gather(-1, chosen)[:, 0]]


def _penalise(row: Tensor, how: Draw) -> None:
    value = row[how.seen]
    row[how.seen] = torch.where(value > 0, value / how.repetition_penalty, value * how.repetition_penalty)
