"""A company with a dossier out of what its papers say. Nothing is added; what they leave open stays open."""

# ruff: noqa: E501  (patterns read better on one line)

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feeler.interview.words import FUNCTION_WORDS, sentences
from feeler.personas.values import Company, Fact, Persona, Reveal, Topic
from feeler.sources.values import Paper, Statement
from feeler.sources.voice import spoken

LEGAL = (
    r"(?:GmbH(?: & Co\.? KG)?|AG|SE|KG|Ltd\.?|Limited|plc|PLC|Inc\.?|LLC|Corp\.?|BV|AB|Oy|Group|Holding|eG)"
)
NAME = re.compile(
    r"(?<![\w’'-])(?:[A-ZÄÖÜÅØÆ][\w’'-]*|\d[A-Z]\w*)(?: (?:&|and|of|of the|the|de|von|und) (?=[A-ZÄÖÜÅØÆ])| (?=[A-ZÄÖÜÅØÆ]))?"
    r"(?:[A-ZÄÖÜÅØÆ][\w’'-]*(?: (?:&|and|of|de|von|und) (?=[A-ZÄÖÜÅØÆ])| (?=[A-ZÄÖÜÅØÆ]))?)*"
)
IS_A = r"(?: is| are|,) (?P<what>(?:an?|the|one of) [^.;:]{8,110})"
PLACE = re.compile(
    r"\b(?:based|headquartered|located|offices?|head ?office(?: is)?|seat|factory|workshop|yard|dairy|works|hall)"
    r" (?:is )?(?:in|near|at) (?P<place>(?:the )?[A-ZÄÖÜÅØÆ][\w’'-]+(?:[ -][A-ZÄÖÜÅØÆ][\w’'-]+)*(?:, [A-ZÄÖÜÅØÆ][\w’'-]+)?)"
)
TITLE_ENDS = re.compile(r"\s+[|–—·»:]\s+|\s+-\s+")
ABOUT_PAGE = re.compile(
    r"^(?:about(?: us)?|our story|who we are|careers?|jobs|home|company|contact|imprint)\b", re.I
)
LONGEST_NAME = 60
NOWHERE = "your papers do not say where"
NO_FIELD = "the company you brought"


@dataclass(frozen=True, kw_only=True)
class OwnCompany:
    """A company that somebody made for their own chat, and who speaks for it."""

    company: Company
    persona: Persona

    @property
    def slug(self) -> str:
        return self.company.slug


def make_company(
    papers: Sequence[Paper], said: Sequence[Statement], *, name: str, taken: Iterable[str]
) -> Company:
    """The company of this name with a fact for each of the statements; `taken` are slugs not to be used."""
    count: Counter[Topic] = Counter()
    facts = []
    for one in sorted(said, key=lambda one: list(Topic).index(one.topic)):
        count[one.topic] += 1
        facts.append(
            Fact(
                id=f"{one.topic.value}-{count[one.topic]}", topic=one.topic, reveal=Reveal.VOLUNTEERED,
                text=spoken(
                    one.text, company=name, whole=one.text[-1:] in ".!…\"”"
                ),
                source=one.text, paper=one.paper,
            )
        )  # fmt: skip
    text = "\n".join(paper.text for paper in papers)
    return Company(
        slug=slug_for(name, taken), name=name, field=field_of(text, name) or NO_FIELD,
        place=place_of(text) or NOWHERE, about=_about(said, name), facts=tuple(facts),
    )  # fmt: skip


def name_of(papers: Sequence[Paper]) -> str:
    """What the company is called, as far as the papers make it plain; empty where they do not.

    A legal form counts most, then a title; then names in mid-sentence, and several capitalised words at a
    sentence's beginning. One such word alone is no name: "Foremen are judged by …".
    """
    votes: Counter[str] = Counter()
    for paper in papers:
        for part in TITLE_ENDS.split(paper.title):
            if part and not ABOUT_PAGE.match(part) and len(part.split()) <= 5:
                votes[part.strip()] += 4
        for line in paper.text.splitlines():
            for sentence in sentences(line):
                for found in NAME.finditer(sentence):
                    votes[_bare(found[0])] += _vote(sentence, found)
    votes.pop("", None)
    for long in sorted(votes, key=len, reverse=True):  # "Join Kern Foods" speaks of Kern Foods
        if short := next((name for name in votes if long.endswith(f" {name}") and votes[name] >= 2), ""):
            votes[short] += votes.pop(long)
    best = max(votes, key=lambda name: (votes[name], len(name)), default="")
    return best[:LONGEST_NAME] if best and votes[best] >= 2 else ""


def _vote(sentence: str, found: re.Match[str]) -> int:
    """What a name counts in its place: a place that something lies in is no company."""
    if re.search(rf"\b{LEGAL}$", found[0]):
        return 6
    if found.start() == 0:
        does = re.match(r" (?:is|was|has|[a-z]+s)\b", sentence[found.end() :])
        return 2 if does and " " in found[0] else 0
    before = sentence[: found.start()]
    if re.search(r"\b(?:at|with|join|about) $", before):
        return 2
    return 0 if re.search(r"\b(?:in|near|from|of|to|and|between|called|by) $|, $", before) else 1


def _bare(name: str) -> str:
    words = name.split()
    while words and words[0].lower() in FUNCTION_WORDS:
        words = words[1:]
    return " ".join(words) if words and len(words) <= 6 and not words[0].isdigit() else ""


def field_of(text: str, name: str) -> str:
    """What the company is, in the papers' own words: "Kern Foods is a maker of oat drinks"."""
    found = re.search(rf"(?:\bWe|{re.escape(name)})(?: {LEGAL})?{IS_A}", text)
    if not found:
        return ""
    what = re.split(r",? (?:which|that|who|and we|with more|where)\b", found["what"])[0]
    return re.sub(r"^(?:an?|the) ", "", what).strip(" ,")[:118]


def place_of(text: str) -> str:
    """Where the papers say that it is."""
    found = PLACE.search(text)
    return found["place"][:118] if found else ""


def _about(said: Sequence[Statement], name: str) -> str:
    """What anybody may know: one or two of the statements that say what it does."""
    order = (Topic.DAY, Topic.BUSINESS, Topic.PATH, Topic.TEAM)
    fit = [one for topic in order for one in said if one.topic is topic and one.text[-1:] in ".!"]
    texts = [spoken(one.text, company=name, whole=True) for one in fit[:2]]
    short = " ".join(texts)
    return (
        short
        if short and len(short) <= 590
        else (texts[0][:590] if texts else f"What you sent about {name}.")
    )


def slug_for(name: str, taken: Iterable[str]) -> str:
    """A slug of the name that nobody has: "kern-foods", "kern-foods-2"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-") or "company"
    used = set(taken)
    return next(one for one in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if one not in used)
