"""What a model server sends, as bits of answers: read leniently, because no two servers stream alike.

Meant to come are a `chat.completion.chunk` with each event (`remote_events`) and `[DONE]` at the end. What
does come besides: chunks without choices, or with what is said in another place; whole answers where a stream
was asked for, at its end or bit by bit; and errors inside of HTTP 200.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Any

from feeler.llm.remote_errors import ServerSaid, read_error
from feeler.llm.remote_events import Document, Done, Events

_THOUGHTS = ("reasoning_content", "reasoning", "thinking")  # where servers put what is thought, not said
_BROKEN = ("error", "abort", "cancelled")  # reasons that end no answer


@dataclass(frozen=True, kw_only=True)
class Bit:
    """Something of one answer."""

    index: int = 0  # which of several answers
    text: str = ""
    thought: str = ""  # what the model thinks before it speaks
    finish: str = ""  # why the answer ends here, if the server means it
    whole: bool = False  # `text` is all of the answer so far


async def read_bits(content: AsyncIterable[bytes]) -> AsyncGenerator[Bit | Done, None]:
    """Bits in the order in which they come. Raises ServerSaid where the server sends an error."""
    events = Events()
    async for chunk in content:
        for event, found in events.feed(chunk):
            for bit in _bits_of(event, found):
                yield bit
            if isinstance(found, Done):
                return
    for event, found in events.rest():
        for bit in _bits_of(event, found):
            yield bit


def _bits_of(event: str, found: Document | str | Done) -> Iterator[Bit | Done]:
    """The bits in one event; nothing where it means nothing. Raises ServerSaid for an error."""
    if isinstance(found, Done):
        yield found
        return
    for each in found if isinstance(found, list) else [found]:
        if said := read_error(each, marked=event == "error"):
            raise said
        if isinstance(each, dict):
            yield from (_bit(choice) for choice in _choices(each))
    if event == "error":
        raise ServerSaid(found if isinstance(found, str) else json.dumps(found))


def _choices(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of a chunk, which some servers wrap, and send alone."""
    wrapped = payload.get("data")
    if "choices" not in payload and isinstance(wrapped, dict):
        payload = wrapped
    found = payload.get("choices")
    return [choice for choice in (found if isinstance(found, list) else [found]) if isinstance(choice, dict)]


def _bit(choice: dict[str, Any]) -> Bit:
    finish = "stop" if choice.get("finish_reason") is True else choice.get("finish_reason")
    finish = finish if isinstance(finish, str) and finish.lower() not in ("null", "none") else ""
    if finish in _BROKEN:
        raise ServerSaid(f"the answer was ended: {finish}")
    delta, message = choice.get("delta"), choice.get("message")
    source: dict[str, Any] = next(
        (each for each in (delta, message) if isinstance(each, dict) and each), choice
    )
    if isinstance(delta, str | list):
        source = {"content": delta}
    thought = "".join(_text(source.get(name)) for name in _THOUGHTS[: 1 if source.get(_THOUGHTS[0]) else 3])
    content = source.get("content", source.get("text"))
    parts = content if isinstance(content, list) else [content]
    said = [part for part in parts if not _is_thought(part)]
    return Bit(
        index=_index(choice.get("index")),
        text="".join(map(_text, said)),
        thought=thought + "".join(_text(part) for part in parts if _is_thought(part)),
        finish=finish,
        whole=source is message,
    )


def _is_thought(part: object) -> bool:
    return isinstance(part, dict) and any(word in str(part.get("type")) for word in ("think", "reason"))


def _text(value: object) -> str:
    """The text of a string, of a part `{"text": …}`, or of a list of these."""
    if isinstance(value, list):
        return "".join(map(_text, value))
    if isinstance(value, dict):
        known = ("text", "value", "content", "thinking", "reasoning")
        return next((_text(value[name]) for name in known if value.get(name)), "")
    return value if isinstance(value, str) else ""


def _index(value: object) -> int:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0
