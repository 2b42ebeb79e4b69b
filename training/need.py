"""Teach the encoder to see who is in need, on the rows of `training/data/need_*.jsonl`.

usage: python training/need.py [--base FILE] [--out models/adapters/need] [--epochs 7] [--threads 1]
The encoder's file is the one that `feeler models pull` fetches. A third of the rows is held out, by the
sha256 of their text, and never taught; the figures are of that third. The same rows and seed give the same
weights.
"""

import argparse
import hashlib
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from rich.progress import track
from safetensors.torch import save_file

from feeler.interview.values import Need
from feeler.llm.cards import reader_card
from feeler.llm.encoder import Encoder, EncoderFile
from feeler.llm.need import NEEDS, NeedHead, need_of
from feeler.llm.weights import weights_path
from feeler.settings import load_settings

log = logging.getLogger(__name__)
DATA = Path(__file__).parent / "data"
FROZEN = 4  # lower layers: what words are is known already
RATE, RATE_OF_HEAD = 2e-4, 2e-3
BATCH = 24
PLAIN = 700  # ordinary messages of an interview, shown beside the rows in every epoch
Row = dict[str, Any]


def rows_of(pattern: str) -> list[Row]:
    """The rows of the files that match."""
    return [
        json.loads(line)
        for path in sorted(DATA.glob(pattern))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def held_out(text: str) -> bool:
    """Whether a row is one of the third that nothing is taught with."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0


def batches(rows: Sequence[Row], chance: random.Random) -> list[list[Row]]:
    """Rows of like length together, the batches in any order."""
    order = sorted(rows, key=lambda row: len(row["text"]) * (0.85 + 0.3 * chance.random()))
    found = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(found)
    return found


def teach(encoder: Encoder, head: NeedHead, rows: Sequence[Row], plain: Sequence[Row], epochs: int) -> None:
    """AdamW over the upper layers and the head; the rate rises in fifty steps and falls to a twentieth."""
    chance = random.Random(0)
    for number, layer in enumerate(encoder.body.encoder.layer):
        layer.requires_grad_(number >= FROZEN)
    encoder.body.embeddings.requires_grad_(False)
    own = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    groups = [{"params": own, "lr": RATE}, {"params": head.parameters(), "lr": RATE_OF_HEAD}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    everything = [
        batch
        for _ in range(epochs)
        for batch in batches([*rows, *chance.sample(plain, min(PLAIN, len(plain)))], chance)
    ]
    lately, began = 0.0, time.monotonic()
    for step, batch in enumerate(track(everything, description="teaching")):
        for group, rate in zip(optimizer.param_groups, (RATE, RATE_OF_HEAD), strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / 50) * max(0.05, 1 - step / len(everything))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found, mask = encoder([encoder.tokens(row["text"])[0] for row in batch])
            wanted = torch.tensor([NEEDS.index(row["label"]) for row in batch])
            loss = torch.nn.functional.cross_entropy(head(found, mask), wanted, label_smoothing=0.03)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*own, *head.parameters()], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        lately = loss.item() if not step else 0.95 * lately + 0.05 * loss.item()
        if step % 50 == 49:
            seconds = time.monotonic() - began
            log.info("%s of %s: loss %.3f, %.0f s", step + 1, len(everything), lately, seconds)


def save(encoder: Encoder, head: NeedHead, out: Path) -> None:
    """The taught layers in half precision, and the head."""
    kept = {
        f"layers.{name}": tensor.half().contiguous()
        for name, tensor in encoder.body.state_dict().items()
        if name.startswith("encoder.layer.") and int(name.split(".")[2]) >= FROZEN
    }
    kept |= {f"head.{name}": tensor.half().contiguous() for name, tensor in head.state_dict().items()}
    out.mkdir(parents=True, exist_ok=True)
    file = out / "need.safetensors"
    save_file(kept, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (out / "need.toml").write_text(
        f'base = "multilingual-e5-small"\nlicence = "MIT"\nsha256 = "{digest}"\n', encoding="utf-8"
    )


def figures(encoder: Encoder, head: NeedHead, rows: Sequence[Row]) -> str:
    """What was found of each label, one line a label."""
    found: Counter[tuple[str, str]] = Counter()
    with torch.inference_mode():
        for row in rows:
            vectors, mask = encoder([encoder.tokens(row["text"])[0]])
            found[row["label"], need_of(head(vectors, mask)[0].softmax(-1).tolist()).value] += 1
    lines = []
    for label in NEEDS:
        each = {need.value: found[label, need.value] for need in Need}
        lines.append(f"{label}: {sum(each.values())} rows, taken for {each}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, help="the encoder's file; default: the one in the cache")
    parser.add_argument("--out", type=Path, default=Path("models/adapters/need"))
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    base = given.base or weights_path(reader_card(), load_settings().cache_dir)
    encoder = Encoder(EncoderFile(base))
    head = NeedHead(encoder.hidden)
    rows = rows_of("need_*.jsonl")
    stories = [{"text": row["said"], "label": "none"} for row in rows_of("ask_*.jsonl")]
    plain = [*stories, *rows_of("ordinary.jsonl")]
    teach(encoder, head, [row for row in rows if not held_out(row["text"])], plain, given.epochs)
    save(encoder, head, given.out)
    encoder.eval()
    log.info("held out\n%s", figures(encoder, head, [row for row in rows if held_out(row["text"])]))


if __name__ == "__main__":
    main()
