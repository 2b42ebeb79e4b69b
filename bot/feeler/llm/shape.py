"""What a GGUF file says about its decoder, checked before a weight is read: sizes, rotations, every tensor.

A file is refused where anything in it would change what the model computes and is not known here: the answers
would be wrong without a word.
"""

import math
import re
from dataclasses import dataclass

import torch

from feeler.errors import WeightsError
from feeler.llm.blocks import to_float
from feeler.llm.gguf import GgufFile

Tensor = torch.Tensor

_LONGEST = 8192  # tokens of context: each costs memory, and a talk needs fewer
FAMILIES = ("qwen2", "llama")
_CHANGES = {  # what makes another model of it, and the value with which it does not
    "logit_scale": 1.0,
    "embedding_scale": 1.0,
    "residual_scale": 1.0,
    "attention.scale": 0.0,
    "attention.clamp_kqv": 0.0,
    "attention.max_alibi_bias": 0.0,
    "attention.causal": True,
    "attn_logit_softcapping": 0.0,
    "final_logit_softcapping": 0.0,
    "use_parallel_residual": False,
    "rope.scaling.yarn_ext_factor": 1.0,
    "rope.scaling.yarn_attn_factor": 1.0,
    "rope.scaling.yarn_log_multiplier": 0.0,
}
_TELLING = re.compile("temperature|clamp|softcap|activation|no_rope|scale|gate")  # in others of that kind
_IDLE = (0, "", "silu", "swish")
_ROTATION = {"dimension_count", "freq_base", "scale_linear"} | {  # what is read, or changes nothing
    f"scaling.{name}"
    for name in (
        *("type", "factor", "attn_factor", "original_context_length", "finetuned"),
        *("yarn_beta_fast", "yarn_beta_slow"),
    )
}
_LLAMA_3_1 = (500_000.0, 131_072)  # base and context of 3.1 to 3.3, which are nothing without their scaling
_STATED = ("scaling.type", "scaling.factor", "scale_linear")  # how it is stretched, or that it is not
_FREQUENCIES = "rope_freqs.weight"


@dataclass(frozen=True, kw_only=True)
class Rotations:
    """How fast the pairs of a head turn with the position."""

    speeds: Tensor  # float64 (head_dim / 2,), radians a position
    size: float  # of cos and sin: above 1 where YaRN stretches the context
    plain: bool  # nothing was scaled


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes of a decoder."""

    layers: int
    hidden: int
    inner: int  # of the feed-forward part
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    context: int
    epsilon: float  # of the norms
    theta: float  # of the rotary embedding
    paired: bool  # q and k lie in the file with the rows of each rotation side by side

    def tensors(self) -> dict[str, tuple[int, int]]:
        """(rows, cols) of every tensor that must be there; a vector is one row."""
        q, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        layer = {
            "attn_norm": (1, self.hidden),
            "attn_q": (q, self.hidden),
            "attn_k": (kv, self.hidden),
            "attn_v": (kv, self.hidden),
            "attn_output": (self.hidden, q),
            "ffn_norm": (1, self.hidden),
            "ffn_gate": (self.inner, self.hidden),
            "ffn_up": (self.inner, self.hidden),
            "ffn_down": (self.hidden, self.inner),
        }
        each = {f"blk.{n}.{name}.weight": size for n in range(self.layers) for name, size in layer.items()}
        return {
            "token_embd.weight": (self.vocabulary, self.hidden),
            "output_norm.weight": (1, self.hidden),
        } | each


def read_shape(file: GgufFile) -> Shape:
    """The sizes of the decoder in the file. Raises WeightsError, which says what is wrong and what to do."""
    refuse_part(file)
    family = file.value("general.architecture")
    if family not in FAMILIES:
        raise WeightsError(
            f"{file.path}: the torch engine runs the families qwen2 and llama, not {family}; "
            "set FEELER_ENGINE=transformers, or take another model"
        )
    _refuse_others(file, family)

    def number(key: str, default: int | None = None) -> int:
        found = file.metadata.get(f"{family}.{key}", default)
        found = file.value(f"{family}.{key}") if found is None else found
        if not isinstance(found, int) or found < 1:
            raise WeightsError(f"{file.path}: {family}.{key} is {found!r}: no number that a decoder has here")
        return found

    heads, hidden = number("attention.head_count"), number("embedding_length")
    head_dim = number("attention.key_length", hidden // heads)
    windowed = file.metadata.get(f"{family}.attention.sliding_window", 0) != 0
    window = number("attention.sliding_window") if windowed else _LONGEST  # up to there it hides nothing
    shape = Shape(
        layers=number("block_count"),
        hidden=hidden,
        inner=number("feed_forward_length"),
        heads=heads,
        kv_heads=number("attention.head_count_kv", heads),
        head_dim=head_dim,
        vocabulary=file.tensor("token_embd.weight").rows,
        context=min(number("context_length"), window, _LONGEST),
        epsilon=_fraction(file, f"{family}.attention.layer_norm_rms_epsilon"),
        theta=_fraction(file, f"{family}.rope.freq_base", 10000.0),
        paired=family == "llama",
    )
    turning, value = number("rope.dimension_count", head_dim), number("attention.value_length", head_dim)
    if turning != head_dim or value != head_dim or head_dim % 2 or heads % shape.kv_heads:
        raise WeightsError(
            f"{file.path}: heads of {head_dim} numbers, of which {turning} turn, with values of {value}, "
            f"{heads} of them for {shape.kv_heads}, are not known here; {_ELSEWHERE}"
        )
    _check_tensors(file, shape)
    return shape


def read_rotations(file: GgufFile, shape: Shape) -> Rotations:
    """The rotary embedding, stretched as the file says: llama3, linear, YaRN. WeightsError for others."""
    family = file.value("general.architecture")

    def scaling(key: str, default: float | None = None) -> float:
        return _fraction(file, f"{family}.rope.scaling.{key}", default)

    each = torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim
    speeds = shape.theta**-each
    if _FREQUENCIES in file.tensors:  # llama3: the file says by how much each pair is slowed down
        slower = to_float(file.rows(_FREQUENCIES), file.tensor(_FREQUENCIES).kind).flatten().double()
        if not (slower > 0).all():
            raise WeightsError(f"{file.path}: {_FREQUENCIES} holds what is no number above zero")
        speeds = speeds / slower
    elif (
        family == "llama"
        and (shape.theta, file.value("llama.context_length")) == _LLAMA_3_1
        and not {f"llama.rope.{key}" for key in _STATED} & file.metadata.keys()
    ):
        raise WeightsError(
            f"{file.path} is of Llama 3.1 or later and lacks its rope scaling ({_FREQUENCIES}): fetch a file "
            "that was converted anew"
        )
    factor = scaling("factor", _fraction(file, f"{family}.rope.scale_linear", 1.0))
    kind = file.metadata.get(f"{family}.rope.scaling.type", "linear")  # as llama.cpp takes it
    if kind not in ("none", "linear", "yarn"):
        raise WeightsError(f"{file.path}: rope scaling {kind!r} by {factor} is not known here; {_ELSEWHERE}")
    size = scaling("attn_factor", 1.0)
    if kind == "linear":
        speeds = speeds / factor
    if kind != "yarn":
        plain = size == 1 and torch.equal(speeds, shape.theta**-each)
        return Rotations(speeds=speeds, size=size, plain=plain)
    if shape.theta <= 1:
        raise WeightsError(f"{file.path}: YaRN on a base of {shape.theta} is not known here; {_ELSEWHERE}")
    stretch = _Yarn(
        factor=factor,
        original=scaling("original_context_length", float(file.value(f"{family}.context_length"))),
        fast=scaling("yarn_beta_fast", 32.0),
        slow=scaling("yarn_beta_slow", 1.0),
        theta=shape.theta,
    )
    size *= 1 + 0.1 * math.log(max(factor, 1.0))
    return Rotations(speeds=stretch(speeds), size=size, plain=False)


@dataclass(frozen=True, kw_only=True)
class _Yarn:
    """YaRN (Peng et al. 2023): pairs that turn slowly are slowed down by `factor`, quick ones are not."""

    factor: float
    original: float  # tokens of the context that the model was trained with
    fast: float  # turns in that context from which a pair is quick
    slow: float  # and below which it is slow
    theta: float

    def __call__(self, speeds: Tensor) -> Tensor:
        pairs = len(speeds)
        low = max(math.floor(self._pair(self.fast, pairs)), 0)
        high = min(math.ceil(self._pair(self.slow, pairs)), 2 * pairs - 1)
        slowed = ((torch.arange(pairs, dtype=torch.float64) - low) / max(high - low, 1e-3)).clamp(0, 1)
        return speeds * (slowed / self.factor + 1 - slowed)

    def _pair(self, turns: float, pairs: int) -> float:
        return pairs * math.log(self.original / (turns * 2 * math.pi)) / math.log(self.theta)


_ELSEWHERE = "run it on a model server with FEELER_ENGINE=remote, or take another model"


def _fraction(file: GgufFile, key: str, default: float | None = None) -> float:
    """A number above zero of the metadata. Raises WeightsError where it is none, or is missing."""
    found = file.metadata.get(key, default)
    found = file.value(key) if found is None else found
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < math.inf:
        raise WeightsError(f"{file.path}: {key} is {found!r}: no number that a decoder has here")
    return float(found)


def refuse_part(file: GgufFile) -> None:
    """Raises WeightsError for a part of a split file, of which all but the first hold tensors alone."""
    parts = file.metadata.get("split.count", 0)
    if parts not in (0, 1):
        raise WeightsError(
            f"{file.path} is one of {parts} parts of a model: join them with "
            "`llama-gguf-split --merge FIRST-PART WHOLE.gguf`"
        )


def _refuse_others(file: GgufFile, family: str) -> None:
    experts = file.metadata.get(f"{family}.expert_count", 0)
    if experts:
        raise WeightsError(f"{file.path} is a mixture of {experts} experts, not known here; {_ELSEWHERE}")
    for key in _CHANGES:
        if (found := file.metadata.get(f"{family}.{key}", _CHANGES[key])) != _CHANGES[key]:
            raise WeightsError(f"{file.path}: {family}.{key} of {found} is not known here; {_ELSEWHERE}")
    for key, found in file.metadata.items():
        name = key.removeprefix(f"{family}.")
        other = name != key and not name.startswith(("rope.", "expert_")) and name not in _CHANGES
        if other and _TELLING.search(name) and found not in _IDLE:
            raise WeightsError(f"{file.path}: {key} of {found} is not known here; {_ELSEWHERE}")
    rotation = {f"{family}.rope.{name}" for name in _ROTATION} | {f"{family}.{key}" for key in _CHANGES}
    if unknown := {key for key in file.metadata if key.startswith(f"{family}.rope.")} - rotation:
        raise WeightsError(f"{file.path}: {', '.join(sorted(unknown))} is not known here; {_ELSEWHERE}")


def _check_tensors(file: GgufFile, shape: Shape) -> None:
    """Every tensor that is needed is there, all are of the right size, and none would go unused."""
    needed = shape.tensors()
    others = {
        f"{name.removesuffix('.weight')}.bias": (1, rows)
        for name, (rows, _) in needed.items()
        if name.startswith("blk.") and "norm" not in name
    }
    others |= {"output.weight": needed["token_embd.weight"], _FREQUENCIES: (1, shape.head_dim // 2)}
    for name, size in (needed | {name: others[name] for name in others.keys() & file.tensors}).items():
        info = file.tensor(name)
        if (info.rows, info.cols) != size:
            raise WeightsError(
                f"{file.path}: {name} is {info.rows} x {info.cols}, and the file's own numbers make it "
                f"{size[0]} x {size[1]}: fetch the file again, or one that was converted anew"
            )
    if unknown := sorted(file.tensors.keys() - needed.keys() - others.keys()):
        raise WeightsError(
            f"{file.path} holds {len(unknown)} tensors that are not known here, as {', '.join(unknown[:3])}; "
            f"{_ELSEWHERE}"
        )
