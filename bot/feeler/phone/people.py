"""What people do on their phones: write, press, send files, edit, forward, block. Tests act through it."""

import asyncio
import io
from collections.abc import Callable
from typing import TypeVar

from PIL import Image

from feeler.phone.refusals import Json
from feeler.phone.sending import picture_size
from feeler.phone.text import MAX_TEXT, found_entities, pieces
from feeler.phone.values import Draft, Keyboard, Shown, Toast
from feeler.phone.world import World, public

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds to wait for what a bot does: only against waiting for ever, on machines that are busy."""


class PhoneUser:
    """One person and their phone. Actions happen at once; `wait_for` and `wait_until` wait for the bot."""

    def __init__(self, world: World, user_id: int, name: str = "") -> None:
        self._world = world
        self.id = user_id
        world.person(user_id, name)

    # What they do

    def say(self, text: str, *, group: int | None = None, reply_to: int | None = None) -> Shown:
        """Send a text; the last message is returned, for the apps cut a long text at 4096 UTF-16 units."""
        chat_id = self._open(group)
        sent = None
        for piece in pieces(text.strip(), MAX_TEXT):
            content: Json = {"text": piece.strip()}
            if entities := found_entities(piece.strip()):
                content["entities"] = entities
            if reply_to and (answered := self._world.message(chat_id, reply_to)):
                content["reply_to_message"] = public(answered)
            sent = self._post(chat_id, content)
        assert sent is not None
        return sent

    def press(self, message: "Shown | int", button: str) -> str:
        """Press an inline button by its label or data; the query's id. LookupError where it is not there."""
        message_id = message if isinstance(message, int) else message.id
        found = self._world.message(self.id, message_id)
        keys = (found or {}).get("reply_markup", {}).get("inline_keyboard", [])
        for key in (key for row in keys for key in row):
            if button in (key["text"], key.get("callback_data")) and found is not None:
                query = self._world.new_query(self.id, found, key["callback_data"])
                self._world.queue.add("callback_query", query)
                return str(query["id"])
        raise LookupError(f"message {message_id} has no button {button!r}")

    def photo(self, content: bytes | None = None, caption: str = "", *, group: int | None = None) -> Shown:
        if content is None:
            drawn = io.BytesIO()
            Image.new("RGB", (160, 90), "teal").save(drawn, "PNG")
            content = drawn.getvalue()
        width, height, media_type = picture_size(content)
        about = self._world.new_file("photos", "photo.png", media_type, content, width=width, height=height)
        return self._post(self._open(group), {"photo": [about]} | _caption(caption))

    def album(self, count: int = 3, caption: str = "") -> list[Shown]:
        """Send pictures as one album: an update each, the first with the caption."""
        group = {"media_group_id": str(self._world.clock.now())}
        picture = {"file_id": "album", "file_unique_id": "album", "width": 160, "height": 90}
        captions = [_caption(caption), *({} for _ in range(count - 1))]
        return [self._post(self._open(), {"photo": [picture]} | group | each) for each in captions]

    def document(
        self, name: str, content: bytes, media_type: str = "application/octet-stream", caption: str = ""
    ) -> Shown:
        about = self._world.new_file("documents", name, media_type, content)
        document = about | {"file_name": name, "mime_type": media_type}
        return self._post(self._open(), {"document": document} | _caption(caption))

    def voice(
        self, content: bytes = b"OggS", seconds: int = 3, caption: str = "", media_type: str = "audio/ogg"
    ) -> Shown:
        ending = media_type.partition("/")[2].partition(";")[0]
        about = self._world.new_file("voice", f"voice.{ending}", media_type, content, duration=seconds)
        return self._post(self._open(), {"voice": about | {"mime_type": media_type}} | _caption(caption))

    def audio(self, name: str, content: bytes, media_type: str = "audio/mpeg", seconds: int = 3) -> Shown:
        """Send a sound file as music, which the apps do with most of them."""
        about = self._world.new_file("music", name, media_type, content, duration=seconds)
        return self._post(self._open(), {"audio": about | {"file_name": name, "mime_type": media_type}})

    def video_note(self, content: bytes, seconds: int = 3) -> Shown:
        """Send a round video."""
        about = self._world.new_file(
            "video_notes", "round.mp4", "video/mp4", content, duration=seconds, length=240
        )
        return self._post(self._open(), {"video_note": about})

    def sticker(self, emoji: str = "🙂") -> Shown:
        about = self._world.new_file("stickers", "sticker.webp", "image/webp", b"RIFF", width=512, height=512)
        sticker = about | {"type": "regular", "is_animated": False, "is_video": False, "emoji": emoji}
        return self._post(self._open(), {"sticker": sticker})

    def forward(self, text: str, sender: str = "Somebody else") -> Shown:
        """Send on a text that somebody else wrote."""
        origin = {"type": "hidden_user", "date": int(self._world.clock.now()), "sender_user_name": sender}
        return self._post(self._open(), {"text": text, "forward_origin": origin})

    def edit(self, message: "Shown | int", text: str) -> Shown:
        """Edit an own message. LookupError where it is not there."""
        message_id = message if isinstance(message, int) else message.id
        found = self._world.message(self.id, message_id)
        if found is None or found["from"]["id"] != self.id:
            raise LookupError(f"{message_id} is not a message of {self.id}")
        content: Json = {"text": text, "entities": found_entities(text) or None}
        changed = self._world.change_message(found, content)
        self._world.queue.add("edited_message", public(changed))
        return self._world.shown(changed)

    def touch(self, message: "Shown | int") -> None:
        """Have a message arrive as edited with the same text, as reactions and link previews do."""
        message_id = message if isinstance(message, int) else message.id
        found = self._world.message(self.id, message_id)
        if found is None:
            raise LookupError(f"{message_id} is not there")
        self._world.queue.add("edited_message", public(found) | {"edit_date": int(self._world.clock.now())})

    def send_raw(self, content: Json, *, group: int | None = None) -> Shown:
        """Send a message whose content is these Bot API fields: empty, unknown or odd ones too."""
        return self._post(self._open(group), content)

    def block(self) -> None:
        """Block the bot: from now on it gets 403."""
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def delete_topic(self, topic: int) -> None:
        """Delete a topic of the private chat: nothing can be sent into it any more."""
        person = self._world.person(self.id)
        person["deleted_topics"] = [*person.get("deleted_topics", ()), topic]
        self._world.keep_person(self.id)

    def take_no_voice(self) -> None:
        """Set the privacy setting that lets nobody send them voice notes."""
        self._world.person(self.id)["voiceless"] = True
        self._world.keep_person(self.id)

    # What they see

    @property
    def chat(self) -> list[Shown]:
        """Everything in the chat now, oldest first."""
        return self._world.chat(self.id)

    @property
    def received(self) -> list[Shown]:
        """What the bot sent and is still there, oldest first."""
        return [message for message in self.chat if not message.mine]

    @property
    def keyboard(self) -> Keyboard | None:
        return self._world.keyboards.get(self.id)

    @property
    def draft(self) -> Draft | None:
        return self._world.draft(self.id)

    @property
    def action(self) -> str:
        """What the bot is shown to be doing: "typing", or nothing."""
        return self._world.action(self.id)

    @property
    def toasts(self) -> list[Toast]:
        """Answers to presses, oldest first."""
        return self._world.toasts.get(self.id, [])

    def open_file(self, message: Shown) -> bytes:
        """The content of the file in a message. LookupError where it has none."""
        found = self._world.shelf.file(message.file.file_id) if message.file else None
        if found is None:
            raise LookupError(f"message {message.id} has no file")
        return found[1]

    async def wait_for(
        self,
        predicate: Callable[[Shown], bool] = lambda message: True,
        timeout: float = PATIENCE,  # noqa: ASYNC109 (the error tells what was there)
        *,
        after: "Shown | int" = 0,
        group: int | None = None,
    ) -> Shown:
        """The bot's first message after `after` that satisfies the predicate.

        Raises TimeoutError with what was there instead, after `timeout` real seconds.
        """
        first = after if isinstance(after, int) else after.id
        chat_id = group or self.id

        def found() -> Shown | None:
            news = (one for one in self._world.chat(chat_id) if not one.mine and one.id > first)
            return next((message for message in news if predicate(message)), None)

        return await self.wait_until(found, timeout)

    async def wait_until(self, condition: Callable[[], T | None], timeout: float = PATIENCE) -> T:  # noqa: ASYNC109
        """Wait until something that can be seen on the phone holds; its value. Raises TimeoutError."""
        with self._world.listening() as events:
            try:
                async with asyncio.timeout(timeout):
                    while not (value := condition()):
                        await events.get()
                    return value
            except TimeoutError:
                texts = [f"{'me' if one.mine else 'bot'}: {one.text[:80]!r}" for one in self.chat[-6:]]
                raise TimeoutError(f"not seen within {timeout} s; the chat ends with {texts}") from None

    async def ask(self, text: str, timeout: float = PATIENCE) -> Shown:  # noqa: ASYNC109
        """Say something and wait for the bot's next message."""
        return await self.wait_for(timeout=timeout, after=self.say(text))

    def _open(self, group: int | None = None) -> int:
        """The chat to write to; writing to a private one starts it, and unblocks the bot."""
        if group is not None:
            self._world.group(group)
            return group
        person = self._world.person(self.id)
        if person["blocked"]:
            self.unblock()
        if not person["started"]:
            person["started"] = True
            self._world.keep_person(self.id)
        return self.id

    def _post(self, chat_id: int, content: Json) -> Shown:
        message = self._world.new_message(chat_id, self._world.as_user(self.id), content)
        keyboard = self._world.keyboards.get(chat_id)
        if keyboard and keyboard.one_time:
            self._world.set_keyboard(chat_id, None)
        if chat_id > 0 or self._meant_for_bot(content):
            self._world.queue.add("message", public(message))
        return self._world.shown(message)

    def _meant_for_bot(self, content: Json) -> bool:
        """In a group a bot with privacy mode on sees commands, mentions of it and replies to it."""
        text = content.get("text", "")
        mentioned = f"@{self._world.bot['username']}" in text
        answered = content.get("reply_to_message", {}).get("from", {}).get("id") == self._world.bot_id
        return text.startswith("/") or mentioned or answered

    def _set_blocked(self, blocked: bool) -> None:
        person = self._world.person(self.id)
        if person["blocked"] == blocked:
            return
        person["blocked"] = blocked
        self._world.keep_person(self.id)
        now, before = ("kicked", "member") if blocked else ("member", "kicked")
        bot = self._world.bot
        self._world.queue.add(
            "my_chat_member",
            {
                "chat": self._world.as_chat(self.id),
                "from": self._world.as_user(self.id),
                "date": int(self._world.clock.now()),
                "old_chat_member": _member(bot, before),
                "new_chat_member": _member(bot, now),
            },
        )


def _member(bot: Json, status: str) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _caption(text: str) -> Json:
    return {"caption": text} if text else {}
