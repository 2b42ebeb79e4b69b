"""The coach: what a talk taught, true of the transcript.

`findings` reads a talk, in milliseconds and with no language model. `messages`, `part`, `render`,
`render_transcript` and `picture` show it. Further parts of a debrief are further sections of `outline`.
"""

from feeler.coach.comparing import comparison_text
from feeler.coach.findings import compare, findings, history
from feeler.coach.picture import chart, picture
from feeler.coach.rendering import MEDIA_TYPES, filename, render, render_transcript
from feeler.coach.showing import history_text, messages, part
from feeler.coach.values import Debrief

__all__ = [
    "MEDIA_TYPES",
    "Debrief",
    "chart",
    "compare",
    "comparison_text",
    "filename",
    "findings",
    "history",
    "history_text",
    "messages",
    "part",
    "picture",
    "render",
    "render_transcript",
]
