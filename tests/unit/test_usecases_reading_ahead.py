"""The engine reads what begins the next prompt while the person types; a turn that comes meanwhile waits."""

import asyncio
from datetime import UTC, datetime

from tests.readers import FedReader

from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import load_library
from feeler.ports import Ability, Likelihood, Scoring
from feeler.terminal.memory import MemoryArchive
from feeler.usecases.desk import Desk
from feeler.usecases.finding import NONE
from feeler.usecases.values import Chat

NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def test_opening_a_talk_and_a_colleague_coming_in_are_read_ahead_once_each() -> None:
    engine = ScriptedEngine()
    desk = Desk(library=load_library(), engine=engine, reader=FedReader(), archive=MemoryArchive())
    chat = (await desk.do(Chat(chat_id=7), "new", "emil", None, NOW)).chat
    await desk.means.ahead.done(7)
    chat = (await desk.hear(chat, "/help", None, NOW)).chat
    await desk.means.ahead.done(7)
    read = len(engine.asked)
    assert {request.sampling.max_tokens for request in engine.asked} == {1}
    await desk.do(chat, "persona", "johanna", None, NOW)
    await desk.means.ahead.done(7)
    assert len(engine.asked) == 2 * read
    assert "dry" in engine.asked[-1].messages[0].content  # Johanna's manner, not Emil's


async def test_a_line_sent_at_once_is_answered_after_the_reading() -> None:
    engine = ScriptedEngine()
    desk = Desk(library=load_library(), engine=engine, reader=FedReader(), archive=MemoryArchive())
    chat = (await desk.do(Chat(chat_id=7), "new", "emil", None, NOW)).chat
    outcome = await desk.hear(chat, "I ran a ferry for nine years.", None, NOW)
    assert engine.asked[0].sampling.max_tokens == 1
    assert len(engine.asked) > 1
    assert outcome.replies


class Choosing(ScriptedEngine):
    """An engine that chooses, and takes for ever to read a dossier until it is let."""

    can: frozenset[Ability] = frozenset({"likelihoods", "choosing"})

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()
        self.begun = self.read = 0

    async def likelihoods(self, asked: Scoring) -> tuple[tuple[Likelihood, ...], ...]:
        if asked.texts == (NONE,):
            self.begun += 1
            await self.let.wait()
            self.read += 1
        return tuple(tuple(Likelihood(nats=-1.0, tokens=1) for _ in asked.texts) for _ in asked.talks)


async def test_a_dossier_makes_way_for_a_message_and_is_read_on_after_it() -> None:
    engine = Choosing()
    desk = Desk(library=load_library(), engine=engine, reader=FedReader(), archive=MemoryArchive())
    chat = (await desk.do(Chat(chat_id=7), "new", "emil", None, NOW)).chat
    outcome = await desk.hear(chat, "I ran a ferry for nine years.", None, NOW)
    assert outcome.replies  # though the dossier is not read yet
    assert engine.read == 0
    engine.let.set()
    await desk.means.ahead.done(7)
    again = await desk.hear(outcome.chat, "The engine was older than me.", None, NOW)
    for _ in range(3):
        await asyncio.sleep(0)  # what is left to be read begins when the loop comes to it
    assert engine.read == 1
    await desk.hear(again.chat, "We called it the duchess.", None, NOW)
    assert engine.read == 1  # once is enough
