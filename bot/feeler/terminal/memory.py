"""What the terminal remembers: the talks of one run, and nothing after it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from feeler.interview.values import Interview


class MemoryArchive:
    """An Archive in memory, in the order in which the talks began."""

    def __init__(self) -> None:
        self._talks: dict[int, dict[str, Interview]] = {}

    def remember(self, chat_id: int, interview: Interview) -> None:
        """Keep the talk as it stands now."""
        self._talks.setdefault(chat_id, {})[interview.id] = interview

    def forget(self, chat_id: int) -> None:
        """Drop everything about this chat."""
        self._talks.pop(chat_id, None)

    async def talks(self, chat_id: int) -> tuple[Interview, ...]:
        """See `feeler.ports.Archive`."""
        return tuple(self._talks.get(chat_id, {}).values())

    async def unreadable(self, chat_id: int) -> dict[str, datetime]:
        """See `feeler.ports.Archive`."""
        return {}

    async def everything(self, chat_id: int) -> dict[str, Any]:
        """See `feeler.ports.Archive`."""
        return {"talks": [asdict(talk) for talk in await self.talks(chat_id)]}
