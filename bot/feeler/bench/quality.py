"""How true the int8 engine is to the file: its next-token choices against bfloat16 on dequantized weights."""

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from feeler.bench.talk import talk
from feeler.llm.adapter import LAYERS
from feeler.llm.attention import Lane
from feeler.llm.blocks import to_float
from feeler.llm.chat_text import ChatText
from feeler.llm.gguf import GgufFile
from feeler.llm.linear import halves_apart
from feeler.llm.model import Decoder
from feeler.llm.shape import Shape, read_shape
from feeler.llm.tokenizer import read_tokenizer

Tensor = torch.Tensor

_NAMES = {gguf: name for name, gguf in LAYERS.items()} | {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Next-token distributions compared, over all positions of a talk."""

    positions: int
    kl_mean: float  # nats, from the reference to the engine
    kl_99th: float  # percentile
    same_first: float  # share of positions with the same likeliest token


def measure_quality(weights: Path, positions: int = 2000, threads: int = 2) -> Quality:
    """Compare over the first `positions` tokens of the talk. Holds the weights in bfloat16, too."""
    file = GgufFile(weights)
    tokens = ChatText(read_tokenizer(file)).tokens(talk())[:positions]
    torch.set_num_threads(threads)
    with torch.inference_mode():
        wanted = _reference(file, tokens)
        gc.collect()
        found = _engine(file, tokens, threads)
        return compare(wanted, found)


def compare(wanted: Tensor, found: Tensor) -> Quality:
    """Float16 or float32 logits (positions, vocabulary) of both."""
    kl, same = [], 0
    for one, other in zip(torch.split(wanted, 64), torch.split(found, 64), strict=True):
        p, q = one.float().log_softmax(-1), other.float().log_softmax(-1)
        kl.append((p.exp() * (p - q)).sum(-1))
        same += int((one.argmax(-1) == other.argmax(-1)).sum())
    each = torch.cat(kl)
    return Quality(
        positions=len(each),
        kl_mean=each.mean().item(),
        kl_99th=each.quantile(0.99).item(),
        same_first=same / len(each),
    )


def reference_model(file: GgufFile, dtype: torch.dtype = torch.bfloat16) -> Any:
    """transformers' own model of the file's family, with dequantized weights."""
    from transformers import AutoModelForCausalLM

    shape = read_shape(file)
    config = _config(file, shape)
    with torch.device("meta"):
        model: Any = AutoModelForCausalLM.from_config(config, dtype=dtype)  # type: ignore[no-untyped-call]
    state = {}
    for name, info in file.tensors.items():
        weight = to_float(file.rows(name), info.kind)
        if shape.paired and name.endswith(("attn_q.weight", "attn_k.weight")):
            weight = weight[halves_apart(info.rows, shape.head_dim)]
        state[_name(name)] = (weight if info.rows > 1 else weight.flatten()).to(dtype)
    state.setdefault("lm_head.weight", state["model.embed_tokens.weight"])
    model.load_state_dict(state, assign=True)
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)  # buffers are not in the file
    return model.eval()


def _reference(file: GgufFile, tokens: list[int]) -> Tensor:
    model = reference_model(file)
    return model(torch.tensor([tokens])).logits[0].half()  # type: ignore[no-any-return]


def _engine(file: GgufFile, tokens: list[int], threads: int) -> Tensor:
    model = Decoder(file, threads)
    shape = model.shape
    own = torch.empty(shape.layers, 2, shape.kv_heads, len(tokens), shape.head_dim, dtype=torch.float16)
    logits = []
    for start in range(0, len(tokens), 256):
        part = tokens[start : start + 256]
        lane = Lane(tokens=part, position=start, own=own, filled=start, wanted=len(part))
        logits.append(model.step([lane]).half())
    return torch.cat(logits)


def _config(file: GgufFile, shape: Shape) -> Any:
    from transformers import AutoConfig

    meta, family = file.metadata, file.metadata["general.architecture"]
    return AutoConfig.for_model(
        family,
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=meta[f"{family}.context_length"],
        rms_norm_eps=shape.epsilon,
        rope_parameters={"rope_type": "default", "rope_theta": shape.theta},
        tie_word_embeddings="output.weight" not in file.tensors,
    )


def _name(name: str) -> str:
    """GGUF's name of a tensor -> transformers'."""
    if name.startswith("blk."):
        _, n, part, kind = name.split(".")
        return f"model.layers.{n}.{_NAMES[part]}.{kind}"
    return {
        "token_embd.weight": "model.embed_tokens.weight",
        "output_norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight",
    }[name]
