"""A Reply as calls of the Bot API: plain values, ready for the outbox. No parse mode, ever."""

import re
from collections.abc import Iterator
from typing import Any

from feeler.mailroom import Call, Upload
from feeler.usecases.texts import marked
from feeler.usecases.values import Document, Reply

MESSAGE_LIMIT = 4096 - 2  # UTF-16 units of a message's text; two are left for the mark of a repeat
CAPTION_LIMIT = 1024 - 2  # of a caption
METHODS = {"photo": "sendPhoto", "document": "sendDocument", "voice": "sendVoice"}
SEPARATORS = ("\n\n", "\n", ". ", "! ", "? ", "… ", "; ", ", ", " ")  # where a text is cut, the best first


def render(reply: Reply) -> tuple[Call, ...]:
    """The calls that show `reply`, in order; keyboards and buttons hang on the last one."""
    text = marked(reply)
    upload = _upload(reply)
    markup = _markup(reply) | _answering(reply)
    if reply.voice is not None:
        markup |= {"duration": round(reply.voice.seconds)}
    if upload is None:
        return tuple(_messages(text, markup, _strong(reply, text)))
    if utf16_length(text) > CAPTION_LIMIT:  # a caption cannot be split: the text goes first
        return (*_messages(text, {}), _file(upload, "", markup))
    cover = [{"type": "spoiler", "offset": 0, "length": utf16_length(text)}] if reply.covered else []
    return (_file(upload, text, markup | ({"caption_entities": cover} if cover else {})),)


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


def _messages(
    text: str, markup: dict[str, Any], entities: list[dict[str, Any]] | None = None
) -> Iterator[Call]:
    parts = list(split_text(text))
    if entities and len(parts) == 1:
        markup = markup | {"entities": entities}
    for part in parts:
        last = markup if part is parts[-1] else {}
        params = {"text": part, "link_preview_options": {"is_disabled": True}, **last}
        yield Call(method="sendMessage", params=params)


def _file(upload: Upload, caption: str, markup: dict[str, Any]) -> Call:
    method = METHODS[upload.field]
    return Call(method=method, params={**({"caption": caption} if caption else {}), **markup}, upload=upload)


def _upload(reply: Reply) -> Upload | None:
    if reply.voice is not None:
        return _as_upload("voice", reply.voice)
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


def _answering(reply: Reply) -> dict[str, Any]:
    """Under which message it is shown; one that was deleted meanwhile is no reason to keep it back."""
    if reply.reply_to is None:
        return {}
    return {"reply_parameters": {"message_id": reply.reply_to, "allow_sending_without_reply": True}}


def _strong(reply: Reply, text: str) -> list[dict[str, Any]]:
    """Bold for the pieces that the reply asks it for, wherever they stand."""
    found = [
        match for piece in reply.strong for match in re.finditer(rf"(?<!\w){re.escape(piece)}(?!\w)", text)
    ]
    return [
        {"type": "bold", "offset": utf16_length(text[: it.start()]), "length": utf16_length(it.group())}
        for it in sorted(found, key=lambda it: it.start())
    ]


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
