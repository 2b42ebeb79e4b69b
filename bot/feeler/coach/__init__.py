"""The coach: what a talk taught, true of the transcript.

`findings` is pure and quick; `prose` lets the model write connecting sentences and drafts, every one checked;
`debrief` does both. `messages`, `render`, `render_transcript` and `picture` show it.
"""

from feeler.coach.comparing import comparison_text
from feeler.coach.findings import compare, findings, history
from feeler.coach.picture import chart, picture
from feeler.coach.rendering import MEDIA_TYPES, filename, render, render_transcript
from feeler.coach.showing import history_text, messages
from feeler.coach.values import Debrief
from feeler.coach.writing import debrief, prose

__all__ = [
    "MEDIA_TYPES",
    "Debrief",
    "chart",
    "compare",
    "comparison_text",
    "debrief",
    "filename",
    "findings",
    "history",
    "history_text",
    "messages",
    "picture",
    "prose",
    "render",
    "render_transcript",
]
