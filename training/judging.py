"""Lessons in judging: a message or a question once, and behind it what may follow or answer, each a branch.

The branches do not see each other (a mask), and each begins where the prompt ends (its positions): as the
engine reads them in a talk (`feeler.usecases.judging`). What is learnt is how much likelier yes is than no
behind each.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from feeler.interview.dossier import Known, known
from feeler.personas.library import Library
from feeler.ports import Message, Reader
from feeler.usecases.judging import FEW, NO, YES, answers_prompt, follows_prompt
from training import asking
from training.reader import Row, answers, one_in, rows_of

Tensor = torch.Tensor
SHOWN = 5  # things that may answer, the right ones among them
QUESTIONS = 10  # that may follow, of a message
HALF, LITTLE = 0.35, 0.2  # what is only near counts where nothing answers; where something does
PARTS = {"companies": 150, "any": 60, "special": 30}  # lessons of what there is much of
ASIDE = 12  # one of so many of the strangers' questions, to weigh the model's word against the head's


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A prompt, and how right each of some texts is behind it: 1 is yes, 0 is no."""

    prompt: tuple[Message, ...]
    texts: tuple[str, ...]
    worth: tuple[float, ...]


def laid_aside(question: str) -> bool:
    """Whether a stranger's question is not taught with."""
    return one_in(ASIDE, question)


def lessons(reader: Reader, library: Library) -> list[Lesson]:
    """All of a round, in the order in which they are shown; the same for the same rows."""
    chance = random.Random(0)
    asked = [row for row in rows_of("strangers_*.jsonl") if not laid_aside(row["asked"])]
    found = [_to_shipped(row, reader, library) for row in asked]
    others = [(company, row) for company in rows_of("companies_*.jsonl") for row in company["questions"]]
    found += [_to_other(*pair, reader) for pair in chance.sample(others, PARTS["companies"])]
    found += list(_that_follow(chance))
    chance.shuffle(found)
    return found


def _to_shipped(row: Row, reader: Reader, library: Library) -> Lesson:
    persona = library.persona(row["persona"])
    things = known(persona, library.company_of(persona))
    ids = [thing.fact.id if thing.fact else thing.text for thing in things]
    return _lesson("", row["asked"], things, ids, set(row["use"]), set(row["near"]), reader)


def _to_other(company: Row, row: Row, reader: Reader) -> Lesson:
    things = [Known(text=fact["text"]) for fact in company["facts"]]
    ids = [fact["id"] for fact in company["facts"]]
    said, near = set(answers(row["use"])), row["use"].startswith("near:")
    right, close = (set(), said) if near else (said, set())
    return _lesson(row["before"], row["asked"], things, ids, right, close, reader)


def _lesson(
    before: str, question: str, things: Sequence[Known], ids: Sequence[str], right: set[str], near: set[str],
    reader: Reader,
) -> Lesson:  # fmt: skip
    """What answers, beside what the head takes for likeliest."""
    shares = reader.answers(before, question, things).each
    order = sorted(range(len(things)), key=lambda at: -shares[at])
    yes = [at for at in order if ids[at] in right][:2]
    shown = yes + [at for at in order[:FEW] if ids[at] not in right][: SHOWN - len(yes)]
    close = LITTLE if yes else HALF
    return Lesson(
        prompt=answers_prompt(before, question),
        texts=tuple(things[at].text for at in shown),
        worth=tuple(1.0 if at in yes else close if ids[at] in near else 0.0 for at in shown),
    )


def _that_follow(chance: random.Random) -> Iterable[Lesson]:
    """Messages, and questions that readers marked for them."""
    own: dict[tuple[str, str], dict[str, float]] = {}
    for one in asking.asked():
        if not asking.held_out(one.said):
            own.setdefault((one.before, one.said), {}).update(one.worth)
    rows = [(before, said, worth) for (before, said), worth in own.items()]
    for name in ("any", "special"):
        rows += [(one.before, one.said, one.worth) for one in chance.sample(asking.picked(name), PARTS[name])]
    for before, said, worth in rows:
        good = [question for question, value in worth.items() if value][: QUESTIONS // 2]
        bad = [question for question, value in worth.items() if not value]
        shown = good + chance.sample(bad, min(len(bad), QUESTIONS - len(good)))
        yield Lesson(
            prompt=follows_prompt(before, said),
            texts=tuple(shown),
            worth=tuple(worth[question] for question in shown),
        )


def loss_of(model: Any, tokenizer: Any, lesson: Lesson) -> Tensor:
    """Cross-entropies, in nats: of each text's yes, and of which of them it is (or none)."""
    odds = odds_of(model, tokenizer, lesson)
    worth = torch.tensor(lesson.worth, device=odds.device)
    wanted = torch.cat([worth, (1 - worth.max())[None]])
    shares = torch.cat([odds, odds.new_zeros(1)]).log_softmax(0)
    each = torch.nn.functional.binary_cross_entropy_with_logits(odds, worth)
    return each - (wanted / wanted.sum() * shares).sum()


def odds_of(model: Any, tokenizer: Any, lesson: Lesson) -> Tensor:
    """The log-odds of yes behind each text (texts,)."""

    def tokens(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False)["input_ids"])

    prompt = tokens(
        tokenizer.apply_chat_template(
            [{"role": one.role, "content": one.content} for one in lesson.prompt],
            tokenize=False, add_generation_prompt=True,
        )
    )  # fmt: skip
    ids, positions, spans = list(prompt), list(range(len(prompt))), []
    for text in lesson.texts:
        branch = tokens(text)
        spans.append((len(ids), len(ids) + len(branch)))
        ids += branch
        positions += range(len(prompt), len(prompt) + len(branch))
    sees = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    for first, last in spans:
        sees[first:last, len(prompt) : first] = False
    inner, device = model.get_base_model(), model.device
    mask = torch.zeros(sees.shape, dtype=inner.dtype).masked_fill(~sees, float("-inf"))
    found = inner.model(
        input_ids=torch.tensor(ids, device=device)[None],
        position_ids=torch.tensor(positions, device=device)[None],
        attention_mask=mask[None, None].to(device),
    ).last_hidden_state[0, [last - 1 for _, last in spans]]
    yes, no = (inner.lm_head.weight[tokens(word)[0]] for word in (YES, NO))
    odds: Tensor = found.float() @ (yes - no).float()
    return odds
