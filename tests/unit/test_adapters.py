"""LoRA adapters: on the real small model as PEFT puts them on, and every wrong file is a clear error."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.adapters import make_adapter
from transformers import LlamaConfig, LlamaForCausalLM

from feeler.bench.quality import reference_model
from feeler.errors import DataError, WeightsError
from feeler.llm.adapter import add_to_modules, read_adapter
from feeler.llm.adapter_cards import find_adapter
from feeler.llm.attention import Lane
from feeler.llm.cards import load_cards
from feeler.llm.gguf import GgufFile
from feeler.llm.model import Decoder
from feeler.llm.weights import ensure_weights
from feeler.settings import load_settings

CARD = load_cards()["smollm2-135m-instruct"]
TOKENS = list(range(400, 432))


@pytest.fixture(scope="module")
def weights() -> Path:
    return ensure_weights(CARD, load_settings().cache_dir)


@pytest.fixture(scope="module")
def folder(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_adapter(tmp_path_factory.mktemp("adapter") / "random", weights, base=CARD.slug)


def behind(model: Decoder) -> torch.Tensor:
    """Log-probabilities behind every token."""
    s = model.shape
    own = torch.empty(s.layers, 2, s.kv_heads, len(TOKENS), s.head_dim, dtype=torch.float16)
    lane = Lane(tokens=TOKENS, position=0, own=own, filled=0, wanted=len(TOKENS))
    return model.step([lane]).log_softmax(-1)


def divergence(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one.exp() * (one - other)).sum(-1).mean())


@pytest.mark.slow
def test_the_engine_with_an_adapter_is_the_merged_model_of_transformers(weights: Path, folder: Path) -> None:
    file, adapter = GgufFile(weights), read_adapter(folder)
    exact = reference_model(file, torch.float32)
    add_to_modules(exact, adapter)
    with torch.inference_mode():
        expected = exact(torch.tensor([TOKENS])).logits[0].log_softmax(-1)
    found = behind(Decoder(file, 1, adapter))
    plain = behind(Decoder(file, 1))
    assert divergence(expected, found) < 0.02
    assert divergence(expected, plain) > 0.3


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"use_rslora": True},
        {"alpha_pattern": {"q_proj": 1, r"layers\.0\.mlp\.down_proj": 20}, "rank_pattern": {"up_proj": 7}},
    ],
)
def test_merging_is_what_peft_does(tmp_path: Path, settings: dict[str, Any]) -> None:
    peft = pytest.importorskip("peft")
    sizes: dict[str, Any] = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
    }
    torch.manual_seed(0)
    mine = LlamaForCausalLM(LlamaConfig(vocab_size=64, num_key_value_heads=2, **sizes))
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    lora = peft.LoraConfig(r=4, lora_alpha=8, target_modules=names, init_lora_weights=False, **settings)
    theirs = peft.get_peft_model(deepcopy(mine), lora)
    theirs.save_pretrained(tmp_path)
    add_to_modules(mine, read_adapter(tmp_path))
    merged = theirs.merge_and_unload().state_dict()
    for name, weight in mine.state_dict().items():
        torch.testing.assert_close(weight, merged[name], msg=name)


def test_the_card_s_own_adapter_a_slug_a_folder_or_none(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_adapter("", CARD) is None
    assert find_adapter("none", CARD) is None
    assert find_adapter(str(folder), CARD) == folder
    monkeypatch.setattr("feeler.llm.adapter_cards.shipped_models", lambda: tmp_path)
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "random").symlink_to(folder)
    own = replace(CARD, adapter="random")
    assert find_adapter("", own) == find_adapter("random", CARD) == tmp_path / "adapters" / "random"
    assert find_adapter("none", own) is None
    with pytest.raises(DataError, match="shipped: random"):
        find_adapter("politer", CARD)


def test_an_adapter_for_another_model_is_not_put_on(folder: Path) -> None:
    with pytest.raises(DataError, match=r"made for smollm2-135m-instruct, not for qwen2\.5-coder"):
        find_adapter(str(folder), load_cards()["qwen2.5-coder-1.5b-instruct"])


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json"])
def test_a_damaged_or_missing_file_is_found_before_it_is_read(
    folder: Path, tmp_path: Path, name: str
) -> None:
    copy = copied(folder, tmp_path / "copy")
    (copy / name).write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(WeightsError, match=r"has sha256 .*, its card says .*Git LFS"):
        find_adapter(str(copy), CARD)
    (copy / name).unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        find_adapter(str(copy), CARD)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slug = ", "not a TOML file"),
        ('slug = "x"', "name: "),
        ('[sha256]\nconfig = "12"', "slug: "),
    ],
)
def test_a_wrong_card_names_the_file_and_the_field(
    folder: Path, tmp_path: Path, text: str, said: str
) -> None:
    copy = copied(folder, tmp_path / "copy")
    (copy / "card.toml").write_text(text)
    with pytest.raises(DataError, match=r"card\.toml: ") as caught:
        find_adapter(str(copy), CARD)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"use_dora": True},
        {"bias": "all"},
        {"peft_type": "IA3"},
        {"modules_to_save": ["lm_head"]},
        {"layer_replication": [[0, 4]]},
        {"lora_alpha": None},
        {"lora_alpha": 0},
    ],
)
def test_what_is_more_than_lora_is_refused(folder: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    copy = copied(folder, tmp_path / "copy")
    config = json.loads((copy / "adapter_config.json").read_text())
    (copy / "adapter_config.json").write_text(json.dumps(config | change))
    with pytest.raises(WeightsError, match=next(iter(change))):
        read_adapter(copy)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '"x"'])
def test_a_broken_configuration_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    copy = copied(folder, tmp_path / "copy")
    (copy / "adapter_config.json").write_text(text)
    with pytest.raises(WeightsError, match="no configuration"):
        read_adapter(copy)


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"\xff" * 64])
def test_a_broken_or_pickled_file_is_refused(folder: Path, tmp_path: Path, content: bytes) -> None:
    copy = copied(folder, tmp_path / "copy")
    (copy / "adapter_model.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be read as a safetensors file"):
        read_adapter(copy)


def key(linear: str, side: str, layer: int = 0) -> str:
    return f"base_model.model.model.layers.{layer}.{linear}.lora_{side}.weight"


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"base_model.model.lm_head.lora_A.weight": (4, 576)}, "no change that Feeler can add"),
        ({"base_model.model.model.embed_tokens.lora_embedding_A": (4, 9)}, "no change that Feeler can add"),
        ({key("self_attn.rotary", "A"): (4, 9)}, "no change that Feeler can add"),
        ({key("mlp.up_proj", "A", layer=99): (4, 576)}, "lacks one of"),
        ({key("mlp.up_proj", "A"): (8, 576)}, "lora_A has rank 8, lora_B 4"),
        ({key("mlp.up_proj", "A"): (4,)}, "lacks one of"),
    ],
)
def test_tensors_that_are_no_change_of_a_layer_are_refused(
    weights: Path, tmp_path: Path, extra: dict[str, tuple[int, ...]], said: str
) -> None:
    folder = make_adapter(tmp_path / "odd", weights, base=CARD.slug)
    tensors = load_file(folder / "adapter_model.safetensors")
    tensors |= {name: torch.zeros(shape) for name, shape in extra.items()}
    save_file(tensors, folder / "adapter_model.safetensors")
    with pytest.raises(WeightsError, match=said):
        read_adapter(folder)


def test_an_adapter_that_does_not_fit_the_weights_is_refused(weights: Path, tmp_path: Path) -> None:
    both = {key("mlp.up_proj", side, layer=99): torch.zeros(4, 4) for side in "AB"}
    folder = make_adapter(tmp_path / "longer", weights, base=CARD.slug, extra=both)
    with pytest.raises(WeightsError, match=r"changes blk\.99\.ffn_up of 4 x 4, which is not there"):
        Decoder(GgufFile(weights), 1, read_adapter(folder))


def test_numbers_that_are_none_are_refused(weights: Path, tmp_path: Path) -> None:
    folder = make_adapter(tmp_path / "nan", weights, base=CARD.slug, size=float("nan"))
    with pytest.raises(WeightsError, match="NaN"):
        read_adapter(folder)
