"""Text from anywhere, made plain: what cannot be seen, cannot be read or could act on a prompt goes."""

import re
import unicodedata

from feeler.personas.files import CHAT_MARKUP

LONGEST_WORD = 40  # signs; longer ones are addresses, keys and mischief
MOST_CHARS = 60_000  # of one paper
ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
SLOTS = re.compile(r"[{}<>\[\]|`\\]")
BULLET = re.compile(r"^(?:[-•▪●*–·◦‣✓✔➤»]|\d{1,2}[.)])\s+")
NARROWEST, WIDEST, LOOSE = 40, 140, 0.8  # signs of a line that was cut at an edge
LETTER = re.compile(r"[^\W\d_]")
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")  # whose letters look like each other's


def clean(text: str) -> str:
    """`text` as lines of plain words: no invisible or control signs, no markup of chat templates."""
    lines = (clean_line(line) for line in plain_lines(text))
    return "\n".join(line for line in lines if line)[:MOST_CHARS]


def plain_lines(text: str) -> list[str]:
    """The lines of `text` that can be seen, whole again, without those that have markup; addresses stay."""
    plain = "\n".join("" if _is_marked(line) else line for line in _visible(text).splitlines())
    return unwrapped(plain).splitlines()


def unwrapped(text: str, *, loose: bool = False) -> str:
    """Lines that were cut at the right edge put together again: those that the next word would have overrun.

    `loose` where letters differ in width, as on printed pages. Headings, list items and blank lines stay.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    wide = max((len(line) for line in lines), default=0) * (LOOSE if loose else 1.0)
    if not NARROWEST <= wide <= WIDEST:
        return "\n".join(lines)
    paragraphs: list[str] = []
    cut = False
    for at, line in enumerate(lines):
        if cut and line and not BULLET.match(line):
            before = paragraphs[-1]
            in_word = before.endswith("-") and line[:1].islower()
            paragraphs[-1] = before[:-1] + line if in_word else f"{before} {line}"
        else:
            paragraphs.append(line)
        following = lines[at + 1].split(" ")[0] if at + 1 < len(lines) else ""
        over = bool(line and following) and len(line) + 1 + len(following) > wide
        cut = over and line[-1] not in ".!?:"
    return "\n".join(paragraphs)


def _visible(text: str) -> str:
    """Without signs that have no shape: joiners, direction marks, tags, private ones. Blanks become plain."""
    composed = unicodedata.normalize(
        "NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    )
    return "".join(_plain(sign) for sign in composed)


def _plain(sign: str) -> str:
    if sign == "\n":
        return sign
    if sign == "\u00ad":  # a soft hyphen
        return ""
    kind = unicodedata.category(sign)
    if kind == "Zs" or sign in "\t\f\v":
        return " "
    hidden = kind[0] == "C" or 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0000 <= ord(sign) <= 0xE0FFF
    return "" if hidden or sign in "\u3164\u115f\u1160\uffa0\u2800" else sign


def clean_line(line: str) -> str:
    """One line of plain words, or nothing where it must not be used as a whole."""
    line = BULLET.sub("", line.strip())
    if _is_marked(line):
        return ""
    kept = [word for word in ADDRESS.sub("", line).split() if len(word) <= LONGEST_WORD]
    if any(_mixed(word) for word in kept):
        return ""
    return " ".join(_upright(word) for word in kept)


def _is_marked(line: str) -> bool:
    """Whether a line has markup that could act on a prompt; such a line goes as a whole."""
    return bool(CHAT_MARKUP.search(line) or SLOTS.search(line))


def _mixed(word: str) -> bool:
    """Whether a word has letters of several scripts, made to look like another word."""
    found = {unicodedata.name(sign, "").split(" ")[0] for sign in LETTER.findall(word)}
    return len(found & set(SCRIPTS)) > 1


def _upright(word: str) -> str:
    """At most two marks above a letter: more make a text that runs over others."""
    if not any(unicodedata.combining(sign) for sign in word):
        return word
    kept, marks = [], 0
    for sign in word:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= 2:
            kept.append(sign)
    return "".join(kept)
