"""What the taught model itself makes of a few candidates: does this answer, does that follow? Yes or no.

Each candidate stands behind the same prompt, and behind it " yes" or " no": all are read in one pass, as
branches of a tree, and what counts is how much likelier yes is (reranking by the likelihood of a word, as in
Nogueira et al. 2020). The encoder's heads find the few that are worth it among a hundred.
"""

from collections.abc import Collection, Sequence
from math import exp, log

from feeler.errors import Unsupported
from feeler.interview.dossier import Known, Shares, context
from feeler.ports import Engine, Message, Scoring

YES, NO = " yes", " no"
FEW = 8  # things that the model is asked about: what answers is among the head's first eight, or nowhere
LEAST = 1e-6  # of a share, so that it has a logarithm
# What a point of the model's log-odds counts, and the logarithm of the head's share beside it: chosen on
# sixty questions of strangers that neither was taught with.
BY_MODEL, BY_HEAD = 2.0, 0.4


def answers_prompt(before: str, question: str) -> tuple[Message, ...]:
    """What stands before a thing that may answer `question`, asked after the company's line `before`."""
    said = f"Said: {line}\n" if (line := context(before, question)) else ""
    return (
        Message(role="system", content="answers"),
        Message(role="user", content=f"{said}Question: {question}"),
    )


def follows_prompt(before: str, said: str) -> tuple[Message, ...]:
    """What stands before a question that may follow from what was `said` to the question `before`."""
    asked = f"Asked: {before}\n" if before else ""
    return (
        Message(role="system", content="follows"),
        Message(role="user", content=f"{asked}Said: {said}"),
    )


async def judged(engine: Engine, prompt: tuple[Message, ...], texts: Sequence[str]) -> list[float] | None:
    """Of each text the log-odds of yes; None where this model was not taught to judge, or cannot now."""
    if "judges" not in engine.can or not texts:
        return None
    ended = tuple(text + end for text in texts for end in (YES, NO))
    try:
        [found] = await engine.likelihoods(Scoring(talks=(prompt,), texts=ended, tails=True))
    except Unsupported:  # a server may find out only when it is asked
        return None
    return [found[at].nats - found[at + 1].nats for at in range(0, len(found), 2)]


async def weighed(
    engine: Engine,
    before: str,
    question: str,
    things: Sequence[Known],
    shares: Shares,
    also: Collection[str] = (),
) -> Shares:
    """The head's shares once the model has looked at the first few things and those with the texts `also`; as
    they were where it does not judge.
    """
    order = sorted(range(len(things)), key=lambda at: -shares.each[at])
    shown = [at for n, at in enumerate(order) if n < FEW or things[at].text in also]
    odds = await judged(engine, answers_prompt(before, question), [things[at].text for at in shown])
    if odds is None:
        return shares
    heights = [
        BY_MODEL * own + BY_HEAD * log(max(shares.each[at], LEAST))
        for at, own in zip(shown, odds, strict=True)
    ]
    none = BY_HEAD * log(max(shares.none, LEAST))
    top = max(*heights, none)
    parts = [exp(height - top) for height in (*heights, none)]
    found = {at: part / sum(parts) for at, part in zip(shown, parts, strict=False)}
    return Shares(each=tuple(found.get(at, 0.0) for at in range(len(things))), none=parts[-1] / sum(parts))
