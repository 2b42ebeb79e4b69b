"""Pastes, albums, edits and topics over real HTTP, from the phone to the bot and back."""

from pathlib import Path

import pytest
from tests.e2e.test_durability_behaviour import _nothing_waits, _until, interviewing

from feeler.phone.server import BotApiServer
from feeler.store.database import Transaction
from feeler.store.tables import reminder, turn
from feeler.telegram.reminding import calls_of
from feeler.usecases.texts import MARK


async def test_a_long_paste_is_one_line_and_an_album_one_with_its_caption(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:
        ada = server.user(1001, "Ada")
        begun = ada.say("/new emil")
        await ada.wait_for(lambda shown: not shown.text.startswith(MARK), after=begun)
        paste = " ".join(f"In year {year} I repaired bridge number {year}." for year in range(160))
        paste = paste[:6270]
        sent = ada.say(paste)
        answer = await ada.wait_for(lambda shown: not shown.text.startswith(MARK), after=sent)
        ada.touch(sent)
        pictures = ada.album(3, "This is the bridge I mended last.")
        await ada.wait_for(lambda shown: not shown.text.startswith(MARK), after=pictures[-1])
        later = [shown.text for shown in ada.received if shown.id > answer.id]
        assert sum("cannot see" in text for text in later) == 1
        assert not any("edit" in text for text in later)
        said = [line.text for line in (await store.talks(1001))[0].lines if line.speaker.value == "candidate"]
        assert said == [paste, "This is the bridge I mended last."]


async def test_an_answer_goes_into_the_topic_it_was_asked_in(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path):
        ada = server.user(1001, "Ada")
        ada.send_raw({"text": "/help", "message_thread_id": 9, "is_topic_message": True})
        assert (await ada.wait_for()).topic == 9


async def test_a_reminder_comes_into_the_topic_it_was_asked_for_in_after_a_restart_too(
    tmp_path: Path,
) -> None:
    async with BotApiServer() as server:
        ada = server.user(1001, "Ada")
        async with interviewing(server, tmp_path) as store:
            for text in ("/new emil", "I ran a bakery for ten years.", "/end", "/remind month"):
                sent = ada.send_raw({"text": text, "message_thread_id": 9, "is_topic_message": True})
            noted = await ada.wait_for(lambda shown: "Noted: my question" in shown.text, after=sent)
            await _until(lambda: _nothing_waits(store))
        async with interviewing(server, tmp_path) as store:
            await store._database.run(lambda tx: tx.execute(reminder.update().values(due=0)))
            assert await store.remind(calls_of, 50) == 1
            told = await ada.wait_for(lambda shown: "how did it go?" in shown.text, after=noted)
            assert told.topic == 9


async def test_what_belongs_to_a_deleted_topic_comes_into_the_chat_itself(tmp_path: Path) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:
        ada = server.user(1001, "Ada")
        ada.delete_topic(9)
        ada.send_raw({"text": "/help", "message_thread_id": 9, "is_topic_message": True})
        answer = await ada.wait_for()
        assert "/start" in answer.text
        assert answer.topic is None
        assert (await store.counts()).quarantined == 0


@pytest.mark.parametrize(("lane", "body"), [("chat", "{"), ("aside", ""), ("stop", "[]"), ("errand", "x\ty")])
async def test_what_cannot_be_read_any_more_holds_up_nobody(tmp_path: Path, lane: str, body: str) -> None:
    async with BotApiServer() as server, interviewing(server, tmp_path) as store:

        def leave(tx: Transaction) -> None:
            row = {
                "bot_id": store.bot_id,
                "update_id": 1,
                "chat_id": 1001,
                "state": "new",
                "received": tx.now,
            }
            tx.execute(turn.insert().values(**row, lane=lane, body=body))

        ada = server.user(1001, "Ada")
        await ada.ask("/help")
        await store._database.run(leave)
        await ada.wait_for(lambda shown: "No talk" in shown.text, after=ada.say("/history"))
        await _until(lambda: _nothing_waits(store))
