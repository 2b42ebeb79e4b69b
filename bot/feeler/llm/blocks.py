"""GGUF's quantized blocks as affine groups: a weight is  q * scale - minimum  with one pair per group.

Every format that the shipped weights use fits this form exactly, so each is unpacked once, here, and the
kernels (int8, int4, float) are filled from it. Layouts: ggml's `ggml-common.h`; checked against gguf's own
`dequantize` in the tests. Formats not listed go through that function, slowly.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from gguf import GGMLQuantizationType
from gguf.quants import dequantize

from feeler.errors import WeightsError

Tensor = torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Rows of weights in groups of equal size, in storage order."""

    q: Tensor  # int8 or uint8 (rows, groups, size)
    scale: Tensor  # float32 (rows, groups, 1)
    minimum: Tensor  # float32 (rows, groups, 1)
    low: int  # q lies in [low, high]
    high: int

    def to_float(self) -> Tensor:
        """Float32 (rows, cols)."""
        return torch.addcmul(-self.minimum, self.q, self.scale).flatten(1)

    def bound(self) -> Tensor:
        """Float32 (rows, 1): no weight of the row is larger in size; most often the largest itself."""
        ends = [(self.scale * end - self.minimum).abs_() for end in (self.low, self.high)]
        return torch.maximum(*ends).amax(1).clamp_min_(1e-12)


def has_groups(kind: str) -> bool:
    """Whether `unpack` knows the format; `to_float` knows every one."""
    return kind in _FORMATS


def unpack(raw: Tensor, kind: str) -> Groups:
    """Blocks as uint8 (rows, row_bytes) -> Groups, for a format that `has_groups`."""
    return _FORMATS[kind](raw)


def to_float(raw: Tensor, kind: str) -> Tensor:
    """Blocks as uint8 (rows, row_bytes) -> float32 (rows, cols). WeightsError for a format not known."""
    if kind == "F32":
        return raw.view(torch.float32)
    if kind in _FORMATS:
        return unpack(raw, kind).to_float()
    try:
        return torch.from_numpy(dequantize(raw.numpy(), GGMLQuantizationType[kind]))
    except NotImplementedError:
        raise WeightsError(
            f"blocks of the format {kind} cannot be read: take a file of another one"
        ) from None


def _half(block: Tensor) -> Tensor:
    return block.contiguous().view(torch.float16).float()


def _q4_k(raw: Tensor) -> Groups:
    """144 bytes for 256 weights: d, dmin, 8 scales and minima of 6 bits in 12 bytes, 128 bytes of nibbles."""
    rows = raw.shape[0]
    block = raw.view(rows, -1, 144)
    packed = block[..., 4:16].int()
    first, second, third = packed[..., :4], packed[..., 4:8], packed[..., 8:]
    scale = torch.cat([first & 63, (third & 15) | (first >> 6 << 4)], -1)
    minimum = torch.cat([second & 63, (third >> 4) | (second >> 6 << 4)], -1)
    nibbles = block[..., 16:].view(rows, -1, 4, 1, 32)
    q = torch.cat([nibbles & 15, nibbles >> 4], 3)
    d, dmin = _half(block[..., 0:2]), _half(block[..., 2:4])
    return Groups(
        q=q.view(rows, -1, 32),
        scale=(scale * d).view(rows, -1, 1),
        minimum=(minimum * dmin).view(rows, -1, 1),
        low=0,
        high=15,
    )


def _q6_k(raw: Tensor) -> Groups:
    """210 bytes for 256 weights: low nibbles 128, high bit pairs 64, 16 int8 scales, d."""
    rows = raw.shape[0]
    block = raw.view(rows, -1, 210)
    low = block[..., :128].reshape(rows, -1, 2, 1, 64)
    high = block[..., 128:192].reshape(rows, -1, 2, 1, 32)
    nibbles = torch.cat([low & 15, low >> 4], 3).view(rows, -1, 2, 4, 32)
    pairs = torch.cat([high & 3, high >> 2 & 3, high >> 4 & 3, high >> 6], 3)
    q = (nibbles | pairs << 4).view(torch.int8) - 32
    scale = block[..., 192:208].contiguous().view(torch.int8) * _half(block[..., 208:210])
    scale = scale.view(rows, -1, 1)
    return Groups(q=q.view(rows, -1, 16), scale=scale, minimum=torch.zeros(1, 1, 1), low=-32, high=31)


def _q4_1(raw: Tensor) -> Groups:
    """20 bytes for 32 weights: d, m, 16 bytes of nibbles; a weight is q * d + m."""
    rows = raw.shape[0]
    block = raw.view(rows, -1, 20)
    nibbles = block[..., 4:]
    q = torch.cat([nibbles & 15, nibbles >> 4], -1)
    return Groups(q=q, scale=_half(block[..., 0:2]), minimum=-_half(block[..., 2:4]), low=0, high=15)


def _q8_0(raw: Tensor) -> Groups:
    """34 bytes for 32 weights: d and 32 int8."""
    block = raw.view(raw.shape[0], -1, 34)
    q = block[..., 2:].contiguous().view(torch.int8)
    return Groups(q=q, scale=_half(block[..., 0:2]), minimum=torch.zeros(1, 1, 1), low=-128, high=127)


_FORMATS: dict[str, Callable[[Tensor], Groups]] = {"Q4_K": _q4_k, "Q6_K": _q6_k, "Q4_1": _q4_1, "Q8_0": _q8_0}
