"""What is kept about people: read back, exported, aged out, counted."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from feeler.interview.values import Interview
from feeler.mailroom import Call, Counts, Quarantined
from feeler.store.database import Database, Transaction, transactional
from feeler.store.reminders import hand_out, read_reminders
from feeler.store.rows import FIRST, owe_scrub, put_talk, read_chat, read_own, read_talk, write_chat
from feeler.store.tables import IS_NEW, IS_UNSENT, chat, outbox, own, reminder, talk, turn
from feeler.usecases.values import Reminder

DAY = 86_400.0
BOOKKEEPING_DAYS = 7.0  # of what holds no text any more; Telegram delivers an update again for 24 hours


def _json(value: str) -> Any:
    """A stored value for its user; one that is no JSON any more as the text that it is."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _filename(upload: str) -> Any:
    """What the file of a message is called; all that is stored of it where that cannot be told."""
    found = _json(upload)
    return found[1] if isinstance(found, list) and len(found) > 1 else found


def _when(seconds: float) -> datetime:
    """A stored time; the first one there is for what is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return FIRST


def _about(row: Any) -> dict[str, Any]:
    """A chat's row for its user; the leases on it say nothing about anybody."""
    return {
        "chat_id": row.chat_id,
        "state": _json(row.value) if row.value else None,
        "last_message_at": row.seen,
        "last_answer_at": row.served,
        "last_told_that_a_message_was_left_out_at": row.noticed,
        "day_of_the_last_message": row.day,
        "messages_that_day": row.day_turns,
        "paired": row.paired,
        "wrong_pairing_codes": row.strikes,
        "last_wrong_pairing_code_at": row.struck,
        "has_blocked_the_bot": row.blocked,
    }


def _delete_talks(tx: Transaction, bot_id: int, old: float) -> int:
    """Delete the talks not changed since `old`, also from the chats that remember them; returns how many.

    What a chat is in the middle of goes the next time.
    """
    due = select(talk.c.chat_id).where(talk.c.bot_id == bot_id, talk.c.changed < old)
    idle = tx.execute(
        select(chat.c.chat_id, chat.c.value)
        .where(chat.c.bot_id == bot_id, chat.c.owner.is_(None), chat.c.chat_id.in_(due))
        .order_by(chat.c.chat_id)
        .with_for_update()
    ).all()
    busy = select(chat.c.chat_id).where(chat.c.bot_id == bot_id, chat.c.owner.is_not(None))
    deleted = tx.execute(
        delete(talk)
        .where(talk.c.bot_id == bot_id, talk.c.changed < old, ~talk.c.chat_id.in_(busy))
        .returning(talk.c.id)
    )
    gone = set(deleted.scalars())
    for row in idle:
        before = read_chat(row.chat_id, row.value)
        after = before
        if before.interview and before.interview.id in gone:
            after = replace(after, interview=None)
        if before.undo and before.undo.id in gone:
            after = replace(after, undo=None)
        if after != before:
            mine = (chat.c.bot_id == bot_id) & (chat.c.chat_id == row.chat_id)
            tx.execute(update(chat).where(mine).values(value=write_chat(after)))
    return len(gone)


class Records:
    """The archive of talks, and all else that is stored about a chat."""

    def __init__(self, database: Database, bot_id: Callable[[], int]) -> None:
        self._database, self._bot_id = database, bot_id

    @transactional
    def talks(self, tx: Transaction, chat_id: int) -> tuple[Interview, ...]:
        """See `feeler.ports.Archive`."""
        read = (read_talk(row.id, row.value) for row in self._archived(tx, chat_id))
        return tuple(each for each in read if each is not None)

    @transactional
    def unreadable(self, tx: Transaction, chat_id: int) -> dict[str, datetime]:
        """See `feeler.ports.Archive`."""
        rows = self._archived(tx, chat_id)
        return {row.id: _when(row.started) for row in rows if read_talk(row.id, row.value) is None}

    def _archived(self, tx: Transaction, chat_id: int) -> Sequence[Any]:
        """The rows of a chat's talks, oldest first."""
        return tx.execute(
            select(talk.c.id, talk.c.started, talk.c.value)
            .where(talk.c.bot_id == self._bot_id(), talk.c.chat_id == chat_id)
            .order_by(talk.c.started, talk.c.id)
        ).all()

    @transactional
    def remember(self, tx: Transaction, chat_id: int, interview: Interview) -> None:
        """Archive a talk outside of a turn, as the terminal does."""
        put_talk(tx, self._bot_id(), chat_id, interview)

    @transactional
    def everything(self, tx: Transaction, chat_id: int) -> dict[str, Any]:
        """All that is stored about this chat as JSON-ready values, for /export."""
        bot_id = self._bot_id()
        row = (
            tx.execute(select(chat).where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id))
        ).one_or_none()
        turns = tx.execute(
            select(turn).where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id).order_by(turn.c.update_id)
        )
        calls = tx.execute(
            select(outbox).where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id).order_by(outbox.c.id)
        )
        brought = tx.execute(
            select(own).where(own.c.bot_id == bot_id, own.c.chat_id == chat_id).order_by(own.c.place)
        )
        waiting = tx.execute(
            select(reminder.c.value)
            .where(reminder.c.bot_id == bot_id, reminder.c.chat_id == chat_id)
            .order_by(reminder.c.due)
        )
        return {
            "chat": _about(row) if row else {},
            "own": [{"kind": each.key.split(" ")[0], "value": _json(each.value)} for each in brought],
            "reminders": [_json(value) for value in waiting.scalars()],
            "talks": [_json(each.value) for each in self._archived(tx, chat_id)],
            "updates": [
                {
                    "update_id": each.update_id,
                    "state": each.state,
                    "received": each.received,
                    "update": each.body or None,
                }
                for each in turns
            ],
            "messages": [
                {
                    "method": each.method,
                    "state": each.state,
                    "created": each.created,
                    "message_id": each.message_id,
                    "params": _json(each.params),
                    "file": _filename(each.upload) if each.upload else None,
                }
                for each in calls
            ],
        }

    @transactional
    def purge(self, tx: Transaction, older_than_days: int) -> int:
        """Delete talks, chats and bookkeeping older than that; returns how many talks went. 0: keep all."""
        bot_id = self._bot_id()
        old, spent = tx.now - older_than_days * DAY, tx.now - BOOKKEEPING_DAYS * DAY
        gone = 0
        if older_than_days:
            tx.execute(
                delete(chat).where(
                    chat.c.bot_id == bot_id,
                    chat.c.seen < old,
                    chat.c.served < old,
                    chat.c.noticed < old,  # or wrong pairing codes would be forgotten within the hour
                    chat.c.owner.is_(None),
                    ~chat.c.chat_id.in_(select(outbox.c.chat_id).where(outbox.c.bot_id == bot_id, IS_UNSENT)),
                    ~chat.c.chat_id.in_(select(turn.c.chat_id).where(turn.c.bot_id == bot_id, IS_NEW)),
                )
            )
            there = select(chat.c.chat_id).where(chat.c.bot_id == bot_id)
            left = tx.execute(delete(own).where(own.c.bot_id == bot_id, own.c.chat_id.not_in(there)))
            gone = _delete_talks(tx, bot_id, old)
            if left.rowcount or gone:
                owe_scrub(tx, bot_id)
        tx.execute(delete(turn).where(turn.c.bot_id == bot_id, turn.c.state != "new", turn.c.ended < spent))
        tx.execute(
            delete(turn).where(turn.c.bot_id == bot_id, turn.c.state == "refused", turn.c.received < spent)
        )
        tx.execute(
            delete(outbox).where(
                outbox.c.bot_id == bot_id, outbox.c.ended.is_not(None), outbox.c.ended < spent
            )
        )
        return gone

    @transactional
    def remind(self, tx: Transaction, say: Callable[[Reminder], tuple[Call, ...]], most: int) -> int:
        """Hand up to `most` reminders that are due to the outbox, each once; returns how many."""
        return hand_out(tx, self._bot_id(), say, most)

    @transactional
    def counts(self, tx: Transaction) -> Counts:
        """How full the mailroom is."""
        bot_id = self._bot_id()

        def count(table: Any, *conditions: Any) -> Any:
            return select(func.count()).select_from(table).where(table.c.bot_id == bot_id, *conditions)

        waiting, unsent, poison, refused, uncertain, chats, talks = (
            tx.execute(
                select(
                    count(turn, IS_NEW).scalar_subquery(),
                    count(outbox, IS_UNSENT).scalar_subquery(),
                    count(turn, turn.c.state == "poison").scalar_subquery(),
                    count(outbox, outbox.c.state == "refused").scalar_subquery(),
                    count(outbox, outbox.c.state == "uncertain").scalar_subquery(),
                    count(chat).scalar_subquery(),
                    count(talk).scalar_subquery(),
                )
            )
        ).one()
        return Counts(
            turns_waiting=waiting,
            calls_waiting=unsent,
            quarantined=poison + refused,
            uncertain=uncertain,
            chats=chats,
            talks=talks,
        )

    @transactional
    def quarantined(self, tx: Transaction, most: int = 20) -> list[Quarantined]:
        """What was set aside, newest first."""
        bot_id = self._bot_id()
        updates = tx.execute(
            select(turn.c.update_id, turn.c.chat_id, turn.c.reason, turn.c.ended)
            .where(turn.c.bot_id == bot_id, turn.c.state == "poison")
            .order_by(turn.c.seq.desc())
            .limit(most)
        )
        calls = tx.execute(
            select(outbox.c.id, outbox.c.chat_id, outbox.c.reason, outbox.c.ended)
            .where(outbox.c.bot_id == bot_id, outbox.c.state == "refused")
            .order_by(outbox.c.id.desc())
            .limit(most)
        )
        found = [
            Quarantined(kind="update", id=row[0], chat_id=row[1], reason=row[2], at=row[3]) for row in updates
        ] + [Quarantined(kind="call", id=row[0], chat_id=row[1], reason=row[2], at=row[3]) for row in calls]
        return sorted(found, key=lambda each: -each.at)[:most]

    @transactional
    def chat_ids(self, tx: Transaction) -> tuple[int, ...]:
        """Every chat that is stored."""
        found = tx.execute(
            select(chat.c.chat_id).where(chat.c.bot_id == self._bot_id()).order_by(chat.c.chat_id)
        )
        return tuple(found.scalars())

    @transactional
    def chat(self, tx: Transaction, chat_id: int) -> Any:
        """The chat as it is remembered, or None."""
        value = tx.execute(
            select(chat.c.value).where(chat.c.bot_id == self._bot_id(), chat.c.chat_id == chat_id)
        )
        found = value.scalar_one_or_none()
        if not found:
            return None
        return replace(
            read_chat(chat_id, found),
            own=read_own(tx, self._bot_id(), chat_id),
            reminders=read_reminders(tx, self._bot_id(), chat_id),
        )
