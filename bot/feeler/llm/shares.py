"""What engines that can weigh texts have in common: the choice that scores make."""

import math
from collections.abc import Sequence

from feeler.ports import Ability, Choice, Likelihood

ABLE: frozenset[Ability] = frozenset({"choose", "likelihoods"})


def check_options(options: Sequence[str]) -> None:
    """Raises ValueError for options that are none, empty or the same."""
    if not options or not all(options) or len(set(options)) < len(options):
        raise ValueError("options must be at least one, not empty, and all different")


def choice_of(options: Sequence[str], nats: Sequence[float]) -> Choice:
    """The choice by each option's log-probability."""
    best = max(nats)
    parts = [math.exp(each - best) for each in nats]
    shares = {option: part / sum(parts) for option, part in zip(options, parts, strict=True)}
    option = max(shares, key=lambda name: shares[name])
    return Choice(
        option=option,
        certainty=shares[option],
        scores=dict(zip(options, nats, strict=True)),
        shares=shares,
    )


def likelihoods_of(
    nats: Sequence[Sequence[float]], tokens: Sequence[Sequence[int]]
) -> tuple[tuple[Likelihood, ...], ...]:
    """Rows of log-probabilities and of counts as rows of likelihoods."""
    return tuple(
        tuple(Likelihood(nats=each, tokens=count) for each, count in zip(*row, strict=True))
        for row in zip(nats, tokens, strict=True)
    )
