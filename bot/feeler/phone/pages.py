"""What the page asks for: its files, the events of a chat, and what a person does there."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from feeler.phone.doors import COOKIE
from feeler.phone.exchange import answer, event_of, read_object
from feeler.phone.people import PhoneUser
from feeler.phone.refusals import Json, Refusal
from feeler.phone.serving import HEADERS, file_headers, page_file
from feeler.phone.values import Shown
from feeler.usecases.texts import MARK

if TYPE_CHECKING:
    from feeler.phone.server import BotApiServer

FIRST_PERSON = 1001
BEAT = 15.0  # seconds between signs of life on an event stream


class Pages:
    """The routes beside the Bot API. Every text leaves as JSON; the page inserts it as text only."""

    def __init__(self, server: "BotApiServer") -> None:
        self._server = server
        self._world = server.world
        self._streams: set[asyncio.Task[Any]] = set()
        self.status: Json = {"state": "ready", "text": "", "done": 1.0}

    def set_status(self, state: str, text: str = "", done: float = 0.0) -> None:
        """Tell every page how the bot is: "warming" (what it does, how far of 1), "ready", "failed"."""
        self.status = {"state": state, "text": text, "done": done}
        self._world.tell(None, {"type": "status", "status": self.status})

    def hang_up(self) -> None:
        """End the event streams; the pages come back by themselves."""
        for task in self._streams:
            task.cancel()

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._index)
        app.router.add_get("/page/{name}", self._file_of_page)
        app.router.add_get("/pair", self._pairing)
        app.router.add_post("/pair", self._pair)
        app.router.add_get("/phone/people", self._people)
        app.router.add_post("/phone/people", self._new_person)
        app.router.add_get("/phone/{user:\\d+}/events", self._events)
        app.router.add_get("/phone/{user:\\d+}/file/{message:\\d+}", self._open_file)
        app.router.add_post("/phone/{user:\\d+}/file", self._send_file)
        app.router.add_post("/phone/{user:\\d+}/{action}", self._act)

    async def _index(self, request: web.Request) -> web.Response:
        return page_file("index.html")

    async def _pairing(self, request: web.Request) -> web.Response:
        return page_file("pair.html")

    async def _file_of_page(self, request: web.Request) -> web.Response:
        return page_file(request.match_info["name"])

    async def _pair(self, request: web.Request) -> web.Response:
        cookie = self._server.doors.pair(str((await request.post()).get("code", "")))
        if cookie is None:
            raise web.HTTPFound("/pair?wrong=1")
        response = web.HTTPFound("/")
        response.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", max_age=30 * 86400)
        raise response

    async def _people(self, request: web.Request) -> web.Response:
        if not self._world.people:
            self._world.person(FIRST_PERSON, "You")
        return answer(self._people_now())

    async def _new_person(self, request: web.Request) -> web.Response:
        name = str((await read_object(request)).get("name", "")).strip()[:40]
        user_id = max(self._world.people, default=FIRST_PERSON - 1) + 1
        self._world.person(user_id, name or f"Person {user_id - FIRST_PERSON + 1}")
        return answer({"id": user_id})

    def _people_now(self) -> list[Json]:
        return [
            {"id": user_id, "name": person["first_name"], "last": self._last_line(user_id)}
            for user_id, person in sorted(self._world.people.items())
        ]

    def _last_line(self, user_id: int) -> str:
        chat = self._world.messages.get(user_id)
        last = self._world.shown(next(reversed(chat.values()))) if chat else None
        return (last.text or (last.file.name if last.file else ""))[:80] if last else ""

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: first all that is in the chat, then every change."""
        user_id = int(request.match_info["user"])
        response = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        try:
            with self._world.listening(user_id) as events:
                await response.write(b"retry: 1000\n\n" + event_of(self._state(user_id)))
                while True:
                    try:
                        event = await asyncio.wait_for(events.get(), BEAT)
                    except TimeoutError:
                        await response.write(b": still here\n\n")
                        continue
                    if event["type"] in ("bot", "people"):
                        event = self._about() | {"type": event["type"]}
                    await response.write(event_of(event))
        except (ConnectionResetError, asyncio.CancelledError):
            return response
        finally:
            self._streams.discard(task)

    def _state(self, user_id: int) -> Json:
        world = self._world
        return self._about() | {
            "type": "state",
            "me": user_id,
            "messages": world.chat(user_id),
            "keyboard": world.keyboards.get(user_id),
            "draft": world.draft(user_id),
            "action": world.action(user_id),
            "status": self.status,
        }

    def _about(self) -> Json:
        world = self._world
        commands = next((kept for kept in world.commands.values() if kept), [])
        return {
            "bot": world.profile,
            "commands": commands,
            "people": self._people_now(),
            "coach_mark": MARK,
        }

    async def _act(self, request: web.Request) -> web.Response:
        body = await read_object(request)
        user = self._user(request)
        actions: dict[str, Callable[[], object]] = {
            "send": lambda: self._send_once(user, body),
            "press": lambda: user.press(int(body["message_id"]), str(body["data"])),
            "edit": lambda: user.edit(int(body["message_id"]), str(body["text"])),
            "sticker": lambda: user.sticker(str(body.get("emoji", "🙂"))),
            "block": user.block,
            "unblock": user.unblock,
        }
        action = actions.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound
        try:
            result = action()
        except (KeyError, LookupError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return answer({"result": result})

    def _send_once(self, user: PhoneUser, body: Json) -> Shown | None:
        """Send a text; one that was already sent under the same key is not sent again."""
        text, key = str(body["text"]), str(body.get("key", ""))
        if not text.strip():
            raise ValueError("nothing to send")
        shelf = self._world.shelf
        if key and shelf.get("sent", key):
            return None
        sent = user.say(text)
        if key:
            shelf.put("sent", key, {"message_id": sent.id})
        return sent

    async def _send_file(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise web.HTTPBadRequest(text="a file is missing")
        user, content, caption = self._user(request), file.file.read(), str(form.get("caption", ""))
        if file.content_type.startswith("image/"):
            try:
                sent = user.photo(content, caption)
            except Refusal:
                sent = user.document(file.filename, content, file.content_type, caption)
        elif file.content_type.startswith("audio/"):
            seconds = str(form.get("seconds", ""))
            length = int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 0
            sent = user.voice(content, length, caption, file.content_type)
        else:
            sent = user.document(file.filename, content, file.content_type, caption)
        return answer({"result": sent})

    async def _open_file(self, request: web.Request) -> web.Response:
        user_id, message_id = int(request.match_info["user"]), int(request.match_info["message"])
        message = self._world.message(user_id, message_id)
        file = self._world.shown(message).file if message else None
        if file is None:
            raise web.HTTPNotFound
        content = self._user(request).open_file(self._world.shown(message or {}))
        return web.Response(
            body=content,
            headers=HEADERS | file_headers(file.media_type, file.name, save="download" in request.query),
        )

    def _user(self, request: web.Request) -> PhoneUser:
        return PhoneUser(self._world, int(request.match_info["user"]))
