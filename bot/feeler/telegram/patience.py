"""Waiting: for the database to come back, and for whatever happens first."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from feeler.errors import LeaseLost, StoreError

T = TypeVar("T")
log = logging.getLogger(__name__)


async def insist(action: Callable[[], Awaitable[T]], what: str) -> T:
    """Repeat `action` until the database takes it, every two seconds at the latest. LeaseLost ends it.

    What was already generated or sent must not be generated or sent again because it could not be noted.
    """
    pause = 0.1
    while True:
        try:
            return await action()
        except LeaseLost:
            raise
        except StoreError as error:
            log.warning("%s: %s; trying again", what, error)
        await asyncio.sleep(pause)
        pause = min(2.0, pause * 2)


async def either(first: asyncio.Event, second: asyncio.Event | None, timeout: float | None) -> None:  # noqa: ASYNC109
    """Wait until one of the events is set, or the time is over; says not which."""
    waiting = [asyncio.ensure_future(each.wait()) for each in (first, second) if each]
    try:
        await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
