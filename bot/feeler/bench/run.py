"""All engines in one run, in interleaved rounds: medians, ratios, a chart."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from feeler.bench import measures
from feeler.bench.machine import bandwidth, peak
from feeler.bench.report import LLAMA, OURS, PLAIN_LLAMA, TRANSFORMERS, Report, ratios
from feeler.bench.rivals import llama_cpp, plain_transformers
from feeler.llm.cards import ModelCard
from feeler.llm.torch_engine import TorchEngine
from feeler.ports import Engine, Message

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one run measures."""

    rounds: int = 3
    seconds: float = 420.0  # no further round, and nothing that no ratio needs, begins after so long
    patience: float = 900.0  # nobody but our engine is measured for longer
    chats: tuple[int, ...] = (8, 2, 4)
    tokens: int = 32  # of an answer
    transformers: bool = True
    llama: bool = True


QUICK = Plan(rounds=1, seconds=20.0, patience=300.0, chats=(8,), transformers=False)
_FEW_TOKENS = 8  # of an answer, where the engine is slow
_WHOLE = 64  # tokens that an answer to a question never has


def run_bench(
    weights: Path, card: ModelCard, plan: Plan, tell: Tell, *, threads: int, kv_cache_mb: int
) -> Report:
    """Measure; minutes. `tell` is told what is going on."""
    tell("loading")
    start = time.perf_counter()
    ours = TorchEngine.load(weights, card, threads=threads, kv_cache_mb=kv_cache_mb)
    machine = {"load_seconds": time.perf_counter() - start}
    tell("memory with eight chats")
    machine["peak_bytes"] = asyncio.run(_peak_with_eight_chats(ours, plan.tokens))
    run = _Run(plan, tell, threads)
    engines: dict[str, Engine] = {OURS: ours}
    with ExitStack() as stack:
        if plan.llama:
            engines[LLAMA], pid = stack.enter_context(llama_cpp(weights, threads=threads, chats=8))
            run.plain_llama, _ = stack.enter_context(
                llama_cpp(weights, threads=threads, chats=1, guesses=False)
            )
        asyncio.run(run.all_rounds(engines))
        if plan.llama:
            machine["llama_cpp_peak_bytes"] = peak(pid)
    if plan.transformers:
        tell("transformers, the slowest")
        asyncio.run(run.slow_engine(TRANSFORMERS, plain_transformers(weights)))
    report = Report(medians=run.medians(), machine=machine)
    report.ratios = ratios(report)
    return report


async def _peak_with_eight_chats(ours: Engine, tokens: int) -> float:
    """The most bytes held with eight chats, before anything but the engine is in the process."""
    try:
        await measures.many_chats(ours, 8, tokens=tokens, mark="memory")
    except BaseException:  # interrupted: the model's thread must not outlive Python
        await ours.close()
        raise
    return peak(psutil.Process().pid)


class _Run:
    """The samples of one run as they come."""

    def __init__(self, plan: Plan, tell: Tell, threads: int) -> None:
        from feeler.bench.prompts import answers, turns  # not before memory was measured: they take some, too

        self._plan = plan
        self._tell = tell
        self._threads = threads
        self._answers, self._turns = answers(), turns()
        self.plain_llama: Engine | None = None  # measured where our engine makes no guesses, either
        self._found: dict[str, dict[str, list[float]]] = {}
        self._begun = time.perf_counter()

    def late(self) -> bool:
        """Whether only what a ratio needs is still to be measured."""
        return self._elapsed() > self._plan.seconds

    def medians(self) -> dict[str, dict[str, float]]:
        """By engine and measure."""
        return {name: {key: median(values) for key, values in of.items()} for name, of in self._found.items()}

    async def all_rounds(self, engines: dict[str, Engine]) -> None:
        """The same measure of one engine after the other, so that a noisy machine is noisy for both."""
        try:
            for number in range(self._plan.rounds):
                if number and self.late():
                    break
                self._tell(f"round {number + 1} of {self._plan.rounds}")
                await self._round(engines, number)
        finally:  # also when interrupted: the model's thread must not outlive Python
            for engine in (*engines.values(), *([self.plain_llama] if self.plain_llama else [])):
                await engine.close()

    async def slow_engine(self, name: str, engine: Engine) -> None:
        """Once, with short answers, and only as many chats as there is time for."""
        try:
            await self._measure(name, measures.cold(engine, self._answers[0], mark="once"))
            await self._measure(
                name, measures.warm(engine, self._answers[1], tokens=2 * _FEW_TOKENS, mark="once")
            )
            for count in sorted(self._plan.chats):
                await self._measure(
                    name, measures.many_chats(engine, count, tokens=_FEW_TOKENS, mark=f"once of {count}")
                )
        finally:
            await engine.close()

    async def _round(self, engines: dict[str, Engine], number: int) -> None:
        plan, mark = self._plan, f"round {number}"
        ours = engines[OURS]
        first, *later = self._answers
        for name, engine in engines.items():
            await self._measure(name, measures.cold(engine, first, mark=mark))
        for asked in later:
            for name, engine in engines.items():
                await self._measure(name, measures.warm(engine, asked, tokens=_WHOLE, mark=mark))
            await self._measure(OURS, self._without_guesses(ours, asked, mark))
            if self.plain_llama:
                await self._measure(
                    PLAIN_LLAMA, measures.warm(self.plain_llama, asked, tokens=_WHOLE, mark=mark)
                )
        await self._measure(OURS, measures.drafts(ours, tokens=plan.tokens, mark=mark))
        await self._measure(OURS, measures.late_turn(ours, self._turns, mark=f"{mark} late"))
        for count in plan.chats:
            if count == 8 or not (number or self.late()):
                for name, engine in engines.items():
                    await self._measure(
                        name,
                        measures.many_chats(engine, count, tokens=plan.tokens, mark=f"{mark} of {count}"),
                    )
        if not number and not self.late():  # no figure to be reached needs these
            for name, engine in engines.items():
                await self._measure(name, measures.whole_history(engine, mark=f"{mark} whole"))
        if LLAMA in engines and not number and not self.late():
            llama = engines[LLAMA]
            await self._measure(LLAMA, measures.drafts(llama, tokens=plan.tokens, mark=mark))
            await self._measure(LLAMA, measures.late_turn(llama, self._turns, mark=f"{mark} late"))

    async def _without_guesses(self, ours: Engine, asked: tuple[Message, ...], mark: str) -> dict[str, float]:
        """The answer once more, a step for every token, beside what memory gives just before and after."""
        assert isinstance(ours, TorchEngine)
        before = bandwidth(self._threads)
        found = await measures.warm(ours.without_guesses(), asked, tokens=_WHOLE, mark=mark)
        seen = (before + bandwidth(self._threads)) / 2
        read = ours.bytes_per_step(asked)
        return {
            "decode_without_guesses": found["decode_one_chat"],
            "gigabytes_per_token": read / 1e9,
            "memory_gigabytes_per_second": seen / 1e9,
            "tokens_per_second_by_memory": seen / read,
        }

    async def _measure(self, name: str, measuring: Coroutine[Any, Any, dict[str, float]]) -> None:
        """Note what is found; others than our engine are given up when patience ends."""
        left = None if name == OURS else max(self._plan.patience - self._elapsed(), 0.0)
        try:
            async with asyncio.timeout(left):
                self._note(name, await measuring)
        except TimeoutError:
            self._tell(
                f"  {name}: given up after {self._elapsed():.0f} s; are the cores busy with other work?"
            )

    def _elapsed(self) -> float:
        return time.perf_counter() - self._begun

    def _note(self, name: str, measured: dict[str, float]) -> None:
        said = ", ".join(f"{key} {value:.2f}" for key, value in measured.items())
        self._tell(f"  {name}: {said}")
        for key, value in measured.items():
            self._found.setdefault(name, {}).setdefault(key, []).append(value)


def run_crowd(
    weights: Path, card: ModelCard, chats: int, *, threads: int, kv_cache_mb: int
) -> dict[str, float]:
    """So many chats at once on our engine, with some stopped: seconds, and bytes at the peak."""
    ours = TorchEngine.load(weights, card, threads=threads, kv_cache_mb=kv_cache_mb)

    async def measure() -> dict[str, float]:
        try:
            return await measures.crowd(ours, chats, tokens=_FEW_TOKENS)
        finally:
            await ours.close()

    return asyncio.run(measure()) | {"peak_bytes": peak(psutil.Process().pid)}
