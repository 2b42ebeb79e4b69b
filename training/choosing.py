"""Lessons in choosing: a company's facts once, and behind them every question as a branch of its own.

The branches do not see each other (a mask), and each begins where the facts end (its positions): one pass
teaches a dozen questions for little more than the price of the facts.
"""

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from feeler.interview.dossier import Known, context
from feeler.ports import Message
from training.reader import QUESTIONS, Row, answers, answers_loss

Tensor = torch.Tensor
LETTERS = string.ascii_uppercase + string.ascii_lowercase  # each is one token of the model's
NONE = "-"


def choosing_prompt(
    things: Sequence[Known], before: str, question: str, letters: Sequence[str] = LETTERS
) -> tuple[Message, ...]:
    """What a taught model continues with a letter, or `-` for none."""
    listed = "".join(f"{letter}: {thing.text}\n" for letter, thing in zip(letters, things, strict=False))
    said = f"Said: {line}\n" if (line := context(before, question)) else ""
    return (
        Message(role="system", content="choose"),
        Message(role="user", content=f"{listed}{NONE}: none of these\n{said}Question: {question}"),
    )


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Some questions to one company, as the engine reads them."""

    ids: Tensor  # (tokens,) facts, then the questions
    positions: Tensor  # (tokens,)
    sees: Tensor  # bool (tokens, tokens)
    ends: Tensor  # (questions,) places whose next token is the letter
    labels: Tensor  # (letters,) tokens of the letters, none's last
    right: list[list[int]]  # of each question: which labels are right
    near: list[bool]  # of each question: it is half an answer


def lesson(company: Row, tokenizer: Any, chance: random.Random) -> Lesson:
    """A lesson on some of a company's questions; letters by lot, and at times without some of the facts."""
    facts = list(company["facts"])
    chance.shuffle(facts)
    if len(facts) > 10 and chance.random() < 0.4:
        facts = facts[: int(len(facts) * chance.uniform(0.5, 0.9))]
    asked = chance.sample(company["questions"], min(QUESTIONS, len(company["questions"])))
    letters = chance.sample(LETTERS, len(facts))
    things = [Known(text=fact["text"]) for fact in facts]

    def tokens(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False)["input_ids"])

    ids: list[int] = []
    positions: list[int] = []
    spans: list[tuple[int, int]] = []
    right, near, start = [], [], 0
    for row in asked:
        said = choosing_prompt(things, row["before"], row["asked"], letters)
        whole = tokenizer.apply_chat_template(
            [{"role": one.role, "content": one.content} for one in said],
            tokenize=False, add_generation_prompt=True,
        )  # fmt: skip
        listed, end, branch = whole.partition(f"\n{NONE}: none of these\n")
        if not ids:  # what all prompts begin with
            ids = tokens(listed + end)
            start = len(ids)
            positions = list(range(start))
        behind = tokens(branch)
        spans.append((len(ids), len(ids) + len(behind)))
        ids += behind
        positions += range(start, start + len(behind))
        fits = [n for n, fact in enumerate(facts) if fact["id"] in answers(row["use"])]
        right.append(fits or [len(facts)])
        near.append(bool(fits) and row["use"].startswith("near:"))
    sees = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    for first, last in spans:
        sees[first:last, start:first] = False
    return Lesson(
        ids=torch.tensor(ids), positions=torch.tensor(positions), sees=sees,
        ends=torch.tensor([last - 1 for _, last in spans]),
        labels=torch.tensor([tokens(letter)[0] for letter in (*letters, NONE)]), right=right, near=near,
    )  # fmt: skip


def loss_of(model: Any, one: Lesson) -> Tensor:
    """Mean cross-entropy, in nats, among the letters that can be chosen."""
    inner, device = model.get_base_model(), model.device
    mask = torch.zeros(one.sees.shape, dtype=inner.dtype).masked_fill(~one.sees, float("-inf"))
    found = inner.model(
        input_ids=one.ids[None].to(device), position_ids=one.positions[None].to(device),
        attention_mask=mask[None, None].to(device),
    ).last_hidden_state[0, one.ends]  # fmt: skip
    shares = inner.lm_head(found).float()[:, one.labels].log_softmax(-1)
    return answers_loss(shares, one.right, one.near)
