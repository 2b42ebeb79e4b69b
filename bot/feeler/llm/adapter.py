"""LoRA adapters (Hu et al. 2021) in PEFT's format: read, checked against the model, added to its weights.

A linear layer's weight becomes W + scale * B @ A while the model loads: a step costs what it did without.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from feeler.errors import WeightsError
from feeler.llm.adapter_cards import CONFIG, WEIGHTS

Tensor = torch.Tensor

# The linear layers of the Qwen2 and Llama families: Hugging Face's names, and those of GGUF files.
LAYERS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_KEY = re.compile(
    r"base_model\.model\.(?P<module>model\.layers\.(?P<layer>\d+)\.(?P<linear>\w+\.\w+))"
    r"\.lora_(?P<side>[AB])\.weight"
)
# What would change more than W + scale * B @ A says: an adapter that has it is refused.
_NOTHING_ELSE: Mapping[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    "bias": (None, "none"),
    "use_dora": (None, False),
    "lora_bias": (None, False),
    "fan_in_fan_out": (None, False),
    "modules_to_save": (None, []),
    "layer_replication": (None, []),
    "trainable_token_indices": (None, [], {}),
    "target_parameters": (None, []),
    "alora_invocation_tokens": (None, []),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is added to one linear layer: scale * b @ a, with rows in Hugging Face's order."""

    a: Tensor  # float32 (rank, in)
    b: Tensor  # float32 (out, rank)
    scale: float

    def add_to(self, weight: Tensor, start: int = 0) -> Tensor:
        """To some rows of the layer, from `start` on; float32 (rows, in), changed in place."""
        return weight.addmm_(self.b[start : start + len(weight)], self.a, alpha=self.scale)


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """The changes by their layers' names in a GGUF file, "blk.0.attn_q"."""

    folder: Path
    changes: Mapping[str, Change]
    modules: Mapping[str, str]  # the same layers' names in Hugging Face's models
    alpha: float

    def check(self, sizes: Mapping[str, tuple[int, int]]) -> None:
        """Raises WeightsError where a change fits no layer; `sizes` has every layer's (rows, cols)."""
        for name, change in self.changes.items():
            fits = (change.b.shape[0], change.a.shape[1])
            if sizes.get(name) != fits:
                has = sizes.get(name)
                raise WeightsError(
                    f"{self.folder} was made for another model: it changes {name} of {fits[0]} x {fits[1]}, "
                    + (f"which has {has[0]} x {has[1]} here" if has else "which is not there")
                )


def read_adapter(folder: Path) -> Adapter:
    """Read a folder in PEFT's format. Raises WeightsError, which says what is not supported."""
    config = _read_config(folder / CONFIG)
    sides: dict[str, dict[str, Tensor]] = {}
    for key, tensor in _read_tensors(folder / WEIGHTS):
        found = _KEY.fullmatch(key)
        if not found or found["linear"] not in LAYERS:
            raise WeightsError(
                f"{folder / WEIGHTS}: {key!r} is no change that Feeler can add; train the adapter on "
                f"{', '.join(name.partition('.')[2] for name in LAYERS)} alone"
            )
        sides.setdefault(found["module"], {})[found["side"]] = tensor
    names = {module: _gguf_name(module) for module in sides}
    return Adapter(
        folder=folder,
        changes={names[module]: _change(module, pair, config, folder) for module, pair in sides.items()},
        modules={name: module for module, name in names.items()},
        alpha=float(config["lora_alpha"]),
    )


def add_to_modules(model: Any, adapter: Adapter) -> None:
    """Add the changes to a model of transformers', in place. Raises WeightsError where they do not fit."""
    linears = {
        name: module.weight for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)
    }
    adapter.check(
        {
            _gguf_name(name): (weight.shape[0], weight.shape[1])
            for name, weight in linears.items()
            if _is_layer(name)
        }
    )
    with torch.no_grad():
        for name, change in adapter.changes.items():
            weight = linears[adapter.modules[name]]
            weight.copy_(change.add_to(weight.float().cpu()))


def _is_layer(module: str) -> bool:
    return bool(re.fullmatch(r"model\.layers\.\d+\.\w+\.\w+", module)) and module.split(".", 3)[3] in LAYERS


def _gguf_name(module: str) -> str:
    _, _, layer, linear = module.split(".", 3)
    return f"blk.{int(layer)}.{LAYERS[linear]}"


def _read_config(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        if not config["lora_alpha"] > 0:
            raise ValueError("it must be above 0")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{file} is no configuration of a LoRA adapter of PEFT's: lora_alpha: {error!r}"
        ) from None
    for key, harmless in _NOTHING_ELSE.items():
        if config.get(key) not in harmless:
            raise WeightsError(
                f"{file}: {key}={config.get(key)!r} is not supported; train the adapter without"
            )
    return dict(config)


def _read_tensors(file: Path) -> Iterable[tuple[str, Tensor]]:
    """Of a safetensors file: nothing in it is ever run."""
    try:
        with safe_open(file, framework="pt") as tensors:
            return [(key, tensors.get_tensor(key).float()) for key in tensors.keys()]  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{file} cannot be read as a safetensors file: {error}") from None


def _change(module: str, pair: dict[str, Tensor], config: dict[str, Any], folder: Path) -> Change:
    if pair.keys() != {"A", "B"} or any(side.dim() != 2 for side in pair.values()):
        raise WeightsError(f"{folder / WEIGHTS}: {module} lacks one of lora_A and lora_B")
    a, b = pair["A"], pair["B"]
    rank = a.shape[0]
    if b.shape[1] != rank or not rank:
        raise WeightsError(f"{folder / WEIGHTS}: {module}: lora_A has rank {rank}, lora_B {b.shape[1]}")
    if not (a.isfinite().all() and b.isfinite().all()):
        raise WeightsError(f"{folder / WEIGHTS}: {module} holds numbers that are none (NaN or infinity)")
    alpha = next(
        (value for name, value in (config.get("alpha_pattern") or {}).items() if _matches(name, module)),
        config["lora_alpha"],
    )
    return Change(a=a, b=b, scale=float(alpha) / (rank**0.5 if config.get("use_rslora") else rank))


def _matches(pattern: str, module: str) -> bool:
    """As in PEFT: the end of the module's name, as a regular expression."""
    return re.fullmatch(rf"(.*\.)?({pattern})", module) is not None
