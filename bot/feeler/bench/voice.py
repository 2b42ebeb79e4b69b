"""How well and how fast voice notes are heard and lines spoken, on this machine.

Sixty sentences of interview talk are spoken by all voices in turn, each at its pace, heard clean and
under noise, and compared word by word. The voices are synthetic: accents and cheap microphones are harder.
"""

import asyncio
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np
import psutil

from feeler.errors import SpeechError
from feeler.personas.values import Timbre
from feeler.ports import Ears, Engine, Message, Mouth, Request, Sampling
from feeler.speech.helper import HelpingEars, HelpingMouth
from feeler.speech.sound import RATE, Samples, decode, encode

SIGNAL_TO_NOISE = 10.0  # dB
NOTE = 30.0  # seconds of the note whose hearing is timed
HINT = "A talk with somebody at a company. Topics: their own path, day-to-day work, team and manager, pay."
UNITS = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
SAME = {"kilometers": "kilometres", "harbor": "harbour", "organized": "organised", "%": " percent"}


@dataclass
class Tally:
    """Words and numbers of one condition."""

    words: int = 0
    wrong: int = 0
    numbers: int = 0
    right: int = 0
    unsure: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, said: str, heard: str) -> None:
        """Count the edits from what was said to what was heard."""
        wanted, found = normal(said), normal(heard)
        edits = distance(wanted, found)
        self.words += len(wanted)
        self.wrong += edits
        numbers = [word for word in wanted if word.isdecimal()]
        self.numbers += len(numbers)
        self.right += sum(number in found for number in numbers)
        if edits:
            self.missed.append((said, heard))

    def shown(self) -> dict[str, Any]:
        return {
            "word_error_rate": round(self.wrong / self.words, 4),
            "numbers_right": round(self.right / max(1, self.numbers), 4),
            "unsure": self.unsure,
        }


def sentences() -> list[str]:
    """What is said."""
    return (files("feeler.bench") / "spoken.txt").read_text(encoding="utf-8").splitlines()


def normal(text: str) -> list[str]:
    """Words in one spelling: small numbers in digits, no punctuation, no difference of case."""
    text = text.casefold().replace("’", "'")
    for other, ours in SAME.items():
        text = text.replace(other, ours)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    found = re.sub(r"[^\w' ]", " ", text).split()
    return [str(UNITS.index(word)) if word in UNITS else word for word in found]


def distance(wanted: list[str], found: list[str]) -> int:
    """Insertions, deletions and replacements of words (Levenshtein 1966)."""
    row = list(range(len(found) + 1))
    for at, word in enumerate(wanted, 1):
        new = [at]
        for column, other in enumerate(found, 1):
            new.append(min(row[column] + 1, new[-1] + 1, row[column - 1] + (word != other)))
        row = new
    return row[-1]


async def measure_voice(
    ears: Ears, mouth: Mouth, engine: Engine | None, tell: Callable[[str], None]
) -> dict[str, Any]:
    """All figures; with an engine also how much of its speed is left while a note is heard."""
    await mouth.say("Warm up.", Timbre.CLEAR)
    said = sentences()
    clean, noisy, paces = Tally(), Tally(), []
    parts: list[Samples] = []
    for number, text in enumerate(said):
        voice = list(Timbre)[number % len(Timbre)]
        began = time.perf_counter()
        line = await mouth.say(text, voice)
        paces.append((time.perf_counter() - began) / line.seconds)
        samples = decode(line.content, 60.0)
        parts.append(samples)
        for tally, sound in ((clean, samples), (noisy, _noisy(samples, number))):
            await _tally(ears, tally, text, sound)
        if number % 10 == 9:
            shares = (f"{tally.wrong / tally.words:.1%}" for tally in (clean, noisy))
            so_far = "{} of words wrong, {} with noise".format(*shares)
            tell(f"{number + 1} of {len(said)} sentences: {so_far}")
    note = np.concatenate(parts)[: int(NOTE * RATE)]
    seconds = [await _seconds(ears, note) for _ in range(3)]
    found: dict[str, Any] = {
        "sentences": len(said),
        "clean": clean.shown(),
        "noisy": noisy.shown(),
        "silence_and_noise": [await _nothing(ears, scale) for scale in (0.0, 0.05, 0.2)],
        "hearing_30_s_real_time_factor": round(statistics.median(seconds) / NOTE, 3),
        "speaking_real_time_factor": round(statistics.median(paces), 3),
        "memory_mb": _memory(ears, mouth),
    }
    if engine is not None:
        tell("the language model beside it")
        found["decoding_kept_while_hearing"] = round(await _kept(engine, ears, note), 3)
    return found


async def _tally(ears: Ears, tally: Tally, text: str, sound: Samples) -> None:
    try:
        heard = await ears.hear(encode(sound, RATE), HINT)
    except SpeechError:
        tally.add(text, "")
    else:
        tally.add(text, heard.text)
        tally.unsure += not heard.sure


async def _nothing(ears: Ears, scale: float) -> str:
    chance = np.random.default_rng(1)
    sound = (chance.standard_normal(8 * RATE) * scale).astype(np.float32)
    try:
        return (await ears.hear(encode(sound, RATE), HINT)).text
    except SpeechError as error:
        return error.why


async def _seconds(ears: Ears, note: Samples) -> float:
    began = time.perf_counter()
    await ears.hear(encode(note, RATE), HINT)
    return time.perf_counter() - began


async def _kept(engine: Engine, ears: Ears, note: Samples) -> float:
    """Tokens a second while a note is heard, over those without; alone, beside, beside, alone."""
    speeds: dict[bool, list[float]] = {False: [], True: []}
    await _write(engine)
    for beside in (False, True, True, False):
        hearing = asyncio.create_task(_seconds(ears, np.tile(note, 4))) if beside else None
        speeds[beside].append(await _write(engine))
        if hearing:
            await hearing
    return statistics.mean(speeds[True]) / statistics.mean(speeds[False])


async def _write(engine: Engine, tokens: int = 96) -> float:
    ask = Message(role="user", content="Tell me at length about a day at sea.")
    request = Request(messages=(ask,), sampling=Sampling(max_tokens=tokens, seed=1))
    began, count = time.perf_counter(), 0
    async for piece in engine.stream(request):
        count = piece.tokens
    return count / (time.perf_counter() - began)


def _noisy(samples: Samples, seed: int) -> Samples:
    """White noise, or for every other sentence a duller one, at a tenth of the power of what is said."""
    noise = np.random.default_rng(seed).standard_normal(samples.size).astype(np.float32)
    if seed % 2:
        noise = np.convolve(noise, np.ones(8) / 8, "same").astype(np.float32)
    power = float((samples**2).mean() / (noise**2).mean()) / 10 ** (SIGNAL_TO_NOISE / 10)
    return (samples + noise * np.float32(np.sqrt(power))).astype(np.float32)


def _memory(ears: Ears, mouth: Mouth) -> dict[str, int]:
    helpers = {
        "hears": ears.helper if isinstance(ears, HelpingEars) else None,
        "speaks": mouth.helper if isinstance(mouth, HelpingMouth) else None,
    }
    return {
        does: psutil.Process(helper.pid).memory_info().rss // 1_000_000
        for does, helper in helpers.items()
        if helper and helper.pid
    }
