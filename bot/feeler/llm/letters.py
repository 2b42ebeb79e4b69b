"""Text that arrives in bits, as letters that can be stored and shown."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Letters:
    """Joins letters whose halves (UTF-16 surrogates, which JSON can hold alone) arrive in two bits, puts
    U+FFFD for a half that stays alone, and drops signs that steer a terminal or the direction of other text.
    """

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """What is whole now that `text` has come."""
        text = self._half + text
        cut = len(text) - (text[-1:] >= "\ud800" and text[-1:] <= "\udbff")
        text, self._half = text[:cut], text[cut:]
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return _CONTROL.sub("", whole)
