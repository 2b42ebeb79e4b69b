"""Teach which question follows from what somebody told: vectors of both that lie close, by changes of the
encoder's layers.

usage: python -m training.asking [--out models/adapters/asking] [--epochs 4] [--threads 1] [--start FOLDER]
       [--list any]
Rows are messages and questions on them, marked by readers. Of `picked_*.jsonl` all plain questions of a
manner's list (`prompts/questions.yaml`) were read for each message, and what is not named is bad; rows of
`asked_*.jsonl` name the bad ones, drafts of the model's among them. It is measured on messages that two
readers marked, `held_picked.jsonl`, and on those of `asked_*.jsonl` that are held out.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.progress import Progress

from feeler.llm.cards import reader_card
from feeler.llm.towers import ASKING_NONE, SHARP, next_parts, said_parts
from feeler.personas.values import Manner
from feeler.usecases.questions import LISTS, question_lists
from training.course import begin, options
from training.pupil import TowersPupil
from training.reader import Row, one_in, rows_of
from training.saving import save_taught

log = logging.getLogger(__name__)
BATCH, BATCH_OF_OWN = 40, 10  # messages of a step: with the same questions, and each with its own
MOST = 14  # questions that a message has of its own and that are shown
FAIR = 0.35  # what a question counts that is neither good nor bad
Tensor = torch.Tensor


@dataclass(frozen=True)
class Asked:
    """A message, and questions on it with what each is worth: 1 is good, 0 is bad."""

    said: str
    before: str
    worth: dict[str, float]
    manner: str = ""  # whose plain questions they all are; empty: they are its own


def held_out(said: str) -> bool:
    """Whether nothing of `asked_*.jsonl` is taught with this message."""
    return one_in(5, said)


def asked() -> list[Asked]:
    """Messages with questions of their own, every one marked."""
    worths = {"bad": 0.0, "fair": FAIR, "good": 1.0}
    return [
        Asked(
            row["said"],
            row.get("asked", ""),
            {question: worth for mark, worth in worths.items() for question in row[mark]},
        )
        for row in rows_of("asked_*.jsonl")
    ]


def picked(only: str = "") -> list[Asked]:
    """Messages with all questions of a list, or of both, of one manner; those that have the list `only`."""
    lists = question_lists()
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in rows_of("picked_*.jsonl"):
        worth = dict.fromkeys(lists[Manner(row["manner"])][row["list"]], 0.0)
        worth |= {question: FAIR for question in row["fair"] if question in worth}
        worth |= {question: 1.0 for question in row["good"] if question in worth}
        found.setdefault((row["said"], row["before"], row["manner"]), {}).update(worth)
    return [
        Asked(said, before, worth, manner)
        for (said, before, manner), worth in found.items()
        if not only or worth.keys() >= set(lists[Manner(manner)][only])
    ]


class Tower(TowersPupil):
    """Scores questions after messages."""

    def __init__(self) -> None:
        super().__init__(ASKING_NONE)

    def scores(self, batch: Sequence[Asked], questions: Sequence[str]) -> Tensor:
        """(messages, questions + 1), the last of none."""
        said = self.placed([said_parts(one.said, one.before) for one in batch])
        places = self.placed([next_parts(question) for question in questions])
        return SHARP * torch.cat([said @ places.T, (said @ self.none)[:, None]], 1)

    def loss(self, batch: Sequence[Asked], chance: random.Random) -> Tensor:
        """Of some messages, with the questions that are shown."""
        worths = [shown(one, chance) for one in batch]
        questions = list(dict.fromkeys(question for worth in worths for question in worth))
        unknown = float("nan")
        wanted = [[worth.get(question, unknown) for question in questions] + [0.0] for worth in worths]
        return loss_of(self.scores(batch, questions), torch.tensor(wanted))


def loss_of(scores: Tensor, worth: Tensor) -> Tensor:
    """Cross-entropy of each message's questions (messages, questions + 1), shares of worth; NaN is unknown.

    What the best lacks of being good is none's.
    """
    known = ~worth.isnan()
    value = worth.nan_to_num()
    value[:, -1] = 1 - value[:, :-1].amax(1)
    known[:, -1] = True
    shares = scores.masked_fill(~known, -1e4).log_softmax(-1)
    return -(value / value.sum(1, keepdim=True) * shares).sum(1).mean()


def lessons(given: Sequence[Asked], chance: random.Random) -> Iterator[list[Asked]]:
    """Every message once, in steps of messages that have the same questions, or each its own."""
    steps = []
    for manner in sorted({one.manner for one in given}):
        some = [one for one in given if one.manner == manner]
        # of like length together: padding is read, too
        some.sort(key=lambda one: len(one.said) * chance.uniform(0.7, 1.3))
        size = BATCH if manner else BATCH_OF_OWN
        steps += [some[at : at + size] for at in range(0, len(some), size)]
    chance.shuffle(steps)
    yield from steps


def shown(one: Asked, chance: random.Random) -> dict[str, float]:
    """Its questions; of its own all that are worth something, and some that are not."""
    if one.manner:
        return one.worth
    some = [question for question, worth in one.worth.items() if worth][: MOST // 2]
    rest = [question for question, worth in one.worth.items() if not worth]
    return {
        question: one.worth[question] for question in some + chance.sample(rest, min(len(rest), MOST // 2))
    }


@torch.inference_mode()
def measured(tower: Tower, aside: Sequence[Asked]) -> str:
    """How often the best is good, and not bad: of the plain questions, by two readers; of others' own."""
    said = []
    for row_list in (*LISTS, ""):
        rows = [row for row in rows_of("held_picked.jsonl") if row_list in ("", row["list"])]
        manner = Manner(rows[0]["manner"])
        lists = [row_list] if row_list else LISTS
        questions = [question for name in lists for question in question_lists()[manner][name]]
        found = tower.scores([Asked(row["said"], row["before"], {}) for row in rows], questions)
        good = fair = 0.0
        for row, scores in zip(rows, found[:, :-1], strict=True):
            best = questions[int(scores.argmax())]
            of_it = [one for one in rows if one["said"] == row["said"]]
            good += max(_share(one, best, "good") for one in of_it)
            fair += max(_share(one, best, "good") + _share(one, best, "fair") for one in of_it)
        of = len(rows)
        said.append(f"{row_list or 'all'}: good {good / of:.0%}, good or fair {fair / of:.0%}")
    own = [one for one in aside if 1.0 in one.worth.values()]
    first = [
        list(one.worth.values())[int(tower.scores([one], list(one.worth))[0, :-1].argmax())] for one in own
    ]
    said.append(f"others: good {_part(first, 1.0):.0%}, good or fair {_part(first, FAIR):.0%} of {len(own)}")
    return "; ".join(said)


def _part(worths: Sequence[float], least: float) -> float:
    return sum(worth >= least for worth in worths) / len(worths)


def _share(row: Row, question: str, mark: str) -> float:
    """Of a message's readers the share that marked the question so."""
    return sum(question in one[mark] for one in row["by"]) / len(row["by"])


def teach(tower: Tower, out: Path, epochs: int, only: str = "") -> None:
    """Rounds of all messages, or of those marked for the list `only`; after each it is kept and measured."""
    chance = random.Random(0)
    own = asked()
    given = [*picked(only), *(one for one in own if not held_out(one.said) and not only)]
    aside = [one for one in own if held_out(one.said)]
    rounds = [list(lessons(given, chance)) for _ in range(epochs)]
    steps = sum(map(len, rounds))
    course = tower.course(steps)
    log.info("%d messages, %d steps", len(given), steps)
    with Progress() as bar:
        task = bar.add_task("teaching", total=steps)
        for number, round_ in enumerate(rounds):
            for at, batch in enumerate(round_):
                loss = tower.loss(batch, chance)
                course.learn(loss)
                if at % 10 == 9:
                    log.info("step %d of %d, loss %.2f", at + 1, len(round_), loss.item())
                bar.update(task, advance=1, description=f"teaching, loss {loss.item():.2f}")
            save_taught(tower.kept(), out / "asking.safetensors", base=reader_card().slug, licence="MIT")
            log.info("round %d: %s", number + 1, measured(tower, aside))


def main() -> None:
    parser = options(__doc__, out=Path("models/adapters/asking"), epochs=4)
    parser.add_argument("--start", type=Path, help="the folder of a head to go on from")
    parser.add_argument("--list", choices=LISTS, default="", help="teach only with messages marked for it")
    given = begin(parser)
    tower = Tower()
    if given.start:
        tower.take(given.start / "asking.safetensors")
    teach(tower, given.out, given.epochs, given.list)


if __name__ == "__main__":
    main()
