"""From an update to the use case it means. One handler a kind of update, the first whose filter fits."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from telegram import ChatMember, Message, Update
from telegram.constants import ChatType
from telegram.ext import filters

from feeler.interview.words import visible
from feeler.ports import Preview
from feeler.telegram.parts import LIMIT
from feeler.usecases import texts
from feeler.usecases.desk import Desk
from feeler.usecases.helplines import region_of
from feeler.usecases.values import Chat, Outcome

Handler = Callable[[Update, Chat, Desk, Preview | None, datetime], Awaitable[Outcome]]


async def dispatch(update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime) -> Outcome:
    """Answer one update. Needs no bot; touches neither store nor network besides engine and preview.

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


async def notice_edit(
    update: Update, chat: Chat, desk: Desk, preview: Preview | None, now: datetime
) -> Outcome:
    """Reactions and previews of links come as edits as well: only a changed text is one."""
    message = update.effective_message
    text = ((message.text or message.caption or "") if message else "").strip()
    talk = chat.interview
    known = [line.text.strip() for line in talk.lines] if talk else []
    same = any(text == line or (len(text) >= LIMIT // 2 and text in line) for line in known)
    if message is None or message.edit_date is None or not visible(text) or same:
        return Outcome(chat=chat)
    return desk.notice(chat, texts.EDITED)


def _region(update: Update) -> str:
    """The country that the language of the user's app names."""
    user = update.effective_user
    return region_of(user.language_code) if user else ""


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


HANDLERS: tuple[tuple[filters.BaseFilter, Handler], ...] = (
    (filters.StatusUpdate.ALL, keep_quiet),
    (filters.UpdateType.CHANNEL_POST | filters.UpdateType.EDITED_CHANNEL_POST, explain(texts.CHANNEL)),
    (filters.ChatType.GROUPS, explain(texts.GROUP)),
    (filters.UpdateType.EDITED_MESSAGE, notice_edit),
    (filters.FORWARDED, explain(texts.FORWARDED)),
    (filters.TEXT, hear_text),
    (_Captioned(), hear_caption),
    (filters.Sticker.ALL, explain(texts.STICKER)),
    (filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE, explain(texts.VOICE)),
    (filters.PHOTO | filters.VIDEO | filters.ANIMATION, explain(texts.PHOTO)),
    (filters.Document.ALL, explain(texts.FILE)),
    (filters.ALL, explain(texts.OTHER_MEDIA)),
)
