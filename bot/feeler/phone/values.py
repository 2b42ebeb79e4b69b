"""What a person sees on the phone, as values: the same for the page and for tests."""

from dataclasses import dataclass
from typing import Literal

from feeler.phone.refusals import Json

FileKind = Literal["document", "photo", "voice", "audio", "video_note", "sticker"]


@dataclass(frozen=True, kw_only=True)
class SentFile:
    kind: FileKind
    file_id: str
    name: str
    media_type: str
    size: int
    width: int = 0  # of a photo
    height: int = 0


@dataclass(frozen=True, kw_only=True)
class InlineButton:
    label: str
    data: str = ""  # comes back as the press
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One message in a chat, as both sides see it now."""

    id: int
    chat_id: int
    mine: bool  # the person's own, not the bot's
    at: float  # seconds since 1970, the stand-in's clock
    text: str  # a file's caption where there is a file
    entities: tuple[Json, ...] = ()
    buttons: tuple[tuple[InlineButton, ...], ...] = ()
    file: SentFile | None = None
    reply_to: int | None = None
    forwarded: bool = False
    edited: bool = False
    deleted: bool = False
    topic: int | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all inline buttons, row by row."""
        return tuple(button.label for row in self.buttons for button in row)


@dataclass(frozen=True, kw_only=True)
class Keyboard:
    """A reply keyboard: each key sends its label as a message."""

    rows: tuple[tuple[str, ...], ...]
    one_time: bool = False
    placeholder: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A preview of a message that is still being written; gone after 30 s, or with the next message."""

    draft_id: int
    text: str
    until: float
    topic: int | None = None


@dataclass(frozen=True, kw_only=True)
class Toast:
    """What the bot answered to a press, shown for a moment or as an alert."""

    query_id: str
    text: str
    alert: bool


def shown(message: Json, bot_id: int, deleted: bool = False) -> Shown:
    """A Bot API message as a person sees it."""
    file = sent_file(message)
    inline = message.get("reply_markup", {}).get("inline_keyboard", [])
    return Shown(
        id=message["message_id"],
        chat_id=message["chat"]["id"],
        mine=message["from"]["id"] != bot_id,
        at=message["exact"],
        text=message.get("text") or message.get("caption") or "",
        entities=tuple(message.get("entities") or message.get("caption_entities") or ()),
        buttons=tuple(
            tuple(
                InlineButton(label=key["text"], data=key.get("callback_data", ""), url=key.get("url", ""))
                for key in row
            )
            for row in inline
        ),
        file=file,
        reply_to=message.get("reply_to_message", {}).get("message_id"),
        forwarded="forward_origin" in message,
        edited="edit_date" in message,
        deleted=deleted,
        topic=message.get("message_thread_id"),
    )


def sent_file(message: Json) -> SentFile | None:
    """The file in a Bot API message."""
    for kind in ("document", "voice", "audio", "video_note", "sticker", "photo"):
        if kind not in message:
            continue
        value = message[kind][-1] if kind == "photo" else message[kind]
        return SentFile(
            kind=kind,
            file_id=value["file_id"],
            name=value.get("file_name", f"{kind}.{_ENDINGS.get(kind, 'bin')}"),
            media_type=value.get("mime_type", _TYPES.get(kind, "application/octet-stream")),
            size=value.get("file_size", 0),
            width=value.get("width", 0),
            height=value.get("height", 0),
        )
    return None


_ENDINGS = {"photo": "png", "voice": "ogg", "video_note": "mp4", "sticker": "webp"}
_TYPES = {"photo": "image/png", "voice": "audio/ogg", "video_note": "video/mp4", "sticker": "image/webp"}
