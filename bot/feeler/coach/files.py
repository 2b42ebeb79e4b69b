"""Reads a talk back from a file: our transcript or debrief as JSON, or the lines of `feeler chat --json`."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from feeler.coach.clock import UNTIMED
from feeler.coach.records import VERSION
from feeler.errors import DataError
from feeler.interview.values import Candidate, Difficulty, Interview, Line, Need, Notes, Phase, Speaker
from feeler.personas.library import Library

MOST_CHARS = 20_000_000
FORMATS = ("feeler-transcript", "feeler-debrief")


def _aware(value: datetime) -> datetime:
    """In UTC. ValueError where that is before the first or after the last day there is."""
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("is no time that a talk can have") from None


Time = Annotated[datetime, AfterValidator(_aware)]
Shape = TypeVar("Shape", bound=BaseModel)
Slug = Annotated[str, StringConstraints(pattern=r"^[\w-]{0,80}$")]


class _Row(BaseModel):
    """One line of a talk. Fields that later versions add are left alone."""

    model_config = ConfigDict(extra="ignore", strict=False)

    turn: int = Field(ge=0)
    speaker: Speaker
    persona: Slug
    phase: Phase
    text: str
    at: Time | None = None
    need: Need = Need.NONE
    seconds_to_first_text: float | None = None
    seconds: float | None = None
    tokens: int | None = None


class _Candidate(BaseModel):
    name: str = ""
    background: str = ""
    curious: str = ""


class _Company(BaseModel):
    slug: Slug = ""


class _Talk(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: Slug = ""
    persona: Slug = ""
    company: _Company = _Company()
    difficulty: Difficulty = Difficulty.NEUTRAL
    budget: int = Field(default=16, ge=1)
    notes: bool = False
    candidate: _Candidate = _Candidate()
    started: Time | None = None
    ended: Time | None = None


def read_talk(text: str, library: Library, name: str) -> Interview:
    """The talk in `text`; `name` is the file's, for errors.

    Lines are numbered from 1, one a row. Raises DataError that names the line or the field and what is wrong.
    """
    if len(text) > MOST_CHARS:
        raise DataError(f"{name}: is longer than {MOST_CHARS:,} characters")
    if not text.strip():
        raise DataError(
            f"{name}: is empty; expected a transcript as `/transcript json` or `feeler chat --json` write"
        )
    try:
        found = json.loads(text)
    except ValueError as error:
        if not _is_json(text.strip().partition("\n")[0]):
            at = getattr(error, "lineno", 1)
            raise DataError(
                f"{name}: line {at}: is not JSON, or cut off; is this a transcript of Feeler's?"
            ) from None
        return _from_rows(_rows(text, name), library, name)
    except RecursionError:
        raise DataError(f"{name}: is nested too deeply") from None
    if isinstance(found, dict) and "speaker" in found:
        return _from_rows([(1, found)], library, name)
    if not isinstance(found, dict) or found.get("format") not in FORMATS:
        raise DataError(
            f"{name}: is JSON, but no transcript of Feeler's: `format` is not one of {', '.join(FORMATS)}"
        )
    if found.get("version") not in range(1, VERSION + 1):
        raise DataError(
            f"{name}: version: this Feeler reads version {VERSION} (it is {str(found.get('version'))[:20]})"
        )
    return _from_document(found, library, name)


def _is_json(row: str) -> bool:
    try:
        json.loads(row)
    except (ValueError, RecursionError):
        return False
    return True


def _rows(text: str, name: str) -> list[tuple[int, Any]]:
    """The JSON values of the non-blank lines, with the numbers of those lines."""
    found = []
    for number, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            found.append((number, json.loads(row)))
        except (ValueError, RecursionError):
            raise DataError(
                f"{name}: line {number}: is not JSON; is this a transcript of Feeler's?"
            ) from None
    return found


def _from_rows(rows: list[tuple[int, Any]], library: Library, name: str) -> Interview:
    """What `feeler chat --json` printed. Rows without a time have none; the company is the last persona's."""
    lines = [
        _line(at, _valid(_Row, row, f"{name}: line {number}"))
        for at, (number, row) in enumerate(rows, start=1)
    ]
    persona = next((line.persona for line in reversed(lines) if line.persona), "")
    known = library.personas.get(persona)
    return Interview(
        id=uuid5(NAMESPACE_URL, "\n".join(line.text for line in lines).encode("utf-8", "replace").hex()).hex,
        persona=persona,
        company=known.company if known else "",
        started=min((line.at for line in lines if line.at != UNTIMED), default=UNTIMED),
        lines=tuple(lines),
    )


def _from_document(found: dict[str, Any], library: Library, name: str) -> Interview:
    """Our own transcript or debrief."""
    talk = _valid(_Talk, found.get("talk", {}), f"{name}: talk")
    field = "lines" if found["format"] == FORMATS[0] else "transcript"
    rows = found.get(field)
    if not isinstance(rows, list):
        raise DataError(f"{name}: {field}: is not a list of lines")
    lines = [
        _line(at, _valid(_Row, row, f"{name}: {field}[{at - 1}]")) for at, row in enumerate(rows, start=1)
    ]
    known = library.personas.get(talk.persona)
    return Interview(
        id=talk.id or uuid5(NAMESPACE_URL, name).hex,
        persona=talk.persona or (lines[-1].persona if lines else ""),
        company=talk.company.slug or (known.company if known else ""),
        started=talk.started or UNTIMED,
        ended=talk.ended,
        budget=talk.budget,
        notes=Notes() if talk.notes else None,
        difficulty=talk.difficulty,
        candidate=Candidate(**talk.candidate.model_dump()),
        lines=tuple(lines),
    )


def _line(number: int, row: _Row) -> Line:
    return Line(**{**dict(row), "number": number, "at": row.at or UNTIMED})


def _valid(shape: type[Shape], value: Any, where: str) -> Shape:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        given = repr(first["input"]) if first["type"] != "missing" else ""
        given = f" (it is {given[:50]})" if given else ""
        problem = (first["msg"][:1].lower() + first["msg"][1:]).removeprefix("value error, ")
        raise DataError(f"{where}: {f'{field}: ' if field else ''}{problem}{given}") from None
