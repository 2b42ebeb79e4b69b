"""Which typeface a sign is set in where DejaVu Sans lacks it, and which package brings it."""

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
        files = installed()
        upright = files.get(self.file)
        return files.get(self.file.replace("-Regular", "-Bold"), upright) if bold else upright


CJK = Typeface("CJK", "NotoSansCJK-Regular.ttc", "fonts-noto-cjk")
EMOJI = Typeface("emoji", emoji.FILE.name, "")
SYMBOLS = Typeface("symbols", "Symbola_hint.ttf", "fonts-symbola")


def typeface_for(sign: str) -> Typeface:
    """By the sign's Unicode name, which begins with its script: Noto's files are named after it."""
    if ord(sign) in emoji.emoji():
        return EMOJI
    kind, script = unicodedata.category(sign), unicodedata.name(sign, "?").split()[0].capitalize()
    if unicodedata.east_asian_width(sign) in "WFH" and kind not in ("So", "Sk"):  # those are pictures
        return CJK
    own = Typeface(script, f"NotoSans{script}-Regular.ttf", "fonts-noto-core")
    return own if kind[0] in "LMN" or own.path() else SYMBOLS


@lru_cache(maxsize=1)
def installed() -> dict[str, Path]:
    """The font files of this machine and our own, by name."""
    return {emoji.FILE.name: emoji.FILE} | {
        path.name: path
        for folder in FOLDERS
        for path in folder.expanduser().rglob("*")
        if path.suffix in (".ttf", ".ttc", ".otf")
    }
