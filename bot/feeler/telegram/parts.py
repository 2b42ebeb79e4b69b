"""What arrives in parts and is one message: a paste longer than Telegram's limit, and an album."""

import json
from typing import Any

from feeler.telegram.addressing import spoken, topic_of, written

LIMIT = 4096  # UTF-16 units of a message: there an app cuts, or at a good place in the second half
PAUSE = 2  # seconds between the dates of two parts at most; dates are whole seconds
MORE_FILES = "feeler_more_documents"  # of an album, beside that of its first message
HOLD = 1.2  # seconds for which a part waits for the next


def patience(body: str) -> float:
    """For how many seconds this update is to wait for a part that may follow; 0 where none does."""
    message = _last(_read(body))
    return HOLD if message and (_album(message) or _may_go_on(message)) else 0.0


def joined(held: str, body: str, *, command: bool) -> str:
    """Both as one turn's body, a list of raw updates in their order; empty where they are two messages."""
    first, second = _read(held), _read(body)
    before, after = _last(first), _last(second)
    if before is None or after is None or not _neighbours(before, after):
        return ""
    if topic_of(first) != topic_of(second):
        return ""
    goes_on = _may_go_on(before) and _is_text(after) and (not command or _units(before) == LIMIT)
    if not goes_on and not (_album(before) and _album(before) == _album(after)):
        return ""
    return json.dumps([*(first if isinstance(first, list) else [first]), second], ensure_ascii=False)


def whole(raw: Any) -> Any:
    """One update from a turn's parts: the first one, with all that was written."""
    if not isinstance(raw, list):
        return raw
    messages = [each["message"] for each in raw]
    key = "text" if "text" in messages[0] else "caption"
    text = ""
    for number, message in enumerate(messages):
        cut = number > 0 and key == "text" and _units(messages[number - 1]) == LIMIT  # in mid-word, perhaps
        more = written(message)
        text += ("" if cut or not text or not more else "\n") + more
    files = [message["document"] for message in messages[1:] if isinstance(message.get("document"), dict)]
    bare = {
        name: value for name, value in messages[0].items() if name not in ("entities", "caption_entities")
    }
    more_files = {MORE_FILES: files} if files else {}
    return {**raw[0], "message": bare | ({key: text} if text else {}) | more_files}


def _read(body: str) -> Any:
    """The stored update; None for one that cannot be read any more: nothing belongs together with it."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _last(raw: Any) -> dict[str, Any] | None:
    found = raw[-1] if isinstance(raw, list) and raw else raw
    message = found.get("message") if isinstance(found, dict) else None
    return message if isinstance(message, dict) else None


def _neighbours(before: dict[str, Any], after: dict[str, Any]) -> bool:
    same = all(before.get(key) == after.get(key) for key in ("chat", "from"))
    found = [message.get(key) for key in ("date", "message_id") for message in (before, after)]
    numbers = [number for number in found if isinstance(number, int)]
    if not same or len(numbers) < len(found):
        return False
    then, now, first, second = numbers
    return bool(0 <= now - then <= PAUSE and second > first)


def _is_text(message: dict[str, Any]) -> bool:
    return isinstance(message.get("text"), str) and not message.get("forward_origin")


def _may_go_on(message: dict[str, Any]) -> bool:
    return _is_text(message) and _units(message) >= LIMIT // 2


def _units(message: dict[str, Any]) -> int:
    text = written(message)
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def _album(message: dict[str, Any]) -> str:
    found = message.get("media_group_id")
    return found if isinstance(found, str) and not spoken(message) else ""  # each sound is heard for itself
