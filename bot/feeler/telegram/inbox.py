"""Reads raw updates just far enough to store them: whose they are, whether they may wait. Never raises."""

import json
from collections.abc import Iterable
from typing import Any

from feeler.interview.words import visible
from feeler.mailroom import Incoming, Lane
from feeler.telegram.addressing import Me, is_for_us, may_be_rest, spoken, topic_of, written
from feeler.telegram.commands import BYPASS
from feeler.usecases.commands import parse_command

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]
NOBODY = Me()


def read_updates(raw: object, me: Me = NOBODY) -> list[Incoming]:
    """What a getUpdates result or a webhook's body holds, in its order. What has no update id is left out:
    it could be neither told apart nor confirmed."""
    found = raw if isinstance(raw, list) else [raw]
    return [_read(each, me) for each in found if isinstance(each, dict) and _update_id(each) is not None]


def next_offset(updates: Iterable[Incoming]) -> int:
    """The offset that confirms these updates. After an empty poll there is nothing to confirm: 0.

    Keeping the last one would confirm unseen what comes after a quiet week, when Telegram numbers anew.
    """
    return max((each.update_id + 1 for each in updates), default=0)


def _read(raw: dict[str, Any], me: Me) -> Incoming:
    text = _sound(written(raw.get("message")))
    command = _command(text)
    heard, place = is_for_us(raw, me), _chat_id(raw)
    return Incoming(
        update_id=raw["update_id"],
        chat_id=place if heard else 0,
        lane=_lane(command) if "message" in raw else "chat",
        body=_sound(json.dumps(raw, ensure_ascii=False)),
        text=text,
        command=bool(command),
        said=bool(visible(text)) or spoken(raw.get("message")),
        topic=topic_of(raw),
        heard=heard,
        rest_in=place if not heard and may_be_rest(raw) else 0,
    )


def _update_id(raw: dict[str, Any]) -> int | None:
    found = raw.get("update_id")
    fits = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**63
    return found if fits else None


def _sound(text: str) -> str:
    """JSON can hold halves of characters, which neither a database nor a comparison of codes takes."""
    return text.encode("utf-8", "replace").decode()


def _command(text: str) -> str:
    """The command's name where the desk would take `text` for one; empty where it is something said."""
    found = parse_command(text)
    return found[0] if found else ""


def _lane(command: str) -> Lane:
    if command not in BYPASS:
        return "chat"
    return "stop" if command == "stop" else "aside"


def _chat_id(raw: dict[str, Any]) -> int:
    """The chat of whatever kind of update this is; 0 where none can be told."""
    for kind, content in raw.items():
        if kind == "update_id" or not isinstance(content, dict):
            continue
        message = content.get("message") if kind == "callback_query" else content
        for holder, key in ((message, "chat"), (content, "from"), (content, "user")):
            place = holder.get(key) if isinstance(holder, dict) else None
            found = place.get("id") if isinstance(place, dict) else None
            if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
                return found
    return 0
