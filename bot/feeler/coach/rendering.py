"""Documents to send or save: the whole debrief, or the transcript alone, in five formats."""

from collections.abc import Callable

from feeler.coach import plain, records
from feeler.coach.clock import day_of
from feeler.coach.findings import company_of, people_of
from feeler.coach.values import Debrief
from feeler.errors import DataError
from feeler.interview.values import Interview
from feeler.personas.library import Library

MEDIA_TYPES: dict[str, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "md": "text/markdown",
    "json": "application/json",
    "txt": "text/plain",
}


def render(debrief: Debrief, kind: str) -> bytes:
    """The whole debrief with its transcript as a file of this kind: html, pdf, md, json or txt.

    Raises DataError that says which kinds there are.
    """
    from feeler.coach import page, paper  # fpdf takes a moment to import

    writers: dict[str, Callable[[Debrief], str | bytes]] = {
        "html": page.html,
        "pdf": paper.pdf,
        "md": plain.markdown,
        "json": records.debrief_json,
        "txt": plain.text,
    }
    return _written(writers, debrief, kind)


def render_transcript(interview: Interview, library: Library, kind: str) -> bytes:
    """The transcript alone as a file of this kind. Nothing is read into it, so it is quick at any length."""
    from feeler.coach import page, paper  # fpdf takes a moment to import

    writers: dict[str, Callable[[Debrief], str | bytes]] = {
        "html": page.transcript_html,
        "pdf": paper.transcript_pdf,
        "md": plain.transcript_markdown,
        "json": records.transcript_json,
        "txt": plain.transcript_text,
    }
    bare = Debrief(
        interview=interview,
        people=people_of(interview, library),
        company=company_of(interview, library).name,
        trade="",
        short=False,
    )
    return _written(writers, bare, kind)


def filename(interview: Interview, kind: str, what: str = "debrief") -> str:
    """ "feeler-debrief-ruth-2026-11-22.pdf"; nothing a user wrote gets into it."""
    parts = ["feeler", what, interview.persona, day_of(interview)]
    return f"{'-'.join(part for part in parts if part)}.{kind}"


def _written(writers: dict[str, Callable[[Debrief], str | bytes]], debrief: Debrief, kind: str) -> bytes:
    if kind not in writers:
        raise DataError(f"There is no format {kind[:20]!r}. There are: {', '.join(writers)}.")
    found = writers[kind](debrief)
    return found if isinstance(found, bytes) else found.encode("utf-8", "replace")
