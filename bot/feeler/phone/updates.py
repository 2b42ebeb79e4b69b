"""The queue of updates and its offset, as `getUpdates` and webhooks see them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from feeler.phone.clock import Clock
from feeler.phone.refusals import OTHER_POLLER, Json, Refusal, conflict
from feeler.phone.shelf import Shelf

KEPT_SECONDS = 24 * 3600  # an update that nobody fetched is gone after a day
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
        "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
        "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
        "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
        "chat_join_request", "chat_boost", "removed_chat_boost",
    }
)  # fmt: skip


class UpdateQueue:
    """Updates that the bot has not confirmed yet, oldest first."""

    def __init__(self, shelf: Shelf, clock: Clock, first_id: int = 700_000_001) -> None:
        self._shelf = shelf
        self._clock = clock
        self._arrived = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None
        self.polled = asyncio.Event()  # set while a poll waits
        self._again: list[Json] = []  # delivered once more, whatever the offset says
        self._confirmed: deque[Json] = deque(maxlen=100)
        self._at: dict[int, float] = {}
        self.pending: list[Json] = []
        for key, value in shelf.all("update"):
            self.pending.append(value["update"])
            self._at[int(key)] = value["at"]
        about = shelf.get("queue", "about") or {}
        self._next_id: int = about.get("next_id", first_id)
        self.allowed: tuple[str, ...] | None = about.get("allowed") and tuple(about["allowed"])

    def add(self, kind: str, payload: Json) -> int | None:
        """Queue one update; its id, or None where the bot did not ask for this kind."""
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return None
        update_id = self._next_id
        self.inject({"update_id": update_id, kind: payload})
        return update_id

    def inject(self, update: Json) -> None:
        """Queue a raw update as it is, even one that no library can parse."""
        update_id = update["update_id"]
        self._next_id = max(self._next_id, update_id) + 1
        self._at[update_id] = self._clock.now()
        self.pending.append(update)
        self._shelf.put("update", update_id, {"update": update, "at": self._at[update_id]})
        self._keep()
        self.wake()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Which kinds are queued from now on: None keeps what was said before, empty is the default set."""
        if kinds is not None:
            self.allowed = tuple(kind for kind in kinds if kind in KINDS) or None
            self._keep()

    def confirm(self, offset: int) -> None:
        """Forget every update below `offset`; a negative one keeps only that many from the end."""
        self._expire()
        if offset < 0:
            gone = self.pending[:offset]
        else:
            gone = [update for update in self.pending if update["update_id"] < offset]
        self.forget(gone)

    def forget(self, gone: Sequence[Json]) -> None:
        for update in gone:
            self.pending.remove(update)
            self._confirmed.append(update)
            self._at.pop(update["update_id"], None)
            self._shelf.drop("update", update["update_id"])

    def drop_all(self) -> None:
        self.forget(tuple(self.pending))

    def deliver_again(self, count: int) -> None:
        """Make the last `count` confirmed updates arrive a second time."""
        self._again.extend(list(self._confirmed)[-count:])
        self.wake()

    def take_again(self) -> list[Json]:
        again, self._again = self._again, []
        return again

    def wake(self) -> None:
        self._arrived.set()

    async def arrival(self) -> None:
        """Return when something was queued since the last call."""
        await self._arrived.wait()
        self._arrived.clear()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """One `getUpdates`. A second one while this one waits ends it with 409."""
        self.end_poll(conflict(OTHER_POLLER))
        self.confirm(offset)
        taken_over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = taken_over
        try:
            if not self.pending and not self._again and seconds > 0:
                await self._wait(taken_over, seconds)
            self._expire()
            return [*self.take_again(), *self.pending][:limit]
        finally:
            if self._poller is taken_over:
                self._poller = None

    def end_poll(self, refusal: Refusal) -> None:
        """End a poll that waits, if there is one, with this refusal."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(refusal)
        self._poller = None

    async def _wait(self, taken_over: "asyncio.Future[None]", seconds: float) -> None:
        self._arrived.clear()
        arrived = asyncio.ensure_future(self._arrived.wait())
        waiting: set[asyncio.Future[Any]] = {arrived, taken_over}
        self.polled.set()
        try:
            await asyncio.wait(
                waiting,
                timeout=self._clock.real(seconds),
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            arrived.cancel()
            self.polled.clear()
        if taken_over.done():
            taken_over.result()

    def _expire(self) -> None:
        old = self._clock.now() - KEPT_SECONDS
        self.forget([update for update in self.pending if self._at.get(update["update_id"], old) < old])

    def _keep(self) -> None:
        self._shelf.put("queue", "about", {"next_id": self._next_id, "allowed": self.allowed})
