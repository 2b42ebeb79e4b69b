"""`python -m feeler.phone`: the stand-in as its own process, with control routes for tests."""

import argparse
import asyncio
import signal
from pathlib import Path

from feeler.phone.rates import Rates
from feeler.phone.server import DEFAULT_TOKEN, BotApiServer


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal comes; the first line printed is the address for FEELER_API_BASE_URL."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with BotApiServer(
        token=options.token,
        port=options.port,
        state=options.state,
        speed=options.speed,
        rates=None if options.no_rates else Rates(),
        control=True,
    ) as server:
        print(server.api_base_url, flush=True)  # noqa: T201 (this is its output)
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of its clock in a real one")
    parser.add_argument("--no-rates", action="store_true", help="no flood control")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
