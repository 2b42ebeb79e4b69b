"""What people asked to be reminded of: read and written with their chat, handed out when it is due."""

import logging
from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select

from feeler.mailroom import Call
from feeler.store.database import Transaction
from feeler.store.rows import ensure_chat, insert, owe_scrub, put_calls
from feeler.store.tables import reminder
from feeler.usecases.values import Reminder

log = logging.getLogger(__name__)

REMINDER = TypeAdapter(Reminder)


def read_reminders(tx: Transaction, bot_id: int, chat_id: int) -> tuple[Reminder, ...]:
    """What is still to come, the next one first. One that cannot be read stays where it is."""
    rows = tx.execute(
        select(reminder.c.id, reminder.c.value)
        .where(reminder.c.bot_id == bot_id, reminder.c.chat_id == chat_id)
        .order_by(reminder.c.due, reminder.c.id)
    ).all()
    return tuple(found for row in rows if (found := _read(row.id, row.value)))


def put_reminders(
    tx: Transaction, bot_id: int, chat_id: int, before: tuple[Reminder, ...], after: tuple[Reminder, ...]
) -> None:
    """Write what came and went in a turn. What was handed out meanwhile is in both, and stays gone."""
    gone = [one.id for one in before if one not in after]
    if gone:
        tx.execute(delete(reminder).where(reminder.c.bot_id == bot_id, reminder.c.id.in_(gone)))
        owe_scrub(tx, bot_id)
    for one in after:
        if one not in before:
            tx.execute(
                insert(tx, reminder)
                .values(
                    bot_id=bot_id, id=one.id, chat_id=chat_id, due=one.due.timestamp(),
                    value=REMINDER.dump_json(one).decode(),
                )
                .on_conflict_do_nothing()
            )  # fmt: skip


def hand_out(tx: Transaction, bot_id: int, say: Callable[[Reminder], tuple[Call, ...]], most: int) -> int:
    """Move what is due to the outbox, the oldest first, each once. Returns how many."""
    due = tx.execute(
        select(reminder)
        .where(reminder.c.bot_id == bot_id, reminder.c.due <= tx.now)
        .order_by(reminder.c.due, reminder.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        tx.execute(delete(reminder).where(reminder.c.bot_id == bot_id, reminder.c.id == row.id))
        if found := _read(row.id, row.value):
            ensure_chat(tx, bot_id, row.chat_id)  # it may have gone for its age since
            put_calls(tx, bot_id, row.chat_id, say(found))
    return len(due)


def _read(identifier: str, value: str) -> Reminder | None:
    try:
        return REMINDER.validate_json(value)
    except ValidationError:
        log.error("reminder %s cannot be read", identifier)
        return None
