"""Hands out what is to be sent, in order and at the allowed rates, and writes down how it went."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, bindparam, delete, func, select, update

from feeler.errors import LeaseLost
from feeler.mailroom import Claim, Parcel, SendResult
from feeler.store.database import Database, Transaction, transactional
from feeler.store.rows import insert, read_call
from feeler.store.tables import BOT, CHAT, FORGOTTEN, IS_NEW, IS_UNSENT, chat, outbox, pace, turn

_HAS_UNSENT = chat.c.chat_id.in_(select(outbox.c.chat_id).where(outbox.c.bot_id == BOT, IS_UNSENT))
_READY = (
    select(chat.c.chat_id)
    .where(chat.c.bot_id == BOT, chat.c.next_send <= bindparam("now"), _HAS_UNSENT)
    .where(chat.c.sender.is_(None) | (chat.c.send_until < bindparam("now")))
    .order_by(chat.c.next_send)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_HEAD = (
    select(outbox)
    .where(outbox.c.bot_id == BOT, outbox.c.chat_id == CHAT, IS_UNSENT)
    .order_by(outbox.c.id)
    .limit(1)
)
_OWN = (
    update(chat)
    .where(chat.c.bot_id == BOT, chat.c.chat_id == CHAT)
    .values(sender=bindparam("token"), send_until=bindparam("end"))
)
_BEGUN = (
    update(outbox).where(outbox.c.id == bindparam("one")).values(state="sending", tries=outbox.c.tries + 1)
)
_DUE = (
    select(func.min(chat.c.next_send), func.min(chat.c.send_until))
    .where(chat.c.bot_id == BOT, _HAS_UNSENT)
    .group_by(chat.c.sender.is_(None))
)
_SLOT = select(pace.c.next).where(pace.c.bot_id == BOT).with_for_update()


class StoredOutbox:
    def __init__(self, database: Database, bot_id: Callable[[], int]) -> None:
        self._database, self._bot_id = database, bot_id

    @transactional
    def claim(
        self, tx: Transaction, most: int, lease: float, gap: float
    ) -> tuple[list[Parcel], float | None]:
        """Claim what may be sent at once, one parcel a chat; and in how many seconds to ask again, if ever.

        `gap` seconds lie between any two slots of the overall rate, over all processes. Nothing is given out
        in advance: a claimed parcel counts as perhaps sent.
        """
        bot_id = self._bot_id()
        ready = tx.execute(_READY, {"bot": bot_id, "now": tx.now, "most": most})
        chats = ready.scalars().all()
        parcels: list[Parcel] = []
        if chats:
            slot = _free_slot(tx, bot_id)
            for chat_id in chats:
                if slot > tx.now:
                    break
                if parcel := self._claim_head(tx, chat_id, lease):
                    parcels.append(parcel)
                    slot = tx.now + gap
            if parcels:
                tx.execute(update(pace).where(pace.c.bot_id == bot_id).values(next=slot))
            if len(parcels) < len(chats):
                return parcels, max(0.0, slot - tx.now)
        return parcels, self._ask_again(tx, bot_id)

    @transactional
    def done(
        self,
        tx: Transaction,
        parcel: Parcel,
        result: SendResult,
        *,
        message_id: int | None = None,
        reason: str = "",
        pause: float = 1.0,
    ) -> None:
        """Write down how a sending went. Nothing of this chat is sent for `pause` seconds."""
        bot_id, chat_id = self._bot_id(), parcel.claim.chat_id
        blocked = {"blocked": True} if result == "blocked" else {}
        forgotten = tx.execute(
            update(chat)
            .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
            .where(chat.c.sender == parcel.claim.token)
            .values(sender=None, send_until=0, next_send=tx.now + pause, **blocked)
            .returning(chat.c.forgotten)
        ).scalar_one_or_none()
        if forgotten is None:
            raise LeaseLost(f"another process sends to chat {chat_id} now")
        ours = and_(
            outbox.c.bot_id == bot_id,
            outbox.c.chat_id == chat_id,
            outbox.c.id == parcel.id,
            outbox.c.state == "sending",
            outbox.c.tries == parcel.tries,
        )
        written = _written(result, parcel.tries, tx.now, message_id, reason)
        if written["state"] == "new" and self._is_forgotten(tx, parcel.id):
            written = _dropped(tx.now)
        tx.execute(update(outbox).where(ours).values(**written))
        if result == "blocked":
            _drop_rest(tx, bot_id, chat_id)
        if forgotten:
            _forget_spoken(tx, bot_id, chat_id)
        tx.wake("send")

    @transactional
    def take_slot(self, tx: Transaction, gap: float) -> bool:
        """Take the present slot of the overall rate if nobody has: for previews, which may be dropped."""
        bot_id = self._bot_id()
        _free_slot(tx, bot_id)
        taken = tx.execute(
            update(pace).where(pace.c.bot_id == bot_id, pace.c.next <= tx.now).values(next=tx.now + gap)
        )
        return bool(taken.rowcount)

    def _claim_head(self, tx: Transaction, chat_id: int, lease: float) -> Parcel | None:
        """The chat's next row. One that somebody began to send twice and never ended is given up, and so are
        one that was on its way when its chat was forgotten and one that cannot be read."""
        bot_id = self._bot_id()
        which = {"bot": bot_id, "chat": chat_id}
        while head := tx.execute(_HEAD, which).one_or_none():
            call = read_call(head)
            if head.tries >= 2 or head.reason == FORGOTTEN or call is None:
                given_up = _written("unknown", 2, tx.now, None, "")
                if head.reason == FORGOTTEN:
                    given_up = _dropped(tx.now)
                elif call is None:
                    given_up = _written("refused", head.tries, tx.now, None, "cannot be read")
                tx.execute(update(outbox).where(outbox.c.id == head.id).values(**given_up))
                continue
            claim = Claim(chat_id=chat_id, token=uuid4().hex)
            tx.execute(_OWN, {**which, "token": claim.token, "end": tx.now + lease})
            tx.execute(_BEGUN, {"one": head.id})
            return Parcel(id=head.id, claim=claim, call=call, tries=head.tries + 1)
        return None

    def _is_forgotten(self, tx: Transaction, row: int) -> bool:
        found = tx.execute(select(outbox.c.reason).where(outbox.c.id == row))
        return found.scalar_one_or_none() == FORGOTTEN

    def _ask_again(self, tx: Transaction, bot_id: int) -> float | None:
        """Seconds until a chat that waits for its own pause, or for a dead process's lease, is due."""
        due = tx.execute(_DUE, {"bot": bot_id})
        times = [max(row[0], row[1]) for row in due.all()]
        return max(0.0, min(times) - tx.now) if times else None


def _free_slot(tx: Transaction, bot_id: int) -> float:
    """The next free slot, its row locked: the one place where all senders meet."""
    slot = tx.execute(_SLOT, {"bot": bot_id}).scalar_one_or_none()
    if slot is None:
        tx.execute(insert(tx, pace).values(bot_id=bot_id, next=0).on_conflict_do_nothing())
        slot = tx.execute(_SLOT, {"bot": bot_id}).scalar_one()
    return float(slot)


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


def _dropped(now: float) -> dict[str, Any]:
    """What a row says whose chat was forgotten while it was on its way; its words are gone already."""
    return {"state": "dropped", "ended": now}


def _drop_rest(tx: Transaction, bot_id: int, chat_id: int) -> None:
    tx.execute(
        update(outbox)
        .where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id, IS_UNSENT)
        .values(
            state="dropped", reason="the user has blocked the bot", params="{}", content=None, ended=tx.now
        )
    )


def _forget_spoken(tx: Transaction, bot_id: int, chat_id: int) -> None:
    """The last trace of a chat that asked to be forgotten, once its last words are out."""
    unsent = chat.c.chat_id.in_(select(outbox.c.chat_id).where(outbox.c.bot_id == bot_id, IS_UNSENT))
    gone = tx.execute(
        delete(chat)
        .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id, chat.c.forgotten, ~unsent)
        .where(~select(turn.c.seq).where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id, IS_NEW).exists())
    )
    if gone.rowcount:
        tx.execute(delete(outbox).where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id))
        tx.execute(update(turn).where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id).values(chat_id=0))
