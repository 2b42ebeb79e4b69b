"""What goes into a company of one's own, as typed values."""

from dataclasses import dataclass
from enum import StrEnum

from feeler.personas.values import Topic


class Origin(StrEnum):
    """How a text came to us, which decides how it is quoted."""

    FILE = "file"
    FORWARDED = "forwarded"
    WRITTEN = "written"  # pasted or told: in a chat nobody can tell one from the other


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One thing that somebody sent about a company. Its text is untrusted, and clean: see `cleaning`."""

    name: str  # "about.pdf"; of a message "message 2"
    origin: Origin
    text: str  # a paragraph, heading or list item a line
    title: str = ""  # what it calls itself


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One sentence of a source that says something about the company."""

    text: str  # the source's own words, a whole sentence or list item
    paper: str  # name of the paper
    topic: Topic
    certainty: float  # that it says something on this topic, 0.0 to 1.0


@dataclass(frozen=True, kw_only=True)
class StoryLine:
    """One line of somebody's CV or what they typed about themselves, word for word."""

    text: str
    paper: str = ""  # name of the file; empty: typed
