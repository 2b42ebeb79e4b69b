"""Bytes of a model server to the JSON in them, event by event.

Meant to come are server-sent events (WHATWG HTML, section 9.2). What does come besides: events without data
or without the blank line at their end, two documents in one line, arrays over many lines, plain JSON, text
that is none.
"""

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from feeler.llm.remote_errors import ServerSaid

_FIELDS = ("data", "event", "id", "retry", "error")  # `error` is llama.cpp's own
_ENDS = ("done", "end", "close", "complete", "message_stop", "response.completed")  # in place of [DONE]
_DONE = ("[DONE]", "DONE", "[END]")
_MOST = 1 << 20  # characters of one event
_GLUE = re.compile(r"(?:data:|,|\ufeff|\s)*")  # what may stand between two documents
_ARRAY = re.compile(r"\[\s*(?=\{)")  # one whose end has not come yet
_ANSWER = re.compile(r'"choices"\s*:\s*\[\s*\{')  # a part of an answer, whole or not
_PAGE = re.compile(r"<(!doctype html|html)\b", re.IGNORECASE)
_TROUBLE = re.compile(
    r"\W{0,3}((internal |server |fatal |upstream |gateway )*error|traceback)\b", re.IGNORECASE
)
_DECODER = json.JSONDecoder()

Document = dict[str, Any] | list[Any]


class Done:
    """The server has said that nothing more comes."""


class Events:
    """Bytes to (event, document), each as soon as it is whole. Text that is no document comes as it is, and
    only where it is marked as an error.

    A line of no known field counts as data, so a plain JSON document is read, too. Raises ServerSaid where a
    part of an answer cannot be read: what came of it would have a hole that nobody sees; and for text that
    speaks of an error, or is a web page: an answer that it ends is not whole.
    """

    def __init__(self) -> None:
        utf8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
        self._line = self._held = self._event = ""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, Document | str | Done]]:
        """What has become whole with these bytes."""
        *lines, self._line = (self._line + self._decoder.decode(chunk)).split("\n")
        for line in lines:
            yield from self._take(line)
        if len(self._line) + len(self._held) > _MOST:
            raise ServerSaid("an event without an end")

    def rest(self) -> Iterator[tuple[str, Document | str | Done]]:
        """What is left when the connection ends."""
        last = self._line + self._decoder.decode(b"", final=True)
        yield from self._take(last.rstrip("\n"))
        yield from self._take("")

    def _take(self, line: str) -> Iterator[tuple[str, Document | str | Done]]:
        line = line.removeprefix("\ufeff")
        if not line.strip():
            yield from self._end()
            return
        field, _, value = line.partition(":")
        field = field.strip().lower()
        if field in ("", "id", "retry"):  # a comment, or nothing for us
            return
        if field == "event":
            self._event = value.strip()
            return
        if field == "error":
            self._event = "error"
        value = value.strip() if field in _FIELDS else line.strip()
        together = f"{self._held}\n{value}" if self._held else value
        found, rest = _documents(together)
        if not found and self._held:
            found, rest = self._alone(value, together)
        for document in found:
            yield self._event, document
        self._held = ""
        if _says_done(rest):
            yield self._event, Done()
        elif rest[:1] in ("{", "[") or self._event == "error":
            self._held = rest
        else:
            _check_lost(rest)

    def _alone(self, value: str, together: str) -> tuple[list[Document], str]:
        """The documents of a line where what was held before it will never be whole."""
        found, rest = _documents(value)
        if _says_done(rest) or any(_tells(document) for document in found):
            _check_lost(self._held)
            return found, rest
        return [], together

    def _end(self) -> Iterator[tuple[str, Document | str | Done]]:
        held, event, self._held, self._event = self._held, self._event, "", ""
        if event == "error" and held:
            yield event, held  # whatever words they are
            return
        _check_lost(held)
        if event.lower() in _ENDS:
            yield event, Done()


def ends(document: Document) -> bool:
    """Whether a document says that nothing more comes."""
    return isinstance(document, dict) and (document.get("done") is True or document.get("type") in _ENDS)


def _says_done(rest: str) -> bool:
    return rest.strip("\"' ").upper() in _DONE


def _documents(data: str) -> tuple[list[Document], str]:
    """The JSON objects and arrays at the beginning of `data`, and the rest, which is none or not whole."""
    found: list[Document] = []
    at = _after_glue(data, 0)
    while data[at : at + 1] in ("{", "["):
        try:
            document, at = _DECODER.raw_decode(data, at)
        except (ValueError, RecursionError):
            opened = _ARRAY.match(data, at)
            if found or not opened:
                break
            inner, rest = _documents(data[opened.end() :])
            return (inner, rest) if inner else ([], data)
        found.append(document)
        at = _after_glue(data, at)
    return found, data[at:]


def _after_glue(data: str, at: int) -> int:
    match = _GLUE.match(data, at)
    return match.end() if match else at


def _tells(document: Document) -> bool:
    """Whether it is a message of its own, not a piece of one that began before."""
    return isinstance(document, dict) and bool({"choices", "error", "object"} & document.keys())


def _check_lost(text: str) -> None:
    if _ANSWER.search(text):
        raise ServerSaid("a part of the answer that cannot be read")
    if _PAGE.match(text):
        raise ServerSaid("a web page: check that FEELER_REMOTE_URL ends as the server wants it (often /v1)")
    if _TROUBLE.match(text):
        raise ServerSaid(text)
