"""Every error that Feeler raises on purpose. A docstring is the message's meaning.

FeelerError
├── SettingsError          a setting is missing or wrong
├── DataError              a persona, company, card or transcript file is wrong
├── UnreadableFile         a file that somebody sent cannot be read
├── WeightsError           weights are missing, damaged or cannot be fetched
├── EngineError            the model could not answer
│   ├── EngineUnavailable  it cannot be reached or loaded; trying again may help
│   ├── PromptTooLong      what must stay in the prompt does not fit the context
│   └── Unsupported        this engine cannot do it; `Engine.can` says what it can
├── SpeechError            a sound could not be heard, or a line not be spoken
└── StoreError             the database refused
    └── LeaseLost          another process owns this chat now
"""

from typing import Literal


class FeelerError(Exception):
    """Something that the person in front of it can act on; its text says how."""


class SettingsError(FeelerError):
    """A setting is missing or wrong: names the variable, the value and what is allowed."""


class DataError(FeelerError):
    """A persona, company, card or transcript file is wrong: names the file and the field."""


Reason = Literal["empty", "big", "kind", "old", "password", "scanned", "slow", "broken", "lost"]


class UnreadableFile(FeelerError):
    """A file that somebody sent cannot be read, for one of these reasons.

    empty: nothing in it. big: more bytes than are taken. kind: no format that is read. old: Word before 2007.
    password: locked. scanned: pages without text. slow: too much time or memory. broken: damaged. lost: it
    could not be fetched.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class WeightsError(FeelerError):
    """Weights are missing, damaged or cannot be fetched."""


class EngineError(FeelerError):
    """The model could not answer."""


class EngineUnavailable(EngineError):
    """The engine cannot be reached or loaded; trying again may help."""


class PromptTooLong(EngineError):
    """What must stay in the prompt does not fit the model's context."""


class Unsupported(EngineError):
    """This engine cannot do what was asked; `Engine.can` says beforehand what it can."""


class SpeechError(FeelerError):
    """A sound could not be heard, or a line not be spoken; `why` says which kind of reason it was."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why, self.detail = why, detail


class StoreError(FeelerError):
    """The database refused."""


class LeaseLost(StoreError):
    """Another process owns this chat now; nothing was written."""
