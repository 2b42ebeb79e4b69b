"""Text from tokens as they come, without the tears that single tokens leave."""

from collections.abc import Callable, Sequence

_BEFORE = 5  # tokens of the prompt that are decoded along: some tokenizers drop the first blank of a text
_TORN = "\ufffd"  # what decodes a character whose bytes are not all there


class Detokenizer:
    """Turns one draft's tokens into pieces of text; together they are the text of all its tokens."""

    def __init__(self, decode: Callable[[list[int]], str], prompt: Sequence[int]) -> None:
        self._decode = decode
        self._tokens = list(prompt[-_BEFORE:])
        self._shown = len(self._tokens)  # tokens whose text has been given out

    def feed(self, token: int) -> str:
        """The text that is certain now that `token` has come; empty in the middle of a character."""
        self._tokens.append(token)
        before = self._decode(self._tokens[: self._shown])
        text = self._decode(self._tokens)
        if text.endswith(_TORN) or len(text) <= len(before):
            return ""
        self._tokens = self._tokens[-_BEFORE:]
        self._shown = len(self._tokens)
        return text[len(before) :]
