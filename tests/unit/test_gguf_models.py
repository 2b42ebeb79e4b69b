"""GGUF files of every kind: right where they can be run, and refused in words where not."""

import asyncio
import random
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from tests.contract.engines import make_tiny_llama
from tests.gguf_files import random_model, write_model

from feeler.errors import DataError, WeightsError
from feeler.llm.attention import Lane
from feeler.llm.blocks import to_float
from feeler.llm.cards import FORMATS, load_cards
from feeler.llm.gguf import GgufFile
from feeler.llm.model import Decoder
from feeler.llm.shape import read_rotations, read_shape
from feeler.llm.torch_engine import TorchEngine
from feeler.llm.transformers_engine import TransformersEngine

TOKENS = list(range(1, 91))
RIGHT = 0.06  # int8 rows in so small a model; whatever is left out makes 0.3 and more


def both(model: Any, path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probabilities behind every token: by transformers, and by the file."""
    decoder = Decoder(GgufFile(path), 1)
    s = decoder.shape
    own = torch.empty(s.layers, 2, s.kv_heads, len(TOKENS), s.head_dim, dtype=torch.float16)
    found = decoder.step([Lane(tokens=TOKENS, position=0, own=own, filled=0, wanted=len(TOKENS))])
    with torch.inference_mode():
        wanted = model(torch.tensor([TOKENS])).logits[0]
    return wanted.log_softmax(-1), found.log_softmax(-1)


def off(model: Any, path: Path) -> float:
    """How far the file's log-probabilities are from the model's, relative to how they vary."""
    wanted, found = both(model, path)
    return float((wanted - found).norm() / (wanted - wanted.mean()).norm())


LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
YARN = {
    "rope_type": "yarn",
    "rope_theta": 10000.0,
    "factor": 4.0,
    "original_max_position_embeddings": 64,
}


def slower(model: Any) -> np.ndarray:
    """What the converter writes for llama3: by how much each pair is slowed down."""
    speeds = model.config.rope_parameters["rope_theta"] ** -(torch.arange(0, 16, 2) / 16)
    found: np.ndarray = (speeds / model.model.rotary_emb.inv_freq).float().numpy()
    return found


@pytest.mark.parametrize(
    ("context", "scaling", "rope"),
    [
        (8192, {}, {}),  # Llama 3.0
        (65_536, {}, {}),  # taught on longer texts, as some made of 3.0 were
        (131_072, {"type": "none"}, {}),
        (131_072, {"type": "yarn", "factor": 4.0, "original_context_length": 64}, YARN),
        (131_072, {"type": "linear", "factor": 4.0}, {"rope_type": "linear", "factor": 4.0}),
    ],
)
def test_the_base_of_llama_3_needs_the_scaling_of_3_1_only_where_the_file_states_no_other(
    tmp_path: Path, context: int, scaling: dict[str, Any], rope: dict[str, Any]
) -> None:
    base = {"rope_theta": 500_000.0}
    model = random_model(rope_parameters={"rope_type": "default", **rope, **base})
    stated = {f"llama.rope.scaling.{key}": value for key, value in scaling.items()}
    metadata = {"llama.context_length": context, **stated}
    assert off(model, write_model(tmp_path / "m.gguf", model, metadata=metadata)) < RIGHT


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_plain_files_of_both_families(tmp_path: Path, family: str) -> None:
    model = random_model(family)
    assert off(model, write_model(tmp_path / "m.gguf", model)) < RIGHT


def test_llama3_rope_scaling(tmp_path: Path) -> None:
    model = random_model(rope_parameters=LLAMA3)
    file = write_model(tmp_path / "m.gguf", model, tensors={"rope_freqs.weight": slower(model)})
    assert off(model, file) < RIGHT
    assert off(model, write_model(tmp_path / "without.gguf", model)) > 0.3  # it matters in this model


@pytest.mark.parametrize("keys", ["new", "old", "bare"])
def test_linear_rope_scaling(tmp_path: Path, keys: str) -> None:
    model = random_model(rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0})
    new = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4.0}
    bare = {"llama.rope.scaling.factor": 4.0}  # llama.cpp takes it for linear
    ways: dict[str, Mapping[str, Any]] = {"new": new, "old": {"llama.rope.scale_linear": 4.0}, "bare": bare}
    metadata = ways[keys]
    assert off(model, write_model(tmp_path / "m.gguf", model, metadata=metadata)) < RIGHT


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_yarn(tmp_path: Path, family: str) -> None:
    model = random_model(family, rope_parameters=YARN)
    metadata = {
        f"{family}.rope.scaling.type": "yarn",
        f"{family}.rope.scaling.factor": 4.0,
        f"{family}.rope.scaling.original_context_length": 64,
    }
    assert off(model, write_model(tmp_path / "m.gguf", model, metadata=metadata)) < RIGHT


@pytest.mark.parametrize("kind", ["linear", "none"])
def test_the_size_of_the_rotations_is_taken_whatever_the_scaling(tmp_path: Path, kind: str) -> None:
    model = random_model()
    metadata = {"llama.rope.scaling.type": kind, "llama.rope.scaling.attn_factor": 0.5}
    file = write_model(tmp_path / "m.gguf", model, metadata=metadata)
    assert off(model, file) > 0.3
    for layer in model.model.layers:  # of q and k, which are both turned
        layer.self_attn.q_proj.weight.data *= 0.25
    assert off(model, file) < RIGHT


def test_a_llama_with_biases(tmp_path: Path) -> None:
    model = random_model(attention_bias=True, mlp_bias=True)
    assert off(model, write_model(tmp_path / "m.gguf", model)) < RIGHT


@pytest.mark.parametrize("kind", ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"])
def test_linear_layers_in_any_blocks(tmp_path: Path, kind: str) -> None:
    model = random_model()
    path = write_model(tmp_path / "m.gguf", model, kind=kind)
    file = GgufFile(path)
    assert file.tensor("blk.0.ffn_up.weight").kind == kind
    again = random_model()  # with what the blocks hold in place of what was written
    with torch.no_grad():
        for name, weight in again.named_parameters():
            if "mlp.up_proj" in name:
                info = file.tensor(f"blk.{name.split('.')[2]}.ffn_up.weight")
                weight.copy_(to_float(file.rows(info.name), info.kind))
    for linear, gguf_name in (("mlp.gate_proj", "ffn_gate"), ("mlp.down_proj", "ffn_down")):
        for n, layer in enumerate(again.model.layers):
            info = file.tensor(f"blk.{n}.{gguf_name}.weight")
            layer.get_submodule(linear).weight.data = to_float(file.rows(info.name), info.kind)
    assert off(again, path) < (RIGHT if kind in ("F16", "BF16", "Q8_0") else 0.4)


def test_the_table_of_formats_is_what_can_be_read() -> None:
    """Every format that a card may name is read, by the engine and by gguf's own code."""
    for name in FORMATS:
        kind = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = torch.zeros(2, size * (512 // block), dtype=torch.uint8)
        assert to_float(blocks, name).shape == (2, 512)


def test_shipped_cards_name_formats_that_are_read() -> None:
    assert all(card.formats and set(card.formats) <= FORMATS for card in load_cards().values())


def test_a_card_with_another_format_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text(
        'slug = "odd"\nname = "Odd"\nabout = "Odd."\nfamily = "llama"\nlicence = "MIT"\nfile = "odd.gguf"\n'
        f'bytes = 1\nsha256 = "{"0" * 64}"\ncontext = 512\nmemory_mb = 1\nwants_drafts = 1\n'
        'formats = ["F32", "Q1_0"]\n[sampling]\n[[sources]]\nkind = "hub"\nrepo = "a/b"\n'
        f'revision = "{"0" * 40}"\nfile = "odd.gguf"\n'
    )
    with pytest.raises(DataError, match=r"odd\.toml: formats\.1: .*Q1_0.*known are BF16, F16"):
        load_cards(tmp_path)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"split.count": 3, "split.no": 0}, "one of 3 parts .* --merge"),
        ({"llama.expert_count": 8, "llama.expert_used_count": 2}, "mixture of 8 experts"),
        ({"llama.rope.scaling.type": "longrope"}, "rope scaling 'longrope'"),
        (
            {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 0.0},
            "scaling.factor is 0",
        ),
        ({"llama.rope.dimension_count": 8}, "of which 8 turn"),
        ({"llama.attention.key_length": 24}, "attn_q.weight is 64 x 64"),
        ({"llama.attention.head_count_kv": 3}, "of them for 3"),
        ({"llama.attention.head_count": 0}, "head_count is 0"),
        ({"llama.attention.head_count": "many"}, "head_count is 'many'"),
        ({"llama.rope.scaling.type": "dynamic"}, "rope scaling 'dynamic'"),
        ({"llama.rope.scaling.type": "yarn", "llama.rope.scaling.original_context_length": 0}, "length is 0"),
        ({"llama.rope.scaling.factor": "twice"}, "factor is 'twice'"),
        ({"llama.rope.freq_base": -1.0}, "freq_base is -1"),
        ({"llama.rope.freq_base": "x"}, "freq_base is 'x'"),
        ({"llama.attention.layer_norm_rms_epsilon": "x"}, "epsilon is 'x'"),
        ({"split.count": "three"}, "one of three parts"),
        ({"llama.logit_scale": 0.5}, "logit_scale of 0.5"),
        ({"llama.final_logit_softcapping": 30.0}, "softcapping of 30"),
        ({"llama.hidden_activation": "gelu"}, "activation of gelu"),
        ({"llama.swiglu_clamp_exp": 7.0}, "clamp_exp of 7"),
        ({"llama.attention.temperature_length": 8192}, "temperature_length of 8192"),
        ({"llama.no_rope_layer_interval": 4}, "interval of 4"),
        ({"llama.block_count": 3}, r"lacks the tensor blk\.2\."),
        ({"llama.block_count": 1}, r"9 tensors that are not known here, as blk\.1\."),
        ({"llama.feed_forward_length": 100}, "ffn_gate.weight is 96 x 64"),
        ({"llama.rope.scaling.yarn_ext_factor": 0.5}, "yarn_ext_factor of 0.5"),
        ({"llama.rope.freq_base_swa": 500.0}, "freq_base_swa is not known"),
        ({"llama.rope.dimension_sections": [1, 2, 3]}, "dimension_sections is not known"),
        (
            {"llama.rope.freq_base": 500_000.0, "llama.context_length": 131_072},
            "Llama 3.1 or later and lacks",
        ),
    ],
)
def test_what_cannot_be_run_is_said(tmp_path: Path, metadata: dict[str, Any], said: str) -> None:
    file = write_model(tmp_path / "m.gguf", random_model(), metadata=metadata)
    with pytest.raises(WeightsError, match=said) as caught:
        TorchEngine.load(file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "llama.block_count",
        "llama.embedding_length",
        "llama.feed_forward_length",
        "llama.attention.head_count",
        "llama.attention.layer_norm_rms_epsilon",
        "llama.context_length",
        "token_embd.weight",
        "output_norm.weight",
        "blk.1.ffn_down.weight",
        "blk.0.attn_norm.weight",
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, key: str) -> None:
    file = write_model(tmp_path / "m.gguf", random_model(), without=(key,))
    with pytest.raises(WeightsError, match=rf"lacks .*{key}"):
        TorchEngine.load(file)


@pytest.mark.parametrize(
    "name", ["blk.0.attn_q_norm.weight", "blk.1.ffn_gate_exps.weight", "rope_factors_long.weight"]
)
def test_a_tensor_that_would_go_unused_is_not_passed_over(tmp_path: Path, name: str) -> None:
    odd = {name: np.ones((1, 16), np.float32)}
    file = write_model(tmp_path / "m.gguf", random_model(), tensors=odd)
    with pytest.raises(WeightsError, match=name):
        TorchEngine.load(file)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("blk.0.attn_q.bias", (32,)),
        ("blk.1.ffn_gate.bias", (95,)),
        ("rope_freqs.weight", (5,)),
        ("output.weight", (50, 64)),
        ("output.weight", (96, 32)),
    ],
)
def test_what_need_not_be_there_has_its_size_too(tmp_path: Path, name: str, size: tuple[int, ...]) -> None:
    odd = {name: np.ones(size, np.float32)}
    file = write_model(tmp_path / "m.gguf", random_model(), tensors=odd, without=(name,))
    with pytest.raises(WeightsError, match=f"{name} is .*the file's own numbers make it"):
        TorchEngine.load(file)


def header(*entries: bytes, tensors: int = 0) -> bytes:
    count = len(entries) - tensors
    return struct.pack("<4sIQQ", b"GGUF", 3, tensors, count) + b"".join(entries) + b"\0" * 400


def entry(name: bytes, *numbers: int, form: str) -> bytes:
    return struct.pack("<Q", len(name)) + name + struct.pack(f"<{form}", *numbers)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (header(entry(b"k", 9, *(9, 1) * 5000, form="I" + "IQ" * 5000)), "recursion"),
        (header(entry(b"k", 8, 1 << 62, form="IQ")), "cut short"),
        (header(entry(b"t", 2, 64, 2, 31, 0, form="IQQIQ"), tensors=1), "format number 31 are not known"),
        (header(entry(b"t", 2, 64, 2, 12, 0, form="IQQIQ"), tensors=1), "no whole blocks of Q4_K"),
    ],
)
def test_a_strange_header_is_an_error_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    with pytest.raises(WeightsError, match=said):
        GgufFile(tmp_path / "m.gguf")


def test_a_later_part_which_names_no_family_is_known_for_one(tmp_path: Path) -> None:
    file = tmp_path / "part.gguf"
    file.write_bytes(header(entry(b"split.no", 2, 1, form="IH"), entry(b"split.count", 2, 2, form="IH")))
    with pytest.raises(WeightsError, match=r"one of 2 parts .* --merge"):
        TorchEngine.load(file)
    with pytest.raises(WeightsError, match=r"one of 2 parts .* --merge"):
        TransformersEngine.load(str(tmp_path), gguf="part.gguf", device="cpu")


def test_noise_in_the_header_is_an_error_in_words_or_harmless(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "m.gguf", random_model(num_hidden_layers=1)).read_bytes()
    noise = random.Random(5)
    refused = 0
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(noise.choice((1, 1, 4))):
            broken[noise.randrange(1500)] = noise.choice((0, 1, 9, 127, 255, noise.randrange(256)))
        (tmp_path / "n.gguf").write_bytes(broken)
        try:
            file = GgufFile(tmp_path / "n.gguf")
            read_rotations(file, read_shape(file))
        except WeightsError:
            refused += 1
    assert refused > 200


def test_a_file_without_a_tokenizer_says_so(tmp_path: Path) -> None:
    file = write_model(tmp_path / "m.gguf", random_model())
    with pytest.raises(WeightsError, match=r"lacks tokenizer\.ggml\.model"):
        TorchEngine.load(file)
    file = write_model(tmp_path / "n.gguf", random_model(), metadata={"tokenizer.ggml.model": "llama"})
    with pytest.raises(WeightsError, match="no tokenizer that can be read"):
        TorchEngine.load(file)
    known = {"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "qwen2"}
    file = write_model(tmp_path / "o.gguf", random_model(), metadata=known)
    with pytest.raises(WeightsError, match=r"lacks tokenizer\.ggml\.tokens"):
        TorchEngine.load(file)


WORDS = [*map(chr, range(97, 123)), "<|im_end|>", "ab", *(f"t{n}" for n in range(68))]
VOCABULARY = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "qwen2",
    "tokenizer.ggml.tokens": WORDS,
    "tokenizer.ggml.token_type": [1] * 26 + [3] + [1] * 69,
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.eos_token_id": 26,
}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tokenizer.ggml.eos_token_id": 9999}, "no tokenizer that can be read"),
        ({"tokenizer.ggml.eot_token_id": 9999}, "a token that it does not have"),
        ({"tokenizer.ggml.token_type": [1, 1]}, "no tokenizer that can be read"),
        ({"tokenizer.ggml.merges": ["a z9"]}, "no tokenizer that can be read"),
        ({"tokenizer.ggml.tokens": ["b"] * 96}, "no tokenizer that can be read"),
        ({"tokenizer.ggml.tokens": "abc"}, "are no lists"),
        ({"tokenizer.ggml.tokens": [*WORDS, "u", "v"]}, "more tokens than it has weights for"),
        ({"tokenizer.chat_template": "{% for x in %}"}, "chat template cannot be used"),
        ({"tokenizer.chat_template": 5}, "chat template cannot be used"),
        ({"tokenizer.chat_template": "You are kind."}, "leaves out what is said"),
    ],
)
def test_a_vocabulary_that_does_not_fit_says_so(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    whole = write_model(tmp_path / "whole.gguf", random_model(), metadata=VOCABULARY)
    asyncio.run(TorchEngine.load(whole).close())
    file = write_model(tmp_path / "m.gguf", random_model(), metadata=VOCABULARY | wrong)
    with pytest.raises(WeightsError, match=said):
        TorchEngine.load(file)


def scaled(family: str, kind: str) -> dict[str, Any]:
    return {f"{family}.rope.scaling.type": kind, f"{family}.rope.scaling.factor": 4.0}


@pytest.mark.parametrize(
    ("what", "family", "metadata"),
    [
        ("biases", "llama", {}),
        ("rope", "llama", {}),
        ("rope", "llama", scaled("llama", "linear")),
        ("rope", "llama", scaled("llama", "yarn")),
        ("rope", "qwen2", scaled("qwen2", "yarn")),
        ("rope", "llama", {"llama.rope.scale_linear": 4.0}),
    ],
)
def test_transformers_is_not_given_what_it_would_leave_out(
    tmp_path: Path, what: str, family: str, metadata: dict[str, Any]
) -> None:
    model = random_model(family, **({"attention_bias": True} if what == "biases" else {}))
    slowed = {"rope_freqs.weight": np.full(8, 2, np.float32)}
    tensors = {} if what == "biases" or metadata else slowed
    write_model(tmp_path / "m.gguf", model, metadata=metadata, tensors=tensors)
    with pytest.raises(WeightsError, match=rf"{what}.* FEELER_ENGINE=torch"):
        TransformersEngine.load(str(tmp_path), gguf="m.gguf", device="cpu")


@pytest.mark.parametrize(
    ("metadata", "without", "said"),
    [
        ({"split.count": 3, "split.no": 0}, (), "one of 3 parts"),
        ({"llama.expert_count": 8}, (), "mixture of 8 experts"),
        ({"llama.logit_scale": 0.5}, (), "logit_scale of 0.5"),
        ({}, ("llama.block_count",), r"lacks llama\.block_count"),
        ({}, ("blk.1.ffn_down.weight",), r"lacks the tensor blk\.1\.ffn_down\.weight"),
    ],
)
def test_transformers_is_given_no_file_that_the_other_engine_refuses(
    tmp_path: Path, metadata: dict[str, Any], without: tuple[str, ...], said: str
) -> None:
    write_model(tmp_path / "m.gguf", random_model(), metadata=VOCABULARY | metadata, without=without)
    with pytest.raises(WeightsError, match=said):
        TransformersEngine.load(str(tmp_path), gguf="m.gguf", device="cpu")


@pytest.mark.parametrize("family", ["llama", "qwen2"])
@pytest.mark.parametrize("tied", [False, True])
def test_transformers_is_given_what_it_reads(tmp_path: Path, family: str, tied: bool) -> None:
    without = ("output.weight",) if tied else ()
    write_model(tmp_path / "m.gguf", random_model(family), metadata=VOCABULARY, without=without)
    asyncio.run(TransformersEngine.load(str(tmp_path), gguf="m.gguf", device="cpu").close())


def test_weights_that_a_folder_lacks_are_not_made_up(tmp_path: Path) -> None:
    folder = make_tiny_llama(tmp_path)
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text(config.replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
    with pytest.raises(WeightsError, match=r"lacks 9 of its weights, as model\.layers\.2\."):
        TransformersEngine.load(str(folder), device="cpu")


def tokenizer_json(model: str, normalizer: str = "null", kind: str = "BPE") -> str:
    merges = ', "merges": []' if kind == "BPE" else ""
    made = f'{{"type": "{kind}", {model}{merges}}}'
    return f'{{"version": "1.0", "added_tokens": [], "normalizer": {normalizer}, "model": {made}}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointers"),
        ("{", "transformers cannot load"),
        ('{"model": {"type": "Odd"}}', "transformers cannot load"),
        ("null", "transformers cannot load"),
        (tokenizer_json('"vocab": {}'), "tokenizer is empty or of another model"),
        (
            tokenizer_json('"vocab": {"H": 1, "e": 400}'),
            r"of another model \(tokens to 400, weights for 96\)",
        ),
        (
            tokenizer_json('"vocab": {"e": 1}', '{"type": "Precompiled", "precompiled_charsmap": "AA=="}'),
            "charsmap",
        ),
        (tokenizer_json('"vocab": {"e": 1}, "unk_token": "[UNK]"', kind="WordLevel"), r"Missing \[UNK\]"),
    ],
)
def test_a_broken_tokenizer_is_an_error_in_words(tmp_path: Path, text: str, said: str) -> None:
    random_model().save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text(text)
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    with pytest.raises(WeightsError, match=said):
        TransformersEngine.load(str(tmp_path), device="cpu")


def test_a_template_that_is_a_pointer_is_no_template(tmp_path: Path) -> None:
    folder = make_tiny_llama(tmp_path)
    (folder / "chat_template.jinja").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(WeightsError, match="leaves out what is said"):
        TransformersEngine.load(str(folder), device="cpu")
