"""Glyphs for emoji where a machine has none: Noto Emoji, in one colour, which is shipped with the program."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FILE = Path(__file__).with_name("fonts") / "NotoEmoji-Regular.woff"
JOINER, PICTURE = 0x200D, 0xFE0F  # they make one glyph of several signs


@lru_cache(maxsize=1)
def emoji() -> frozenset[int]:
    """The code points that it draws, besides those that every typeface has."""
    with TTFont(FILE, lazy=True) as font:
        return frozenset(code for code in font.getBestCmap() if code > 0x2000) - {JOINER, PICTURE}


def only(text: str) -> str:
    """The font with the emoji of `text` alone, WOFF in base64; empty where there are none in it."""
    codes = frozenset(map(ord, text)) & emoji()
    return _only(codes) if codes else ""


@lru_cache(maxsize=32)
def _only(codes: frozenset[int]) -> str:
    options = Options(flavor="woff", notdef_outline=True, layout_features=["*"])
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes | {JOINER, PICTURE})
    with TTFont(FILE, recalcTimestamp=False) as font:
        subsetter.subset(font)
        font.flavor, written = "woff", BytesIO()
        font.save(written)
    return b64encode(written.getvalue()).decode()
