"""Linear layers in int8 on FBGEMM's kernel, filled from GGUF blocks.

A row of weights becomes 127 steps of its largest one. A row of activations becomes 16 bits, multiplied as two
rows of bytes: with 8 bits alone, the models' few very large activations drown the others (mean KL divergence
0.034 nats against 0.002, measured on the default weights), and a second row costs little where memory is what
limits. Products are exact in int32, so a row's result does not depend on what else is in the batch.
"""

import warnings
from collections.abc import Collection, Mapping

import torch

from feeler.llm.adapter import Change
from feeler.llm.blocks import Groups, has_groups, to_float, unpack
from feeler.llm.gguf import GgufFile

Tensor = torch.Tensor

_CHUNK = 1 << 18  # weights converted at a time: what stays in the processor's cache
# Without VNNI the kernel adds pairs of products in 16 bits, which bytes of 7 bits cannot overflow.
_TOP = 127 if torch.cpu._is_vnni_supported() else 63
_ZERO = _TOP + 1
_FINE = 2 * _TOP
_SHARE, _FINER = torch.tensor(1 / _TOP), torch.tensor(float(_FINE))  # as tensors they cost half as much
_OUTPUT = 1 << 18  # numbers of output computed at a time: what stays in the processor's cache
_TINY = 1e-12

if "fbgemm" in torch.backends.quantized.supported_engines:  # on x86; see `choose.py` for others
    torch.backends.quantized.engine = "fbgemm"
warnings.filterwarnings(
    "ignore", ".*torch.quantize_per_tensor", UserWarning
)  # torch is pinned to what has it


def quantize(x: Tensor, *, coarse: bool = False) -> tuple[Tensor, Tensor]:
    """Float32 (rows, cols) -> whole numbers (2 * rows, cols), and the size of one step, (rows, 1).

    Each row becomes two: the number of steps, and the rest in steps that are finer by `_FINE`. Where `coarse`
    will do, the rest is dropped, (rows, cols): half the work for many rows.
    """
    rows, cols = x.shape
    step = x.abs().amax(-1, keepdim=True).clamp_min_(_TINY).mul_(_SHARE)
    if coarse:
        return x / step, step  # the kernel rounds it
    pair = x.new_empty(rows, 2, cols)
    whole, rest = pair.unbind(1)
    torch.div(x, step, out=rest)
    torch.round(rest, out=whole)
    rest.sub_(whole).mul_(_FINER)  # the kernel rounds it
    return pair.view(2 * rows, cols), step


def normalize(x: Tensor, weight: Tensor, epsilon: Tensor, *, coarse: bool = False) -> tuple[Tensor, Tensor]:
    """Root mean square norm, then `quantize`: a row's factor goes into its step, and not over the row.

    `epsilon`, float32 (), is that of the norm.
    """
    quantized, step = quantize(x * weight, coarse=coarse)
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return quantized, step.mul_(torch.addcmul(epsilon, length, length, value=1 / x.shape[1]).rsqrt_())


class Int8Linear:
    """y = x @ weight.T + bias with int8 rows of weights."""

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor | None = None) -> None:
        zero = torch.zeros(len(scale), dtype=torch.int64)
        rows = torch._make_per_channel_quantized_tensor(weight, scale.double(), zero, 0)
        self.packed = torch.ops.quantized.linear_prepack(rows, None)
        self.bias = bias  # float32 (out,)
        self.rows = len(weight)
        self.size = weight.numel()  # bytes that one step reads
        self._at_once = 2 * max(16, _OUTPUT // len(weight))

    def __call__(self, x: Tensor, step: Tensor) -> Tensor:
        """What `quantize` gave -> float32 (rows, out)."""
        multiply = self._multiply if len(x) == len(step) else self._multiply_pairs
        if x.shape[0] <= self._at_once:
            y = multiply(x)
        else:
            y = torch.cat([multiply(part) for part in torch.split(x, self._at_once)])
        y.mul_(step)
        return y if self.bias is None else y.add_(self.bias)

    def _multiply(self, x: Tensor) -> Tensor:
        y: Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
            x, 1.0, _ZERO, self.packed
        )
        return y

    def _multiply_pairs(self, x: Tensor) -> Tensor:
        y = self._multiply(x)
        whole, rest = y.view(x.shape[0] // 2, 2, -1).unbind(1)
        return whole.add_(rest, alpha=1 / _FINE)  # every other row of `y`: a copy would cost more


def int8_rows(raw: Tensor, kind: str, out: Tensor, change: Change | None = None) -> Tensor:
    """Blocks as uint8 (rows, row_bytes) -> int8 into `out` (rows, cols); the rows' steps, float32 (rows,).

    `change` is added to all rows of the tensor before they are rounded.
    """
    rows, cols = out.shape
    steps = torch.empty(rows)
    at_once = max(1, _CHUNK // cols)
    for start in range(0, rows, at_once):
        part = slice(start, start + at_once)
        if change is None and has_groups(kind):
            out[part], steps[part] = _groups_to_int8(unpack(raw[part], kind))
        else:
            weight = to_float(raw[part], kind)
            if change:
                change.add_to(weight, start)
            out[part], steps[part] = _to_int8(weight)
    return steps


def read_linear(
    file: GgufFile,
    names: list[str],
    *,
    start: int = 0,
    stop: int | None = None,
    paired: Collection[str] = (),
    head_dim: int = 0,
    changes: Mapping[str, Change] | None = None,
) -> Int8Linear:
    """Several projections of the same input as one layer; for `paired` ones see `halves_apart`.

    Of each, the rows [start, stop) as far as there are so many. `changes` are added to whole projections, by
    their names.
    """
    blocks, biases = [], []
    for name in names:
        info = file.tensor(f"{name}.weight")
        raw = file.rows(info.name, start, min(stop or info.rows, info.rows))
        bias = read_vector(file, f"{name}.bias")[start:stop] if f"{name}.bias" in file.tensors else None
        if name in paired:
            order = halves_apart(info.rows, head_dim)
            raw, bias = raw[order], None if bias is None else bias[order]
        blocks.append((raw, info, (changes or {}).get(name)))
        biases.append(torch.zeros(len(raw)) if bias is None else bias)
    sizes = [len(raw) for raw, *_ in blocks]
    weight = torch.empty(sum(sizes), blocks[0][1].cols, dtype=torch.int8)
    steps = [
        int8_rows(raw, info.kind, out, change)
        for (raw, info, change), out in zip(blocks, torch.split(weight, sizes), strict=True)
    ]
    biased = any(f"{name}.bias" in file.tensors for name in names)
    return Int8Linear(weight, torch.cat(steps), torch.cat(biases) if biased else None)


def halves_apart(rows: int, head_dim: int) -> Tensor:
    """Llama files hold the two rows of each rotation side by side: the order that parts the halves."""
    return torch.arange(rows).view(-1, head_dim // 2, 2).transpose(1, 2).flatten()


def read_vector(file: GgufFile, name: str) -> Tensor:
    """A small tensor as float32, in one dimension."""
    return to_float(file.rows(name), file.tensor(name).kind).flatten()


def _groups_to_int8(groups: Groups) -> tuple[Tensor, Tensor]:
    step = groups.bound().div_(127)
    by = step[:, None]
    weight = groups.q.float().mul_(groups.scale / by).sub_(groups.minimum / by)
    return weight.round_().to(torch.int8).flatten(1), step[:, 0]


def _to_int8(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Float32 (rows, cols), which is overwritten."""
    step = weight.abs().amax(1, keepdim=True).clamp_min_(_TINY).div_(127)
    return weight.mul_(1 / step).round_().to(torch.int8), step[:, 0]
