"""From a path to the address of an SQLite database and back, whatever signs the path is made of."""

import os
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

SCHEME = "sqlite:///"


def sqlite_address(path: Path) -> str:
    """The database URL of the file `path`: the form of FEELER_DATABASE_URL."""
    return SCHEME + quote(os.fsencode(path.absolute()))


def sqlite_uri(path: Path, mode: str) -> str:
    """What SQLite itself opens; `mode` is ro or rw and may bring more of SQLite's parameters."""
    return f"file://{quote(os.fsencode(path.absolute()))}?mode={mode}"


def sqlite_path(address: str) -> Path:
    """The file that a database URL means, as an absolute path. ValueError: it means no certain one."""
    scheme, parted, rest = address.partition(":///")
    named = os.fsdecode(unquote_to_bytes(rest))
    if scheme.partition("+")[0] != "sqlite" or not parted or named in ("", ":memory:") or "\0" in named:
        raise ValueError("names no file")
    if "?" in rest:
        raise ValueError("a question mark in a path is written %3F")
    return Path(named).absolute()
