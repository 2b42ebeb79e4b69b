"""Teach which of several questions follows from what somebody told: low-rank changes of the encoder's layers.

usage: python -m training.asking [--out models/adapters/asking] [--epochs 4] [--threads 1]
Rows (`asked_*.jsonl`) are a message and questions on it, good, fair and bad, marked by readers: drafts of the
model's, some that people wrote to look alike, and those of `prompts/questions.yaml`. A message in five is
held out, with all its questions.
"""

import hashlib
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.progress import Progress

from feeler.llm.asking import OWN, answered
from feeler.llm.cards import reader_card
from training.course import begin, options, plain_encoder
from training.pupil import Pupil
from training.reader import rows_of
from training.saving import save_taught

log = logging.getLogger(__name__)
MESSAGES = 4  # of a step, each with some of its questions
MOST = 14  # questions of a message that are shown together
FAIR = 0.4  # what a question counts that is neither good nor bad
STRANGE = 1  # questions that belong to another message, shown beside a message's own
Tensor = torch.Tensor


@dataclass(frozen=True)
class Asked:
    """A message, and questions on it with what each is worth: 1 is good, 0 is bad."""

    said: str
    worth: dict[str, float]
    kind: str

    @property
    def good(self) -> tuple[str, ...]:
        return tuple(question for question, worth in self.worth.items() if worth == 1)


def held_out(said: str) -> bool:
    """Whether nothing is taught with this message."""
    return int(hashlib.sha256(said.encode()).hexdigest(), 16) % 5 == 0


def asked() -> list[Asked]:
    """Every message with its questions."""
    worths = {"bad": 0.0, "fair": FAIR, "good": 1.0}
    return [
        Asked(
            said=answered(row.get("asked", ""), row["said"]),
            worth={question: worth for mark, worth in worths.items() for question in row[mark]},
            kind=row["kind"],
        )
        for row in rows_of("asked_*.jsonl")
    ]


def loss_of(logits: Tensor, worth: Tensor) -> Tensor:
    """Each question for itself, and all of a message against each other: (questions) both."""
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, worth)
    if worth.sum() > 0 and worth.min() < worth.max():
        loss = loss - (worth / worth.sum() * logits.log_softmax(0)).sum() / 2
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
            chance.shuffle(taught)
            for at in range(0, len(taught), MESSAGES):
                lessons = [lesson(one, taught, chance) for one in taught[at : at + MESSAGES]]
                shown = [(said, question) for said, worth in lessons for question in worth]
                parts = pupil(pupil.below(shown))[:, 0].split([len(worth) for _, worth in lessons])
                losses = [
                    loss_of(part, torch.tensor(list(worth.values())))
                    for part, (_, worth) in zip(parts, lessons, strict=True)
                ]
                loss = torch.stack(losses).mean()
                course.learn(loss)
                bar.update(task, advance=1, description=f"teaching, loss {loss.item():.2f}")
            save_taught(pupil.kept(), out / "asking.safetensors", base=reader_card().slug, licence="MIT")
            log.info("round %d: %s", number + 1, measured(pupil, aside))


def lesson(one: Asked, others: Sequence[Asked], chance: random.Random) -> tuple[str, dict[str, float]]:
    """A message and questions on it: all that are worth something, some that are not, one of another's."""
    worth = {question: value for question, value in one.worth.items() if value}
    bad = [question for question, value in one.worth.items() if not value]
    for other in chance.sample(others, STRANGE):
        bad += [question for question in other.good[:1] if question not in worth and other.kind != "bank"]
    kept = chance.sample(sorted(worth), min(len(worth), MOST // 2))
    wrong = chance.sample(bad, min(len(bad), MOST - len(kept)))
    said = one.said.lower() if chance.random() < 0.15 else one.said
    return said, {question: worth.get(question, 0.0) for question in (*kept, *wrong)}


@torch.inference_mode()
def measured(pupil: Pupil, rows: Sequence[Asked]) -> str:
    """By kind: how often a message's best question is a good one, and not a bad one; one taken blindly."""
    said = []
    for kind in sorted({one.kind for one in rows}):
        here = [one for one in rows if one.kind == kind and one.good and len(one.worth) > len(one.good)]
        first = worth = blind = 0.0
        for one in here:
            logits = pupil(pupil.below([(one.said, question) for question in one.worth]))[:, 0]
            best = list(one.worth.values())[int(logits.argmax())]
            first += best == 1
            worth += best > 0
            blind += len(one.good) / len(one.worth)
        count = max(1, len(here))
        said.append(
            f"{kind}: good {first / count:.0%}, not bad {worth / count:.0%} "
            f"(good blindly {blind / count:.0%}) of {count}"
        )
    return "; ".join(said)


def main() -> None:
    given = begin(options(__doc__, out=Path("models/adapters/asking"), epochs=4))
    teach(Pupil(plain_encoder(), OWN, 1), given.out, given.epochs)


if __name__ == "__main__":
    main()
