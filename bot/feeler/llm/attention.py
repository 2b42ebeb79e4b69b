"""Attention of one step: who sees what, over strips of K and V that several sequences may share."""

from dataclasses import dataclass, field
from itertools import repeat

import torch

from feeler.llm.shape import Rotations

Tensor = torch.Tensor


@dataclass(kw_only=True)
class Lane:
    """A request's rows in one step.

    They are consecutive tokens of one sequence, or one token of each draft, or a tree of tokens.
    """

    tokens: list[int]
    position: int  # of the first token; the same for all drafts
    depths: list[int] | None = None  # of a tree's tokens: places behind `position`
    sees: Tensor | None = None  # in a tree, bool (rows, filled + rows): what in `own` each row sees
    past: list[Tensor] = field(default_factory=list)  # (layers, 2, kv_heads, tokens, dim): seen by every row
    own: Tensor  # where K and V go: (layers, 2, [drafts,] kv_heads, room, dim)
    filled: int  # tokens in `own` already
    wanted: int = 1  # of the last rows: logits
    rows: list[int] | None = None  # which rows these are, where not the last
    coarse: bool = False  # nobody will read what comes of it again: 8 bits of each activation will do

    @property
    def parallel(self) -> bool:
        return self.own.dim() == 6


class Attention:
    """What all layers of one step have in common: rotations, masks, and which rows see which stretches."""

    def __init__(
        self, lanes: list[Lane], rotations: Rotations, *, heads: int, kv_heads: int, head_dim: int
    ) -> None:
        self._lanes = lanes
        self._heads = [heads, kv_heads]
        self._dim = head_dim
        self._cos, self._sin = _cos_and_sin(rotations, [at for lane in lanes for at in _positions(lane)])
        self._masks = [_mask(lane, heads // kv_heads) for lane in lanes]
        self._past = _seen_by(lanes)
        self._sizes = [len(lane.tokens) for lane in lanes]

    def __call__(self, n: int, qkv: Tensor) -> Tensor:
        """Rotate, store K and V, attend; float32 (rows, heads * dim) -> the same for q alone."""
        heads = self._heads
        turning, v = qkv.view(len(qkv), -1, self._dim).split_with_sizes([sum(heads), heads[1]], 1)
        turned = torch.addcmul(turning * self._cos, turning.roll(self._dim // 2, -1), self._sin)
        q, k = turned.split_with_sizes(heads, 1)
        each = (part.split_with_sizes(self._sizes) for part in (q, k, v))
        found = list(map(_attend_own, self._lanes, repeat(n), *each, self._masks))
        out, weight = found[0] if len(found) == 1 else map(torch.cat, zip(*found, strict=True))
        for kv, rows in self._past:
            more, its_weight = _full(q[rows], kv[n])
            share = torch.sigmoid(its_weight - weight[rows])
            out[rows] = torch.lerp(out[rows], more, share.unsqueeze(-1))
            weight[rows] = torch.logaddexp(weight[rows], its_weight)
        return out.flatten(1)


def _attend_own(
    lane: Lane, n: int, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Store the lane's new tokens; each row sees those of its sequence, or its draft's, up to itself."""
    own = lane.own[n]
    if lane.parallel:
        own[0, :, :, lane.filled] = k
        own[1, :, :, lane.filled] = v
        grouped = q.reshape(len(q), k.shape[1], -1, q.shape[-1])
        out, weight = _flash(grouped, own[:, :, :, : lane.filled + 1], mask)
        return out.flatten(1, 2), weight.flatten(1)
    end = lane.filled + len(q)
    own[0, :, lane.filled : end] = k.transpose(0, 1)
    own[1, :, lane.filled : end] = v.transpose(0, 1)
    return _full(q, own[:, :, :end], mask)


def _full(q: Tensor, kv: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """q (rows, heads, dim) on all of kv (2, kv_heads, tokens, dim): (rows, heads, dim), (rows, heads)."""
    rows, heads, dim = q.shape
    kv_heads = kv.shape[1]
    grouped = q.reshape(rows, kv_heads, -1, dim).transpose(0, 1).reshape(1, kv_heads, -1, dim)
    out, weight = _flash(grouped, kv.unsqueeze(1), mask)
    out = out.view(kv_heads, rows, -1, dim).transpose(0, 1).reshape(rows, heads, dim)
    return out, weight.view(kv_heads, rows, -1).transpose(0, 1).reshape(rows, heads)


def _flash(q: Tensor, kv: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """torch's flash attention for CPUs: (batch, heads, rows, dim), and the log of the sum of weights.

    In float32: turning K and V to it is quick, and attention in half precision is up to four times slower.
    """
    k, v = kv.float().unbind()
    out, weight = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v, attn_mask=mask)
    return out, weight


def _mask(lane: Lane, group: int) -> Tensor | None:
    """What hides later tokens of the lane from earlier ones: (1, 1, rows * group, tokens in `own`)."""
    count = len(lane.tokens)
    if lane.parallel or (count == 1 and lane.sees is None):
        return None
    sees = lane.sees
    if sees is None:
        sees = torch.ones(count, lane.filled + count, dtype=torch.bool).tril_(lane.filled)
    mask = torch.zeros(sees.shape).masked_fill_(~sees, -torch.inf)
    return mask.repeat_interleave(group, 0)[None, None]


def _seen_by(lanes: list[Lane]) -> list[tuple[Tensor, Tensor | slice]]:
    """Every stretch of past tokens once, and the rows of all lanes that see it."""
    found: dict[tuple[int, int], tuple[Tensor, list[int]]] = {}
    start = 0
    for lane in lanes:
        end = start + len(lane.tokens)
        for past in lane.past:
            found.setdefault((past.data_ptr(), past.shape[3]), (past, []))[1].extend(range(start, end))
        start = end
    return [(past, torch.tensor(rows) if len(rows) < start else slice(None)) for past, rows in found.values()]


def _cos_and_sin(rotations: Rotations, positions: list[int]) -> tuple[Tensor, Tensor]:
    """cos and sin, (rows, 1, head_dim); the sign makes `x * cos + roll(x) * sin` the rotation."""
    angles = torch.tensor(positions)[:, None] * rotations.speeds
    cos, sin = (part.mul_(rotations.size).float() for part in (angles.cos(), angles.sin()))
    return torch.cat([cos, cos], -1)[:, None], torch.cat([-sin, sin], -1)[:, None]


def _positions(lane: Lane) -> range | list[int]:
    if lane.parallel:
        return [lane.position] * len(lane.tokens)
    if lane.depths is not None:
        return [lane.position + depth for depth in lane.depths]
    return range(lane.position, lane.position + len(lane.tokens))
