"""The stand-in's sending methods and refusals, against what the Bot API documents."""

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image

from feeler.phone.server import BotApiServer

ADA = 1001


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(rates=None) as server:
        server.user(ADA, "Ada").say("/start")
        yield server


async def call(server: BotApiServer, method: str, token: str = "", **params: Any) -> tuple[int, Any]:
    url = f"{server.api_base_url}{token or server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=params) as response:
        body = await response.json()
        return response.status, body["result"] if body["ok"] else body["description"]


async def upload(
    server: BotApiServer, method: str, name: str, content: bytes, **fields: str
) -> tuple[int, Any]:
    form = aiohttp.FormData({"chat_id": str(ADA)} | fields)
    form.add_field(name, content, filename="file.bin", content_type="application/pdf")
    url = f"{server.api_base_url}{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
        body = await response.json()
        return response.status, body["result"] if body["ok"] else body["description"]


def inline(**key: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Press"} | key]]}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "Bad Request: message text is empty"),
        ({"text": " \n "}, "Bad Request: text must be non-empty"),
        ({"text": "a" * 4097}, "Bad Request: message is too long"),
        ({"text": "👍" * 2049}, "Bad Request: message is too long"),  # 4098 UTF-16 units
        ({"text": "hi", "chat_id": 4711}, "Bad Request: chat not found"),
        ({"text": "hi", "chat_id": -4711}, "Bad Request: chat not found"),
        ({"text": "hi", "chat_id": "@nobody"}, "Bad Request: chat not found"),
        ({"text": "hi", "chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"text": "hi", "parse_mode": "Nonsense"}, "Bad Request: unsupported parse_mode"),
        ({"text": "hi", "reply_markup": inline()}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "hi", "reply_markup": inline(callback_data="")}, "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "hi", "reply_markup": inline(callback_data="é" * 33)}, "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "hi", "reply_markup": inline(url="javascript:1")}, "Unsupported URL protocol"),
        ({"text": "hi", "reply_markup": "{"}, "Bad Request: can't parse reply markup JSON object"),
        ({"text": "hi", "reply_markup": {"keyboard": []}}, "reply keyboard must be non-empty"),
        ({"text": "hi", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    ],
)
async def test_messages_that_are_refused(
    server: BotApiServer, params: dict[str, Any], description: str
) -> None:
    code, text = await call(server, "sendMessage", **({"chat_id": ADA} | params))
    assert code == 400
    assert description in text
    assert server.user(ADA).received == []


@pytest.mark.parametrize(
    ("entity", "description"),
    [
        ({"type": "bold", "offset": 0, "length": 4}, None),
        ({"type": "bold", "offset": 2, "length": 2}, None),
        ({"type": "bold", "offset": 0, "length": 5}, "ends after the end of the text at UTF-16 offset 5"),
        ({"type": "bold", "offset": 1, "length": 1}, "begins in a middle of a UTF-16 symbol"),
        ({"type": "bold", "offset": 0, "length": 1}, "ends in a middle of a UTF-16 symbol"),
        ({"type": "bold", "offset": -1, "length": 1}, "ENTITY_BOUNDS_INVALID"),
        ({"type": "bold", "offset": 0}, "ENTITY_BOUNDS_INVALID"),
    ],
)
async def test_entities_lie_on_whole_characters_counted_in_utf16(
    server: BotApiServer, entity: dict[str, Any], description: str | None
) -> None:
    code, result = await call(server, "sendMessage", chat_id=ADA, text="👍ab", entities=[entity])
    if description is None:
        assert (code, result["entities"]) == (200, [entity])
    else:
        assert code == 400
        assert description in result


async def test_the_longest_message_passes_and_white_space_around_it_goes(server: BotApiServer) -> None:
    assert (await call(server, "sendMessage", chat_id=ADA, text="👍" * 2048))[0] == 200
    bold = [{"type": "bold", "offset": 2, "length": 4}]
    _, message = await call(server, "sendMessage", chat_id=ADA, text="  bold \n", entities=bold)
    assert message["text"] == "bold"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 4}]


async def test_commands_and_links_are_marked_by_the_server(server: BotApiServer) -> None:
    text = "👍 /hint, or https://example.org/a?b; no/command </b>"
    _, message = await call(server, "sendMessage", chat_id=ADA, text=text)
    assert [(one["type"], one["offset"], one["length"]) for one in message["entities"]] == [
        ("bot_command", 3, 5),
        ("url", 13, 24),
    ]


async def test_wrong_tokens_and_unknown_methods(server: BotApiServer) -> None:
    assert await call(server, "getMe", token="123:wrong") == (401, "Unauthorized")
    assert await call(server, "getMe", token="nonsense") == (404, "Not Found")
    code, text = await call(server, "sendInvoice", chat_id=ADA)
    assert (code, text) == (404, "Not Found: method not found")


async def test_parameters_may_come_as_query_form_or_json_and_methods_in_any_case(
    server: BotApiServer,
) -> None:
    url = f"{server.api_base_url}{server.token}/SENDmessage"
    async with aiohttp.ClientSession() as session:
        for sent in (
            session.get(url, params={"chat_id": ADA, "text": "query"}),
            session.post(url, data={"chat_id": ADA, "text": "form"}),
            session.post(url, json={"chat_id": ADA, "text": "json"}),
        ):
            async with sent as response:
                assert response.status == 200
        async with session.post(url, data="{", headers={"Content-Type": "application/json"}) as response:
            assert response.status == 400
    assert [message.text for message in server.user(ADA).received] == ["query", "form", "json"]


async def test_a_blocked_bot_gets_403_until_the_person_writes_again(server: BotApiServer) -> None:
    ada = server.user(ADA)
    ada.block()
    code, text = await call(server, "sendMessage", chat_id=ADA, text="hi")
    assert (code, text) == (403, "Forbidden: bot was blocked by the user")
    assert (await call(server, "getUpdates"))[1][-1]["my_chat_member"]["new_chat_member"][
        "status"
    ] == "kicked"
    ada.say("I am back")
    assert (await call(server, "sendMessage", chat_id=ADA, text="hi"))[0] == 200


# Editing and deleting


async def test_edits(server: BotApiServer) -> None:
    _, sent = await call(
        server, "sendMessage", chat_id=ADA, text="one", reply_markup=inline(callback_data="x")
    )
    about = {"chat_id": ADA, "message_id": sent["message_id"]}
    _, edited = await call(server, "editMessageText", text="two", **about)
    assert edited["edit_date"]
    assert "reply_markup" not in edited  # left out means taken away
    for params, description in (
        ({"text": "two"} | about, "message is not modified"),
        ({"text": ""} | about, "message text is empty"),
        ({"text": "a" * 4097} | about, "MESSAGE_TOO_LONG"),
        ({"text": "x"} | about | {"message_id": 999}, "message to edit not found"),
        ({"text": "x"} | about | {"message_id": 1}, "message can't be edited"),
    ):
        code, text = await call(server, "editMessageText", **params)
        assert code == 400
        assert description in text
    assert server.user(ADA).received[0].text == "two"


async def test_deleting(server: BotApiServer) -> None:
    _, old = await call(server, "sendMessage", chat_id=ADA, text="old")
    _, sent = await call(server, "sendMessage", chat_id=ADA, text="gone")
    assert (await call(server, "deleteMessage", chat_id=ADA, message_id=sent["message_id"])) == (200, True)
    code, text = await call(server, "deleteMessage", chat_id=ADA, message_id=sent["message_id"])
    assert (code, text) == (400, "Bad Request: message to delete not found")
    server.clock.advance(49 * 3600)
    code, text = await call(server, "deleteMessage", chat_id=ADA, message_id=old["message_id"])
    assert (code, text) == (400, "Bad Request: message can't be deleted")


# Drafts and actions


async def test_a_draft_shows_until_the_message_comes_or_half_a_minute_is_over(server: BotApiServer) -> None:
    ada = server.user(ADA)
    assert await call(server, "sendMessageDraft", chat_id=ADA, draft_id=7, text="Hel") == (200, True)
    assert ada.draft is not None
    assert (ada.draft.draft_id, ada.draft.text) == (7, "Hel")
    await call(server, "sendMessage", chat_id=ADA, text="Hello")
    assert ada.draft is None
    await call(server, "sendMessageDraft", chat_id=ADA, draft_id=8)  # "thinking"
    assert ada.draft is not None
    server.clock.advance(31)
    assert ada.draft is None
    assert [message.text for message in ada.received] == ["Hello"]


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"draft_id": 0, "text": "x"}, "draft identifier must be non-zero"),
        ({"text": "x"}, "draft identifier must be non-zero"),
        ({"draft_id": 1, "text": "x" * 4097}, "message is too long"),
        ({"draft_id": 1, "text": "x", "chat_id": -5}, "private chats only"),
        ({"draft_id": 1, "text": "x", "chat_id": 4711}, "chat not found"),
    ],
)
async def test_drafts_that_are_refused(
    server: BotApiServer, params: dict[str, Any], description: str
) -> None:
    server.user(ADA).say("/start", group=-5)
    code, text = await call(server, "sendMessageDraft", **({"chat_id": ADA} | params))
    assert code == 400
    assert description in text


async def test_typing_shows_for_five_seconds(server: BotApiServer) -> None:
    await call(server, "sendChatAction", chat_id=ADA, action="typing")
    assert server.user(ADA).action == "typing"
    server.clock.advance(6)
    assert server.user(ADA).action == ""
    code, text = await call(server, "sendChatAction", chat_id=ADA, action="dancing")
    assert (code, text) == (400, "Bad Request: wrong parameter action in request")


# Files


async def test_files_reach_the_phone_and_come_back(server: BotApiServer) -> None:
    ada = server.user(ADA)
    code, message = await upload(server, "sendDocument", "document", b"%PDF-1.7", caption="Your debrief")
    assert code == 200
    assert message["document"]["mime_type"] == "application/pdf"
    assert ada.open_file(ada.received[0]) == b"%PDF-1.7"
    assert ada.received[0].text == "Your debrief"
    assert (await upload(server, "sendVoice", "voice", b"OggS", duration="2"))[0] == 200

    sent = ada.document("cv.txt", b"twelve years", "text/plain")
    assert sent.file is not None
    _, about = await call(server, "getFile", file_id=sent.file.file_id)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{server.file_base_url}{server.token}/{about['file_path']}") as response:
            assert await response.read() == b"twelve years"
        async with session.get(f"{server.file_base_url}9:wrong/{about['file_path']}") as response:
            assert response.status == 401
        async with session.get(f"{server.file_base_url}{server.token}/none.txt") as response:
            assert response.status == 404


def picture(width: int, height: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("1", (width, height)).save(drawn, "PNG")
    return drawn.getvalue()


@pytest.mark.parametrize(
    ("method", "name", "content", "fields", "description"),
    [
        ("sendPhoto", "photo", b"no picture", {}, "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", "photo", picture(2000, 90), {}, "PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", "photo", b"x" * 10_000_001, {}, "file is too big"),
        ("sendPhoto", "other", b"x", {}, "there is no photo in the request"),
        ("sendDocument", "document", b"", {}, "file must be non-empty"),
        ("sendDocument", "document", b"x", {"caption": "c" * 1025}, "message caption is too long"),
        ("sendDocument", "other", b"x", {"document": "AgADB"}, "wrong remote file identifier"),
    ],
)
async def test_files_that_are_refused(
    server: BotApiServer, method: str, name: str, content: bytes, fields: dict[str, str], description: str
) -> None:
    code, text = await upload(server, method, name, content, **fields)
    assert code == 400
    assert description in text


async def test_a_bot_cannot_fetch_more_than_twenty_megabytes(server: BotApiServer) -> None:
    sent = server.user(ADA).document("film.bin", b"x" * 20_000_001)
    assert sent.file is not None
    assert await call(server, "getFile", file_id=sent.file.file_id) == (400, "Bad Request: file is too big")
    assert await call(server, "getFile", file_id="nonsense") == (400, "Bad Request: invalid file_id")


# Presses and keyboards


async def test_a_press_can_be_answered_once_and_for_150_seconds(server: BotApiServer) -> None:
    ada = server.user(ADA)
    await call(server, "sendMessage", chat_id=ADA, text="Who?", reply_markup=inline(callback_data="p:ruth"))
    with pytest.raises(LookupError):
        ada.press(ada.received[-1], "no such button")
    query = ada.press(ada.received[-1], "Press")
    _, updates = await call(server, "getUpdates")
    assert updates[-1]["callback_query"]["data"] == "p:ruth"
    assert (await call(server, "answerCallbackQuery", callback_query_id=query, text="Ruth")) == (200, True)
    assert ada.toasts[-1].text == "Ruth"
    assert "query is too old" in (await call(server, "answerCallbackQuery", callback_query_id=query))[1]
    query = ada.press(ada.received[-1], "p:ruth")
    server.clock.advance(151)
    code, text = await call(server, "answerCallbackQuery", callback_query_id=query)
    assert code == 400
    assert "query is too old" in text


async def test_reply_keyboards_come_go_and_send_plain_messages(server: BotApiServer) -> None:
    ada = server.user(ADA)
    keyboard = {"keyboard": [["One", {"text": "Two"}]], "input_field_placeholder": "Your turn"}
    await call(server, "sendMessage", chat_id=ADA, text="?", reply_markup=keyboard)
    assert ada.keyboard is not None
    assert (ada.keyboard.rows, ada.keyboard.placeholder) == ((("One", "Two"),), "Your turn")
    await call(server, "sendMessage", chat_id=ADA, text="still there")
    assert ada.keyboard is not None
    await call(server, "sendMessage", chat_id=ADA, text="gone", reply_markup={"remove_keyboard": True})
    assert ada.keyboard is None


# About the bot


@pytest.mark.parametrize(
    ("command", "description"),
    [
        ({"command": "End", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "a" * 33, "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "end", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"command": "end", "description": "x" * 257}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_wrong_commands_are_refused(
    server: BotApiServer, command: dict[str, str], description: str
) -> None:
    code, text = await call(server, "setMyCommands", commands=[command])
    assert code == 400
    assert description in text


async def test_commands_by_scope_and_too_many(server: BotApiServer) -> None:
    end = [{"command": "end", "description": "End the talk"}]
    scope = {"type": "all_private_chats"}
    assert await call(server, "setMyCommands", commands=end, scope=scope) == (200, True)
    assert await call(server, "getMyCommands") == (200, [])
    assert await call(server, "getMyCommands", scope=scope) == (200, end)
    await call(server, "deleteMyCommands", scope=scope)
    assert await call(server, "getMyCommands", scope=scope) == (200, [])
    assert "TOO_MUCH" in (await call(server, "setMyCommands", commands=end * 101))[1]


async def test_name_and_descriptions_have_their_lengths(server: BotApiServer) -> None:
    for method, field, limit in (
        ("MyName", "name", 64),
        ("MyDescription", "description", 512),
        ("MyShortDescription", "short_description", 120),
    ):
        assert (await call(server, f"set{method}", **{field: "x" * limit}))[0] == 200
        assert (await call(server, f"set{method}", **{field: "x" * (limit + 1)}))[0] == 400
        assert (await call(server, f"get{method}"))[1] == {field: "x" * limit}


# Groups, and what people can do


async def test_in_a_group_the_bot_sees_what_is_meant_for_it(server: BotApiServer) -> None:
    ada = server.user(ADA)
    await call(server, "getUpdates", offset=-1)
    for text in ("just talk", "/start", "@feeler_practice_bot hello"):
        ada.say(text, group=-7)
    _, updates = await call(server, "getUpdates")
    assert [update["message"]["text"] for update in updates[1:]] == ["/start", "@feeler_practice_bot hello"]
    assert (await call(server, "sendMessage", chat_id=-7, text="hello all"))[0] == 200


async def test_long_texts_arrive_in_pieces_as_the_apps_send_them(server: BotApiServer) -> None:
    server.user(ADA).say("x" * 20_000)
    _, updates = await call(server, "getUpdates")
    assert [len(update["message"]["text"]) for update in updates[1:]] == [4096] * 4 + [3616]
