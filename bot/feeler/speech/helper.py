"""A process beside ours that hears or speaks: started when it is first needed, gone after ten idle minutes.

In a process of its own, no decoder slows the other chats' turns, its memory is given back whole, and a file
made to break a decoder breaks nothing else.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from feeler.errors import SpeechError, WeightsError
from feeler.interview.values import Speech
from feeler.ports import Heard, Spoken

log = logging.getLogger(__name__)

IDLE = 600.0  # seconds
PATIENCE = 900.0  # seconds for one request: five minutes of speech on a machine that is very busy
MOST_SECONDS = 300.0  # of a note
PACKAGES = {"hears": ("faster_whisper", "av"), "speaks": ("hibari", "onnxruntime", "av")}


def installed(role: str) -> bool:
    """Whether the packages of `feeler[voice]` that this role needs are there; imports none of them."""
    return all(find_spec(name) is not None for name in PACKAGES[role])


class Helper:
    """One such process. Requests are answered one after the other."""

    def __init__(
        self,
        role: str,
        weights: Callable[[], Path],
        *,
        sections: Sequence[tuple[str, int]] = (),
        idle: float = IDLE,
    ) -> None:
        """`weights` names the file, verified; it is called before each start, in a thread.

        `sections` are the files that lie in it, each with its size in bytes.
        """
        self._role, self._weights, self._idle = role, weights, idle
        self._sections = json.dumps(list(sections))
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._leaving: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs now, for the bench."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def ask(self, header: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        """One request and its answer. SpeechError where it is one, and "failed" where the process broke."""
        async with self._turn:
            if self._leaving:
                self._leaving.cancel()
            try:
                async with asyncio.timeout(PATIENCE):
                    told, answer = await self._exchange(await self._running(), header, content)
            except (OSError, asyncio.IncompleteReadError, ValueError, TimeoutError) as error:
                await self.close()
                raise SpeechError("failed", type(error).__name__) from None
            except asyncio.CancelledError:
                await self.close()  # its answer would be taken for that of the next request
                raise
            self._leaving = asyncio.get_running_loop().call_later(self._idle, self._leave)
        if "why" in told:
            raise SpeechError(told["why"], told["detail"])
        return told, answer

    async def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if self._leaving:
            self._leaving.cancel()
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _leave(self) -> None:
        if not self._turn.locked() and self._process and self._process.stdin:
            self._process.stdin.close()  # it ends when nobody can ask it any more
            self._process = None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            if not installed(self._role):
                raise SpeechError("missing")
            try:
                weights = await asyncio.to_thread(self._weights)
            except WeightsError as error:
                log.error("what %s cannot be loaded: %s", self._role, error)
                raise SpeechError("missing") from None
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "feeler.speech.child", self._role, str(weights), self._sections),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            log.info("what %s is loading, in process %s", self._role, self._process.pid)
        return self._process

    async def _exchange(
        self, process: asyncio.subprocess.Process, header: dict[str, Any], content: bytes
    ) -> tuple[dict[str, Any], bytes]:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(header | {"bytes": len(content)}).encode() + b"\n" + content)
        await process.stdin.drain()
        told = json.loads(await process.stdout.readline())
        return told, await process.stdout.readexactly(told.pop("bytes"))


class HelpingEars:
    """`feeler.ports.Ears` in a helper."""

    most_seconds = MOST_SECONDS

    def __init__(self, helper: Helper) -> None:
        self.helper = helper

    async def hear(self, sound: bytes, hint: str) -> Heard:
        told, _ = await self.helper.ask({"hint": hint, "most_seconds": self.most_seconds}, sound)
        return Heard(text=told["text"], sure=told["sure"], speech=Speech(**told["speech"]))


class HelpingMouth:
    """`feeler.ports.Mouth` in a helper."""

    def __init__(self, helper: Helper) -> None:
        self.helper = helper

    async def say(self, text: str, voice: str) -> Spoken:
        told, content = await self.helper.ask({"voice": voice}, text.encode())
        return Spoken(content=content, seconds=told["seconds"])
