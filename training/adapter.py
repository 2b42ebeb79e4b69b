"""Teach the default weights the skills of `prompts/skills.yaml`, and to judge what answers and what follows
(`judging.py`): LoRA on the upper layers, loss on the line or the yes alone.

usage: python training/adapter.py [--epochs 2] [--out FOLDER] [--start FOLDER] [--lines 1.0] [--threads 2]
About an hour an epoch on two processor cores, minutes on CUDA. What was learnt is saved every ten minutes
with the step it belongs to: the same command goes on from there (the optimizer's averages begin anew).
`--fresh` starts over, `--start` from what another adapter knows; with `--lines 0.1` a tenth of the rows of
lines is shown, which keeps what it had learnt of these.
"""

import argparse
import json
import logging
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from rich.progress import Progress
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from feeler.compose import build_reader
from feeler.interview.plan import Job
from feeler.llm.cards import ModelCard, find_card, load_cards
from feeler.llm.gguf import GgufFile
from feeler.llm.tokenizer import read_tokenizer
from feeler.llm.weights import ensure_weights
from feeler.personas.library import load_library
from feeler.settings import load_settings
from feeler.usecases.skills import prompt_for
from training import judging
from training.judging import Lesson
from training.reader import one_in, rows_of
from training.saving import sha256_of

log = logging.getLogger(__name__)
BASE = "qwen2.5-coder-1.5b-instruct"
NAME = "Qwen/Qwen2.5-Coder-1.5B-Instruct"  # of the same weights, where they come from
JUDGED = 6  # lessons in judging of a step
FIRST, RANK, RATE, BATCH = 12, 16, 2e-4, 8  # first layer that learns; the rank; AdamW's rate; rows a step
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SAVE = 600.0  # seconds
Row = dict[str, Any]
Pair = tuple[list[int], list[int]]  # tokens of the prompt, and of the line


def rows() -> list[Row]:
    """All rows, by file."""
    return [*rows_of("ask_*.jsonl"), *rows_of("tell_*.jsonl")]


def held_out(row: Row) -> bool:
    """One row in twenty-five, by its words: never taught."""
    return one_in(25, json.dumps(row, sort_keys=True))


def encoded(row: Row, tokenizer: Any) -> Pair:
    """Prompt and line as the engine reads and writes them."""
    said = [{"role": m.role, "content": m.content} for m in prompt_for(Job(row["skill"]), row["voice"], row)]
    prompt = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    line = f"{row['line']}{tokenizer.eos_token}"
    return tokenizer(prompt, add_special_tokens=False)["input_ids"], tokenizer(
        line, add_special_tokens=False
    )["input_ids"]


def loss_of(model: Any, pairs: Sequence[Pair]) -> torch.Tensor:
    """Mean cross-entropy, in nats, of the lines' tokens."""
    longest = max(len(prompt) + len(line) for prompt, line in pairs)
    ids = torch.zeros(len(pairs), longest, dtype=torch.int64)
    learn = torch.zeros(len(pairs), longest, dtype=torch.bool)
    for at, (prompt, line) in enumerate(pairs):
        ids[at, : len(prompt) + len(line)] = torch.tensor(prompt + line)
        learn[at, len(prompt) : len(prompt) + len(line)] = True
    ids, learn = ids.to(model.device), learn.to(model.device)
    inner = model.get_base_model()
    found = inner.model(input_ids=ids).last_hidden_state[:, :-1][learn[:, 1:]]
    return torch.nn.functional.cross_entropy(inner.lm_head(found).float(), ids[:, 1:][learn[:, 1:]])


def batches(pairs: Sequence[Pair], judged: Sequence[Lesson], epochs: int) -> list[Sequence[Pair | Lesson]]:
    """What every step shows: lines of like length, or lessons in judging; the same for the same rows."""
    chance, found = random.Random(0), []
    for _ in range(epochs):
        order = sorted(pairs, key=lambda pair: sum(map(len, pair)) + 12 * chance.random())
        steps: list[Sequence[Pair | Lesson]] = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        steps += [judged[at : at + JUDGED] for at in range(0, len(judged), JUDGED)]
        chance.shuffle(steps)
        found += steps
    return found


def teach(
    model: Any, steps: Sequence[Sequence[Pair | Lesson]], held: Sequence[Pair], tokenizer: Any, out: Path
) -> None:
    """AdamW, the rate falling as a cosine to a tenth; saved on the way."""
    own = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(own, lr=RATE, weight_decay=0.0, betas=(0.9, 0.99))
    state = out / "training.json"
    done = json.loads(state.read_text())["step"] if state.exists() else 0
    saved = time.monotonic()
    with Progress() as bar:
        task = bar.add_task("teaching", total=len(steps), completed=done)
        for number in range(done, len(steps)):
            share = number / len(steps)
            for group in optimizer.param_groups:
                warm = min(1.0, (number - done + 1) / 10)
                group["lr"] = RATE * warm * (0.1 + 0.45 * (1 + math.cos(math.pi * share)))
            lines = [one for one in steps[number] if not isinstance(one, Lesson)]
            judged = [one for one in steps[number] if isinstance(one, Lesson)]
            if lines:
                loss_of(model, lines).backward()  # type: ignore[no-untyped-call]
            for one in judged:  # one after the other: each has a mask of its own
                loss = judging.loss_of(model, tokenizer, one) / len(judged)
                loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(own, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            bar.advance(task)
            if time.monotonic() - saved > SAVE or number == len(steps) - 1:
                save(model, out, number + 1)
                with torch.no_grad():
                    left = [held[at : at + BATCH] for at in range(0, len(held), BATCH)]
                    losses = [float(loss_of(model, some)) for some in left]
                log.info("step %s: held out %.3f", number + 1, sum(losses) / max(1, len(losses)))
                saved = time.monotonic()


def save(model: Any, out: Path, step: int) -> None:
    """The adapter in PEFT's format, in half precision, and how far it is."""
    model.peft_config["default"].base_model_name_or_path = NAME  # and not the folder of this machine
    model.save_pretrained(out)
    weights = out / "adapter_model.safetensors"
    half = {name: tensor.half().contiguous() for name, tensor in load_file(weights).items()}
    save_file(half, weights, metadata={"format": "pt"})
    (out / "README.md").unlink(missing_ok=True)  # PEFT's own, empty but for headings
    (out / "training.json").write_text(json.dumps({"step": step}))


def write_card(out: Path, card: ModelCard) -> None:
    """The card with both files' sha256, which are checked before the adapter is used."""
    sums = {
        name: sha256_of(out / file)
        for name, file in (("config", "adapter_config.json"), ("weights", "adapter_model.safetensors"))
    }
    (out / "card.toml").write_text(
        'slug = "interviewer"\nname = "The company\'s person: small skills"\n'
        'about = "Teaches the default model the skills of prompts/skills.yaml and to judge candidates."\n'
        f'base = "{card.slug}"\nlicence = "Apache-2.0"\njudges = true\n\n[sha256]\n'
        f'config = "{sums["config"]}"\nweights = "{sums["weights"]}"\n',
        encoding="utf-8",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("models/adapters/interviewer"))
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--lines", type=float, default=1.0, help="share of the rows of lines that is shown")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="the folder of an adapter to go on from")
    parser.add_argument("--fresh", action="store_true", help="start over, and not where it stopped")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.manual_seed(0)
    torch.set_num_threads(given.threads)
    card = find_card(BASE, load_cards())
    weights = ensure_weights(card, load_settings().cache_dir)
    tokenizer = read_tokenizer(GgufFile(weights))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    base = AutoModelForCausalLM.from_pretrained(
        weights.parent, gguf_file=weights.name, dtype=torch.bfloat16
    ).to(device)  # type: ignore[arg-type]
    upper = list(range(FIRST, base.config.num_hidden_layers))
    model = get_peft_model(
        base,
        LoraConfig(
            r=RANK, lora_alpha=2 * RANK, layers_to_transform=upper, layers_pattern="layers",
            target_modules=LINEAR,
        ),
    )  # fmt: skip
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    if given.fresh or not (given.out / "training.json").exists():
        (given.out / "training.json").unlink(missing_ok=True)
        if given.start:
            set_peft_model_state_dict(model, load_file(given.start / "adapter_model.safetensors"))
    else:
        set_peft_model_state_dict(model, load_file(given.out / "adapter_model.safetensors"))
    found = rows()
    taught = [encoded(row, tokenizer) for row in found if not held_out(row)]
    taught = random.Random(0).sample(taught, int(len(taught) * given.lines))
    held = [encoded(row, tokenizer) for row in found if held_out(row)]
    steps = batches(taught, judging.lessons(build_reader(load_settings()), load_library()), given.epochs)
    teach(model, steps, held, tokenizer, given.out)
    write_card(given.out, card)


if __name__ == "__main__":
    main()
