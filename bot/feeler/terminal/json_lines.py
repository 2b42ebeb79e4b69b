"""The talk as JSON, one object a line of the talk, for other programs."""

import json
from pathlib import Path
from typing import Any, TextIO

from feeler.interview.values import Interview, Line, Need, Phase, Speaker
from feeler.ports import Preview
from feeler.terminal.files import save_into
from feeler.terminal.session import Shown
from feeler.usecases.values import Reply


class JsonLines:
    """Prints each line of the talk, and each text of the coach's, as one JSON object."""

    preview: Preview | None = None

    def __init__(self, out: TextIO, folder: Path | None = None) -> None:
        self._out = out
        self._folder = folder  # where files go; None: nowhere

    def typed(self, text: str) -> None:
        """Nothing: what was said comes as a line of the talk, and commands are no lines of it."""

    def show(self, shown: Shown) -> None:
        if shown.line is not None:
            self._print(of_line(shown.line))
        elif shown.reply is not None and shown.reply.speaker is Speaker.COACH:
            self._print(of_coach(shown.reply.text, shown.interview) | self._files(shown.reply))

    def _files(self, reply: Reply) -> dict[str, str]:
        file = reply.document or reply.picture
        return {"file": str(save_into(self._folder, file))} if file and self._folder else {}

    def _print(self, row: dict[str, Any]) -> None:
        self._out.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._out.flush()


def of_line(line: Line) -> dict[str, Any]:
    """A line of the talk; the company's says how long it took."""
    row = {
        "turn": line.turn,
        "speaker": line.speaker.value,
        "persona": line.persona,
        "phase": line.phase.value,
        "text": line.text,
        "at": line.at.isoformat(),
    }
    if line.need is not Need.NONE:  # whoever reads the talk back leaves such a moment alone
        row["need"] = line.need.value
    if line.speaker is not Speaker.COMPANY:
        return row
    return row | {  # a written line, such as the opening, took no time and no tokens
        "seconds_to_first_text": round(line.seconds_to_first_text or 0.0, 3),
        "seconds": round(line.seconds or 0.0, 3),
        "tokens": line.tokens or 0,
        "facts": list(line.facts),
        "fallback": line.fallback,
    }


def of_coach(text: str, interview: Interview | None) -> dict[str, Any]:
    """A text of the coach's beside the talk."""
    last = interview.lines[-1] if interview is not None and interview.lines else None
    return {
        "turn": last.turn if last else 0,
        "speaker": Speaker.COACH.value,
        "persona": interview.persona if interview is not None else "",
        "phase": last.phase.value if last else Phase.OPENING.value,
        "text": text,
    }
