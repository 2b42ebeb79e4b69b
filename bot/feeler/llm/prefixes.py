"""K and V of prompts that were read before: kept between turns, shared between talks, bounded.

A prompt lives in a `Slot`: a strip of its own behind, perhaps, a strip that several slots share (a persona).
The next turn of a talk takes its slot over and reads only what is new; another talk with the same persona
gets the shared strip and a slot of its own. What was not used for longest is thrown out first.
"""

from dataclasses import dataclass, field
from itertools import count

import torch

from feeler.llm.chat_text import in_common

Tensor = torch.Tensor
_ROUND = 32  # tokens of room are given out in steps of this
_SPARE = 256  # tokens that a strip grows by before it is copied: memory that nobody touches is not held
WORTH_SHARING = 64  # tokens that two prompts must have in common to share a strip
_WORTH_LOSING = 320  # tokens that a slot taken over may lose, and at most a quarter of what it keeps: the
# last answer and what was asked for it, but not the history of another talk with the same persona

_clock = count()


@dataclass(eq=False, kw_only=True)
class Strip:
    """K and V of consecutive tokens."""

    kv: Tensor  # float16 (layers, 2, kv_heads, room and perhaps spare, dim)
    room: int  # tokens that may be filled
    tokens: list[int] = field(default_factory=list)  # those that are filled

    @property
    def filled(self) -> Tensor:
        return self.kv[:, :, :, : len(self.tokens)]


@dataclass(eq=False, kw_only=True)
class Slot:
    """One prompt's K and V, and what was generated behind it."""

    shared: Strip | None
    own: Strip
    busy: bool = True
    used: int = field(default_factory=lambda: next(_clock))

    @property
    def tokens(self) -> list[int]:
        return (self.shared.tokens if self.shared else []) + self.own.tokens

    @property
    def length(self) -> int:
        return (len(self.shared.tokens) if self.shared else 0) + len(self.own.tokens)


class Prefixes:
    """All slots, under a limit of memory."""

    def __init__(self, *, layers: int, kv_heads: int, head_dim: int, limit: int) -> None:
        self._shape = (layers, 2, kv_heads, head_dim)
        self.token_bytes = layers * 2 * kv_heads * head_dim * 2
        self.limit = limit  # bytes
        self.borrowed = 0  # bytes that drafts hold beside the slots
        self._slots: list[Slot] = []
        self._shared: list[Strip] = []

    @property
    def tokens_at_most(self) -> int:
        return self.limit // self.token_bytes

    def used(self) -> int:
        """Bytes held."""
        strips = [slot.own for slot in self._slots] + self._shared
        return self.borrowed + sum(strip.room for strip in strips) * self.token_bytes

    def acquire(
        self, prompt: list[int], extra: int, beside: int = 0, may_lose: int | None = None
    ) -> Slot | None:
        """A slot that holds what of `prompt` was read before, with room for the rest and `extra` tokens.

        `beside` is how many bytes the caller will hold on top (see `borrowed`). A slot is taken over where it
        loses no more than `may_lose` tokens, else its beginning is shared. None: there is no memory now. At
        least the prompt's last token is left to be read.
        """
        best, common = self._best(prompt)
        if best and not best.busy and self._may_take(best, common, may_lose):
            best.busy = True  # or it might be thrown out to make room for itself
            slot = self._extend(best, common, len(prompt) + extra, beside)
            if slot is None:
                best.busy = False
            return slot
        if not self._make_room((len(prompt) + extra + _ROUND) * self.token_bytes + beside, keep=best):
            return None
        shared = self._share(best, common) if best else None
        room = len(prompt) + extra - (len(shared.tokens) if shared else 0)
        slot = Slot(shared=shared, own=self._strip(room, _SPARE))
        if best and common > slot.length:
            _copy(best, slot.length, common, slot.own)
        self._slots.append(slot)
        return slot

    def release(self, slot: Slot) -> None:
        """The slot may be taken over or thrown out from now on."""
        slot.busy = False
        slot.used = next(_clock)

    def _best(self, prompt: list[int]) -> tuple[Slot | None, int]:
        """The slot with the longest beginning in common, idle ones first; the length of it."""
        usable = len(prompt) - 1
        found = [
            (min(in_common(slot.tokens, prompt), usable), not slot.busy, slot.used, slot)
            for slot in self._slots
        ]
        if not found:
            return None, 0
        common, _, _, slot = max(found, key=lambda entry: entry[:3])
        return (slot, common) if common else (None, 0)

    def _may_take(self, slot: Slot, common: int, may_lose: int | None) -> bool:
        shared = len(slot.shared.tokens) if slot.shared else 0
        limit = min(_WORTH_LOSING, common // 4) if may_lose is None else may_lose
        return common >= shared and slot.length - common <= limit

    def _extend(self, slot: Slot, common: int, room: int, beside: int) -> Slot | None:
        """Cut the slot back to what is common and give it room for `room` tokens in all."""
        shared = len(slot.shared.tokens) if slot.shared else 0
        needed = _rounded(room - shared)
        more = max(needed - slot.own.room, 0)
        copied = needed > slot.own.kv.shape[3]  # both strips are held while one is copied to the other
        if not self._make_room((needed if copied else more) * self.token_bytes + beside, keep=slot):
            return None
        if copied:
            longer = self._strip(needed, _SPARE)
            _copy(slot, shared, common, longer)
            slot.own = longer
        slot.own.room = max(slot.own.room, needed)
        del slot.own.tokens[common - shared :]
        return slot

    def _share(self, best: Slot, common: int) -> Strip | None:
        """A strip that a new slot can share with `best`."""
        shared = best.shared
        known = len(shared.tokens) if shared else 0
        if common - known >= WORTH_SHARING:
            strip = self._strip(common)
            _copy(best, 0, common, strip)
            self._shared.append(strip)
            self._move_onto(best, strip)
            return strip
        return shared if shared and common >= known else None

    def _move_onto(self, slot: Slot, strip: Strip) -> None:
        """Let an idle slot share what it held alone."""
        if slot.busy:
            return
        start, end = len(strip.tokens), slot.length
        own = self._strip(max(end - start, 1), _SPARE)
        _copy(slot, start, end, own)
        slot.shared, slot.own = strip, own
        self._drop_unshared()

    def _make_room(self, needed: int, keep: Slot | None) -> bool:
        """Throw out idle slots, oldest first, until `needed` bytes are free."""
        idle = sorted(
            (slot for slot in self._slots if not slot.busy and slot is not keep), key=lambda s: s.used
        )
        while self.used() + needed > self.limit:
            if not idle:
                return False
            self._slots.remove(idle.pop(0))
            self._drop_unshared()
        return True

    def _drop_unshared(self) -> None:
        held = {id(slot.shared) for slot in self._slots}
        self._shared = [strip for strip in self._shared if id(strip) in held]

    def _strip(self, room: int, spare: int = 0) -> Strip:
        layers, two, heads, dim = self._shape
        room = _rounded(room)
        return Strip(kv=torch.empty(layers, two, heads, room + spare, dim, dtype=torch.float16), room=room)


def _rounded(tokens: int) -> int:
    return -(-tokens // _ROUND) * _ROUND


def _copy(slot: Slot, start: int, end: int, to: Strip) -> None:
    """Put the slot's tokens [start, end) behind what `to` holds."""
    at = 0
    for strip in (slot.shared, slot.own):
        if strip is None:
            continue
        first, last = max(start - at, 0), min(end - at, len(strip.tokens))
        if first < last:
            filled = len(to.tokens)
            to.kv[:, :, :, filled : filled + last - first] = strip.kv[:, :, :, first:last]
            to.tokens += strip.tokens[first:last]
        at += len(strip.tokens)
