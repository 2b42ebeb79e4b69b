"""Small random LoRA adapters in PEFT's format, made on the spot."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from feeler.llm.adapter import LAYERS
from feeler.llm.gguf import GgufFile

_NAMES = {gguf: name for name, gguf in LAYERS.items()}


def make_adapter(
    folder: Path,
    weights: Path,
    *,
    base: str,
    rank: int = 4,
    size: float = 0.4,
    config: dict[str, Any] | None = None,
    extra: dict[str, torch.Tensor] | None = None,
) -> Path:
    """An adapter on every linear layer of the file, with a card for the model card `base`."""
    folder.mkdir(parents=True)
    rng = torch.Generator().manual_seed(3)
    tensors = dict(extra or {})
    for name, info in GgufFile(weights).tensors.items():
        part = name.split(".")
        if part[0] == "blk" and part[2] in _NAMES and part[3] == "weight":
            key = f"base_model.model.model.layers.{part[1]}.{_NAMES[part[2]]}"
            a = torch.randn(rank, info.cols, generator=rng) / info.cols**0.5
            b = torch.randn(info.rows, rank, generator=rng) / rank**0.5 * size
            tensors |= {f"{key}.lora_A.weight": a, f"{key}.lora_B.weight": b}
    save_file(tensors, folder / "adapter_model.safetensors")
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": 2 * rank,
        "target_modules": sorted({name.partition(".")[2] for name in _NAMES.values()}),
        "bias": "none",
        "base_model_name_or_path": "somewhere",
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings | (config or {})))

    def sha256(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    (folder / "card.toml").write_text(
        f'slug = "random"\nname = "Random"\nabout = "For tests."\nbase = "{base}"\nlicence = "Apache-2.0"\n'
        f'[sha256]\nconfig = "{sha256("adapter_config.json")}"\n'
        f'weights = "{sha256("adapter_model.safetensors")}"\n'
    )
    return folder
