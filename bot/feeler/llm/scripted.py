"""A deterministic engine: plays given answers word by word, or makes them up from the prompt without a model.

For quick exact tests, and for trying the bot without weights.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import replace

from feeler.errors import EngineError, EngineUnavailable
from feeler.llm.fitting import fit
from feeler.llm.improvise import improvise
from feeler.llm.shares import ABLE, check_options, choice_of, likelihoods_of
from feeler.llm.stops import Opening, Stops
from feeler.ports import Ability, Choice, Choosing, Finish, Likelihood, Message, Piece, Request, Scoring

Weigh = Callable[[tuple[Message, ...], str], float]  # nats of a text after a talk
Answer = Callable[[Request, int], str]  # the whole answer of one draft, by request and draft number


def echo(messages: tuple[Message, ...], text: str) -> float:
    """Nats of a text whose words are likely where the last message has them, and unlikely elsewhere."""
    said = set(re.findall(r"\w+", messages[-1].content.lower())) if messages else set()
    return -sum(1.0 if word in said else 5.0 for word in re.findall(r"\w+", text.lower()))


class ScriptedEngine:
    """Answers from a list (one entry a request; a tuple has one answer a draft), a function, or by itself.

    A token is a word with the blanks before it. Requests seen are kept in `asked`, as they were fitted to the
    context; what it was to choose from or to weigh, in `weighed`. `weigh` says how likely a text is.
    """

    can: frozenset[Ability] = ABLE | {"skills"}

    def __init__(
        self,
        answers: Iterable[str | Sequence[str]] | Answer = improvise,
        *,
        weigh: Weigh = echo,
        seconds_per_token: float = 0.0,
        context: int = 8192,  # words
        wants_drafts: int = 1,
    ) -> None:
        self.name = "scripted"
        self.wants_drafts = wants_drafts
        self.asked: list[Request] = []
        self.weighed: list[Choosing | Scoring] = []
        self._weigh = weigh
        self._answer: Answer = answers if callable(answers) else _played(answers)
        self._seconds_per_token = seconds_per_token
        self._context = context
        self._closed = False

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `feeler.ports.Engine`."""
        kept = fit(request.messages, self._context - request.sampling.max_tokens, _words)
        request = replace(request, messages=kept)
        self.asked.append(request)
        writing = [_Draft(number, self._answer(request, number), request) for number in range(request.drafts)]
        while writing:
            await asyncio.sleep(self._seconds_per_token)  # also lets others run
            if self._closed:
                raise EngineUnavailable("the engine was closed")
            for draft in writing:
                yield draft.step()
            writing = [draft for draft in writing if not draft.finish]

    async def choose(self, asked: Choosing) -> Choice:
        """See `feeler.ports.Engine`."""
        check_options(asked.options)
        self.weighed.append(asked)
        nats = await self._nats(asked.messages, asked.options)
        return choice_of(asked.options, nats)

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`."""
        self.weighed.append(asked)
        rows = [await self._nats(talk, asked.texts) for talk in asked.talks]
        return likelihoods_of(rows, [[len(text.split()) for text in asked.texts]] * len(rows))

    async def _nats(self, talk: tuple[Message, ...], texts: Sequence[str]) -> list[float]:
        """Of each text, after as long as its words take to be read."""
        kept = fit(talk, self._context - max(len(text.split()) for text in texts), _words)
        await asyncio.sleep(self._seconds_per_token * sum(len(text.split()) for text in texts))
        if self._closed:
            raise EngineUnavailable("the engine was closed")
        return [self._weigh(kept, text) for text in texts]

    async def close(self) -> None:
        """Streams that still run end with EngineUnavailable."""
        self._closed = True


class _Draft:
    """One draft on its way, a word a step."""

    def __init__(self, number: int, answer: str, request: Request) -> None:
        opening = Opening(request.opening)
        text = opening.feed(answer) + opening.rest()
        self._number = number
        self._words = deque(re.findall(r"\s*\S+", text))
        self._limit = request.sampling.max_tokens
        self._stops = Stops(request.sampling.stop)
        self._written = 0
        self.finish: Finish | None = None

    def step(self) -> Piece:
        """The next word, or the end."""
        text = ""
        if self._words and self._written < self._limit:
            text = self._stops.feed(self._words.popleft())
            self._written += 1
        if self._stops.reached or not self._words:
            self.finish = "stop"
        elif self._written >= self._limit:
            self.finish = "length"
        if self.finish:
            text += self._stops.rest()
        return Piece(draft=self._number, text=text, tokens=self._written, finish=self.finish)


def _played(answers: Iterable[str | Sequence[str]]) -> Answer:
    """Take the next entry for every request; all drafts say the same unless the entry has one for each."""
    waiting = deque(answers)
    entry: str | Sequence[str] = ""

    def play(request: Request, draft: int) -> str:
        nonlocal entry
        if draft == 0:
            if not waiting:
                raise EngineError("the script has no more answers")
            entry = waiting.popleft()
        return entry if isinstance(entry, str) else entry[draft % len(entry)]

    return play


def _words(messages: Sequence[Message]) -> int:
    return sum(len(message.content.split()) for message in messages)
