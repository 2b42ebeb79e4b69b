"""Teach a linear map to sort sentences of pages about companies: by topic, or as saying nothing of them.

usage: python training/pages.py [--base FILE] [--adapter models/adapters/reader]
It reads the vectors of the taught reader, so it is taught anew whenever that is: a minute on one core. Facts
of `data/companies_*.jsonl` and the rows of `data/page_*.jsonl` are taught; `data/held_pages` is held out.
"""

import argparse
import logging
from pathlib import Path

import torch

from feeler.compose import taught_folder
from feeler.llm.cards import reader_card
from feeler.llm.reader import SORTS, MessageReader, PageHead
from feeler.llm.upper import taught_file
from feeler.llm.weights import weights_path
from feeler.personas.values import Topic
from feeler.settings import load_settings
from training.reader import rows_of
from training.saving import save_taught, sha256_of

log = logging.getLogger(__name__)
STEPS, RATE, DECAY, SMOOTH = 400, 0.01, 3e-3, 0.05
BATCH = 16


def rows() -> list[tuple[str, Topic | None]]:
    """Sentences with their topic; None says nothing of a company."""
    found: list[tuple[str, Topic | None]] = []
    for company in rows_of("companies_*.jsonl"):
        found += [(one["text"], Topic(one["topic"])) for one in company["facts"] if "topic" in one]
    for row in rows_of("page_*.jsonl"):
        found.append((row["text"], None if row["topic"] == "none" else Topic(row["topic"])))
    return found


def teach(vectors: torch.Tensor, wanted: torch.Tensor) -> PageHead:
    """float32 (rows, hidden), int64 (rows,) -> the head; rarer topics weigh more."""
    head = PageHead(vectors.shape[1])
    head.mean.data, head.spread.data = vectors.mean(0), vectors.std(0) + 1e-6
    count = torch.bincount(wanted, minlength=len(SORTS)).float()
    weight = (count.sum() / count.clamp(min=1)).sqrt()
    optimizer = torch.optim.AdamW(head.sorts.parameters(), lr=RATE)
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(
            head(vectors), wanted, weight=weight / weight.mean(), label_smoothing=SMOOTH
        )
        loss = loss + DECAY * head.sorts.weight.square().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return head


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--base", type=Path, help="the encoder's file; default: the one in the cache")
    parser.add_argument("--adapters", type=Path, default=taught_folder())
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.manual_seed(0)
    base = given.base or weights_path(reader_card(), load_settings().cache_dir)
    taught = taught_file(given.adapters, "reader")
    reader = MessageReader.load(base, given.adapters)
    found = rows()
    vectors = reader.vectors([text for text, _ in found])
    head = teach(vectors, torch.tensor([SORTS.index(topic) for _, topic in found]))
    tensors = {name: tensor.contiguous() for name, tensor in head.state_dict().items()}
    save_taught(tensors, taught.parent / "pages.safetensors", reader=sha256_of(taught))
    log.info("%s rows", len(found))


if __name__ == "__main__":
    main()
