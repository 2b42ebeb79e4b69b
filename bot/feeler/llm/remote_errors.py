"""What a model server's refusals and failures mean, in words that say what to do."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx

from feeler.errors import EngineError, EngineUnavailable

_NAME_JOINT = re.compile(r"_|(?<=[a-z])(?=[A-Z])")  # a code is read as what its name says
_NO_LENGTH = re.compile(
    r"deadline|cancel+(ed|ation)|time(d |-)?out|time limit|(took|tak(es|ing)|wait(ed|ing)) too long"
    r"|per (second|sec|minute|min|hour|day)|rate.?limit|quota|billing|credit|queue|concurren|in flight|busy"
    r"|today|daily|monthly|balance|allowance|in the last|usage (limit|cap)|upgrade|subscription"
    r"|(your|free|current) (plan|tier)|out of memory|\b(odd|even) number",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"tokens\b|token (count|limit|length)|context.{0,3}(length|size|window|limit|overflow)"
    r"|max (seq|model len|length)|n ctx"
    r"|context (shift|is full)|max(imum)? context|KV (slot|cache)|(prompt|message|input)s? (is|are)\b"
    r"|(prompt|input|request|message|sequence|conversation|history)s?\b.{0,30}\b(length|size|characters|too)\b"
    r"|length of (the |your )?(prompt|input|request|message|conversation)|超长|长度|过长|上下文"
    r"|token.{0,3}超",
    re.IGNORECASE,
)
_BEYOND = re.compile(
    r"exceed|above|longer|is full|shift is disabled|could not find|only (supports|accepts|allows|takes)"
    r"|too (long|large|many|big)|(larger|greater|more|less|fewer) than|must be|cannot be|<=|≤|>"
    r"|maximum|max (input|prompt|length)|at most|overflow|reduce|not fit|truncat|available|should be|reached"
    r"|over the|shorte|超|过长|\bbut\b.{0,40}(context|limit)",
    re.IGNORECASE,
)
_LIMITED = (  # parameters that have limits of their own, told in tokens or with the same words
    *("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "min_tokens"),
    *("max tokens", "budget_tokens"),
    *("top_k", "top_p", "temperature", "repetition_penalty", "repeat_penalty"),
)
_ABOUT_PROMPT = re.compile(  # or a number below zero: what the prompt has left for the answer
    r"context|input(?! should)|prompt|sequence|messages|max seq|(?<!\w)-[0-9]", re.IGNORECASE
)
_ROLES = re.compile(
    r"system.{0,30}(role|message|prompt|instruction)|(role|message)s?.{0,30}system|developer instruction"
    r"|roles?\b.{0,40}(alternat|support|must|should|valid)|alternat\w+ (user|role|between)"
    r"|user'? or '?assistant|(first|last) (message|role)|use the .?user.? role|raise_exception|template"
    r"|at row [0-9]+, column"  # of a chat template, in llama.cpp
    r"|(consecutive|successive|adjacent).{0,20}(user|assistant|message|role)"
    r"|(unsupported|unknown|unexpected|invalid|expected) (role|value\W+(system|developer))"
    r"|(start|begin|end)s? with (a|an|the) \W?(user|assistant)",
    re.IGNORECASE,
)
_OPTIONAL_SYSTEM = re.compile(r"after the \W?optional\W? system", re.IGNORECASE)
_UNWANTED = re.compile(
    r"un(supported|expected|known|recogni)|not (\w+ )?(support|permit|allow|accept|recogni|valid)|cannot"
    r"|deprecated|invalid|extra|must|no such|only",
    re.IGNORECASE,
)
_ERRORS = ("error", "errors", "error_msg", "exception")
_SUCCESS = ("0", "200", "ok", "success")  # codes beside an answer, in a gateway's words
_SHOWN = 300  # characters of a server's words


class ServerSaid(Exception):
    """An error in the server's own words, on one line, shortened; untrusted, never for a log."""

    def __init__(self, words: str, *, code: str = "", param: str = "", status: int = 0) -> None:
        super().__init__(" ".join(words.split())[:_SHOWN])
        self.code, self.param, self.status = code, param, status
        self._all = " ".join((code, words))

    @property
    def too_long(self) -> bool:
        """Whether the prompt's length is the reason."""
        words = _NAME_JOINT.sub(" ", self._all)
        if _NO_LENGTH.search(words):
            return False
        if self.status == 413:
            return True
        named = [name for name in (self.param, *_LIMITED) if name]
        if any(map(self.names, named)) and not _ABOUT_PROMPT.search(words):
            return False  # a limit of another kind
        return bool(_LENGTH.search(words) and _BEYOND.search(words))

    @property
    def about_roles(self) -> bool:
        """Whether the roles of the messages, or their order, are the reason."""
        return bool(_ROLES.search(self._all))

    @property
    def about_system(self) -> bool:
        """Whether the system's role is the reason."""
        told = _OPTIONAL_SYSTEM.sub("", self._all)  # where it stands is no reason
        return self.about_roles and bool(re.search("system|developer", told, re.IGNORECASE))

    @property
    def about_model(self) -> bool:
        """Whether the model is not made for talking."""
        unable = (
            r"not support (chat|completion|generat|the chat)|not a (chat|generat|language)|embedding|rerank"
            r"|not in v1/chat|chat.?completion.{0,20} not work"
        )
        return self.status < 500 and bool(re.search(unable, self._all, re.IGNORECASE))

    @property
    def about_beginning(self) -> bool:
        """Whether the last message being the assistant's is the reason."""
        last = r"prefill|\b(last|final)\b.{0,20}(message|role|assistant)|end with (a|the) \W?user"
        return bool(re.search(last, self._all, re.IGNORECASE))

    @property
    def about_thinking(self) -> bool:
        """Whether a wish about thinking is the reason."""
        return bool(re.search(r"think|reasoning", self._all, re.IGNORECASE))

    @property
    def about_streaming(self) -> bool:
        """Whether the answer's coming bit by bit is the reason."""
        return self.names("stream") or bool(re.search(r"\bstream(ing|ed)?\b", self._all, re.IGNORECASE))

    def names(self, parameter: str) -> bool:
        """Whether a parameter of the request is named as the reason."""
        quoted = rf"['\"`]{re.escape(parameter)}['\"`]"
        plain = rf"(?<![\w-]){re.escape(parameter)}(?![\w-])" if len(parameter) > 2 else quoted
        return self.param.split(".")[-1] == parameter or bool(re.search(f"{quoted}|{plain}", self._all))

    def refuses(self, parameters: Iterable[str]) -> bool:
        """Whether one of these is not wanted, whatever the status says."""
        if self.status in (401, 402, 429) or not _UNWANTED.search(self._all):
            return False
        return any(map(self.names, parameters))

    @property
    def refusal(self) -> bool:
        """Whether another request may do; else the server itself is in trouble."""
        if self.status in (400, 405, 406, 413, 415, 422, 501):
            return True
        return (self.status == 0 or self.status >= 500) and (self.too_long or self.about_roles)


def read_error(payload: object, *, marked: bool = False) -> ServerSaid | None:
    """The error that a JSON document tells, in any of the forms that servers use; None where it tells none.

    `marked`: something else has said already that it is one.
    """
    if not isinstance(payload, dict):
        return None
    error = next((payload[name] for name in _ERRORS if not _empty(payload.get(name))), None)
    if error is None:
        if payload.get("choices"):
            return None
        if not (marked or _states_error(payload)):
            inner = (read_error(payload.get(name)) for name in ("data", "response"))
            return next(filter(None, inner), None)
        error = payload
    about = error if isinstance(error, dict) else payload
    words = " ".join(_words(error)) or " ".join(_words(payload)) or json.dumps(error)
    code, param, status = (about.get(name) for name in ("code", "param", "status"))
    number = next((int(str(each)) for each in (code, status) if re.fullmatch("[45][0-9]{2}", str(each))), 0)
    kind = " ".join(str(each) for each in (code, about.get("type")) if each)
    return ServerSaid(words, code=kind, param=str(param or ""), status=number)


def _states_error(payload: dict[str, Any]) -> bool:
    """Whether a document says that it is an error itself."""
    if "detail" in payload or payload.get("success") is False:
        return True
    if "error" in (payload.get("object"), payload.get("type"), payload.get("status")):
        return True
    told = isinstance(payload.get("message", payload.get("msg")), str)
    codes = (payload.get("error_code"), payload.get("code") if told else None)
    return any(code is not None and str(code).lower() not in _SUCCESS for code in codes)


def _empty(error: object) -> bool:
    """Whether it says that nothing is wrong."""
    return not error or (isinstance(error, dict) and not any(error.values()))


def _words(value: object) -> Iterator[str]:
    """The human words in an error; of a validation error its places and reasons, not the input it quotes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif isinstance(value, dict):
        if isinstance(place := value.get("loc"), list):
            yield " ".join(f"'{each}'" for each in place)
        for name in ("message", "msg", "detail", "error", "error_msg", "errors", "reason", "title"):
            if name in value:
                yield from _words(value[name])


async def read_refusal(response: httpx.Response) -> ServerSaid:
    """The error in a response of another status than 200."""
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > 1 << 16:
            break
    text = content.decode("utf-8", "replace").strip()
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    for each in found if isinstance(found, list) else [found]:
        if said := read_error(each, marked=True):
            return ServerSaid(said._all, code=said.code, param=said.param, status=response.status_code)
    words = "an HTML page" if text[:1] == "<" else text or response.reason_phrase
    return ServerSaid(words, status=response.status_code)


def explained(error: Exception, url: str, model: str) -> EngineError:
    """The engine's error for whatever went wrong with the server at `url`."""
    match error:
        case EngineError():
            return error
        case ServerSaid(status=401 | 403):
            return EngineUnavailable(f"{url} wants another key: set FEELER_REMOTE_API_KEY")
        case ServerSaid(status=404):
            return EngineUnavailable(
                f"{url} has no chat model {model!r}: set FEELER_REMOTE_MODEL, and check that "
                "FEELER_REMOTE_URL ends as the server wants it (often /v1)"
            )
        case ServerSaid(status=429):
            return EngineUnavailable(f"{url} is busy or its quota is used up: {error}")
        case ServerSaid():
            return EngineUnavailable(f"{url} failed: {error}")
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return EngineUnavailable(
                f"no model server answers at {url}: start it, or set FEELER_REMOTE_URL to another"
            )
        case httpx.TimeoutException() | TimeoutError():
            return EngineUnavailable(f"{url} did not answer in time")
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return EngineUnavailable(f"{url} broke off in the middle of an answer")
    return EngineUnavailable(f"{url} sent something that cannot be read ({type(error).__name__})")
