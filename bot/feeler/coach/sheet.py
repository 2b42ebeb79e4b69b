"""A4 paper on which every sign is shown, or said to be missing: what all our PDFs are written on."""

from unicodedata import category

from fpdf import FPDF
from fpdf.fonts import TTFFont

from feeler.coach.picture import font_file
from feeler.coach.plain import visible
from feeler.coach.typefaces import CJK, EMOJI, SYMBOLS, Typeface, typeface_for

YOU, THEY, TEXT, FAINT, SOFT = (11, 110, 110), (168, 72, 15), (31, 36, 48), (93, 100, 115), (238, 245, 244)
MISSING = "\u25af"  # stands for a sign that the typeface lacks
EDGE = 18  # millimetres


class Sheet(FPDF):
    """A document being written."""

    def __init__(self, heading: str) -> None:
        super().__init__(format="A4")
        self.heading = heading
        self.left_out: set[Typeface] = set()
        self._faces: dict[Typeface, bool] = {}  # those asked for, and whether they are installed
        self.set_margins(EDGE, EDGE, EDGE)
        self.set_auto_page_break(True, EDGE)
        self.add_font("DejaVu", "", font_file())
        self.add_font("DejaVu", "B", font_file(bold=True))
        self.set_text_shaping(True)  # or Arabic and Indic letters would stand alone, and Hebrew run backwards
        self.set_title(self._shown(heading))
        self.set_lang("en")

    def footer(self) -> None:
        self.set_y(-12)
        self._style(8, FAINT)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="C")

    def _head(self, text: str) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.ln(5)
        self._style(13, TEXT, bold=True)
        self._text(text, 6.5)
        self.ln(0.5)

    def _lacking(self) -> None:
        """Say at the end which typefaces are not installed here."""
        if self.left_out:
            self.ln(4)
            self._style(8, FAINT)
            lacking = sorted(f"{each.script} (Debian: {each.package})" for each in self.left_out)
            self._text(
                f"{MISSING} stands for a sign of which no typeface is installed where this was written: "
                f"{', '.join(lacking)}. The other formats have it.",
                4,
            )

    def _style(self, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font("DejaVu", "B" if bold else "", size)
        self.set_text_color(*colour)
        if self.page:  # else where a text begins in another typeface, its next line has the size before
            self.text(0, 0, "")

    def _text(self, text: str, height: float, width: float = 0) -> None:
        """From here on, `width` millimetres wide or to the margin. Each paragraph runs its own way."""
        for row in self._shown(text).split("\n"):
            self.multi_cell(width, height, row, align="L", new_x="LEFT", new_y="NEXT")
        self.set_x(self.l_margin)

    def _shown(self, text: str) -> str:
        """`text` in signs that a typeface has."""
        found = "".join(
            sign if self._can_show(sign) else "" if category(sign) == "Cf" else MISSING  # Cf: has no shape
            for sign in visible(text)
        )
        return found.replace("\t", "    ")

    def _can_show(self, sign: str) -> bool:
        """Whether a typeface has the sign; one that is installed is taken up when its first sign comes."""
        if sign in "\n\t" or self._has("DejaVu", sign):
            return True
        face = typeface_for(sign)
        if face not in self._faces:
            upright = face.path()
            self._faces[face] = upright is not None
            if upright:
                self.add_font(face.file, "", upright)
                self.add_font(face.file, "B", face.path(bold=True))
                self._take_over(face)
                self.set_fallback_fonts([each.file for each, there in self._faces.items() if there])
        if self._has(face.file, sign):
            return True
        if category(sign) != "Cf":
            self.left_out.add(face)
        return False

    def _take_over(self, face: Typeface) -> None:
        """Leave the whole script to this typeface: the letters of a word join in one only."""
        if face in (CJK, EMOJI, SYMBOLS):
            return
        for style in ("", "B"):
            ours, theirs = (self.fonts[family.lower() + style] for family in ("DejaVu", face.file))
            assert isinstance(ours, TTFFont)
            assert isinstance(theirs, TTFFont)
            for code in ours.cmap.keys() & theirs.cmap.keys():
                if typeface_for(chr(code)) == face:
                    del ours.cmap[code]

    def _has(self, family: str, sign: str) -> bool:
        """Whether the typeface is taken up and has the sign, bold and upright."""
        fonts = [self.fonts.get(family.lower() + style) for style in ("", "B")]
        return all(isinstance(font, TTFFont) and ord(sign) in font.cmap for font in fonts)
