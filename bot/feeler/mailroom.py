"""What passes between the Telegram side and the store: updates in, calls out, leases, limits."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from feeler.ports import Archive
from feeler.usecases.values import Chat, Reminder

Lane = Literal["chat", "errand", "stop", "aside"]
"""chat: in its chat's order. errand: what the last turn left to do, before the next. stop: ends the running
turn, then goes first. aside: beside a running turn, or in order where none is."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that goes with a call."""

    field: str  # the parameter it fills: "document", "photo", "voice"
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the Bot API, ready to be sent: what the outbox holds."""

    method: str  # "sendMessage"
    params: dict[str, Any]  # JSON-ready, without chat_id
    upload: Upload | None = None


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One raw update, as it came, with the little that has to be known before it is stored."""

    update_id: int
    chat_id: int  # 0 where none can be told; such an update is stored and looked at like any other
    lane: Lane
    body: str  # the update as JSON text, unchanged
    text: str = ""  # the message's text, for the limits and the pairing code
    command: bool = False
    said: bool = True  # anything visible was written: what has no words costs no turn
    topic: int | None = None  # of a forum, or of a private chat: where answers belong
    heard: bool = True  # False: it was not meant for the bot, and nothing of it is kept
    rest_in: int = 0  # but for the rest of a paste that was: the chat whose last turn it may belong to


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a chat stands at the moment one of its updates arrives."""

    known: bool  # paired, by code
    waiting: int  # turns of this chat not yet answered
    waiting_overall: int
    turns_today: int  # messages of this chat accepted since midnight UTC
    others_talking: int  # other chats with a message in the last quarter of an hour
    talking: bool  # this chat had one, too
    strikes: int  # wrong pairing codes; they are forgotten a day after the last one
    struck: float  # seconds since the last of them; inf: never
    noticed: float  # seconds since this chat was last told that a message is not taken; inf: never
    now: float  # seconds since the epoch, by the database's clock
    held: str = ""  # body of the last turn, where that was not begun: this may be a part of it


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of an update: taken, or refused with a notice (or in silence)."""

    take: bool
    notice: Call | None = None
    paired: bool = False  # the pairing code was right
    strike: bool = False  # it was wrong
    hold: float = 0.0  # seconds for which the turn waits for a part that may follow
    joined: str = ""  # body of the held turn with this update: it is a part of that, and no turn of its own
    body: str | None = None  # stored in place of the update's own text: the code itself is not kept


Judge = Callable[[Incoming, Standing], Verdict]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One stored update on its way to an answer."""

    seq: int
    update_id: int
    chat_id: int
    lane: Lane
    body: str  # the raw update, or a list of them that are one message; of an errand, its text
    tries: int  # times this turn was begun, this one included
    received: float  # seconds since the epoch


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to work on one chat, proved by a token that no other claim ever had."""

    chat_id: int
    token: str


@dataclass(frozen=True, kw_only=True)
class Work:
    """A claimed chat, its next turn and its state."""

    claim: Claim
    turn: Turn
    chat: Chat


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a turn led to, to be committed in one transaction."""

    chat: Chat
    calls: tuple[Call, ...] = ()
    forget: bool = False
    errand: str = ""  # becomes the chat's next turn


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One call of the outbox, claimed to be sent now."""

    id: int
    claim: Claim
    call: Call
    tries: int  # times it was begun to be sent, this one included: from the second on it may be a repeat


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """Something that was set aside so that the rest could go on; never its text."""

    kind: Literal["update", "call"]
    id: int  # update id, or outbox row
    chat_id: int
    reason: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How full the mailroom is."""

    turns_waiting: int
    calls_waiting: int
    quarantined: int
    uncertain: int
    chats: int
    talks: int


SendResult = Literal["sent", "refused", "blocked", "later", "unknown"]
"""sent: done. refused: never will be (400). blocked: nothing of this chat will be (403). later: surely not
sent, try again. unknown: perhaps sent; repeated once at most, then uncertain."""


@dataclass(frozen=True, kw_only=True)
class Wakes:
    """Who is told that there is something to do. Called in the event loop; must not block."""

    work: list[Callable[[], None]] = field(default_factory=list)
    send: list[Callable[[], None]] = field(default_factory=list)
    stop: list[Callable[[], None]] = field(default_factory=list)
    aside: list[Callable[[], None]] = field(default_factory=list)


class Inbox(Protocol):
    async def accept(self, updates: Sequence[Incoming], judge: Judge) -> int:
        """Store updates, each once however often it comes; returns how many were new."""
        ...


class Turns(Protocol):
    async def claim(self, most: int, lease: float) -> list[Work]:
        """Claim up to `most` free chats that have something to answer, the least recently served first."""
        ...

    async def claim_asides(self, most: int, lease: float) -> list[Work]:
        """Claim up to `most` turns that are answered beside their chat's queue; `chat` is read only."""
        ...

    async def finish(self, work: Work, answer: Answer, *, keep: bool = True) -> Work | None:
        """Commit a turn's answer. Returns the chat's next turn, or None where the chat was let go."""
        ...

    async def set_aside(
        self, work: Work, reason: str, calls: tuple[Call, ...] = (), *, keep: bool = True
    ) -> Work | None:
        """End a turn without an answer of its own; goes on like `finish`."""
        ...

    async def release(self, work: Work, *, give_back: bool = True) -> None:
        """Let a chat go with its turn undone, the try given back or not. A lost lease is no error here."""
        ...

    async def renew(self, claims: Sequence[Claim], lease: float) -> set[str]:
        """Prolong leases; returns the tokens that are still held."""
        ...

    async def stops(self, claims: Sequence[Claim]) -> set[str]:
        """The tokens among `claims` whose running turn the user has asked to stop."""
        ...


class Outbox(Protocol):
    async def claim(self, most: int, lease: float, gap: float) -> tuple[list[Parcel], float | None]:
        """Claim what may be sent at once, one parcel a chat; and in how many seconds to ask again, if ever.

        `gap` seconds lie between any two slots of the overall rate, over all processes. Nothing is given out
        in advance: a claimed parcel counts as perhaps sent.
        """
        ...

    async def done(
        self,
        parcel: Parcel,
        result: SendResult,
        *,
        message_id: int | None = None,
        reason: str = "",
        pause: float = 1.0,
    ) -> None:
        """Write down how a sending went. Nothing of this chat is sent for `pause` seconds."""
        ...

    async def take_slot(self, gap: float) -> bool:
        """Take the present slot of the overall rate if nobody has: for previews, which may be dropped."""
        ...


class Mailroom(Archive, Protocol):
    """The durable store, as the Telegram side sees it. Every method is one transaction.

    StoreError: the database refused or is away; nothing was changed, and trying again may help.
    LeaseLost: somebody else owns the chat now; nothing was changed.
    """

    bot_id: int
    shared: bool  # several processes may use it at once (PostgreSQL)
    wakes: Wakes

    @property
    def inbox(self) -> Inbox: ...

    @property
    def turns(self) -> Turns: ...

    @property
    def outbox(self) -> Outbox: ...

    def serving(self) -> AbstractAsyncContextManager[None]:
        """Hold the store as one that answers turns: locks an SQLite file for this process alone."""
        ...

    async def elected(self) -> bool:
        """Whether this process is the one that long-polls; tries to become it where none is."""
        ...

    async def purge(self, older_than_days: int) -> int:
        """Delete talks, chats and bookkeeping older than that; returns how many talks went. 0: keep all."""
        ...

    async def scrub(self) -> None:
        """Rewrite the files so that deleted text is not left in them; nothing where nothing was deleted."""
        ...

    async def remind(self, say: Callable[[Reminder], tuple[Call, ...]], most: int) -> int:
        """Hand up to `most` reminders that are due to the outbox, each once; returns how many."""
        ...

    async def counts(self) -> Counts: ...

    async def quarantined(self, most: int = 20) -> list[Quarantined]: ...
