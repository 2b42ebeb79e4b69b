"""What the use cases ask of the outside world: an engine that writes. Adapters implement it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from feeler.interview.values import Interview

Finish = Literal["stop", "length"]


@dataclass(frozen=True, kw_only=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next token is drawn. A field left at None takes the model card's value."""

    temperature: float | None = None  # 0.0 is greedy
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None
    max_tokens: int = 160  # of the answer
    stop: tuple[str, ...] = ()  # the answer ends before the first of these; never part of the text
    seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One answer to be written, in one or several drafts that share their prompt."""

    messages: tuple[Message, ...]  # a first system message and the last message are never trimmed
    opening: str = ""  # the answer is made to begin with this; it is not repeated in the pieces
    sampling: Sampling = field(default_factory=Sampling)
    drafts: int = 1


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A bit of one draft, in order within the draft. The last one of a draft has `finish` set."""

    draft: int  # 0-based
    text: str  # what is new since this draft's last piece; may be empty when `finish` is set
    tokens: int  # generated for this draft so far
    finish: Finish | None = None


class Engine(Protocol):
    """A language model that streams its answer and can be cancelled."""

    name: str  # for people: "torch int8 · qwen2.5-coder-1.5b-instruct"
    wants_drafts: int  # how many drafts a turn pays on this model: 4 on a small one, 1 on a strong one

    def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Write the drafts of `request`. Closing the generator cancels: the slot is free at the next step.

        Raises PromptTooLong when system and last message alone exceed the context, EngineUnavailable when
        the model cannot be reached.
        """
        ...

    async def close(self) -> None:
        """Free the model. Streams that still run end with EngineUnavailable."""
        ...


class Preview(Protocol):
    """Shows text that is still being written. Lossy on purpose: a frame that fails is dropped."""

    async def show(self, text: str) -> None:
        """Show the answer as it stands so far (whole text, not the difference)."""
        ...


class Archive(Protocol):
    """The user's past talks and everything else that is stored about them."""

    async def talks(self, chat_id: int) -> tuple[Interview, ...]:
        """All talks of this chat, oldest first, the one going on included."""
        ...

    async def everything(self, chat_id: int) -> dict[str, Any]:
        """All that is stored about this chat as JSON-ready values, for /export."""
        ...
