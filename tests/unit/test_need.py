"""Who is in need is seen, on messages that nothing was taught with; ordinary interviews go on."""

from pathlib import Path

import pytest
from tests.readers import real_reader
from training.need import held_out, rows_of

from feeler.errors import WeightsError
from feeler.interview.tripwires import in_danger
from feeler.interview.values import Need
from feeler.llm.need import NeedReader

SCRIPTS = Path(__file__).parents[1] / "conversations"


def needs(texts: list[str]) -> list[Need]:
    reader = real_reader()
    return [reader.read("", text).need for text in texts]


@pytest.mark.slow
def test_most_people_in_need_are_seen_and_most_who_only_sound_so_are_not() -> None:
    rows = [row for row in rows_of("need_*.jsonl") if held_out(row["text"])]
    found = {
        label: needs([row["text"] for row in rows if row["label"] == label])
        for label in ("acute", "heavy", "none")
    }
    assert min(len(each) for each in found.values()) > 100
    seen = {label: sum(need is not Need.NONE for need in each) / len(each) for label, each in found.items()}
    assert seen["acute"] >= 0.75
    assert seen["heavy"] >= 0.92
    assert seen["none"] <= 0.12


def test_a_damaged_head_is_refused(tmp_path: Path) -> None:
    head = tmp_path / "need.safetensors"
    head.write_bytes(b"cut off")
    with pytest.raises(WeightsError, match="no card"):
        NeedReader.load(tmp_path / "base", head)
    head.with_suffix(".toml").write_text('sha256 = "00"')
    with pytest.raises(WeightsError, match="its card says 00"):
        NeedReader.load(tmp_path / "base", head)


@pytest.mark.slow
def test_ordinary_interviews_are_hardly_ever_stopped() -> None:
    lines = [
        line
        for path in SCRIPTS.glob("*.txt")
        if path.stem != "distress"
        for line in path.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("/")
    ]
    stopped = sum(need is not Need.NONE for need in needs(lines))
    assert stopped <= 0.025 * len(lines)  # 1.9% as taught; other processors round otherwise


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("I want to kill myself", True),
        ("they would be better off without me", True),
        ("i don’t want to wake up any more", True),
        ("that spreadsheet is killing me", False),
        ("I cut myself shaving before the interview", False),
        ("I'd want to die laughing in that meeting", False),
    ],
)
def test_the_tripwires_catch_plain_words_and_no_idioms(text: str, danger: bool) -> None:
    assert in_danger(text) is danger


def test_no_held_out_row_is_taught_and_none_is_there_twice() -> None:
    texts = [row["text"] for row in rows_of("need_*.jsonl")]
    assert len(set(texts)) == len(texts)
    assert 0.25 < sum(map(held_out, texts)) / len(texts) < 0.42
