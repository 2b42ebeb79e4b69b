"""Claims chats, hands out their turns in order, and commits what they led to under the lease."""

from collections.abc import Callable, Sequence
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeler.errors import LeaseLost
from feeler.mailroom import Answer, Call, Claim, SetAside, Turn, Work
from feeler.store.database import Database
from feeler.store.rows import prove, put_calls, put_talk, read_chat, read_turn, write_chat
from feeler.store.tables import chat, outbox, talk, turn


class StoredTurns:
    def __init__(self, database: Database, bot_id: Callable[[], int], woken: Callable[[str], None]) -> None:
        self._database, self._bot_id, self._woken = database, bot_id, woken

    async def claim(self, most: int, lease: float) -> list[Work]:
        """Claim up to `most` free chats that have something to answer, the least recently served first."""
        bot_id = self._bot_id()
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            waiting = (
                select(turn.c.seq)
                .where(turn.c.bot_id == bot_id, turn.c.chat_id == chat.c.chat_id)
                .where(turn.c.state == "new", turn.c.lane != "aside")
                .correlate(chat)
                .exists()
            )
            free = await connection.execute(
                select(chat.c.chat_id)
                .where(chat.c.bot_id == bot_id, chat.c.owner.is_(None) | (chat.c.until < now), waiting)
                .order_by(chat.c.served, chat.c.chat_id)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            works = []
            for chat_id in free.scalars().all():
                claim = Claim(chat_id=chat_id, token=uuid4().hex)
                await connection.execute(
                    update(chat)
                    .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
                    .values(owner=claim.token, until=now + lease)
                )
                if work := await self._begin(connection, claim):
                    works.append(work)
        return works

    async def claim_asides(self, most: int, lease: float) -> list[Work]:
        """Claim up to `most` turns that are answered beside their chat's queue; `chat` is read only."""
        bot_id = self._bot_id()
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            found = await connection.execute(
                select(turn)
                .where(turn.c.bot_id == bot_id, turn.c.state == "new", turn.c.lane == "aside")
                .where(turn.c.until < now)
                .order_by(turn.c.seq)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            works = []
            for row in found.all():
                begun = read_turn(row)
                await connection.execute(
                    update(turn).where(turn.c.seq == row.seq).values(until=now + lease, tries=row.tries + 1)
                )
                value = await connection.execute(
                    select(chat.c.value).where(chat.c.bot_id == bot_id, chat.c.chat_id == row.chat_id)
                )
                works.append(
                    Work(
                        claim=Claim(chat_id=row.chat_id, token=""),
                        turn=Turn(**{**begun.__dict__, "tries": row.tries + 1}),
                        chat=read_chat(row.chat_id, value.scalar_one_or_none()),
                    )
                )
        return works

    async def finish(self, work: Work, answer: Answer, *, keep: bool = True) -> Work | None:
        """Commit a turn's answer. Returns the chat's next turn, or None where the chat was let go."""
        if work.turn.lane == "aside":
            await self._finish_aside(work, "done", "", answer.calls)
            return None
        bot_id, chat_id = self._bot_id(), work.claim.chat_id
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            if answer.forget:
                await prove(connection, bot_id, work.claim, value=None, served=now)
                await _forget(connection, bot_id, chat_id, now)
            else:
                await prove(connection, bot_id, work.claim, value=write_chat(answer.chat), served=now)
                if answer.chat.interview:
                    await put_talk(connection, bot_id, chat_id, answer.chat.interview, now=now)
            if answer.errand:
                await connection.execute(
                    turn.insert().values(
                        bot_id=bot_id,
                        update_id=-work.turn.seq,  # Telegram's are positive
                        chat_id=chat_id,
                        lane="errand",
                        body=answer.errand,
                        state="new",
                        received=now,
                    )
                )
            following = await self._end(connection, work, "done", "", answer.calls, now, keep)
        self._tell(answer.calls, following, keep)
        return following

    async def set_aside(
        self, work: Work, state: SetAside, reason: str, calls: tuple[Call, ...] = (), *, keep: bool = True
    ) -> Work | None:
        """End a turn without an answer of its own; goes on like `finish`."""
        if work.turn.lane == "aside":
            await self._finish_aside(work, state, reason, calls)
            return None
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            await prove(connection, self._bot_id(), work.claim, served=now)
            following = await self._end(connection, work, state, reason, calls, now, keep)
        self._tell(calls, following, keep)
        return following

    async def release(self, work: Work) -> None:
        """Let a chat go with its turn undone and the try given back. A lost lease is no error here."""
        undone = (
            update(turn)
            .where(turn.c.seq == work.turn.seq, turn.c.state == "new", turn.c.tries > 0)
            .values(tries=turn.c.tries - 1, until=0)
        )
        async with self._database.transaction() as connection:
            if work.turn.lane != "aside":
                try:
                    await prove(connection, self._bot_id(), work.claim, owner=None, until=0)
                except LeaseLost:
                    return
            await connection.execute(undone)
            await self._database.notify(connection, "work")
        self._woken("work")

    async def renew(self, claims: Sequence[Claim], lease: float) -> set[str]:
        """Prolong leases; returns the tokens that are still held."""
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            held = await connection.execute(
                update(chat)
                .where(chat.c.bot_id == self._bot_id(), chat.c.owner.in_([each.token for each in claims]))
                .values(until=now + lease)
                .returning(chat.c.owner)
            )
            return set(held.scalars())

    async def stops(self, claims: Sequence[Claim]) -> set[str]:
        """The tokens among `claims` whose running turn the user has asked to stop."""
        async with self._database.transaction() as connection:
            asked = await connection.execute(
                select(chat.c.owner)
                .where(chat.c.bot_id == self._bot_id(), chat.c.stop)
                .where(chat.c.owner.in_([each.token for each in claims]))
            )
            return set(asked.scalars())

    async def _finish_aside(self, work: Work, state: str, reason: str, calls: tuple[Call, ...]) -> None:
        """An aside turn writes no state, so that it can never overtake the turn it runs beside."""
        async with self._database.transaction() as connection:
            now = await self._database.now(connection)
            ended = await connection.execute(
                update(turn)
                .where(turn.c.seq == work.turn.seq, turn.c.state == "new")
                .values(state=state, reason=reason, ended=now, **({"body": ""} if state == "done" else {}))
            )
            if not ended.rowcount:
                raise LeaseLost(f"update {work.turn.update_id} was answered elsewhere")
            await put_calls(
                connection, self._bot_id(), work.turn.chat_id, calls, now=now, update_id=work.turn.update_id
            )
            await self._database.notify(connection, "send")
        self._woken("send")

    async def _begin(self, connection: AsyncConnection, claim: Claim) -> Work | None:
        """The chat's next turn, its try counted; where there is none, the chat is let go."""
        bot_id = self._bot_id()
        head = (
            await connection.execute(
                select(turn)
                .where(turn.c.bot_id == bot_id, turn.c.chat_id == claim.chat_id)
                .where(turn.c.state == "new", turn.c.lane != "aside")
                .order_by(turn.c.lane.desc(), turn.c.update_id)  # stop, errand, chat
                .limit(1)
            )
        ).one_or_none()
        if head is None:
            await prove(connection, bot_id, claim, owner=None, until=0)
            return None
        if head.lane == "stop":
            await prove(connection, bot_id, claim, stop=False)
        await connection.execute(update(turn).where(turn.c.seq == head.seq).values(tries=head.tries + 1))
        value = await connection.execute(
            select(chat.c.value).where(chat.c.bot_id == bot_id, chat.c.chat_id == claim.chat_id)
        )
        begun = Turn(**{**read_turn(head).__dict__, "tries": head.tries + 1})
        return Work(claim=claim, turn=begun, chat=read_chat(claim.chat_id, value.scalar_one()))

    async def _end(
        self,
        connection: AsyncConnection,
        work: Work,
        state: str,
        reason: str,
        calls: tuple[Call, ...],
        now: float,
        keep: bool,
    ) -> Work | None:
        """Mark the turn, append its calls, and go on to the next one or let the chat go."""
        bot_id, claim = self._bot_id(), work.claim
        kept = {} if state == "poison" else {"body": ""}  # what was answered need not be kept twice
        await connection.execute(
            update(turn)
            .where(turn.c.seq == work.turn.seq)
            .values(state=state, reason=reason, ended=now, **kept)
        )
        await put_calls(connection, bot_id, claim.chat_id, calls, now=now, update_id=work.turn.update_id)
        if calls:
            await self._database.notify(connection, "send")
        if keep:
            return await self._begin(connection, claim)
        await prove(connection, bot_id, claim, owner=None, until=0)
        await self._database.notify(connection, "work")
        return None

    def _tell(self, calls: tuple[Call, ...], following: Work | None, keep: bool) -> None:
        if calls:
            self._woken("send")
        if following is None and not keep:
            self._woken("work")


async def _forget(connection: AsyncConnection, bot_id: int, chat_id: int, now: float) -> None:
    """Delete all that is stored about a chat. What stays until the last words are sent: its number.

    Update ids stay without a chat, so that one that is delivered again is not answered again.
    """
    await connection.execute(
        update(chat)
        .where(chat.c.bot_id == bot_id, chat.c.chat_id == chat_id)
        .values(forgotten=True, seen=0, noticed=0)
    )
    await connection.execute(delete(talk).where(talk.c.bot_id == bot_id, talk.c.chat_id == chat_id))
    await connection.execute(delete(outbox).where(outbox.c.bot_id == bot_id, outbox.c.chat_id == chat_id))
    await connection.execute(
        update(turn)
        .where(turn.c.bot_id == bot_id, turn.c.chat_id == chat_id)
        .where(turn.c.state != "new")
        .values(chat_id=0, body="", reason="")
    )
