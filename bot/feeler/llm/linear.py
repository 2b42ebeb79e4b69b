"""Linear layers in int8 on oneDNN's kernel, filled from GGUF blocks.

A weight row becomes 127 steps of its largest weight; an activation row likewise, when it comes. The product of two
int8 rows is exact in int32, so a row's result does not depend on what else is in the batch.
"""

import torch

from feeler.llm.blocks import to_float, unpack
from feeler.llm.gguf import GgufFile

Tensor = torch.Tensor
_CHUNK = 1 << 19  # weights converted at a time: what stays in the processor's cache
_ZERO = 128  # activations are stored as unsigned bytes around this


def quantize(x: Tensor) -> tuple[Tensor, Tensor]:
    """Float32 (rows, cols) -> uint8 (rows, cols) around 128, and the size of one step as float32 (rows, 1)."""
    step = x.abs().amax(-1, keepdim=True).clamp_min_(1e-12).mul_(1 / 127)
    return torch.add(x / step, _ZERO + 0.5).to(torch.uint8), step  # the cast cuts off: + 0.5 rounds


class Int8Linear:
    """y = x @ weight.T + bias with int8 rows of weights."""

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor | None = None) -> None:
        self.packed = torch.ops.onednn.qlinear_prepack(weight, None)
        self.scale = scale  # float32 (out,)
        self.zero = torch.zeros(len(scale), dtype=torch.int64)
        self.bias = bias

    def __call__(self, x: Tensor, step: Tensor) -> Tensor:
        """What `quantize` gave -> float32 (rows, out)."""
        y: Tensor = torch.ops.onednn.qlinear_pointwise(
            x, 1.0, _ZERO, self.packed, self.scale, self.zero, None, 1.0, 0, torch.float32, "none", [], ""
        )
        return y.mul_(step) if self.bias is None else torch.addcmul(self.bias, y, step)


def int8_rows(file: GgufFile, name: str) -> tuple[Tensor, Tensor]:
    """A tensor of the file as int8 (rows, cols) and the size of one step, float32 (rows,)."""
    info = file.tensors[name]
    weight = torch.empty(info.rows, info.cols, dtype=torch.int8)
    steps = torch.empty(info.rows)
    at_once = max(1, _CHUNK // info.cols)
    raw = file.rows(name)
    for start in range(0, info.rows, at_once):
        part = slice(start, start + at_once)
        weight[part], steps[part] = _to_int8(raw[part], info.kind)
    return weight, steps


def _to_int8(raw: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    if kind not in ("Q4_K", "Q6_K", "Q4_1", "Q8_0"):
        weight = to_float(raw, kind)
        step = weight.abs().amax(1, keepdim=True).clamp_min_(1e-12) / 127
        return (weight / step).round_().to(torch.int8), step[:, 0]
    groups = unpack(raw, kind)
    step = groups.bound() / 127
    by = step[:, None]
    scaled = torch.addcmul(-groups.minimum / by, groups.q, groups.scale / by)
    return scaled.round_().to(torch.int8).flatten(1), step[:, 0]
