"""What the fields of a character card are called, and where they stand: as many ways as there are editors."""

import re
import unicodedata
from typing import Any

MAX_DEPTH = 24  # of a card
OURS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
OLD_NAMES = {  # of the same texts before there was a specification; letters alone, in lower case
    "name": ("name", "charname"),
    "description": ("description", "charpersona", "chardescription", "persona", "context", "attributes"),
    "personality": ("personality",),
    "scenario": ("scenario", "worldscenario"),
    "first_mes": ("firstmes", "chargreeting", "greeting", "firstmessage"),
    "mes_example": (
        *("mesexample", "exampledialogue", "exampledialogues", "exampledialog", "exampledialogs"),
        "samplechat",
    ),
}
BOOKS = ("characterbook", "lorebook", "worldinfo")
WRAPPERS = ("data", "character", "char", "card")
UNSEEN = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs without a shape


def fields_of(card: dict[str, Any]) -> dict[str, Any]:
    """The innermost mapping that holds the texts, with our names for them.

    A text or book that it lacks is taken from what it is wrapped in.
    """
    levels, wrapped = [card], card
    for _ in range(MAX_DEPTH):
        wrapped = next((w for key in WRAPPERS if isinstance(w := wrapped.get(key), dict)), {})
        levels.append(wrapped)
    while len(levels) > 1 and not any(map(_text_named, levels[-1])):
        levels.pop()
    inner, *outer = map(_renamed, reversed(levels))
    if len(levels) == 1:
        inner.pop("data", None)
    for level in outer:
        inner |= {
            name: level[name]
            for name in (*OURS, "character_book")
            if holds_something(level.get(name)) and not holds_something(inner.get(name))
        }
    return inner


def is_book_alone(card: dict[str, Any]) -> bool:
    """Whether it is a book of facts that belongs to nobody."""
    inner = card.get("data")
    entries = any(isinstance(each, dict) and each.get("entries") for each in (card, inner))
    fields = fields_of(card)
    return entries and not any(
        holds_something(fields.get(name)) for name in ("personality", "first_mes", "mes_example")
    )


def holds_something(value: Any) -> bool:
    """Whether there is anything in it; of a text: that somebody could see."""
    if not isinstance(value, str):
        return bool(value)
    return any(unicodedata.category(sign)[0] not in "CZ" and sign not in UNSEEN for sign in value)


def is_book(name: object) -> bool:
    """Whether a field of this name holds the book."""
    return _letters(name) in BOOKS


def _renamed(level: dict[str, Any]) -> dict[str, Any]:
    found = dict(level)
    for name, old_names in OLD_NAMES.items():
        for key in [key for key in found if key != name and _letters(key) in old_names]:
            text = _prose(found[key])
            if not holds_something(found.get(name)) and holds_something(text):
                found[name] = text
                del found[key]
    for key in [key for key in found if is_book(key)]:
        if isinstance(book := found[key], dict | list) and book:
            del found[key]
            found.setdefault("character_book", {"entries": book} if isinstance(book, list) else book)
    return found


def _text_named(key: object) -> bool:
    return any(_letters(key) in names for names in OLD_NAMES.values())


def _letters(key: object) -> str:
    return re.sub("[^a-z]", "", str(key).lower())


def _prose(value: Any) -> str:
    """A text, or a table of traits (as in Agnai's cards and older ones) as one."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_prose, value)))
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    traits = value.get("attributes", value)
    if not isinstance(traits, dict):
        return _prose(traits)
    told = {str(name): text for name, each in traits.items() if (text := _prose(each))}
    return "\n".join(text if name == "text" else f"{name}: {text}" for name, text in told.items())
