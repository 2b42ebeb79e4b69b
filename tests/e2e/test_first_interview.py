"""The first interview: the bot as its own process, over HTTP against the stand-in."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from feeler.phone.people import PhoneUser
from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown

ANSWERS = (
    "For twelve years I did government liaison in a PR firm; I got two ministries and a union to one table.",
    "They had not spoken for three years. I visited each alone and wrote down what they could live with.",
    "When the union walked out I drove after them and listened for four hours. They came back the next day.",
    "I explained a 900-page law to forty mayors in one afternoon, with three drawings on a flip chart.",
    "I left because I was selling other people's decisions. I would like to build something myself.",
    "What surprised me most was that people forgive a mistake if you are the one who calls first.",
    "I have no idea of your trade, but I know how to find out what somebody really needs.",
    "My team of six stayed with me for eight years; nobody was ever blamed in front of others.",
)
QUESTIONS = (
    "What does an ordinary day look like for the people here?",
    "What is the problem that costs you the most sleep?",
)


class Bot:
    """`feeler run` in a process of its own, against a stand-in."""

    def __init__(self, server: BotApiServer, home: Path, engine: str) -> None:
        self._server, self._home, self._engine = server, home, engine
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, timeout: float) -> None:  # noqa: ASYNC109
        """Start it, and return once it polls."""
        mine = {
            "FEELER_BOT_TOKEN": self._server.token,
            "FEELER_API_BASE_URL": self._server.api_base_url,
            "FEELER_API_FILE_URL": self._server.file_base_url,
            "FEELER_DATA_DIR": str(self._home),
            "FEELER_ENGINE": self._engine,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FEELER_")}
        for name in ("FEELER_CACHE_DIR", "FEELER_THREADS"):
            kept |= {name: os.environ[name]} if name in os.environ else {}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "feeler", "run", env=kept | mine, cwd=self._home
        )
        polling = asyncio.create_task(self._server.bot_polls())
        ended = asyncio.create_task(self._process.wait())
        await asyncio.wait({polling, ended}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        up = polling.done()
        polling.cancel()
        ended.cancel()
        assert up, "the bot did not come up"

    async def end(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End it as a supervisor would, or worse."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(with_signal)
            await asyncio.wait_for(self._process.wait(), 60)


@asynccontextmanager
async def running(home: Path, engine: str, *, timeout: float = 60) -> AsyncIterator[tuple[Bot, PhoneUser]]:  # noqa: ASYNC109
    """A stand-in with a bot that polls it, and somebody with a phone."""
    async with BotApiServer() as server:
        bot = Bot(server, home, engine)
        try:
            await bot.start(timeout)
            yield bot, server.user(1001, "Dana")
        finally:
            await bot.end()


def saying(words: str) -> Callable[[Shown], bool]:
    return lambda message: words.casefold() in message.text.casefold()


def from_interviewer(message: Shown) -> bool:
    return not message.text.startswith("🧭") and message.file is None


def a_file(ending: str) -> Callable[[Shown], bool]:
    return lambda message: message.file is not None and message.file.name.endswith(ending)


async def hold_interview(person: PhoneUser, patience: float) -> None:
    """/start to /end: ten turns, a colleague who joins, two questions to the company."""
    await person.wait_for(saying("who are you"), after=person.say("/start"))
    await person.wait_for(saying("curious"), after=person.say("I'm Dana, twelve years in a PR firm."))
    await person.wait_for(from_interviewer, patience, after=person.say("/skip"))
    for number, answer in enumerate(ANSWERS):
        if number == 5:
            listed = await person.wait_for(saying("/persona "), after=person.say("/persona"))
            colleague = next(label for label in listed.labels if label.startswith("🚪"))
            pressed = person.chat[-1]
            person.press(listed, colleague)
            await person.wait_for(from_interviewer, patience, after=pressed)
        await person.wait_for(from_interviewer, patience, after=person.say(answer))
    for question in QUESTIONS:
        await person.wait_for(from_interviewer, patience, after=person.say(question))


async def end_interview(person: PhoneUser, patience: float) -> tuple[Shown, str]:
    """What /end brought: the first message of the summary; and the words that /transcript gives."""
    ending = person.say("/end")
    summary = await person.wait_for(saying("what you learned"), patience, after=ending)
    await person.wait_for(a_file(".html"), patience, after=ending)
    file = await person.wait_for(a_file(".txt"), patience, after=person.say("/transcript"))
    return summary, person.open_file(file).decode()


def check_transcript(transcript: str) -> None:
    """Every word of the candidate's is in it, in order, between lines of at least two interviewers."""
    places = [transcript.find(said) for said in (*ANSWERS, *QUESTIONS)]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.slow
async def test_a_whole_interview_without_a_model(tmp_path: Path) -> None:
    async with running(tmp_path, "scripted") as (_, person):
        await hold_interview(person, 15)
        summary, transcript = await end_interview(person, 30)
    assert summary.text.startswith("🧭 Coach:")
    check_transcript(transcript)


@pytest.mark.model
async def test_a_whole_interview_with_the_real_model(tmp_path: Path) -> None:
    async with running(tmp_path, "auto", timeout=120) as (_, person):
        await hold_interview(person, 90)
        summary, transcript = await end_interview(person, 90)
    assert summary.text.startswith("🧭 Coach:")
    check_transcript(transcript)
    company = [message.text for message in person.received if from_interviewer(message)]
    assert len(set(company)) == len(company)  # never twice the same line


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_a_restart_in_mid_talk_loses_nothing(tmp_path: Path, end: signal.Signals) -> None:
    async with running(tmp_path, "scripted") as (bot, person):
        await person.wait_for(from_interviewer, 60, after=person.say("/new emil"))
        await person.wait_for(from_interviewer, 60, after=person.say(ANSWERS[0]))
        await bot.end(end)
        meanwhile = person.say(ANSWERS[1])
        await bot.start(30)
        await person.wait_for(from_interviewer, 60, after=meanwhile)
        _, transcript = await end_interview(person, 30)
    assert transcript.index(ANSWERS[0]) < transcript.index(ANSWERS[1])


@pytest.mark.slow
async def test_everything_odd_gets_an_answer_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, "scripted") as (_, person):
        await person.wait_for(from_interviewer, 60, after=person.say("/new emil"))
        said = await person.wait_for(from_interviewer, 60, after=person.say(ANSWERS[0]))
        odd: tuple[Callable[[], Shown], ...] = (
            lambda: person.sticker(),
            lambda: person.photo(),
            lambda: person.voice(),
            lambda: person.document("cv.txt", b"My life"),
            lambda: person.forward("I was fired."),
            lambda: person.edit(said.id - 1, "I ran two."),
            lambda: person.say("🙂"),
            lambda: person.say("/fly"),
        )
        for do in odd:
            before = person.chat[-1]
            do()
            answer = await person.wait_for(after=before)
            assert answer.text.startswith("🧭 Coach:")
        await person.wait_for(from_interviewer, 60, after=person.say(ANSWERS[1]))
        _, transcript = await end_interview(person, 30)
    assert transcript.index(ANSWERS[0]) < transcript.index(ANSWERS[1])


@pytest.mark.model
async def test_stop_answers_while_the_model_writes(tmp_path: Path) -> None:
    async with running(tmp_path, "auto", timeout=120) as (_, person):
        await person.wait_for(from_interviewer, 60, after=person.say("/new emil"))
        person.say(ANSWERS[0])
        await person.wait_until(lambda: person.action or person.draft, 60)
        await person.wait_for(saying("stopped"), 60, after=person.say("/stop"))
        await person.wait_for(from_interviewer, 60, after=person.say("/again"))
