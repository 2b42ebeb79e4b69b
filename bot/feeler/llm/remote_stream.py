"""What a model server sends, as bits of answers: read leniently, because no two servers stream alike.

Meant to come are server-sent events (WHATWG HTML, section 9.2) with one `chat.completion.chunk` each and
`[DONE]` at the end. What does come besides: events without data, text that is no JSON, chunks without
choices, whole answers where a stream was asked for, and errors inside of HTTP 200.
"""

import codecs
import io
import json
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Any

from feeler.llm.remote_errors import ServerSaid, read_error

_FIELDS = ("data", "event", "id", "retry", "error")  # `error` is llama.cpp's own
_MOST = 1 << 20  # characters of one event
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")  # where servers put what is thought, not said
_BROKEN = ("error", "abort", "cancelled")  # reasons that end no answer


@dataclass(frozen=True, kw_only=True)
class Bit:
    """Something of one answer."""

    index: int = 0  # which of several answers
    text: str = ""
    thought: str = ""  # what the model thinks before it speaks
    finish: str = ""  # why the answer ends here, if the server means it
    whole: bool = False  # `text` is all of the answer


class Done:
    """The server has said that nothing more comes."""


async def read_bits(content: AsyncIterable[bytes]) -> AsyncGenerator[Bit | Done, None]:
    """Bits in the order in which they come. Raises ServerSaid where the server sends an error."""
    events = _Events()
    async for chunk in content:
        for event, data in events.feed(chunk):
            if data == "[DONE]":
                yield Done()
                return
            for bit in bits_of(event, data):
                yield bit
    for event, data in events.rest():
        if data == "[DONE]":
            yield Done()
            return
        for bit in bits_of(event, data):
            yield bit


class _Events:
    """Bytes to (event, data), each as soon as its data is whole: some servers leave out the blank line.

    A line of no known field counts as data, so a plain JSON document is read, too.
    """

    def __init__(self) -> None:
        utf8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
        self._line = self._held = self._event = ""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, str]]:
        *lines, self._line = (self._line + self._decoder.decode(chunk)).split("\n")
        for line in lines:
            yield from self._take(line)
        if len(self._line) + len(self._held) > _MOST:
            raise ServerSaid("an event without an end")

    def rest(self) -> Iterator[tuple[str, str]]:
        """What is left when the connection ends."""
        last = self._line + self._decoder.decode(b"", final=True)
        yield from self._take(last.rstrip("\n"))
        yield from self._take("")

    def _take(self, line: str) -> Iterator[tuple[str, str]]:
        if not line.strip():
            if self._event == "error" and self._held:
                yield "error", self._held  # whatever words they are
            self._held = self._event = ""
            return
        field, _, value = line.partition(":")
        if field in ("", "id", "retry"):  # a comment, or nothing for us
            return
        if field == "event":
            self._event = value.strip()
            return
        if field == "error":
            self._event = "error"
        value = value.strip() if field in _FIELDS else line.strip()
        together = f"{self._held}\n{value}" if self._held else value
        for data in (together, value):
            if data == "[DONE]" or _parsed(data) is not None:
                yield self._event, data
                self._held = ""
                return
        if self._held or value[0:1] in ("{", "[") or self._event == "error":
            self._held = together


def bits_of(event: str, data: str) -> Iterator[Bit]:
    """The bits in one event's data; nothing where it means nothing. Raises ServerSaid for an error."""
    payload = _parsed(data)
    for each in payload if isinstance(payload, list) else [payload]:
        if said := read_error(each, marked=event == "error"):
            raise said
        if isinstance(each, dict) and isinstance(each.get("choices"), list):
            yield from (_bit(choice) for choice in each["choices"] if isinstance(choice, dict))
    if event == "error":
        raise ServerSaid(data)


def _bit(choice: dict[str, Any]) -> Bit:
    finish = choice.get("finish_reason")
    finish = finish if isinstance(finish, str) and finish.lower() not in ("null", "none") else ""
    if finish in _BROKEN:
        raise ServerSaid(f"the answer was ended: {finish}")
    delta, message = choice.get("delta"), choice.get("message")
    source = delta if isinstance(delta, dict) else message if isinstance(message, dict) else choice
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


def _parsed(data: str) -> dict[str, Any] | list[Any] | None:
    """The object or list that `data` is; None for anything else."""
    if data[:1] not in ("{", "["):
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
