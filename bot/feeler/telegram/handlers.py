"""From an update to the use case it means. One handler a kind of update, the first whose filter fits."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from telegram import ChatMember, Document, Message, Update
from telegram.constants import ChatType, FileSizeLimit
from telegram.error import BadRequest, TelegramError
from telegram.ext import filters

from feeler.errors import Reason
from feeler.interview.words import visible
from feeler.ports import Preview
from feeler.telegram.parts import LIMIT, MORE_FILES
from feeler.usecases import meet_texts, texts
from feeler.usecases.desk import Desk
from feeler.usecases.helplines import region_of
from feeler.usecases.values import Chat, Outcome
from feeler.usecases.voicing import Sound

DOWNLOAD = 60.0  # seconds without a byte of a recording

Handler = Callable[[Update, Chat, Desk, Preview | None, datetime], Awaitable[Outcome]]


async def dispatch(update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime) -> Outcome:
    """Answer one update. Needs no bot; touches neither store nor network besides engine, preview and
    the files that it is sent.

    To stop a running dispatch because its user said /stop, call `desk.stop(chat_id)` instead of cancelling
    the task: it then returns at once with the candidate's line kept; the /stop itself is dispatched after it.
    """
    if update.callback_query is not None:
        return await press_button(update, chat, desk, preview, now)
    if update.my_chat_member is not None:
        return await notice_membership(update, chat, desk, preview, now)
    for wanted, handle in HANDLERS:
        if wanted.check_update(update):
            return await handle(update, chat, desk, preview, now)
    return Outcome(chat=chat)


async def hear_text(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """A command, or something said."""
    message = update.effective_message
    return await desk.hear(
        chat, (message.text or "") if message else "", preview, now, region=_region(update)
    )


async def hear_caption(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """What is written under a picture or file is heard; one short note says that the rest was not."""
    message = update.effective_message
    said = (message.caption or "") if message else ""
    outcome = await desk.hear(chat, said, preview, now, region=_region(update))
    note = desk.notice(chat, texts.PHOTO_UNSEEN)
    return replace(outcome, replies=(*note.replies, *outcome.replies))


async def hear_sound(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """A voice note, an audio file, a round video: what is said in it. The sound is held in memory only."""
    message = update.effective_message
    if message is None:
        return Outcome(chat=chat)
    found = message.voice or message.audio or message.video_note or message.document
    if found is None:
        return Outcome(chat=chat)
    ears, why, content = desk.means.ears, "", b""
    if ears is None:
        why = "missing"
    elif found.to_dict().get("duration", 0) > ears.most_seconds:
        why = "long"
    elif (found.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
        why = "large"
    else:
        try:
            file = await found.get_file()
            content = bytes(await file.download_as_bytearray(read_timeout=DOWNLOAD))
        except BadRequest:
            why = "gone"
    if why and _Captioned().filter(message):
        return await hear_caption(update, chat, desk, preview, now)
    if why:
        return desk.unheard(chat, why, message.message_id)
    sound = Sound(content=content, note=message.message_id, caption=message.caption or "")
    return await desk.hear_sound(chat, sound, now, region=_region(update))


async def notice_edit(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """Reactions and previews of links come as edits as well, with the time of the last edit where there was
    one: only a changed text is an edit, and each is explained once."""
    message = update.effective_message
    text = ((message.text or message.caption or "") if message else "").strip()
    talk = chat.interview
    known = [line.text.strip() for line in talk.lines] if talk else []
    same = any(text == line or (len(text) >= LIMIT // 2 and text in line) for line in known)
    if message is None or message.edit_date is None or not visible(text) or same:
        return Outcome(chat=chat)
    edited = int(message.edit_date.timestamp())
    if edited <= chat.edited:
        return Outcome(chat=chat)
    return desk.notice(replace(chat, edited=edited), texts.EDITED)


def _region(update: Update) -> str:
    """The country that the language of the user's app names; where it names none, the language: "de"."""
    user = update.effective_user
    return region_of(user.language_code) or (user.language_code or "")[:2].lower() if user else ""


async def hear_document(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """Files are read where they are asked for; elsewhere what is written under one is heard."""
    message, files = update.effective_message, desk.means.files
    if message is None or files is None or not desk.wants_papers(chat):
        captioned = message is not None and _Captioned().filter(message)
        return await (hear_caption if captioned else explain(meet_texts.FILE))(
            update, chat, desk, preview, now
        )
    caption = message.caption or ""
    outcome = Outcome(chat=chat)
    for file in _documents(message):
        taken = await desk.take_file(
            outcome.chat,
            file.file_name or "the file",
            await _fetched(file, files.most_bytes),
            now,
            caption=caption,
        )
        outcome, caption = replace(taken, replies=(*outcome.replies, *taken.replies)), ""
    return outcome


async def hear_forward(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """What somebody else wrote is taken where sources are asked for, and kept back from a talk."""
    message = update.effective_message
    if message is None or not desk.wants_papers(chat):
        return desk.notice(chat, texts.FORWARDED)
    if message.document is not None and message.animation is None:
        return await hear_document(update, chat, desk, preview, now)
    if text := message.text or message.caption:
        return await desk.take_forward(chat, text, now)
    return desk.notice(chat, texts.FORWARDED_WORDLESS)


def _documents(message: Message) -> list[Document]:
    """The file of a message, and the others of its album."""
    more = message.api_kwargs.get(MORE_FILES, [])
    found = [message.document, *(Document.de_json(each, message.get_bot()) for each in more)]
    return [one for one in found if one is not None]


async def _fetched(file: Document, most_bytes: int) -> bytes | Reason:
    """The file's content, or why it is not here. A larger one is not fetched."""
    if (file.file_size or 0) > most_bytes:
        return "big"
    try:
        place = await file.get_file()
        return bytes(await place.download_as_bytearray())
    except BadRequest as error:
        return "big" if "big" in error.message.lower() else "lost"
    except TelegramError:
        return "lost"


class _Captioned(filters.MessageFilter):
    """Something with a caption of words."""

    def filter(self, message: Message) -> bool:
        return any(letter.isalnum() for letter in visible(message.caption or ""))


async def press_button(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """A button does what its command does."""
    query = update.callback_query
    return await desk.press(chat, (query.data or "") if query else "", preview, now, region=_region(update))


async def notice_membership(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """Brought into a group or channel, the bot says where it works; being blocked is taken in silence."""
    change, place = update.my_chat_member, update.effective_chat
    if change is None or place is None or place.type == ChatType.PRIVATE:
        return Outcome(chat=chat)
    if change.new_chat_member.status not in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR):
        return Outcome(chat=chat)
    return desk.notice(chat, texts.CHANNEL if place.type == ChatType.CHANNEL else texts.GROUP)


def explain(text: str) -> Handler:
    """A handler for what cannot be heard: it says what works, and changes nothing."""

    async def explain_it(
        update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
    ) -> Outcome:
        return desk.notice(chat, text)

    return explain_it


async def keep_quiet(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """Telegram's own notes, such as a pinned message: nobody said them to the bot."""
    return Outcome(chat=chat)


NOTES = (
    filters.StatusUpdate.ALL | filters.SUCCESSFUL_PAYMENT | filters.PASSPORT_DATA | filters.BOOST_ADDED
)  # the library counts the last three among what is said

SOUND = filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE | filters.Document.AUDIO

HANDLERS: tuple[tuple[filters.BaseFilter, Handler], ...] = (
    (NOTES, keep_quiet),
    (filters.UpdateType.CHANNEL_POST | filters.UpdateType.EDITED_CHANNEL_POST, explain(texts.CHANNEL)),
    (filters.ChatType.GROUPS, explain(texts.GROUP)),
    (filters.UpdateType.EDITED_MESSAGE, notice_edit),
    (filters.FORWARDED, hear_forward),
    (filters.TEXT, hear_text),
    (SOUND, hear_sound),
    (filters.Document.ALL & ~filters.ANIMATION, hear_document),
    (_Captioned(), hear_caption),
    (filters.Sticker.ALL, explain(texts.STICKER)),
    (filters.PHOTO | filters.VIDEO | filters.ANIMATION, explain(texts.PHOTO)),
    (filters.ALL, explain(texts.OTHER_MEDIA)),
)
