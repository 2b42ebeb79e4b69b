"""GGUF blocks and the int8 layers filled from them, against gguf's own reference."""

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from gguf.quants import dequantize

from feeler.errors import WeightsError
from feeler.llm.blocks import to_float
from feeler.llm.gguf import GgufFile
from feeler.llm.linear import Int8Linear, int8_rows, quantize

KINDS = ("Q4_K", "Q6_K", "Q4_1", "Q8_0")


def random_blocks(kind: str, rows: int, cols: int) -> torch.Tensor:
    """Any bytes are valid blocks, as long as the scales in half precision are finite and of a usual size."""
    generator = np.random.default_rng(7)
    block, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
    raw = generator.integers(0, 256, (rows * cols // block, size), dtype=np.uint8)
    places = {"Q4_K": (0, 2), "Q6_K": (208,), "Q4_1": (0, 2), "Q8_0": (0,)}[kind]
    for at in places:
        halves = generator.uniform(0.001, 0.02, len(raw)).astype(np.float16)
        raw[:, at : at + 2] = halves.view(np.uint8).reshape(-1, 2)
    return torch.from_numpy(raw).view(rows, -1)


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_unpack_to_what_gguf_says(kind: str) -> None:
    raw = random_blocks(kind, 6, 512)
    wanted = torch.from_numpy(dequantize(raw.numpy(), gguf.GGMLQuantizationType[kind]))
    assert torch.equal(to_float(raw, kind), wanted.view(6, 512))


@pytest.mark.parametrize("kind", KINDS)
def test_int8_rows_are_within_half_a_step(kind: str) -> None:
    raw = random_blocks(kind, 6, 512)
    weight = torch.empty(6, 512, dtype=torch.int8)
    steps = int8_rows(raw, kind, weight)
    off = (weight * steps[:, None] - to_float(raw, kind)).abs()
    assert (off <= steps[:, None] * 0.5001).all()


@pytest.mark.parametrize("rows", [1, 5])
def test_a_linear_layer_is_as_good_as_its_weights(rows: int) -> None:
    torch.manual_seed(1)
    raw = random_blocks("Q4_K", 48, 256)
    weight = torch.empty(48, 256, dtype=torch.int8)
    steps = int8_rows(raw, "Q4_K", weight)
    bias = torch.randn(48)
    x = torch.randn(rows, 256)
    x[:, 3] *= 300  # as large as these models' largest activations
    wanted = x @ (weight * steps[:, None]).T + bias
    found = Int8Linear(weight, steps, bias)(*quantize(x))
    assert (found - wanted).norm() / wanted.norm() < 3e-4


def test_a_row_does_not_depend_on_its_company() -> None:
    torch.manual_seed(2)
    x = torch.randn(9, 256)
    layer = Int8Linear(torch.randint(-127, 128, (64, 256), dtype=torch.int8), torch.full((64,), 0.01))
    together = layer(*quantize(x))
    assert torch.equal(together[:4], layer(*quantize(x[:4])))


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(WeightsError, match="Q1_0"):
        to_float(torch.zeros(1, 180, dtype=torch.uint8), "Q1_0")


def write_gguf(path: Path) -> np.ndarray:
    values = np.arange(64, dtype=np.float32).reshape(2, 32)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint32("llama.block_count", 3)
    writer.add_array("tokenizer.ggml.tokens", ["a", "ä", "🦊"])
    writer.add_tensor("first.weight", values)
    writer.add_tensor(
        "second.weight",
        gguf.quantize(values, gguf.GGMLQuantizationType.Q8_0),
        raw_dtype=gguf.GGMLQuantizationType.Q8_0,
    )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return values


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    values = write_gguf(tmp_path / "some.gguf")
    file = GgufFile(tmp_path / "some.gguf")
    assert file.metadata["llama.block_count"] == 3
    assert file.metadata["tokenizer.ggml.tokens"] == ["a", "ä", "🦊"]
    assert torch.equal(to_float(file.rows("first.weight"), "F32"), torch.from_numpy(values))
    assert torch.equal(file.rows("second.weight", 1), file.pick("second.weight", [1]))


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    write_gguf(tmp_path / "some.gguf")
    whole = (tmp_path / "some.gguf").read_bytes()
    for size in (0, 3, 40, len(whole) - 40):
        (tmp_path / "short.gguf").write_bytes(whole[:size])
        with pytest.raises(WeightsError, match=r"short\.gguf"):
            GgufFile(tmp_path / "short.gguf")
