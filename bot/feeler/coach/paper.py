"""The debrief as PDF: the same sections as the page, claims linked to the lines of the transcript."""

from unicodedata import category

from fpdf import FPDF
from fpdf.fonts import TTFFont

from feeler.coach.care import without_need
from feeler.coach.clock import clock, day_of
from feeler.coach.outline import Item, Quoted, Section, outline, speaker_name, title
from feeler.coach.picture import font_file
from feeler.coach.plain import visible
from feeler.coach.topics import TITLES
from feeler.coach.typefaces import Typeface, typeface_for
from feeler.coach.values import Debrief
from feeler.coach.words import count
from feeler.interview.values import Speaker

YOU, THEY, TEXT, FAINT, SOFT = (11, 110, 110), (168, 72, 15), (31, 36, 48), (93, 100, 115), (238, 245, 244)
MISSING = "\u25af"  # stands for a sign that the typeface lacks
EDGE = 18  # millimetres


def pdf(debrief: Debrief) -> bytes:
    """The whole debrief with its transcript."""
    return _Paper(debrief, f"Debrief: {title(debrief)}").written(outline(debrief))


def transcript_pdf(debrief: Debrief) -> bytes:
    """The transcript alone."""
    return _Paper(debrief, f"Transcript: {title(debrief)}").written(())


class _Paper(FPDF):
    """An A4 document being written."""

    def __init__(self, debrief: Debrief, heading: str) -> None:
        super().__init__(format="A4")
        self.debrief = debrief
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
        # Every place is on the first page until its line is written.
        self.places = {line.number: self.add_link(page=1) for line in debrief.interview.lines}

    def footer(self) -> None:
        self.set_y(-12)
        self._style(8, FAINT)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="C")

    def written(self, sections: tuple[Section, ...]) -> bytes:
        """Everything on paper, as the bytes of the file."""
        self.add_page()
        self._style(17, TEXT, bold=True)
        self._text(self.heading, 8)
        self._style(10, FAINT)
        self._text(" · ".join(part for part in (day_of(self.debrief.interview),) if part), 5)
        for section in sections:
            self._section(section)
        self._transcript()
        if self.left_out:
            self.ln(4)
            self._style(8, FAINT)
            lacking = sorted(f"{each.script} (Debian: {each.package})" for each in self.left_out)
            self._text(
                f"{MISSING} stands for a sign of which no typeface is installed where this was written: "
                f"{', '.join(lacking)}. The other formats have it.",
                4,
            )
        return bytes(self.output())

    def _section(self, section: Section) -> None:
        if section.key == "topics" and self.will_page_break(30 + 6 * len(self.debrief.topics)):
            self.add_page()
        self._head(section.title)
        if section.lead:
            self._style(10.5, TEXT)
            self._text(section.lead, 5.4)
        if section.key == "topics":
            self._map()
            return
        if section.key == "talk":
            self._strip()
        for item in section.items:
            self._item(item)

    def _head(self, text: str) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.ln(5)
        self._style(13, TEXT, bold=True)
        self._text(text, 6.5)
        self.ln(0.5)

    def _item(self, item: Item) -> None:
        if self.will_page_break(36):
            self.add_page()
        self.ln(1.6)
        if item.head:
            self._style(10.5, TEXT, bold=True)
            self._text(item.head, 5.4)
        if item.box:
            self._box(item.box)
        if item.text:
            self._style(10.5, TEXT)
            self._text(item.text, 5.4)
        if item.ask:
            self._style(10.5, YOU)
            self._text(item.ask, 5.4)
        if item.lines:
            self._links(item.lines)
        for one in item.quotes:
            self._quote(one)

    def _box(self, text: str) -> None:
        self._style(10.5, TEXT)
        self.set_fill_color(*SOFT)
        self.multi_cell(
            0, 5.6, self._shown(text), fill=True, padding=3, align="L", new_x="LMARGIN", new_y="NEXT"
        )

    def _links(self, lines: tuple[int, ...]) -> None:
        self._style(9, FAINT)
        for line in lines:
            self.write(5, f"line {line}", self.places.get(line, ""))
            self.write(5, "   ")
        self.ln(5)

    def _quote(self, one: Quoted) -> None:
        """The words with a bar at their left, below who said them and the link to the line."""
        if self.will_page_break(14):
            self.add_page()
        self.set_x(EDGE + 4)
        self._style(8.5, FAINT)
        self.cell(
            0,
            4.6,
            self._shown(f"{one.who}, line {one.line}"),
            link=self.places[one.line],
            new_x="LMARGIN",
            new_y="NEXT",
        )
        self._style(10, TEXT)
        words = f"“{visible(one.words)}”{'' if one.ends else ' …'}"
        self._barred(words, YOU if one.you else THEY, 4.6)

    def _barred(self, text: str, colour: tuple[int, int, int], start: float = 0.0) -> None:
        page, top = self.page, self.get_y() - start
        self.set_x(EDGE + 4)
        self.multi_cell(self.w - 2 * EDGE - 4, 5, self._shown(text), align="L", new_x="LMARGIN", new_y="NEXT")
        if self.page == page:
            self.set_draw_color(*colour)
            self.set_line_width(0.8)
            self.line(EDGE + 1, top, EDGE + 1, self.get_y())
        self.ln(1.4)

    def _map(self) -> None:
        """The topic map as a table of dots that lead to their lines."""
        right = self.w - EDGE
        for topic in self.debrief.topics:
            if self.will_page_break(6):
                self.add_page()
            y = self.get_y() + 1
            self._style(10, TEXT if topic.covered else FAINT)
            label = TITLES[topic.topic]
            self.cell(90, 6, label[:1].upper() + label[1:])
            for lines, x, colour, word in (
                (topic.asked, right - 75, YOU, "asked"),
                (topic.told, right - 35, THEY, "told"),
            ):
                self.set_draw_color(*(colour if lines else FAINT))
                self.set_fill_color(*colour)
                self.set_line_width(0.3)
                self.circle(x=x, y=y + 2, radius=1.7, style="DF" if lines else "D")
                if lines:
                    self.set_xy(x + 4, y - 1)
                    self._style(8.5, FAINT)
                    self.cell(30, 6, f"{word}, line {lines[0]}", link=self.places[lines[0]])
            self.set_xy(EDGE, y + 5)

    def _strip(self) -> None:
        """Every message of the talk as a piece of the strip, as wide as it is long."""
        said = [
            line for line in without_need(self.debrief.interview).lines if line.speaker is not Speaker.COACH
        ]
        counts = [count(line.text) for line in said]
        whole, wide, x = sum(counts), self.w - 2 * EDGE, float(EDGE)
        top = self.get_y() + 1
        for line, many in zip(said, counts, strict=True):
            width = wide * many / max(whole, 1)
            self.set_fill_color(*(YOU if line.speaker is Speaker.CANDIDATE else THEY))
            self.rect(x, top, max(width - 0.3, 0.1), 7, style="F")
            x += width
        self.set_y(top + 8)
        share = self.debrief.balance.share
        for text, colour, side in ((f"You {share:.0%}", YOU, "L"), (f"They {1 - share:.0%}", THEY, "R")):
            self.set_xy(EDGE, top + 8)
            self._style(9, colour, bold=True)
            self.cell(wide, 5, text, align=side)
        self.set_xy(EDGE, top + 14)

    def _transcript(self) -> None:
        self._head("Transcript")
        if not self.debrief.interview.lines:
            self._style(10, TEXT)
            self._text("Nothing was said.", 5)
        for line in self.debrief.interview.lines:
            if self.will_page_break(14):
                self.add_page()
            self.set_link(self.places[line.number], y=self.get_y(), page=self.page)
            self.set_x(EDGE + 4)
            self._style(8.5, FAINT)
            who = speaker_name(self.debrief, line.speaker, line.persona)
            head = " · ".join(part for part in (str(line.number), clock(line), who) if part)
            self.cell(0, 4.6, self._shown(head), new_x="LMARGIN", new_y="NEXT")
            self._style(10, FAINT if line.speaker is Speaker.COACH else TEXT)
            colour = {Speaker.CANDIDATE: YOU, Speaker.COMPANY: THEY}.get(line.speaker, FAINT)
            self._barred(line.text, colour, 4.6)

    def _style(self, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font("DejaVu", "B" if bold else "", size)
        self.set_text_color(*colour)

    def _text(self, text: str, height: float) -> None:
        self.multi_cell(0, height, self._shown(text), align="L", new_x="LMARGIN", new_y="NEXT")

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
                self.set_fallback_fonts([each.file for each, there in self._faces.items() if there])
        if self._has(face.file, sign):
            return True
        if category(sign) != "Cf":
            self.left_out.add(face)
        return False

    def _has(self, family: str, sign: str) -> bool:
        """Whether the typeface is taken up and has the sign, bold and upright."""
        fonts = [self.fonts.get(family.lower() + style) for style in ("", "B")]
        return all(isinstance(font, TTFFont) and ord(sign) in font.cmap for font in fonts)
