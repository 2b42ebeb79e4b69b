"""A LoRA adapter as the GGUF file that llama.cpp and Ollama take beside the model's own."""

from pathlib import Path

import torch
from gguf import GGUFWriter

from feeler.llm.adapter import Adapter
from feeler.llm.gguf import GgufFile
from feeler.llm.linear import halves_apart
from feeler.llm.shape import read_shape


def write_gguf(adapter: Adapter, base: GgufFile, to: Path) -> None:
    """Write the adapter for the weights in `base`. Raises WeightsError where they do not fit each other.

    llama.cpp adds alpha / rank * B @ A with one alpha for all layers: a layer's own factor goes into its B.
    """
    shape = read_shape(base)
    adapter.check(
        {name.removesuffix(".weight"): (info.rows, info.cols) for name, info in base.tensors.items()}
    )
    writer = GGUFWriter(to, base.value("general.architecture"))
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", adapter.alpha)
    for name, change in adapter.changes.items():
        b = change.b * (change.scale * len(change.a) / adapter.alpha)
        if shape.paired and name.endswith(("attn_q", "attn_k")):
            b = b[torch.argsort(halves_apart(len(b), shape.head_dim))]
        writer.add_tensor(f"{name}.weight.lora_a", change.a.contiguous().numpy())
        writer.add_tensor(f"{name}.weight.lora_b", b.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
