"""Teach which fact answers a question: vectors of both that lie close, by changes of the encoder's layers.

usage: python -m training.answering [--out models/adapters/answering] [--epochs 4] [--threads 1]
       [--start FOLDER]
Companies of `companies_*.jsonl`, a question or two for each fact and some that none answers; and the shipped
ones, with twenty wordings for each of their facts and for what their people say of themselves
(`wordings_*.jsonl`), and with questions of strangers who knew none of them (`strangers_*.jsonl`): among all
facts, for only there is seen what else comes close. In a lesson some facts are taken away at times: then none
answers what they would.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.progress import Progress

from feeler.interview.dossier import PURPOSE, context, notes
from feeler.llm.cards import reader_card
from feeler.llm.towers import ANSWERING_NONE, SHARP, next_parts, said_parts
from feeler.personas.library import load_library
from feeler.personas.values import Reveal
from training.course import begin, options
from training.pupil import TowersPupil
from training.reader import Row, answers, answers_loss, rows_of
from training.saving import save_taught

log = logging.getLogger(__name__)
MOST_QUESTIONS, MOST_FACTS = 96, 44  # of a lesson
AWAY = 0.4  # of lessons some facts are taken away
Tensor = torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, and which of its company's facts answer it; none where there is no right one."""

    text: str
    before: str
    right: frozenset[str]
    near: bool = False  # half an answer


@dataclass(frozen=True, kw_only=True)
class Told:
    """A company: what it knows, by id, and questions to it."""

    facts: dict[str, str]
    questions: tuple[Question, ...]
    whole: bool = False  # a lesson has all of the facts


def companies(pattern: str = "companies_*.jsonl") -> list[Told]:
    """The companies of the files that match."""
    return [_company(row) for row in rows_of(pattern)]


def _company(row: Row) -> Told:
    facts = {fact["id"]: fact["text"] for fact in row["facts"]}
    questions = tuple(
        Question(
            text=one["asked"],
            before=context(one["before"], one["asked"]),
            right=frozenset(answers(one["use"])) & set(facts),
            near=one["use"].startswith("near:"),
        )
        for one in row["questions"]
    )
    return Told(facts=facts, questions=questions)


def shipped() -> list[Told]:
    """The shipped companies with what each of their people says of themselves: for the wordings, and for
    strangers' questions.
    """
    library = load_library()
    wordings, strangers = rows_of("wordings_*.jsonl"), rows_of("strangers_*.jsonl")
    found = []
    for persona in library.personas.values():
        company = library.company_of(persona)
        facts = {fact.id: fact.text for fact in company.facts if fact.reveal is not Reveal.NEVER}
        facts |= {note: note for note in (*notes(persona), PURPOSE)}
        worded = [
            Question(text=text, before="", right=frozenset({use}))
            for row in wordings
            if row["of"] in (company.slug, persona.slug)
            for use in [row["use"]]
            if use in facts
            for text in row["asked"]
        ]
        found.append(Told(facts=facts, questions=tuple(worded)))
        strange = [
            Question(text=row["asked"], before="", right=frozenset(row["use"]) & facts.keys())
            for row in strangers
            if row["persona"] == persona.slug
        ]
        found.append(Told(facts=facts, questions=tuple(strange), whole=True))
    return found


def lessons(given: Sequence[Told], chance: random.Random) -> Iterator[Told]:
    """Every question of every company once, in lessons of some questions and some facts."""
    parts = []
    for one in given:
        mixed = chance.sample(one.questions, len(one.questions))
        parts += [(one, mixed[at : at + MOST_QUESTIONS]) for at in range(0, len(mixed), MOST_QUESTIONS)]
    chance.shuffle(parts)
    for one, some in parts:
        wanted = sorted({fact for question in some for fact in question.right})
        others = [fact for fact in one.facts if fact not in wanted]
        most = len(one.facts) if one.whole else MOST_FACTS
        kept = chance.sample(others, min(len(others), max(0, most - len(wanted)))) + wanted
        if chance.random() < AWAY and len(kept) > 10:
            kept = chance.sample(kept, round(len(kept) * chance.uniform(0.6, 0.9)))
        yield Told(facts={fact: one.facts[fact] for fact in kept}, questions=tuple(some))


class Tower(TowersPupil):
    """Scores a company's facts after questions."""

    def __init__(self) -> None:
        super().__init__(ANSWERING_NONE)

    def scores(self, one: Told) -> Tensor:
        """(questions, facts + 1): of each question the log-share of every fact, and of none."""
        facts = self.placed([next_parts(text) for text in one.facts.values()])
        questions = self.placed([said_parts(question.text, question.before) for question in one.questions])
        scores = SHARP * questions @ facts.T
        return torch.cat([scores, self.none.expand(len(questions), 1)], 1).log_softmax(-1)


def loss_of(shares: Tensor, one: Told) -> Tensor:
    """Of a lesson's log-shares (questions, facts + none)."""
    right = [
        [at for at, fact in enumerate(one.facts) if fact in question.right] for question in one.questions
    ]
    return answers_loss(shares, right, [question.near for question in one.questions])


@torch.inference_mode()
def measured(tower: Tower, given: Sequence[Told]) -> str:
    """How often the fact is right, where there is one; and none, where there is not."""
    right = first = none = there = absent = 0
    for one in given:
        ids = list(one.facts)
        for row, question in zip(tower.scores(one), one.questions, strict=True):
            best = int(row.argmax())
            if question.right and not question.near:
                there += 1
                right += best < len(ids) and ids[best] in question.right
                first += ids[int(row[:-1].argmax())] in question.right
            elif not question.right:
                absent += 1
                none += best == len(ids)
    return (
        f"right {right / max(1, there):.0%} (none aside {first / max(1, there):.0%}) of {there}, "
        f"none {none / max(1, absent):.0%} of {absent}"
    )


def teach(tower: Tower, out: Path, epochs: int) -> None:
    """Rounds of all questions; after each it is kept and measured on companies that are not taught."""
    chance = random.Random(0)
    given = [*companies(), *shipped()]
    aside = companies("held_companies.jsonl")
    rounds = [list(lessons(given, chance)) for _ in range(epochs)]
    steps = sum(map(len, rounds))
    course = tower.course(steps)
    with Progress() as bar:
        task = bar.add_task("teaching", total=steps)
        for number, round_ in enumerate(rounds):
            for at, one in enumerate(round_):
                loss = loss_of(tower.scores(one), one)
                course.learn(loss)
                if at % 50 == 49:
                    log.info("lesson %d of %d, loss %.2f", at + 1, len(round_), loss.item())
                bar.update(task, advance=1, description=f"teaching, loss {loss.item():.2f}")
            save_taught(tower.kept(), out / "answering.safetensors", base=reader_card().slug, licence="MIT")
            log.info("round %d: %s", number + 1, measured(tower, aside))


def main() -> None:
    parser = options(__doc__, out=Path("models/adapters/answering"), epochs=4)
    parser.add_argument("--start", type=Path, help="the folder of a head to go on from")
    given = begin(parser)
    tower = Tower()
    if given.start:
        tower.take(given.start / "answering.safetensors")
    teach(tower, given.out, given.epochs)


if __name__ == "__main__":
    main()
