"""Teach the encoder to read messages: who is in need, what a message does, what is asked, which fact answers.

usage: python -m training.reader [--base FILE] [--out models/adapters/reader] [--epochs 6] [--threads 1]
       [--start FILE --every 1]: goes on, at half the rate, from what another reader knows
The encoder's file is the one that `feeler models pull` fetches. A third of the rows on need is held out, by
the sha256 of their text, and never taught; the other held-out sets are `data/held_*.jsonl`, and
`training/figures.py` measures with them. The same rows and seed give the same weights.
"""

import hashlib
import json
import logging
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress
from safetensors.torch import load_file

from feeler.interview.acts import Act
from feeler.interview.dossier import BARE, BRIEF, context
from feeler.interview.values import Need
from feeler.llm.cards import reader_card
from feeler.llm.encoder import Encoder, load_layers
from feeler.llm.need import NEEDS
from feeler.llm.reader import ACTS, TOPICS, Heads, encoded
from feeler.llm.towers import SHARP
from feeler.personas.values import Topic
from training.course import Course, begin, options, plain_encoder
from training.saving import save_taught

log = logging.getLogger(__name__)
DATA = Path(__file__).parent / "data"
FROZEN = 4  # lower layers: what words are is known already
RATE, RATE_OF_HEADS = 2e-4, 2e-3
BATCH = 24
PLAIN = 600  # ordinary messages of an interview, shown beside the rows in every epoch
QUESTIONS = 14  # of one company, in a step
RARE = 4.0  # weight of an act that is there, but for the two commonest
Row = dict[str, Any]
Tensor = torch.Tensor


@dataclass(kw_only=True)
class Example:
    """One message and what is known about it; None is not known, and not taught."""

    said: str
    before: str | None = None  # None: any line may stand before it
    need: Need = Need.NONE
    need_weight: float = 1.0
    acts: frozenset[Act] | None = None
    surely: Act | None = None  # one act that it does, where the others are not known
    topics: tuple[Topic, ...] = ()
    follows: bool | None = None
    deed: bool | None = None
    asked: tuple[str, ...] | None = None  # pieces of `said`
    span: str | None = None


def rows_of(pattern: str) -> list[Row]:
    """The rows of the files that match."""
    return [
        json.loads(line)
        for path in sorted(DATA.glob(pattern))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def one_in(many: int, text: str) -> bool:
    """Whether a text is the one of so `many` that is laid aside: by its sha256, so always the same."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % many == 0


def held_out(text: str) -> bool:
    """Whether a row on need is one of the third that nothing is taught with."""
    return one_in(3, text)


def examples() -> tuple[list[Example], list[Example]]:
    """What is taught: the labelled messages, and plain ones of which only so much is known that nobody is in
    need.
    """
    found = [
        Example(said=row["text"], need=Need(row["label"]))
        for row in rows_of("need_*.jsonl")
        if not held_out(row["text"])
    ]
    for row in rows_of("read_*.jsonl"):
        acts = frozenset(Act(act) for act in row["acts"])
        asks = bool(acts & {Act.ASKED, Act.PERSONAL})
        found.append(
            Example(
                said=row["said"], before=row["before"], need_weight=0.3, acts=acts,
                topics=tuple(Topic(topic) for topic in row["topics"]),
                follows=row["follows"] if asks else None, deed=row["deed"] if Act.TOLD in acts else None,
                asked=tuple(row["asked"]), span=row.get("span"),
            )
        )  # fmt: skip
    for row in rows_of("ask_*.jsonl"):
        if "?" not in row["said"]:
            found.append(
                Example(
                    said=row["said"], before=row["asked"], surely=Act.TOLD, asked=(), span=row.get("span")
                )
            )
    for company in rows_of("companies_*.jsonl"):
        for row in company["questions"]:
            asked, short = row["asked"], len(row["asked"].split())
            found.append(
                Example(
                    said=asked, before=row["before"] or None, surely=Act.ASKED,
                    topics=(Topic(row["topic"]),) if row.get("topic") in set(Topic) else (),
                    follows=True if row["before"] and short <= BARE else None,
                    asked=(asked,) if short < 2 * BRIEF else None,
                )
            )  # fmt: skip
    plain = [Example(said=row["text"]) for row in rows_of("ordinary.jsonl")]
    return found, plain


class Lessons:
    """The losses of messages, and of a company's questions."""

    def __init__(self, encoder: Encoder, heads: Heads, befores: Sequence[str], chance: random.Random) -> None:
        self._encoder, self._heads, self._befores, self._chance = encoder, heads, befores, chance
        self._rarity = torch.full((len(ACTS),), RARE)
        self._rarity[[ACTS.index(Act.ASKED), ACTS.index(Act.TOLD)]] = 1.0

    def messages(self, batch: Sequence[Example]) -> Tensor:
        """All that is known about these messages, as one loss."""
        found, mean, places = self._read([(one.said, self._before(one)) for one in batch])
        heads, count = self._heads, len(batch)
        need = torch.nn.functional.cross_entropy(
            heads.need(mean), torch.tensor([NEEDS.index(one.need) for one in batch]), label_smoothing=0.03,
            reduction="none",
        )  # fmt: skip
        losses = [(need * torch.tensor([one.need_weight for one in batch])).sum()]
        does, known = torch.zeros(count, len(ACTS)), torch.zeros(count, len(ACTS))
        for row, one in enumerate(batch):
            if one.acts is not None:
                known[row] = 1.0
            for act in one.acts or {one.surely} - {None}:
                does[row, ACTS.index(act)] = known[row, ACTS.index(act)] = 1.0
        losses.append((_bce(heads.acts(mean), does, pos_weight=self._rarity) * known).sum())
        for row, one in enumerate(batch):
            if one.topics:
                weights = torch.tensor([1.0, *[0.5] * (len(one.topics) - 1)])
                among = heads.topics(mean[row]).log_softmax(-1)[[TOPICS.index(topic) for topic in one.topics]]
                losses.append(-(among * weights / weights.sum()).sum())
            for head, label in ((heads.follows, one.follows), (heads.deed, one.deed)):
                if label is not None:
                    losses.append(_bce(head(mean[row]), torch.tensor([float(label)])).sum())
        losses.append(self._pieces(heads.tokens(found), places, batch))
        return torch.stack(losses).sum() / count

    def questions(self, company: Row) -> Tensor:
        """Which of a company's facts answers some of its questions; at times without some of the facts."""
        facts = list(company["facts"])
        if len(facts) > 10 and self._chance.random() < 0.4:
            facts = self._chance.sample(facts, int(len(facts) * self._chance.uniform(0.5, 0.9)))
        asked = self._chance.sample(company["questions"], min(QUESTIONS, len(company["questions"])))
        texts = [(fact["text"], "") for fact in facts]
        texts += [(one["asked"], context(one["before"], one["asked"])) for one in asked]
        _, mean, _ = self._read(texts)
        vectors = torch.nn.functional.normalize(self._heads.meaning(mean), dim=-1)
        scores = SHARP * vectors[len(facts) :] @ vectors[: len(facts)].T
        shares = torch.cat([scores, self._heads.none.expand(len(asked), 1)], 1).log_softmax(-1)
        right = [[n for n, fact in enumerate(facts) if fact["id"] in answers(one["use"])] for one in asked]
        return answers_loss(shares, right, [one["use"].startswith("near:") for one in asked])

    def _pieces(self, marked: Tensor, places: Any, batch: Sequence[Example]) -> Tensor:
        """Of every token whether it is part of a question, and of what matters most."""
        wanted, weight = torch.zeros_like(marked), torch.zeros_like(marked)
        for row, one in enumerate(batch):
            for column, pieces in ((0, one.asked), (1, None if one.span is None else (one.span,))):
                if pieces is None:
                    continue
                at = [(one.said.find(piece), len(piece)) for piece in pieces if piece]
                for token, (part, start, end) in enumerate(places[row]):
                    if part == 0:
                        weight[row, token, column] = 1.0
                        wanted[row, token, column] = float(any(start < b + n and end > b for b, n in at))
        return (_bce(marked, wanted) * weight / weight.sum(1, keepdim=True).clamp(min=1.0)).sum()

    def _before(self, one: Example) -> str:
        """The line before; where it is not known mostly somebody's, so that none of it means nothing."""
        if one.before is not None:
            return one.before
        return self._chance.choice(self._befores) if self._chance.random() < 0.8 else ""

    def _read(self, texts: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor, Any]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found, mean, places = encoded(
                self._encoder, [tuple(part for part in text if part) for text in texts]
            )
        return found.float(), mean.float(), places


def answers_loss(shares: Tensor, right: Sequence[list[int]], near: Sequence[bool]) -> Tensor:
    """Mean cross-entropy in nats of log-shares (questions, facts + none), by the places of each one's right
    facts; what is only near is half an answer.
    """
    losses = []
    for row, places, half in zip(shares, right, near, strict=True):
        if not places:
            losses.append(-row[-1])
        elif half:
            losses.append(-0.5 * row[places].logsumexp(0) - 0.5 * row[-1])
        else:
            losses.append(-row[places].logsumexp(0))
    return torch.stack(losses).mean()


def answers(use: str) -> list[str]:
    """The ids of the facts that answer, as a row has them: "f7", "f7|f9", "f7+f9", "near:f4", "none"."""
    return re.split(r"[|+]", use.removeprefix("near:"))


def batches(examples: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    """Messages of like length together, the batches in any order."""

    def size(one: Example) -> float:
        return (len(one.said) + len(one.before or "")) * (0.85 + 0.3 * chance.random())

    order = sorted(examples, key=size)
    found = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(found)
    return found


def teach(
    encoder: Encoder, heads: Heads, out: Path, epochs: int, *, every: int = 2, share: float = 1.0
) -> None:
    """The upper layers and the heads, at `share` of the usual rates. `every` so many steps a company's
    questions are taught beside the messages.
    """
    chance = random.Random(0)
    taught, plain = examples()
    companies = rows_of("companies_*.jsonl")
    lessons = Lessons(encoder, heads, [one.before for one in taught if one.before], chance)
    for number, layer in enumerate(encoder.body.encoder.layer):
        layer.requires_grad_(number >= FROZEN)
    encoder.body.embeddings.requires_grad_(False)
    own = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    steps = [
        batch
        for _ in range(epochs)
        for batch in batches([*taught, *chance.sample(plain, min(PLAIN, len(plain)))], chance)
    ]
    course = Course([(own, share * RATE), (heads.parameters(), share * RATE_OF_HEADS)], len(steps))
    saved = time.monotonic()
    with Progress() as bar:
        task = bar.add_task("teaching", total=len(steps))
        for step, batch in enumerate(steps):
            loss = lessons.messages(batch)
            if step % every == 0:
                loss = loss + lessons.questions(chance.choice(companies))
            course.learn(loss)
            bar.update(task, advance=1, description=f"teaching, loss {loss.item():.2f}")
            if step % 100 == 0:
                log.info("step %d of %d, loss %.2f", step, len(steps), loss.item())
            if time.monotonic() - saved > 600 or step == len(steps) - 1:
                save(encoder, heads, out)
                saved = time.monotonic()


def save(encoder: Encoder, heads: Heads, out: Path) -> None:
    """The taught layers in half precision, and the heads."""
    kept = {
        f"layers.{name}": tensor.half().contiguous()
        for name, tensor in encoder.body.state_dict().items()
        if name.startswith("encoder.layer.") and int(name.split(".")[2]) >= FROZEN
    }
    kept |= {f"head.{name}": tensor.half().contiguous() for name, tensor in heads.state_dict().items()}
    save_taught(kept, out / "reader.safetensors", base=reader_card().slug, licence="MIT")


def _bce(logits: Tensor, wanted: Tensor, **more: Any) -> Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none", **more)


def main() -> None:
    parser = options(__doc__, out=Path("models/adapters/reader"), epochs=6)
    parser.add_argument("--base", type=Path, help="the encoder's file; default: the one in the cache")
    parser.add_argument("--start", type=Path, help="a taught reader to go on from")
    parser.add_argument("--every", type=int, default=2, help="steps between two with questions to a company")
    given = begin(parser)
    encoder = plain_encoder(given.base)
    heads = Heads(encoder.hidden)
    if given.start:
        known = load_file(given.start)
        load_layers(encoder, known)
        heads.load_state_dict(
            {name[5:]: one.float() for name, one in known.items() if name.startswith("head.")}
        )
    share = 0.5 if given.start else 1.0
    teach(encoder, heads, given.out, given.epochs, every=given.every, share=share)


if __name__ == "__main__":
    main()
