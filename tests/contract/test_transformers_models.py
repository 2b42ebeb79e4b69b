"""Which models the transformers engine takes: SentencePiece, no chat template, GGUF; and which it refuses."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from feeler.errors import WeightsError
from feeler.llm.cards import load_cards
from feeler.llm.transformers_engine import TransformersEngine
from feeler.llm.weights import ensure_weights
from feeler.ports import Message, Request, Sampling
from feeler.settings import load_settings

from .engines import make_tiny_llama

TALK = (
    Message(role="system", content="Be kind."),
    Message(role="assistant", content="Hello!"),
    Message(role="user", content="Hello </s>Ruth."),
)

NO_SYSTEM = """{% for message in messages %}
{%- if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('take turns') }}{% endif %}
{{- '<' + message['role'] + '>' + message['content'] + '\n' }}{% endfor %}{{ '<assistant>' }}"""


async def test_a_sentencepiece_model_streams_whole_text(tmp_path: Path) -> None:
    engine = TransformersEngine.load(str(make_tiny_llama(tmp_path)), device="cpu")
    said = await answer(engine, Sampling(temperature=0.0, max_tokens=12))
    again = await answer(engine, Sampling(temperature=0.0, max_tokens=12))
    assert said == again != ""
    assert "</s>" not in said
    await engine.close()


async def test_the_end_of_a_turn_in_somebodys_words_ends_no_turn(tmp_path: Path) -> None:
    engine = TransformersEngine.load(str(make_tiny_llama(tmp_path)), device="cpu")
    prompt = engine.prompt(Request(messages=TALK))
    assert prompt.count(2) == 3  # one </s> a message, none from the candidate's text
    await engine.close()


async def test_without_a_chat_template_the_talk_is_a_script(tmp_path: Path) -> None:
    engine = TransformersEngine.load(str(make_tiny_llama(tmp_path, template=None)), device="cpu")
    shown = engine.decode(engine.prompt(Request(messages=TALK, opening="Good")))
    assert shown == "System: Be kind.\nAssistant: Hello!\nUser: Hello Ruth.\nAssistant:Good"
    await engine.close()


async def test_a_template_that_insists_on_turns_gets_them(tmp_path: Path) -> None:
    engine = TransformersEngine.load(str(make_tiny_llama(tmp_path, template=NO_SYSTEM)), device="cpu")
    shown = engine.decode(engine.prompt(Request(messages=TALK)))
    assert shown == "<user>Be kind.\n<assistant>Hello!\n<user>Hello Ruth.\n<assistant>"
    await engine.close()


@pytest.mark.slow
async def test_a_card_s_gguf_file_runs_on_transformers_too() -> None:
    card = load_cards()["smollm2-135m-instruct"]
    weights = ensure_weights(card, load_settings().cache_dir)
    engine = TransformersEngine.load(
        str(weights.parent), gguf=weights.name, device="cpu", context=card.context
    )
    assert (await answer(engine, Sampling(temperature=0.0, max_tokens=8))).strip()
    await engine.close()


def test_pickled_weights_are_never_loaded(tmp_path: Path) -> None:
    folder = make_tiny_llama(tmp_path)
    (folder / "model.safetensors").unlink()
    torch.save({"weight": torch.zeros(1)}, folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match="safetensors"):
        TransformersEngine.load(str(folder), device="cpu")


def test_code_that_comes_with_a_model_is_never_run(tmp_path: Path) -> None:
    folder = make_tiny_llama(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with pytest.raises(WeightsError, match="without code of its own"):
        TransformersEngine.load(str(folder), device="cpu")
    assert not (tmp_path / "ran").exists()


def test_a_folder_without_a_model_says_what_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot load .*Hugging Face format"):
        TransformersEngine.load(str(tmp_path), device="cpu")


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    folder = make_tiny_llama(tmp_path / "whole")
    shutil.copytree(folder, tmp_path / "cut")
    file = tmp_path / "cut" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(WeightsError, match="cannot load"):
        TransformersEngine.load(str(tmp_path / "cut"), device="cpu")


async def answer(engine: TransformersEngine, sampling: Sampling) -> str:
    request = Request(messages=TALK, sampling=sampling)
    return "".join([piece.text async for piece in engine.stream(request)])
