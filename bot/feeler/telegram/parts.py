"""What arrives in parts and is one message: a paste longer than Telegram's limit, and an album."""

import json
from itertools import pairwise, starmap
from typing import Any

from feeler.telegram.addressing import spoken, topic_of, written
from feeler.usecases.commands import parse_command

LIMIT = 4096  # UTF-16 units of a message: there an app cuts, or at a good place in the second half
NEARLY = LIMIT * 7 // 8  # hardly anybody writes so much and no more
MORE_FILES = "feeler_more_documents"  # of an album, beside that of its first message
HOLD = 1.2  # seconds for which a part waits for the next
LONG_HOLD = 6.0  # for which one does whose next may be slow to come, but will


def patience(body: str) -> float:
    """For how many seconds this turn is to wait for a part that may follow; 0 where none does."""
    parts = _listed(_read(body))
    last = _message(parts[-1])
    if last is None:
        return 0.0
    if _may_go_on(last):
        return LONG_HOLD if _units(last) >= NEARLY else HOLD
    return HOLD if _album(last) or _has_gap(parts) else 0.0


def joined(held: str, body: str) -> str:
    """Both as one turn's body: a list of raw updates, sorted as they were sent, in whatever order they came.

    Empty where they are two messages.
    """
    parts = sorted([*_listed(_read(held)), _read(body)], key=_number)
    return json.dumps(parts, ensure_ascii=False) if all(starmap(_follows, pairwise(parts))) else ""


def whole(raw: Any) -> Any:
    """One update from a turn's parts: the first one, with all that was written."""
    if not isinstance(raw, list):
        return raw
    messages = [each["message"] for each in raw]
    key = "text" if "text" in messages[0] else "caption"
    text = ""
    for number, message in enumerate(messages):
        more = written(message)
        text += (_seam(messages[number - 1], more) if text and more else "") + more
    files = [message["document"] for message in messages[1:] if isinstance(message.get("document"), dict)]
    bare = {
        name: value for name, value in messages[0].items() if name not in ("entities", "caption_entities")
    }
    more_files = {MORE_FILES: files} if files else {}
    return {**raw[0], "message": bare | ({key: text} if text else {}) | more_files}


def _seam(before: dict[str, Any], more: str) -> str:
    """What stood between two parts: where an app cuts at a blank or at the end of a line, that is lost."""
    if "text" in before and _units(before) == LIMIT:
        return ""  # in mid-word, perhaps
    return " " if written(before)[-1:].isalnum() and more[0].islower() else "\n"


def _read(body: str) -> Any:
    """The stored update; None for one that cannot be read any more: nothing belongs together with it."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) and raw else [raw]


def _message(part: Any) -> dict[str, Any] | None:
    message = part.get("message") if isinstance(part, dict) else None
    return message if isinstance(message, dict) else None


def _number(part: Any) -> int:
    found = (_message(part) or {}).get("message_id")
    return found if isinstance(found, int) else 0


def _has_gap(parts: list[Any]) -> bool:
    """Whether a part may still be on its way from between these; or somebody else wrote meanwhile."""
    return _number(parts[-1]) - _number(parts[0]) >= len(parts)


def _follows(earlier: Any, later: Any) -> bool:
    before, after = _message(earlier), _message(later)
    if before is None or after is None or not _neighbours(before, after):
        return False
    if topic_of(earlier) != topic_of(later) or _answered(after) not in (None, _answered(before)):
        return False
    if _album(before) and _album(before) == _album(after):
        return True
    if not (_may_go_on(before) and _is_text(after) and _origin(before) == _origin(after)):
        return False
    return _units(before) >= LIMIT or not parse_command(written(after))


def _neighbours(before: dict[str, Any], after: dict[str, Any]) -> bool:
    same = all(before.get(key) == after.get(key) for key in ("chat", "from"))
    found = [message.get(key) for key in ("date", "message_id") for message in (before, after)]
    numbers = [number for number in found if isinstance(number, int)]
    if not same or len(numbers) < len(found):
        return False
    then, now, first, second = numbers
    return bool(0 <= now - then <= _pause(before) and second > first)


def _pause(before: dict[str, Any]) -> float:
    """Seconds between the dates of this part and the next at most; dates are whole seconds.

    A part that is full was cut, and its next belongs to it however late it was sent, if it came in time.
    """
    if _is_text(before) and _units(before) == LIMIT:
        return 60.0
    return 1.0 + (LONG_HOLD if _is_text(before) and _units(before) >= NEARLY else HOLD)


def _is_text(message: dict[str, Any]) -> bool:
    return isinstance(message.get("text"), str)


def _origin(message: dict[str, Any]) -> Any:
    """Whose words a message sends on; None for one's own."""
    found = message.get("forward_origin")
    if not isinstance(found, dict):
        return found
    return {name: value for name, value in found.items() if name not in ("date", "message_id")}


def _answered(message: dict[str, Any]) -> Any:
    """Which message this one answers: with some apps each part of a paste does, with others the first alone.

    What begins a topic or a thread is answered by whatever is said in it.
    """
    found = message.get("reply_to_message")
    number = found.get("message_id") if isinstance(found, dict) else None
    return None if number == message.get("message_thread_id") else number


def _may_go_on(message: dict[str, Any]) -> bool:
    return _is_text(message) and _units(message) >= LIMIT // 2


def _units(message: dict[str, Any]) -> int:
    text = written(message)
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def _album(message: dict[str, Any]) -> str:
    found = message.get("media_group_id")
    return found if isinstance(found, str) and not spoken(message) else ""  # each sound is heard for itself
