"""A prompt that is longer than the context loses its oldest turns, never the persona or the last message."""

from collections.abc import Callable, Sequence

from feeler.errors import PromptTooLong
from feeler.ports import Message

BLOCK = 8  # messages: so the beginning stays the same for some turns, and what an engine kept of it is of use


def without_older_half(messages: tuple[Message, ...], refusal: str) -> tuple[Message, ...]:
    """Leave out the older half of the messages, where nobody can count tokens.

    What is left begins with the user where that can be, as a talk does. Raises PromptTooLong, with the
    server's words, when a first system message and the last message alone are left.
    """
    head = messages[:1] if messages[0].role == "system" else ()
    body = messages[len(head) :]
    if len(body) < 2:
        raise PromptTooLong(f"the persona and the last message alone are too long for the server: {refusal}")
    kept = body[len(body) // 2 :]
    while len(kept) > 1 and kept[0].role == "assistant":
        kept = kept[1:]
    return (*head, *kept)


def fit(
    messages: Sequence[Message], room: int, count: Callable[[Sequence[Message]], int]
) -> tuple[Message, ...]:
    """Leave out oldest messages, BLOCK at a time, until the prompt fits `room` tokens.

    A first system message and the last message always stay; `count` gives the tokens of a rendered prompt.
    Raises PromptTooLong when those two alone do not fit.
    """
    head = tuple(messages[:1]) if messages and messages[0].role == "system" else ()
    body = tuple(messages[len(head) :])
    if count((*head, *body)) <= room:
        return (*head, *body)
    fewest, most = 1, max(len(body) - 1, 0)  # of the oldest messages left out
    needed = count((*head, *body[most:]))
    if needed > room:
        raise PromptTooLong(
            f"the persona and the last message take {needed} tokens, and the context has room for {room}; "
            "use a shorter message or persona, or a model with a longer context"
        )
    while fewest < most:
        middle = (fewest + most) // 2
        if count((*head, *body[middle:])) <= room:
            most = middle
        else:
            fewest = middle + 1
    return (*head, *body[min(-(-most // BLOCK) * BLOCK, len(body) - 1) :])
