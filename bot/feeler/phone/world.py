"""All that exists: the bot, the people, their chats, messages and files. Written through to the shelf."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from feeler.phone.clock import Clock
from feeler.phone.refusals import Json
from feeler.phone.shelf import Shelf
from feeler.phone.updates import UpdateQueue
from feeler.phone.values import Draft, Keyboard, Shown, Toast, shown

ACTION_SECONDS = 5.0  # how long "typing…" stays
DRAFT_SECONDS = 30.0
QUERY_SECONDS = 150.0  # how long a press can be answered
Event = Json  # {"type": "message" | "edited" | "deleted" | "draft" | "action" | "keyboard" | "toast" | …}


class World:
    """State of the stand-in. All changes go through its methods, so that listeners hear of each."""

    def __init__(self, shelf: Shelf, clock: Clock, token: str) -> None:
        self.shelf = shelf
        self.clock = clock
        self.token = token
        self.queue = UpdateQueue(shelf, clock)
        self.profile: Json = shelf.get("bot", "profile") or {"first_name": "Feeler"}
        self.people: dict[int, Json] = {int(key): value for key, value in shelf.all("person")}
        self.groups: dict[int, Json] = {int(key): value for key, value in shelf.all("group")}
        self.commands: dict[str, list[Json]] = {
            key: value["commands"] for key, value in shelf.all("commands")
        }
        self.queries: dict[str, Json] = dict(shelf.all("query"))
        self.keyboards: dict[int, Keyboard] = {}
        for key, value in shelf.all("keyboard"):
            rows = tuple(tuple(row) for row in value["rows"])
            self.keyboards[int(key)] = Keyboard(
                rows=rows, one_time=value["one_time"], placeholder=value["placeholder"]
            )
        self.messages: dict[int, dict[int, Json]] = {}
        self._next_message = 1
        for _, message in shelf.all("message"):
            self.messages.setdefault(message["chat"]["id"], {})[message["message_id"]] = message
            self._next_message = max(self._next_message, message["message_id"] + 1)
        self._next_message = max(self._next_message, (shelf.get("counter", "message") or {}).get("next", 1))
        self.drafts: dict[int, Draft] = {}
        self.actions: dict[int, tuple[str, float]] = {}
        self.toasts: dict[int, list[Toast]] = {}
        self._listeners: dict[asyncio.Queue[Event], frozenset[int] | None] = {}

    # The bot itself

    @property
    def bot_id(self) -> int:
        return int(self.token.split(":")[0])

    @property
    def bot(self) -> Json:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.profile["first_name"],
            "username": "feeler_practice_bot",
        }

    def describe(self, **fields: str) -> None:
        """Change the bot's name or descriptions."""
        self.profile |= fields
        self.shelf.put("bot", "profile", self.profile)
        self.tell(None, {"type": "bot"})

    # People and chats

    def person(self, user_id: int, name: str = "") -> Json:
        """The person with this id, made where new."""
        if user_id not in self.people or (name and self.people[user_id]["first_name"] != name):
            known = self.people.get(user_id, {"blocked": False, "started": False})
            self.people[user_id] = known | {"first_name": name or f"Person {user_id}"}
            self.keep_person(user_id)
        return self.people[user_id]

    def keep_person(self, user_id: int) -> None:
        self.shelf.put("person", user_id, self.people[user_id])
        self.tell(None, {"type": "people"})

    def as_user(self, user_id: int) -> Json:
        """The Bot API `User` of a person."""
        return {
            "id": user_id,
            "is_bot": False,
            "first_name": self.person(user_id)["first_name"],
            "language_code": "en",
        }

    def as_chat(self, chat_id: int) -> Json:
        """The Bot API `Chat` of a private chat or a group."""
        if chat_id < 0:
            return {"id": chat_id, "type": "group", "title": self.groups[chat_id]["title"]}
        return {"id": chat_id, "type": "private", "first_name": self.person(chat_id)["first_name"]}

    def group(self, chat_id: int, title: str = "A group") -> Json:
        if chat_id not in self.groups:
            self.groups[chat_id] = {"title": title}
            self.shelf.put("group", chat_id, self.groups[chat_id])
        return self.groups[chat_id]

    # Messages

    def new_message(self, chat_id: int, sender: Json, content: Json) -> Json:
        """Put a message into a chat and return it."""
        now = self.clock.now()
        message: Json = {
            "message_id": self._next_message,
            "from": sender,
            "chat": self.as_chat(chat_id),
            "date": int(now),
            "exact": now,
        } | content
        self._next_message += 1
        self.messages.setdefault(chat_id, {})[message["message_id"]] = message
        self._keep_message(message)
        self.tell(chat_id, {"type": "message", "message": self.shown(message)})
        self.tell(None, {"type": "people"})
        return message

    def change_message(self, message: Json, content: Json) -> Json:
        """Replace parts of a message; a part that is None goes away."""
        changed = message | {"edit_date": int(self.clock.now())} | content
        changed = {key: value for key, value in changed.items() if value is not None}
        self.messages[message["chat"]["id"]][message["message_id"]] = changed
        self._keep_message(changed)
        self.tell(message["chat"]["id"], {"type": "edited", "message": self.shown(changed)})
        return changed

    def remove_message(self, message: Json) -> None:
        chat_id, message_id = message["chat"]["id"], message["message_id"]
        del self.messages[chat_id][message_id]
        self.shelf.drop("message", f"{chat_id}/{message_id}")
        self.shelf.put("counter", "message", {"next": self._next_message})
        self.tell(chat_id, {"type": "deleted", "message": self.shown(message, deleted=True)})

    def message(self, chat_id: int, message_id: int) -> Json | None:
        return self.messages.get(chat_id, {}).get(message_id)

    def shown(self, message: Json, deleted: bool = False) -> Shown:
        return shown(message, self.bot_id, deleted)

    def chat(self, chat_id: int) -> list[Shown]:
        """Everything in a chat, oldest first."""
        return [self.shown(message) for message in self.messages.get(chat_id, {}).values()]

    def _keep_message(self, message: Json) -> None:
        self.shelf.put("message", f"{message['chat']['id']}/{message['message_id']}", message)

    # What is only on the screen

    def set_keyboard(self, chat_id: int, keyboard: Keyboard | None) -> None:
        if keyboard is None:
            self.keyboards.pop(chat_id, None)
            self.shelf.drop("keyboard", chat_id)
        else:
            self.keyboards[chat_id] = keyboard
            rows = [list(row) for row in keyboard.rows]
            self.shelf.put(
                "keyboard",
                chat_id,
                {"rows": rows, "one_time": keyboard.one_time, "placeholder": keyboard.placeholder},
            )
        self.tell(chat_id, {"type": "keyboard", "keyboard": keyboard})

    def set_draft(self, chat_id: int, draft: Draft | None) -> None:
        if draft is None:
            if self.drafts.pop(chat_id, None) is None:
                return
        else:
            self.drafts[chat_id] = draft
        self.tell(chat_id, {"type": "draft", "draft": draft})

    def draft(self, chat_id: int) -> Draft | None:
        """The preview that is on the screen now."""
        draft = self.drafts.get(chat_id)
        return draft if draft and draft.until > self.clock.now() else None

    def set_action(self, chat_id: int, action: str) -> None:
        until = self.clock.now() + (ACTION_SECONDS if action else 0)
        self.actions[chat_id] = (action, until)
        self.tell(chat_id, {"type": "action", "action": action})

    def action(self, chat_id: int) -> str:
        """ "typing" and its like, while it is on the screen."""
        action, until = self.actions.get(chat_id, ("", 0.0))
        return action if until > self.clock.now() else ""

    def toast(self, chat_id: int, toast: Toast) -> None:
        self.toasts.setdefault(chat_id, []).append(toast)
        self.tell(chat_id, {"type": "toast", "toast": toast})

    # Presses of inline buttons

    def new_query(self, user_id: int, message: Json, data: str) -> Json:
        query_id = str(secrets.randbits(62))
        self.queries[query_id] = {"at": self.clock.now(), "user": user_id, "chat": message["chat"]["id"]}
        self.shelf.put("query", query_id, self.queries[query_id])
        return {
            "id": query_id,
            "from": self.as_user(user_id),
            "message": public(message),
            "chat_instance": str(message["chat"]["id"]),
            "data": data,
        }

    def take_query(self, query_id: str) -> Json | None:
        """The press with this id, once and within its time."""
        query = self.queries.pop(query_id, None)
        self.shelf.drop("query", query_id)
        return query if query and self.clock.now() - query["at"] <= QUERY_SECONDS else None

    # Files

    def new_file(self, folder: str, name: str, media_type: str, content: bytes, **about: int) -> Json:
        """Store a file; what a Bot API object says of it."""
        file_id = f"{folder[:1].upper()}{secrets.token_urlsafe(24)}"
        ending = re.sub(r"[^A-Za-z0-9]", "", name.rpartition(".")[2])[:8] or "bin"
        unique = secrets.token_urlsafe(9)
        told = {"file_id": file_id, "file_unique_id": unique, "file_size": len(content)} | about
        path = f"{folder}/file_{unique}.{ending}"
        kept = {"name": name, "media_type": media_type, "path": path, "size": len(content), "unique": unique}
        self.shelf.put_file(file_id, kept, content)
        self.shelf.put("path", path, {"file_id": file_id})
        return told

    # Who listens

    @contextmanager
    def listening(self, *chats: int) -> Iterator["asyncio.Queue[Event]"]:
        """Events of these chats (all, where none is named), from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._listeners[queue] = frozenset(chats) or None
        try:
            yield queue
        finally:
            del self._listeners[queue]

    def tell(self, chat_id: int | None, event: Event) -> None:
        for queue, chats in self._listeners.items():
            if chat_id is None or chats is None or chat_id in chats:
                queue.put_nowait(event | {"chat_id": chat_id})


def public(message: Json) -> Json:
    """A stored message without what only the stand-in knows."""
    return {key: value for key, value in message.items() if key != "exact"}
