"""An engine that is still being loaded: the bot answers what needs no model, and the rest waits for it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from feeler.ports import Ability, Choice, Choosing, Engine, Likelihood, Piece, Request, Scoring


class WarmingEngine(Engine):
    """Stands for the engine that `loading` will give. A failure to load is the failure of every stream."""

    def __init__(self, loading: "asyncio.Task[Engine]", wants_drafts: int) -> None:
        self.name = "warming up"
        self.wants_drafts = wants_drafts  # until the engine itself can say
        self._loading = loading
        loading.add_done_callback(self._loaded)

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `feeler.ports.Engine`; waits for the engine first."""
        engine = await asyncio.shield(self._loading)
        async with aclosing(engine.stream(request)) as pieces:
            async for piece in pieces:
                yield piece

    @property
    def can(self) -> frozenset[Ability]:
        """Of the engine, once it is there; nothing before."""
        return self._loading.result().can if self._is_there() else frozenset()

    async def choose(self, asked: Choosing) -> Choice:
        """See `feeler.ports.Engine`; waits for the engine first."""
        return await (await asyncio.shield(self._loading)).choose(asked)

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`; waits for the engine first."""
        return await (await asyncio.shield(self._loading)).likelihoods(asked)

    async def close(self) -> None:
        """Nothing to free: whoever loads the engine closes it."""

    def _loaded(self, loading: "asyncio.Task[Engine]") -> None:
        if self._is_there():
            self.name, self.wants_drafts = loading.result().name, loading.result().wants_drafts

    def _is_there(self) -> bool:
        loading = self._loading
        return loading.done() and not loading.cancelled() and loading.exception() is None
