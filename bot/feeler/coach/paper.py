"""The debrief as PDF: the same sections as the page, claims linked to the lines of the transcript."""

from feeler.coach.care import printed, without_need
from feeler.coach.clock import clock, day_of
from feeler.coach.outline import Item, Quoted, Section, outline, place, speaker_name, title, transcript_title
from feeler.coach.plain import visible
from feeler.coach.sheet import EDGE, FAINT, SOFT, TEXT, THEY, YOU, Sheet
from feeler.coach.topics import TITLES
from feeler.coach.values import Debrief
from feeler.coach.words import count
from feeler.interview.values import Speaker


def pdf(debrief: Debrief) -> bytes:
    """The whole debrief with its transcript."""
    return _Paper(debrief, f"Debrief: {title(debrief)}").written(outline(debrief))


def transcript_pdf(debrief: Debrief) -> bytes:
    """The transcript alone."""
    return _Paper(debrief, f"{transcript_title(debrief)}: {title(debrief)}").written(())


class _Paper(Sheet):
    """A debrief or a transcript being written."""

    def __init__(self, debrief: Debrief, heading: str) -> None:
        super().__init__(heading)
        self.debrief = debrief
        # Every place is on the first page until its line is written.
        self.places = {line.number: self.add_link(page=1) for line in debrief.interview.lines}

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
        self._lacking()
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
            self._shown(f"{one.who}, {place(one)}"),
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
        self._text(text, 5, self.w - 2 * EDGE - 4)
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
        self._head(transcript_title(self.debrief))
        if not self.debrief.interview.lines:
            self._style(10, TEXT)
            self._text("Nothing was said.", 5)
        for line in printed(self.debrief.interview):
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
