"""The candidate's side of a talk from a text file: one message a line, commands beginning with "/"."""

from pathlib import Path

from feeler.errors import DataError

MAX_BYTES = 1_000_000


def read_script(path: Path) -> tuple[str, ...]:
    """The lines to be said, blank ones left out. Raises DataError for a file that is no script."""
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path}: a script is at most {MAX_BYTES:,} bytes long")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 text (byte {error.start})") from None
    if "\0" in text:
        raise DataError(f"{path}: is not a text file")
    lines = tuple(line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip())
    if not lines:
        raise DataError(f"{path}: holds no message; write one a line")
    return lines
