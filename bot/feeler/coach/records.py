"""The debrief and the transcript as JSON; docs/*.schema.json publish their shape.

Every quotation stands under the key `quote` beside its `line`, and is an exact substring of that line's text.
"""

import json
from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import Any

from feeler.coach.care import printed
from feeler.coach.clock import UNTIMED
from feeler.coach.values import Debrief
from feeler.interview.values import Interview, Line, Need

VERSION = 1
_OWN = ("interview", "people", "company", "trade", "progress", "first", "best")  # shown in another shape


def debrief_json(debrief: Debrief) -> str:
    """The debrief with its transcript, after docs/debrief.schema.json."""
    found = {
        "format": "feeler-debrief",
        "version": VERSION,
        "talk": _talk(debrief),
        **{name: _plain(value) for name, value in vars(debrief).items() if name not in _OWN},
        "progress": _plain(debrief.progress),
        "counted": _plain({"first": debrief.first, "best": debrief.best}) if debrief.best else None,
        "transcript": [_line(line) for line in printed(debrief.interview)],
    }
    found["balance"]["share"] = round(debrief.balance.share, 3)
    return _dumped(found)


def transcript_json(debrief: Debrief) -> str:
    """The transcript, after docs/transcript.schema.json; `feeler debrief` reads it."""
    lines = [_line(line) for line in printed(debrief.interview)]
    return _dumped(
        {"format": "feeler-transcript", "version": VERSION, "talk": _talk(debrief), "lines": lines}
    )


def _talk(debrief: Debrief) -> dict[str, Any]:
    talk = debrief.interview
    noted = {"notes": True} if talk.notes is not None else {}
    return noted | {
        "id": talk.id,
        "company": {"slug": talk.company, "name": debrief.company},
        "people": [
            {"slug": slug, "name": who.name, "role": who.role} for slug, who in debrief.people.items()
        ],
        "persona": talk.persona,
        "difficulty": str(talk.difficulty),
        "budget": talk.budget,
        "candidate": asdict(talk.candidate),
        "started": _time(talk),
        "ended": talk.ended.isoformat() if talk.ended else None,
    }


def _time(talk: Interview) -> str | None:
    return None if talk.started == UNTIMED else talk.started.isoformat()


def _line(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {
        "line": line.number,
        "turn": line.turn,
        "speaker": str(line.speaker),
        "persona": line.persona,
        "phase": str(line.phase),
        "text": line.text,
        "at": None if line.at == UNTIMED else line.at.isoformat(),
    }
    if line.need is not Need.NONE:
        found["need"] = str(line.need)
    for name in ("seconds_to_first_text", "seconds", "tokens"):
        if getattr(line, name) is not None:
            found[name] = getattr(line, name)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(item) for name, item in vars(value).items()}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value.value) if isinstance(value, Enum) else value


def _dumped(value: Any) -> str:
    # Lone surrogates, which no UTF-8 file may hold, are written as escapes.
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode() + "\n"
