"""Any causal chat model in Hugging Face format, by transformers itself; on CUDA where there is one.

One generation runs at a time, in a thread of its own; the others wait their turn.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from transformers import GenerationConfig

from feeler.errors import EngineUnavailable
from feeler.llm.cards import SamplingDefaults
from feeler.llm.chat_text import ChatText
from feeler.llm.detokenize import Detokenizer
from feeler.llm.fitting import fit
from feeler.llm.shares import ABLE, check_options, choice_of, likelihoods_of
from feeler.llm.stops import Stops
from feeler.llm.transformers_loading import load_model
from feeler.llm.transformers_weighing import weigh
from feeler.llm.transformers_writing import Draft, Watch
from feeler.ports import (
    Choice,
    Choosing,
    Likelihood,
    Message,
    Piece,
    Request,
    Sampling,
    Scoring,
)

_LONGEST = (
    8192  # tokens of context where the model would take more: each costs memory, and a talk needs fewer
)


class TransformersEngine:
    """A model that transformers loads from a folder, a hub repository or a GGUF file."""

    can = ABLE

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        name: str,
        context: int | None = None,  # tokens; default: the model's own, at most 8192
        sampling: SamplingDefaults | None = None,
        wants_drafts: int = 1,
    ) -> None:
        self.name = name
        self.wants_drafts = wants_drafts
        self._model = model
        self._tokenizer = tokenizer
        self._text = ChatText(tokenizer)
        self._context = context or min(getattr(model.config, "max_position_embeddings", _LONGEST), _LONGEST)
        self._sampling = sampling or SamplingDefaults()
        self._ends = _ends(model, tokenizer)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="transformers")
        self._closed = threading.Event()

    @classmethod
    def load(
        cls,
        source: str,
        *,
        gguf: str | None = None,  # name of a GGUF file in the folder `source`
        device: str | None = None,  # default: "cuda" where there is one
        context: int | None = None,
        sampling: SamplingDefaults | None = None,
        wants_drafts: int = 1,
        adapter: Path | None = None,  # a checked folder
    ) -> "TransformersEngine":
        """Load a folder, or a hub's `owner/name` or `owner/name@revision`. Raises WeightsError."""
        model, tokenizer = load_model(source, gguf, device, adapter)
        where = f"{gguf or source} on {model.device.type}"
        return cls(
            model,
            tokenizer,
            name=" · ".join(["transformers", where, *([adapter.name] if adapter else [])]),
            context=context,
            sampling=sampling,
            wants_drafts=wants_drafts,
        )

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `feeler.ports.Engine`."""
        if self._closed.is_set():
            raise EngineUnavailable("the engine was closed")
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Piece | None] = asyncio.Queue()
        cancelled = threading.Event()

        def hand_over(piece: Piece | None) -> None:
            loop.call_soon_threadsafe(arrived.put_nowait, piece)

        work = self._thread.submit(self._generate, request, hand_over, cancelled)
        try:
            while (piece := await arrived.get()) is not None:
                yield piece
            await asyncio.wrap_future(work)  # raises what went wrong in the thread
        finally:
            cancelled.set()
            work.cancel()  # where it has not begun

    async def choose(self, asked: Choosing) -> Choice:
        """See `feeler.ports.Engine`."""
        check_options(asked.options)
        [nats], _ = await self._weigh([asked.messages], asked.options, asked.opening, self._ends)
        return choice_of(asked.options, nats)

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`."""
        return likelihoods_of(*await self._weigh(asked.talks, asked.texts))

    async def close(self) -> None:
        """End what runs or waits, with EngineUnavailable, and free the model."""
        self._closed.set()
        await asyncio.to_thread(self._thread.shutdown, wait=True)
        self._model = None

    def _generate(
        self, request: Request, hand_over: Callable[[Piece | None], None], cancelled: threading.Event
    ) -> None:
        """In the thread: write all drafts as one batch. Hands over None at the end."""
        try:
            prompt = self.prompt(request)
            sampling = self._sampling.fill(request.sampling)
            drafts = [self._draft(number, prompt, sampling) for number in range(request.drafts)]
            watch = Watch(drafts, hand_over, lambda: cancelled.is_set() or self._closed.is_set())
            if not watch.ended():
                self._run(prompt, sampling, watch)
            if self._closed.is_set():
                raise EngineUnavailable("the engine was closed")
        except torch.OutOfMemoryError:
            raise EngineUnavailable("the device has too little memory for this model and prompt") from None
        finally:
            hand_over(None)

    def prompt(self, request: Request) -> list[int]:
        """The tokens that the model is given for `request`, fitted to the context. Raises PromptTooLong."""
        kept = self._fitted(request.messages, request.opening, request.sampling.max_tokens)
        return self._text.tokens(kept, request.opening)

    def _fitted(self, messages: Sequence[Message], opening: str, longest: int) -> tuple[Message, ...]:
        """As many of the messages as leave room for an answer of so many tokens."""
        room = self._context - longest
        return fit(messages, room, lambda said: len(self._text.tokens(said, opening)))

    async def _weigh(
        self,
        talks: Sequence[Sequence[Message]],
        texts: Sequence[str],
        opening: str = "",
        ends: frozenset[int] = frozenset(),
    ) -> tuple[list[list[float]], list[list[int]]]:
        """For each talk: the texts' log-probabilities, and of how many tokens."""
        if self._closed.is_set():
            raise EngineUnavailable("the engine was closed")
        cancelled = threading.Event()

        def work() -> tuple[list[list[float]], list[list[int]]]:
            found: list[list[float]] = []
            counts: list[list[int]] = []
            for talk in talks:
                if cancelled.is_set() or self._closed.is_set():
                    raise EngineUnavailable("the engine was closed")
                longest = max(map(len, self._text.continued(talk, texts, opening)[1]))
                prompt, tokens = self._text.continued(self._fitted(talk, opening, longest), texts, opening)
                found.append(weigh(self._model, prompt, tokens, ends))
                counts.append([len(text) for text in tokens])
            return found, counts

        weighing = self._thread.submit(work)
        try:
            return await asyncio.wrap_future(weighing)
        finally:
            cancelled.set()

    def decode(self, tokens: list[int]) -> str:
        """The text of tokens, without the special ones."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _draft(self, number: int, prompt: list[int], sampling: Sampling) -> Draft:
        return Draft(
            number,
            text=Detokenizer(self.decode, prompt),
            stops=Stops(sampling.stop + self._text.stop),
            ends=self._ends,
            limit=sampling.max_tokens,
        )

    def _run(self, prompt: list[int], sampling: Sampling, watch: Watch) -> None:
        batch = torch.tensor([prompt] * len(watch.drafts), device=self._model.device)
        with torch.inference_mode(), torch.random.fork_rng(enabled=sampling.seed is not None):
            if sampling.seed is not None:
                torch.manual_seed(sampling.seed)
            self._model.generate(
                batch,
                attention_mask=torch.ones_like(batch),
                generation_config=self._config(sampling),
                stopping_criteria=[watch],
            )

    def _config(self, sampling: Sampling) -> GenerationConfig:
        chance: dict[str, Any] = {"do_sample": False}
        if sampling.temperature:
            drawn = {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": sampling.top_k}
            chance = {"do_sample": True} | drawn
        pad = self._tokenizer.pad_token_id
        return GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=sampling.max_tokens,
            repetition_penalty=sampling.repetition_penalty,
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=min(self._ends, default=0) if pad is None else pad,
            **chance,
        )


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """Tokens that end an answer."""
    named = model.generation_config.eos_token_id
    listed = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
