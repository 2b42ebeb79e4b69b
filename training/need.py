"""Teach who is in need: low-rank changes of the encoder's upper layers, and a head for the message alone.

usage: python -m training.need [--out models/adapters/need] [--epochs 3] [--threads 1]
It stands on the encoder as it came. On the reader's layers, which were taught with most of the same rows, it
trusted what they knew by heart: of acute rows that the reader alone had seen 98% were found, of others 79%.
A third of the rows on need is held out, and of the rest a part to choose thresholds on (`for_choosing`);
`training/figures.py` measures. Rows are also shown inside ordinary messages, first or last, in small letters
and beside noise, so that neither company nor spelling decides. The same rows and seed give the same weights.
"""

import hashlib
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from feeler.interview.values import Need
from feeler.llm.cards import reader_card
from feeler.llm.need import LABELS, NEEDS, OWN, stretches
from training.course import begin, options, plain_encoder
from training.pupil import Pupil
from training.reader import held_out, rows_of
from training.saving import save_taught

log = logging.getLogger(__name__)
BATCH = 24
# Ordinary messages that are shown: with 600, every tenth story of work was taken for need; with 3,000 of
# which two thirds were questions, every twentieth.
STORIES, QUESTIONS = 3600, 800
TIMES = {Need.NONE: 1, Need.HEAVY: 2, Need.ACUTE: 2}  # that a row is shown, each time otherwise
SORROW = {"old-grief", "past", "illness-past", "burnout-past", "abuse-past"}  # told calmly, nobody in need
NOISE = "😂👍🤷🚲💼✅📦🥐 0123456789 #%&=+*~ŜĝŭĥĵŁŽŢďķþðæøßñçğışёйщґїაბგდתשאبتثकखग你我他漢字한국ΑΩλμ"
Tensor = torch.Tensor


@dataclass(frozen=True)
class Example:
    """A message, what it is, whether a sorrow is told in it, and whether it says that the talk may go on."""

    text: str
    need: Need | None = Need.NONE  # None: not known, and not taught
    sorrow: bool = False
    goes_on: bool = False


def for_choosing(text: str) -> bool:
    """Whether a row that is not held out is one that thresholds are chosen on."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 15 in (1, 7)


def labelled() -> list[Example]:
    """Every row on need that is not held out."""
    return [
        Example(row["text"], Need(row["label"]), row["label"] != "none" or row["kind"] in SORROW)
        for row in rows_of("need_*.jsonl")
        if not held_out(row["text"])
    ]


def stories() -> list[str]:
    """What people tell in interviews in which nobody is in need."""
    said = [row["text"] for row in rows_of("ordinary.jsonl")]
    said += [row["said"] for name in ("read", "ask", "picked") for row in rows_of(f"{name}_*.jsonl")]
    in_need = {row["text"] for row in rows_of("need_*.jsonl")}
    return sorted(set(said) - in_need)


def questions() -> list[str]:
    """And what they ask."""
    asked = [one["asked"] for company in rows_of("companies_*.jsonl") for one in company["questions"]]
    asked += [text for row in rows_of("wordings_*.jsonl") for text in row["asked"]]
    return sorted(set(asked))


def varied(one: Example, plain: Sequence[str], chance: random.Random) -> Example:
    """The same message as others would send it: beside ordinary sentences, in small letters, with noise."""
    text = one.text
    if chance.random() < 0.35:
        beside = chance.choice(plain)
        while chance.random() < 0.5:
            beside += " " + chance.choice(plain)
        if len(beside) < 700:
            text = f"{beside} {text}" if chance.random() < 0.65 else f"{text} {beside}"
    elif (
        one.need is Need.NONE
        and not one.sorrow
        and not one.goes_on
        and chance.random() < 0.3
        and stretches(text)
    ):
        text = chance.choice(stretches(text))
    if chance.random() < 0.2:
        text = text.lower().replace("'", "").replace("’", "")
    if chance.random() < 0.15:
        text = text.rstrip(".!")
    if chance.random() < 0.06:
        text += " " + noise(chance)
    return replace(one, text=text)


def noise(chance: random.Random) -> str:
    """Signs that mean nothing."""
    kind = chance.random()
    if kind < 0.4:
        signs, most = NOISE, 24
    elif kind < 0.7:
        signs, most = "asdfjklöqwertzuiopyxcvbnm  ", 30
    else:
        return "".join(chr(chance.choice((0x20, chance.randrange(0x21, 0x2FFF)))) for _ in range(20))
    return "".join(chance.choice(signs) for _ in range(chance.randint(1, most))).strip() or "?"


def lessons(taught: Sequence[Example], chance: random.Random) -> list[Example]:
    """Everything that is shown: each row as it stands or varied, ordinary messages, and noise."""
    told, asked = stories(), questions()
    plain = [*told, *chance.sample(asked, len(asked) // 4)]
    rows = [varied(one, plain, chance) for one in taught for _ in range(TIMES[one.need or Need.NONE])]
    for row in rows_of("pause_*.jsonl"):
        text = chance.choice((row["text"], row["text"].capitalize(), row["text"].lower() + "."))
        rows.append(Example(text, Need.NONE if row["goes_on"] else None, goes_on=row["goes_on"]))
    for text in [*chance.sample(told, min(STORIES, len(told))), *chance.sample(asked, QUESTIONS)]:
        rows.append(varied(Example(text), plain, chance))
    for _ in range(len(taught) // 12):
        text = noise(chance)
        beside = f"{chance.choice(plain)} {text}"
        rows.append(Example(beside if chance.random() < 0.4 else text))
    return sorted(rows, key=lambda one: len(one.text))


def loss_of(logits: Tensor, batch: Sequence[Example]) -> Tensor:
    """All that is known of these messages, as one loss."""
    wanted = torch.tensor([-100 if one.need is None else NEEDS.index(one.need) for one in batch])
    each = torch.nn.functional.cross_entropy(
        logits[:, : len(NEEDS)], wanted, label_smoothing=0.05, reduction="none", ignore_index=-100
    )
    need = each.sum() / len(batch)
    sorrow = torch.tensor([float(one.sorrow) for one in batch])
    goes_on = torch.tensor([float(one.goes_on) for one in batch])
    rest = torch.stack([sorrow, goes_on], 1)
    return need + torch.nn.functional.binary_cross_entropy_with_logits(logits[:, len(NEEDS) :], rest)


def teach(pupil: Pupil, out: Path, epochs: int) -> None:
    """Rounds of all rows; after each it is kept. What lies below is computed once."""
    chance = random.Random(0)
    rows = labelled()
    shown = lessons([one for one in rows if not for_choosing(one.text)], chance)
    chosen = [one for one in rows if for_choosing(one.text)]
    with Progress() as bar:
        below: list[Tensor] = []
        for batch in bar.track(_batches(shown), description="reading"):
            below += pupil.below([(one.text,) for one in batch])
        aside = [pupil.below([(one.text,) for one in batch]) for batch in _batches(chosen)]
        steps = epochs * len(_batches(shown))
        course = pupil.course(steps)
        task = bar.add_task("teaching", total=steps)
        for number in range(epochs):
            order = _batches(range(len(shown)))
            chance.shuffle(order)
            for places in order:
                loss = loss_of(pupil([below[at] for at in places]), [shown[at] for at in places])
                course.learn(loss)
                bar.update(task, advance=1, description=f"teaching, loss {loss.item():.2f}")
            save(pupil, out)
            log.info("round %d: %s", number + 1, _seen(pupil, chosen, aside))


def _batches(rows: Sequence[Any]) -> list[Any]:
    return [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]


@torch.inference_mode()
def _seen(pupil: Pupil, rows: Sequence[Example], below: Sequence[Sequence[Tensor]]) -> str:
    """How many of each need would be stopped for, at even chances."""
    found = {need: [0, 0] for need in Need}
    for batch, given in zip(_batches(rows), below, strict=True):
        for one, chances in zip(batch, pupil(given)[:, : len(NEEDS)].softmax(-1), strict=True):
            found[one.need][0] += int(chances[0] < 0.5)
            found[one.need][1] += 1
    return ", ".join(f"{need.value} stopped {n} of {of}" for need, (n, of) in found.items())


def save(pupil: Pupil, out: Path) -> None:
    """What was taught, in half precision, and its card."""
    save_taught(pupil.kept(), out / "need.safetensors", base=reader_card().slug, licence="MIT")


def main() -> None:
    given = begin(options(__doc__, out=Path("models/adapters/need"), epochs=3))
    teach(Pupil(plain_encoder(), OWN, LABELS), given.out, given.epochs)


if __name__ == "__main__":
    main()
