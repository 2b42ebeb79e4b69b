"""Continuous batching: everybody's requests in one running batch, one step for all.

A step is  schedule -> run -> postprocess, as in nano-vllm. Requests join when there is memory for them, first
come first served; they leave when their drafts are done or nobody listens any more. A long prompt is read in
pieces, so that the others keep streaming.
"""

import threading
from collections import deque
from contextlib import suppress
from itertools import accumulate, islice

import torch

from feeler.errors import EngineError, EngineUnavailable, PromptTooLong
from feeler.llm.attention import Lane
from feeler.llm.chat_text import in_common
from feeler.llm.job import Job
from feeler.llm.memory import trim
from feeler.llm.model import Decoder
from feeler.llm.prefixes import WORTH_SHARING, Prefixes
from feeler.llm.sampler import draw
from feeler.llm.weighing import Weighing
from feeler.llm.writing import Writing

_READ_ALONE = 128  # tokens of prompts read in a step when nobody is writing
_READ_BESIDE = 96  # and while somebody is: others wait for this long
_MOST_ROWS = 64  # drafts in the batch
_CHEAP_ROWS = 4  # in a step: reading the weights takes as long, so that guesses cost little


class Scheduler:
    """Owns the model; `step` is called by one thread only."""

    def __init__(self, model: Decoder, *, threads: int, kv_cache_bytes: int) -> None:
        shape = model.shape
        self.model = model
        self._threads = threads
        self.prefixes = Prefixes(
            layers=shape.layers, kv_heads=shape.kv_heads, head_dim=shape.head_dim, limit=kv_cache_bytes
        )
        self._arrived: deque[Job] = deque()  # the only thing that other threads touch
        self._waiting: deque[Job] = deque()
        self._running: list[Job] = []
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="feeler-model", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a request; from any thread. Its `emit` is called in the model's thread."""
        if self._closed:
            raise EngineUnavailable("the engine was closed")
        self._arrived.append(job)
        self._wake.set()

    def wake(self) -> None:
        """Something was cancelled: look at once."""
        self._wake.set()

    def close(self) -> None:
        """End all streams with EngineUnavailable and the thread; blocks for one step at most."""
        self._closed = True
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        torch.set_num_threads(self._threads)  # holds for this thread, and it is the one that computes
        with torch.inference_mode():
            while not self._closed:
                if not self._stepped():
                    self._wake.wait()
                    self._wake.clear()
        for job in [*self._running, *self._waiting, *self._arrived]:
            job.fail(EngineUnavailable("the engine was closed"))

    def _stepped(self) -> bool:
        """A step. What nobody foresaw in the planning of it ends all requests: none must wait for ever."""
        try:
            return self.step()
        except BaseException as error:  # no wish to end arrives in this thread; a library's panic does
            jobs = [*self._running, *self._waiting]
            self._running, self._waiting = [], deque()
            while self._arrived:  # other threads append to it meanwhile
                jobs.append(self._arrived.popleft())
            for job in jobs:
                with suppress(Exception):  # what it holds of the cache may be what is broken
                    self._leave(job)
                job.fail(EngineError(f"the model failed: {error!r}"))
            return False  # whoever comes next wakes the thread

    def step(self) -> bool:
        """One step for everybody; whether there was anything to do."""
        work = self._schedule()
        if not work:
            return False
        read = any(job.reading for job, _ in work)
        try:
            self._postprocess(work, self._run(work))
        except BaseException as error:  # the boundary: a broken step ends its requests, not the engine
            for job, _ in work:
                self._leave(job)
                job.fail(
                    error if isinstance(error, EngineError) else EngineError(f"the model failed: {error!r}")
                )
        if read and not any(job.reading for job in self._running):
            trim()  # writing takes a tenth of the scratch that reading took
        return True

    def _schedule(self) -> list[tuple[Job, Lane]]:
        """Let jobs leave and join, and say what each feeds to the model in this step."""
        while self._arrived:
            self._waiting.append(self._arrived.popleft())
        for job in [job for job in self._running if job.cancelled]:
            self._leave(job)
        self._waiting = deque(job for job in self._waiting if not job.cancelled)
        while self._waiting and self._join(self._waiting[0]):
            self._waiting.popleft()
        reading = [job for job in self._running if job.reading]
        writing = [job for job in self._running if isinstance(job, Writing) and not job.reading]
        spare = 0 if reading else _CHEAP_ROWS - sum(len(job.live) for job in writing)
        work: list[tuple[Job, Lane]] = [(job, job.next_tokens(spare // len(writing))) for job in writing]
        budget = _READ_BESIDE if writing else _READ_ALONE
        for job in reading:
            if budget <= 0:
                break
            lane = job.next_known(budget)
            budget -= len(lane.tokens)
            work.append((job, lane))
        return work

    def _join(self, job: Job) -> bool:
        """Whether the job is done with waiting: it has its memory now, or can never have it."""
        if sum(other.rows for other in self._running) + job.rows > _MOST_ROWS and self._running:
            return False
        if any(_is_reading_the_same(other, job) for other in self._running):
            return False
        tails = job.tail_bytes(self.prefixes.token_bytes)
        slot = self.prefixes.acquire(job.prompt, job.room_behind_prompt, tails, job.may_lose)
        if slot is None and self._running:
            return False
        if slot is None:
            job.fail(PromptTooLong("the prompt needs more memory than FEELER_KV_CACHE_MB allows; raise it"))
            return True
        self.prefixes.borrowed += tails
        job.start(slot)
        self._running.append(job)
        return True

    def _run(self, work: list[tuple[Job, Lane]]) -> torch.Tensor:
        return self.model.read([lane for _, lane in work])

    def _postprocess(self, work: list[tuple[Job, Lane]], hidden: torch.Tensor) -> None:
        """Note what was read, score it or draw tokens, and tell the listeners."""
        each = torch.split(hidden, [lane.wanted for _, lane in work])
        for job, lane in work:
            job.fed(lane)
        self._score(
            [(job, rows) for (job, _), rows in zip(work, each, strict=True) if isinstance(job, Weighing)]
        )
        self._draw(
            [
                (job, rows)
                for (job, _), rows in zip(work, each, strict=True)
                if isinstance(job, Writing) and not job.reading
            ]
        )

    def _score(self, work: list[tuple[Weighing, torch.Tensor]]) -> None:
        """Tell every job how likely the tokens are that it asks for behind its rows."""
        asked = [job.asked() for job, _ in work]
        starts = accumulate((len(rows) for _, rows in work), initial=0)
        rows = [start + row for start, pairs in zip(starts, asked, strict=False) for row, _ in pairs]
        if rows:
            tokens = [token for pairs in asked for _, token in pairs]
            found = self.model.log_probabilities(torch.cat([each for _, each in work]), rows, tokens).tolist()
        else:
            found = []
        nats = iter(found)
        for (job, _), pairs in zip(work, asked, strict=True):
            job.take(list(islice(nats, len(pairs))))
        for job, _ in work:
            if not job.reading:
                self._leave(job)

    def _draw(self, work: list[tuple[Writing, torch.Tensor]]) -> None:
        """Draw tokens for all that are written."""
        if not work:
            return
        logits = self.model.logits(torch.cat([rows for _, rows in work]))
        draws = [job.draws() for job, _ in work]
        sizes = [(len(rows), len(hows)) for (_, rows), hows in zip(work, draws, strict=True)]
        if any(rows != hows for rows, hows in sizes):  # the first tokens of several drafts come from one row
            logits = logits.repeat_interleave(
                torch.tensor([hows // rows for rows, hows in sizes for _ in range(rows)]), 0
            )
        tokens = iter(draw(logits, [how for hows in draws for how in hows]))
        for (job, _), hows in zip(work, draws, strict=True):
            job.take(list(islice(tokens, len(hows))))
            if not job.live:
                self._leave(job)

    def _leave(self, job: Job) -> None:
        if job in self._running:
            self._running.remove(job)
        if slot := job.leave():
            self.prefixes.release(slot)
            self.prefixes.borrowed -= job.tail_bytes(self.prefixes.token_bytes)


def _is_reading_the_same(other: Job, job: Job) -> bool:
    """Whether `other` has yet to read a beginning of `job`: waiting for it saves reading it twice."""
    return other.reading and in_common(other.prompt, job.prompt) - other.slot.length >= WORTH_SHARING
