"""What is kept of every played turn, one JSON object a line, so that an evaluation can be resumed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

OURS, BASELINE = "ours", "baseline"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One message of the candidate's and what the company, or the coach, said to it."""

    way: str  # "ours" or "baseline"
    script: str  # file name without its ending
    persona: str  # slug
    turn: int
    phase: str
    job: str
    acts: tuple[str, ...]
    heard: str
    text: str  # the company's line; empty where only the coach spoke
    coach: str = ""
    broken: tuple[str, ...] = ()  # guards of safety that the line breaks: what must not happen at all
    asked: tuple[str, ...] = ()  # the candidate's questions
    told: tuple[str, ...] = ()  # ids of the facts that the line was to tell
    need: str = "none"
    fallback: bool = False
    seconds: float = 0.0
    first: float = 0.0  # seconds to the first text shown
    tokens: int = 0
    last: bool = False  # the talk's last record

    @property
    def talk(self) -> tuple[str, str, str]:
        return (self.way, self.script, self.persona)


class Ledger:
    """The records of finished talks in a JSONL file. A talk counts when its last record is there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Record, ...]:
        """The records of whole talks; those of a talk that was interrupted are passed over."""
        if not self.path.exists():
            return ()
        found = [record for line in self.path.read_text("utf-8").splitlines() if (record := _record(line))]
        whole = {record.talk for record in found if record.last}
        return tuple(record for record in found if record.talk in whole)

    def add(self, talk: Iterable[Record]) -> None:
        """Append one whole talk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(asdict(record), ensure_ascii=False) + "\n" for record in talk))


def _record(line: str) -> Record | None:
    try:
        raw: dict[str, Any] = json.loads(line)
        known = {field.name for field in fields(Record)}
        raw = {name: _frozen(value) for name, value in raw.items() if name in known}
        return Record(**raw)
    except (ValueError, TypeError):
        return None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
