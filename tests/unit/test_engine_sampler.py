"""Drawing tokens."""

import torch

from feeler.llm.sampler import Draw, draw


def how(**changes: object) -> Draw:
    usual: dict[str, object] = {
        "temperature": 1.0,
        "top_p": 1.0,
        "top_k": 0,
        "repetition_penalty": 1.0,
        "seen": torch.tensor([]).long(),
        "chance": 0.5,
    }
    return Draw(**(usual | changes))  # type: ignore[arg-type]


def test_greedy_takes_the_likeliest() -> None:
    assert draw(torch.tensor([[0.0, 3.0, 1.0]]), [how(temperature=0.0, chance=0.99)]) == [1]


def test_every_row_has_its_own_ways() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0]] * 3)
    rows = [how(temperature=0.0), how(chance=0.9999), how(chance=0.9999, top_k=2)]
    assert draw(logits, rows) == [1, 0, 2]


def test_top_p_leaves_out_the_tail() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.2]]).log()
    assert draw(logits.clone(), [how(chance=0.999)]) == [2]
    assert draw(logits.clone(), [how(chance=0.999, top_p=0.75)]) == [1]
    assert draw(logits.clone(), [how(chance=0.999, top_p=0.0)]) == [0]


def test_repetition_is_penalised_whatever_the_sign() -> None:
    seen = torch.tensor([0])
    assert draw(torch.tensor([[2.0, 1.5]]), [how(temperature=0.0, repetition_penalty=2.0, seen=seen)]) == [1]
    assert draw(torch.tensor([[-1.0, -1.5]]), [how(temperature=0.0, repetition_penalty=2.0, seen=seen)]) == [
        1
    ]


def test_tokens_come_as_often_as_they_are_likely() -> None:
    logits = torch.tensor([[0.6, 0.3, 0.1]]).log().repeat(1000, 1)
    drawn = draw(logits, [how(chance=n / 1000) for n in range(1000)])
    assert [drawn.count(token) for token in range(3)] == [600, 300, 100]
