"""All engines in one run, in interleaved rounds: medians, ratios, a chart."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import torch

from feeler.bench import measures
from feeler.bench.rivals import llama_cpp, plain_transformers
from feeler.llm.cards import ModelCard
from feeler.llm.torch_engine import TorchEngine
from feeler.ports import Engine, Message

OURS, LLAMA, TRANSFORMERS = "feeler", "llama.cpp", "transformers"
Tell = Callable[[str], None]

TO_REACH = {  # on two cores with the default weights
    "decode_one_chat": "at least 1.0",
    "first_token_warm": "at most 1.0",
    "throughput_eight_chats": "at least 2.0",
    "slowest_first_token_eight_chats": "at most 0.6",
    "four_drafts": "at most 1.8",
    "first_token_turn_30": "at most 1.3",
    "of_memory_bandwidth": "at least 0.6",
    "load_seconds": "at most 10",
    "peak_bytes": "at most 2.0 GB",
}


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


@dataclass(kw_only=True)
class Report:
    """Medians over the rounds, by engine and measure; seconds, or tokens a second."""

    medians: dict[str, dict[str, float]] = field(default_factory=dict)
    machine: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"ratios": self.ratios, "medians": self.medians, "machine": self.machine}


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
            for engine in engines.values():
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


def ratios(report: Report) -> dict[str, float | None]:
    """The figures that Feeler promises, and stricter ones beside them; None where one side was not measured.

    `of_memory_bandwidth` is our tokens a second in one chat over those that memory allows where every token
    reads weights, K and V once. Guesses may bring that above one: it stands there without them, too, as
    `decode_one_chat` does. `first_token_whole_history` is `first_token_turn_30` of a prompt that keeps every
    line.
    """
    ours, other = report.medians[OURS], report.medians.get(LLAMA, {})

    def beside(key: str, theirs: str = "") -> float | None:
        return _ratio(ours.get(key), other.get(theirs or key))

    return {
        "decode_one_chat": beside("decode_one_chat"),
        "decode_without_guesses": beside("decode_without_guesses", "decode_one_chat"),
        "first_token_warm": beside("first_token_warm"),
        "throughput_eight_chats": beside("throughput_8_chats"),
        "slowest_first_token_eight_chats": beside("slowest_first_token_8_chats"),
        "four_drafts": ours["seconds_four_drafts"] / ours["seconds_one_draft"],
        "first_token_turn_30": ours["first_token_turn_30"] / ours["first_token_turn_3"],
        "first_token_whole_history": _ratio(
            ours.get("first_token_whole_history_30"), ours.get("first_token_whole_history_3")
        ),
        "of_memory_bandwidth": ours["decode_one_chat"] / ours["tokens_per_second_by_memory"],
        "of_memory_bandwidth_without_guesses": ours["decode_without_guesses"]
        / ours["tokens_per_second_by_memory"],
    }


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other is not None else None


def bandwidth(threads: int) -> float:
    """Bytes a second that so many threads read from memory, the median of several tries.

    Threads of Python's, with one of torch's each: helpers of OpenMP's would slow down the engine's.
    """
    block = torch.ones(threads, 1 << 27, dtype=torch.int8).view(torch.int64)
    seconds = []
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for _ in range(15):
            start = time.perf_counter()
            list(pool.map(torch.sum, block))
            seconds.append(time.perf_counter() - start)
    return block.nbytes / median(seconds)


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


def peak(pid: int) -> float:
    """The most memory that a process has held so far, in bytes; what it holds now where that is not known."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) * 1024
    return float(psutil.Process(pid).memory_info().rss)


def draw_chart(report: Report, file: Path) -> None:
    """Tokens a second by number of chats, and seconds to the first token."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for name, found in report.medians.items():
        rates = {1: found.get("decode_one_chat")} | {n: found.get(f"throughput_{n}_chats") for n in (2, 4, 8)}
        points = [(n, rate) for n, rate in rates.items() if rate is not None]
        left.plot([n for n, _ in points], [rate for _, rate in points], marker="o", label=name)
        kinds = [kind for kind in ("cold", "warm", "turn_3", "turn_30") if f"first_token_{kind}" in found]
        right.plot(kinds, [found[f"first_token_{kind}"] for kind in kinds], marker="o", label=name)
    left.set(title="Tokens a second, all chats together", xlabel="chats at once", ylim=(0, None))
    right.set(title="Seconds to the first token", ylim=(0, None))
    left.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
