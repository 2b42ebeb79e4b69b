"""The engine reads what begins the next prompt while the person types; a turn that comes meanwhile waits."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.readers import FedReader

from feeler.interview.dossier import Known, Shares
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import load_library
from feeler.personas.values import Reveal
from feeler.terminal.memory import MemoryArchive
from feeler.usecases.desk import Desk
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


class Counting(FedReader):
    """Counts how often it is asked to compare, and what with."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def answers(self, before: str, question: str, things: Sequence[Known]) -> Shares:
        self.seen += [thing.text for thing in things]
        return super().answers(before, question, things)


async def test_what_the_company_knows_is_read_while_the_person_types() -> None:
    reader, library = Counting(), load_library()
    desk = Desk(library=library, engine=ScriptedEngine(), reader=reader, archive=MemoryArchive())
    await desk.do(Chat(chat_id=7), "new", "emil", None, NOW)
    await desk.means.ahead.done(7)
    await asyncio.gather(*desk.means.ahead.learning)
    told = [fact.text for fact in library.company("brandl").facts if fact.reveal is not Reveal.NEVER]
    assert set(told) < set(reader.seen)
