"""What the use cases ask of the outside world: an engine that writes. Adapters implement it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from feeler.errors import Unsupported
from feeler.interview.dossier import Finder
from feeler.interview.reading import Reading, Shown
from feeler.interview.values import Interview, Speech
from feeler.personas.values import Topic

Finish = Literal["stop", "length"]
# What an engine may do beside writing. "skills": it was taught those of `prompts/skills.yaml`, their names
# are enough. "judges": it was taught to say yes or no behind what may answer, or follow.
Ability = Literal["choose", "likelihoods", "skills", "judges"]


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


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """A closed question to the model: which of `options` is the assistant's whole next turn?"""

    messages: tuple[Message, ...]  # trimmed as those of a Request are
    options: tuple[str, ...]  # at least one, all different, none empty; short ones are quick
    opening: str = ""  # the turn begins with this, and an option ends it


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the model makes of a `Choosing`."""

    option: str  # the likeliest
    certainty: float  # its share, 0.0 to 1.0
    scores: Mapping[str, float]  # of each option: log-probability in nats of its tokens and the turn's end
    shares: Mapping[str, float]  # of each option: its probability over that of all options; they add to 1


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How likely is each text as the beginning of the assistant's next turn, after each of the talks?

    Talks that begin with the same long messages and differ in the last are quick: the beginning is read once.
    """

    talks: tuple[tuple[Message, ...], ...]  # at least one; each trimmed as the messages of a Request are
    texts: tuple[str, ...]  # at least one, none empty
    tails: bool = (
        False  # an engine may leave out what comes before a text's last token: only how texts differ
    )
    # that are alike but for that token is wanted, and it is the same either way


@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """Of one text after one talk."""

    nats: float  # natural logarithm of the probability, summed over the text's tokens: at most 0
    tokens: int


class Engine(Protocol):
    """A language model that streams its answer and can be cancelled. A subclass need do no more than that."""

    name: str  # for people: "torch int8 · qwen2.5-coder-1.5b-instruct"
    wants_drafts: int  # how many drafts a turn pays on this model: 4 on a small one, 1 on a strong one

    @property
    def can(self) -> frozenset[Ability]:
        """What it can do beside writing. It may shrink: some servers say so only when they are asked."""
        return frozenset()

    def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Write the drafts of `request`. Closing the generator cancels: the slot is free at the next step.

        Raises PromptTooLong when system and last message alone exceed the context, EngineUnavailable when
        the model cannot be reached.
        """
        ...

    async def choose(self, asked: Choosing) -> Choice:
        """Weigh the options. Cancelling the task frees its place at the next step.

        Raises ValueError for options that are none, empty or the same, Unsupported when the engine cannot,
        PromptTooLong and EngineUnavailable as `stream` does.
        """
        raise Unsupported(f"{self.name} cannot weigh options")

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        """A row for each talk, in it an entry for each text. Cancels and raises as `choose` does."""
        raise Unsupported(f"{self.name} cannot tell how likely a text is")

    async def close(self) -> None:
        """Free the model. Streams that still run end with EngineUnavailable."""
        ...


class Reader(Finder, Protocol):
    """Understands what people write, in closed labels and exact pieces; the same whichever engine writes.

    Its methods compute: call them in a thread.
    """

    def read(self, before: str, said: str) -> Reading:
        """What `said` does, which answers the company's line `before` (empty where there is none)."""
        ...

    def shows(self, texts: Sequence[str]) -> Sequence[Shown]:
        """How telling each of these deeds is, and which talents it shows."""
        ...

    def suits(self, before: str, said: str, questions: Sequence[str]) -> Sequence[float]:
        """How well each question follows from what was `said` after the company's line `before`, which may be
        empty: the log-odds to asking nothing at all.
        """
        ...

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]:
        """What each sentence of a page about a company is about: probabilities that add to 1.

        That of None is that it says nothing of the company: a slogan, a menu, an order to whoever reads it.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class ReadFile:
    """A file's text. Untrusted: whoever wrote the file wrote it."""

    kind: str  # "pdf", "docx", "html", "mhtml", "text"
    title: str  # what the file calls itself; often empty
    text: str  # a paragraph, heading or list item a line
    pages: int


class FileReader(Protocol):
    """Reads files that people send."""

    most_bytes: int  # of one file; a larger one need not be fetched

    async def read(self, content: bytes) -> ReadFile:
        """The text of a file. Raises UnreadableFile, which says why there is none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was understood of a sound."""

    text: str
    sure: bool  # False: it may well be something else, so ask
    speech: Speech


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A line as sound."""

    content: bytes  # OGG with Opus, mono
    seconds: float


class Ears(Protocol):
    """Turns a sound file into text. Loads when it is first needed."""

    most_seconds: float  # a longer sound is not heard

    async def hear(self, sound: bytes, hint: str) -> Heard:
        """What is said in this file of any common format; `hint` holds names and terms that may come up.

        Raises SpeechError with `why`: "missing" (it is not installed), "long", "broken" (no sound file),
        "empty" (nobody speaks), "unclear" (music, noise), "language" (another one, its ISO 639 code is
        `detail`), "failed" (trying again may help).
        """
        ...


class Mouth(Protocol):
    """Speaks a line. Loads when it is first needed."""

    async def say(self, text: str, voice: str) -> Spoken:
        """The text in this voice. Raises SpeechError with `why`: "missing", "empty" or "failed"."""
        ...


class Preview(Protocol):
    """Shows text that is still being written. Lossy on purpose: a frame that fails is dropped."""

    async def show(self, text: str) -> None:
        """Show the answer as it stands so far (whole text, not the difference)."""
        ...


class Archive(Protocol):
    """The user's past talks and everything else that is stored about them."""

    async def talks(self, chat_id: int) -> tuple[Interview, ...]:
        """All talks of this chat that can be read, oldest first, the one going on included."""
        ...

    async def unreadable(self, chat_id: int) -> dict[str, datetime]:
        """The ids of the talks that are kept but cannot be read, and when each began; oldest first."""
        ...

    async def everything(self, chat_id: int) -> dict[str, Any]:
        """All that is stored about this chat as JSON-ready values, for /export."""
        ...
