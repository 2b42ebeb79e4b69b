"""Control over HTTP, for tests that run the stand-in as its own process: faults, time, what was called."""

from typing import TYPE_CHECKING

from aiohttp import web

from feeler.phone.exchange import answer, read_object
from feeler.phone.faults import Fault

if TYPE_CHECKING:
    from feeler.phone.server import BotApiServer


def add_control(app: web.Application, server: "BotApiServer") -> None:
    """Add `POST /control/…`; only `python -m feeler.phone` has it."""

    async def control(request: web.Request) -> web.Response:
        body = await read_object(request)
        what = request.match_info["what"]
        if what == "fault":
            server.faults.add(Fault(**body))
        elif what == "again":
            server.deliver_again(int(body.get("count", 1)))
        elif what == "advance":
            server.clock.advance(float(body["seconds"]))
        elif what == "inject":
            server.world.queue.inject(body)
        elif what == "chat":
            return answer(server.world.chat(int(body["user"])))
        elif what == "calls":
            return answer(server.log.of(*body.get("methods", ())))
        else:
            raise web.HTTPNotFound
        return answer({})

    app.router.add_post("/control/{what}", control)
