"""Text to speech with Hibari. Only for the helper process: it imports hibari and onnxruntime."""

from pathlib import Path

import numpy as np
from hibari import Hibari, dsp
from numpy.typing import NDArray

from feeler.errors import SpeechError
from feeler.personas.values import Timbre
from feeler.ports import Spoken
from feeler.speech.sound import Samples, encode
from feeler.speech.voices import VOICES, Voice

BREATH = 0.18  # seconds between two sentences
LOUDNESS = 0.11  # root mean square of what is not silence

Frames = NDArray[np.float32]  # [frequency bins, frames]


class Speaking:
    """The network predicts pitch and spectra of frames; they are bent to the voice, then made into sound."""

    def __init__(self, weights: Path, threads: int) -> None:
        self._speaker = Hibari(model=str(weights), threads=threads)

    def say(self, text: str, voice: str) -> Spoken:
        """What `feeler.ports.Mouth.say` promises; the same text in the same voice gives the same sound."""
        character = VOICES[Timbre(voice)]
        chance = np.random.default_rng(0)
        pause = np.zeros(int(BREATH * dsp.SR), np.float32)
        parts: list[Samples] = []
        for phonemes in self._speaker.phonemize(text):
            parts += [self._spoken(phonemes, character, chance), pause]
        if not parts:
            raise SpeechError("empty")
        samples = _levelled(np.concatenate(parts))
        return Spoken(content=encode(samples, dsp.SR), seconds=round(samples.size / dsp.SR, 2))

    def _spoken(self, phonemes: str, voice: Voice, chance: np.random.Generator) -> Samples:
        ids = np.asarray([self._speaker.ids(phonemes)], np.int64)
        speed = np.asarray([voice.pace], np.float32)
        found = self._speaker.sess.run(None, {"ids": ids, "speed": speed})
        harmonic, phase, noise, free, angle, pitch = (one[0] for one in found)
        if voice.pitch != 1.0:  # this part is tied to the pitch that it was predicted with
            free = np.full_like(free, -20.0)
        made: Samples = dsp.synth(
            _bent(harmonic, voice.throat), phase, _bent(noise, voice.throat), free, angle,
            pitch * voice.pitch, chance,
        )  # fmt: skip
        return made


def _bent(spectra: Frames, throat: float) -> Frames:
    """The envelope stretched along the frequencies, which moves the formants and leaves the pitch."""
    if throat == 1.0:
        return spectra
    bins = np.arange(spectra.shape[0])
    source = np.minimum(bins / throat, bins[-1])
    low = source.astype(int)
    high = np.minimum(low + 1, bins[-1])
    share = (source - low)[:, None].astype(np.float32)
    bent: Frames = spectra[low] * (1 - share) + spectra[high] * share
    return bent


def _levelled(samples: Samples) -> Samples:
    loud = samples[np.abs(samples) > 0.01]
    level = float(np.sqrt(np.mean(loud**2))) if loud.size else LOUDNESS
    return samples * np.float32(LOUDNESS / level)
