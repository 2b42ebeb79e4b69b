"""A talk of thirty turns with a short persona: what is measured on where many or long prompts are read."""

from functools import cache
from importlib.resources import files

from feeler.ports import Message

_ROLES = {"system": "system", "candidate": "user", "company": "assistant"}


@cache
def talk() -> tuple[Message, ...]:
    """The persona, then candidate and company in turn."""
    lines = (files("feeler.bench") / "talk.txt").read_text(encoding="utf-8").splitlines()
    said = (line.split(": ", 1) for line in lines if line)
    return tuple(Message(role=_ROLES[who], content=text) for who, text in said)  # type: ignore[arg-type]


def history(turn: int, *, chat: int = 0) -> tuple[Message, ...]:
    """What a chat has said when the company is to answer for the `turn`-th time, counted from 1.

    Chats differ from their first line on, and share the persona: chat n begins at the talk's n-th turn.
    """
    persona, *lines = talk()
    pairs = [lines[n : n + 2] for n in range(0, len(lines), 2)]
    turns = [pairs[(chat + n) % len(pairs)] for n in range(turn)]
    return (persona, *(message for pair in turns for message in pair))[:-1]
