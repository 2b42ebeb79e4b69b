"""Any OpenAI-compatible server as an engine: vLLM, llama.cpp's server, Ollama, or a service on the net.

Such servers differ in what they take. The engine asks for all it can use and does without what the server
refuses, from then on: several answers in one request (`n`), sampling fields beyond OpenAI's, an answer begun
for the model. No tokenizer is at hand, so a prompt that the server finds too long loses its older turns by
halves.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import openai
from openai import AsyncOpenAI

from feeler.errors import EngineError, EngineUnavailable, PromptTooLong
from feeler.llm.cards import SamplingDefaults
from feeler.llm.remote_errors import Refused, explained
from feeler.llm.remote_weighing import RemoteWeighing
from feeler.llm.stops import Opening, Stops
from feeler.ports import (
    Ability,
    Choice,
    Choosing,
    Engine,
    Finish,
    Likelihood,
    Message,
    Piece,
    Request,
    Scoring,
)

_MOST_STOPS = 4  # OpenAI takes no more; the rest is watched for here


@dataclass(frozen=True, kw_only=True)
class _Manners:
    """What this server has been found to take."""

    several: bool = True  # `n` above 1
    extras: bool = True  # top_k, repetition penalty
    begun: bool = True  # a last message of the assistant's, to be continued

    def less(self, *, several: bool, begun: bool) -> "_Manners | None":
        """The next simpler manners for a request that asks for `several` drafts or has `begun` the answer."""
        if self.several and several:
            return replace(self, several=False)
        if self.extras:
            return replace(self, extras=False)
        if self.begun and begun:
            return replace(self, begun=False)
        return None


class RemoteEngine(Engine):
    """Streams from `<url>/chat/completions`. Closing a stream closes its HTTP response."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "",  # empty: the first that the server lists
        api_key: str = "",
        sampling: SamplingDefaults | None = None,
        wants_drafts: int = 1,
        connect_seconds: float = 5.0,
        silence_seconds: float = 120.0,  # between two bits of an answer; the first waits for the whole prompt
        tries: int = 3,
    ) -> None:
        self.name = f"remote · {model or 'first model'} at {url}"
        self.wants_drafts = wants_drafts
        self._url = url
        self._model = model
        self._sampling = sampling or SamplingDefaults()
        self._manners = _Manners()
        self._closed = False
        self._client = AsyncOpenAI(
            base_url=url,
            api_key=api_key or "none",
            timeout=openai.Timeout(silence_seconds, connect=connect_seconds),
            max_retries=tries - 1,
        )
        self._weighing = RemoteWeighing(self._client, url)

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `feeler.ports.Engine`."""
        if self._closed:
            raise EngineUnavailable("the engine was closed")
        messages, manners = request.messages, self._manners
        while True:
            try:
                async with aclosing(self._attempt(request, messages, manners)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except Refused as refusal:
                if refusal.too_long:
                    messages = _shorter(messages, str(refusal))
                    continue
                simpler = manners.less(several=request.drafts > 1, begun=bool(request.opening))
                if simpler is None:
                    raise EngineError(f"{self._url} refused the request: {refusal}") from None
                manners = simpler

    @property
    def can(self) -> frozenset[Ability]:
        """All, until the server was asked and could not."""
        return self._weighing.can

    async def choose(self, asked: Choosing) -> Choice:
        """See `feeler.ports.Engine`."""
        return await self._weighing.choose(asked, await self._served())

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`."""
        return await self._weighing.likelihoods(asked, await self._served())

    async def _served(self) -> str:
        if self._closed:
            raise EngineUnavailable("the engine was closed")
        try:
            self._model = self._model or await self._first_model()
        except openai.OpenAIError as error:
            raise explained(error, self._url, self._model) from None
        return self._model

    async def close(self) -> None:
        """Close the connections; streams that still run end with EngineUnavailable."""
        self._closed = True
        await self._client.close()

    async def _attempt(
        self, request: Request, messages: tuple[Message, ...], manners: _Manners
    ) -> AsyncGenerator[Piece, None]:
        """All drafts of the request, by one response or by one each; remembers the manners that served."""
        if request.drafts == 1 or manners.several:
            written = set()
            async with aclosing(
                self._answer(request, messages, manners, first=0, drafts=request.drafts)
            ) as one:
                async for piece in one:
                    written.add(piece.draft)
                    self._manners = manners
                    yield piece
            missing = [draft for draft in range(request.drafts) if draft not in written]
            if not missing:
                return
            manners = replace(manners, several=False)  # it took `n` and overlooked it
        else:
            missing = list(range(request.drafts))
        answers = [self._answer(request, messages, manners, first=draft, drafts=1) for draft in missing]
        async with aclosing(_together(answers)) as pieces:
            async for piece in pieces:
                self._manners = manners
                yield piece

    async def _answer(
        self, request: Request, messages: tuple[Message, ...], manners: _Manners, *, first: int, drafts: int
    ) -> AsyncGenerator[Piece, None]:
        """One HTTP response: `drafts` drafts, numbered from `first`."""
        body = self._body(request, messages, manners, first, drafts)
        writers = [_Draft(first + at, request) for at in range(drafts)]
        try:
            body["model"] = self._model = self._model or await self._first_model()
            response = await self._client.chat.completions.create(**body)
            async with response:
                async for chunk in response:
                    for choice in chunk.choices:
                        if choice.index < drafts and (
                            piece := writers[choice.index].take(choice.delta.content, choice.finish_reason)
                        ):
                            yield piece
                    if all(writer.finish for writer in writers) and any(writer.cut for writer in writers):
                        return  # the server would write on
        except openai.OpenAIError as error:
            if self._closed:
                raise EngineUnavailable("the engine was closed") from None
            raise explained(error, self._url, self._model) from None
        unfinished = [writer for writer in writers if not writer.finish]
        if len(unfinished) == drafts or any(writer.begun for writer in unfinished):
            raise EngineUnavailable(f"{self._url} broke off in the middle of an answer")

    def _body(
        self, request: Request, messages: tuple[Message, ...], manners: _Manners, first: int, drafts: int
    ) -> dict[str, Any]:
        """The request as the server wants it."""
        sampling = self._sampling.fill(request.sampling)
        said = [{"role": message.role, "content": message.content} for message in messages]
        extra: dict[str, Any] = {}
        if request.opening and manners.begun:
            said.append({"role": "assistant", "content": request.opening})
        elif request.opening:
            said[-1]["content"] += f'\n\nBegin your answer with exactly these words: "{request.opening}"'
        if manners.extras:
            penalty = sampling.repetition_penalty
            extra = {"top_k": sampling.top_k, "repetition_penalty": penalty, "repeat_penalty": penalty}
            if request.opening and manners.begun:
                extra |= {"add_generation_prompt": False, "continue_final_message": True}
        body: dict[str, Any] = {
            "messages": said,
            "stream": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "extra_body": extra,
        }
        if drafts > 1:
            body["n"] = drafts
        if sampling.stop:
            body["stop"] = list(sampling.stop[:_MOST_STOPS])
        if sampling.seed is not None:
            body["seed"] = sampling.seed + first
        return body

    async def _first_model(self) -> str:
        models = (await self._client.models.list()).data
        if not models:
            raise EngineUnavailable(f"{self._url} lists no model; load one there, or set FEELER_REMOTE_MODEL")
        return models[0].id


class _Draft:
    """One draft as its bits arrive."""

    def __init__(self, number: int, request: Request) -> None:
        self._number = number
        self._opening = Opening(request.opening)
        self._stops = Stops(request.sampling.stop)
        self._tokens = 0
        self.finish: Finish | None = None

    @property
    def begun(self) -> bool:
        return self._tokens > 0

    @property
    def cut(self) -> bool:
        """Whether it was ended here, at a stop string, and not by the server."""
        return self._stops.reached

    def take(self, content: str | None, finish_reason: str | None) -> Piece | None:
        """The piece that this bit makes, if any."""
        if self.finish:
            return None
        self._tokens += bool(content)
        text = self._stops.feed(self._opening.feed(content or ""))
        if finish_reason and not self._stops.reached:
            text += self._stops.feed(self._opening.rest()) + self._stops.rest()
        if self._stops.reached:
            self.finish = "stop"
        elif finish_reason:
            self.finish = "length" if finish_reason == "length" else "stop"
        if not text and not self.finish:
            return None
        return Piece(draft=self._number, text=text, tokens=self._tokens, finish=self.finish)


async def _together(streams: list[AsyncGenerator[Piece, None]]) -> AsyncGenerator[Piece, None]:
    """Pieces of several streams as they come; the first error ends them all."""
    awaited = {asyncio.ensure_future(anext(stream)): stream for stream in streams}
    try:
        while awaited:
            arrived, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            for future in arrived:
                stream = awaited.pop(future)
                try:
                    piece = future.result()
                except StopAsyncIteration:
                    continue
                awaited[asyncio.ensure_future(anext(stream))] = stream
                yield piece
    finally:
        for future in awaited:
            future.cancel()
        await asyncio.gather(*awaited, return_exceptions=True)
        for stream in streams:
            await stream.aclose()


def _shorter(messages: tuple[Message, ...], refusal: str) -> tuple[Message, ...]:
    """Without the older half of the turns that may be left out; PromptTooLong when none is left."""
    head = messages[:1] if messages[0].role == "system" else ()
    body = messages[len(head) :]
    if len(body) < 2:
        raise PromptTooLong(f"the persona and the last message alone are too long for the server: {refusal}")
    return (*head, *body[(len(body)) // 2 :])
