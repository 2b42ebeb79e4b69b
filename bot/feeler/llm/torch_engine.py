"""The default engine on a CPU: the GGUF file's weights on torch's int8 kernels, one batch for everybody."""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import torch

from feeler.llm.cards import ModelCard, SamplingDefaults
from feeler.llm.chat_text import ChatText
from feeler.llm.fitting import fit
from feeler.llm.gguf import GgufFile
from feeler.llm.job import Job
from feeler.llm.memory import blocks_apart, give_back
from feeler.llm.model import Decoder
from feeler.llm.scheduler import Scheduler
from feeler.llm.tokenizer import end_tokens, read_tokenizer
from feeler.ports import Message, Piece, Request

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
    ) -> None:
        self.name = name
        self.wants_drafts = wants_drafts
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
    ) -> "TorchEngine":
        """Load a GGUF file; takes seconds. Raises WeightsError."""
        threads = threads or len(os.sched_getaffinity(0))
        file = GgufFile(weights)
        tokenizer, ends = read_tokenizer(file), end_tokens(file)
        file.forget_vocabulary()
        give_back()  # before the weights come: 100 MB of 2 GB
        # This thread must get no OpenMP helpers: with the model thread's they are more than the cores, and
        # libgomp then lets all of them sleep between operations; a step of 4 rows took 1.5 times as long.
        torch.set_num_threads(1)
        with blocks_apart():
            model = Decoder(file, threads)
        give_back()
        return cls(
            Scheduler(model, threads=threads, kv_cache_bytes=kv_cache_mb * _MB),
            tokenizer,
            name=f"torch int8 · {card.slug if card else weights.stem}",
            ends=ends,
            context=card.context if card else model.shape.context,
            sampling=card.sampling if card else None,
            wants_drafts=wants_drafts or (card.wants_drafts if card else 1),
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

        job = Job(
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

    async def close(self) -> None:
        """See `feeler.ports.Engine`."""
        await asyncio.to_thread(self._scheduler.close)

    def _prompt(self, request: Request) -> list[int]:
        """The prompt's tokens, without as many of the oldest messages as do not fit. Raises PromptTooLong."""
        memory = self._scheduler.prefixes.tokens_at_most - request.drafts * request.sampling.max_tokens - 64
        room = min(self._context - request.sampling.max_tokens, memory)
        read = cache(lambda said: self._text.tokens(said, request.opening))
        return read(fit(request.messages, room, lambda said: len(read(tuple(said)))))
