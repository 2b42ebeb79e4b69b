"""Prompt lookup: what comes next is guessed from where the last words stood before, in prompt or answer.

After Apoorv Saxena's prompt lookup decoding (2023). Guesses are fed along with the token drawn last, and a
token is drawn for every place as ever; a guess saves a step where it equals what was drawn. So the answer is
the same, guess or no guess.
"""

_LONGEST, _SHORTEST = 3, 2  # tokens that must have stood before
_MOST = 3  # guesses at once: the matrix kernels read the weights once for so few rows
_LEARNING = 0.15  # weight of the newest guess in the estimate of how often guesses are right
_CAUTIOUS, _BOLD = 0.15, 0.5  # below: no guess; above: as many as there may be
_FORGIVING = 0.01  # a token without a guess raises the estimate by so much, so that guessing is tried again


class Lookup:
    """The tokens of one answer and its prompt, and the guesses made from them."""

    def __init__(self, tokens: list[int]) -> None:
        self._tokens: list[int] = []
        self._behind: dict[tuple[int, ...], int] = {}  # a few tokens -> the place after they stood last
        self._right = _BOLD  # estimated share of guesses that are right
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        """One more token is certain."""
        for size in range(_SHORTEST, _LONGEST + 1):
            self._behind[tuple(self._tokens[-size:])] = len(self._tokens)
        self._tokens.append(token)

    def guess(self, at_most: int) -> list[int]:
        """The next tokens, if the last ones stood before and guesses have been right often enough."""
        if self._right < _CAUTIOUS:
            self._right += _FORGIVING
            return []
        count = min(at_most, _MOST if self._right >= _BOLD else 1)
        for size in range(_LONGEST, _SHORTEST - 1, -1):
            if count > 0 and (at := self._behind.get(tuple(self._tokens[-size:]))):
                return self._tokens[at : at + count]
        return []

    def learn(self, guessed: int, right: int) -> None:
        """So many of the guesses were right."""
        if guessed:
            self._right += _LEARNING * (right / guessed - self._right)
