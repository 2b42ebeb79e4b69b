"""The stand-in's own clock. Tests may let it run faster, or move it on by minutes at once."""

import asyncio
import time


class Clock:
    """Seconds since 1970 as the stand-in sees them: `speed` of its seconds pass in a real one."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._start = time.time()
        self._zero = time.monotonic()

    def now(self) -> float:
        return self._start + (time.monotonic() - self._zero) * self.speed

    def advance(self, seconds: float) -> None:
        """Move the clock on without waiting."""
        self._start += seconds

    def real(self, seconds: float) -> float:
        """How long `seconds` of this clock last in reality."""
        return seconds / self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real(seconds))
