"""The voices of the interviewers: one small speaker, its pitch, throat and pace changed. Pure."""

from dataclasses import dataclass

from feeler.personas.values import Timbre


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How a voice departs from the speaker's own, which is a woman's of about 200 Hz."""

    pitch: float  # of the fundamental frequency; 0.55 is a man's
    throat: float  # of the formants; below 1.0 a larger person
    pace: float  # of the speed


VOICES = {
    Timbre.ALTO: Voice(pitch=0.88, throat=0.96, pace=0.95),
    Timbre.CLEAR: Voice(pitch=1.0, throat=1.0, pace=1.0),
    Timbre.BRIGHT: Voice(pitch=1.16, throat=1.05, pace=1.06),
    Timbre.TENOR: Voice(pitch=0.66, throat=0.9, pace=1.04),
    Timbre.BARITONE: Voice(pitch=0.55, throat=0.86, pace=0.96),
    Timbre.BASS: Voice(pitch=0.46, throat=0.82, pace=0.9),
}
