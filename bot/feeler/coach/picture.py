"""Pictures for the chat: the topic map with the balance of the talk, and the talks so far; for phones.

They are drawn on a card of their own colours, so that they read the same on a light and on a dark chat.
"""

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from feeler.coach.care import without_need
from feeler.coach.topics import TITLES
from feeler.coach.values import Coverage, Debrief, Figures, Progress
from feeler.coach.words import count
from feeler.errors import DataError
from feeler.interview.values import Speaker

WIDTH = 1080  # pixels; a phone shows it at about a third
EDGE = 56
SHOWN = 6  # talks in the chart


class Theme(NamedTuple):
    ground: str
    card: str
    text: str
    faint: str
    you: str
    they: str


LIGHT = Theme("#f4f1ea", "#ffffff", "#1f2430", "#5d6473", "#0b6e6e", "#c2571a")
DARK = Theme("#171a21", "#222733", "#f2f0ea", "#a9b0bf", "#4cc3bd", "#f09a5f")


def font_file(bold: bool = False) -> Path:
    """DejaVu Sans as matplotlib ships it, found without importing matplotlib."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("matplotlib, which carries the typeface DejaVu Sans, is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    return folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


def picture(debrief: Debrief, dark: bool = False) -> bytes:
    """The topic map and the talk-balance strip as one PNG."""
    rows = len(debrief.topics)
    board = Board(height=EDGE * 2 + 140 + rows * 62 + 50 + 210, theme=DARK if dark else LIGHT)
    top = _topic_map(board, debrief.topics)
    _strip(board, debrief, top + 50)
    return board.png()


def chart(progress: Progress, dark: bool = False) -> bytes:
    """The last talks side by side as a small PNG: questions, follow-ups, topics, facts."""
    kinds = (
        ("questions", "Questions"),
        ("follow_ups", "Follow-ups"),
        ("topics", "Topics"),
        ("facts", "Facts"),
    )
    talks = progress.talks[-SHOWN:]
    board = Board(height=EDGE * 2 + 70 + 210 * len(kinds), theme=DARK if dark else LIGHT)
    board.write(EDGE, EDGE, "Your talks, the newest on the right", 40, bold=True)
    for at, (name, title) in enumerate(kinds):
        _bars(board, talks, name, title, EDGE + 80 + at * 210)
    return board.png()


class Board:
    """A picture being drawn."""

    def __init__(self, height: int, theme: Theme) -> None:
        self.theme = theme
        self.image = Image.new("RGB", (WIDTH, height), theme.ground)
        self.draw = ImageDraw.Draw(self.image)
        edge = EDGE // 2
        self.draw.rounded_rectangle((edge, edge, WIDTH - edge, height - edge), 28, fill=theme.card)

    def write(self, x: int, y: int, text: str, size: int, *, bold: bool = False, colour: str = "") -> None:
        font = ImageFont.truetype(str(font_file(bold)), size)
        self.draw.text((x, y), text, font=font, fill=colour or self.theme.text)

    def write_right(self, x: int, y: int, text: str, size: int, colour: str) -> None:
        """Text that ends at `x`."""
        font = ImageFont.truetype(str(font_file()), size)
        self.draw.text((x, y), text, font=font, fill=colour, anchor="ra")

    def dot(self, x: int, y: int, colour: str, filled: bool) -> None:
        box = (x - 17, y - 17, x + 17, y + 17)
        if filled:
            self.draw.ellipse(box, fill=colour)
        else:
            self.draw.ellipse(box, outline=self.theme.faint, width=3)

    def png(self) -> bytes:
        found = BytesIO()
        self.image.save(found, format="PNG", optimize=True)
        return found.getvalue()


def _topic_map(board: Board, topics: tuple[Coverage, ...]) -> int:
    """Draws the map and says where it ends."""
    covered = sum(one.covered for one in topics)
    asked, told = WIDTH - EDGE - 170, WIDTH - EDGE - 50
    board.write(EDGE, EDGE, f"Topics: {covered} of {len(topics)}", 44, bold=True)
    board.write(asked - 130, EDGE + 72, "you asked", 30, colour=board.theme.you)
    board.write_right(told + 36, EDGE + 72, "told", 30, board.theme.they)
    y = EDGE + 130
    for one in topics:
        colour = board.theme.text if one.covered else board.theme.faint
        title = TITLES[one.topic]
        board.write(EDGE, y, title[:1].upper() + title[1:], 36, colour=colour)
        board.dot(asked, y + 24, board.theme.you, bool(one.asked))
        board.dot(told, y + 24, board.theme.they, bool(one.told))
        y += 62
    return y


def _strip(board: Board, debrief: Debrief, y: int) -> None:
    """Every message of the talk as a piece of the strip, as wide as it is long, in its speaker's colour."""
    share = debrief.balance.share
    board.write(EDGE, y, "Who spoke how much", 44, bold=True)
    said = [line for line in without_need(debrief.interview).lines if line.speaker is not Speaker.COACH]
    counts = [count(line.text) for line in said]
    whole = sum(counts)
    left, right = EDGE, WIDTH - EDGE
    top, bottom = y + 74, y + 134
    board.draw.rectangle((left, top, right, bottom), fill=board.theme.ground)
    before = 0
    for line, many in zip(said, counts, strict=True):
        colour = board.theme.you if line.speaker is Speaker.CANDIDATE else board.theme.they
        start = left + (right - left) * before / max(whole, 1)
        before += many
        end = left + (right - left) * before / max(whole, 1)
        if many:
            board.draw.rectangle(
                (start, top, max(start, end - (3 if end - start > 8 else 0)), bottom), fill=colour
            )
    board.write(left, bottom + 18, f"You {share:.0%}", 36, colour=board.theme.you)
    they = f"They {1 - share:.0%}" if whole else "They 0%"
    board.write_right(right, bottom + 18, they, 36, board.theme.they)


def _bars(board: Board, talks: tuple[Figures, ...], name: str, title: str, y: int) -> None:
    most = max((getattr(one, name) for one in talks), default=0) or 1
    board.write(EDGE, y, title, 36)
    width = (WIDTH - EDGE - 400) // SHOWN
    left = WIDTH - EDGE - width * len(talks)
    for at, one in enumerate(talks):
        value = getattr(one, name)
        newest = at == len(talks) - 1
        x, height = left + at * width, round(110 * value / most)
        colour = board.theme.you if newest else board.theme.faint
        board.draw.rectangle((x + 12, y + 160 - max(height, 4), x + width - 12, y + 160), fill=colour)
        board.write(x + width // 2 - 10 * len(str(value)), y + 160 - height - 44, str(value), 32, bold=newest)
