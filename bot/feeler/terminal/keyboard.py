"""What is typed, read without a thread so that Ctrl-C always gets through."""

import asyncio
import codecs
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from feeler.terminal.session import Session


async def typed_lines(fd: int, prompt: str = "") -> AsyncIterator[str]:
    """Lines as they are typed or piped into the file descriptor, until its end."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    with _chunks(fd) as chunks:
        while True:
            sys.stdout.write(prompt)
            sys.stdout.flush()
            while "\n" not in rest:
                chunk = await chunks.get()
                rest += decoder.decode(chunk, final=not chunk)
                if not chunk:
                    if rest.strip():
                        yield rest
                    return
            line, _, rest = rest.partition("\n")
            yield line


@contextmanager
def _chunks(fd: int) -> Iterator["asyncio.Queue[bytes]"]:
    """What arrives at `fd`, an empty chunk at its end."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:  # the loop calls this only when there is something, so it never blocks
        chunk = os.read(fd, 65536)
        chunks.put_nowait(chunk)
        if not chunk:
            loop.remove_reader(fd)

    try:
        loop.add_reader(fd, read)
    except PermissionError:  # a plain file cannot be waited for, and need not be
        while chunk := os.read(fd, 65536):
            chunks.put_nowait(chunk)
        chunks.put_nowait(b"")
    try:
        yield chunks
    finally:
        loop.remove_reader(fd)


@contextmanager
def interruptible(session: Session) -> Iterator[None]:
    """Ctrl-C ends what is being written; with nothing being written it ends the talk (CancelledError)."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if not session.stop() and task is not None:
            task.cancel()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
