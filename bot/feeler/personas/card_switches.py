"""Whether a card's author switched something off, in whatever editor's words. In doubt it is off.

`enabled` stands in cards, `disable` in SillyTavern's world info, `@@dont_activate` in the text of V3 entries,
"[DISABLED]" in titles that people keep by hand.
"""

import re
from collections.abc import Iterator
from typing import Any

DECORATOR = re.compile(r"^[ \t]*@@+.*$", re.MULTILINE)
_OFF_BY_DECORATOR = re.compile(r"^[ \t]*@@+[ \t]*dont[ _-]?activate\b", re.MULTILINE | re.IGNORECASE)
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_ON = frozenset(
    (
        *("enabled", "enable", "isenabled", "active", "isactive", "activated", "on"),
        *("visible", "isvisible", "shown", "public", "ispublic", "published", "use", "used", "inuse"),
    )
)
_OFF = frozenset(
    (
        *(
            "disabled",
            "disable",
            "isdisabled",
            "inactive",
            "hidden",
            "ishidden",
            "secret",
            "private",
            "muted",
        ),
        *("off", "deleted", "isdeleted", "removed", "archived", "isarchived", "excluded", "draft", "isdraft"),
        *("exclude", "ignore", "ignored", "skip", "skipped", "suppress", "suppressed", "hide", "unused"),
        *("donotuse", "dontuse", "confidential", "spoiler", "isspoiler", "gmonly", "dmonly", "unpublished"),
    )
)
_STATE = frozenset(("state", "status", "mode", "toggle", "visibility", "type"))
_TITLE = frozenset(("name", "title", "comment", "memo", "label"))  # where an author notes it by hand
_NOTED_OFF = re.compile(
    r"[\[({<]\s*(?:disabled?|off|inactive|unused|deleted|removed|archived|draft|hidden|secret|private"
    r"|spoilers?|do(?:n['’]?t| not) use)\s*[\])}>]"
    r"|^\s*(?:disabled|inactive|unused)\s*(?:[:\-–—]|$)",
    re.IGNORECASE,
)
_CHANCE = frozenset(("probability", "chance", "activationpercent", "triggerpercent"))
_YES = (
    "true",
    "t",
    "yes",
    "y",
    "on",
    "enabled",
    "enable",
    "active",
    "activated",
    "always",
    "visible",
    "public",
)
_NO = ("", "false", "no", "n", "off", "0", "none", "null")
_SAYS_OFF = (
    *(*_NO, "disabled", "disable", "inactive", "hidden", "archived"),
    *("private", "secret", "draft", "deleted", "removed"),
)
_DEPTH = 3  # of extensions within extensions


def switched_off(said: dict[str, Any], content: str = "") -> bool:
    """Whether `said`, or what stands in its extensions, or a decorator in `content`, is switched off."""
    if _OFF_BY_DECORATOR.search(with_line_feeds(content)):
        return True
    return any(map(_is_off, _levels(said, _DEPTH)))


def with_line_feeds(text: str) -> str:
    """`text` with the line ends of one kind, and without the marks of no width that may stand before one."""
    return _LINE_END.sub("\n", re.sub("[\u200b\u2060\ufeff]", "", text))


def _levels(said: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """What is said at the top, in its extensions, and in what these hold."""
    yield {re.sub(r"[^a-z]", "", str(name).lower()): value for name, value in said.items()}
    inner = [said.get("extensions")] if depth == _DEPTH else said.values()
    for value in inner:
        if depth and isinstance(value, dict):
            yield from _levels(value, depth - 1)


def _is_off(switches: dict[str, Any]) -> bool:
    for name, value in switches.items():
        word = value.strip().lower() if isinstance(value, str) else value
        if name in _ON and not (_says_yes(word) if isinstance(word, str) else word):
            return True
        if name in _OFF and (word not in _NO if isinstance(word, str) else bool(word)):
            return True
        if name in _STATE and (word is False or word in _SAYS_OFF[1:]):
            return True
        if name in _TITLE and isinstance(value, str) and _NOTED_OFF.search(value):
            return True
        if name in _CHANCE and _is_zero(word) and switches.get("useprobability", True):
            return True
    return False


def _says_yes(word: str) -> bool:
    return word in _YES or (word.replace(".", "", 1).isdecimal() and not _is_zero(word))


def _is_zero(value: Any) -> bool:
    if isinstance(value, str):
        value = value.rstrip("% ")
    try:
        return not isinstance(value, bool) and value is not None and float(value) <= 0
    except (TypeError, ValueError):
        return False
