"""Every error that Feeler raises on purpose. A docstring is the message's meaning.

FeelerError
├── SettingsError          a setting is missing or wrong
├── DataError              a persona, company, card or transcript file is wrong
├── WeightsError           weights are missing, damaged or cannot be fetched
├── EngineError            the model could not answer
│   ├── EngineUnavailable  it cannot be reached or loaded; trying again may help
│   ├── PromptTooLong      what must stay in the prompt does not fit the context
│   └── Unsupported        this engine cannot do it; `Engine.can` says what it can
└── StoreError             the database refused
    └── LeaseLost          another process owns this chat now
"""


class FeelerError(Exception):
    """Something that the person in front of it can act on; its text says how."""


class SettingsError(FeelerError):
    """A setting is missing or wrong: names the variable, the value and what is allowed."""


class DataError(FeelerError):
    """A persona, company, card or transcript file is wrong: names the file and the field."""


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


class StoreError(FeelerError):
    """The database refused."""


class LeaseLost(StoreError):
    """Another process owns this chat now; nothing was written."""
