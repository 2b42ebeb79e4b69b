"""Whether an update is meant for the bot, where its answer belongs, what was written in it. Never raises."""

import re
from dataclasses import dataclass
from typing import Any

from telegram import Update

from feeler.interview.words import UNSEEN, trimmed
from feeler.usecases.commands import BY_NAME

JOINED = ("member", "administrator")
ANSWERED = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "channel_post"})
ELSEWHERE = frozenset(Update.ALL_TYPES) - ANSWERED  # between others, or about things that nobody said to us
_COMMAND = re.compile(rf"/(?P<name>[A-Za-z]\w*)(?:@(?P<bot>\w+))?(?![^\s{UNSEEN}])")


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who the bot is, for telling what is addressed to it in a group."""

    id: int = 0
    username: str = ""  # without the @


def is_for_us(raw: dict[str, Any], me: Me) -> bool:
    """False for what needs no answer: what is said to others in a group, a channel's posts besides commands,
    edits without any text, and whatever happens to the bot's membership besides being brought somewhere."""
    if raw.keys() & ELSEWHERE:
        return False
    post, change = raw.get("channel_post"), raw.get("my_chat_member")
    if isinstance(post, dict):
        return _commands(written(post), me)
    if isinstance(change, dict):
        member = change.get("new_chat_member")
        return not _is(change, "private") and isinstance(member, dict) and member.get("status") in JOINED
    edited = raw.get("edited_message")
    if isinstance(edited, dict):
        return bool(written(edited)) and not _is(edited, "group", "supergroup")
    message = raw.get("message")
    if isinstance(message, dict) and _is(message, "group", "supergroup"):
        return _is_addressed(message, me)
    return True


def may_be_rest(raw: dict[str, Any]) -> bool:
    """Whether a person wrote this into a group: the paste that it ends may name us, though this does not."""
    message = raw.get("message")
    return isinstance(message, dict) and _is(message, "group", "supergroup") and _is_own(message)


def written(message: Any) -> str:
    """What a person wrote in a raw message: its text, or the caption of what it shows."""
    if not isinstance(message, dict):
        return ""
    found = message.get("text") or message.get("caption")
    return found if isinstance(found, str) else ""


def spoken(message: Any) -> bool:
    """Whether a raw message holds something to listen to."""
    if not isinstance(message, dict):
        return False
    document = message.get("document")
    kind = document.get("mime_type") if isinstance(document, dict) else None
    if isinstance(kind, str) and kind.startswith("audio/"):
        return True
    return any(message.get(one) for one in ("voice", "audio", "video_note"))


def topic_of(raw: Any) -> int | None:
    """The topic in which an update arose and its answer belongs; None outside of topics."""
    found = raw[0] if isinstance(raw, list) and raw else raw
    if not isinstance(found, dict):
        return None
    query = found.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else None
    message = message or found.get("message") or found.get("edited_message")
    if not isinstance(message, dict) or message.get("is_topic_message") is not True:
        return None  # elsewhere the number only names the first message of a thread of replies
    thread = message.get("message_thread_id")
    return thread if isinstance(thread, int) and not isinstance(thread, bool) else None


def _is_addressed(message: dict[str, Any], me: Me) -> bool:
    """A person's own command to the bot, mention of it, or reply to it."""
    if not _is_own(message):
        return False
    text, answered = written(message), message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    to_us = bool(me.id) and isinstance(author, dict) and author.get("id") == me.id
    if to_us and not (isinstance(answered, dict) and "forum_topic_created" in answered):
        return not text.startswith("/") or _commands(text, me)
    return _commands(text, me) or _mentions(message, text, me)


def _is_own(message: dict[str, Any]) -> bool:
    """Whether a person wrote it themselves."""
    sender = message.get("from")
    if not isinstance(sender, dict) or sender.get("is_bot"):
        return False
    others = ("sender_chat", "via_bot", "forward_origin", "is_automatic_forward")
    return not any(message.get(key) for key in others)


def _commands(text: str, me: Me) -> bool:
    """A command of ours, or any at all that names the bot."""
    found = _COMMAND.match(trimmed(text))
    if not found:
        return False
    if found["bot"]:
        return not me.username or found["bot"].casefold() == me.username.casefold()
    return found["name"].casefold() in BY_NAME


def _mentions(message: dict[str, Any], text: str, me: Me) -> bool:
    name = rf"(?<!\w)@{re.escape(me.username)}(?!\w)"
    if me.username and not text.startswith("/") and re.search(name, text, re.IGNORECASE):
        return True
    marks = message.get("entities") or message.get("caption_entities")
    users = [mark.get("user") for mark in marks if isinstance(mark, dict)] if isinstance(marks, list) else []
    return bool(me.id) and any(isinstance(user, dict) and user.get("id") == me.id for user in users)


def _is(message: dict[str, Any], *kinds: str) -> bool:
    place = message.get("chat")
    return isinstance(place, dict) and place.get("type") in kinds
