"""Read a GGUF file: metadata and raw tensor blocks, without mapping the whole file.

The `gguf` package's reader builds one numpy view per vocabulary entry and takes seconds for a vocabulary of
150,000; this one reads the same header in a fraction of that and is checked against it in the tests.
"""

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

from feeler.errors import WeightsError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# What reading noise as numbers, lengths and names raises.
_BROKEN = (
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    MemoryError,
    RecursionError,
    struct.error,
)


@dataclass(frozen=True, kw_only=True)
class TensorInfo:
    """Where one tensor lies and how its rows are stored."""

    name: str
    kind: str  # GGML's name of the block format: "Q4_K", "F32"
    rows: int  # 1 for a vector
    cols: int
    offset: int  # from the start of the file
    row_bytes: int


class GgufFile:
    """An open GGUF file. `metadata` holds its key-value pairs, `tensors` the directory by name.

    Raises WeightsError when the file is no GGUF file, is cut short, or is of a version not known here.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                self.metadata, self.tensors = _read_header(data)
        except (OSError, *_BROKEN) as error:
            raise WeightsError(f"{path} cannot be read as a GGUF file: {error}") from error

    def forget_vocabulary(self) -> None:
        """Free the longest lists of the metadata, once a tokenizer was made of them."""
        for key in ("tokens", "merges", "token_type", "scores"):
            self.metadata.pop(f"tokenizer.ggml.{key}", None)

    def tensor(self, name: str) -> TensorInfo:
        """Where a tensor lies; WeightsError where the file lacks it."""
        if name not in self.tensors:
            raise WeightsError(
                f"{self.path} lacks the tensor {name}: fetch a whole file of a model that runs here"
            )
        return self.tensors[name]

    def value(self, key: str) -> Any:
        """Of the metadata; WeightsError where the file lacks it."""
        if key not in self.metadata:
            raise WeightsError(
                f"{self.path} lacks {key} in its metadata: fetch a file that was converted anew"
            )
        return self.metadata[key]

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> torch.Tensor:
        """The raw blocks of rows [start, stop) as uint8 (rows, row_bytes), copied out of the file."""
        info = self.tensor(name)
        count = (info.rows if stop is None else stop) - start
        offset = info.offset + start * info.row_bytes
        raw = np.fromfile(self.path, dtype=np.uint8, count=count * info.row_bytes, offset=offset)
        return torch.from_numpy(raw).view(count, info.row_bytes)

    def pick(self, name: str, rows: list[int]) -> torch.Tensor:
        """The raw blocks of some rows as uint8 (rows, row_bytes).

        A mapped file would count as the process's memory, 64 KB for each row that was ever touched.
        """
        info = self.tensor(name)
        raw = np.empty((len(rows), info.row_bytes), np.uint8)
        with self.path.open("rb", buffering=0) as file:
            for n, row in enumerate(rows):
                file.seek(info.offset + row * info.row_bytes)
                file.readinto(raw[n])
        return torch.from_numpy(raw)


def _read_header(data: mmap.mmap) -> tuple[dict[str, Any], dict[str, TensorInfo]]:
    magic, version, n_tensors, n_pairs = struct.unpack_from("<4sIQQ", data, 0)
    if magic != b"GGUF" or version not in (2, 3):
        raise ValueError("wrong magic number or version")
    metadata: dict[str, Any] = {}
    at = 24
    for _ in range(n_pairs):
        key, at = _string(data, at)
        metadata[key], at = _value(data, at)
    entries = []
    for _ in range(n_tensors):
        name, at = _string(data, at)
        (n_dims,) = struct.unpack_from("<I", data, at)
        *shape, kind, offset = struct.unpack_from(f"<{n_dims}QIQ", data, at + 4)
        at += 4 + 8 * n_dims + 12
        entries.append((name, shape, _format(kind), offset))
    alignment = int(metadata.get("general.alignment", 32))
    start = -(-at // alignment) * alignment
    tensors = {name: _info(name, shape, kind, start + offset) for name, shape, kind, offset in entries}
    if any(info.offset + info.rows * info.row_bytes > len(data) for info in tensors.values()):
        raise ValueError("the file is cut short")
    return metadata, tensors


def _format(kind: int) -> GGMLQuantizationType:
    try:
        return GGMLQuantizationType(kind)
    except ValueError:  # one that was given up again, as Q4_0_4_4 was, or a new one
        raise ValueError(
            f"blocks of the format number {kind} are not known; take a file of another"
        ) from None


def _info(name: str, shape: list[int], kind: GGMLQuantizationType, offset: int) -> TensorInfo:
    block, block_bytes = GGML_QUANT_SIZES[kind]
    cols, rows = shape[0], math.prod(shape[1:])
    if cols % block:
        raise ValueError(f"{name} has rows of {cols} numbers, which are no whole blocks of {kind.name}")
    return TensorInfo(
        name=name, kind=kind.name, rows=rows, cols=cols, offset=offset, row_bytes=cols // block * block_bytes
    )


def _string(data: mmap.mmap, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<Q", data, at)
    end = at + 8 + length
    if end > len(data):
        raise ValueError("the file is cut short")
    return data[at + 8 : end].decode("utf-8", "replace"), end


def _value(data: mmap.mmap, at: int) -> tuple[Any, int]:
    (kind,) = struct.unpack_from("<I", data, at)
    return _typed(data, at + 4, kind)


def _typed(data: mmap.mmap, at: int, kind: int) -> tuple[Any, int]:
    if kind == _STRING:
        return _string(data, at)
    if kind == _ARRAY:
        kind, count = struct.unpack_from("<IQ", data, at)
        return _array(data, at + 12, kind, count)
    form = "<" + _SCALARS[kind]
    return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)


def _array(data: mmap.mmap, at: int, kind: int, count: int) -> tuple[list[Any], int]:
    if kind in _SCALARS:
        form = f"<{count}{_SCALARS[kind]}"
        return list(struct.unpack_from(form, data, at)), at + struct.calcsize(form)
    values = []
    for _ in range(count):
        value, at = _typed(data, at, kind)
        values.append(value)
    return values, at
