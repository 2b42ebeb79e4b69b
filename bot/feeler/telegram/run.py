"""The bot as a process: which parts a role has, how they start, and how they end within ten seconds."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Literal, get_args

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from feeler.errors import SettingsError, StoreError
from feeler.mailroom import Judge, Mailroom
from feeler.settings import Settings
from feeler.telegram.commands import DESCRIPTION, SHORT_DESCRIPTION, menu
from feeler.telegram.connection import make_bot, token_of
from feeler.telegram.delivery import Delivery
from feeler.telegram.handlers import dispatch as feeler_dispatch
from feeler.telegram.health import Health, tell_systemd, watchdog
from feeler.telegram.limits import judging, limits_of
from feeler.telegram.patience import either
from feeler.telegram.pulse import Pulse
from feeler.telegram.receiving import Polling, Webhook
from feeler.telegram.reminding import remind
from feeler.telegram.worker import Answering, Dispatch, Worker

log = logging.getLogger(__name__)

Role = Literal["all", "receive", "work", "send"]
ROLES: tuple[Role, ...] = get_args(Role)
ALONE = 1e9  # a lease that never ends: nobody else can open this database to answer
LAST_LOOPS = 2.0  # seconds for the parts to notice that we are asked to stop
LAST_TURNS = 5.0  # then for running turns, and for sends on their way
CLEAN = 3600.0  # seconds between two looks for what is older than the retention


async def run_bot(
    settings: Settings,
    *,
    desk: Answering | None,
    store: Mailroom,
    role: Role = "all",
    stop: asyncio.Event | None = None,
    dispatch: Dispatch = feeler_dispatch,
) -> None:
    """Run the bot until `stop` is set (for ever without one).

    `desk` answers through `dispatch`; the roles that only receive or send need none. Raises SettingsError for
    a missing or refused token, a role that the database cannot have, a port that is taken; StoreError where
    another process holds the SQLite file.
    """
    if role != "all" and not store.shared:
        raise SettingsError(
            f"--role {role} needs PostgreSQL, which several processes can share: set FEELER_DATABASE_URL to "
            "postgresql://user:password@host/name, or run with --role all"
        )
    store.bot_id = int(token_of(settings).partition(":")[0])
    ending = stop or asyncio.Event()
    pulse = Pulse()
    bot = make_bot(settings)
    async with store.serving():
        if not await _greet(bot, ending):
            return
        try:
            await _run_parts(settings, bot, desk, store, role, ending, dispatch, pulse)
        finally:
            pulse.ready = False
            tell_systemd("STOPPING=1")
            with suppress(TelegramError):
                await bot.shutdown()


async def _run_parts(
    settings: Settings,
    bot: Bot,
    desk: Answering | None,
    store: Mailroom,
    role: Role,
    ending: asyncio.Event,
    dispatch: Dispatch,
    pulse: Pulse,
) -> None:
    lease = settings.lease_seconds if store.shared else ALONE
    judge = judging(limits_of(settings), lambda: pulse.turn_seconds)
    worker = delivery = receiver = None
    if role in ("all", "receive"):
        receiver = _receiver(settings, bot, store, judge, pulse)
    parts: list[Coroutine[Any, Any, None]] = [_clean_up(store, settings.retention_days, ending)]
    if settings.metrics_port:
        health = Health(mailroom=store, pulse=pulse, host=settings.metrics_host, port=settings.metrics_port)
        parts.append(health.run(ending))
    if receiver:
        parts += [_menu(bot), receiver.run(ending)]
    if desk and role in ("all", "work"):
        worker = Worker(
            mailroom=store,
            bot=bot,
            desk=desk,
            dispatch=dispatch,
            pulse=pulse,
            lease=lease,
            most=settings.max_talks,
        )
        parts += [worker.run(ending), remind(store, ending)]
    if role in ("all", "send"):
        delivery = Delivery(mailroom=store, bot=bot, pulse=pulse, lease=lease)
        parts.append(delivery.run(ending))
    barking = asyncio.create_task(watchdog(pulse))
    tasks = [asyncio.create_task(part) for part in parts]
    pulse.ready = True
    log.info("running as %s", role)
    try:
        await _until(ending, tasks)
    finally:
        ending.set()
        pulse.ready = False
        await asyncio.wait(tasks, timeout=LAST_LOOPS)
        for task in [*tasks, barking]:
            task.cancel()
        finishing = [part.finish(LAST_TURNS) for part in (worker, delivery) if part]
        await asyncio.gather(*finishing, *tasks, barking, return_exceptions=True)
        log.info("stopped")


def _receiver(settings: Settings, bot: Bot, store: Mailroom, judge: Judge, pulse: Pulse) -> Webhook | Polling:
    if settings.webhook_url:
        return Webhook(mailroom=store, bot=bot, judge=judge, pulse=pulse, settings=settings)
    return Polling(mailroom=store, bot=bot, judge=judge, pulse=pulse)


async def _until(ending: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the end. A part that fails brings the others down: a supervisor starts us afresh."""
    ended = asyncio.create_task(ending.wait())
    waiting: set[asyncio.Task[Any]] = {ended, *tasks}
    try:
        while ended in waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        ended.cancel()


async def _greet(bot: Bot, ending: asyncio.Event) -> bool:
    """Reach the server, however long that takes; False where we were asked to stop before."""
    pause = 0.5
    while not ending.is_set():
        try:
            await bot.initialize()
            return True
        except InvalidToken:
            raise SettingsError(
                "FEELER_BOT_TOKEN=(hidden) was refused by the server; @BotFather tells the token on /token"
            ) from None
        except TelegramError as error:
            log.warning(
                "the server cannot be reached: %s; trying again in %.0f s", type(error).__name__, pause
            )
        await either(ending, None, pause)
        pause = min(30.0, 2 * pause)
    return False


async def _menu(bot: Bot) -> None:
    """Tell Telegram the commands and what the bot is. The bot works without, so a failure is only noted."""
    try:
        await bot.set_my_commands(menu())
        await bot.set_my_description(DESCRIPTION)
        await bot.set_my_short_description(SHORT_DESCRIPTION)
    except TelegramError as error:
        log.warning("the menu was not set: %s", type(error).__name__)


async def _clean_up(store: Mailroom, days: int, ending: asyncio.Event) -> None:
    """Once an hour, delete what is older than the retention; and end what a crash left half done."""
    while not ending.is_set():
        try:
            if gone := await store.purge(days):
                log.info("%s talks were older than %s days and are gone", gone, days)
            await store.scrub()
        except StoreError as error:
            log.warning("cannot clean up: %s", error)
        await either(ending, None, CLEAN)
