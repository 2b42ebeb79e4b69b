"""Hands out what is to be sent, in order and at the allowed rates, and writes down how it went."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeler.errors import LeaseLost
from feeler.mailroom import Claim, Parcel, SendResult
from feeler.store.database import Database
from feeler.store.rows import insert, read_call
from feeler.store.tables import chat, outbox, pace, turn

AHEAD = 0.5  # seconds of the overall rate that are given out in advance
UNSENT = ("new", "sending")


class StoredOutbox:
    def __init__(self, database: Database, bot_id: Callable[[], int], woken: Callable[[str], None]) -> None:
        self._database, self._bot_id, self._woken = database, bot_id, woken

    async def claim(self, most: int, lease: float, gap: float) -> tuple[list[Parcel], float | None]:
        """Claim what may be sent now, one parcel a chat; and in how many seconds to ask again, if ever.

        `gap` seconds lie between any two slots of the overall rate, over all processes.
        """
        bot_id = self._bot_id()
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            ready = await connection.execute(
                select(chat.c.chat_id)
                .where(chat.c.bot_id == bot_id, chat.c.next_send <= now, _unsent(bot_id))
                .where(chat.c.sender.is_(None) | (chat.c.send_until < now))
                .order_by(chat.c.next_send)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            chats = ready.scalars().all()
            parcels: list[Parcel] = []
            if chats:
                slot = max(now, await _free_slot(connection, bot_id))
                for chat_id in chats:
                    if slot - now > AHEAD:
                        break
                    parcel = await self._claim_head(connection, chat_id, now, lease, slot - now)
                    if parcel:
                        parcels.append(parcel)
                        slot += gap
                await connection.execute(update(pace).where(pace.c.bot_id == bot_id).values(next=slot))
            again = await self._ask_again(connection, bot_id, now)
            if len(parcels) < len(chats):
                again = min(AHEAD / 2, again if again is not None else AHEAD)
        return parcels, again

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
        bot_id, chat_id = self._bot_id(), parcel.claim.chat_id
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            blocked = {"blocked": True} if result == "blocked" else {}
            proved = await connection.execute(
                update(chat)
                .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
                .where(chat.c.sender == parcel.claim.token)
                .values(sender=None, send_until=0, next_send=now + pause, **blocked)
            )
            if not proved.rowcount:
                raise LeaseLost(f"another process sends to chat {chat_id} now")
            await connection.execute(
                update(outbox)
                .where(outbox.c.id == parcel.id)
                .values(**_written(result, parcel.tries, now, message_id, reason))
            )
            if result == "blocked":
                await _drop_rest(connection, bot_id, chat_id, now)
            await _forget_spoken(connection, bot_id, chat_id)
        self._woken("send")

    async def take_slot(self, gap: float) -> bool:
        """Take the present slot of the overall rate if nobody has: for previews, which may be dropped."""
        bot_id = self._bot_id()
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            await _free_slot(connection, bot_id)
            taken = await connection.execute(
                update(pace).where(pace.c.bot_id == bot_id, pace.c.next <= now).values(next=now + gap)
            )
            return bool(taken.rowcount)

    async def _claim_head(
        self, connection: AsyncConnection, chat_id: int, now: float, lease: float, wait: float
    ) -> Parcel | None:
        """The chat's next row. One that somebody began to send twice and never ended is given up."""
        bot_id = self._bot_id()
        heads = await connection.execute(
            select(outbox)
            .where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id, outbox.c.state.in_(UNSENT))
            .order_by(outbox.c.id)
            .limit(8)
        )
        for head in heads.all():
            if head.tries >= 2:
                await connection.execute(
                    update(outbox)
                    .where(outbox.c.id == head.id)
                    .values(**_written("unknown", 2, now, None, ""))
                )
                continue
            claim = Claim(chat_id=chat_id, token=uuid4().hex)
            await connection.execute(
                update(chat)
                .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
                .values(sender=claim.token, send_until=now + lease)
            )
            await connection.execute(
                update(outbox).where(outbox.c.id == head.id).values(state="sending", tries=head.tries + 1)
            )
            return Parcel(id=head.id, claim=claim, call=read_call(head), tries=head.tries + 1, wait=wait)
        return None

    async def _ask_again(self, connection: AsyncConnection, bot_id: int, now: float) -> float | None:
        """Seconds until a chat that waits for its own pause, or for a dead process's lease, is due."""
        due = await connection.execute(
            select(func.min(chat.c.next_send), func.min(chat.c.send_until))
            .where(chat.c.bot_id == bot_id, _unsent(bot_id))
            .group_by(chat.c.sender.is_(None))
        )
        times = [max(row[0], row[1]) for row in due.all()]
        return max(0.0, min(times) - now) if times else None


def _unsent(bot_id: int) -> Any:
    return (
        select(outbox.c.id)
        .where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat.c.chat_id, outbox.c.state.in_(UNSENT))
        .correlate(chat)
        .exists()
    )


async def _free_slot(connection: AsyncConnection, bot_id: int) -> float:
    """The next free slot, its row locked: the one place where all senders meet."""
    await connection.execute(insert(connection, pace).values(bot_id=bot_id, next=0).on_conflict_do_nothing())
    found = await connection.execute(select(pace.c.next).where(pace.c.bot_id == bot_id).with_for_update())
    return float(found.scalar_one())


def _written(
    result: SendResult, tries: int, now: float, message_id: int | None, reason: str
) -> dict[str, Any]:
    """What a row says after a sending. What was sent need not be kept: the talk has it."""
    emptied = {"params": "{}", "content": None, "ended": now}
    match result:
        case "sent":
            return {"state": "sent", "message_id": message_id, **emptied}
        case "unknown" if tries >= 2:
            return {"state": "uncertain", **emptied}
        case "unknown":
            return {"state": "new"}
        case "later":
            return {"state": "new", "tries": tries - 1}
        case "blocked":
            return {"state": "dropped", "reason": reason, **emptied}
        case "refused":
            return {"state": "refused", "reason": reason, "ended": now}


async def _drop_rest(connection: AsyncConnection, bot_id: int, chat_id: int, now: float) -> None:
    await connection.execute(
        update(outbox)
        .where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id, outbox.c.state.in_(UNSENT))
        .values(state="dropped", reason="the user has blocked the bot", params="{}", content=None, ended=now)
    )


async def _forget_spoken(connection: AsyncConnection, bot_id: int, chat_id: int) -> None:
    """The last trace of a chat that asked to be forgotten, once its last words are out."""
    gone = await connection.execute(
        delete(chat)
        .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id, chat.c.forgotten, ~_unsent(bot_id))
        .where(
            ~select(turn.c.seq)
            .where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id, turn.c.state == "new")
            .exists()
        )
    )
    if gone.rowcount:
        await connection.execute(delete(outbox).where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id))
        await connection.execute(
            update(turn).where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id).values(chat_id=0)
        )
