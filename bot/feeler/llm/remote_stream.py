"""What a model server sends, as bits of answers: read leniently, because no two servers stream alike.

Meant to come are a `chat.completion.chunk` with each event (`remote_events`) and `[DONE]` at the end. What
does come besides: chunks without choices, or with what is said in another place; whole answers where a stream
was asked for, at its end or bit by bit; and errors inside of HTTP 200.
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Any

from feeler.llm.remote_errors import ServerSaid, read_error
from feeler.llm.remote_events import Document, Done, Events, ends

_THOUGHTS = ("reasoning", "thinking", "thought")  # how the fields begin that hold what is thought, not said
_REASONS = ("finish_reason", "finishReason", "stop_reason")
_BROKEN = re.compile(  # reasons that end no answer
    r"error|abort|cancel|time_?out|network|insufficient|overload|fail|interrupt"
    r"|filter|safety|recitation|blocklist|prohibited|refus|sensitive|moderat|risk",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"length|max.*tokens|token_limit", re.IGNORECASE)


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
    events, found = Events(), None
    async for chunk in content:
        for event, found in events.feed(chunk):
            for bit in _bits_of(event, found):
                yield bit
                if isinstance(bit, Done):
                    return
    for event, found in events.rest():
        for bit in _bits_of(event, found):
            yield bit
    if _sums_up(found):
        yield Done()


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
            if ends(each):
                yield Done()
    if event == "error":
        raise ServerSaid(found if isinstance(found, str) else json.dumps(found))


def _sums_up(found: Document | str | Done | None) -> bool:
    """Whether it says nothing but what all of the answer took, as the last word may."""
    return isinstance(found, dict) and bool(found.get("usage")) and not found.get("choices")


def _choices(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of a chunk, which some servers wrap, and send alone."""
    wrapped = next((payload[name] for name in ("data", "result", "output") if payload.get(name)), None)
    if "choices" not in payload and isinstance(wrapped, dict):
        payload = wrapped
    found = payload.get("choices")
    return [choice for choice in (found if isinstance(found, list) else [found]) if isinstance(choice, dict)]


def _bit(choice: dict[str, Any]) -> Bit:
    if error := read_error({"error": choice.get("error")}):
        raise error
    finish = _finish(choice)
    delta, message = choice.get("delta"), choice.get("message")
    source: dict[str, Any] = next(
        (each for each in (delta, message) if isinstance(each, dict) and each), choice
    )
    if isinstance(delta, str | list):
        source = {"content": delta}
    thoughts = [_text(value) for name, value in source.items() if name.startswith(_THOUGHTS)]
    content = source.get("content", source.get("text"))
    parts = content if isinstance(content, list) else [content]
    said = [part for part in parts if not _is_thought(part)]
    return Bit(
        index=_index(choice.get("index")),
        text="".join(map(_text, said)),
        thought=max(thoughts, key=len, default="") + "".join(map(_text, filter(_is_thought, parts))),
        finish=finish,
        whole=source is message,
    )


def _finish(choice: dict[str, Any]) -> str:
    """Why the answer ends here; empty where it does not. Raises ServerSaid where it is broken off."""
    reason = next((choice[name] for name in _REASONS if choice.get(name)), "")
    reason = "stop" if reason is True else reason
    if not isinstance(reason, str) or reason.lower() in ("null", "none"):
        return ""
    if _BROKEN.search(reason):
        raise ServerSaid(f"the answer was ended: {reason}")
    return "length" if _LENGTH.search(reason) else reason


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
