"""The decoder of the Qwen2 and Llama families, small enough to be read in one sitting.

transformers' own model code spends 30 ms of Python and small operations on a token; this one knows only what
these two families need: fused projections, int8 rows, K and V in strips that several sequences may share.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F

from feeler.llm.adapter import Adapter, Change
from feeler.llm.attention import Attention, Lane
from feeler.llm.blocks import to_float
from feeler.llm.gguf import GgufFile
from feeler.llm.linear import Int8Linear, normalize, quantize, read_linear, read_vector
from feeler.llm.shape import Shape, read_rotations, read_shape

Tensor = torch.Tensor

_HEAD_ROWS = 1 << 13  # in a part of the output layer: what is computed for a few rows stays in the cache
_AT_ONCE = 16  # rows in the feed-forward part: what is between its layers stays in the processor's cache


class Layer:
    """One block of the decoder: attention and feed-forward."""

    def __init__(self, file: GgufFile, n: int, shape: Shape, changes: Mapping[str, Change]) -> None:
        q, k, v, output, gate, up, down = (
            f"blk.{n}.{name}"
            for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
        )
        turned = [q, k] if shape.paired else []
        self.attention_norm = read_vector(file, f"blk.{n}.attn_norm.weight")
        self.qkv = read_linear(file, [q, k, v], paired=turned, head_dim=shape.head_dim, changes=changes)
        self.output = read_linear(file, [output], changes=changes)
        self.ffn_norm = read_vector(file, f"blk.{n}.ffn_norm.weight")
        self.gate_up = read_linear(file, [gate, up], changes=changes)
        self.down = read_linear(file, [down], changes=changes)

    @property
    def linears(self) -> tuple[Int8Linear, ...]:
        return self.qkv, self.output, self.gate_up, self.down


class Decoder:
    """Weights and the forward step."""

    def __init__(self, file: GgufFile, threads: int, adapter: Adapter | None = None) -> None:
        self.shape = read_shape(file)
        self._file = file
        self.norm = read_vector(file, "output_norm.weight")
        if adapter:
            adapter.check(
                {name.removesuffix(".weight"): (info.rows, info.cols) for name, info in file.tensors.items()}
            )
        changes = adapter.changes if adapter else {}
        self.layers, self.head = _read_weights(file, self.shape, threads, changes)
        self._rotations = read_rotations(file, self.shape)
        self._epsilon = torch.tensor(self.shape.epsilon)

    def bytes_read(self) -> int:
        """Of weights, by a step of one row."""
        layers = (linear for layer in self.layers for linear in layer.linears)
        return sum(linear.size for linear in (*layers, *self.head))

    def step(self, lanes: list[Lane]) -> Tensor:
        """Feed every lane's tokens; logits, float32 (wanted rows of all lanes, vocabulary)."""
        return self.logits(self.read(lanes))

    @torch.inference_mode()
    def read(self, lanes: list[Lane]) -> Tensor:
        """Feed every lane's tokens; float32 (wanted rows of all lanes, hidden), before the last norm."""
        tokens = [token for lane in lanes for token in lane.tokens]
        embedding = self._file.tensors["token_embd.weight"]
        x = to_float(self._file.pick(embedding.name, tokens), embedding.kind)
        s = self.shape
        attention = Attention(lanes, self._rotations, heads=s.heads, kv_heads=s.kv_heads, head_dim=s.head_dim)
        wanted = _wanted(lanes)
        coarse = all(lane.coarse for lane in lanes)
        for n, layer in enumerate(self.layers):
            h = attention(n, layer.qkv(*normalize(x, layer.attention_norm, self._epsilon, coarse=coarse)))
            if n == self.shape.layers - 1 and len(wanted) < len(tokens):
                h, x = h[wanted], x[wanted]  # nothing comes of the others any more
                if not wanted:
                    break
            x += layer.output(*quantize(h, coarse=coarse))
            for part in torch.split(x, _AT_ONCE):
                h = layer.gate_up(*normalize(part, layer.ffn_norm, self._epsilon, coarse=coarse))
                gate, up = h.chunk(2, -1)
                part += layer.down(*quantize(F.silu(gate, inplace=True).mul_(up), coarse=coarse))
        return x

    @torch.inference_mode()
    def logits(self, x: Tensor) -> Tensor:
        """Of rows that `read` gave; float32 (rows, vocabulary)."""
        logits = x.new_empty(len(x), self.shape.vocabulary)
        parts = logits.split_with_sizes([head.rows for head in self.head], -1)
        for out, part in zip(parts, self._head_parts(x), strict=True):
            out.copy_(part)
        return logits

    @torch.inference_mode()
    def log_probabilities(self, x: Tensor, rows: list[int], tokens: list[int]) -> Tensor:
        """In nats, of `tokens`, each behind one of the rows that `read` gave; float32 (tokens,).

        The vocabulary's logits are never held at once: for 128 rows they would take 78 MB.
        """
        behind, wanted = torch.tensor(rows), torch.tensor(tokens)
        whole = x.new_full((len(x),), -torch.inf)
        found = x.new_empty(len(tokens))
        start = 0
        for part in self._head_parts(x):
            whole = torch.logaddexp(whole, part.logsumexp(-1))
            here = ((wanted >= start) & (wanted < start + part.shape[1])).nonzero()[:, 0]
            found[here] = part[behind[here], wanted[here] - start]
            start += part.shape[1]
        return found - whole[behind]

    def _head_parts(self, x: Tensor) -> Iterator[Tensor]:
        """The logits of one part of the vocabulary after the other."""
        quantized = normalize(x, self.norm, self._epsilon)
        return (head(*quantized) for head in self.head)


def _wanted(lanes: list[Lane]) -> list[int]:
    rows: list[int] = []
    end = 0
    for lane in lanes:
        start, end = end, end + len(lane.tokens)
        rows += range(end - lane.wanted, end) if lane.rows is None else [start + row for row in lane.rows]
    return rows


def _read_weights(
    file: GgufFile, shape: Shape, threads: int, changes: Mapping[str, Change]
) -> tuple[list[Layer], list[Int8Linear]]:
    """The layers, and the output layer in parts of the vocabulary.

    They are read side by side, each by one thread: most operations of the conversion are too small for two.
    """
    name = "output" if "output.weight" in file.tensors else "token_embd"
    starts = range(0, shape.vocabulary, _HEAD_ROWS)
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        layers = pool.map(lambda n: Layer(file, n, shape, changes), range(shape.layers))
        head = pool.map(lambda at: read_linear(file, [name], start=at, stop=at + _HEAD_ROWS), starts)
        return list(layers), list(head)
