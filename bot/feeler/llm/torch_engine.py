"""The default engine on a CPU: the GGUF file's weights on torch's int8 kernels, one batch for everybody."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import torch

from feeler.llm.adapter import read_adapter
from feeler.llm.adapter_cards import abilities_of
from feeler.llm.cards import ModelCard, SamplingDefaults
from feeler.llm.chat_text import ChatText
from feeler.llm.fitting import fit
from feeler.llm.gguf import GgufFile
from feeler.llm.memory import blocks_apart, give_back
from feeler.llm.model import Decoder
from feeler.llm.scheduler import Scheduler
from feeler.llm.shape import read_rotations, read_shape
from feeler.llm.shares import ABLE, check_options, choice_of, likelihoods_of
from feeler.llm.tokenizer import end_tokens, read_tokenizer
from feeler.llm.weighing import Weighing
from feeler.llm.writing import Writing
from feeler.ports import Ability, Choice, Choosing, Likelihood, Message, Piece, Request, Scoring

_MB = 1 << 20


class TorchEngine:
    """See `feeler.ports.Engine`."""

    def __init__(
        self,
        scheduler: Scheduler,
        tokenizer: Any,
        *,
        name: str,
        ends: frozenset[int],
        context: int,
        sampling: SamplingDefaults | None = None,
        wants_drafts: int = 1,
        abilities: frozenset[Ability] = ABLE,
    ) -> None:
        self.name = name
        self.wants_drafts = wants_drafts
        self.can = abilities
        self._scheduler = scheduler
        self._tokenizer = tokenizer
        self._text = ChatText(tokenizer)
        self._ends = ends
        self._context = min(context, scheduler.model.shape.context)
        self._sampling = sampling or SamplingDefaults()
        self._guesses = True
        self._reader = ThreadPoolExecutor(1)  # encodes prompts; every further thread would keep a megabyte

    @classmethod
    def load(
        cls,
        weights: Path,
        card: ModelCard | None = None,
        *,
        threads: int | None = None,  # default: one a core
        kv_cache_mb: int = 384,
        wants_drafts: int | None = None,  # default: the card's
        adapter: Path | None = None,  # a checked folder
    ) -> "TorchEngine":
        """Load a GGUF file; takes seconds. Raises WeightsError."""
        threads = threads or len(os.sched_getaffinity(0))
        file = GgufFile(weights)
        read_rotations(file, read_shape(file))  # says what is wrong before anything else takes time
        tokenizer, ends = read_tokenizer(file), end_tokens(file)
        file.forget_vocabulary()
        give_back()  # before the weights come: 100 MB of 2 GB
        # This thread must get no OpenMP helpers: with the model thread's they are more than the cores, and
        # libgomp then lets all of them sleep between operations; a step of 4 rows took 1.5 times as long.
        torch.set_num_threads(1)
        with blocks_apart():
            model = Decoder(file, threads, read_adapter(adapter) if adapter else None)
        give_back()
        return cls(
            Scheduler(model, threads=threads, kv_cache_bytes=kv_cache_mb * _MB),
            tokenizer,
            name=" · ".join(
                ["torch int8", card.slug if card else weights.stem, *([adapter.name] if adapter else [])]
            ),
            ends=ends,
            context=card.context if card else model.shape.context,
            sampling=card.sampling if card else None,
            wants_drafts=wants_drafts or (card.wants_drafts if card else 1),
            abilities=ABLE | abilities_of(adapter) if adapter else ABLE,
        )

    def bytes_per_step(self, messages: Sequence[Message]) -> int:
        """Of weights, K and V, read by a step of one row behind `messages`."""
        held = len(self._text.tokens(messages)) * self._scheduler.prefixes.token_bytes
        return self._scheduler.model.bytes_read() + held

    def without_guesses(self) -> "TorchEngine":
        """The same engine, with a step for every token: to measure by."""
        plain = copy(self)
        plain._guesses = False
        return plain

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `feeler.ports.Engine`."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Piece | Exception | None] = asyncio.Queue()

        def emit(piece: Piece | Exception | None) -> None:
            loop.call_soon_threadsafe(arrived.put_nowait, piece)

        job = Writing(
            await loop.run_in_executor(self._reader, self._prompt, request),
            self._sampling.fill(request.sampling),
            drafts=request.drafts,
            ends=self._ends,
            stop=(*request.sampling.stop, *self._text.stop),
            decode=lambda tokens: str(self._tokenizer.decode(tokens, skip_special_tokens=True)),
            emit=emit,
            guesses=self._guesses,
        )
        self._scheduler.submit(job)
        try:
            while (piece := await arrived.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            job.cancelled = True
            self._scheduler.wake()

    async def choose(self, asked: Choosing) -> Choice:
        """See `feeler.ports.Engine`."""
        check_options(asked.options)
        [nats], _ = await self._weigh([asked.messages], asked.options, asked.opening, self._ends)
        return choice_of(asked.options, nats)

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`."""
        return likelihoods_of(*await self._weigh(asked.talks, asked.texts, tails=asked.tails))

    async def _weigh(
        self,
        talks: Sequence[Sequence[Message]],
        texts: Sequence[str],
        opening: str = "",
        ends: frozenset[int] = frozenset(),
        tails: bool = False,
    ) -> tuple[list[list[float]], list[list[int]]]:
        """For each talk: the texts' log-probabilities, and of how many tokens."""
        loop = asyncio.get_running_loop()
        jobs: list[Weighing] = []
        answers: list[asyncio.Future[list[float]]] = []
        counts: list[list[int]] = []
        try:
            for prompt, tokens in await loop.run_in_executor(
                self._reader, lambda: [self._continued(talk, texts, opening) for talk in talks]
            ):
                answer: asyncio.Future[list[float]] = loop.create_future()
                answers.append(answer)
                counts.append([len(text) for text in tokens])
                jobs.append(
                    Weighing(prompt, tokens, ends=ends, tails=tails, coarse=not ends, emit=_settling(answer))
                )  # a choice is among few tokens, and close at times
                self._scheduler.submit(jobs[-1])
            return await asyncio.gather(*answers), counts
        finally:
            for job in jobs:
                job.cancelled = True
            self._scheduler.wake()

    async def close(self) -> None:
        """See `feeler.ports.Engine`."""
        await asyncio.to_thread(self._scheduler.close)

    def _prompt(self, request: Request) -> list[int]:
        """The prompt's tokens, without as many of the oldest messages as do not fit. Raises PromptTooLong."""
        longest = request.sampling.max_tokens
        room = self._room(longest, request.drafts * longest)
        read = cache(lambda said: self._text.tokens(said, request.opening))
        return read(fit(request.messages, room, lambda said: len(read(tuple(said)))))

    def _continued(
        self, messages: Sequence[Message], texts: Sequence[str], opening: str
    ) -> tuple[list[int], list[list[int]]]:
        """The tokens of a prompt that is cut as in `_prompt`, and of each text behind it."""
        prompt, tokens = self._text.continued(messages, texts, opening)
        room = self._room(max(map(len, tokens)), sum(map(len, tokens)))
        if len(prompt) > room:
            kept = fit(messages, room, lambda said: len(self._text.tokens(said, opening)))
            prompt, tokens = self._text.continued(kept, texts, opening)
        return prompt, tokens

    def _room(self, longest: int, together: int) -> int:
        """Tokens of a prompt behind which texts are to be written or read, the longest of so many tokens."""
        memory = self._scheduler.prefixes.tokens_at_most - together - 64
        return min(self._context - longest, memory)


def _settling(answer: "asyncio.Future[list[float]]") -> Callable[[list[float] | Exception], None]:
    """From the model's thread: give the future its result, if anybody still waits."""
    loop = answer.get_loop()

    def settle(found: list[float] | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def emit(found: list[float] | Exception) -> None:
        loop.call_soon_threadsafe(settle, found)

    return emit
