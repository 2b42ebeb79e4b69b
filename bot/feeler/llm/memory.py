"""Keeping the process small, where the C library is one that can be told."""

import ctypes
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4  # glibc's numbers of the options
_APART, _TOGETHER = 2 << 20, 5 << 20  # bytes; afterwards only K and V of a talk are larger than that
_KEPT = 64 << 20  # bytes of scratch that stay between operations: new pages took a tenth of a prompt's time


def give_back() -> None:
    """Hand freed memory to the system, Python's included."""
    gc.collect()
    trim()


def trim() -> None:
    """Hand the C library's freed memory to the system; two milliseconds."""
    if malloc_trim := _library("malloc_trim"):
        malloc_trim(0)


def keep_all() -> None:
    """Keep whatever is freed, for a process that teaches: new pages took most of a step."""
    if option := _library("mallopt"):
        option(_TRIM_THRESHOLD, 2**31 - 1)
        option(_MMAP_MAX, 0)


@contextmanager
def blocks_apart() -> Iterator[None]:
    """Blocks of megabytes lie apart, so that scratch leaves no holes between what is kept."""
    option = _library("mallopt")
    if option is None:
        yield
        return
    option(_TRIM_THRESHOLD, _KEPT)
    option(_MMAP_THRESHOLD, _APART)
    try:
        yield
    finally:
        option(_MMAP_THRESHOLD, _TOGETHER)


def _library(name: str) -> Callable[..., Any] | None:
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
