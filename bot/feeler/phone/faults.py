"""Faults on demand: what a network and a busy server do to a bot."""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["drop", "lose", "delay", "error", "flood"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong with the next calls that match.

    drop: the call is carried out, and the connection closed without a response;
    lose: the connection is closed before anything is carried out;
    delay: the response comes `seconds` later; error: 500, not carried out;
    flood: 429 with `seconds` as `retry_after`, not carried out.
    """

    kind: Kind
    method: str = ""  # any method, where empty; upper and lower case are the same
    chat_id: int | None = None  # any chat
    times: int = 1  # 0: until removed
    skip: int = 0  # so many matching calls pass first
    seconds: float = 1.0

    def matches(self, method: str, chat_id: int | None) -> bool:
        return self.method.lower() in ("", method.lower()) and self.chat_id in (None, chat_id)


class Faults:
    """The faults that still wait for a call."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call, counted down."""
        for place, fault in enumerate(self.waiting):
            if not fault.matches(method, chat_id):
                continue
            if fault.skip:
                self.waiting[place] = replace(fault, skip=fault.skip - 1)
                return None
            if fault.times == 1:
                del self.waiting[place]
            elif fault.times > 1:
                self.waiting[place] = replace(fault, times=fault.times - 1)
            return fault
        return None
