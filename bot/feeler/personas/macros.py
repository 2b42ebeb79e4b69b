"""The macros of character cards, `{{char}}` and its like, made into plain text."""

import re

MACRO = re.compile(r"\{\{([^{}]{0,2000})\}\}")
ROUNDS = 5  # macros may stand inside macros
NAMED = re.compile(r"<(?:char|bot)>", re.IGNORECASE)
USER = re.compile(r"\{\{\s*user\s*\}\}|<user>", re.IGNORECASE)
CALLED = re.compile(
    r"(?:,[ \t]*|(?<=\bhi)[ \t]+|(?<=\bhey)[ \t]+|(?<=\bhello)[ \t]+|(?<=\bwelcome)[ \t]+)"
    r"(?:\{\{\s*user\s*\}\}|<user>)(?=[ \t]*[.!?,;])",
    re.IGNORECASE,
)


def without_macros(text: str, *, char: str, user: str) -> str:
    """`text` with `{{char}}` and `{{user}}` replaced, the first choice of `{{random:…}}`, and no other macro.

    The user called by name ("Hello, {{user}}!") is left out, since nobody's name is known here.
    """
    text = USER.sub(user, CALLED.sub("", NAMED.sub(lambda _: char, text)))
    for _ in range(ROUNDS):
        text, changed = MACRO.subn(lambda found: _meant(found[1], char), text)
        if not changed:
            break
    return text.replace("{{", "").replace("}}", "")


def _meant(macro: str, char: str) -> str:
    name, _, rest = macro.partition(":")
    match name.strip().lower():
        case "char":
            return char
        case "random" | "pick":
            choices = re.split(r"::|(?<!\\),", rest.lstrip(":"))
            return choices[0].strip().replace("\\,", ",")
        case _:
            return ""
