"""The side of ours: starts the process that opens a file, and gives up on it in time."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Any, get_args

from feeler.errors import Reason, UnreadableFile
from feeler.papers.kinds import kind_of
from feeler.ports import ReadFile

SECONDS = 20.0  # for one file, by the clock on the wall
MOST_BYTES = 10 * 2**20
AT_ONCE = 2  # files that are opened side by side
MOST_ANSWER = 4 * 2**20  # bytes; the other side cuts its text far below


class PaperReader:
    """See `feeler.ports.FileReader`."""

    most_bytes = MOST_BYTES

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._room = asyncio.Semaphore(AT_ONCE)

    async def read(self, content: bytes) -> ReadFile:
        """The text of a file of any name. Raises UnreadableFile, which says why there is none."""
        if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
            raise UnreadableFile("empty")
        if len(content) > MOST_BYTES:
            raise UnreadableFile("big")
        kind = kind_of(content)
        async with self._room:
            answer = await self._opened(kind, content)
        if answer.get("refused") in get_args(Reason):
            raise UnreadableFile(answer["refused"])
        return ReadFile(kind=kind, title=answer["title"], text=answer["text"], pages=answer["pages"])

    async def _opened(self, kind: str, content: bytes) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "feeler.papers.child", kind,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a parser's complaints quote the file
            env=_environment(),
            start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                out, _ = await process.communicate(content)
        except TimeoutError:
            raise UnreadableFile("slow") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return _understood(out, process.returncode)


def _environment() -> dict[str, str]:
    """Enough to import Feeler, and no token or address of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}


def _understood(out: bytes, code: int | None) -> dict[str, Any]:
    """The child's answer. One that was killed by its limits, or died of the file, gives none."""
    if code != 0 or len(out) > MOST_ANSWER:
        raise UnreadableFile("slow" if code is not None and code < 0 else "broken")
    try:
        found = json.loads(out)
    except ValueError:
        raise UnreadableFile("broken") from None
    assert isinstance(found, dict)
    return found
