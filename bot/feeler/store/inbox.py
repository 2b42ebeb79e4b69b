"""Takes updates in: each once, each judged under the limits, all in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from feeler.mailroom import Incoming, Judge, Standing, Verdict
from feeler.store.database import Database, Transaction, transactional
from feeler.store.rows import ensure_chat, insert, put_calls
from feeler.store.tables import BOT, CHAT, IS_NEW, chat, turn

TALKING = 15 * 60.0  # a chat counts as talking for so many seconds after its last message
LAPSE = 86_400.0  # seconds after which wrong pairing codes count no more


class StoredInbox:
    def __init__(self, database: Database, bot_id: Callable[[], int]) -> None:
        self._database, self._bot_id = database, bot_id

    @transactional
    def accept(self, tx: Transaction, updates: Sequence[Incoming], judge: Judge) -> int:
        """Store updates, each once however often it comes; returns how many were new."""
        new = 0
        chats = {each.chat_id for each in updates}
        places = chats | {_place(each) for each in updates}
        for chat_id in sorted(places):  # always in one order: no deadlocks
            if chat_id in chats:
                ensure_chat(tx, self._bot_id(), chat_id)
            if tx.shared:
                mine = (chat.c.bot_id == self._bot_id()) & (chat.c.chat_id == chat_id)
                tx.execute(select(chat.c.chat_id).where(mine).with_for_update())
        for each in updates:
            new += self._take(tx, each, judge)
        return new

    def _take(self, tx: Transaction, each: Incoming, judge: Judge) -> int:
        bot_id = self._bot_id()
        standing = _standing(tx, bot_id, each.chat_id)
        held = _held(tx, bot_id, _place(each))
        verdict = judge(each, replace(standing, held=held.body if held else ""))
        body = (each.body if verdict.body is None else verdict.body) if verdict.take else ""
        # Beside a turn only where there is one: in its chat's order it may also end a pending question.
        lane = "chat" if each.lane == "aside" and not standing.waiting else each.lane
        state = ("done" if verdict.joined else "new") if verdict.take else "refused"
        body = "" if verdict.joined else body
        stored = tx.execute(
            insert(tx, turn)
            .values(
                bot_id=bot_id,
                update_id=each.update_id,
                chat_id=each.chat_id,
                lane=lane,
                body=body,
                state=state,
                received=tx.now,
                until=tx.now + verdict.hold if verdict.hold and state == "new" else 0,
                ended=tx.now if state == "done" else None,
            )
            .on_conflict_do_nothing()
            .returning(turn.c.seq)
        )
        if stored.scalar_one_or_none() is None:
            return 0
        if held and verdict.take:  # its next part is here, or something else is: then none follows
            waits = {"body": verdict.joined, "until": tx.now + verdict.hold if verdict.hold else 0}
            tx.execute(
                update(turn).where(turn.c.seq == held.seq).values(waits if verdict.joined else {"until": 0})
            )
        if each.heard:
            self._note(tx, each, verdict, standing)
        if verdict.notice and each.chat_id:
            put_calls(tx, bot_id, each.chat_id, [verdict.notice])
        if verdict.take:
            tx.wake("aside" if lane == "aside" else "work")
            if each.lane == "stop":
                tx.wake("stop")
        return 1

    def _note(self, tx: Transaction, each: Incoming, verdict: Verdict, standing: Standing) -> None:
        """What the chat's row has to remember of this update."""
        today = datetime.fromtimestamp(tx.now, UTC).date().isoformat()
        counted = int(verdict.take and each.said and not (each.command or verdict.joined))
        values: dict[str, object] = {}
        if verdict.take:
            values |= {
                "seen": tx.now,
                "blocked": False,  # whoever writes to us has unblocked us
                "forgotten": False,
                "day": today,
                "day_turns": standing.turns_today + counted,
            }
            if each.lane == "stop":
                values["stop"] = True
        if verdict.notice:
            values["noticed"] = tx.now
        if verdict.paired:
            values |= {"paired": True, "strikes": 0}
        if verdict.strike:
            values |= {"strikes": standing.strikes + 1, "struck": tx.now}
        if values:
            tx.execute(
                update(chat)
                .where(chat.c.bot_id == self._bot_id(), chat.c.chat_id == each.chat_id)
                .values(**values)
            )


def _place(each: Incoming) -> int:
    """The chat whose last turn an update may belong to."""
    return each.rest_in or each.chat_id


def _held(tx: Transaction, bot_id: int, chat_id: int) -> Any:
    """The chat's last turn, where that was not begun: a part may join it. None where there is none.

    It need not wait for one: of parts that come in the wrong order, the last may be here first.
    """
    return tx.execute(_HELD, {"bot": bot_id, "chat": chat_id}).one_or_none()


_HELD = (
    select(turn.c.seq, turn.c.body)
    .where(turn.c.bot_id == BOT, turn.c.chat_id == CHAT, IS_NEW)
    .where(turn.c.lane == "chat", turn.c.tries == 0)
    .order_by(turn.c.update_id.desc())
    .limit(1)
)
_OTHER = chat.alias("other")
_STANDING = select(
    chat.c.paired,
    chat.c.strikes,
    chat.c.struck,
    chat.c.seen,
    chat.c.day,
    chat.c.day_turns,
    chat.c.noticed,
    select(func.count())
    .where(turn.c.bot_id == BOT, turn.c.chat_id == CHAT, IS_NEW)
    .scalar_subquery()
    .label("waiting"),
    select(func.count())
    .select_from(turn)
    .where(turn.c.bot_id == BOT, IS_NEW)
    .scalar_subquery()
    .label("overall"),
    select(func.count())
    .where(_OTHER.c.bot_id == BOT, _OTHER.c.seen > bindparam("recent"))
    .scalar_subquery()
    .label("talking"),
).where(chat.c.bot_id == BOT, chat.c.chat_id == CHAT)


def _standing(tx: Transaction, bot_id: int, chat_id: int) -> Standing:
    recent = tx.now - TALKING
    row = tx.execute(_STANDING, {"bot": bot_id, "chat": chat_id, "recent": recent}).one()
    talking = row.seen > recent
    today = datetime.fromtimestamp(tx.now, UTC).date().isoformat()
    return Standing(
        known=row.paired,
        waiting=row.waiting,
        waiting_overall=row.overall,
        turns_today=row.day_turns if row.day == today else 0,
        others_talking=row.talking - int(talking),
        talking=talking,
        strikes=row.strikes if row.struck > tx.now - LAPSE else 0,
        struck=tx.now - row.struck if row.struck else float("inf"),
        noticed=tx.now - row.noticed if row.noticed else float("inf"),
        now=tx.now,
    )
