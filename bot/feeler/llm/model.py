"""The decoder of the Qwen2 and Llama families, small enough to be read in one sitting.

transformers' own model code spends 30 ms of Python and small operations on a token; this one knows only what
these two families need: fused projections, int8 rows, K and V in strips that several sequences may share.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat

import torch
import torch.nn.functional as F

from feeler.errors import WeightsError
from feeler.llm.blocks import to_float
from feeler.llm.gguf import GgufFile
from feeler.llm.linear import Int8Linear, normalize, quantize, read_linear, read_vector

Tensor = torch.Tensor

_HEAD_ROWS = 1 << 13  # in a part of the output layer: what is computed for a few rows stays in the cache
_AT_ONCE = 16  # rows in the feed-forward part: what is between its layers stays in the processor's cache


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
        self.layers, self.head = _read_weights(file, self.shape, threads)
        each = torch.arange(0, self.shape.head_dim, 2, dtype=torch.float64) / self.shape.head_dim
        self._speeds = self.shape.theta**-each  # of the rotations, in radians a position
        self._epsilon = torch.tensor(self.shape.epsilon)

    def bytes_read(self) -> int:
        """Of weights, by a step of one row."""
        layers = (linear for layer in self.layers for linear in layer.linears)
        return sum(linear.size for linear in (*layers, *self.head))

    @torch.inference_mode()
    def step(self, lanes: list[Lane]) -> Tensor:
        """Feed every lane's tokens; float32 (wanted rows of all lanes, vocabulary)."""
        tokens = [token for lane in lanes for token in lane.tokens]
        embedding = self._file.tensors["token_embd.weight"]
        x = to_float(self._file.pick(embedding.name, tokens), embedding.kind)
        attention = _Attention(self.shape, self._speeds, lanes)
        wanted = _wanted(lanes)
        for n, layer in enumerate(self.layers):
            h = attention(n, layer.qkv(*normalize(x, layer.attention_norm, self._epsilon)))
            if n == self.shape.layers - 1 and len(wanted) < len(tokens):
                h, x = h[wanted], x[wanted]  # nothing comes of the others any more
                if not wanted:
                    return x
            x += layer.output(*quantize(h))
            for part in torch.split(x, _AT_ONCE):
                h = layer.gate_up(*normalize(part, layer.ffn_norm, self._epsilon))
                gate, up = h.chunk(2, -1)
                part += layer.down(*quantize(F.silu(gate, inplace=True).mul_(up)))
        quantized = normalize(x, self.norm, self._epsilon)
        logits = x.new_empty(len(wanted), self.shape.vocabulary)
        for head, out in zip(
            self.head, logits.split_with_sizes([h.rows for h in self.head], -1), strict=True
        ):
            out.copy_(head(*quantized))
        return logits


class _Attention:
    """What all layers of one step have in common: rotations, masks, and which rows see which stretches."""

    def __init__(self, shape: Shape, speeds: Tensor, lanes: list[Lane]) -> None:
        self._shape = shape
        self._lanes = lanes
        self._cos, self._sin = _rotations(speeds, [at for lane in lanes for at in _positions(lane)])
        self._masks = [_mask(lane, shape.heads // shape.kv_heads) for lane in lanes]
        self._past = _seen_by(lanes)
        self._sizes = [len(lane.tokens) for lane in lanes]

    def __call__(self, n: int, qkv: Tensor) -> Tensor:
        """Rotate, store K and V, attend; float32 (rows, heads * dim) -> the same for q alone."""
        s = self._shape
        turning, v = qkv.view(len(qkv), -1, s.head_dim).split_with_sizes(
            [s.heads + s.kv_heads, s.kv_heads], 1
        )
        turned = torch.addcmul(turning * self._cos, turning.roll(s.head_dim // 2, -1), self._sin)
        q, k = turned.split_with_sizes([s.heads, s.kv_heads], 1)
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
    if lane.parallel or count == 1:
        return None
    rows, tokens = torch.arange(count)[:, None], torch.arange(lane.filled + count)
    mask = torch.zeros(count, len(tokens)).masked_fill_(tokens > lane.filled + rows, -torch.inf)
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


def _rotations(speeds: Tensor, positions: list[int]) -> tuple[Tensor, Tensor]:
    """cos and sin, (rows, 1, head_dim); the sign makes `x * cos + roll(x) * sin` the rotation."""
    angles = torch.tensor(positions)[:, None] * speeds
    cos, sin = angles.cos().float(), angles.sin().float()
    return torch.cat([cos, cos], -1)[:, None], torch.cat([-sin, sin], -1)[:, None]


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


def _read_weights(file: GgufFile, shape: Shape, threads: int) -> tuple[list[Layer], list[Int8Linear]]:
    """The layers, and the output layer in parts of the vocabulary.

    They are read side by side, each by one thread: most operations of the conversion are too small for two.
    """
    name = "output" if "output.weight" in file.tensors else "token_embd"
    starts = range(0, shape.vocabulary, _HEAD_ROWS)
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        layers = pool.map(lambda n: Layer(file, n, shape), range(shape.layers))
        head = pool.map(lambda at: read_linear(file, [name], start=at, stop=at + _HEAD_ROWS), starts)
        return list(layers), list(head)


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
