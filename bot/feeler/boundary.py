"""What an error boundary lets through: a wish to end, and nothing else."""

import asyncio


def is_wish_to_end(error: BaseException) -> bool:
    """Whether `error` is Ctrl-C, an exit, or the cancelling of the running task, and no failure.

    Two kinds of failures do not derive from Exception: a panic in a library written in Rust (tokenizers), and
    a CancelledError of a cancel scope that leaked out of a library, though nobody has cancelled this task.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is None or task.cancelling() > 0
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_wish_to_end, error.exceptions))
    return isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit)
