"""All engines in one run, in interleaved rounds: medians, ratios, a chart."""

import time
from collections.abc import Callable
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
from feeler.ports import Engine

OURS, LLAMA, TRANSFORMERS = "feeler", "llama.cpp", "transformers"
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one run measures."""

    rounds: int = 3
    chats: tuple[int, ...] = (2, 4, 8)
    tokens: int = 48  # of an answer
    transformers: bool = True
    llama: bool = True


QUICK = Plan(rounds=1, chats=(8,), tokens=24, transformers=False)


@dataclass(kw_only=True)
class Report:
    """Medians over the rounds, by engine and measure; seconds, or tokens a second."""

    medians: dict[str, dict[str, float]] = field(default_factory=dict)
    machine: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"ratios": self.ratios, "medians": self.medians, "machine": self.machine}


async def run_bench(
    weights: Path, card: ModelCard, plan: Plan, tell: Tell, *, threads: int, kv_cache_mb: int
) -> Report:
    """Measure; minutes. `tell` is told what is going on."""
    report = Report()
    found: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        tell("loading")
        start = time.perf_counter()
        ours = TorchEngine.load(weights, card, threads=threads, kv_cache_mb=kv_cache_mb)
        report.machine["load_seconds"] = time.perf_counter() - start
        report.machine["bytes_per_token"] = ours.bytes_per_token
        engines: dict[str, Engine] = {OURS: ours}
        if plan.llama:
            engines[LLAMA], pid = stack.enter_context(llama_cpp(weights, threads=threads, chats=8))
        for number in range(plan.rounds):
            for name, engine in engines.items():
                tell(f"round {number + 1} of {plan.rounds}: {name}")
                measured = await _round(engine, plan, f"{name} {number}")
                for key, value in measured.items():
                    found.setdefault(name, {}).setdefault(key, []).append(value)
            report.machine.setdefault("peak_bytes", _peak(psutil.Process().pid))
            report.machine[f"bandwidth_{number}"] = bandwidth()
        if plan.llama:
            report.machine["llama_cpp_peak_bytes"] = _peak(pid)
        if plan.transformers:
            tell("transformers, one chat")
            plain = plain_transformers(weights)
            once = await measures.one_chat(plain, tokens=16, mark="t")
            found[TRANSFORMERS] = {key: [value] for key, value in once.items()}
            await plain.close()
        await ours.close()
    report.medians = {name: {key: median(values) for key, values in of.items()} for name, of in found.items()}
    rates = [report.machine.pop(f"bandwidth_{number}") for number in range(plan.rounds)]
    report.machine["bandwidth_bytes_per_second"] = max(rates)
    report.ratios = ratios(report)
    return report


async def _round(engine: Engine, plan: Plan, mark: str) -> dict[str, float]:
    found = await measures.one_chat(engine, tokens=plan.tokens, mark=mark)
    found |= await measures.drafts(engine, tokens=plan.tokens, mark=mark)
    for count in plan.chats:
        found |= await measures.many_chats(engine, count, tokens=plan.tokens)
    return found | await measures.late_turn(engine, mark=f"{mark} late")


def ratios(report: Report) -> dict[str, float]:
    """The figures that Feeler promises, each within this run; those that were not measured are left out."""
    ours, other = report.medians[OURS], report.medians.get(LLAMA, {})
    found = {
        "four_drafts": ours["seconds_four_drafts"] / ours["seconds_one_draft"],
        "first_token_turn_30": ours["first_token_turn_30"] / ours["first_token_turn_3"],
        "of_memory_bandwidth": ours["decode_one_chat"]
        * report.machine["bytes_per_token"]
        / report.machine["bandwidth_bytes_per_second"],
    }
    compared = {
        "decode_one_chat": "decode_one_chat",
        "first_token_warm": "first_token_warm",
        "throughput_eight_chats": "throughput_8_chats",
        "slowest_first_token_eight_chats": "slowest_first_token_8_chats",
    }
    return found | {
        name: ours[key] / other[key] for name, key in compared.items() if key in ours and key in other
    }


def bandwidth() -> float:
    """Bytes a second that this machine reads from memory, the best of several tries."""
    block = torch.ones(1 << 28, dtype=torch.int8).view(torch.int64)
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        block.sum()
        best = max(best, (1 << 28) / (time.perf_counter() - start))
    return best


def _peak(pid: int) -> float:
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
        rates = {1: found["decode_one_chat"]} | {n: found.get(f"throughput_{n}_chats") for n in (2, 4, 8)}
        points = [(n, rate) for n, rate in rates.items() if rate is not None]
        left.plot([n for n, _ in points], [rate for _, rate in points], marker="o", label=name)
        kinds = [kind for kind in ("cold", "warm", "turn_3", "turn_30") if f"first_token_{kind}" in found]
        right.plot(kinds, [found[f"first_token_{kind}"] for kind in kinds], marker="o", label=name)
    left.set(title="Tokens a second, all chats together", xlabel="chats at once", ylim=(0, None))
    right.set(title="Seconds to the first token", ylim=(0, None))
    left.legend()
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
