"""What a run found: medians, the ratios that Feeler promises, a chart."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OURS, LLAMA, TRANSFORMERS = "feeler", "llama.cpp", "transformers"
PLAIN_LLAMA = "llama.cpp without guesses"

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


@dataclass(kw_only=True)
class Report:
    """Medians over the rounds, by engine and measure; seconds, or tokens a second."""

    medians: dict[str, dict[str, float]] = field(default_factory=dict)
    machine: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"ratios": self.ratios, "medians": self.medians, "machine": self.machine}


def ratios(report: Report) -> dict[str, float | None]:
    """The figures that Feeler promises, and stricter ones beside them; None where one side was not measured.

    `of_memory_bandwidth` is our tokens a second in one chat over those that memory allows where every token
    reads weights, K and V once. Both engines make guesses, and neither in `decode_without_guesses`; guesses
    may bring the share of memory above one, so it stands there without them, too.
    `first_token_whole_history` is `first_token_turn_30` of a prompt that keeps every line.
    """
    ours, other = report.medians[OURS], report.medians.get(LLAMA, {})
    plain = report.medians.get(PLAIN_LLAMA, {})

    def beside(key: str) -> float | None:
        return _ratio(ours.get(key), other.get(key))

    return {
        "decode_one_chat": beside("decode_one_chat"),
        "decode_without_guesses": _ratio(ours.get("decode_without_guesses"), plain.get("decode_one_chat")),
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
