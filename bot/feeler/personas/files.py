"""Persona and company files: text -> typed values and back. `library` knows in which folders they lie.

A persona is a Markdown file with YAML front matter, the body being what this person knows. A company is a
YAML file. Both are data written by anybody: no aliases (they can blow up), no duplicate keys, no unknown
fields, and every complaint names the file and the field.
"""

import re
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from feeler.errors import DataError
from feeler.personas.strict_yaml import dump_yaml, load_yaml
from feeler.personas.values import Company, Example, Fact, Manner, Persona, Reveal, Timbre, Topic

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Of a persona's body, as `context_bytes` counts them: what fits a context of 4096 tokens beside the talk.
MAX_KNOWS_BYTES = 8000
_RARE = re.compile(
    "[\u0f00-\u109f\u1200-\u139f\u1780-\u18af]"
)  # Tibetan, Burmese, Ethiopic, Khmer, Mongolian
MAX_MORE = 2  # additions to a fact: with those of two facts, all that may answer still has a letter each
CHAT_MARKUP = re.compile(r"<\|[^>]{0,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a file, or could be better."""

    file: str
    field: str  # "facts[3].topic"; empty where it is the whole file
    what: str  # what is wrong and what is allowed
    warning: bool = False  # the file can be used all the same

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return ": ".join(part for part in (self.file, self.field, kind + self.what) if part)


def context_bytes(text: str) -> int:
    """What `text` takes of a context, in bytes: a Chinese character takes as much as several Latin ones.

    Scripts that models' vocabularies hardly know count twice: 8,000 bytes of Amharic or Burmese are more than
    4,000 tokens of Qwen2.5, of Japanese 2,000.
    """
    return len(text.encode()) + 3 * len(_RARE.findall(text))


def problems_as_error(problems: list[Problem]) -> DataError:
    """The first problem as an error that says how many more there are."""
    more = f" (and {len(problems) - 1} more; see `feeler personas check`)" if len(problems) > 1 else ""
    return DataError(f"{problems[0]}{more}")


def _plain(text: str) -> str:
    if CHAT_MARKUP.search(text):
        raise ValueError("holds markup of a chat template, which could end the prompt; take it out")
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        raise ValueError("holds control characters; take them out")
    return text


Slug = Annotated[str, StringConstraints(pattern=rf"^{SLUG.pattern}$")]
_PLAIN = AfterValidator(_plain)
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _PLAIN]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600), _PLAIN]
Quoted = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600), _PLAIN]
Named = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), _PLAIN]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), _PLAIN]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Fact(_Strict):
    id: Slug
    topic: Topic
    text: Sentence
    reveal: Reveal
    keywords: tuple[Short, ...] = ()
    more: Annotated[tuple[Sentence, ...], Field(max_length=MAX_MORE)] = ()
    source: Quoted = ""
    paper: Named = ""


class _Company(_Strict):
    name: Short
    field: Sentence
    place: Short
    about: Sentence
    facts: Annotated[tuple[_Fact, ...], Field(min_length=1, max_length=200)]
    people: tuple[Short, ...] = ()


class _Example(_Strict):
    job: Short
    candidate: Sentence
    persona: Sentence


class _Persona(_Strict):
    name: Short
    role: Short
    company: Slug
    manner: Manner = Manner.GENTLE
    voice: Timbre | None = None
    temper: Sentence
    speech: Sentence
    opening: Sentence
    knows: Long
    more: dict[Sentence, Annotated[tuple[Sentence, ...], Field(max_length=MAX_MORE)]] = {}
    interests: Annotated[tuple[Short, ...], Field(max_length=40)] = ()
    examples: Annotated[tuple[_Example, ...], Field(max_length=60)] = ()
    lines: dict[Short, tuple[Sentence, ...]] = {}
    extra: dict[str, Any] = {}


Lines = dict[str, tuple[str, ...]]


class _Lines(_Strict):
    lines: dict[Short, tuple[Sentence, ...]]


def read_lines(text: str, slug: str, file: str) -> tuple[Lines | None, list[Problem]]:
    """The lines by job in `text`, or None and everything that is wrong with it."""
    try:
        found = _validated(_Lines, {"lines": load_yaml(text)}, slug, file)
    except DataError as error:
        return None, [_whole(file, error)]
    return (None, found) if isinstance(found, list) else (found.lines, [])


def read_company(text: str, slug: str, file: str) -> tuple[Company | None, list[Problem]]:
    """The company in `text`, or None and everything that is wrong with it."""
    try:
        found = _validated(_Company, load_yaml(text), slug, file)
    except DataError as error:
        return None, [_whole(file, error)]
    if isinstance(found, list):
        return None, found
    facts = tuple(Fact(**fact.__dict__) for fact in found.facts)
    if problems := _twice(file, "facts", [fact.id for fact in facts]):
        return None, problems
    return Company(**{**found.__dict__, "slug": slug, "facts": facts}), []


def read_persona(text: str, slug: str, file: str) -> tuple[Persona | None, list[Problem]]:
    """The persona in `text`, or None and everything that is wrong with it."""
    try:
        front, body = _split(text, file)
        raw = load_yaml(front)
        if "knows" in raw:
            return None, [
                Problem(file=file, field="knows", what="belongs below the front matter, as the body")
            ]
        found = _validated(_Persona, {**raw, "knows": body}, slug, file)
    except DataError as error:
        return None, [_whole(file, error)]
    if isinstance(found, list):
        return None, found
    examples = tuple(Example(**example.__dict__) for example in found.examples)
    return Persona(**{**found.__dict__, "slug": slug, "examples": examples}), []


def write_company(company: Company) -> str:
    """The company as the text of its file."""
    fields = {key: value for key, value in asdict(company).items() if key != "slug"}
    fields["facts"] = [
        {key: value for key, value in fact.items() if value or key not in ("more", "source", "paper")}
        for fact in fields["facts"]
    ]
    return dump_yaml(fields)


def write_persona(persona: Persona) -> str:
    """The persona as the text of its file."""
    front = {key: value for key, value in asdict(persona).items() if key not in ("slug", "knows")}
    return f"---\n{dump_yaml({key: value for key, value in front.items() if value})}---\n\n{persona.knows}\n"


def _whole(file: str, error: DataError) -> Problem:
    return Problem(file=file, field="", what=str(error))


def _twice(file: str, field: str, ids: list[str]) -> list[Problem]:
    return [
        Problem(file=file, field=f"{field}[{at}].id", what=f"{name!r} is used twice; ids are unique")
        for at, name in enumerate(ids)
        if name in ids[:at]
    ]


def _split(text: str, file: str) -> tuple[str, str]:
    parts = re.split(r"^---[ \t]*\r?$", text.lstrip("\ufeff"), maxsplit=2, flags=re.MULTILINE)
    if len(parts) < 3 or parts[0].strip():
        raise DataError(
            "has no front matter: it starts with a line `---`, then fields, then `---`, then the body"
        )
    return parts[1], parts[2]


Schema = TypeVar("Schema", bound=BaseModel)


def _validated(schema: type[Schema], raw: dict[str, Any], slug: str, file: str) -> Schema | list[Problem]:
    if not SLUG.fullmatch(slug):
        what = f"{slug!r} is not a slug: lower-case letters, digits and hyphens, at most 40"
        return [Problem(file=file, field="(file name)", what=what)]
    try:
        return schema.model_validate(raw)
    except ValidationError as error:
        return [
            Problem(file=file, field=_field(detail["loc"]), what=_explained(detail))
            for detail in error.errors(include_url=False)
        ]
    except RecursionError:
        return [Problem(file=file, field="", what="is nested too deeply")]


def _field(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _explained(detail: ErrorDetails) -> str:
    given = repr(detail["input"])
    given = given if len(given) <= 60 else given[:57] + "..."
    match detail["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a field that is known here"
        case "enum":
            return f"{given} is not one of {detail['ctx']['expected']}"
        case "string_type":
            return f"{given} is not text; put it in quotes if it is meant as text"
        case "string_pattern_mismatch":
            return f"{given} is not a slug: lower-case letters, digits and hyphens, at most 40"
        case "string_too_short":
            return "is empty"
        case "string_too_long":
            return f"is longer than {detail['ctx']['max_length']} characters"
        case "value_error":
            return str(detail["ctx"]["error"])
        case _:
            return f"{given}: {detail['msg']}"
