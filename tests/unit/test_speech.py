"""What hears and what speaks, with the real models, as the bot uses them: in processes of their own."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.speech import CACHE, music, needs_speech, noise, samples_of, silence, spoken, wav

from feeler.compose import running_speech
from feeler.errors import SpeechError
from feeler.llm.cards import speech_cards
from feeler.llm.weights import weights_path
from feeler.personas.values import Timbre
from feeler.ports import Ears, Mouth
from feeler.settings import Settings
from feeler.speech.helper import Helper, HelpingEars, HelpingMouth

pytestmark = [pytest.mark.voice, needs_speech]

STORY = "I ran a kitchen of eleven people, and on my first evening the fish did not arrive."


@pytest.fixture
async def speech() -> AsyncIterator[tuple[Ears, Mouth]]:
    async with running_speech(Settings(_env_file=None)) as (ears, mouth):
        assert ears
        assert mouth
        yield ears, mouth


async def test_what_is_said_is_understood_and_timed(speech: tuple[Ears, Mouth]) -> None:
    ears, mouth = speech
    line = await mouth.say(STORY, "baritone")
    heard = await ears.hear(line.content, "")
    assert heard.sure
    assert "kitchen" in heard.text
    assert "on my first evening the fish" in heard.text
    assert heard.speech.words == len(heard.text.split())
    assert line.seconds - 2 < heard.speech.seconds <= line.seconds
    assert heard.speech.pauses == 0


async def test_a_pause_parts_what_is_said_and_is_counted(speech: tuple[Ears, Mouth]) -> None:
    first = samples_of(spoken("I ran a kitchen of eleven people for many years."))
    second = samples_of(spoken("Then I stopped."))
    heard = await speech[0].hear(wav(np.concatenate([first, silence(3), second])), "")
    assert "kitchen" in heard.text
    assert "stopped" in heard.text
    assert heard.speech.pauses == 1
    assert heard.speech.longest < heard.speech.seconds - 3


@pytest.mark.parametrize("sound", [silence(5), noise(5), silence(0)], ids=["silence", "noise", "nothing"])
async def test_where_nobody_speaks_nothing_is_heard(sound: "np.ndarray", speech: tuple[Ears, Mouth]) -> None:
    with pytest.raises(SpeechError) as error:
        await speech[0].hear(wav(sound), "")
    assert error.value.why == "empty"


async def test_music_is_no_line_of_a_talk(speech: tuple[Ears, Mouth]) -> None:
    with pytest.raises(SpeechError) as error:
        await speech[0].hear(wav(music(12)), "")
    assert error.value.why in ("empty", "unclear")


async def test_a_small_file_that_holds_hours_is_not_decoded_to_its_end(speech: tuple[Ears, Mouth]) -> None:
    from feeler.speech.sound import encode

    hours = encode(np.zeros(16_000 * 400, np.float32), 16_000)
    assert len(hours) < 1_000_000
    with pytest.raises(SpeechError) as error:
        await speech[0].hear(hours, "")
    assert error.value.why == "long"


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize("content", [b"", b"OggS", b"not a sound at all", PLAYLIST])
async def test_what_is_no_sound_file_is_refused_and_the_next_is_heard(
    content: bytes, speech: tuple[Ears, Mouth]
) -> None:
    with pytest.raises(SpeechError) as error:
        await speech[0].hear(content, "")
    assert error.value.why == "broken"
    assert "kitchen" in (await speech[0].hear(spoken(STORY), "")).text


@pytest.mark.parametrize("voice", list(Timbre))
async def test_every_voice_is_understood_and_is_an_ogg_file_with_opus(
    voice: str, speech: tuple[Ears, Mouth]
) -> None:
    line = await speech[1].say(STORY, voice)
    assert line.content.startswith(b"OggS")
    assert b"OpusHead" in line.content[:100]
    heard = (await speech[0].hear(line.content, "")).text
    assert "I ran a kitchen" in heard
    assert "on my first evening the fish" in heard


async def test_voices_differ_in_pitch_as_people_do(speech: tuple[Ears, Mouth]) -> None:
    pitches = [_pitch(samples_of((await speech[1].say(STORY, voice)).content)) for voice in Timbre]
    heights = sorted(pitches)
    assert all(higher / lower > 1.03 for lower, higher in pairwise(heights)), heights
    assert heights[0] < 120 < 200 < heights[-1]  # Hz


def _pitch(samples: "np.ndarray") -> float:
    """Median fundamental frequency in Hz, by autocorrelation over frames with a voice."""
    found = []
    for start in range(0, len(samples) - 1024, 512):
        frame = samples[start : start + 1024] - samples[start : start + 1024].mean()
        if np.sqrt((frame**2).mean()) < 0.05:
            continue
        lags = np.arange(45, 230)  # 70 to 355 Hz
        same = np.correlate(frame, frame, "full")[1023:][lags] / (1024 - lags)
        if same.max() > 0.5 * (frame**2).mean():
            found.append(16_000 / lags[int(np.argmax(same))])
    return float(np.median(found))


async def test_the_process_goes_when_it_is_idle_and_comes_back() -> None:
    weights = weights_path(speech_cards()["speaks"], CACHE)
    helper = Helper("speaks", lambda: weights, idle=0.2)
    mouth = HelpingMouth(helper)
    await mouth.say("One.", "clear")
    first = psutil.Process(helper.pid)
    await asyncio.to_thread(first.wait, 20)
    assert helper.pid is None
    assert (await mouth.say("Two.", "clear")).seconds > 0
    await helper.close()


async def test_a_process_that_is_killed_at_work_says_so_and_is_replaced(speech: tuple[Ears, Mouth]) -> None:
    ears = speech[0]
    assert isinstance(ears, HelpingEars)
    await ears.hear(spoken(STORY), "")
    at_work = asyncio.create_task(ears.hear(spoken(STORY), ""))
    await asyncio.sleep(0)
    psutil.Process(ears.helper.pid).kill()
    with pytest.raises(SpeechError) as error:
        await at_work
    assert error.value.why == "failed"
    assert "kitchen" in (await ears.hear(spoken(STORY), "")).text


async def test_weights_that_are_not_there_are_missing_not_fetched(tmp_path: Path) -> None:
    async with running_speech(Settings(_env_file=None, cache_dir=tmp_path)) as (ears, mouth):
        assert (ears, mouth) == (None, None)
