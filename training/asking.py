"""Teach which of several questions follows from what somebody told: low-rank changes of the encoder's layers.

usage: python -m training.asking [--out models/adapters/asking] [--epochs 4] [--threads 1]
Rows (`asked_*.jsonl`) are a message and questions on it, good, fair and bad: drafts of the model's, marked by
readers, and some that people wrote to look alike. A message in five is held out, with all its questions.
"""

import hashlib
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.progress import Progress

from feeler.llm.asking import OWN
from feeler.llm.cards import reader_card
from training.course import begin, options, plain_encoder
from training.pupil import Pupil
from training.reader import rows_of
from training.saving import save_taught

log = logging.getLogger(__name__)
MESSAGES = 6  # of a step, each with all its questions
MOST = 8  # questions of a message that are shown together
STRANGE = 1  # questions that belong to another message, shown beside a message's own
Tensor = torch.Tensor


@dataclass(frozen=True)
class Asked:
    """A message, and the questions on it that are good and that are bad."""

    said: str
    good: tuple[str, ...]
    bad: tuple[str, ...]


def held_out(said: str) -> bool:
    """Whether nothing is taught with this message."""
    return int(hashlib.sha256(said.encode()).hexdigest(), 16) % 5 == 0


def asked() -> list[Asked]:
    """Every message with its questions."""
    return [Asked(row["said"], tuple(row["good"]), tuple(row["bad"])) for row in rows_of("asked_*.jsonl")]


def loss_of(logits: Tensor, good: Sequence[bool]) -> Tensor:
    """Each question for itself, and every good one against the bad ones of the same message."""
    wanted = torch.tensor([float(one) for one in good])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted)
    if 0 < sum(good) < len(good):
        better = logits[wanted > 0][:, None] - logits[wanted == 0][None, :]
        loss = loss + torch.nn.functional.softplus(-better).mean()
    return loss


def teach(pupil: Pupil, out: Path, epochs: int) -> None:
    """Rounds of all messages; after each it is kept and measured."""
    chance = random.Random(0)
    rows = asked()
    taught = [one for one in rows if not held_out(one.said)]
    aside = [one for one in rows if held_out(one.said)]
    steps = epochs * -(-len(taught) // MESSAGES)
    course = pupil.course(steps)
    with Progress() as bar:
        task = bar.add_task("teaching", total=steps)
        for number in range(epochs):
            pupil.head.layers.train()
            chance.shuffle(taught)
            for at in range(0, len(taught), MESSAGES):
                lessons = [lesson(one, taught, chance) for one in taught[at : at + MESSAGES]]
                shown = [(said, question) for said, questions, _ in lessons for question in questions]
                parts = pupil(pupil.below(shown))[:, 0].split([len(one) for _, one, _ in lessons])
                losses = [loss_of(part, good) for part, (_, _, good) in zip(parts, lessons, strict=True)]
                loss = torch.stack(losses).mean()
                course.learn(loss)
                bar.update(task, advance=1, description=f"teaching, loss {loss.item():.2f}")
            save_taught(pupil.kept(), out / "asking.safetensors", base=reader_card().slug, licence="MIT")
            log.info("round %d: %s", number + 1, measured(pupil, aside))


def lesson(one: Asked, others: Sequence[Asked], chance: random.Random) -> tuple[str, list[str], list[bool]]:
    """A message, questions on it, some of another's among them, and which are good."""
    marked = [(question, True) for question in one.good] + [(question, False) for question in one.bad]
    for other in chance.sample(others, STRANGE):
        marked += [(question, False) for question in other.good[:1] if other.said != one.said]
    marked = chance.sample(marked, min(MOST, len(marked)))
    said = one.said.lower() if chance.random() < 0.15 else one.said
    return said, [question for question, _ in marked], [good for _, good in marked]


@torch.inference_mode()
def measured(pupil: Pupil, rows: Sequence[Asked]) -> str:
    """How often a message's best question is a good one, against one taken blindly; pairs in order."""
    pupil.head.layers.eval()
    first = blind = pairs = right = count = 0.0
    for one in rows:
        if not one.good or not one.bad:
            continue
        questions = [*one.good, *one.bad]
        logits = pupil(pupil.below([(one.said, question) for question in questions]))[:, 0]
        good, bad = logits[: len(one.good)], logits[len(one.good) :]
        first += float(good.max() > bad.max())
        blind += len(one.good) / len(questions)
        right += float((good[:, None] > bad[None, :]).float().sum())
        pairs += len(good) * len(bad)
        count += 1
    return (
        f"the best is good {100 * first / count:.0f}% (blindly {100 * blind / count:.0f}%) of {count:.0f}, "
        f"{100 * right / pairs:.0f}% of {pairs:.0f} pairs in order"
    )


def main() -> None:
    given = begin(options(__doc__, out=Path("models/adapters/asking"), epochs=4))
    teach(Pupil(plain_encoder(), OWN, 1), given.out, given.epochs)


if __name__ == "__main__":
    main()
