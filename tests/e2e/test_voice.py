"""Voice notes both ways on Telegram: python-telegram-bot, the stand-in, the store, the real models."""

import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.durability.bots import running
from tests.readers import FedReader
from tests.speech import music, needs_speech, noise, samples_of, silence, spoken, wav

from feeler.cli.phone import settings_for
from feeler.compose import build_desk, build_library, opened_store, running_speech
from feeler.llm.scripted import ScriptedEngine
from feeler.phone.people import PhoneUser
from feeler.phone.server import BotApiServer
from feeler.phone.values import Shown
from feeler.settings import Settings
from feeler.store import Store
from feeler.telegram.delivery import AGAIN
from feeler.usecases.texts import MARK, NOT_WHAT_I_SAID, WHAT_I_SAID

pytestmark = [pytest.mark.voice, pytest.mark.slow, needs_speech]

STORY = "I ran a kitchen of 11 people, and on my first evening the fish did not arrive."
MORE = "I called 3 suppliers, and one of them drove over with salmon in his own car."
PATIENCE = 600.0  # seconds, for machines that are very busy


@asynccontextmanager
async def bot_on(server: BotApiServer, folder: Path, *, ears: bool = True) -> AsyncIterator[Store]:
    """The bot as it is, on the scripted engine."""
    given = Settings(_env_file=None, data_dir=folder, engine="scripted")
    settings = settings_for(server, given)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened_store(settings))
        speech = await stack.enter_async_context(running_speech(settings)) if ears else (None, None)
        desk = build_desk(settings, build_library(settings), ScriptedEngine(), store, FedReader(), speech)
        async with running(settings, desk, store):
            yield store


@asynccontextmanager
async def talking(folder: Path) -> AsyncIterator[tuple[PhoneUser, Store, BotApiServer]]:
    """Ada in a talk with Emil."""
    async with BotApiServer(rates=None) as server, bot_on(server, folder) as store:
        ada = server.user(1001, "Ada")
        await ada.wait_for(of_company, PATIENCE, after=ada.say("/new emil"))
        yield ada, store, server


def of_company(message: Shown) -> bool:
    return bool(message.text) and not message.text.removeprefix("↻ ").startswith(MARK)


def of_coach(message: Shown) -> bool:
    return message.text.startswith(MARK)


def lines_of(chat: object) -> list[str]:
    return [line.text for line in chat.interview.lines]  # type: ignore[attr-defined]


async def test_a_voice_note_is_understood_shown_and_answered_in_kind(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, store, _server):
        note = ada.voice(spoken(STORY), 5)
        heard = await ada.wait_for(of_coach, PATIENCE, after=note)
        assert heard.reply_to == note.id
        assert "kitchen" in heard.text
        assert [button.label for row in heard.buttons for button in row] == [NOT_WHAT_I_SAID]
        answer = await ada.wait_for(of_company, PATIENCE, after=heard)
        assert answer.file
        assert answer.file.kind == "voice"
        assert ada.open_file(answer).startswith(b"OggS")
        assert len(samples_of(ada.open_file(answer))) > 16_000
        talk = (await store.chat(1001)).interview
        said = next(line for line in talk.lines if line.speech)
        assert said.speech.words == len(said.text.split())
        typed = await ada.wait_for(of_company, PATIENCE, after=ada.say("And now I am curious about you."))
        assert typed.file is None  # who writes reads


async def test_numbers_are_shown_exactly_and_stand_out(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, _, _server):
        heard = await ada.wait_for(
            of_coach, PATIENCE, after=ada.voice(spoken("My budget was 85,000 euros in 2017."), 4)
        )
        bold = [
            heard.text[one["offset"] : one["offset"] + one["length"]]
            for one in heard.entities
            if one["type"] == "bold"
        ]
        assert bold
        assert all(number in heard.text for number in bold)
        assert "look at the numbers" in heard.text


async def test_what_was_misheard_is_taken_back_and_can_be_said_again(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, store, _server):
        before = lines_of(await store.chat(1001))
        heard = await ada.wait_for(of_coach, PATIENCE, after=ada.voice(spoken(STORY), 5))
        await ada.wait_for(of_company, PATIENCE, after=heard)
        ada.press(heard, NOT_WHAT_I_SAID)
        await ada.wait_for(lambda one: "Taken back" in one.text, PATIENCE)
        assert lines_of(await store.chat(1001)) == before
        again = await ada.wait_for(of_coach, PATIENCE, after=ada.voice(spoken(MORE), 5))
        await ada.wait_for(of_company, PATIENCE, after=again)
        assert len(lines_of(await store.chat(1001))) == len(before) + 2
        ada.press(heard, NOT_WHAT_I_SAID)  # the old button, once more
        await ada.wait_for(lambda one: "The talk has gone on" in one.text, PATIENCE)
        assert len(lines_of(await store.chat(1001))) == len(before) + 2


async def test_what_is_hard_to_hear_counts_only_once_it_is_confirmed(tmp_path: Path) -> None:
    clear = samples_of(spoken(STORY, "bass"))
    level = float(np.sqrt((clear**2).mean()))
    async with talking(tmp_path) as (ada, store, _server):
        before = lines_of(await store.chat(1001))
        for loud in (1.0, 1.5, 2.0, 2.5, 3.0, 4.0):  # until it is in doubt
            murky = clear + loud * level * noise(len(clear) / 16_000, seed=3)[: len(clear)] / 0.1
            asked = await ada.wait_for(of_coach, PATIENCE, after=ada.voice(wav(murky), 5))
            if "does not count yet" in asked.text:
                break
            if "I heard:" in asked.text:
                await ada.wait_for(of_company, PATIENCE, after=asked)
                ada.press(asked, NOT_WHAT_I_SAID)
                await ada.wait_for(lambda one: "Taken back" in one.text, PATIENCE, after=asked)
        assert "does not count yet" in asked.text
        assert lines_of(await store.chat(1001)) == before
        ada.press(asked, WHAT_I_SAID)
        await ada.wait_for(of_company, PATIENCE, after=asked)
        assert len(lines_of(await store.chat(1001))) == len(before) + 2


async def test_what_cannot_be_heard_gets_a_kind_answer_and_the_talk_stands(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, store, _server):
        before = await store.chat(1001)
        odd: tuple[tuple[Callable[[], Shown], str], ...] = (
            (lambda: ada.voice(wav(silence(4)), 4), "heard nobody"),
            (lambda: ada.voice(wav(music(8)), 8), "heard "),
            (lambda: ada.voice(b"OggS", 3), "no sound in that file"),
            (lambda: ada.voice(spoken(STORY), 301), "longer than five minutes"),
            (lambda: ada.audio("a.mp3", b"\0" * 20_000_001), "larger than 20 MB"),
        )
        for send, said in odd:
            note = send()
            answer = await ada.wait_for(of_coach, PATIENCE, after=note)
            assert said in answer.text
            assert answer.reply_to == note.id
        assert await store.chat(1001) == before


async def test_sound_files_and_round_videos_are_heard_too(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, _, _server):
        ways: tuple[Callable[[], Shown], ...] = (
            lambda: ada.audio("talk.wav", wav(samples_of(spoken(STORY))), "audio/wav"),
            lambda: ada.document("talk.wav", wav(samples_of(spoken(STORY))), "audio/wav"),
            lambda: ada.video_note(_video(samples_of(spoken(STORY)))),
        )
        for send in ways:
            heard = await ada.wait_for(of_coach, PATIENCE, after=send())
            assert "kitchen" in heard.text
            await ada.wait_for(of_company, PATIENCE, after=heard)


async def test_the_first_questions_can_be_answered_aloud(tmp_path: Path) -> None:
    async with BotApiServer(rates=None) as server, bot_on(server, tmp_path) as store:
        ada = server.user(1001, "Ada")
        await ada.wait_for(lambda one: "who are you" in one.text, PATIENCE, after=ada.say("/start"))
        heard = await ada.wait_for(of_coach, PATIENCE, after=ada.voice(spoken(STORY), 5))
        await ada.wait_for(lambda one: "curious about" in one.text, PATIENCE, after=heard)
        assert "kitchen" in (await store.chat(1001)).candidate.background
        ada.press(heard, NOT_WHAT_I_SAID)
        await ada.wait_for(lambda one: "who are you" in one.text, PATIENCE, after=ada.chat[-1])


async def test_voice_on_covers_the_words_and_off_leaves_them_alone(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, _, _server):
        await ada.wait_for(of_coach, PATIENCE, after=ada.say("/voice on"))
        answer = await ada.wait_for(of_company, PATIENCE, after=ada.say("I was a nurse for years."))
        assert answer.file
        assert [one["type"] for one in answer.entities] == ["spoiler"]
        await ada.wait_for(of_coach, PATIENCE, after=ada.say("/voice off"))
        heard = await ada.wait_for(of_coach, PATIENCE, after=ada.voice(spoken(MORE), 5))
        answer = await ada.wait_for(of_company, PATIENCE, after=heard)
        assert answer.file is None


async def test_who_takes_no_voice_notes_reads_the_answer(tmp_path: Path) -> None:
    async with talking(tmp_path) as (ada, _, _server):
        await ada.wait_for(of_coach, PATIENCE, after=ada.say("/voice both"))
        ada.take_no_voice()
        answer = await ada.wait_for(of_company, PATIENCE, after=ada.say("I was a nurse for years."))
        assert answer.file is None


async def test_without_ears_the_answer_says_how_to_get_them(tmp_path: Path) -> None:
    async with BotApiServer(rates=None) as server, bot_on(server, tmp_path, ears=False):
        ada = server.user(1001, "Ada")
        answer = await ada.wait_for(of_coach, PATIENCE, after=ada.voice(spoken(STORY), 5))
        assert 'pip install "feeler[voice]"' in answer.text
        answer = await ada.wait_for(of_coach, PATIENCE, after=ada.say("/voice on"))
        assert 'pip install "feeler[voice]"' in answer.text


@pytest.mark.parametrize("moment", ["fetching", "listening", "answering"])
async def test_killed_in_the_middle_it_is_done_again_once(moment: str, tmp_path: Path) -> None:
    async with BotApiServer(rates=None) as server:
        ada = server.user(1001, "Ada")
        bot = _process(server, tmp_path)
        await ada.wait_for(of_company, PATIENCE, after=ada.say("/new emil"))
        note = ada.voice(spoken(STORY), 5)
        if moment == "answering":
            await ada.wait_for(of_coach, PATIENCE, after=note)
        else:
            await until(lambda: bool(server.log.of("getFile")) or ada.received[-1].id > note.id)
        if moment == "listening":
            await until(lambda: _listens(bot.pid) or ada.received[-1].id > note.id)
        bot.kill()
        bot.wait()
        again = _process(server, tmp_path)
        try:
            heard = await ada.wait_for(lambda one: "I heard:" in one.text, PATIENCE, after=note)
            await ada.wait_for(of_company, PATIENCE, after=heard)
            settled = ada.say("And now I am curious about you.")
            await ada.wait_for(of_company, PATIENCE, after=settled)
            after = [one for one in ada.received if one.id > note.id]
            plain = [one.text for one in after if not one.text.startswith(AGAIN)]
            assert len(plain) == len(set(plain))  # what may have come before is marked as a repeat
            once = {one.text.removeprefix(AGAIN): one for one in after}
            assert sum("I heard:" in text for text in once) == 1
            assert sum(not text.startswith(MARK) for text in once) == 2
        finally:
            again.kill()
            again.wait()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that no phone shows."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def _process(server: BotApiServer, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.durability.voice_child"),
            *(server.token, server.api_base_url, server.file_base_url, str(folder)),
        ],
        stderr=subprocess.DEVNULL,
    )


def _listens(pid: int) -> bool:
    return any("feeler.speech.child" in child.cmdline() for child in psutil.Process(pid).children())


def _video(samples: "np.ndarray") -> bytes:
    """A round video: a grey picture, and the sound as AAC."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        picture = file.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 240
        picture.pix_fmt = "yuv420p"
        sound = file.add_stream("aac", rate=16_000, layout="mono")
        for _ in range(len(samples) // 1600):
            frame = av.VideoFrame.from_ndarray(np.full((240, 240, 3), 90, np.uint8), format="rgb24")
            file.mux(picture.encode(frame))
        file.mux(picture.encode(None))
        heard = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="fltp", layout="mono")
        heard.sample_rate = 16_000
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=16_000, frame_size=1024)
        for piece in resampler.resample(heard):
            file.mux(sound.encode(piece))
        file.mux(sound.encode(None))
    return out.getvalue()
