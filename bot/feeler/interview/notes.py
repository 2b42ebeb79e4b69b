"""Notes of a real conversation as lines: who said what, where the person marked it. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from feeler.interview.values import Interview, Line, Notes, Phase, Speaker

PERSONA = COMPANY = "notes"  # in place of slugs: nobody of the library sat there
MOST_LINES = 200
MARKED = re.compile(r"[-•*\s]*(?P<mark>[^\W\d_]{1,20})\s*:\s*(?P<said>\S.*)")
THEIRS = frozenset({"they", "them", "he", "him", "she", "her"})
OWN = frozenset({"me", "i", "myself"})


def speaker_of(row: str, notes: Notes) -> tuple[Speaker, str]:
    """Whose words a row of the notes holds, and the words without the mark."""
    found = MARKED.fullmatch(row)
    mark = found["mark"].casefold() if found else ""
    if found and (mark in THEIRS or mark in notes.who.casefold().split()):
        return Speaker.COMPANY, found["said"]
    if found and mark in OWN:
        return Speaker.CANDIDATE, found["said"]
    return Speaker.NOTE, row


def talk_of(texts: Iterable[str], notes: Notes, *, id: str, now: datetime) -> Interview:
    """The talk that the notes tell of, a line a row, in the order in which they were written."""
    rows = [row.strip() for text in texts for row in text.splitlines() if row.strip()][:MOST_LINES]
    return Interview(
        id=id, persona=PERSONA, company=COMPANY, started=now, ended=now, notes=notes,
        lines=tuple(_lines(rows, notes, now)),
    )  # fmt: skip


def _lines(rows: Iterable[str], notes: Notes, now: datetime) -> Iterator[Line]:
    for number, row in enumerate(rows, start=1):
        speaker, said = speaker_of(row, notes)
        yield Line(
            number=number, turn=number, speaker=speaker, persona=PERSONA, phase=Phase.STORY, text=said, at=now
        )


def split_name(given: str) -> tuple[str, str]:
    """Person and company of "Marta Kern at Kern Foods" or "Marta Kern, Kern Foods"."""
    for between in (" at ", " of ", ","):
        who, found, firm = given.partition(between)
        if found:
            return who.strip(), firm.strip()
    return given.strip(), ""


def name_of(talk: Interview) -> str:
    """Whom a noted conversation was with; "them" where nobody was named."""
    return (talk.notes.who or talk.notes.firm or "them") if talk.notes else ""
