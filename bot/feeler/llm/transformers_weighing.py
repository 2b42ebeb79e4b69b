"""How likely given texts are behind a prompt, by a model of transformers'."""

from collections.abc import Sequence
from copy import deepcopy
from inspect import signature
from typing import Any

import torch
from transformers import DynamicCache

Tensor = torch.Tensor
_AT_ONCE = 16  # texts: each has a copy of the prompt's K and V


def weigh(
    model: Any, prompt: list[int], texts: Sequence[Sequence[int]], ends: frozenset[int] = frozenset()
) -> list[float]:
    """Nats of each text's tokens behind the prompt, which is read once.

    With `ends`, each text counts with the turn's end behind it, by any of these tokens.
    """
    with torch.inference_mode():
        cache = DynamicCache(config=model.config)
        ids = torch.tensor([prompt], device=model.device)
        first = model(ids, **{_cache(model): cache}, use_cache=True, logits_to_keep=1).logits[0, -1:].float()
        return [
            nats
            for start in range(0, len(texts), _AT_ONCE)
            for nats in _batch(model, len(prompt), texts[start : start + _AT_ONCE], ends, cache, first)
        ]


def _batch(
    model: Any,
    before: int,
    texts: Sequence[Sequence[int]],
    ends: frozenset[int],
    cache: Any,
    first: Tensor,
) -> list[float]:
    """Some of the texts, as rows padded behind their ends. `first`, (1, vocabulary), is behind the prompt."""
    sizes = [len(text) for text in texts]
    logits = first.expand(len(texts), 1, -1)
    if longest := max(sizes):
        ids = torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts], device=model.device)
        real = torch.arange(longest)[None] < torch.tensor(sizes)[:, None]
        mask = torch.cat([torch.ones(len(texts), before, dtype=torch.bool), real], 1).to(model.device)
        cache = deepcopy(cache)
        cache.batch_repeat_interleave(len(texts))
        read = model(ids, **{_cache(model): cache}, attention_mask=mask.long(), use_cache=True).logits
        logits = torch.cat([logits, read.float()], 1)
    nats = []
    for row, text in zip(logits.log_softmax(-1), texts, strict=True):
        found = float(row[torch.arange(len(text)), list(text)].sum())
        if ends:
            found += float(row[len(text), sorted(ends)].logsumexp(0))
        nats.append(found)
    return nats


def _cache(model: Any) -> str:
    """What this transformers calls the argument; the older name goes with 5.40."""
    return "cache" if "cache" in signature(model.forward).parameters else "past_key_values"
