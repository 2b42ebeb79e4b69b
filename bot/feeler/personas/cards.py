"""Character Cards V2/V3 <-> our personas.

What a card can and cannot do here: its description, personality, greeting and example messages shape how the
interviewer speaks. Its `system_prompt`, `post_history_instructions` and `creator_notes` are kept in
`Persona.extra` and handed on at export, and nothing of `extra` ever enters a prompt.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Any

from feeler.errors import DataError
from feeler.personas.card_book import book_of, company_in, one_of
from feeler.personas.card_fields import OURS, fields_of, holds_something, is_book, is_book_alone
from feeler.personas.card_text import (
    MAX_SAID,
    clean,
    examples_in,
    one_line,
    rendered,
    said,
    shortened,
    slug_of,
    spoken,
    unmarked,
)
from feeler.personas.files import (
    CHAT_MARKUP,
    MAX_KNOWS_BYTES,
    MAX_MORE,
    SLUG,
    context_bytes,
    problems_as_error,
    read_company,
    read_persona,
    write_company,
    write_persona,
)
from feeler.personas.values import SLOTS, Company, Manner, Persona, Timbre

MAX_EXTRA_CHARS = 60_000
TEXTS = (*OURS, "system_prompt", "post_history_instructions", "creator_notes", "nickname")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A persona made from a card, the company that came with it, and what had to be bent."""

    persona: Persona
    company: Company | None  # None where an existing one was named
    warnings: list[str] = field(default_factory=list)


def import_card(
    card: dict[str, Any], *, company: str = "", role: str = "", taken: Mapping[str, str] = {}
) -> Imported:
    """Make a persona of `card` (see `card_file.read_card`).

    `company` is the slug of an existing company; without it the card's book becomes the dossier. `taken` says
    whose the slugs are that there are: another name gets another. Raises DataError where the card has no name
    or neither company nor book.
    """
    warnings: list[str] = []
    data = _data(card, warnings)
    name = data["name"]
    if is_book_alone(card):
        raise DataError("this is a book of facts without a character: put it into a card as `character_book`")
    if not name:
        raise DataError("the card has no name")
    ours = _mapping(_mapping(data.get("extensions")).get("feeler"))
    own = ours.get("slug")
    slug = (
        own if isinstance(own, str) and SLUG.fullmatch(own) else slug_of(name, default="persona", taken=taken)
    )
    made = None if company else company_in(data, slug=slug, warnings=warnings)
    if not company and made is None:
        raise DataError(
            "the card brings no book of facts; say which company this person works for: --company"
        )
    char = data["nickname"] or name
    persona = Persona(
        slug=slug,
        name=_fit(name, 120, "name", warnings),
        role=_fit(role or str(ours.get("role") or "Interviewer"), 120, "role", warnings),
        company=company or (made.slug if made else ""),
        temper=_fit(said(data["personality"], char) or "friendly and curious", 600, "personality", warnings),
        speech=_fit(str(ours.get("speech") or "Plain, friendly sentences."), 600, "speech", warnings),
        opening=_fit(spoken(data["first_mes"], char) or _greeting(char), 600, "first_mes", warnings),
        knows=_knows(data, char, warnings),
        manner=one_of(Manner, ours.get("manner")) or Manner.GENTLE,
        voice=one_of(Timbre, ours.get("voice")),
        more=_more(ours.get("more")),
        interests=_texts(ours.get("interests")),
        examples=examples_in(data["mes_example"], ours, char, warnings),
        lines=_lines(ours.get("lines")),
        extra=_kept(card, data, warnings),
    )
    return Imported(persona=_readable(persona), company=made and _readable_company(made), warnings=warnings)


def export_card(persona: Persona, company: Company) -> dict[str, Any]:
    """The persona as a Character Card V3; importing it gives the persona and the company back."""
    kept = _mapping(persona.extra.get("card"))
    left = _mapping(kept.get("data"))
    texts = dict.fromkeys(("system_prompt", "post_history_instructions", "creator_notes"), "")
    lists: dict[str, Any] = {name: [] for name in ("tags", "alternate_greetings", "group_only_greetings")}
    data = {
        **texts,
        "creator": "",
        "character_version": "",
        **lists,
        **left,
        "name": persona.name,
        "description": persona.knows,
        "personality": persona.temper,
        "scenario": "",
        "first_mes": persona.opening,
        "mes_example": rendered(persona.examples),
        "character_book": book_of(company),
        "extensions": {**_mapping(left.get("extensions")), "feeler": _extension(persona, company)},
    }
    return {**_mapping(kept.get("top")), "spec": "chara_card_v3", "spec_version": "3.0", "data": data}


def _extension(persona: Persona, company: Company) -> dict[str, Any]:
    return {
        "slug": persona.slug,
        "role": persona.role,
        "speech": persona.speech,
        "manner": persona.manner.value,
        "voice": persona.voice.value if persona.voice else None,
        "more": {note: list(added) for note, added in persona.more.items()},
        "interests": list(persona.interests),
        "examples": [asdict(example) for example in persona.examples],
        "lines": {job: list(lines) for job, lines in persona.lines.items()},
        "company": {key: value for key, value in _json(asdict(company)).items() if key != "facts"},
        "extra": {key: value for key, value in persona.extra.items() if key != "card"},
    }


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _data(card: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    """The card's data with every text field a text; a V1 card has them at the top."""
    data = fields_of(card)
    for name in TEXTS:
        value = data.get(name, "")
        if not isinstance(value, str):
            warnings.append(f"{name}: expected text, found {type(value).__name__}")
            value = "" if value is None or isinstance(value, dict | list) else str(value)
        if CHAT_MARKUP.search(value) and name in (*OURS, "nickname"):
            warnings.append(f"{name}: markup of a chat template was taken out")
            value = unmarked(value)
        data[name] = value.strip()
    for name in ("name", "nickname"):  # a line of its own would be a line in every prompt
        data[name] = one_line(data[name])
        if not holds_something(data[name]):
            data[name] = ""
    return data


def _knows(data: dict[str, Any], char: str, warnings: list[str]) -> str:
    """The body: what the model reads before every talk, so that it must fit the context beside the talk."""
    parts = [said(data["description"], char), said(data["scenario"], char)]
    text = "\n\n".join(part for part in parts if part) or f"I am {char}."
    size = context_bytes(text)
    if size <= MAX_KNOWS_BYTES:
        return text
    taken = accumulate(map(context_bytes, text))
    cut = shortened(text, sum(size <= MAX_KNOWS_BYTES - 2 for size in taken))
    warnings.append(
        f"description: {size} bytes are too many for a model's context; cut to {context_bytes(cut)}"
    )
    return cut


def _greeting(char: str) -> str:
    return f"Hello, I'm {char}. There is no vacancy behind this talk. What has your work been so far?"


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in (value if isinstance(value, list) else []) if clean(text, 120))[:40]


def _lines(value: Any) -> dict[str, tuple[str, ...]]:
    return {
        job: tuple(line for line in lines if clean(line))
        for job, lines in _mapping(value).items()
        if job in SLOTS and isinstance(lines, list)
    }


def _more(value: Any) -> dict[str, tuple[str, ...]]:
    """What is added to sentences of the description, for who asks on."""
    found = {}
    for note, added in _mapping(value).items():
        kept = [text for text in added if _sayable(text)] if isinstance(added, list) else []
        if kept and _sayable(note):
            found[note] = tuple(kept[:MAX_MORE])
    return found


def _sayable(text: Any) -> bool:
    return isinstance(text, str) and bool(clean(text)) and len(text) <= MAX_SAID


def _kept(card: dict[str, Any], data: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    """Everything of the card that we have no field for, so that an export gives it back."""
    extensions = {k: v for k, v in _mapping(data.get("extensions")).items() if k != "feeler"}
    left = {
        k: v
        for k, v in data.items()
        if k not in (*OURS, "character_book", "extensions") and v not in ("", [])
    }
    if extensions:
        left["extensions"] = extensions
    inner = isinstance(card.get("data"), dict)
    known = ("spec", "spec_version", "data", *TEXTS)
    top = {k: v for k, v in card.items() if inner and k not in known and not is_book(k)}
    for name in sorted(left, key=lambda name: -len(json.dumps(left[name]))):
        if len(json.dumps([left, top])) <= MAX_EXTRA_CHARS:
            break
        warnings.append(f"{name}: too long to keep")
        del left[name]
    kept = {"data": left} if left else {}
    if top and len(json.dumps([left, top])) <= MAX_EXTRA_CHARS:
        kept["top"] = top
    ours = _mapping(_mapping(_mapping(data.get("extensions")).get("feeler")).get("extra"))
    return {**ours, **({"card": kept} if kept else {})}


def _readable(persona: Persona) -> Persona:
    """The persona as its own file gives it back; DataError where the file could not be read again."""
    read, problems = read_persona(write_persona(persona), persona.slug, f"{persona.slug}.md")
    if read is None:
        raise problems_as_error(problems)
    return read


def _readable_company(company: Company) -> Company:
    """The same for a company."""
    read, problems = read_company(write_company(company), company.slug, f"{company.slug}.yaml")
    if read is None:
        raise problems_as_error(problems)
    return read


def _fit(text: str, longest: int, name: str, warnings: list[str]) -> str:
    """`text` shortened, with a warning, where it is too long."""
    if len(text) > longest:
        warnings.append(f"{name}: cut to {longest} characters")
    return shortened(text, longest)


def _mapping(value: Any) -> dict[str, Any]:
    return (
        {key: item for key, item in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}
    )
