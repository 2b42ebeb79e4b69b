"""Hands what people asked to be reminded of to the outbox, once it is due."""

import asyncio
import logging
from dataclasses import replace

from feeler.errors import StoreError
from feeler.mailroom import Call, Mailroom
from feeler.telegram.limits import in_topic
from feeler.telegram.patience import either
from feeler.telegram.rendering import render
from feeler.usecases.reminding import reply_of
from feeler.usecases.values import Chat, Reminder

log = logging.getLogger(__name__)

LOOK = 20.0  # seconds between two looks
AT_ONCE = 50


async def remind(mailroom: Mailroom, ending: asyncio.Event) -> None:
    """Until `ending` is set. Several processes may do so at once: each reminder is handed out by one."""
    while not ending.is_set():
        try:
            while await mailroom.remind(calls_of, AT_ONCE) == AT_ONCE:
                pass
        except StoreError as error:
            log.warning("cannot hand out reminders: %s", error)
        await either(ending, None, LOOK)


def calls_of(reminder: Reminder) -> tuple[Call, ...]:
    """What is sent, and where."""
    return tuple(in_topic(call, reminder.topic) for call in render(reply_of(reminder)))


def placed(chat: Chat, before: Chat, topic: int | None) -> Chat:
    """The chat with this topic for the reminders that it has since `before`."""
    kept = before.reminders
    return replace(
        chat,
        reminders=tuple(one if one in kept else replace(one, topic=topic) for one in chat.reminders),
    )
