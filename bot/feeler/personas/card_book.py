"""A character card's book <-> a company's dossier."""

import re
from itertools import count
from typing import Any, TypeVar

from feeler.personas.card_text import unmarked
from feeler.personas.files import SLUG
from feeler.personas.macros import without_macros
from feeler.personas.values import Company, Fact, Reveal, Topic

Value = TypeVar("Value", Topic, Reveal)

MAX_FACTS = 200
LONGEST = 600  # characters of a fact
OFF = ("", "false", "0", "no", "off", "null")
DECORATOR = re.compile(r"^@@@?.*$", re.MULTILINE)
TOPIC_WORDS = {
    Topic.PATH: ("founded", "founder", "began", "history"),
    Topic.ENTRY: ("newcomer", "training", "degree", "beginner"),
    Topic.SUCCESS: ("success", "goal", "review", "measure"),
    Topic.TEAM: ("team", "manager", "boss", "colleague", "staff"),
    Topic.CULTURE: ("culture", "argue", "conflict", "mistake", "values"),
    Topic.GROWTH: ("growth", "career", "promotion", "course"),
    Topic.CONDITIONS: ("hours", "office", "remote", "overtime", "shift", "pressure"),
    Topic.BUSINESS: ("customers", "profit", "revenue", "sales", "money"),
    Topic.INDUSTRY: ("industry", "market", "future", "competitor"),
    Topic.PAY: ("pay", "salary", "wage", "bonus"),
    Topic.ADVICE: ("advice", "recommend", "talk to", "meet"),
    Topic.PROBLEM: ("problem", "trouble", "failed", "fails"),
}


def book_of(company: Company) -> dict[str, Any]:
    """The dossier as a lorebook. Facts that must not get out are entries that are switched off."""
    return {
        "name": company.name,
        "extensions": {},
        "entries": [_entry(fact, order) for order, fact in enumerate(company.facts)],
    }


def company_in(data: dict[str, Any], *, slug: str, warnings: list[str]) -> Company | None:
    """The company in a card's book, or None where it has none with an entry that can be read."""
    book = data.get("character_book")
    entries = book.get("entries") if isinstance(book, dict) else None
    if isinstance(entries, dict):  # some editors number the entries
        entries = list(entries.values())
    if not isinstance(entries, list):
        if book is not None:
            warnings.append("character_book: not a book with a list of entries")
        return None
    facts: dict[str, Fact] = {}
    for entry in entries:
        if len(facts) == MAX_FACTS:
            warnings.append(f"character_book: only the first {MAX_FACTS} entries were taken")
            break
        fact = _fact(entry, char=data["nickname"] or data["name"], taken=facts, warnings=warnings)
        if fact is None:
            warnings.append("character_book: an entry without text was left out")
        else:
            facts[fact.id] = fact
    if not facts:
        return None
    return _company(data, book, slug, tuple(facts.values()))


def _company(data: dict[str, Any], book: Any, slug: str, facts: tuple[Fact, ...]) -> Company:
    extensions = data.get("extensions")
    feeler = extensions.get("feeler") if isinstance(extensions, dict) else None
    ours = feeler.get("company") if isinstance(feeler, dict) else None
    about = ours if isinstance(ours, dict) else {}
    own_slug = about.get("slug")
    name = _text(about.get("name"), 120) or _text(book.get("name"), 120) or f"{data['name'][:80]}'s company"
    people = about.get("people")
    return Company(
        slug=own_slug if isinstance(own_slug, str) and SLUG.fullmatch(own_slug) else f"{slug[:32]}-company",
        name=name,
        field=_text(about.get("field"), 600) or "a company",
        place=_text(about.get("place"), 120) or "not said",
        about=_text(about.get("about"), 600) or f"{name} came with a character card.",
        facts=facts,
        people=tuple(
            person for item in (people if isinstance(people, list) else []) if (person := _text(item, 120))
        ),
    )


def _entry(fact: Fact, order: int) -> dict[str, Any]:
    return {
        "keys": list(fact.keywords),
        "content": fact.text,
        "name": fact.id,
        "enabled": fact.reveal is not Reveal.NEVER,
        "constant": fact.reveal is Reveal.VOLUNTEERED,
        "insertion_order": order,
        "use_regex": False,
        "extensions": {"feeler": {"topic": str(fact.topic), "reveal": str(fact.reveal)}},
    }


def _fact(entry: Any, *, char: str, taken: dict[str, Fact], warnings: list[str]) -> Fact | None:
    if not isinstance(entry, dict):
        return None
    content = entry.get("content")
    plain = DECORATOR.sub("", content) if isinstance(content, str) else ""
    extensions = entry.get("extensions")
    ours = extensions.get("feeler") if isinstance(extensions, dict) else None
    said = ours if isinstance(ours, dict) else {}
    text = _text(without_macros(plain, char=char, user="you"), 4000)
    text = text[:LONGEST] if said else _whole(text, warnings)  # our own export is spoken already
    if not text:
        return None
    keys = entry.get("keys", entry.get("key"))  # SillyTavern's own books say `key`
    keywords = tuple(word for key in (keys if isinstance(keys, list) else []) if (word := _text(key, 120)))
    return Fact(
        id=_fact_id(entry, taken),
        topic=_one_of(Topic, said.get("topic")) or _topic(text, keywords),
        text=text,
        reveal=_reveal(entry, _one_of(Reveal, said.get("reveal"))),
        keywords=keywords[:40],
    )


def _fact_id(entry: dict[str, Any], taken: dict[str, Fact]) -> str:
    name = next((entry[key] for key in ("name", "comment") if isinstance(entry.get(key), str)), "")
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:34].strip("-") or f"fact-{len(taken) + 1}"
    numbered = (f"{base}-{number}" for number in count(2))
    return base if base not in taken else next(one for one in numbered if one not in taken)


def _one_of(kind: type[Value], value: Any) -> Value | None:
    return kind(value) if isinstance(value, str) and value in {str(one) for one in kind} else None


def _reveal(entry: dict[str, Any], own: Reveal | None) -> Reveal:
    """When the entry is told; one that is switched off is never, whatever else it says of itself."""
    if _off(entry.get("enabled", True)) or not _off(entry.get("disable", entry.get("disabled", False))):
        return Reveal.NEVER
    if own is not None:
        return own
    return Reveal.VOLUNTEERED if entry.get("constant") is True else Reveal.ASKED


def _off(value: Any) -> bool:
    """Whether a switch stands on off: false, 0, null or their words."""
    return value in (False, None, 0) or (isinstance(value, str) and value.strip().lower() in OFF)


def _whole(text: str, warnings: list[str]) -> str:
    """The text as somebody would say it: no actions, no quotation marks, cut at the end of a sentence."""
    said = re.sub(r"\*[^*]*\*|[\"“”„«»]", " ", text)
    said = re.sub(r"\s+", " ", said).strip()
    if len(said) <= LONGEST:
        return said
    ends = [found.end() for found in re.finditer(r"[.!?…](?=\s)", said[:LONGEST])]
    cut = said[: ends[-1]] if ends else said[: said.rfind(" ", 0, LONGEST)]
    warnings.append(f"character_book: an entry was cut to {len(cut)} characters: {cut[:40]}…")
    return cut


def _topic(text: str, keywords: tuple[str, ...]) -> Topic:
    words = f"{text} {' '.join(keywords)}".lower()
    score = {topic: sum(word in words for word in signs) for topic, signs in TOPIC_WORDS.items()}
    best = max(score, key=lambda topic: score[topic])
    return best if score[best] else Topic.DAY


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        return ""
    return re.sub(r"\s+", " ", unmarked(value)).strip()[:longest].strip()
