"""Candidate scripts: text files with one message a line; lines that begin with / are commands."""

from dataclasses import dataclass
from pathlib import Path

from feeler.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Script:
    name: str
    lines: tuple[str, ...]


def read_scripts(folder: Path) -> tuple[Script, ...]:
    """All `*.txt` of `folder` (or the one file), by name. Raises DataError that says what is wrong."""
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
