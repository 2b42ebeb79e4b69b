"""The tables. Times are seconds since the epoch; every table carries the bot it belongs to.

A chat holds two leases: one to answer its turns, one to send its outbox. Touch `chat` before any other table
in a transaction, or two of them can deadlock.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    text,
)

metadata = MetaData()
Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER

chat = Table(
    "chat",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("chat_id", BigInteger, primary_key=True),
    Column("value", Text),  # usecases.values.Chat as JSON; null before the first answer
    Column("seen", Double, nullable=False, server_default="0"),  # its last accepted update
    Column("served", Double, nullable=False, server_default="0"),  # its last finished turn
    Column("owner", Text),  # token of the lease to answer
    Column("until", Double, nullable=False, server_default="0"),
    Column("stop", Boolean, nullable=False, server_default=text("false")),  # end the running turn
    Column("sender", Text),  # token of the lease to send
    Column("send_until", Double, nullable=False, server_default="0"),
    Column("next_send", Double, nullable=False, server_default="0"),
    Column("blocked", Boolean, nullable=False, server_default=text("false")),
    Column("day", Text, nullable=False, server_default=""),  # "2026-11-22", UTC
    Column("day_turns", Integer, nullable=False, server_default="0"),
    Column("noticed", Double, nullable=False, server_default="0"),  # last told that a message is not taken
    Column("paired", Boolean, nullable=False, server_default=text("false")),
    Column("strikes", Integer, nullable=False, server_default="0"),  # wrong pairing codes
    Column("struck", Double, nullable=False, server_default="0"),  # the last of them
    Column("forgotten", Boolean, nullable=False, server_default=text("false")),  # goes once its outbox is out
)

turn = Table(
    "turn",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # 0 once forgotten
    Column("lane", Text, nullable=False),  # chat, stop, aside
    Column("body", Text, nullable=False),  # the raw update; emptied once it is answered
    Column("state", Text, nullable=False),  # new, done, poison, refused
    Column("reason", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column(
        "until", Double, nullable=False, server_default="0"
    ),  # lease of an aside; else: not to be answered before
    Column("received", Double, nullable=False),
    Column("ended", Double),
    UniqueConstraint("bot_id", "update_id", name="turn_update"),
)
Index(
    "turn_new",
    turn.c.bot_id,
    turn.c.chat_id,
    turn.c.update_id,
    sqlite_where=text("state = 'new'"),
    postgresql_where=text("state = 'new'"),
)
Index("turn_chat", turn.c.bot_id, turn.c.chat_id)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("update_id", BigInteger),  # what it answers; null for a notice
    Column("method", Text, nullable=False),
    Column("params", Text, nullable=False),  # JSON; emptied once it is sent
    Column("upload", Text),  # {"field", "filename", "media_type"} as JSON
    Column("content", LargeBinary),
    Column("state", Text, nullable=False),  # new, sending, sent, uncertain, refused, dropped
    Column("reason", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("message_id", BigInteger),
    Column("created", Double, nullable=False),
    Column("ended", Double),
)
Index(
    "outbox_unsent",
    outbox.c.bot_id,
    outbox.c.chat_id,
    outbox.c.id,
    sqlite_where=text("state IN ('new', 'sending')"),
    postgresql_where=text("state IN ('new', 'sending')"),
)
Index("outbox_chat", outbox.c.bot_id, outbox.c.chat_id)

talk = Table(
    "talk",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("value", Text, nullable=False),  # interview.values.Interview as JSON
    Column("started", Double, nullable=False),
    Column("changed", Double, nullable=False),
)
Index("talk_chat", talk.c.bot_id, talk.c.chat_id, talk.c.started)

own = Table(
    "own",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("chat_id", BigInteger, primary_key=True),
    Column("key", Text, primary_key=True),  # "company kern-foods", "papers", "story"
    Column("place", Integer, nullable=False),  # in the chat's order
    Column(
        "value", Text, nullable=False
    ),  # sources.OwnCompany as JSON; a list of sources.Paper or sources.StoryLine
)

reminder = Table(
    "reminder",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("due", Double, nullable=False),
    Column("value", Text, nullable=False),  # usecases.values.Reminder as JSON
)
Index("reminder_due", reminder.c.bot_id, reminder.c.due)
Index("reminder_chat", reminder.c.bot_id, reminder.c.chat_id)

pace = Table(
    "pace",
    metadata,
    Column("bot_id", BigInteger, primary_key=True),
    Column("next", Double, nullable=False),  # the next free slot of the overall sending rate
    Column("to_scrub", Integer, nullable=False, server_default="0"),  # deletions still in the files
)

# Written out, not bound: a database uses a partial index only where it can see that its condition holds.
IS_NEW = text("turn.state = 'new'")
IS_UNSENT = text("outbox.state IN ('new', 'sending')")

FORGOTTEN = "forgotten"  # reason of a message that was on its way when its chat was forgotten: never repeated

BOT: BindParameter[Any] = bindparam("bot")
CHAT: BindParameter[Any] = bindparam("chat")
