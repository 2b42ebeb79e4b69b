"""Raw updates as python-telegram-bot's objects, and what errors say: to us, and to a log."""

from json import loads

from telegram import Bot, Update
from telegram.error import RetryAfter

from feeler.mailroom import Turn
from feeler.telegram.addressing import topic_of
from feeler.telegram.parts import whole

IN = "\t"  # between an errand and its topic


class Unreadable(Exception):
    """An update that python-telegram-bot cannot parse; its text is the kind of error, never the update."""


def parse(body: str, bot: Bot) -> Update:
    """The stored update. Unreadable where the library cannot make sense of it."""
    try:
        update = Update.de_json(whole(loads(body)), bot)
    except Exception as error:  # whatever strange update this is, it must not stop the others
        raise Unreadable(f"cannot be parsed: {where(error)}") from None
    return update


def topic_in(turn: Turn) -> int | None:
    """The topic in which a turn is answered: that of its update, or of the turn that left the errand.
    None where there is none, or the update cannot be read."""
    if turn.lane == "errand":
        topic = turn.body.partition(IN)[2]
        return int(topic) if topic.isdecimal() else None
    try:
        return topic_of(loads(turn.body))
    except (ValueError, RecursionError):
        return None


def where(error: BaseException) -> str:
    """An error for the log: its kind and place. Not its message, which may quote somebody."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def pause_of(error: RetryAfter) -> float:
    """The seconds that Telegram asks us to wait; the library is about to change their type."""
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
