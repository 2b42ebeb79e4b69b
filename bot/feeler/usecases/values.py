"""What goes into a use case and what comes out of it, the same for Telegram, the terminal and the tests."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from feeler.interview.values import Candidate, Difficulty, Interview, Speaker, Speech
from feeler.sources import OwnCompany, Paper, StoryLine


@dataclass(frozen=True, kw_only=True)
class Document:
    filename: str
    media_type: str
    content: bytes
    seconds: float = 0.0  # of a sound


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
    voice: Document | None = None  # sent as a voice note, `text` being its caption
    covered: bool = False  # the caption of the voice note is covered until it is touched
    reply_to: int | None = None  # number of the user's message under which it is shown
    strong: tuple[str, ...] = ()  # pieces of the text that are shown in bold


Awaiting = Literal[
    "", "who", "curious", "goal", "surprised", "draws", "out", "forget",
    "after",
    "papers", "firm", "meet", "role", "asks", "name", "mend",  # of a company of one's own, see `meeting`
    "story", "story line",
]  # fmt: skip


Aloud = Literal["", "auto", "on", "off", "both"]  # how the interviewer's lines come; "" as "auto": in kind


@dataclass(frozen=True, kw_only=True)
class Note:
    """The last voice note, as it was understood. The sound itself is kept nowhere."""

    id: int  # number of the message that brought it
    text: str
    speech: Speech | None  # None: only what was written under it could be made out
    sure: bool  # False: it counts only once its user says that it is right
    awaiting: Awaiting = ""  # what it answered
    said: bool = False  # it has been heard by whom it was for


@dataclass(frozen=True, kw_only=True)
class Jotted:
    """Notes of a real conversation, until their debrief is asked for."""

    whom: str = ""  # "Marta Kern at Kern Foods"
    texts: tuple[str, ...] = ()  # as they were sent
    troubled: bool = False  # somebody was in need meanwhile; those words are not among them


Kind = Literal["note", "month"]  # tomorrow, of the note; in a month, how it went


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """Something to be said later, because its user asked for it. It holds nothing that was said in a talk."""

    id: str  # uuid4 hex
    talk: str  # id of the talk
    kind: Kind
    who: str  # the interviewer and the company, by name
    due: datetime  # aware, UTC
    topic: int | None = None  # of the chat, in which it was asked for


@dataclass(frozen=True, kw_only=True)
class Own:
    """What a person has brought themselves; kept for their chat alone."""

    companies: tuple[OwnCompany, ...] = ()
    papers: tuple[Paper, ...] = ()  # sent for a company that is not made yet
    story: tuple[StoryLine, ...] = ()  # what they did, by their CV or their words

    def company(self, slug: str) -> OwnCompany | None:
        """The company of this slug."""
        return next((one for one in self.companies if one.slug == slug), None)

    def with_company(self, changed: OwnCompany) -> "Own":
        """With this one in the place of what it was, or behind the others."""
        if self.company(changed.slug) is None:
            return replace(self, companies=(*self.companies, changed))
        return replace(
            self, companies=tuple(changed if one.slug == changed.slug else one for one in self.companies)
        )

    def without(self, slug: str) -> "Own":
        return replace(self, companies=tuple(one for one in self.companies if one.slug != slug))


@dataclass(frozen=True, kw_only=True)
class Chat:
    """All that is remembered about one private chat between updates; stored as one JSON value."""

    chat_id: int
    candidate: Candidate = field(default_factory=Candidate)
    difficulty: Difficulty = Difficulty.NEUTRAL
    budget: int | None = None  # turns of the next talk; None: the setting's
    live: bool = False  # the coach says a word during the talk
    minutes: int = 0  # the next talk is a live one of so many; 0: an ordinary one
    zone: str = ""  # "Europe/Berlin", as the user set it; empty: not set
    country: str = ""  # ISO 3166 code that the user set, for helplines; empty: not set
    voice: Aloud = ""
    note: Note | None = None  # until something is typed
    awaiting: Awaiting = ""  # what the next plain message answers, where it is not part of the talk
    jotted: Jotted | None = None
    edited: int = -1  # Unix time of the last edit that was explained
    subject: str = ""  # what that message is about: a company's slug, its name, a line of the story
    own: Own = field(default_factory=Own)
    reminders: tuple[Reminder, ...] = ()  # still to come, the next one first
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
