"""A character card's book <-> a company's dossier."""

from dataclasses import replace
from enum import StrEnum
from itertools import chain, count
from typing import Any, TypeVar

from feeler.personas.card_switches import DECORATOR, switched_off, with_line_feeds
from feeler.personas.card_text import clean, one_line, shortened, slug_of, spoken
from feeler.personas.files import MAX_MORE, SLUG, write_company
from feeler.personas.strict_yaml import MAX_FILE_CHARS
from feeler.personas.values import Company, Fact, Reveal, Topic

Value = TypeVar("Value", bound=StrEnum)

MAX_FACTS = 200
MAX_KEYWORDS = 40
MAX_PEOPLE = 100
MAX_FACT_CHARS = 600
MAX_DEPTH = 4  # of wrappings
WRAPPERS = ("data", "entry", "value")  # of a book, or of one entry
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
    found = data.get("character_book")
    levels = _levels(found) if isinstance(found, dict) else []
    book = _merged(levels)
    entries = _entries(book)
    if entries is None:
        if found is not None:
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
    if any(map(switched_off, levels)):
        warnings.append("character_book: the whole book is switched off, so nothing in it is told")
        facts = {name: replace(fact, reveal=Reveal.NEVER) for name, fact in facts.items()}
    return _fitting(_company(data, book, slug, tuple(facts.values())), warnings)


def _levels(said: dict[str, Any]) -> list[dict[str, Any]]:
    """A book or an entry, and what is wrapped in it, the outermost first."""
    levels = [said]
    while len(levels) <= MAX_DEPTH:
        wrapped = next((w for key in WRAPPERS if isinstance(w := levels[-1].get(key), dict)), None)
        if wrapped is None:
            break
        levels.append(wrapped)
    return levels


def _merged(levels: list[dict[str, Any]]) -> dict[str, Any]:
    """All that they say; where they say different things, what the innermost does."""
    return {name: value for level in levels for name, value in level.items()}


def _entries(book: dict[str, Any]) -> list[Any] | None:
    """A list, or a table as of editors that number them; None where there is neither."""
    if isinstance(table := book.get("entries"), dict):
        return list(table.values())
    lists = (book.get(name) for name in ("entries", *WRAPPERS))
    numbered = [entry for name, entry in book.items() if str(name).isdecimal()]
    return next((found for found in lists if isinstance(found, list)), numbered or None)


def _fitting(company: Company, warnings: list[str]) -> Company:
    """The company with as many facts as its file may hold."""
    kept = len(company.facts)
    while (size := len(write_company(company))) > MAX_FILE_CHARS:
        company = replace(company, facts=company.facts[: len(company.facts) * MAX_FILE_CHARS // size])
    if len(company.facts) < kept:
        warnings.append(f"character_book: only the first {len(company.facts)} entries fit a company's file")
    return company


def _company(data: dict[str, Any], book: Any, slug: str, facts: tuple[Fact, ...]) -> Company:
    extensions = data.get("extensions")
    feeler = extensions.get("feeler") if isinstance(extensions, dict) else None
    ours = feeler.get("company") if isinstance(feeler, dict) else None
    about = ours if isinstance(ours, dict) else {}
    own_slug = about.get("slug")
    name = _text(about.get("name"), 120) or _text(book.get("name"), 120) or f"{data['name'][:80]}'s company"
    people = about.get("people")
    return Company(
        slug=own_slug
        if isinstance(own_slug, str) and SLUG.fullmatch(own_slug)
        else slug_of(f"{slug}-company", default="company"),
        name=name,
        field=_text(about.get("field"), 600) or "a company",
        place=_text(about.get("place"), 120) or "not said",
        about=_text(about.get("about"), 600) or f"{name} came with a character card.",
        facts=facts,
        people=tuple(
            person for item in (people if isinstance(people, list) else []) if (person := _text(item, 120))
        )[:MAX_PEOPLE],
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
        "extensions": {
            "feeler": {"topic": str(fact.topic), "reveal": str(fact.reveal), "more": list(fact.more)}
        },
    }


def _fact(entry: Any, *, char: str, taken: dict[str, Fact], warnings: list[str]) -> Fact | None:
    if not isinstance(entry, dict):
        return None
    levels = _levels(entry)
    entry = _merged(levels)
    content = _content(entry)
    told = DECORATOR.sub("", content)
    extensions = entry.get("extensions")
    ours = extensions.get("feeler") if isinstance(extensions, dict) else None
    said = ours if isinstance(ours, dict) else {}
    exported = said and clean(content, MAX_FACT_CHARS)  # written as it is said, quotations included
    whole = one_line(told) if exported else spoken(told, char)
    if not whole:
        return None
    name = _fact_id(entry, taken)
    text = shortened(whole, MAX_FACT_CHARS)
    if text != whole:
        warnings.append(f"character_book: entry {name!r} was cut to {len(text)} of {len(whole)} characters")
    keywords = _keywords(entry)
    return Fact(
        id=name,
        topic=one_of(Topic, said.get("topic")) or _topic(text, keywords),
        text=text,
        reveal=_reveal(levels, one_of(Reveal, said.get("reveal"))),
        keywords=keywords,
        more=_more(said),
    )


def _content(entry: dict[str, Any]) -> str:
    return with_line_feeds(_first_text(entry, "content", "entry", "text"))


def _more(said: dict[str, Any]) -> tuple[str, ...]:
    """What our own cards add to a fact for who asks on."""
    added = said.get("more")
    found = (_text(one, MAX_FACT_CHARS) for one in (added if isinstance(added, list) else []))
    return tuple(one for one in found if one)[:MAX_MORE]


def _keywords(entry: dict[str, Any]) -> tuple[str, ...]:
    """What a V2 or V3 card has in `keys`, SillyTavern's own world info in `key`: a list, or one text."""
    keys: Any = next((entry[name] for name in ("keys", "key", "keywords") if entry.get(name)), [])
    words = keys.split(",") if isinstance(keys, str) else keys if isinstance(keys, list) else []
    return tuple(word for key in words if (word := _text(key, 120)))[:MAX_KEYWORDS]


def _fact_id(entry: dict[str, Any], taken: dict[str, Fact]) -> str:
    number = len(taken) + 1
    name = _first_text(entry, "name", "comment")
    base = slug_of(name, default="fact", longest=34) if name.strip() else f"fact-{number}"
    names = chain([base], (f"{base}-{at}" for at in count(number)))
    return next(free for free in names if free not in taken)


def _first_text(entry: dict[str, Any], *names: str) -> str:
    texts = (entry.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def one_of(kind: type[Value], value: Any) -> Value | None:
    """The member of `kind` that `value` names, if it does."""
    return kind(value) if isinstance(value, str) and value in {str(one) for one in kind} else None


def _reveal(levels: list[dict[str, Any]], ours: Reveal | None) -> Reveal:
    """What is switched off is never told, whatever else the entry, or what it is wrapped in, says of it."""
    if any(switched_off(level, _content(level)) for level in levels):
        return Reveal.NEVER
    return ours or (Reveal.VOLUNTEERED if _merged(levels).get("constant") is True else Reveal.ASKED)


def _topic(text: str, keywords: tuple[str, ...]) -> Topic:
    words = f"{text} {' '.join(keywords)}".lower()
    score = {topic: sum(word in words for word in signs) for topic, signs in TOPIC_WORDS.items()}
    best = max(score, key=lambda topic: score[topic])
    return best if score[best] else Topic.DAY


def _text(value: Any, longest: int) -> str:
    return shortened(one_line(value), longest) if isinstance(value, str) else ""
