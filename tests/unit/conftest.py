"""What several unit tests stand on."""

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop for all cases of a module: hypothesis runs them one after the other."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
