"""Thoughts that a model writes into its answer between tags: never part of what is said."""

import re

_NAMES = (
    *("think", "thinking", "thought", "thoughts", "reasoning", "reflection", "analysis", "scratchpad"),
    *("seed:think", "longcat_think"),
)
_OPEN = (
    *(f"<{name}>" for name in _NAMES),
    *("[think]", "◁think▷", "<|begin_of_thought|>", "<|channel|>analysis", "<|channel|>commentary"),
    *("<|start_thinking|>", "<|channel>thought", "<unused94>thought"),
)
_CLOSE = (
    *(f"</{name}>" for name in _NAMES),
    *("<|channel|>final<|message|>", "[/think]", "◁/think▷", "<|end_of_thought|>", "<|end_thinking|>"),
    *("<channel|>", "<unused95>", "assistantfinal"),  # the last: the harmony one without special tokens
)
_AROUND = (  # what stands around the answer itself
    *("<answer>", "</answer>", "<|begin_of_solution|>", "<|end_of_solution|>", "<|start|>assistant"),
    *("<|start_response|>", "<|end_response|>"),
)
_TAGS = (*_OPEN, *_CLOSE, *_AROUND)
_TAG = re.compile(
    f"(?P<open>{'|'.join(map(re.escape, _OPEN))})|(?P<around>{'|'.join(map(re.escape, _AROUND))})"
    f"|{'|'.join(map(re.escape, _CLOSE))}",
    re.IGNORECASE,
)
_LONGEST = max(map(len, _TAGS))


class Thoughts:
    """Takes the thoughts out of one answer, however it is cut into bits.

    `headless`: this model's thoughts begin without a tag, which stands in its prompt; they end with one.
    """

    def __init__(self, *, headless: bool = False) -> None:
        self._inside = self._headless = headless
        self._held = self._unclosed = ""
        self._said = False
        self.seen = False  # whether there were any
        self.told = False  # whether some had been let through before a closing tag showed what they were

    def feed(self, text: str) -> str:
        """What is said, as far as it is known now."""
        self._held += text
        shown = ""
        while tag := _TAG.search(self._held):
            before, self._held = self._held[: tag.start()], self._held[tag.end() :]
            if tag["around"]:
                shown = self._free(shown, before)
                continue
            self.seen = True
            if tag["open"]:
                shown += "" if self._inside else before
                self._inside = True
                continue
            if not self._inside:  # all so far was thought
                self.told, shown = self._said, ""
            self._inside, self._headless, self._unclosed = False, False, ""
        keep = self._may_become_a_tag()
        free, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return self._free(shown, free)

    def rest(self, *, ended: bool) -> str:
        """What was held back, now that the answer is over: `ended` by the model, or by its length."""
        held, self._held = self._held, ""
        shown = self._free("", held)
        if self._headless and ended and not self.seen:  # for once it did not think
            return self._unclosed
        self.seen = self.seen or self._headless
        return shown

    def _free(self, shown: str, free: str) -> str:
        if self._inside:
            self._unclosed += free
        else:
            shown += free
        if not self._said:
            shown = shown.lstrip() if self.seen else shown.lstrip("\r\n")
        self._said = self._said or bool(shown)
        return shown

    def _may_become_a_tag(self) -> int:
        """Length of the longest end of the held text that begins a tag."""
        for size in range(min(_LONGEST, len(self._held)), 0, -1):
            end = self._held[-size:].lower()
            if any(tag.startswith(end) for tag in _TAGS):
                return size
        return 0
