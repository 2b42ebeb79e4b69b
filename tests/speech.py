"""Sounds for tests: spoken by the real voice, and such as nobody speaks in."""

import io
import wave
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from feeler.llm.cards import speech_cards
from feeler.llm.weights import weights_path
from feeler.settings import Settings
from feeler.speech.helper import installed

CACHE = Settings(_env_file=None).cache_dir
RATE = 16_000

needs_speech = pytest.mark.skipif(
    not all(installed(does) and weights_path(card, CACHE).is_file() for does, card in speech_cards().items()),
    reason='what hears and speaks is not here (`pip install "feeler[voice]"`, `make voice`)',
)


@cache
def spoken(text: str, voice: str = "clear") -> bytes:
    """A voice note in which somebody says this."""
    content: bytes = _mouth().say(text, voice).content
    return content


@cache
def _mouth() -> Any:
    from feeler.speech.speaking import Speaking

    return Speaking(weights_path(speech_cards()["speaks"], CACHE), 1)


def silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), np.float32)


def noise(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    chance = np.random.default_rng(seed)
    return (chance.standard_normal(int(seconds * RATE)) * 0.1).astype(np.float32)


def music(seconds: float) -> NDArray[np.float32]:
    """Chords of four, a new one every half second."""
    at = np.arange(int(seconds * RATE)) / RATE
    roots = np.array([220.0, 174.6, 261.6, 196.0])[(at * 2).astype(int) % 4]
    tones = sum(np.sin(2 * np.pi * np.cumsum(roots * step) / RATE) for step in (1, 1.26, 1.5, 2))
    return (0.15 * tones * np.exp(-3 * (at * 2 % 1))).astype(np.float32)


def wav(samples: NDArray[np.float32]) -> bytes:
    """The samples as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def samples_of(content: bytes) -> NDArray[np.float32]:
    """What a sound file holds, at 16 kHz."""
    from feeler.speech.sound import decode

    return decode(content, 600.0)
