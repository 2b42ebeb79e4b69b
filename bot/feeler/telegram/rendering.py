"""A Reply as calls of the Bot API: plain values, ready for the outbox. No parse mode, ever."""

from collections.abc import Iterator
from typing import Any

from feeler.mailroom import Call, Upload
from feeler.usecases.texts import marked
from feeler.usecases.values import Document, Reply

MESSAGE_LIMIT = 4096 - 2  # UTF-16 units of a message's text; two are left for the mark of a repeat
CAPTION_LIMIT = 1024 - 2  # of a caption
SEPARATORS = ("\n\n", "\n", ". ", "! ", "? ", "… ", "; ", ", ", " ")  # where a text is cut, the best first


def render(reply: Reply) -> tuple[Call, ...]:
    """The calls that show `reply`, in order; keyboards and buttons hang on the last one."""
    text = marked(reply)
    upload = _upload(reply)
    markup = _markup(reply)
    if upload is None:
        return tuple(_messages(text, markup))
    if utf16_length(text) > CAPTION_LIMIT:  # a caption cannot be split: the text goes first
        return (*_messages(text, {}), _file(upload, "", markup))
    return (_file(upload, text, markup),)


def split_text(text: str, limit: int = MESSAGE_LIMIT) -> Iterator[str]:
    """Cut `text` into parts of at most `limit` UTF-16 units, between paragraphs or sentences if possible."""
    rest = text.strip()
    while utf16_length(rest) > limit:
        head = _fitting(rest, limit)
        cut = _border(head)
        yield head[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def utf16_length(text: str) -> int:
    """How Telegram counts: characters beyond the basic plane, such as emoji, are two."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def _fitting(text: str, limit: int) -> str:
    """The longest beginning of `text` within `limit` units."""
    units = 0
    for index, letter in enumerate(text):
        units += 2 if ord(letter) > 0xFFFF else 1
        if units > limit:
            return text[:index]
    return text


def _border(head: str) -> int:
    """Where to cut within `head`: after the last good separator of its second half, else at its end."""
    for separator in SEPARATORS:
        found = head.rfind(separator)
        if found > len(head) // 2:
            return found + len(separator)
    return len(head)


def _messages(text: str, markup: dict[str, Any]) -> Iterator[Call]:
    parts = list(split_text(text))
    for part in parts:
        last = markup if part is parts[-1] else {}
        params = {"text": part, "link_preview_options": {"is_disabled": True}, **last}
        yield Call(method="sendMessage", params=params)


def _file(upload: Upload, caption: str, markup: dict[str, Any]) -> Call:
    method = "sendPhoto" if upload.field == "photo" else "sendDocument"
    return Call(method=method, params={**({"caption": caption} if caption else {}), **markup}, upload=upload)


def _upload(reply: Reply) -> Upload | None:
    if reply.picture is not None:
        return _as_upload("photo", reply.picture)
    return _as_upload("document", reply.document) if reply.document is not None else None


def _as_upload(field: str, document: Document) -> Upload:
    return Upload(
        field=field,
        filename=document.filename,
        media_type=document.media_type,
        content=document.content,
    )


def _markup(reply: Reply) -> dict[str, Any]:
    """The `reply_markup`, where there is one. Inline buttons win: a message can have only one kind."""
    if reply.buttons:
        rows = [[{"text": it.label, "callback_data": it.data} for it in row] for row in reply.buttons]
        return {"reply_markup": {"inline_keyboard": rows}}
    if reply.keyboard is None:
        return {}
    if not reply.keyboard:
        return {"reply_markup": {"remove_keyboard": True}}
    keys = [[{"text": label} for label in row] for row in reply.keyboard]
    return {"reply_markup": {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}}
