"""What is measured on an engine, always through the protocol that the bot uses."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace

from feeler.bench.talk import history
from feeler.ports import Engine, Message, Request, Sampling

_TURN = 4  # of the talk: a chat that has been going on for a while


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request as its listener saw it; seconds from the asking."""

    first: float  # to the first text
    seconds: float  # to the end
    tokens: int  # of all drafts

    @property
    def decode(self) -> float:
        """Tokens a second after the first text."""
        return (self.tokens - 1) / max(self.seconds - self.first, 1e-9)


async def ask(engine: Engine, messages: tuple[Message, ...], tokens: int, drafts: int = 1) -> Answer:
    """Greedy for one draft, so that every round and every engine writes about the same."""
    sampling = Sampling(
        temperature=0.0 if drafts == 1 else 0.8, repetition_penalty=1.0, max_tokens=tokens, seed=1
    )
    start, first = time.perf_counter(), 0.0
    counts: dict[int, int] = {}
    async with aclosing(
        engine.stream(Request(messages=messages, sampling=sampling, drafts=drafts))
    ) as pieces:
        async for piece in pieces:
            first = first or time.perf_counter() - start
            counts[piece.draft] = piece.tokens
    return Answer(first=first, seconds=time.perf_counter() - start, tokens=sum(counts.values()))


async def one_chat(engine: Engine, *, tokens: int, mark: str) -> dict[str, float]:
    """Cold, warm and decode. `mark` makes the persona one that was never read before."""
    cold = await ask(engine, _marked(history(_TURN), mark), tokens)
    warm = await ask(engine, _marked(history(_TURN + 1), mark), tokens)
    return {
        "first_token_cold": cold.first,
        "first_token_warm": warm.first,
        "decode_one_chat": warm.decode,
        "seconds_per_turn": warm.seconds,
    }


async def drafts(engine: Engine, *, tokens: int, mark: str) -> dict[str, float]:
    """Seconds of the same turn with one draft and with four; the chat's history was read before."""
    asked = _marked(history(_TURN + 2), mark)
    await ask(engine, asked, 1)
    alone = await ask(engine, asked, tokens)
    four = await ask(engine, asked, tokens, drafts=4)
    # drafts end where they like: compare the time that a token of one draft takes, with the same first text
    each = tokens / max(alone.tokens, 1), 4 * tokens / max(four.tokens, 1)
    return {
        "seconds_one_draft": alone.first + (alone.seconds - alone.first) * each[0],
        "seconds_four_drafts": four.first + (four.seconds - four.first) * each[1],
    }


async def many_chats(engine: Engine, count: int, *, tokens: int) -> dict[str, float]:
    """`count` chats of one persona ask at once, each having been answered before."""
    for chat in range(count):
        await ask(engine, history(_TURN - 1, chat=3 * chat), 1)
    start = time.perf_counter()
    answers = await asyncio.gather(
        *(ask(engine, history(_TURN, chat=3 * chat), tokens) for chat in range(count))
    )
    seconds = time.perf_counter() - start
    return {
        f"throughput_{count}_chats": sum(answer.tokens for answer in answers) / seconds,
        f"slowest_first_token_{count}_chats": max(answer.first for answer in answers),
    }


async def late_turn(engine: Engine, *, mark: str) -> dict[str, float]:
    """Time to first token in turn 3 and in turn 30 of a chat whose earlier turns were answered here."""
    found = {}
    for turn in (3, 30):
        await ask(engine, _marked(history(turn - 1), mark), 1)
        found[f"first_token_turn_{turn}"] = (await ask(engine, _marked(history(turn), mark), 2)).first
    return found


def _marked(messages: tuple[Message, ...], mark: str) -> tuple[Message, ...]:
    """The same talk with a persona of its own, so that nothing of it was read before."""
    persona, *rest = messages
    return (replace(persona, content=f"({mark}) {persona.content}"), *rest)
