"""Teach the reader: the encoder's upper layers and its heads, on the rows of `training/data`.

usage: python training/reader.py [--epochs 4] [--out models/adapters/reader]
One core teaches it in about half an hour. The same rows and seed give the same weights.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import track
from safetensors.torch import save_file

from feeler.llm.encoder import Encoder, EncoderFile
from feeler.llm.heads import ACTS, NEEDS, TOPICS, Heads

DATA = Path(__file__).parent / "data"
FROZEN = 4  # lower layers: what words are is known already
RATE, RATE_OF_HEADS = 6e-5, 1e-3
BATCH = 24
SHORT = 4  # words of an answer that says little
AMONG = 6  # texts beside the right one in a question's batch
Row = dict[str, Any]
Tensor = torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one head learns."""

    name: str
    rows: Sequence[Row]
    loss: Callable[[Encoder, Heads, Sequence[Row]], Tensor]
    length: Callable[[Row], int]
    batch: int = BATCH


def rows_of(*names: str) -> list[Row]:
    """The rows of these files; a missing one has none."""
    return [
        json.loads(line)
        for name in names
        for path in sorted(DATA.glob(name))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def need_loss(encoder: Encoder, heads: Heads, rows: Sequence[Row]) -> Tensor:
    found, mask = encoder([encoder.tokens(row["text"], row.get("before", ""))[0] for row in rows])
    wanted = torch.tensor([NEEDS.index(row["label"]) for row in rows])
    return torch.nn.functional.cross_entropy(heads.need(found, mask), wanted, label_smoothing=0.03)


def reading_loss(encoder: Encoder, heads: Heads, rows: Sequence[Row]) -> Tensor:
    read = [encoder.tokens(row["said"], row["before"]) for row in rows]
    found, mask = encoder([ids for ids, _ in read])
    acts = torch.tensor([[float(act in row["labels"]) for act in ACTS] for row in rows])
    topics = torch.tensor([[float(topic in row["topics"]) for topic in TOPICS] for row in rows])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(heads.acts(found, mask), acts)
    loss = loss + torch.nn.functional.binary_cross_entropy_with_logits(heads.topics(found, mask), topics)
    asked = heads.asked(found)
    length = found.shape[1]
    marks, known = torch.zeros(len(rows), length), torch.zeros(len(rows), length)
    for at, (row, (_, places)) in enumerate(zip(rows, read, strict=True)):
        spans = [(row["said"].find(one), row["said"].find(one) + len(one)) for one in row["asked"]]
        for token, (part, start, end) in enumerate(places):
            if part == 0:
                known[at, token] = 1.0
                marks[at, token] = float(any(start < last and end > first for first, last in spans))
    each = torch.nn.functional.binary_cross_entropy_with_logits(asked, marks, reduction="none")
    return loss + (each * known).sum() / known.sum().clamp(min=1)


def match_loss(encoder: Encoder, heads: Heads, rows: Sequence[Row]) -> Tensor:
    """Each row is a question with some texts: binary for each, and among them."""
    texts, wanted, groups = [], [], []
    for number, row in enumerate(rows):
        for text in row["texts"]:
            texts.append(encoder.tokens(row["question"], text, row["before"])[0])
            wanted.append(float(text in row["right"]))
            groups.append(number)
    found, mask = encoder(texts)
    scores = heads.match(found, mask)
    target = torch.tensor(wanted)
    weight = torch.where(target > 0, 3.0, 1.0)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, target, weight=weight)
    for number in range(len(rows)):
        mine = torch.tensor([group == number for group in groups])
        # "none" is an answer as well: its score is 0, where the odds are even
        own = torch.cat([scores[mine], torch.zeros(1)])
        right = torch.cat([target[mine], (target[mine].sum() == 0).float()[None]])
        loss = loss - (torch.log_softmax(own, 0) * right / right.sum()).sum() / len(rows)
    return loss


def questions_of(companies: Sequence[Row], chance: random.Random) -> list[Row]:
    """A row a question of the companies: the right facts, the nearest wrong ones, some others."""
    rows = []
    for company in companies:
        facts = {fact["id"]: fact["text"] for fact in company["facts"]}
        for one in company["questions"]:
            use = one["use"]
            right = [] if use == "none" or use.startswith("near") else [facts[i] for i in use.split("+")]
            wrong = [text for text in facts.values() if text not in right]
            rows.append(
                {
                    "question": one["asked"],
                    "before": one["before"],
                    "right": right,
                    "wrong": wrong,
                    "use": use,
                }
            )
            knowers = company.get("people", [])
            named = [p for p in knowers if p.split(",")[0] in one["line"]]
            if use == "none" and named:
                others = [p for p in knowers if p not in named]
                rows.append(
                    {
                        "question": one["asked"],
                        "before": "",
                        "right": named[:1],
                        "wrong": others,
                        "use": "who",
                    }
                )
    return rows


def pick_texts(rows: Sequence[Row], chance: random.Random, among: int = AMONG) -> list[Row]:
    """The texts that a question is shown with this time: the right ones, and wrong ones that share its words most."""
    picked = []
    for row in rows:
        asked = set(f"{row['question']} {row['before']}".lower().split())
        near = sorted(row["wrong"], key=lambda t: -len(asked & set(t.lower().split())) - chance.random())
        half = near[: among // 2 + 1]
        rest = [text for text in row["wrong"] if text not in half]
        some = half + chance.sample(rest, min(len(rest), among - len(half)))
        picked.append({**row, "texts": [*row["right"], *some]})
    return picked


def batches(
    rows: Sequence[Row], length: Callable[[Row], int], size: int, chance: random.Random
) -> list[list[Row]]:
    """Rows of like length together, the batches in any order; a short last one is left out."""
    order = sorted(rows, key=lambda row: length(row) * (0.85 + 0.3 * chance.random()))
    found = [order[at : at + size] for at in range(0, len(order), size)]
    chance.shuffle(found)
    return found


def steps(
    tasks: Sequence[Callable[[], Task]], epochs: int, chance: random.Random
) -> Iterator[tuple[Task, list[Row]]]:
    """All batches of all tasks, mixed, for so many epochs."""
    for _ in range(epochs):
        mixed = [
            (task, batch)
            for make in tasks
            for task in [make()]
            for batch in batches(task.rows, task.length, task.batch, chance)
        ]
        chance.shuffle(mixed)
        yield from mixed


def teach(
    encoder: Encoder, heads: Heads, tasks: Sequence[Callable[[], Task]], *, epochs: int, seed: int = 0
) -> None:
    """AdamW over the upper layers and the heads, the rate falling to a twentieth."""
    chance = random.Random(seed)
    torch.manual_seed(seed)
    for number, layer in enumerate(encoder.body.encoder.layer):
        layer.requires_grad_(number >= FROZEN)
    encoder.body.embeddings.requires_grad_(False)
    own = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": own, "lr": RATE}, {"params": heads.parameters(), "lr": RATE_OF_HEADS}], weight_decay=0.01
    )
    everything = list(steps(tasks, epochs, chance))
    rates, lately, began = [RATE, RATE_OF_HEADS], {}, time.monotonic()
    for step, (task, batch) in enumerate(track(everything, description="teaching the reader")):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / 50) * max(0.05, 1 - step / len(everything))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = task.loss(encoder, heads, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*own, *heads.parameters()], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        lately[task.name] = 0.95 * lately.get(task.name, loss.item()) + 0.05 * loss.item()
        if step % 50 == 49:
            print(step + 1, len(everything), {k: round(v, 3) for k, v in lately.items()},
                  f"{time.monotonic() - began:.0f}s", flush=True)  # fmt: skip


def save(encoder: Encoder, heads: Heads, out: Path) -> None:
    """The taught layers in half precision, and the heads."""
    kept = {
        f"layers.{name}": tensor.half().contiguous()
        for name, tensor in encoder.body.state_dict().items()
        if name.startswith("encoder.layer.") and int(name.split(".")[2]) >= FROZEN
    }
    kept |= {f"heads.{name}": tensor.half().contiguous() for name, tensor in heads.state_dict().items()}
    out.mkdir(parents=True, exist_ok=True)
    save_file(kept, out / "reader.safetensors")


def readings_of(stories: Sequence[Row], companies: Sequence[Row]) -> list[Row]:
    """What the rows of the other skills say about reading: stories tell, and questions to companies ask."""
    told = [
        {"before": row["asked"], "said": row["said"], "acts": _acts_of_story(row["said"]), "topics": [],
         "asked": [], "follows": False}
        for row in stories
    ]  # fmt: skip
    asked = [
        {"before": one["before"], "said": one["asked"], "acts": ["asked"], "asked": [one["asked"]],
         "topics": [one["topic"]], "follows": bool(one["before"])}
        for company in companies
        for one in company["questions"]
        if "topic" in one
    ]  # fmt: skip
    return [*told, *asked]


def _acts_of_story(said: str) -> list[str]:
    return ["short"] if len(said.split()) <= SHORT else ["told"]


def all_tasks(chance: random.Random) -> list[Callable[[], Task]]:
    """The tasks, each made anew for every epoch: other lines before, other wrong facts."""
    needs, asks, companies = rows_of("need_*.jsonl"), rows_of("ask_*.jsonl"), rows_of("companies_*.jsonl")
    readings = [*rows_of("read_*.jsonl"), *readings_of(asks, companies)]
    for row in readings:
        row["labels"] = [*row["acts"], *(["follows"] if row["follows"] else [])]
    questions = questions_of(companies, chance)
    lines = ["", *(row["asked"] for row in asks)]

    def need() -> Task:
        stories = chance.sample(asks, min(len(asks), 300))
        plain = [{"text": row["said"], "label": "none"} for row in stories]
        rows = [{**row, "before": chance.choice(lines)} for row in [*needs, *plain]]
        return Task(name="need", rows=rows, loss=need_loss, length=lambda r: len(r["text"] + r["before"]))

    def reading() -> Task:
        return Task(
            name="reading", rows=readings, loss=reading_loss, length=lambda r: len(r["said"] + r["before"])
        )

    def match() -> Task:
        rows = pick_texts(questions, chance)
        return Task(
            name="match", rows=rows, loss=match_loss, length=lambda r: len(r["question"] + r["before"]), batch=4
        )

    return [make for make, rows in ((need, needs), (reading, readings), (match, questions)) if rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=Path, help="the encoder's base file")
    parser.add_argument("--out", type=Path, default=Path("models/adapters/reader"))
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    encoder = Encoder(EncoderFile(given.base))
    heads = Heads(encoder.hidden)
    teach(encoder, heads, all_tasks(random.Random(0)), epochs=given.epochs)
    save(encoder, heads, given.out)


if __name__ == "__main__":
    main()
