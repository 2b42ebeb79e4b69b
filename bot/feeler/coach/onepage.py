"""The page before the real talk as PDF, small enough for one side of paper."""

from feeler.coach.preparing import Preparation
from feeler.coach.sheet import FAINT, TEXT, YOU, Sheet

LINE = 4.5  # millimetres


def pdf(page: Preparation) -> bytes:
    """The whole page, as the bytes of the file."""
    return _OnePage(page.title).written(page)


class _OnePage(Sheet):
    def written(self, page: Preparation) -> bytes:
        self.add_page()
        self._style(15, TEXT, bold=True)
        self._text(self.heading, 7)
        for part in page.parts():
            self.ln(2.5)
            self._style(11, YOU, bold=True)
            self._text(part.title, 5.5)
            if part.lead:
                self._style(9, FAINT if part.entries else TEXT)
                self._text(part.lead, LINE)
            for entry in part.entries:
                self.ln(0.8)
                self._style(9, TEXT)
                self._text(f"• {entry}", LINE)
        self._lacking()
        return bytes(self.output())
