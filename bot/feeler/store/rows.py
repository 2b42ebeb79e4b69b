"""Between rows and values, and the statements that several parts of the store share."""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from feeler.errors import LeaseLost
from feeler.interview.values import Interview
from feeler.mailroom import Call, Claim, Turn, Upload
from feeler.sources import OwnCompany, Paper, StoryLine
from feeler.store.database import Transaction
from feeler.store.tables import chat, outbox, own, pace, talk
from feeler.usecases.values import Chat, Own

log = logging.getLogger(__name__)

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
PAPERS_KEY, STORY_KEY = "papers", "story"
CHAT = TypeAdapter(Chat)
INTERVIEW = TypeAdapter(Interview)
COMPANY = TypeAdapter(OwnCompany)
PAPERS = TypeAdapter(tuple[Paper, ...])
STORY = TypeAdapter(tuple[StoryLine, ...])


def insert(tx: Transaction, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the words of the database at hand."""
    return postgres_insert(table) if tx.shared else sqlite_insert(table)


def ensure_chat(tx: Transaction, bot_id: int, chat_id: int) -> None:
    tx.execute(insert(tx, chat).values(bot_id=bot_id, chat_id=chat_id).on_conflict_do_nothing())


def prove(tx: Transaction, bot_id: int, claim: Claim, **changes: Any) -> None:
    """Change the chat's row under the claim that answers it; LeaseLost where it is not ours any more."""
    changed = tx.execute(
        update(chat)
        .where(chat.c.bot_id == bot_id, chat.c.chat_id == claim.chat_id, chat.c.owner == claim.token)
        .values(**changes)
    )
    if not changed.rowcount:
        raise LeaseLost(f"another process answers chat {claim.chat_id} now")


def put_calls(
    tx: Transaction,
    bot_id: int,
    chat_id: int,
    calls: Sequence[Call],
    *,
    update_id: int | None = None,
) -> None:
    """Append calls to the chat's outbox, in order."""
    for call in calls:
        upload = call.upload
        tx.execute(
            outbox.insert().values(
                bot_id=bot_id,
                chat_id=chat_id,
                update_id=update_id,
                method=call.method,
                params=json.dumps(call.params, ensure_ascii=False),
                upload=upload
                and json.dumps([upload.field, upload.filename, upload.media_type], ensure_ascii=False),
                content=upload and upload.content,
                state="new",
                created=tx.now,
            )
        )
    if calls:
        tx.wake("send")


def read_call(row: Any) -> Call | None:
    """The call as it was written; None for one that cannot be read: it must not hold up all others."""
    upload = None
    try:
        params = json.loads(row.params)
        if row.upload:
            field, filename, media_type = json.loads(row.upload)
            upload = Upload(field=field, filename=filename, media_type=media_type, content=bytes(row.content))
    except (ValueError, TypeError, RecursionError):
        log.error("outbox %s cannot be read; it is kept", row.id)
        return None
    return Call(method=row.method, params=params, upload=upload)


def read_turn(row: Any) -> Turn:
    return Turn(
        seq=row.seq,
        update_id=row.update_id,
        chat_id=row.chat_id,
        lane=row.lane,
        body=row.body,
        tries=row.tries,
        received=row.received,
    )


def read_chat(chat_id: int, value: str | None) -> Chat:
    """The chat as it was written. One that cannot be read starts afresh: it must not hold up all others."""
    try:
        found = CHAT.validate_json(value) if value else Chat(chat_id=chat_id)
        if all(_has_times(each) for each in (found.interview, found.undo) if each):
            return found
    except ValidationError:
        pass
    log.error("chat %s: its state cannot be read; it starts afresh, its talks are kept", chat_id)
    return Chat(chat_id=chat_id)


def read_talk(identifier: str, value: str) -> Interview | None:
    """The talk as it was archived; None for one that cannot be read: it stays, and the others are shown."""
    try:
        found = INTERVIEW.validate_json(value)
        if _has_times(found):
            return found
    except ValidationError:
        pass
    log.error("talk %s cannot be read; it is kept", identifier)
    return None


def _has_times(value: Interview) -> bool:
    """Whether its times can be told in every zone, and be compared with those of other talks."""
    times = (value.started, value.ended or value.started, *(line.at for line in value.lines))
    return all(at.tzinfo and FIRST <= at <= LAST for at in times)


def write_chat(value: Chat) -> str:
    """The chat without what has a table of its own: see `put_own` and `reminders.put_reminders`."""
    return CHAT.dump_json(value, exclude={"own", "reminders"}).decode()


def read_own(tx: Transaction, bot_id: int, chat_id: int) -> Own:
    """What the person brought. A company that cannot be read stays where it is, and the others are there."""
    rows = tx.execute(
        select(own.c.key, own.c.value)
        .where(own.c.bot_id == bot_id, own.c.chat_id == chat_id)
        .order_by(own.c.place, own.c.key)
    ).all()
    companies: list[OwnCompany] = []
    papers: tuple[Paper, ...] = ()
    story: tuple[StoryLine, ...] = ()
    for key, value in rows:
        try:
            if key == PAPERS_KEY:
                papers = PAPERS.validate_json(value)
            elif key == STORY_KEY:
                story = STORY.validate_json(value)
            else:
                companies.append(COMPANY.validate_json(value))
        except ValidationError:
            log.error("chat %s: %s cannot be read; it is kept", chat_id, key.split(" ")[0])
    return Own(companies=tuple(companies), papers=papers, story=story)


def put_own(tx: Transaction, bot_id: int, chat_id: int, before: Own, after: Own) -> None:
    """Write what has changed of the person's own; what is deleted is still in the files."""
    was, now = _own_rows(before), _own_rows(after)
    mine = (own.c.bot_id == bot_id) & (own.c.chat_id == chat_id)
    for key in was.keys() - now.keys():
        tx.execute(delete(own).where(mine, own.c.key == key))
        owe_scrub(tx, bot_id)
    for place, (key, value) in enumerate(now.items()):
        if was.get(key) != value:
            statement = insert(tx, own).values(
                bot_id=bot_id, chat_id=chat_id, key=key, place=place, value=value
            )
            tx.execute(
                statement.on_conflict_do_update(
                    index_elements=[own.c.bot_id, own.c.chat_id, own.c.key], set_={"value": value}
                )
            )


def _own_rows(value: Own) -> dict[str, str]:
    rows = {f"company {one.slug}": COMPANY.dump_json(one).decode() for one in value.companies}
    if value.papers:
        rows[PAPERS_KEY] = PAPERS.dump_json(value.papers).decode()
    if value.story:
        rows[STORY_KEY] = STORY.dump_json(value.story).decode()
    return rows


def owe_scrub(tx: Transaction, bot_id: int) -> None:
    """Remember that what this transaction deletes is still in the files."""
    statement = insert(tx, pace).values(bot_id=bot_id, next=0, to_scrub=1)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[pace.c.bot_id], set_={"to_scrub": pace.c.to_scrub + 1}
        )
    )


def put_talk(tx: Transaction, bot_id: int, chat_id: int, interview: Interview) -> None:
    """Archive a talk as it stands; the same talk later takes its place. It ages from its last change."""
    value = INTERVIEW.dump_json(interview).decode()
    statement = insert(tx, talk).values(
        bot_id=bot_id,
        id=interview.id,
        chat_id=chat_id,
        value=value,
        started=interview.started.timestamp(),
        changed=tx.now,
    )
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[talk.c.bot_id, talk.c.id],
            set_={"value": value, "changed": tx.now},
            where=talk.c.value != value,
        )
    )
