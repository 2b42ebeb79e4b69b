"""Small GGUF files of random models, written as llama.cpp's converter writes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from feeler.llm.adapter import LAYERS
from feeler.llm.linear import halves_apart

_SIZES: dict[str, Any] = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "tie_word_embeddings": False,
}
_NAMES = LAYERS | {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
_OUTER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def random_model(family: str = "llama", **config: Any) -> Any:
    """A model of transformers' with random weights and, where it has any, random biases."""
    torch.manual_seed(0)
    settings = _SIZES | config
    made: Any = (
        LlamaForCausalLM(LlamaConfig(**settings))
        if family == "llama"
        else Qwen2ForCausalLM(Qwen2Config(**settings))
    )
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if name.endswith("bias"):
                weight.normal_()
            elif "proj" in name:
                weight.mul_(8)  # or attention would hardly tell one place from another
    return made.eval()


def write_model(
    path: Path,
    model: Any,
    *,
    kind: str = "F32",
    metadata: Mapping[str, Any] | None = None,
    tensors: Mapping[str, np.ndarray] | None = None,
    without: tuple[str, ...] = (),
) -> Path:
    """The model as a GGUF file, its linear layers in blocks of `kind`; `without` some keys and tensors."""
    family, config = model.config.model_type, model.config
    writer = gguf.GGUFWriter(path, family)
    values: dict[str, Any] = {
        f"{family}.block_count": config.num_hidden_layers,
        f"{family}.embedding_length": config.hidden_size,
        f"{family}.feed_forward_length": config.intermediate_size,
        f"{family}.attention.head_count": config.num_attention_heads,
        f"{family}.attention.head_count_kv": config.num_key_value_heads,
        f"{family}.attention.layer_norm_rms_epsilon": config.rms_norm_eps,
        f"{family}.context_length": config.max_position_embeddings,
        f"{family}.rope.freq_base": config.rope_parameters["rope_theta"],
    } | dict(metadata or {})
    for key, value in values.items():
        if key not in without:
            kinds = {
                str: gguf.GGUFValueType.STRING,
                float: gguf.GGUFValueType.FLOAT32,
                list: gguf.GGUFValueType.ARRAY,
            }
            writer.add_key_value(key, value, kinds.get(type(value), gguf.GGUFValueType.UINT32))
    dim = config.hidden_size // config.num_attention_heads
    for name, weight in model.state_dict().items():
        called = _gguf_name(name)
        if called in without:
            continue
        if family == "llama" and called.split(".")[-2] in ("attn_q", "attn_k"):
            weight = weight[torch.argsort(halves_apart(len(weight), dim))]
        _add(writer, called, weight.float().numpy(), kind if ".layers." in name else "F32")
    for name, array in (tensors or {}).items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _gguf_name(name: str) -> str:
    outer, _, last = name.rpartition(".")
    if outer in _OUTER:
        return f"{_OUTER[outer]}.{last}"
    _, _, layer, linear = outer.split(".", 3)
    return f"blk.{layer}.{_NAMES[linear]}.{last}"


def _add(writer: gguf.GGUFWriter, name: str, weight: np.ndarray, kind: str) -> None:
    form = gguf.GGMLQuantizationType[kind if weight.ndim == 2 else "F32"]
    writer.add_tensor(name, gguf.quantize(weight, form), raw_dtype=form)
