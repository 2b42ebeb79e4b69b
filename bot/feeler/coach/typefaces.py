"""Which typeface a sign is set in where DejaVu Sans lacks it, and which package brings it."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from feeler.coach import emoji

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
)


class Typeface(NamedTuple):
    """A font by the name of its file, and the Debian package that brings it where we do not."""

    script: str
    file: str
    package: str

    def path(self, bold: bool = False) -> Path | None:
        """Where it is installed; its upright form where there is no bold one."""
        files, file = installed(), self.file.lower()
        upright = files.get(file)
        return files.get(file.replace("-regular", "-bold"), upright) if bold else upright


NOTO = "fonts-noto-core"
ALIASES = {"MATHEMATICAL": "MATH", "SYLLABICS": "ABORIGINAL"}  # Noto's names of scripts for Unicode's
REST = re.compile(r" (?:LETTER|SYLLABLE|CHARACTER|VOWEL|CONSONANT|SIGN|SUBJOINED|DIGIT|NUMBER|MARK|TONE)\b.*")
CJK = Typeface("CJK", "NotoSansCJK-Regular.ttc", "fonts-noto-cjk")
EMOJI = Typeface("emoji", emoji.FILE.name, "")
SYMBOLS = Typeface("symbols", "Symbola_hint.ttf", "fonts-symbola")


def typeface_for(sign: str) -> Typeface:
    """The one that has this sign, installed or not."""
    if ord(sign) in emoji.emoji():
        return EMOJI
    own, kind = _of_script(sign), unicodedata.category(sign)
    if own.path():
        return own
    pictured = kind in ("So", "Sk") and not "\u2e80" <= sign <= "\u33ff"  # there are the marks of Han texts
    if unicodedata.east_asian_width(sign) in "WFH" and not pictured:
        return CJK
    return own if kind[0] in "LMN" else SYMBOLS


def _of_script(sign: str) -> Typeface:
    """By the sign's Unicode name, which begins with its script: Noto's files are named after it."""
    words = [ALIASES.get(word, word) for word in unicodedata.name(sign, "?").replace("-", "").split()[:3]]
    for many in range(len(words), 0, -1):  # "New Tai Lue" before "New"
        script = " ".join(words[:many]).title()
        for style in ("Sans", "Serif"):
            found = Typeface(script, f"Noto{style}{script.replace(' ', '')}-Regular.ttf", NOTO)
            if found.path():
                return found
    script = REST.sub("", " ".join(words)).title()
    return Typeface(script, f"NotoSans{script.replace(' ', '')}-Regular.ttf", NOTO)


@lru_cache(maxsize=1)
def installed() -> dict[str, Path]:
    """The font files of this machine and our own, by name in small letters."""
    return {emoji.FILE.name.lower(): emoji.FILE} | {
        path.name.lower(): path
        for folder in FOLDERS
        for path in folder.expanduser().rglob("*")
        if path.suffix in (".ttf", ".ttc", ".otf")
    }
