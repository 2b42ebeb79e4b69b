"""Takes updates in: each once, each judged under the limits, all in one transaction."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeler.mailroom import Incoming, Judge, Standing, Verdict
from feeler.store.database import Database
from feeler.store.rows import ensure_chat, insert, put_calls
from feeler.store.tables import chat, turn

TALKING = 15 * 60.0  # a chat counts as talking for so many seconds after its last message


class StoredInbox:
    def __init__(self, database: Database, bot_id: Callable[[], int], woken: Callable[[str], None]) -> None:
        self._database, self._bot_id, self._woken = database, bot_id, woken

    async def accept(self, updates: Sequence[Incoming], judge: Judge) -> int:
        """Store updates, each once however often it comes; returns how many were new."""
        new = 0
        woken: set[str] = set()
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            for chat_id in sorted({each.chat_id for each in updates}):  # always in one order: no deadlocks
                await ensure_chat(connection, self._bot_id(), chat_id)
                await connection.execute(
                    select(chat.c.chat_id)
                    .where(chat.c.bot_id == self._bot_id(), chat.c.chat_id == chat_id)
                    .with_for_update()
                )
            for each in updates:
                new += await self._take(connection, each, judge, now, woken)
            for what in sorted(woken):
                await self._database.notify(connection, what)
        for what in woken:
            self._woken(what)
        return new

    async def _take(
        self, connection: AsyncConnection, each: Incoming, judge: Judge, now: float, woken: set[str]
    ) -> int:
        bot_id = self._bot_id()
        standing = await _standing(connection, bot_id, each.chat_id, now)
        verdict = judge(each, standing)
        body = (each.body if verdict.body is None else verdict.body) if verdict.take else ""
        stored = await connection.execute(
            insert(connection, turn)
            .values(
                bot_id=bot_id,
                update_id=each.update_id,
                chat_id=each.chat_id,
                lane=each.lane,
                body=body,
                state="new" if verdict.take else "refused",
                received=now,
            )
            .on_conflict_do_nothing()
            .returning(turn.c.seq)
        )
        if stored.scalar_one_or_none() is None:
            return 0
        await self._note(connection, each, verdict, now)
        if verdict.notice:
            await put_calls(connection, bot_id, each.chat_id, [verdict.notice], now=now)
            woken.add("send")
        if verdict.take:
            woken.add("work")
            if each.lane == "stop":
                woken.add("stop")
        return 1

    async def _note(self, connection: AsyncConnection, each: Incoming, verdict: Verdict, now: float) -> None:
        """What the chat's row has to remember of this update."""
        today = datetime.fromtimestamp(now, UTC).date().isoformat()
        counted = int(verdict.take and not each.command)
        values: dict[str, object] = {}
        if verdict.take:
            values |= {
                "seen": now,
                "blocked": False,  # whoever writes to us has unblocked us
                "forgotten": False,
                "day": today,
                "day_turns": (await _turns_today(connection, self._bot_id(), each.chat_id, today)) + counted,
            }
            if each.lane == "stop":
                values["stop"] = True
        if verdict.notice:
            values["noticed"] = now
        if verdict.paired:
            values |= {"paired": True, "strikes": 0}
        if verdict.strike:
            values["strikes"] = chat.c.strikes + 1
        if values:
            await connection.execute(
                update(chat)
                .where(chat.c.bot_id == self._bot_id(), chat.c.chat_id == each.chat_id)
                .values(**values)
            )


async def _turns_today(connection: AsyncConnection, bot_id: int, chat_id: int, today: str) -> int:
    row = (
        await connection.execute(
            select(chat.c.day, chat.c.day_turns).where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
        )
    ).one()
    return row.day_turns if row.day == today else 0


async def _standing(connection: AsyncConnection, bot_id: int, chat_id: int, now: float) -> Standing:
    mine = (turn.c.bot_id == bot_id) & (turn.c.state == "new")
    recent = now - TALKING
    other = chat.alias("other")
    row = (
        await connection.execute(
            select(
                chat.c.paired,
                chat.c.strikes,
                chat.c.seen,
                chat.c.day,
                chat.c.day_turns,
                chat.c.noticed,
                select(func.count())
                .where(mine, turn.c.chat_id == chat_id)
                .scalar_subquery()
                .label("waiting"),
                select(func.count()).select_from(turn).where(mine).scalar_subquery().label("overall"),
                select(func.count())
                .where(other.c.bot_id == bot_id, other.c.seen > recent)
                .scalar_subquery()
                .label("talking"),
            ).where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
        )
    ).one()
    talking = row.seen > recent
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    return Standing(
        known=row.paired,
        waiting=row.waiting,
        waiting_overall=row.overall,
        turns_today=row.day_turns if row.day == today else 0,
        others_talking=row.talking - int(talking),
        talking=talking,
        strikes=row.strikes,
        noticed=now - row.noticed if row.noticed else float("inf"),
        now=now,
    )
