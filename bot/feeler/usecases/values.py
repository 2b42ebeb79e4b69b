"""What goes into a use case and what comes out of it, the same for Telegram, the terminal and the tests."""

from dataclasses import dataclass, field, replace
from typing import Literal

from feeler.interview.values import Candidate, Difficulty, Interview, Speaker


@dataclass(frozen=True, kw_only=True)
class Document:
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Button:
    """An inline button. Its choice also has a command: a button is never the only way."""

    label: str
    data: str  # at most 64 bytes; comes back as the press


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One message to the user. Long texts are split by the surface that shows them, never here."""

    text: str = ""
    speaker: Speaker = Speaker.COACH
    keyboard: tuple[tuple[str, ...], ...] | None = (
        None  # reply keyboard rows; () takes it away; None leaves it
    )
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None  # sent as a file, `text` being its caption
    picture: Document | None = None  # sent as a photo, `text` being its caption


Awaiting = Literal["", "who", "curious", "forget"]


@dataclass(frozen=True, kw_only=True)
class Chat:
    """All that is remembered about one private chat between updates; stored as one JSON value."""

    chat_id: int
    candidate: Candidate = field(default_factory=Candidate)
    difficulty: Difficulty = Difficulty.NEUTRAL
    budget: int | None = None  # turns of the next talk; None: the setting's
    country: str = ""  # ISO 3166 code that the user set, for helplines; empty: not set
    awaiting: Awaiting = ""  # what the next plain message answers, where it is not part of the talk
    interview: Interview | None = None  # the talk that goes on, or the last one
    undo: Interview | None = None  # the talk as it stood before the last turn


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one update led to. Committed in one transaction: the chat, the archived talk and the outbox."""

    chat: Chat
    replies: tuple[Reply, ...] = ()
    forget: bool = False  # delete everything stored about this chat, then send `replies`
    errand: str = ""  # what is still to be done after `replies` are out, as the chat's next turn: `Desk.run`

    def with_errand(self, errand: str) -> "Outcome":
        """The same outcome, with something left to be done."""
        return replace(self, errand=errand)
