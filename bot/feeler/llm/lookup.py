"""Prompt lookup: what comes next is guessed from where the last words stood before, in prompt or answer.

After Apoorv Saxena's prompt lookup decoding (2023). Guesses are fed along with the token drawn last, and a
token is drawn for every place as ever; a guess saves a step where it equals what was drawn. So the answer is
the same, guess or no guess.
"""

_LONGEST = 3  # tokens that stood before in the same order


class Lookup:
    """The tokens of one answer and its prompt, and the guesses made from them."""

    def __init__(self, tokens: list[int]) -> None:
        self._tokens: list[int] = []
        self._behind: dict[tuple[int, ...], int] = {}  # a few tokens -> the place after they stood last
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        """One more token is certain."""
        for size in range(1, _LONGEST + 1):
            self._behind[tuple(self._tokens[-size:])] = len(self._tokens)
        self._tokens.append(token)

    def guess(self, at_most: int) -> list[int]:
        """The next tokens, as many as of the last ones stood before in a row: a longer match is surer."""
        for size in range(_LONGEST, 0, -1):
            if at := self._behind.get(tuple(self._tokens[-size:])):
                return self._tokens[at : at + max(min(size, at_most), 0)]
        return []
