"""Teach what a deed shows, and how telling it is: by ridge regression on the encoder's middle layers.

usage: python -m training.talents [--out models/adapters/reader] [--measure]
Takes a minute. Rows are `data/talents_*.jsonl`: {"text", "shows"}, the talents of prompts/talents.yaml that
it shows, none where nothing is clear. The maps belong to one reader: whoever teaches it anew runs this too.
`--measure` prints how often the talent named is one that was marked, in cross-validation and on the
held-out stories.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file

from feeler.compose import taught_folder
from feeler.interview.reading import Shown
from feeler.llm.encoder import Encoder, load_layers
from feeler.llm.talents import DeedReader, deed_vectors
from feeler.llm.upper import card_of, taught_file
from feeler.personas.library import shipped_prompts
from training.course import plain_encoder
from training.saving import save_taught

Tensor = torch.Tensor

DATA = Path(__file__).parent / "data"
RIDGE = 1.0  # for the talents, chosen by cross-validation
RIDGE_OF_TELLING = 4.0
FOLDS = 8
# How telling a deed is by what it shows: what was done at a price tells more of somebody than good work does.
TELLING = {
    "right": 1.0, "safety": 1.0, "winning": 0.9, "staying": 0.8, "teaching": 0.8, "starting": 0.8,
    "looking": 0.7, "care": 0.6, "simple": 0.6,
    "making": 0.6, "organising": 0.6, "wanted": 0.5, "learning": 0.5,
}  # fmt: skip
Rows = list[tuple[str, frozenset[str]]]


def rows(pattern: str) -> Rows:
    """Texts and the talents they were marked with."""
    return [
        (row["text"], frozenset(row["shows"]))
        for path in sorted(DATA.glob(pattern))
        for row in map(json.loads, path.read_text("utf-8").splitlines())
    ]


def taught(vectors: Tensor, marked: Rows, names: tuple[str, ...]) -> dict[str, Tensor]:
    """The maps, fitted to all rows."""
    wanted = torch.tensor([[float(name in shows) for name in names] for _, shows in marked])
    telling = torch.tensor([[max((TELLING[name] for name in shows), default=0.0)] for _, shows in marked])
    mean = vectors.mean(0)
    scale = 1.0 / ((vectors.std(0) + 1e-6) * vectors.shape[1] ** 0.5)
    scaled = (vectors - mean) * scale
    maps = [_ridge(scaled, telling, RIDGE_OF_TELLING), _ridge(scaled, wanted, RIDGE)]
    bias = torch.cat([telling.mean(0), wanted.mean(0)])
    return {"mean": mean, "scale": scale, "weight": torch.cat(maps, 1).contiguous(), "bias": bias}


def _ridge(scaled: Tensor, wanted: Tensor, weight: float) -> Tensor:
    """(X'X + weight I)^-1 X'Y, with Y about its mean."""
    square = scaled.T @ scaled + weight * torch.eye(scaled.shape[1])
    found: Tensor = torch.linalg.solve(square, scaled.T @ (wanted - wanted.mean(0)))
    return found


def measure(marked: Rows, shown: list[Shown], title: str) -> None:
    """How many are named, and how many of those rightly, from several shares on."""
    best = [max(one.talents.items(), key=lambda pair: pair[1]) for one in shown]
    for least in (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
        named = [
            name in shows for (name, share), (_, shows) in zip(best, marked, strict=True) if share >= least
        ]
        right = sum(named) / max(len(named), 1)
        sys.stdout.write(
            f"{title}: from {least:.2f} on {len(named)} of {len(marked)} named, {right:.0%} as marked\n"
        )


def main() -> None:
    """Teach, write the file and its card."""
    options = argparse.ArgumentParser(description="Teach what a deed shows.")
    options.add_argument("--out", type=Path, default=taught_folder() / "reader")
    options.add_argument("--measure", action="store_true")
    chosen = options.parse_args()
    torch.manual_seed(0)
    heads = taught_file(taught_folder(), "reader")
    encoder = plain_encoder().eval()
    load_layers(encoder, load_file(heads))
    names = tuple(yaml.safe_load((shipped_prompts() / "talents.yaml").read_text("utf-8")))
    marked = rows("talents_*.jsonl")
    with torch.inference_mode():
        vectors = deed_vectors(encoder, [text for text, _ in marked])
        maps = taught(vectors, marked, names)
        if chosen.measure:
            _measured(encoder, vectors, marked, names, maps)
    save_taught(maps, chosen.out / "talents.safetensors", reader=card_of(heads)["sha256"], talents=names)


def _measured(
    encoder: Encoder, vectors: Tensor, marked: Rows, names: tuple[str, ...], maps: dict[str, Tensor]
) -> None:
    found: dict[int, Shown] = {}
    order = torch.randperm(len(marked)).tolist()
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        kept = [at for at in order if at not in set(out)]
        reader = DeedReader(names, **taught(vectors[kept], [marked[at] for at in kept], names))
        found.update(zip(out, reader.shown(vectors[out]), strict=True))
    measure(marked, [found[at] for at in range(len(marked))], "cross-validation")
    held = rows("held_talents.jsonl")
    measure(
        held, DeedReader(names, **maps).shown(deed_vectors(encoder, [text for text, _ in held])), "held out"
    )


if __name__ == "__main__":
    main()
