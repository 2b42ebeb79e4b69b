"""What a user notices at the desk: each command, and everything that may arrive instead of one."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.readers import real_reader

from feeler.errors import EngineUnavailable
from feeler.interview.values import Difficulty, Interview, Speaker
from feeler.llm.scripted import ScriptedEngine
from feeler.personas.library import Library, load_library
from feeler.ports import Engine, Piece, Reader, Request
from feeler.terminal.memory import MemoryArchive
from feeler.usecases.commands import COMMANDS, parse_command
from feeler.usecases.desk import Desk
from feeler.usecases.starting import name_in
from feeler.usecases.values import Chat, Outcome, Reply

LIBRARY = load_library()
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STORY = "I ran a bakery for ten years and I know what flour dust does to a gearbox."


class Person:
    """Somebody at the desk, who remembers what came back."""

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        reader: Reader | None = None,
        library: Library = LIBRARY,
        budget: int = 16,
    ) -> None:
        self.archive = MemoryArchive()
        self.desk = Desk(
            library=library,
            engine=engine or ScriptedEngine(),
            reader=reader or real_reader(),
            archive=self.archive,
            budget=budget,
        )
        self.chat = Chat(chat_id=7)
        self.outcome = Outcome(chat=self.chat)

    async def __call__(self, *said: str) -> str:
        """Say one thing after the other; the text of what came back to the last."""
        for text in said:
            self.outcome = await self.desk.hear(self.chat, text, None, NOW)
            self.chat = self.outcome.chat
            while self.outcome.errand:
                more = await self.desk.run(self.chat, self.outcome.errand, None, NOW)
                self.chat, self.outcome = (
                    more.chat,
                    Outcome(chat=more.chat, replies=self.outcome.replies + more.replies, errand=more.errand),
                )
            if self.chat.interview:
                self.archive.remember(7, self.chat.interview)
        return "\n".join(reply.text for reply in self.outcome.replies)

    @property
    def talk(self) -> Interview:
        assert self.chat.interview is not None
        return self.chat.interview

    @property
    def replies(self) -> tuple[Reply, ...]:
        return self.outcome.replies

    @property
    def buttons(self) -> list[str]:
        return [button.data for reply in self.replies for row in reply.buttons for button in row]

    def company_lines(self) -> list[str]:
        return [line.text for line in self.talk.lines if line.speaker is Speaker.COMPANY]


async def test_start_asks_who_and_what_then_the_interviewer_opens() -> None:
    person = Person()
    assert "who are you" in await person("/start")
    assert "curious" in await person("I'm Dana, twelve years of government liaison.")
    await person("Hospitals and ambulances")
    assert person.chat.candidate.name == "Dana"
    assert person.chat.candidate.curious == "Hospitals and ambulances"
    assert person.talk.company == "tamarack"
    assert person.replies[-1].speaker is Speaker.COMPANY
    assert person.talk.candidate == person.chat.candidate


async def test_both_questions_may_be_skipped() -> None:
    person = Person()
    await person("/start", "/skip", "/skip")
    assert person.company_lines() == [LIBRARY.persona(person.talk.persona).opening]


async def test_a_persona_may_be_chosen_instead_of_answering_the_questions() -> None:
    person = Person()
    await person("/start", "/persona nadia")
    assert person.talk.persona == "nadia"
    await person(STORY)
    assert person.talk.turn == 1


async def test_start_in_the_middle_of_a_talk_loses_nothing() -> None:
    person = Person()
    await person("/new emil", STORY)
    before = person.chat
    assert "Emil" in await person("/start")
    assert person.chat == before


async def test_a_plain_message_out_of_the_blue_begins_a_talk_with_it() -> None:
    person = Person()
    await person(STORY)
    assert [line.text for line in person.talk.lines if line.speaker is Speaker.CANDIDATE] == [STORY]
    assert [reply.speaker for reply in person.replies][-2:] == [Speaker.COMPANY, Speaker.COMPANY]


async def test_a_colleague_joins_and_the_talk_goes_on() -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    await person("/persona johanna")
    assert person.talk.id == talk.id
    assert person.talk.persona == "johanna"
    assert person.talk.lines[: len(talk.lines)] == talk.lines
    assert person.replies[-1].speaker is Speaker.COMPANY


async def test_somebody_from_elsewhere_starts_a_new_talk_and_undo_leads_back() -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    assert "/undo" in await person("/persona Nadia")
    assert (person.talk.persona, person.talk.turn) == ("nadia", 0)
    await person("/undo")
    assert person.talk == talk


async def test_persona_without_a_name_lists_everybody_and_has_a_command_for_each_button() -> None:
    person = Person()
    text = await person("/persona")
    assert len(person.buttons) == len(LIBRARY.personas)
    assert all(f"({button})" in text for button in person.buttons)


@pytest.mark.parametrize("given", ["emi", "../emil", "nobody at all", "ÉMIL", "x" * 3000, "%s {0} {name}"])
async def test_a_persona_that_does_not_exist_is_answered_kindly(given: str) -> None:
    person = Person()
    text = await person(f"/persona {given}")
    assert "/persona lists everybody" in text
    assert len(text) < 300
    assert person.chat.interview is None


async def test_companies_shows_every_company_with_its_people() -> None:
    text = await Person()("/companies")
    assert all(firm.name in text for firm in LIBRARY.companies.values())
    assert all(persona.name in text for persona in LIBRARY.personas.values())


async def test_undo_takes_back_the_last_message_and_its_answer() -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    await person("Forget that I said this.")
    text = await person("/undo")
    assert person.talk == talk
    assert talk.lines[-1].text in text
    assert "nothing to take back" in await person("/undo")


async def test_after_undo_the_next_line_goes_to_the_interviewer_whatever_was_asked_before() -> None:
    person = Person()
    await person("/new emil", STORY, "/end", "/start", "/undo", "And I can bake.")
    assert person.talk.turn == 2
    assert person.chat.candidate.background == ""


async def test_hint_names_topics_and_ways_to_ask_but_no_ready_question() -> None:
    person = Person()
    text = await person("/new emil", "/hint")
    assert len(person.replies[0].keyboard or ()) == 3
    assert "• A day at work: " in text
    assert "What people earn: " in await person("/hint pay")
    assert "Topics I can hint at" in await person("/hint quantum")


async def test_history_and_compare_bring_back_what_was_said_before() -> None:
    person = Person()
    day = "What does an ordinary day look like for the people here?"
    await person("/new emil", STORY, day, "/end", "/new nadia", STORY, day, "/end")
    listed = await person("/history")
    assert listed.index("Nadia") < listed.index("Emil")
    assert person.replies[-1].picture is not None
    side_by_side = await person("/compare day")
    assert "Emil" in side_by_side
    assert "Nadia" in side_by_side
    assert "Emil Wagner" in await person("/summary 2")
    assert "no talk number 3" in await person("/summary 3")


@pytest.mark.parametrize("kind", ["md", "json", "txt", "html", "pdf"])
async def test_the_transcript_comes_in_every_format(kind: str) -> None:
    person = Person()
    await person("/new emil", STORY, f"/transcript {kind}")
    [file] = [reply.document for reply in person.replies if reply.document]
    assert file.filename.endswith(f".{kind}")
    assert len(file.content) > 500


@pytest.mark.parametrize("wrong", ["docx", "PDF9", "pdf nine", "pdf 99999999999999999999", "0", "²"])
async def test_a_transcript_that_cannot_be_had_is_explained(wrong: str) -> None:
    person = Person()
    await person("/new emil", STORY, f"/transcript {wrong}")
    assert not any(reply.document for reply in person.replies)


async def test_settings_change_the_next_talk() -> None:
    person = Person()
    await person("/settings tough", "/settings 12", "/new emil")
    assert (person.talk.difficulty, person.talk.budget) == (Difficulty.TOUGH, 12)
    assert "tough" in await person("/settings")


@pytest.mark.parametrize("wrong", ["brutal", "9", "25", "-3", "٣٣٣٣", "1e3", "²", "💪"])
async def test_a_wrong_setting_is_refused_and_changes_nothing(wrong: str) -> None:
    person = Person()
    assert "is not a setting" in await person(f"/settings {wrong}")
    assert person.chat == Chat(chat_id=7)


async def test_forget_asks_once_and_then_deletes() -> None:
    person = Person()
    await person("/new emil", STORY)
    assert "Really" in await person("/forget")
    assert not person.outcome.forget
    await person("/forget yes")
    assert person.outcome.forget
    assert person.chat == Chat(chat_id=7)


@pytest.mark.parametrize("answer", ["yes", "Yes.", "YES", "delete everything"])
async def test_forget_takes_a_plain_yes(answer: str) -> None:
    person = Person()
    await person("/new emil", STORY, "/forget", answer)
    assert person.outcome.forget


@pytest.mark.parametrize("answer", ["no", "/forget no", "/forget maybe"])
async def test_forget_keeps_everything_without_a_yes(answer: str) -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    await person("/forget", answer)
    assert not person.outcome.forget
    assert person.talk == talk


async def test_a_yes_much_later_deletes_nothing() -> None:
    person = Person()
    await person("/new emil", "/forget", STORY, "yes")
    assert not person.outcome.forget
    assert person.talk.turn == 2


@pytest.mark.parametrize("step", [*(f"/{it.name}" for it in COMMANDS if it.name != "forget"), "🙂", "/fly"])
async def test_a_yes_after_any_other_step_deletes_nothing(step: str) -> None:
    person = Person()
    await person("/new emil", STORY, "/forget", step, "Yes.")
    assert not person.outcome.forget
    assert person.chat.interview is not None


async def test_when_the_time_is_over_the_coach_offers_the_end_once() -> None:
    person = Person(budget=10)
    await person("/new emil")
    offers = [("/end gives you" in await person(f"{STORY} {number}")) for number in range(12)]
    assert offers == [False] * 9 + [True] + [False] * 2


async def test_an_interviewer_who_was_taken_off_the_list_is_explained() -> None:
    person = Person()
    await person("/new emil", STORY)
    smaller = Library(
        personas={slug: it for slug, it in LIBRARY.personas.items() if slug != "emil"},
        companies=LIBRARY.companies,
    )
    person.desk = Person(library=smaller).desk
    assert "/persona" in await person("Are you still there?")
    assert await person("/end")


async def test_a_goodbye_before_the_time_is_over_offers_the_end_too() -> None:
    person = Person()
    text = await person("/new emil", STORY, "Goodbye, I have to go now.")
    assert "/end gives you" in text
    assert "time you had" not in text


async def test_end_closes_with_a_glance_and_the_document_with_the_transcript() -> None:
    person = Person()
    await person("/new emil", STORY, "What does an ordinary day look like at your place?")
    shown = await person("/end")
    assert person.talk.ended is not None
    assert "What you learned from Emil Wagner" in shown
    assert len(person.replies) <= 5  # the glance, the note, picture, document, and how ready one feels
    files = [reply.document for reply in person.replies if reply.document]
    assert any(STORY.encode() in file.content for file in files)
    assert "What to try next time" in await person("/summary advice")
    assert "The role they might create" in await person("/summary role")
    assert "advice, well, seen" in await person("/summary nonsense")
    assert "has ended" in await person("One more thing")


async def test_undo_after_end_opens_the_talk_again() -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    await person("/end", "/undo")
    assert person.talk == talk


@pytest.mark.parametrize(
    "command", ["/end", "/summary", "/transcript", "/history", "/compare", "/hint", "/undo"]
)
async def test_commands_that_need_a_talk_say_so_without_one(command: str) -> None:
    person = Person()
    assert 0 < len(await person(command)) < 300
    assert person.chat.interview is None


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
@pytest.mark.parametrize("argument", ["", " ", " 🙂", " {x} %s", " " + "y" * 3900])
async def test_every_command_answers_whatever_follows_it(command: str, argument: str) -> None:
    person = Person()
    await person("/new emil", STORY)
    assert await person(f"/{command}{argument}")


async def test_help_names_every_listed_command() -> None:
    text = await Person()("/help")
    assert all(f"/{command.name}" in text for command in COMMANDS if command.listed)
    assert len(text) < 1500


async def test_help_shows_what_may_follow_a_command_and_it_works() -> None:
    person = Person()
    text = await person("/help")
    assert "/summary [part] [number]" in text
    assert "/transcript [md|json|txt|html|pdf] [number]" in text
    assert "/settings [warm|neutral|tough|10-24|country XX|zone XX]" in text
    await person("/new emil", STORY, "/new ruth", STORY, "/transcript md 2")
    [file] = [reply.document for reply in person.replies if reply.document]
    assert "emil" in file.filename
    assert "24 messages" in await person("/settings 24")


@pytest.mark.parametrize(
    ("odd", "answer"),
    [
        ("", "without any words"),
        ("  \n ", "without any words"),
        ("🙂🙃", "only read words"),
        ("?!…", "only read"),
    ],
)
async def test_what_holds_no_words_is_kept_back(odd: str, answer: str) -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    assert answer in await person(odd)
    assert person.talk == talk


async def test_a_message_of_20000_characters_is_declined_and_nothing_is_lost() -> None:
    person = Person()
    await person("/new emil", STORY)
    talk = person.talk
    assert "20,000 characters" in await person("word " * 4000)
    assert person.talk == talk


async def test_an_unknown_command_suggests_the_nearest() -> None:
    assert "Did you mean /transcript?" in await Person()("/transkript")


async def test_stop_ends_a_generation_and_keeps_the_line() -> None:
    engine = Endless()
    person = Person(engine)
    await person("/new emil")
    writing = asyncio.create_task(person(STORY))
    await asyncio.wait_for(engine.begun.wait(), 60)
    assert person.desk.stop(7)
    async with asyncio.timeout(60):
        await writing
    assert engine.ended
    assert person.talk.lines[-1].text == STORY
    assert "/again" in await person("/stop")


async def test_again_has_the_stopped_line_answered() -> None:
    person = Person(Interrupted(EngineUnavailable("away")))
    await person("/new emil")
    assert "/again" in await person(STORY)
    assert person.talk.lines[-1].text == STORY
    person.desk = Person().desk
    await person("/again")
    assert [line.text for line in person.talk.lines].count(STORY) == 1
    assert person.talk.lines[-1].speaker is Speaker.COMPANY


async def test_stop_without_anything_to_stop_says_so() -> None:
    person = Person()
    assert "Nothing is being written" in await person("/new emil", STORY, "/stop")


async def test_cancelling_from_outside_is_not_taken_for_a_stop() -> None:
    engine = Endless()
    person = Person(engine)
    await person("/new emil")
    writing = asyncio.create_task(person(STORY))
    await asyncio.wait_for(engine.begun.wait(), 60)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing


async def test_export_holds_what_was_said() -> None:
    person = Person()
    await person("/new emil", STORY, "/export")
    [document] = [reply.document for reply in person.replies if reply.document]
    assert STORY.encode() in document.content


TYPED = st.one_of(
    st.text(max_size=60),
    st.sampled_from([f"/{command.name}" for command in COMMANDS]),
    st.builds("/{} {}".format, st.sampled_from([it.name for it in COMMANDS]), st.text(max_size=20)),
    st.sampled_from([STORY, "What do people earn?", "yes", "/persona johanna", "/new nadia", "\x00\ud800"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TYPED, max_size=6))
async def test_whatever_is_typed_in_whatever_order_gets_an_answer(typed: list[str]) -> None:
    person = Person()
    for text in typed:
        assert await person(text)
        assert len(person.outcome.replies) <= 9
        if person.chat.interview is not None:
            numbers = [line.number for line in person.talk.lines]
            assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/persona nadia", ("persona", "nadia")),
        ("/Persona@feeler_bot  Nadia ", ("persona", "Nadia")),
        ("/help", ("help", "")),
        ("/transcript\npdf", ("transcript", "pdf")),
        ("\ufeff/help\u200b", ("help", "")),
        ("\u200e/persona\u200bNadia\u3164 ", ("persona", "Nadia")),
        ("\u200b\u3164/", None),
        ("/", None),
        ("/ help", None),
        ("and/or", None),
        ("//help", None),
    ],
)
def test_parsing_a_command(text: str, command: tuple[str, str] | None) -> None:
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi, I'm Dana, twelve years in PR", "Dana"),
        ("My name is José-Luis.", "José-Luis"),
        ("I am retired", ""),
        ("I'm Polish, living in Leeds", ""),
        ("i'm dana", ""),
        ("I'm Dana and I drive trams", "Dana"),
        ("", ""),
    ],
)
def test_the_name_somebody_gives_themselves(text: str, name: str) -> None:
    assert name_in(text) == name


class Endless(ScriptedEngine):
    """An engine that never comes to an end by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.can = frozenset()  # one that was not taught writes every line
        self.begun = asyncio.Event()
        self.ended = False

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        if request.sampling.max_tokens == 1:  # reading ahead
            return
        try:
            self.begun.set()
            yield Piece(draft=0, text="Well", tokens=1)
            await asyncio.Event().wait()
        finally:
            self.ended = True


class Interrupted(Engine):
    """An engine that cannot answer."""

    name = "interrupted"
    wants_drafts = 1

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def stream(self, request: Request) -> AsyncGenerator[Piece, None]:
        raise self._error
        yield Piece(draft=0, text="")

    async def close(self) -> None: ...


class Counting(MemoryArchive):
    """Counts how often the talks are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    async def talks(self, chat_id: int) -> tuple[Interview, ...]:
        self.read += 1
        return await super().talks(chat_id)


async def test_the_talks_of_before_are_read_once_for_a_debrief() -> None:
    archive = Counting()
    desk = Desk(library=LIBRARY, engine=ScriptedEngine(), reader=real_reader(), archive=archive)
    chat = Chat(chat_id=7)
    for said in ("/new emil", STORY, "What goes wrong at your place?", "I see. And then?"):
        chat = (await desk.hear(chat, said, None, NOW)).chat
    archive.read = 0
    ended = await desk.hear(chat, "/end", None, NOW)
    assert archive.read == 1
    assert ended.chat.interview
    archive.remember(7, ended.chat.interview)
    rest = await desk.run(ended.chat, ended.errand, None, NOW)
    assert archive.read == 2
    assert rest.replies
