"""Sound files to samples and back, with the FFmpeg that PyAV brings. Only for the helper processes."""

import io

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from feeler.errors import SpeechError

Samples = NDArray[np.float32]  # mono, shape [n], -1.0 to 1.0

RATE = 16_000  # samples a second that are heard
# Of formats that hold the sound themselves: a playlist could make us open files and addresses of its choice.
FORMATS = "ogg,matroska,webm,mov,mp4,m4a,mp3,wav,flac,aac"


def decode(content: bytes, most_seconds: float) -> Samples:
    """The first sound track at 16 kHz. SpeechError "broken" where there is none, "long" beyond the limit."""
    try:
        with av.open(io.BytesIO(content), "r", options={"format_whitelist": FORMATS}) as file:
            if not file.streams.audio:
                raise SpeechError("broken", "holds no sound")
            return _resampled(file, most_seconds)
    except (FFmpegError, ValueError, IndexError) as error:
        raise SpeechError("broken", type(error).__name__) from None


def _resampled(file: "av.container.InputContainer", most_seconds: float) -> Samples:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts: list[Samples] = []
    length = 0
    for frame in file.decode(audio=0):
        for piece in resampler.resample(frame):
            parts.append(_flat(piece))
            length += parts[-1].size
        if length > most_seconds * RATE:  # a small file can hold hours of silence
            raise SpeechError("long")
    parts += [_flat(piece) for piece in resampler.resample(None)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _flat(piece: av.AudioFrame) -> Samples:
    return np.asarray(piece.to_ndarray(), np.float32).reshape(-1)


def encode(samples: Samples, rate: int) -> bytes:
    """As an OGG file with Opus, 32 kbit/s: what Telegram shows as a voice note."""
    written = io.BytesIO()
    with av.open(written, "w", format="ogg") as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono", options={"application": "voip"})
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(
            (np.clip(samples, -1, 1) * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return written.getvalue()
