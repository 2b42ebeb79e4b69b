"""What is measured on an engine, always through the protocol that the bot uses."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from statistics import median

from feeler.bench.talk import history, talk
from feeler.ports import Engine, Message, Request, Sampling

_TRIES = 3
_TURN = 4  # of the talk: a chat that has been going on for a while
_LONG = Message(
    role="user", content="I see. Please describe a whole day in your halls, hour by hour, at length."
)


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


async def ask(
    engine: Engine, messages: tuple[Message, ...], tokens: int, *, drafts: int = 1, sampled: bool = False
) -> Answer:
    """Greedy unless `sampled`, so that every round and every engine writes about the same."""
    sampling = Sampling(
        temperature=0.8 if sampled else 0.0, repetition_penalty=1.0, max_tokens=tokens, seed=1
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


async def cold(engine: Engine, asked: tuple[Message, ...], *, mark: str) -> dict[str, float]:
    """Time to first token where nothing was read before; `mark` makes the persona a new one."""
    return {"first_token_cold": (await ask(engine, _marked(asked, mark), 2)).first}


async def warm(engine: Engine, asked: tuple[Message, ...], *, tokens: int, mark: str) -> dict[str, float]:
    """A turn of a talk whose turn before was read and answered here."""
    answer = await ask(engine, _marked(asked, mark), tokens)
    return {
        "first_token_warm": answer.first,
        "decode_one_chat": answer.decode,
        "seconds_per_turn": answer.seconds,
    }


async def drafts(engine: Engine, *, tokens: int, mark: str) -> dict[str, float]:
    """Seconds of one turn with one draft and with four of the same length, from the same state before it.

    Both are sampled in the same way, and the time is brought to `tokens` for every draft where one ended
    early; the question asks for a long answer so that they hardly do.
    """
    before = _marked(history(_TURN), mark)
    asked = (*_marked(history(_TURN + 1), mark)[:-1], _LONG)
    seconds = []
    for count in (1, 4):
        await ask(engine, before, 1)  # again: the engine forgets the turn that was just written
        answer = await ask(engine, asked, tokens, drafts=count, sampled=True)
        written = (answer.seconds - answer.first) * (count * tokens - 1) / max(answer.tokens - 1, 1)
        seconds.append(answer.first + written)
    return {"seconds_one_draft": seconds[0], "seconds_four_drafts": seconds[1]}


async def many_chats(engine: Engine, count: int, *, tokens: int, mark: str) -> dict[str, float]:
    """`count` chats of one persona ask at once, each having been answered before."""

    def chat(number: int, turn: int) -> tuple[Message, ...]:
        return _marked(history(turn, chat=3 * number), mark)

    await ask(engine, chat(0, _TURN - 2), 1)  # the persona, which the others can share
    await asyncio.gather(*(ask(engine, chat(number, _TURN - 2), 1) for number in range(1, count)))
    start = time.perf_counter()
    answers = await asyncio.gather(*(ask(engine, chat(number, _TURN - 1), tokens) for number in range(count)))
    seconds = time.perf_counter() - start
    return {
        f"throughput_{count}_chats": sum(answer.tokens for answer in answers) / seconds,
        f"slowest_first_token_{count}_chats": max(answer.first for answer in answers),
    }


async def crowd(engine: Engine, count: int, *, tokens: int, stop_every: int = 10) -> dict[str, float]:
    """`count` chats ask at once, and some are stopped: while they are queued, read or written to."""
    start = time.perf_counter()
    asked = [asyncio.create_task(ask(engine, history(2, chat=chat), tokens)) for chat in range(count)]
    stops = []
    for task in asked[::stop_every]:
        await asyncio.sleep(1)
        if not task.done():
            begun = time.perf_counter()
            task.cancel()
            await asyncio.wait([task])
            stops.append(time.perf_counter() - begun)
    answers = [one for one in await asyncio.gather(*asked, return_exceptions=True) if isinstance(one, Answer)]
    return {
        "chats": count,
        "answered": len(answers),
        "stopped": len(stops),
        "slowest_stop": max(stops, default=0.0),
        "slowest_first_token": max(answer.first for answer in answers),
        "seconds": time.perf_counter() - start,
    }


async def late_turn(engine: Engine, turns: Sequence[tuple[Message, ...]], *, mark: str) -> dict[str, float]:
    """Time to first token in turn 3 and in turn 30 of the bot's chat, the skill's beginning being known.

    The same message is asked in both. The median of several tries: a single second of other work on the
    machine would decide.
    """
    found: dict[str, list[float]] = {}
    for _ in range(_TRIES):
        for turn in (3, 30):
            before = turns[turn - 1][:-1]
            await ask(engine, _marked((*before, turns[1][-1]), mark), 1)
            answer = await ask(engine, _marked((*before, turns[2][-1]), mark), 2)
            found.setdefault(f"first_token_turn_{turn}", []).append(answer.first)
    return {key: median(values) for key, values in found.items()}


async def whole_history(engine: Engine, *, mark: str) -> dict[str, float]:
    """The same of a chat whose prompt keeps every line, as the bot's does not: 300 tokens, and 2,500."""
    found = {}
    for turn in (3, 30):
        before = _marked(history(turn - 1), mark)
        await ask(engine, before, 1)
        answer = await ask(engine, (*before, *talk()[-2:-1], _LONG), 2)
        found[f"first_token_whole_history_{turn}"] = answer.first
    return found


def _marked(messages: tuple[Message, ...], mark: str) -> tuple[Message, ...]:
    """The same talk with a persona of its own, so that nothing of it was read before."""
    persona, *rest = messages
    return (replace(persona, content=f"({mark}) {persona.content}"), *rest)
