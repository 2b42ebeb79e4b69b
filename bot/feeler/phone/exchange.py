"""JSON between the page and the stand-in: values of ours out, objects in."""

import dataclasses
import json
from typing import Any

from aiohttp import web

from feeler.phone.refusals import Json
from feeler.phone.serving import HEADERS


def answer(value: object) -> web.Response:
    """A JSON response; our values as objects."""
    return web.json_response(value, dumps=dumps, headers=HEADERS)


async def read_object(request: web.Request) -> Json:
    """The JSON object of a request; a form from elsewhere cannot send that type."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="not a JSON object")
    return body


def event_of(value: Json) -> bytes:
    return f"data: {dumps(value)}\n\n".encode()


def dumps(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
