"""Claims chats that wait for an answer, lets the desk answer, and commits what it said under the lease."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from telegram import Bot, Update
from telegram.error import TelegramError

from feeler.boundary import is_wish_to_end
from feeler.errors import LeaseLost, StoreError
from feeler.mailroom import Answer, Call, Mailroom, Work
from feeler.ports import Preview
from feeler.telegram.limits import in_topic, message
from feeler.telegram.patience import either, insist
from feeler.telegram.preview import DraftPreview
from feeler.telegram.pulse import Pulse
from feeler.telegram.reading import IN, Unreadable, parse, topic_in, where
from feeler.telegram.reminding import placed
from feeler.telegram.rendering import render
from feeler.usecases import texts
from feeler.usecases.values import Chat, Outcome

log = logging.getLogger(__name__)

TRIES = 10  # begun so often and never ended: this turn takes the process down with it
BREATH = 2.0  # seconds at most before a turn that failed after its answer is let go
FAILURES = 3  # the desk failed so often on one turn: then it only keeps what was said
POLL = 1.0  # seconds between looks for what other processes left, where nobody tells us
FRAME_GAP = 0.02  # seconds of the overall rate that a preview frame takes

Dispatch = Callable[[Update, Chat, Any, Preview | None, datetime], Awaitable[Outcome]]


class Answering(Protocol):
    """What the worker asks of the desk itself; `dispatch` asks the rest."""

    def stop(self, chat_id: int) -> bool: ...

    async def run(self, chat: Chat, errand: str, preview: Preview | None, now: datetime) -> Outcome: ...

    def resigned(self) -> "Answering": ...


class Worker:
    """Answers turns, each chat in order, up to `most` chats side by side."""

    def __init__(
        self,
        *,
        mailroom: Mailroom,
        bot: Bot,
        desk: Answering,
        dispatch: Dispatch,
        pulse: Pulse,
        lease: float,
        most: int,
    ) -> None:
        self._mailroom, self._bot, self._desk, self._dispatch = mailroom, bot, desk, dispatch
        self._pulse, self._lease, self._most = pulse, lease, most
        self._tasks: dict[asyncio.Task[None], Work] = {}
        self._errands: set[asyncio.Task[Any]] = set()  # small things on the side, kept from the collector
        self._renewed: dict[str, float] = {}  # token: when its lease was surely ours, by the monotonic clock
        self._woken = asyncio.Event()
        self._aside_asked = asyncio.Event()
        self._stop_asked = asyncio.Event()
        self._aside_asked.set()  # what another process left
        mailroom.wakes.work.append(self._woken.set)
        mailroom.wakes.aside.append(self._aside_asked.set)
        mailroom.wakes.aside.append(self._woken.set)
        mailroom.wakes.stop.append(self._stop_asked.set)

    async def run(self, ending: asyncio.Event) -> None:
        """Claim and answer until `ending` is set; running turns go on, see `finish`."""
        watching = [asyncio.create_task(self._renew()), asyncio.create_task(self._watch_stops())]
        self._errands.update(watching)  # until `finish`: leases are renewed while running turns end
        while not ending.is_set():
            self._woken.clear()
            try:
                await self._claim()
            except StoreError as error:
                log.warning("cannot claim turns: %s", error)
            await either(self._woken, ending, POLL)
            for task in watching:
                if task.done():
                    task.result()  # an error that nobody foresaw must not go unseen
            if not self._woken.is_set():
                self._aside_asked.set()  # look for everything now and then, whoever may have missed a word

    async def finish(self, patience: float) -> None:
        """Give running turns `patience` seconds, then cancel them: they are released and answered later."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=patience)
        leftover = list(self._tasks)
        for task in [*leftover, *self._errands]:
            task.cancel()
        await asyncio.gather(*leftover, *self._errands, return_exceptions=True)

    async def _claim(self) -> None:
        room = self._most - sum(work.turn.lane != "aside" for work in self._tasks.values())
        if room > 0:
            self._begin(await self._mailroom.turns.claim(room, self._lease))
        if self._aside_asked.is_set():
            self._aside_asked.clear()
            self._begin(await self._mailroom.turns.claim_asides(8, self._lease))

    def _begin(self, works: list[Work]) -> None:
        for work in works:
            self._renewed[work.claim.token] = time.monotonic()
            task = asyncio.create_task(self._serve(work))
            self._tasks[task] = work
            task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        if not self._may_keep():
            self._woken.set()  # all places were taken, and one is free now
        work = self._tasks.pop(task)
        self._renewed.pop(work.claim.token, None)
        self._pulse.running.set(len(self._tasks))
        if not task.cancelled() and (error := task.exception()):
            log.error("chat %s: the worker failed: %s", work.claim.chat_id, where(error))

    async def _serve(self, first: Work) -> None:
        """Answer a chat's turns one after the other until none waits, or others need the place."""
        work, task = first, asyncio.current_task()
        assert task
        while True:
            self._tasks[task] = work
            self._pulse.running.set(len(self._tasks))
            try:
                following = await self._answer(work)
                if following is None:
                    return
                work = following
            except LeaseLost as lost:
                log.warning("update %s: %s; nothing was written", work.turn.update_id, lost)
                return
            except BaseException as error:
                if not is_wish_to_end(error):
                    await self._give_up(work, error)
                    return
                if work.claim.token not in self._renewed and work.turn.lane != "aside":
                    raise  # the lease was lost: it is not ours to release
                await self._let_go(work, give_back=True)
                raise

    async def _give_up(self, work: Work, error: BaseException) -> None:
        """After a failure that nobody foresaw: the limit of tries ends a turn that cannot end."""
        log.error(
            "update %s: the worker failed (try %s): %s", work.turn.update_id, work.turn.tries, where(error)
        )
        await asyncio.sleep(min(BREATH, 0.1 * 2**work.turn.tries))
        await self._let_go(work, give_back=False)

    async def _let_go(self, work: Work, *, give_back: bool) -> None:
        try:
            await self._mailroom.turns.release(work, give_back=give_back)
        except StoreError as error:
            log.warning("update %s: cannot let it go: %s", work.turn.update_id, error)

    async def _answer(self, work: Work) -> Work | None:
        """One turn, from its raw update to the commit; returns the chat's next one."""
        turn, begun = work.turn, time.monotonic()
        self._pulse.delay.observe(max(0.0, time.time() - turn.received))
        if turn.tries > TRIES + 1:
            return await self._set_aside(work, "never ended", begun, texts.SET_ASIDE)
        if turn.tries > TRIES:
            return await self._resign(work, "never ended", begun)
        preview = DraftPreview(self._bot, turn.chat_id, turn.seq, self._may_show, topic_in(turn))
        try:
            asking = await self._outcome(work, self._desk, preview)
        except LeaseLost:
            raise
        except Unreadable as error:
            return await self._set_aside(work, str(error), begun, texts.SET_ASIDE)
        except BaseException as error:  # the error boundary: one update must not stop the others
            if is_wish_to_end(error):
                raise
            log.error("update %s failed (try %s): %s", turn.update_id, turn.tries, where(error))
            return await self._after_failure(work, error, begun)
        finally:
            await preview.end()
        return await self._commit(work, asking, begun)

    async def _commit(self, work: Work, asking: Outcome, begun: float) -> Work | None:
        self._check_lease(work)
        topic = topic_in(work.turn)
        calls = tuple(in_topic(call, topic) for reply in asking.replies for call in render(reply))
        errand = f"{asking.errand}{IN}{topic}" if asking.errand and topic is not None else asking.errand
        chat = placed(asking.chat, work.chat, topic)
        answer = Answer(chat=chat, calls=calls, forget=asking.forget, errand=errand)
        following = await insist(
            lambda: self._mailroom.turns.finish(work, answer, keep=self._may_keep()),
            f"update {work.turn.update_id}: cannot store the answer",
        )
        self._pulse.turn_ended("done", time.monotonic() - begun)
        if asking.forget:
            self._aside(insist(self._mailroom.scrub, "cannot rewrite the database"))
        return following

    async def _outcome(self, work: Work, desk: Answering, preview: DraftPreview | None) -> Outcome:
        now = datetime.now(UTC)
        if work.turn.lane == "errand":
            if preview:
                preview.typing()
            return await desk.run(work.chat, work.turn.body.partition(IN)[0], preview, now)
        update = parse(work.turn.body, self._bot)
        if update.callback_query:
            self._aside(_calm(self._bot.answer_callback_query(update.callback_query.id)))
        elif preview and work.turn.chat_id > 0:
            preview.typing()
        return await self._dispatch(update, work.chat, desk, preview, now)

    async def _after_failure(self, work: Work, error: BaseException, begun: float) -> Work | None:
        if work.turn.tries >= FAILURES:
            return await self._resign(work, where(error), begun)
        await asyncio.sleep(0.2 * 4**work.turn.tries)
        self._check_lease(work)
        return Work(claim=work.claim, turn=_tried(work), chat=work.chat)

    async def _resign(self, work: Work, reason: str, begun: float) -> Work | None:
        """Have the desk keep what was said, without its model; set the turn aside where that fails, too."""
        try:
            kept = await self._outcome(work, self._desk.resigned(), None)
            following = await self._commit(work, kept, begun)
        except LeaseLost:
            raise
        except BaseException as error:  # then it is not the model
            if is_wish_to_end(error):
                raise
            return await self._set_aside(work, reason, begun, texts.SET_ASIDE)
        log.error("update %s was not answered, what was said is kept: %s", work.turn.update_id, reason)
        return following

    async def _set_aside(self, work: Work, reason: str, begun: float, words: str = "") -> Work | None:
        log.error("update %s set aside: %s", work.turn.update_id, reason)
        calls: tuple[Call, ...] = (
            (in_topic(message(words), topic_in(work.turn)),) if words and work.turn.chat_id else ()
        )
        following = await insist(
            lambda: self._mailroom.turns.set_aside(work, reason, calls, keep=self._may_keep()),
            f"update {work.turn.update_id}: cannot set it aside",
        )
        self._pulse.turn_ended("poison", time.monotonic() - begun)
        return following

    def _may_keep(self) -> bool:
        """A chat with much to say gives its place to others where all places are taken."""
        return len(self._tasks) < self._most

    def _check_lease(self, work: Work) -> None:
        """A process that was frozen must not go on as if no time had passed."""
        if work.turn.lane == "aside":
            return
        renewed = self._renewed.get(work.claim.token)
        if renewed is None or time.monotonic() - renewed > self._lease:
            raise LeaseLost(f"the lease of chat {work.claim.chat_id} ran out")

    async def _may_show(self) -> bool:
        return await self._mailroom.outbox.take_slot(FRAME_GAP)

    async def _renew(self) -> None:
        """Prolong the leases of chats with a running task, and cancel the work on those that were lost."""
        while self._mailroom.shared:
            await asyncio.sleep(self._lease / 3)
            held = {task: work.claim for task, work in self._tasks.items() if work.turn.lane != "aside"}
            if not held:
                continue
            asked = time.monotonic()
            try:
                ours = await self._mailroom.turns.renew(list(held.values()), self._lease)
            except StoreError:
                continue  # a lease that is not renewed runs out: `_check_lease` sees to that
            for task, claim in held.items():
                if claim.token in ours:
                    self._renewed[claim.token] = asked
                else:
                    self._renewed.pop(claim.token, None)
                    task.cancel()

    async def _watch_stops(self) -> None:
        """Ask the desk to stop what a user, in whichever process it arrived, wants stopped."""
        while True:
            await either(self._stop_asked, None, POLL if self._mailroom.shared else None)
            self._stop_asked.clear()
            claims = [work.claim for work in self._tasks.values() if work.turn.lane in ("chat", "errand")]
            if not claims:
                continue
            try:
                asked = await self._mailroom.turns.stops(claims)
            except StoreError:
                continue
            for claim in claims:
                if claim.token in asked and not self._desk.stop(claim.chat_id):
                    asyncio.get_running_loop().call_later(0.2, self._stop_asked.set)  # not writing yet

    def _aside(self, doing: Any) -> None:
        task = asyncio.ensure_future(doing)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)

    def _errand_done(self, task: asyncio.Task[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("something on the side failed: %s", where(error))


def _tried(work: Work) -> Any:
    return type(work.turn)(**{**work.turn.__dict__, "tries": work.turn.tries + 1})


async def _calm(call: Awaitable[Any]) -> None:
    """For courtesies: the press counts whether or not its spinner is stopped."""
    try:
        await call
    except TelegramError as error:
        log.info("a press was not confirmed: %s", type(error).__name__)
