"""Messages as the tokens that a model reads, by its tokenizer's own chat template where it has one."""

from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from feeler.errors import WeightsError
from feeler.ports import Message

_SAID = "Hello?"


class ChatText:
    """Renders and encodes prompts for one Hugging Face tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        """Raises WeightsError where the chat template cannot render a single message."""
        self._tokenizer = tokenizer
        self._templated = bool(getattr(tokenizer, "chat_template", None))
        self._special = sorted(map(str, tokenizer.all_special_tokens), key=len, reverse=True)
        # without a template the talk is a plain script, and the model must not write on for both sides
        self.stop = () if self._templated else ("\nUser:", "\nAssistant:", "\nSystem:")
        try:
            shown = self._prompt([Message(role="user", content=_SAID)])
        except Exception as error:  # whatever a template from elsewhere does
            raise _unusable(type(error).__name__) from error
        if _SAID not in shown:  # a Git LFS pointer is a template, too
            raise _unusable("it leaves out what is said")

    def tokens(self, messages: Sequence[Message], opening: str = "") -> list[int]:
        """The whole prompt, up to where the answer goes on after `opening`."""
        return self._encode(self._prompt(messages) + opening)

    def continued(
        self, messages: Sequence[Message], texts: Sequence[str], opening: str = ""
    ) -> tuple[list[int], list[list[int]]]:
        """The prompt, and each text's tokens behind it, cut as where prompt and text are read as one.

        So the prompt may end earlier than by `tokens`, where its last token and a text's first would be one.
        """
        prompt = self._prompt(messages) + opening
        at = max([0, *map(prompt.rfind, self._special)])  # no token reaches over a special one
        tail = self._encode(prompt[at:], begins=not at)
        whole = [self._encode(prompt[at:] + self._plain(text), begins=not at) for text in texts]
        same = min(in_common(tail, tokens) for tokens in whole)
        head = self._encode(prompt[:at]) if at else []
        return head + tail[:same], [tokens[same:] for tokens in whole]

    def _plain(self, text: str) -> str:
        """Text of people's, without words that the tokenizer would read as the end of a turn."""
        for token in self._special:
            text = text.replace(token, "")
        return text

    def _prompt(self, messages: Sequence[Message]) -> str:
        said = [{"role": message.role, "content": self._plain(message.content)} for message in messages]
        if not self._templated:
            return _script(said)
        try:
            return self._render(said)
        except TemplateError:  # it knows no system message, or insists on taking turns
            return self._render(taking_turns(said))

    def _render(self, said: list[dict[str, str]]) -> str:
        return str(self._tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True))

    def _encode(self, text: str, *, begins: bool = True) -> list[int]:
        """A template writes the special tokens itself; a script needs the one that begins a text."""
        return list(self._tokenizer(text, add_special_tokens=begins and not self._templated)["input_ids"])


def _unusable(why: str) -> WeightsError:
    return WeightsError(
        f"the model's chat template cannot be used ({why}): take weights that were converted with a whole one"
    )


def in_common(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the beginning that two lists of tokens have in common."""
    if one == other[: len(one)]:
        return len(one)
    return next(n for n, (a, b) in enumerate(zip(one, [*other, -1], strict=False)) if a != b)


def _script(said: list[dict[str, str]]) -> str:
    lines = [f"{message['role'].capitalize()}: {message['content']}" for message in said]
    return "\n".join([*lines, "Assistant:"])


def taking_turns(said: list[dict[str, str]]) -> list[dict[str, str]]:
    """User and assistant in turn, the user first; the system's words open the user's first message."""
    turns: list[dict[str, str]] = []
    for message in said:
        role = "assistant" if message["role"] == "assistant" else "user"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += "\n\n" + message["content"]
        elif turns or role == "user":
            turns.append({"role": role, "content": message["content"]})
        else:
            turns += [{"role": "user", "content": "(begins)"}, {"role": role, "content": message["content"]}]
    return turns
