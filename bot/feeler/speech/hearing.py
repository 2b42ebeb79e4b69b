"""Speech to text with Whisper. Only for the helper process: it imports faster-whisper."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps

from feeler.errors import SpeechError
from feeler.interview.values import Speech
from feeler.ports import Heard
from feeler.speech.sound import RATE, Samples, decode

BEAMS = 3
LANGUAGE = "en"  # the interviewers'
TASTE = 10.0  # seconds that tell the language
WINDOW = 28.0  # seconds that are read at once; Whisper takes 30
PAUSE = 2.0  # seconds of silence that count as a pause
EDGE = 0.25  # seconds kept around a piece of speech: without them last words are cut off
AIR = 0.2  # seconds of silence that are left around what is said
LEAST = 0.6  # seconds of speech and its edges, below which nobody has spoken
FOREIGN = 0.75  # certainty from which another language is taken for one; accents lead the guess astray below
SURE = -0.55  # mean log-probability a token, below which we ask
CLEAR = -1.0  # the same, below which it is nothing
LOOPS = 2.4  # compression of the text above which it repeats itself, as over music and noise
FILLERS = re.compile(r"\b(?:u+[hm]+|e+r+m*|h+m+|m+h*m+)\b", re.IGNORECASE)

Piece = tuple[int, int]  # first sample and the one after the last


class Hearing:
    """Whisper and the detector of speech that ships with it."""

    def __init__(self, weights: Path, sections: list[tuple[str, int]], threads: int) -> None:
        self._model = WhisperModel(
            "whisper",
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            files=_unpacked(weights, sections),
        )

    def hear(self, sound: bytes, hint: str, most_seconds: float) -> Heard:
        """What `feeler.ports.Ears.hear` promises."""
        samples = decode(sound, most_seconds)
        pieces = _spoken(samples)
        if sum(end - start for start, end in pieces) < LEAST * RATE:
            raise SpeechError("empty")
        windows = _windows(samples, pieces)
        self._check_language(windows[0])
        texts, weighed, length = [], 0.0, 0
        for window in windows:
            text, certainty = self._read(window, hint)
            texts.append(text)
            weighed += certainty * window.size
            length += window.size
        text = " ".join(filter(None, texts))
        if not any(letter.isalnum() for letter in text) or weighed / length < CLEAR:
            raise SpeechError("unclear")
        sure = all(texts) and weighed / length >= SURE
        return Heard(text=text, sure=sure, speech=_timing(text, pieces))

    def _check_language(self, window: Samples) -> None:
        """The first seconds do, which takes a fraction of what reading them takes."""
        features = self._model.feature_extractor(window[: int(TASTE * RATE)])
        (guesses,) = self._model.model.detect_language(self._model.encode(features))
        token, certainty = guesses[0]  # "<|de|>"
        if token.strip("<|>") != LANGUAGE and certainty >= FOREIGN:
            raise SpeechError("language", token.strip("<|>"))

    def _read(self, window: Samples, hint: str) -> tuple[str, float]:
        """Text and mean log-probability of one window; empty where it only repeats itself."""
        segments, _ = self._model.transcribe(
            window,
            language=LANGUAGE,
            initial_prompt=hint or None,
            beam_size=BEAMS,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        found = list(segments)
        if not found or any(one.compression_ratio > LOOPS for one in found):
            return "", CLEAR - 1
        return " ".join(one.text.strip() for one in found), float(np.mean([one.avg_logprob for one in found]))


def _unpacked(weights: Path, sections: list[tuple[str, int]]) -> dict[str, bytes]:
    content = weights.read_bytes()
    files, at = {}, 0
    for name, size in sections:
        files[name] = content[at : at + size]
        at += size
    return files


def _spoken(samples: Samples) -> list[Piece]:
    """Where somebody speaks, with an edge; silences of less than half a second are part of it."""
    options = VadOptions(
        min_silence_duration_ms=500, speech_pad_ms=int(EDGE * 1000), min_speech_duration_ms=150
    )
    return [(one["start"], one["end"]) for one in get_speech_timestamps(samples, options)]


def _windows(samples: Samples, pieces: list[Piece]) -> list[Samples]:
    """What was spoken without its silences, cut between pieces into windows that can be read at once."""
    air = np.zeros(int(AIR * RATE), np.float32)
    windows: list[list[Samples]] = [[]]
    length = 0
    for start, end in pieces:
        for begin in range(start, end, int(WINDOW * RATE)):
            part = samples[begin : min(end, begin + int(WINDOW * RATE))]
            if length and length + part.size + air.size > WINDOW * RATE:
                windows.append([])
                length = 0
            windows[-1] += [part, air]
            length += part.size + air.size
    return [np.concatenate(parts) for parts in windows]


def _timing(text: str, pieces: list[Piece]) -> Speech:
    """Words, pauses and the longest stretch without one; of a pause, the edges are part."""
    pauses, longest, began = 0, 0.0, pieces[0][0]
    for (_, end), (start, _) in pairwise(pieces):
        if start - end > (PAUSE - 2 * EDGE) * RATE:
            pauses += 1
            longest = max(longest, (end - began) / RATE)
            began = start
    longest = max(longest, (pieces[-1][1] - began) / RATE)
    return Speech(
        seconds=round((pieces[-1][1] - pieces[0][0]) / RATE, 1),
        words=len(re.findall(r"[\w’'-]+", text)),
        pauses=pauses,
        fillers=len(FILLERS.findall(text)),
        longest=round(longest, 1),
    )
