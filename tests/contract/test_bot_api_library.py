"""python-telegram-bot itself against the stand-in, over real HTTP: each understands the other."""

from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from feeler.phone.rates import Rates
from feeler.phone.server import BotApiServer

ADA = 1001


def bot_of(server: BotApiServer, token: str = "") -> Bot:
    return Bot(token or server.token, base_url=server.api_base_url, base_file_url=server.file_base_url)


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(rates=None) as server:
        server.user(ADA, "Ada").say("/start")
        yield server


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with bot_of(server) as bot:
        yield bot


async def test_it_knows_who_it_is(server: BotApiServer, bot: Bot) -> None:
    assert (bot.id, bot.username) == (server.world.bot_id, "feeler_practice_bot")


async def test_every_kind_of_update_is_parsed(server: BotApiServer, bot: Bot) -> None:
    ada = server.user(ADA)
    said = ada.say("Hello /hint")
    ada.edit(said, "Hello, you")
    ada.photo(caption="me")
    ada.document("cv.pdf", b"%PDF", "application/pdf")
    ada.voice()
    ada.sticker()
    ada.forward("Have you heard?")
    ada.say("/start", group=-9)
    ada.send_raw({})  # nothing in it that is known
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Ruth", callback_data="p:ruth")]])
    await bot.send_message(ADA, "Who?", reply_markup=buttons)
    ada.press(ada.received[-1], "Ruth")
    ada.block()
    updates = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    messages = [update.message for update in updates if update.message]
    assert messages[0].entities[0].type == MessageEntity.BOT_COMMAND
    assert messages[1].from_user is not None
    assert messages[1].from_user.first_name == "Ada"
    assert [update.edited_message.text for update in updates if update.edited_message] == ["Hello, you"]
    assert messages[2].photo[-1].width == 160
    assert messages[3].document is not None
    assert messages[3].document.file_name == "cv.pdf"
    assert messages[4].voice is not None
    assert messages[5].sticker is not None
    assert messages[6].forward_origin is not None
    assert messages[7].chat.type == "group"
    assert messages[8].text is None
    assert updates[-2].callback_query is not None
    assert updates[-2].callback_query.data == "p:ruth"
    assert updates[-1].my_chat_member is not None
    assert updates[-1].my_chat_member.new_chat_member.status == "kicked"


async def test_what_it_sends_arrives(server: BotApiServer, bot: Bot) -> None:
    ada = server.user(ADA)
    await bot.send_chat_action(ADA, ChatAction.TYPING)
    assert ada.action == "typing"
    await bot.send_message_draft(ADA, 3, "Bold mo")
    assert ada.draft is not None
    bold = [MessageEntity(MessageEntity.BOLD, 0, 4)]
    sent = await bot.send_message(ADA, "Bold move", entities=bold, reply_markup=ReplyKeyboardMarkup([["a"]]))
    assert sent.entities == tuple(bold)
    assert ada.keyboard is not None
    edited = await bot.edit_message_text("Bolder", ADA, sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.text == "Bolder"
    document = InputFile(b"<p>hi</p>", filename="debrief.html")
    back = await bot.send_document(ADA, document, caption="Debrief", reply_markup=ReplyKeyboardRemove())
    assert back.document is not None
    assert (back.document.file_name, back.document.mime_type) == ("debrief.html", "text/html")
    assert ada.keyboard is None
    photo = ada.photo()
    updates = await bot.get_updates()
    assert updates[-1].message is not None
    file = await updates[-1].message.photo[-1].get_file()
    content = bytes(await file.download_as_bytearray())
    assert content == ada.open_file(photo)
    again = await bot.send_photo(ADA, content, caption="back")
    assert again.photo[-1].height == 90
    assert await bot.delete_message(ADA, again.message_id)
    await bot.send_voice(ADA, b"OggS", duration=3)
    kinds = [message.file.kind if message.file else "text" for message in ada.received]
    assert kinds == ["text", "document", "voice"]


async def test_it_registers_commands_and_descriptions(server: BotApiServer, bot: Bot) -> None:
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("end", "End the talk")], scope=scope)
    assert [one.command for one in await bot.get_my_commands(scope=scope)] == ["end"]
    await bot.set_my_description("Practise")
    await bot.set_my_short_description("Short")
    await bot.set_my_name("Feeler")
    assert (await bot.get_my_description()).description == "Practise"
    assert (await bot.get_my_short_description()).short_description == "Short"
    assert (await bot.get_my_name()).name == "Feeler"
    assert (await bot.get_webhook_info()).url == ""


async def test_refusals_become_its_own_errors(server: BotApiServer, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(ADA, "x" * 4097)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(4711, "x")
    sent = await bot.send_message(ADA, "same")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("same", ADA, sent.message_id)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("12345")
    server.user(ADA).block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ADA, "x")
    with pytest.raises(InvalidToken):
        await bot_of(server, "123:wrong").get_me()
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s")
    with pytest.raises(Conflict):
        await bot.get_updates()


async def test_faults_become_its_own_errors_and_say_whether_it_was_sent(
    server: BotApiServer, bot: Bot
) -> None:
    ada = server.user(ADA)
    server.fault("drop", method="sendMessage")  # carried out, response lost
    with pytest.raises(NetworkError):
        await bot.send_message(ADA, "dropped")
    server.fault("lose", method="sendMessage")  # not carried out
    with pytest.raises(NetworkError):
        await bot.send_message(ADA, "lost")
    server.fault("error", chat_id=ADA)
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(ADA, "error")
    server.fault("flood", method="sendMessage", seconds=7)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ADA, "flood")
    assert caught.value._retry_after.total_seconds() == 7
    server.fault("delay", method="sendMessage", seconds=5)  # carried out, but too late
    with pytest.raises(TimedOut):
        await bot.send_message(ADA, "late", read_timeout=0.2)
    server.fault("error", method="sendMessage", skip=1)
    await bot.send_message(ADA, "passes")
    assert [message.text for message in ada.received] == ["dropped", "late", "passes"]
    codes = [call.code for call in server.log.of("sendMessage")]
    assert codes == [0, 0, 500, 429, 200, 200]


async def test_flood_control_by_the_documented_rates() -> None:
    async with BotApiServer(rates=Rates(burst=3)) as server, bot_of(server) as bot:
        for user in (ADA, 1002):
            server.user(user).say("/start")
        for text in ("one", "two", "three"):
            await bot.send_message(ADA, text)
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(ADA, "four")
        assert caught.value._retry_after.total_seconds() == 1
        await bot.send_message(1002, "another chat is not held up")
        server.clock.advance(1)
        await bot.send_message(ADA, "four")
        for _ in range(5):
            await bot.send_message_draft(ADA, 1, "frame")
        with pytest.raises(RetryAfter):  # drafts have their own count
            await bot.send_message_draft(ADA, 1, "frame")
        assert server.log.peak("sendMessage", chat_id=ADA, window=60) == 4


async def test_thirty_messages_a_second_to_all_chats_together() -> None:
    async with BotApiServer(speed=1e-6) as server, bot_of(server) as bot:  # its clock all but stands still
        for user in range(1, 32):
            server.user(user).say("/start")
        for user in range(1, 31):
            await bot.send_message(user, "x")
        assert server.log.peak("sendMessage") == 30
        with pytest.raises(RetryAfter):
            await bot.send_message(31, "one too many")


async def test_a_restart_in_the_middle_loses_nothing(server: BotApiServer, bot: Bot) -> None:
    ada = server.user(ADA)
    await server.restart()
    ada.say("after the restart")
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["/start", "after the restart"]
    await bot.send_message(ADA, "I am back")
    assert ada.received[-1].text == "I am back"
