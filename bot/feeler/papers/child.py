"""The other side: a process that opens one file from its standard input and prints what it says as JSON.

It limits itself before it imports a parser: time, memory, no files written, no network, no other program.
"""

import json
import resource
import sys
from typing import Any

CPU_SECONDS = 15
MEMORY = 1536 * 2**20  # bytes of address space; libraries take a part of it
MOST_CHARS = 120_000  # of a file's text: some forty pages
FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
)


def main() -> None:
    """Open the file whose kind is the first argument."""
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    limit()
    from feeler.papers.formats import OPENERS, Refused

    sys.addaudithook(_refuse)
    try:
        found: dict[str, Any] = OPENERS[kind](content)
        found["text"] = found["text"][:MOST_CHARS]
        if not any(letter.isalpha() for letter in found["text"]):
            found = {"refused": "scanned" if kind == "pdf" else "empty"}
    except Refused as refused:
        found = {"refused": str(refused)}
    except (MemoryError, RecursionError):
        found = {"refused": "slow"}
    except Exception:  # a parser may fail in any way on a file made to break it
        found = {"refused": "broken"}
    # some halves of characters come out of broken files, and no JSON may hold them
    sys.stdout.buffer.write(json.dumps(found).encode("utf-8", "replace"))


def limit() -> None:
    """Take away from this process what no file needs."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)


if __name__ == "__main__":
    main()
