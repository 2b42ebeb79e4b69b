"""Stop strings in a stream: what may be shown already, and where the answer ends."""


class Stops:
    """Watches one draft's text for the first of several stop strings.

    A stop string may arrive in bits, so text that could still become one is held back until it is known.
    """

    def __init__(self, strings: tuple[str, ...]) -> None:
        self._strings = tuple(string for string in strings if string)
        self._held = ""
        self.reached = False  # whether the answer has ended at a stop string

    def feed(self, text: str) -> str:
        """What can be shown now that `text` has come. Nothing after a stop string ever is."""
        if self.reached:
            return ""
        self._held += text
        found = [at for at in map(self._held.find, self._strings) if at >= 0]
        if found:
            self.reached = True
            return self._release(min(found))
        return self._release(len(self._held) - self._may_become_a_stop())

    def rest(self) -> str:
        """What was held back, now that the answer is over: it became no stop string after all."""
        return "" if self.reached else self._release(len(self._held))

    def _release(self, upto: int) -> str:
        shown, self._held = self._held[:upto], self._held[upto:]
        return shown

    def _may_become_a_stop(self) -> int:
        """Length of the longest end of the held text that begins a stop string."""
        longest = max((len(string) for string in self._strings), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(string.startswith(self._held[-size:]) for string in self._strings):
                return size
        return 0


class Opening:
    """Takes the words that an answer was made to begin with off its front, where the model repeats them."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._held = ""

    def feed(self, text: str) -> str:
        """What of the answer can be shown now that `text` has come."""
        if not self._words:
            return text
        self._held += text
        if self._words.startswith(self._held) and self._held != self._words:
            return ""
        shown = self._held.removeprefix(self._words)
        self._words = self._held = ""
        return shown

    def rest(self) -> str:
        """What was held back, now that the answer is over."""
        shown, self._words, self._held = self._held, "", ""
        return shown
