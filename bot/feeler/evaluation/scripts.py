"""Candidate scripts: text files with one message a line; lines that begin with / are commands.

Or people: JSON lines with what somebody tells, asks and says at the end, of which a talk is made.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feeler.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Script:
    name: str
    lines: tuple[str, ...]
    who: str = ""  # what they wrote of themselves before the talk
    curious: str = ""


def read_scripts(folder: Path) -> tuple[Script, ...]:
    """All `*.txt` of `folder` (or the one file, or the people of one `*.jsonl`), by name.

    Raises DataError that says what is wrong.
    """
    if folder.suffix == ".jsonl":
        return _people(folder)
    paths = [folder] if folder.is_file() else sorted(folder.glob("*.txt"))
    if not paths:
        raise DataError(f"{folder}: holds no candidate scripts (*.txt, one message a line)")
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Script:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from None
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not any(not line.startswith("/") for line in lines):
        raise DataError(f"{path}: holds no message of a candidate")
    return Script(name=path.stem, lines=lines)


def _people(path: Path) -> tuple[Script, ...]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return tuple(_person(row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: is not one person a line ({error!r})") from None


def _person(row: dict[str, Any]) -> Script:
    """A talk of theirs: stories first, then questions with what one asks on, a story between, a goodbye."""
    told, asked, on = list(row["stories"]), list(row["questions"]), list(row["followups"])
    lines = [*told[:2], row["vague"], *told[2:3], *asked[:1], *on[:1], *asked[1:2], *told[3:4]]
    lines += [*asked[2:3], *on[1:2], *asked[3:5], *told[4:5], *asked[5:6], *row["close"]]
    start = row["start"]
    return Script(name=row["name"], lines=tuple(lines), who=start["who"], curious=start["curious"])
