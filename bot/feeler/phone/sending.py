"""Methods that put something into a chat, change it or take it away."""

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from feeler.phone.api import BotApi, method
from feeler.phone.markup import check_inline, reply_keyboard
from feeler.phone.params import Params, Upload
from feeler.phone.refusals import NOT_MODIFIED, Json, Refusal, bad_request, forbidden
from feeler.phone.text import MAX_CAPTION, MAX_TEXT, check_entities, found_entities, trimmed, units
from feeler.phone.values import Draft
from feeler.phone.world import DRAFT_SECONDS, public

MAX_UPLOAD = 50_000_000
MAX_PHOTO = 10_000_000
DELETE_SECONDS = 48 * 3600
ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


@method
async def send_message(api: BotApi, params: Params) -> Json:
    text, entities = _text(params, "text", "entities", MAX_TEXT, "message is too long")
    if not params.text("text"):
        raise bad_request("message text is empty")
    if not text:
        raise bad_request("text must be non-empty")
    return _send(api, params, {"text": text} | ({"entities": entities} if entities else {}))


@method
async def send_message_draft(api: BotApi, params: Params) -> bool:
    chat_id = _reachable(api, params)
    if chat_id < 0:
        raise bad_request("message drafts can be shown in private chats only")
    if params.integer("draft_id") == 0:
        raise bad_request("draft identifier must be non-zero")
    text, _ = _text(params, "text", "entities", MAX_TEXT, "message is too long")
    api.flood.admit(chat_id, draft=True)
    until = api.world.clock.now() + DRAFT_SECONDS
    topic = params.integer("message_thread_id") or None
    draft = Draft(draft_id=params.integer("draft_id"), text=text, until=until, topic=topic)
    api.world.set_draft(chat_id, draft)
    return True


@method
async def send_document(api: BotApi, params: Params) -> Json:
    upload = _upload(params, "document", MAX_UPLOAD)
    caption = _caption(params)
    about = api.world.new_file("documents", upload.filename, upload.media_type, upload.content)
    document = about | {"file_name": upload.filename, "mime_type": upload.media_type}
    return _send(api, params, {"document": document} | caption)


@method
async def send_photo(api: BotApi, params: Params) -> Json:
    upload = _upload(params, "photo", MAX_PHOTO)
    caption = _caption(params)
    width, height, media_type = picture_size(upload.content)
    about = api.world.new_file(
        "photos", upload.filename, media_type, upload.content, width=width, height=height
    )
    return _send(api, params, {"photo": [about]} | caption)


@method
async def send_voice(api: BotApi, params: Params) -> Json:
    upload = _upload(params, "voice", MAX_UPLOAD)
    if api.world.people.get(params.chat_id(), {}).get("voiceless"):
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    caption = _caption(params)
    about = api.world.new_file(
        "voice", upload.filename, "audio/ogg", upload.content, duration=params.integer("duration")
    )
    return _send(api, params, {"voice": about | {"mime_type": "audio/ogg"}} | caption)


@method
async def send_chat_action(api: BotApi, params: Params) -> bool:
    chat_id = _reachable(api, params)
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    api.world.set_action(chat_id, action)
    return True


@method
async def edit_message_text(api: BotApi, params: Params) -> Json:
    message = _own_message(api, params, "edited", "edit")
    if not params.text("text").strip():
        raise bad_request("message text is empty")
    text, entities = _text(params, "text", "entities", MAX_TEXT, "MESSAGE_TOO_LONG")
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edit(api, params, message, {"text": text, "entities": entities or None})


@method
async def edit_message_reply_markup(api: BotApi, params: Params) -> Json:
    return _edit(api, params, _own_message(api, params, "edited", "edit"), {})


@method
async def delete_message(api: BotApi, params: Params) -> bool:
    message = _message(api, params, "delete")
    if api.world.clock.now() - message["date"] > DELETE_SECONDS:
        raise bad_request("message can't be deleted")
    api.world.remove_message(message)
    return True


def picture_size(content: bytes) -> tuple[int, int, str]:
    """Width, height and media type of a picture that Telegram would show; else refused."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
            media_type = Image.MIME.get(picture.format or "", "image/png")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height, media_type


def _reachable(api: BotApi, params: Params) -> int:
    """The chat of this call, refused where the bot may not write there."""
    chat_id = params.chat_id()
    world = api.world
    if chat_id < 0:
        if chat_id not in world.groups:
            raise bad_request("chat not found")
        return chat_id
    person = world.people.get(chat_id)
    if person is None or not person["started"]:
        raise bad_request("chat not found")
    if person["blocked"]:
        raise forbidden("bot was blocked by the user")
    return chat_id


def _send(api: BotApi, params: Params, content: Json) -> Json:
    world = api.world
    chat_id = _reachable(api, params)
    markup = params.json("reply_markup")
    inline = check_inline(markup)
    changes, keyboard = reply_keyboard(markup)
    replied = _replied(api, params, chat_id)
    api.flood.admit(chat_id)
    if inline:
        content |= {"reply_markup": inline}
    if replied:
        content |= {"reply_to_message": replied}
    if topic := params.integer("message_thread_id"):
        if topic in world.people.get(chat_id, {}).get("deleted_topics", ()):
            raise bad_request("message thread not found")
        content |= {"message_thread_id": topic, "is_topic_message": True}
    world.set_draft(chat_id, None)
    world.set_action(chat_id, "")
    message = world.new_message(chat_id, world.bot, content)
    if changes:
        world.set_keyboard(chat_id, keyboard)
    return public(message)


def _replied(api: BotApi, params: Params, chat_id: int) -> Json | None:
    about = params.json("reply_parameters") or {}
    message_id = about.get("message_id") or params.integer("reply_to_message_id")
    if not message_id:
        return None
    message = api.world.message(chat_id, int(message_id))
    if message is None:
        if about.get("allow_sending_without_reply") or params.boolean("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return {key: value for key, value in public(message).items() if key != "reply_to_message"}


def _edit(api: BotApi, params: Params, message: Json, content: Json) -> Json:
    inline = check_inline(params.json("reply_markup"))
    content = content | {"reply_markup": inline}
    if all(message.get(key) == value for key, value in content.items()):
        raise bad_request(NOT_MODIFIED)
    api.flood.admit(message["chat"]["id"])
    return public(api.world.change_message(message, content))


def _own_message(api: BotApi, params: Params, done: str, verb: str) -> Json:
    message = _message(api, params, verb)
    if message["from"]["id"] != api.world.bot_id:
        raise bad_request(f"message can't be {done}")
    return message


def _message(api: BotApi, params: Params, verb: str) -> Json:
    chat_id = _reachable(api, params)
    message = api.world.message(chat_id, params.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {verb} not found")
    return message


def _text(params: Params, name: str, entities_name: str, limit: int, too_long: str) -> tuple[str, list[Json]]:
    if params.text("parse_mode"):
        raise bad_request("unsupported parse_mode")  # Feeler never sends one
    raw = params.text(name)
    given: Any = params.json(entities_name)
    entities = check_entities(raw, given) if given else []
    text, entities = trimmed(raw, entities)
    if units(text) > limit:
        raise bad_request(too_long)
    return text, sorted([*entities, *found_entities(text)], key=lambda entity: int(entity["offset"]))


def _caption(params: Params) -> Json:
    text, entities = _text(params, "caption", "caption_entities", MAX_CAPTION, "message caption is too long")
    return ({"caption": text} if text else {}) | ({"caption_entities": entities} if entities else {})


def _upload(params: Params, name: str, limit: int) -> Upload:
    upload = params.upload(name)
    if upload is None:
        if params.text(name):
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        raise bad_request(f"there is no {name} in the request")
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > limit:
        if name == "photo":
            raise bad_request("file is too big")
        raise Refusal(413, "Request Entity Too Large")
    return upload
