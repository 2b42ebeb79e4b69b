"""Claims chats, hands out their turns in order, and commits what they led to under the lease."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import bindparam, delete, select, update

from feeler.errors import LeaseLost
from feeler.mailroom import Answer, Call, Claim, Turn, Work
from feeler.store.database import Database, Transaction, transactional
from feeler.store.reminders import put_reminders, read_reminders
from feeler.store.rows import (
    owe_scrub,
    prove,
    put_calls,
    put_own,
    put_talk,
    read_chat,
    read_own,
    read_turn,
    write_chat,
)
from feeler.store.tables import BOT, CHAT, FORGOTTEN, IS_NEW, chat, outbox, own, reminder, talk, turn
from feeler.usecases.values import Chat

_FREE = (
    select(chat.c.chat_id)
    .where(chat.c.bot_id == BOT, chat.c.owner.is_(None) | (chat.c.until < bindparam("now")))
    .where(
        chat.c.chat_id.in_(
            select(turn.c.chat_id).where(
                turn.c.bot_id == BOT, IS_NEW, turn.c.lane != "aside", turn.c.until <= bindparam("now")
            )
        )
    )
    .order_by(chat.c.served, chat.c.chat_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_OWN = (
    update(chat)
    .where(chat.c.bot_id == BOT, chat.c.chat_id == CHAT)
    .values(owner=bindparam("token"), until=bindparam("end"))
)
_ASIDES = (
    select(turn)
    .where(turn.c.bot_id == BOT, IS_NEW, turn.c.lane == "aside", turn.c.until < bindparam("now"))
    .order_by(turn.c.seq)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_HEAD = (
    select(turn)
    .where(turn.c.bot_id == BOT, turn.c.chat_id == CHAT, IS_NEW, turn.c.lane != "aside")
    .where(turn.c.until <= bindparam("now"))  # nor one that waits for its next part: it is the last
    .order_by(turn.c.lane.desc(), turn.c.update_id)  # stop, errand, chat
    .limit(1)
)
_BEGUN = update(turn).where(turn.c.seq == bindparam("one")).values(tries=turn.c.tries + 1)
_VALUE = select(chat.c.value).where(chat.c.bot_id == BOT, chat.c.chat_id == CHAT)


class StoredTurns:
    def __init__(self, database: Database, bot_id: Callable[[], int]) -> None:
        self._database, self._bot_id = database, bot_id

    @transactional
    def claim(self, tx: Transaction, most: int, lease: float) -> list[Work]:
        """Claim up to `most` free chats that have something to answer, the least recently served first."""
        bot_id = self._bot_id()
        free = tx.execute(_FREE, {"bot": bot_id, "now": tx.now, "most": most})
        works = []
        for chat_id in free.scalars().all():
            claim = Claim(chat_id=chat_id, token=uuid4().hex)
            tx.execute(_OWN, {"bot": bot_id, "chat": chat_id, "token": claim.token, "end": tx.now + lease})
            if work := self._begin(tx, claim):
                works.append(work)
        return works

    @transactional
    def claim_asides(self, tx: Transaction, most: int, lease: float) -> list[Work]:
        """Claim up to `most` turns that are answered beside their chat's queue; `chat` is read only."""
        bot_id = self._bot_id()
        found = tx.execute(_ASIDES, {"bot": bot_id, "now": tx.now, "most": most})
        works = []
        for row in found.all():
            begun = read_turn(row)
            tx.execute(
                update(turn).where(turn.c.seq == row.seq).values(until=tx.now + lease, tries=row.tries + 1)
            )
            value = tx.execute(
                select(chat.c.value).where(chat.c.bot_id == bot_id, chat.c.chat_id == row.chat_id)
            )
            works.append(
                Work(
                    claim=Claim(chat_id=row.chat_id, token=""),
                    turn=Turn(**{**begun.__dict__, "tries": row.tries + 1}),
                    chat=_chat(tx, bot_id, row.chat_id, value.scalar_one_or_none()),
                )
            )
        return works

    @transactional
    def finish(self, tx: Transaction, work: Work, answer: Answer, *, keep: bool = True) -> Work | None:
        """Commit a turn's answer. Returns the chat's next turn, or None where the chat was let go."""
        if work.turn.lane == "aside":
            self._finish_aside(tx, work, "done", "", answer.calls)
            return None
        bot_id, chat_id = self._bot_id(), work.claim.chat_id
        value = None if answer.forget else write_chat(answer.chat)
        prove(tx, bot_id, work.claim, value=value, served=tx.now)
        if not _end(tx, work, "done"):
            return self._go_on(tx, work.claim, keep)
        if answer.forget:
            _forget(tx, bot_id, chat_id)
            owe_scrub(tx, bot_id)
        elif answer.chat.interview and answer.chat.interview != work.chat.interview:
            put_talk(tx, bot_id, chat_id, answer.chat.interview)
        if not answer.forget and answer.chat.own != work.chat.own:
            put_own(tx, bot_id, chat_id, work.chat.own, answer.chat.own)
        if not answer.forget and answer.chat.reminders != work.chat.reminders:
            put_reminders(tx, bot_id, chat_id, work.chat.reminders, answer.chat.reminders)
        if answer.errand:
            tx.execute(
                turn.insert().values(
                    bot_id=bot_id,
                    update_id=-work.turn.seq,  # Telegram's are positive
                    chat_id=chat_id,
                    lane="errand",
                    body=answer.errand,
                    state="new",
                    received=tx.now,
                )
            )
        put_calls(tx, bot_id, chat_id, answer.calls, update_id=work.turn.update_id)
        return self._go_on(tx, work.claim, keep)

    @transactional
    def set_aside(
        self,
        tx: Transaction,
        work: Work,
        reason: str,
        calls: tuple[Call, ...] = (),
        *,
        keep: bool = True,
    ) -> Work | None:
        """End a turn without an answer of its own; goes on like `finish`."""
        if work.turn.lane == "aside":
            self._finish_aside(tx, work, "poison", reason, calls)
            return None
        prove(tx, self._bot_id(), work.claim, served=tx.now)
        if _end(tx, work, "poison", reason):
            put_calls(tx, self._bot_id(), work.claim.chat_id, calls, update_id=work.turn.update_id)
        return self._go_on(tx, work.claim, keep)

    @transactional
    def release(self, tx: Transaction, work: Work, *, give_back: bool = True) -> None:
        """Let a chat go with its turn undone, the try given back or not. A lost lease is no error here."""
        undone = (
            update(turn)
            .where(turn.c.seq == work.turn.seq, turn.c.state == "new", turn.c.tries > 0)
            .values(tries=turn.c.tries - int(give_back), until=0)
        )
        if work.turn.lane != "aside":
            try:
                prove(tx, self._bot_id(), work.claim, owner=None, until=0)
            except LeaseLost:
                return
        tx.execute(undone)
        tx.wake("work")

    @transactional
    def renew(self, tx: Transaction, claims: Sequence[Claim], lease: float) -> set[str]:
        """Prolong leases; returns the tokens that are still held."""
        held = tx.execute(
            update(chat)
            .where(chat.c.bot_id == self._bot_id(), chat.c.owner.in_([each.token for each in claims]))
            .values(until=tx.now + lease)
            .returning(chat.c.owner)
        )
        return set(held.scalars())

    @transactional
    def stops(self, tx: Transaction, claims: Sequence[Claim]) -> set[str]:
        """The tokens among `claims` whose running turn the user has asked to stop."""
        asked = tx.execute(
            select(chat.c.owner)
            .where(chat.c.bot_id == self._bot_id(), chat.c.stop)
            .where(chat.c.owner.in_([each.token for each in claims]))
        )
        return set(asked.scalars())

    def _finish_aside(
        self, tx: Transaction, work: Work, state: str, reason: str, calls: tuple[Call, ...]
    ) -> None:
        """An aside turn writes no state, so that it can never overtake the turn it runs beside."""
        if not _end(tx, work, state, reason):
            raise LeaseLost(f"update {work.turn.update_id} was answered elsewhere")
        put_calls(tx, self._bot_id(), work.turn.chat_id, calls, update_id=work.turn.update_id)

    def _begin(self, tx: Transaction, claim: Claim) -> Work | None:
        """The chat's next turn, its try counted; where there is none, the chat is let go."""
        bot_id = self._bot_id()
        which = {"bot": bot_id, "chat": claim.chat_id}
        head = tx.execute(_HEAD, which | {"now": tx.now}).one_or_none()
        if head is None:
            prove(tx, bot_id, claim, owner=None, until=0)
            return None
        if head.lane == "stop":
            prove(tx, bot_id, claim, stop=False)
        tx.execute(_BEGUN, {"one": head.seq})
        value = tx.execute(_VALUE, which)
        begun = Turn(**{**read_turn(head).__dict__, "tries": head.tries + 1})
        return Work(claim=claim, turn=begun, chat=_chat(tx, bot_id, claim.chat_id, value.scalar_one()))

    def _go_on(self, tx: Transaction, claim: Claim, keep: bool) -> Work | None:
        """The chat's next turn; or let the chat go."""
        if keep:
            return self._begin(tx, claim)
        prove(tx, self._bot_id(), claim, owner=None, until=0)
        tx.wake("work")
        return None


def _chat(tx: Transaction, bot_id: int, chat_id: int, value: str | None) -> Chat:
    return replace(
        read_chat(chat_id, value),
        own=read_own(tx, bot_id, chat_id),
        reminders=read_reminders(tx, bot_id, chat_id),
    )


def _end(tx: Transaction, work: Work, state: str, reason: str = "") -> bool:
    """Mark the turn. False where it is marked already: an earlier try was committed, and only word of it
    was lost with the connection. Then nothing may be written again."""
    kept = {} if state == "poison" else {"body": ""}  # what was answered need not be kept twice
    ended = tx.execute(
        update(turn)
        .where(turn.c.seq == work.turn.seq, turn.c.state == "new")
        .values(state=state, reason=reason, ended=tx.now, **kept)
    )
    return bool(ended.rowcount)


def _forget(tx: Transaction, bot_id: int, chat_id: int) -> None:
    """Delete all that is stored about a chat. What stays until the last words are sent: its number.

    Update ids stay without a chat, so that one that is delivered again is not answered again.
    """
    tx.execute(
        update(chat)
        .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
        .values(forgotten=True, seen=0, noticed=0)
    )
    tx.execute(delete(talk).where(talk.c.bot_id == bot_id, talk.c.chat_id == chat_id))
    tx.execute(delete(own).where(own.c.bot_id == bot_id, own.c.chat_id == chat_id))
    tx.execute(delete(reminder).where(reminder.c.bot_id == bot_id, reminder.c.chat_id == chat_id))
    theirs = (outbox.c.bot_id == bot_id) & (outbox.c.chat_id == chat_id)
    tx.execute(delete(outbox).where(theirs, outbox.c.state != "sending"))
    tx.execute(
        update(outbox)  # on its way: the row stays until that has ended, or SQLite gives its number away
        .where(theirs)
        .values(params="{}", upload=None, content=None, reason=FORGOTTEN)
    )
    tx.execute(
        update(turn)
        .where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id)
        .where(turn.c.state != "new")
        .values(chat_id=0, body="", reason="")
    )
