"""The decoder of the Qwen2 and Llama families, small enough to be read in one sitting.

transformers' own model code spends 30 ms of Python and small operations on a token; this one knows only what
these two families need: fused projections, int8 rows, K and V in strips that several sequences may share.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F

from feeler.errors import WeightsError
from feeler.llm.blocks import to_float
from feeler.llm.gguf import GgufFile
from feeler.llm.linear import Int8Linear, normalize, quantize, read_linear, read_vector

Tensor = torch.Tensor

_AT_ONCE = 32  # rows in the feed-forward part: what is between its layers stays in the processor's cache


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes of a decoder."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    context: int
    epsilon: float  # of the norms
    theta: float  # of the rotary embedding
    paired: bool  # q and k lie in the file with the rows of each rotation side by side


@dataclass(kw_only=True)
class Lane:
    """A request's rows in one step: either consecutive tokens of one sequence, or one token of each draft."""

    tokens: list[int]
    position: int  # of the first token; the same for all drafts
    past: list[Tensor] = field(default_factory=list)  # (layers, 2, kv_heads, tokens, dim): seen by every row
    own: Tensor  # where K and V go: (layers, 2, [drafts,] kv_heads, room, dim)
    filled: int  # tokens in `own` already
    wanted: int = 1  # of the last rows: logits

    @property
    def parallel(self) -> bool:
        return self.own.dim() == 6


class Layer:
    """One block of the decoder: attention and feed-forward."""

    def __init__(self, file: GgufFile, n: int, shape: Shape) -> None:
        q, k, v, output, gate, up, down = (
            f"blk.{n}.{name}"
            for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
        )
        turned = [q, k] if shape.paired else []
        self.attention_norm = read_vector(file, f"blk.{n}.attn_norm.weight")
        self.qkv = read_linear(file, [q, k, v], paired=turned, head_dim=shape.head_dim)
        self.output = read_linear(file, [output])
        self.ffn_norm = read_vector(file, f"blk.{n}.ffn_norm.weight")
        self.gate_up = read_linear(file, [gate, up])
        self.down = read_linear(file, [down])

    @property
    def linears(self) -> tuple[Int8Linear, ...]:
        return self.qkv, self.output, self.gate_up, self.down


class Decoder:
    """Weights and the forward step."""

    def __init__(self, file: GgufFile, threads: int) -> None:
        self.shape = read_shape(file)
        self._file = file
        self.norm = read_vector(file, "output_norm.weight")
        self.head = read_linear(file, ["output" if "output.weight" in file.tensors else "token_embd"])
        self.layers = _read_layers(file, self.shape, threads)
        each = torch.arange(0, self.shape.head_dim, 2, dtype=torch.float64) / self.shape.head_dim
        self._speeds = self.shape.theta**-each  # of the rotations, in radians a position

    def bytes_read(self) -> int:
        """Of weights, by a step of one row."""
        return self.head.size + sum(linear.size for layer in self.layers for linear in layer.linears)

    @torch.inference_mode()
    def step(self, lanes: list[Lane]) -> Tensor:
        """Feed every lane's tokens; float32 (wanted rows of all lanes, vocabulary)."""
        shape = self.shape
        tokens = [token for lane in lanes for token in lane.tokens]
        embedding = self._file.tensors["token_embd.weight"]
        x = to_float(self._file.pick(embedding.name, tokens), embedding.kind)
        cos, sin = self._rotations([at for lane in lanes for at in _positions(lane)])
        masks = [_mask(lane, shape.heads // shape.kv_heads) for lane in lanes]
        for n, layer in enumerate(self.layers):
            h = layer.qkv(*normalize(x, layer.attention_norm, shape.epsilon))
            h = self._attention(n, h, cos, sin, lanes, masks)
            x += layer.output(*quantize(h))
            for part in torch.split(x, _AT_ONCE):
                h = layer.gate_up(*normalize(part, layer.ffn_norm, shape.epsilon))
                gate, up = h.chunk(2, -1)
                part += layer.down(*quantize(F.silu(gate).mul_(up)))
        x = x[_wanted(lanes)]
        return self.head(*normalize(x, self.norm, shape.epsilon)) if len(x) else x

    def _rotations(self, positions: list[int]) -> tuple[Tensor, Tensor]:
        """cos and sin, (rows, 1, head_dim); the sign makes `x * cos + roll(x) * sin` the rotation."""
        angles = torch.tensor(positions)[:, None] * self._speeds
        cos, sin = angles.cos().float(), angles.sin().float()
        return torch.cat([cos, cos], -1)[:, None], torch.cat([-sin, sin], -1)[:, None]

    def _attention(
        self, n: int, qkv: Tensor, cos: Tensor, sin: Tensor, lanes: list[Lane], masks: list[Tensor | None]
    ) -> Tensor:
        """Rotate, store K and V, attend; float32 (rows, heads * dim)."""
        s = self.shape
        heads = qkv.view(len(qkv), -1, s.head_dim)
        turned = heads[:, : s.heads + s.kv_heads]
        turned = torch.addcmul(turned * cos, turned.roll(s.head_dim // 2, -1), sin)
        q, k = turned[:, : s.heads], turned[:, s.heads :]
        v = heads[:, s.heads + s.kv_heads :]
        out = []
        start = 0
        for lane, mask in zip(lanes, masks, strict=True):
            rows = slice(start, start + len(lane.tokens))
            attend = _attend_drafts if lane.parallel else _attend_sequence
            out.append(attend(n, lane, q[rows], k[rows], v[rows], mask))
            start = rows.stop
        return (out[0] if len(out) == 1 else torch.cat(out)).flatten(1)


def _attend_sequence(n: int, lane: Lane, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Consecutive tokens of one sequence: all of the past, and each other backwards."""
    end = lane.filled + len(q)
    own = lane.own[n]
    own[0, :, lane.filled : end] = k.transpose(0, 1)
    own[1, :, lane.filled : end] = v.transpose(0, 1)
    parts = [_full(q, past[n, 0], past[n, 1]) for past in lane.past]
    parts.append(_full(q, own[0, :, :end], own[1, :, :end], mask))
    return _merge(parts)


def _attend_drafts(n: int, lane: Lane, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """One token of each draft: all share the past, and each has its own tail."""
    own = lane.own[n]
    end = lane.filled + 1
    own[0, :, :, lane.filled] = k
    own[1, :, :, lane.filled] = v
    parts = [_full(q, past[n, 0], past[n, 1]) for past in lane.past]
    grouped = q.reshape(len(q), k.shape[1], -1, q.shape[-1])
    out, weight = _flash(grouped, own[0, :, :, :end], own[1, :, :, :end], mask)
    parts.append((out.flatten(1, 2), weight.flatten(1)))
    return _merge(parts)


def _full(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """q (rows, heads, dim) on all of k and v (kv_heads, tokens, dim); see `_flash` for what it gives."""
    rows, heads, dim = q.shape
    kv_heads = k.shape[0]
    grouped = q.reshape(rows, kv_heads, -1, dim).transpose(0, 1).reshape(1, kv_heads, -1, dim)
    out, weight = _flash(grouped, k[None], v[None], mask)
    out = out.view(kv_heads, rows, -1, dim).transpose(0, 1).reshape(rows, heads, dim)
    return out, weight.view(kv_heads, rows, -1).transpose(0, 1).reshape(rows, heads)


def _flash(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """torch's flash attention for CPUs: (batch, heads, rows, dim), and the log of the sum of weights.

    In float32: turning K and V to it is quick, and attention in half precision is up to four times slower.
    """
    attend = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    out, weight = attend(q, k.float(), v.float(), attn_mask=mask)
    return out, weight


def _mask(lane: Lane, group: int) -> Tensor | None:
    """What hides later tokens of the lane from earlier ones: (1, 1, rows * group, tokens in `own`)."""
    count = len(lane.tokens)
    if lane.parallel or count == 1:
        return None
    rows, tokens = torch.arange(count)[:, None], torch.arange(lane.filled + count)
    mask = torch.zeros(count, len(tokens)).masked_fill_(tokens > lane.filled + rows, -torch.inf)
    return mask.repeat_interleave(group, 0)[None, None]


def _merge(parts: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Attention over several stretches of tokens, from that over each."""
    if len(parts) == 1:
        return parts[0][0]
    share = torch.softmax(torch.stack([weight for _, weight in parts]), 0)
    return torch.stack([out for out, _ in parts]).mul(share.unsqueeze(-1)).sum(0)


def _positions(lane: Lane) -> range | list[int]:
    if lane.parallel:
        return [lane.position] * len(lane.tokens)
    return range(lane.position, lane.position + len(lane.tokens))


def _wanted(lanes: list[Lane]) -> list[int]:
    rows: list[int] = []
    end = 0
    for lane in lanes:
        end += len(lane.tokens)
        rows += range(end - lane.wanted, end)
    return rows


def _read_layers(file: GgufFile, shape: Shape, threads: int) -> list[Layer]:
    """Layers side by side, each by one thread: most operations of the conversion are too small for two."""
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        return list(pool.map(lambda n: Layer(file, n, shape), range(shape.layers)))


def read_shape(file: GgufFile) -> Shape:
    """The sizes of the decoder in the file. Raises WeightsError for a family not known here."""
    meta = file.metadata
    family = meta["general.architecture"]
    if family not in ("qwen2", "llama"):
        raise WeightsError(f"{file.path}: the torch engine runs the families qwen2 and llama, not {family}")
    heads = meta[f"{family}.attention.head_count"]
    hidden = meta[f"{family}.embedding_length"]
    return Shape(
        layers=meta[f"{family}.block_count"],
        hidden=hidden,
        heads=heads,
        kv_heads=meta.get(f"{family}.attention.head_count_kv", heads),
        head_dim=meta.get(f"{family}.attention.key_length", hidden // heads),
        vocabulary=file.tensors["token_embd.weight"].rows,
        context=min(meta[f"{family}.context_length"], 8192),
        epsilon=meta[f"{family}.attention.layer_norm_rms_epsilon"],
        theta=meta.get(f"{family}.rope.freq_base", 10000.0),
        paired=family == "llama",
    )
