"""Any OpenAI-compatible server as an engine: vLLM, llama.cpp's server, Ollama, or a service on the net.

Such servers differ in what they take (`remote_manners`) and in what they send (`remote_stream`). The engine
asks for all it can use and does without what the server refuses, from then on. No tokenizer is at hand, so a
prompt that the server finds too long loses its older turns by halves. Whatever goes wrong is an EngineError.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from feeler.errors import EngineError, EngineUnavailable, PromptTooLong
from feeler.llm.cards import SamplingDefaults
from feeler.llm.fitting import without_older_half
from feeler.llm.remote_connection import Connection
from feeler.llm.remote_draft import RemoteDraft
from feeler.llm.remote_errors import ServerSaid, explained
from feeler.llm.remote_events import Done
from feeler.llm.remote_manners import Manners, optional, wants_answer
from feeler.llm.remote_models import first_chat_model
from feeler.llm.remote_stream import Bit
from feeler.llm.remote_weighing import RemoteWeighing
from feeler.ports import Ability, Choice, Choosing, Engine, Likelihood, Message, Piece, Request, Scoring

log = logging.getLogger(__name__)

_GRACE = 5.0  # seconds to wait for more after the server has given a reason to end
_THINKS = (
    "the model thinks before it answers, which takes time and is never shown; choose one that does not, "
    "or switch thinking off at the server"
)


class _NothingSaid(Exception):
    """The answer ended for its length before its first word.

    Its tokens went into thoughts, which a server may keep to itself; or the prompt has left it none.
    """

    def __init__(self, *, thought: bool) -> None:
        super().__init__('it ended the answer before its first word (finish_reason "length")')
        self.thought = thought  # some was seen


@dataclass(kw_only=True)
class _Course:
    """What an attempt leaves behind."""

    body: dict[str, Any] = field(default_factory=dict)  # of the last request
    thought: bool = False


class RemoteEngine(Engine):
    """Streams from `<url>/chat/completions`. Closing a stream closes its HTTP response."""

    def __init__(
        self,
        url: str,
        *,
        model: str = "",  # empty: the first for talking that the server lists
        api_key: str = "",
        sampling: SamplingDefaults | None = None,
        wants_drafts: int = 1,
        connect_seconds: float = 5.0,
        silence_seconds: float = 120.0,  # between two bits of an answer; the first waits for the whole prompt
        tries: int = 3,
    ) -> None:
        self._url = url.rstrip("/")
        self._model = model
        self._chooses = not model
        self._unfit: set[str] = set()  # models that turned out not to be made for talking
        self.name = f"remote · {model or 'first model'} at {self._url}"
        self.wants_drafts = wants_drafts
        self._sampling = sampling or SamplingDefaults()
        self._silence = silence_seconds
        self._manners = Manners()
        self._speaks = False  # it has answered without more room than an answer takes
        self._connection = Connection(
            self._url, api_key, connect_seconds=connect_seconds, silence_seconds=silence_seconds, tries=tries
        )
        self._weighing = RemoteWeighing(self._connection, self._url)

    @property
    def remark(self) -> str:
        """What whoever runs the bot should know of this server by now; empty where there is nothing."""
        return _THINKS if self._manners.thinks else ""

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See `feeler.ports.Engine`."""
        messages, manners = request.messages, self._manners
        written: set[int] = set()  # drafts with any text
        more_room = self._speaks  # than an answer takes was given, or is of no use
        while True:
            silent: list[Piece] = []  # drafts that ended without any
            course = _Course()
            try:
                async with aclosing(self._attempt(request, messages, manners, course)) as pieces:
                    async for piece in pieces:
                        if piece.text.strip():
                            written.add(piece.draft)
                            self._speaks = self._speaks or not manners.thinks
                        elif piece.finish and piece.draft not in written:
                            silent.append(piece)
                            continue
                        yield piece
                if silent and not written and wants_answer(request):
                    if course.thought or any(piece.finish == "length" for piece in silent):
                        raise _NothingSaid(thought=course.thought)
                    if not any(piece.tokens for piece in silent):
                        raise EngineUnavailable(f"{self._url} sent an empty answer")
                break
            except Exception as error:  # the boundary: whatever a server sends, the turn can be had again
                if written or self._connection.closed:
                    raise self._failure(error) from None
                if isinstance(error, ServerSaid) and error.refusal and error.too_long:
                    messages = without_older_half(messages, str(error))
                    manners = replace(manners, thinks=self._manners.thinks)
                elif isinstance(error, ServerSaid) and error.about_model and self._chooses:
                    self._unfit.add(str(course.body["model"]))
                    self._model = ""
                elif isinstance(error, ServerSaid) and (
                    error.refusal or error.refuses(optional(course.body))
                ):
                    manners = self._simpler(manners, error, course.body, request)
                elif isinstance(error, _NothingSaid) and not manners.thinks and error.thought:
                    manners = self._noticed(manners)
                elif isinstance(error, _NothingSaid) and not (manners.thinks or more_room):
                    manners, more_room = replace(manners, thinks=True), True  # it may have thought unseen
                elif isinstance(error, _NothingSaid) and not error.thought:
                    messages = self._shorter(messages, error)
                    manners = replace(manners, thinks=self._manners.thinks)
                else:
                    raise self._failure(error) from None
        for piece in silent:
            yield piece

    @property
    def can(self) -> frozenset[Ability]:
        """All, until the server was asked and could not."""
        return self._weighing.can

    async def choose(self, asked: Choosing) -> Choice:
        """See `feeler.ports.Engine`."""
        return await self._weighing.choose(asked, await self._serving())

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """See `feeler.ports.Engine`."""
        return await self._weighing.likelihoods(asked, await self._serving())

    async def _serving(self) -> str:
        """The model that is asked; the first fit one of the server's where none was chosen."""
        if not self._model:
            try:
                self._model = first_chat_model(await self._connection.models(), self._url, self._unfit)
            except Exception as error:  # the same boundary as that of `stream`
                raise self._failure(error) from None
        return self._model

    async def close(self) -> None:
        """Close the connections; streams that still run end with EngineUnavailable."""
        await self._connection.close()

    async def _attempt(
        self, request: Request, messages: tuple[Message, ...], manners: Manners, course: _Course
    ) -> AsyncGenerator[Piece, None]:
        """All drafts of the request, by one response or by one each; remembers the manners that served."""
        missing = list(range(request.drafts))
        if request.drafts == 1 or manners.several:
            answer = self._answer(request, messages, manners, course, first=0, drafts=request.drafts)
            async with aclosing(answer) as one:
                async for piece in one:
                    if piece.draft in missing:
                        missing.remove(piece.draft)
                    self._served(manners, piece, request)
                    yield piece
            if not missing:
                return
            manners = replace(manners, without=manners.without | {"n"})  # it took `n` and overlooked it
        answers = [
            self._answer(request, messages, manners, course, first=draft, drafts=1) for draft in missing
        ]
        async with aclosing(_together(answers)) as pieces:
            async for piece in pieces:
                self._served(manners, piece, request)
                yield piece

    async def _answer(
        self,
        request: Request,
        messages: tuple[Message, ...],
        manners: Manners,
        course: _Course,
        *,
        first: int,
        drafts: int,
    ) -> AsyncGenerator[Piece, None]:
        """One HTTP response: `drafts` drafts, numbered from `first`."""
        if not self._model:
            self._model = first_chat_model(await self._connection.models(), self._url, self._unfit)
            self.name = f"remote · {self._model} at {self._url}"
        body = manners.body(request, messages, self._sampling, first=first, drafts=drafts)
        course.body = {"model": self._model, **body}
        writers = [RemoteDraft(first + at, request, manners) for at in range(drafts)]
        said_done = False
        async with aclosing(self._connection.bits(course.body)) as bits:
            while not all(writer.finish for writer in writers):
                bit = await self._next(bits, writers)
                if not isinstance(bit, Bit):
                    said_done = bit is not None
                    break
                if bit.index < drafts and (piece := writers[bit.index].take(bit)):
                    self._check_thoughts(writers[bit.index], course)
                    yield piece
        for writer in self._whole(writers, said_done):
            last = writer.end()
            self._check_thoughts(writer, course)
            if last:
                yield last

    async def _next(
        self, bits: AsyncGenerator[Bit | Done, None], writers: list[RemoteDraft]
    ) -> Bit | Done | None:
        """The next bit; None where nothing more comes, or has come for long after an end."""
        settled = all(writer.settled for writer in writers)
        try:
            async with asyncio.timeout(min(_GRACE, self._silence) if settled else self._silence):
                return await anext(bits, None)
        except TimeoutError:
            if all(writer.begun and writer.ended for writer in writers):
                return None
            raise

    def _whole(self, writers: list[RemoteDraft], said_done: bool) -> list[RemoteDraft]:
        """The drafts that were written to their end. Raises EngineUnavailable where the answer was cut."""
        begun = [writer for writer in writers if writer.begun or writer.ended]
        if not begun and said_done:
            raise EngineUnavailable(f"{self._url} sent an empty answer")
        if not begun or not all(writer.ended or said_done for writer in begun):
            raise EngineUnavailable(f"{self._url} broke off in the middle of an answer")
        return begun

    def _check_thoughts(self, writer: RemoteDraft, course: _Course) -> None:
        """Learn that the model thinks; raises where that has spoiled the draft."""
        course.thought = course.thought or writer.thought
        if writer.thought and not self._manners.thinks:
            self._manners = self._noticed(self._manners)
        if writer.headless:
            self._manners = replace(self._manners, headless=True)
            raise EngineUnavailable(f"{self._url}: the model's thoughts came as its answer")

    def _noticed(self, manners: Manners) -> Manners:
        if not self._manners.thinks:
            log.warning("the model server's manners: %s", _THINKS)
        self._manners = replace(self._manners, thinks=True)
        return replace(manners, thinks=True, headless=self._manners.headless)

    def _served(self, manners: Manners, piece: Piece, request: Request) -> None:
        """Remember manners that served, and what was learned of thoughts meanwhile."""
        if not piece.text.strip() and wants_answer(request):
            return  # who knows what they are good for
        if manners.thinks:
            self._noticed(manners)
        known = self._manners
        self._manners = replace(manners, thinks=known.thinks, headless=manners.headless or known.headless)

    def _shorter(self, messages: tuple[Message, ...], error: _NothingSaid) -> tuple[Message, ...]:
        """Older messages left out: the prompt may fill the context, and some say so in no other way."""
        try:
            return without_older_half(messages, str(error))
        except PromptTooLong:
            if self._manners.thinks:
                raise self._failure(error) from None
            raise

    def _simpler(
        self, manners: Manners, refusal: ServerSaid, sent: dict[str, Any], request: Request
    ) -> Manners:
        simpler = manners.less(refusal, sent, opening=bool(request.opening)) if sent else None
        if simpler is None:
            raise EngineError(f"{self._url} refused the request: {refusal}") from None
        return simpler

    def _failure(self, error: Exception) -> EngineError:
        if self._connection.closed:
            return EngineUnavailable("the engine was closed")
        if isinstance(error, _NothingSaid):
            return EngineUnavailable(f"{self._url} only thought and never answered: {_THINKS}")
        found = explained(error, self._url, self._model)
        log.warning("the model server failed: %s (%s)", type(found).__name__, type(error).__name__)
        return found


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
