"""What the machine gives: memory's speed, and how much of it a process has held."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psutil
import torch


def bandwidth(threads: int) -> float:
    """Bytes a second that so many threads read from memory, the median of several tries.

    Threads of Python's, with one of torch's each: helpers of OpenMP's would slow down the engine's.
    """
    block = torch.ones(threads, 1 << 27, dtype=torch.int8).view(torch.int64)
    seconds = []
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for _ in range(15):
            start = time.perf_counter()
            list(pool.map(torch.sum, block))
            seconds.append(time.perf_counter() - start)
    return block.nbytes / median(seconds)


def peak(pid: int) -> float:
    """The most memory that a process has held so far, in bytes; what it holds now where that is not known."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) * 1024
    return float(psutil.Process(pid).memory_info().rss)
