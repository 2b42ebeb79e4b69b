"""Reading what is typed without a thread, so that Ctrl-C always gets through, and playing a session."""

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
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    watched = _watch(loop, fd, arrived)
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    try:
        while True:
            sys.stdout.write(prompt)
            sys.stdout.flush()
            while "\n" not in rest:
                if watched:
                    await arrived.wait()
                    arrived.clear()
                chunk = os.read(fd, 65536)
                if not chunk:
                    if rest.strip():
                        yield rest
                    return
                rest += decoder.decode(chunk)
            line, _, rest = rest.partition("\n")
            yield line
    finally:
        if watched:
            loop.remove_reader(fd)


def _watch(loop: asyncio.AbstractEventLoop, fd: int, arrived: asyncio.Event) -> bool:
    """Have the loop say when there is something to read; False for a plain file, which always has."""
    try:
        loop.add_reader(fd, arrived.set)
    except PermissionError:
        return False
    return True


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
