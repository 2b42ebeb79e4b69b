"""What `feeler bench` asks, and what it says of what it found. Nothing is timed here."""

import pytest

from feeler.bench.prompts import answers, turns
from feeler.bench.report import LLAMA, OURS, PLAIN_LLAMA, TO_REACH, Report, ratios
from feeler.cli.bench import show


def test_one_chat_is_measured_on_answers_that_the_bot_asks_for_turn_after_turn() -> None:
    asked = answers()
    assert len(asked) > 2
    for prompt in asked:
        assert prompt[0].role == "system"
        assert "They asked: " in prompt[-1].content


def test_turn_thirty_is_the_bots_own_and_can_be_swapped_for_turn_three() -> None:
    prompts = turns()
    assert len(prompts) == 30
    for prompt in (prompts[2], prompts[29]):
        assert [message.role for message in prompt] == ["system", "user"]


FOUND = {
    OURS: {
        "decode_one_chat": 30.0,
        "decode_without_guesses": 15.0,
        "tokens_per_second_by_memory": 20.0,
        "first_token_warm": 1.0,
        "throughput_8_chats": 16.0,
        "slowest_first_token_8_chats": 6.0,
        "seconds_one_draft": 2.0,
        "seconds_four_drafts": 3.0,
        "first_token_turn_3": 1.0,
        "first_token_turn_30": 1.2,
    },
    LLAMA: {"decode_one_chat": 20.0, "first_token_warm": 2.0},
    PLAIN_LLAMA: {"decode_one_chat": 15.0},
}
MACHINE = {"load_seconds": 7.0, "peak_bytes": 1.9e9}


def test_ratios_are_of_one_run_and_empty_where_a_side_is_missing() -> None:
    found = ratios(Report(medians=FOUND, machine=MACHINE))
    assert set(TO_REACH) - {"load_seconds", "peak_bytes"} <= set(found)
    assert found["decode_one_chat"] == pytest.approx(1.5)
    assert found["decode_without_guesses"] == pytest.approx(1.0)
    assert found["of_memory_bandwidth"] == pytest.approx(1.5)
    assert found["of_memory_bandwidth_without_guesses"] == pytest.approx(0.75)
    assert found["throughput_eight_chats"] is None
    assert found["first_token_whole_history"] is None


def test_the_tables_show_every_ratio_and_what_is_to_be_reached(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(medians=FOUND, machine=MACHINE)
    report.ratios = ratios(report)
    show(report)
    said = capsys.readouterr().out
    table = said[said.index("to reach") :]
    for key, value in report.ratios.items():
        row = next(line for line in table.splitlines() if f"│ {key.replace('_', ' ')} " in line)
        assert ("not measured" if value is None else f"{value:.2f}") in row
        assert TO_REACH.get(key, "") in row
    assert "at most 2.0 GB" in table
