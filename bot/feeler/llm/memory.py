"""Keeping the process small."""

import ctypes
import gc
import os


def give_back() -> None:
    """Hand freed memory to the system, where the C library is one that can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)
