"""Flood control by Telegram's documented rates, and what was in fact sent when."""

from collections import deque
from dataclasses import dataclass, field

from feeler.phone.clock import Clock
from feeler.phone.refusals import Json, too_many_requests


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How much a bot may send before it is told to wait.

    Telegram documents one message a second in a chat with "short bursts", 30 a second overall and 20 a
    minute in a group. How long a burst may be is not documented: five, here. Drafts have their own count.
    """

    per_chat: float = 1.0  # messages a second
    burst: int = 5
    overall: float = 30.0
    group_per_minute: float = 20.0
    drafts_per_chat: float = 1.0
    draft_burst: int = 5


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the bot's, by the stand-in's clock."""

    at: float
    method: str
    chat_id: int | None
    code: int  # 200, or the refusal's; 0 where a fault dropped the response
    parameters: Json = field(default_factory=dict)


class Bucket:
    """Tokens that come back at a rate, up to a number."""

    def __init__(self, rate: float, size: float) -> None:
        self._rate = rate
        self._size = size
        self._left = size
        self._at: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until one token is there; 0 where one is."""
        if self._at is not None:
            self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (1 - self._left) / self._rate)

    def take(self) -> None:
        self._left -= 1


class FloodControl:
    """Refuses what comes too fast. With `rates` None it lets everything through."""

    def __init__(self, rates: Rates | None, clock: Clock) -> None:
        self.rates = rates
        self._clock = clock
        self._buckets: dict[object, Bucket] = {}

    def admit(self, chat_id: int, *, draft: bool = False) -> None:
        """Count one sending call to this chat, or refuse it with 429."""
        if self.rates is None:
            return
        now = self._clock.now()
        needed = [
            self._bucket("overall", self.rates.overall, self.rates.overall),
            self._chat_bucket(chat_id, draft),
        ]
        wait = max(bucket.wait(now) for bucket in needed)
        if wait > 1e-6:
            raise too_many_requests(wait)
        for bucket in needed:
            bucket.take()

    def _chat_bucket(self, chat_id: int, draft: bool) -> Bucket:
        assert self.rates is not None
        if draft:
            return self._bucket(("draft", chat_id), self.rates.drafts_per_chat, self.rates.draft_burst)
        if chat_id < 0:
            rate = self.rates.group_per_minute
            return self._bucket(chat_id, rate / 60, rate)
        return self._bucket(chat_id, self.rates.per_chat, self.rates.burst)

    def _bucket(self, key: object, rate: float, size: float) -> Bucket:
        if key not in self._buckets:
            self._buckets[key] = Bucket(rate, size)
        return self._buckets[key]


class CallLog:
    """The last calls of the bot, for tests and figures."""

    def __init__(self, size: int = 50_000) -> None:
        self.calls: deque[Call] = deque(maxlen=size)

    def of(self, *methods: str, chat_id: int | None = None) -> list[Call]:
        """Calls of these methods (all, where none is named), oldest first."""
        wanted = {method.lower() for method in methods}
        return [
            call
            for call in self.calls
            if (not wanted or call.method.lower() in wanted) and chat_id in (None, call.chat_id)
        ]

    def peak(self, *methods: str, chat_id: int | None = None, window: float = 1.0) -> int:
        """The most accepted calls in any `window` seconds of the stand-in's clock."""
        times = [call.at for call in self.of(*methods, chat_id=chat_id) if call.code in (0, 200)]
        most, start = 0, 0
        for end, at in enumerate(times):
            while at - times[start] >= window:
                start += 1
            most = max(most, end - start + 1)
        return most
