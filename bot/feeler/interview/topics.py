"""The fields of the topic map as the keyboard names them, and what words a question shares with facts.

A fact's score is the sum over the question's stems of how telling each stem is in this dossier (inverse document
frequency), and twice that for the fact's keywords.
"""

# ruff: noqa: E501, SIM905  (word lists read better on one line)

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import log

from feeler.interview.words import content, stem, words
from feeler.personas.values import Fact, Reveal, Topic

LABELS: dict[Topic, str] = {
    Topic.PATH: "How you came here",
    Topic.DAY: "A day at work",
    Topic.ENTRY: "Getting in from outside",
    Topic.SUCCESS: "How success is judged",
    Topic.TEAM: "The team and its boss",
    Topic.CULTURE: "Culture and conflict",
    Topic.GROWTH: "Growing and learning",
    Topic.CONDITIONS: "Hours and pressure",
    Topic.BUSINESS: "How business is going",
    Topic.INDUSTRY: "Where the field is going",
    Topic.PAY: "What people earn",
    Topic.ADVICE: "Advice and people to meet",
    Topic.PROBLEM: "The problem that hurts",
}
GROUPS = tuple(
    frozenset(stem(word) for word in group.split())
    for group in (
        "pay salary wage earn compensation remuneration income paid money",
        "remote home homeoffice telework",
        "boss manager supervisor leader lead leadership management chief head",
        "leave quit resign left leaver turnover",
        "train training onboarding induction mentor mentoring taught teach learn course school retrain",
        "outside outsider newcomer beginner changer switch switcher transition elsewhere",
        "success successful judge measure evaluate assess rate performance appraisal",
        "review feedback appraisal criticism",
        "conflict disagree disagreement argue argument quarrel fight dispute clash",
        "mistake error fault wrong fail failure failed blunder",
        "problem challenge difficulty trouble struggle headache issue pain bottleneck",
        "hour schedule shift time-off workweek",
        "stress pressure workload burnout intense hectic exhausted overtime",
        "holiday vacation weekend",
        "grow growth career promotion advance develop development progress",
        "profit profitable margin financial finance revenue turnover",
        "risk danger threat depend dependence vulnerable",
        "competitor competition rival compete",
        "ai artificial automation automate robot machine-learning chatgpt",
        "advice advise recommend suggest tip",
        "meet talk speak contact introduce",
        "team crew group colleague coworker department",
        "size big large small",
        "customer client buyer",
        "degree qualification certificate diploma requirement",
        "culture atmosphere environment mood vibe climate",
        "bonus extra commission",
        "travel trip abroad",
        "decide decision approve",
        "love like enjoy favourite favorite best",
        "dislike hate annoy frustrate bother worst",
        "join start began begin",
        "regret ashamed mistake sorry",
        "stay keep remain",
        "hard hardest difficult tough toughest",
        "surprise unexpected",
        "change different alter",
        "founder founded origin history",
        "test check quality",
        "order book contract",
    )
)
SYNONYM = {member: f"~{place}" for place, group in reversed(list(enumerate(GROUPS))) for member in group}
# what nearly every question says, so that it tells nothing about which fact is meant
EMPTY = frozenset(
    stem(word)
    for word in """company work job people thing kind sort lot way year day question tell ask know explain describe
    example look mean happen happened happens usual usually typical typically actual actually general person long
    bit little time make today currently somebody someone work working place firm curious wonder interested hear
    hello thank understand believe guess feel honest honestly generally normal normally today everyone handle deal
    here nowadays role big best""".split()
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well a fact answers a question."""

    fact: Fact
    own: float  # what the fact's words and keywords earned


def picked(text: str) -> Topic | None:
    """The topic whose keyboard button was tapped, if `text` is one."""
    bare = text.strip().strip("?.! ").lower()
    return next((topic for topic, label in LABELS.items() if label.lower() == bare), None)


def gist(text: str) -> frozenset[str]:
    """The stems of `text` that tell something, synonyms brought to one of them."""
    return frozenset(SYNONYM.get(found, found) for found in content(text) if found not in EMPTY)


def matches(question: str, facts: tuple[Fact, ...]) -> tuple[Match, ...]:
    """Every fact that may ever be told, with its score for `question`, the best first."""
    asked = gist(question)
    spoken = " ".join(words(question))
    weight = _weights(facts)
    found: list[Match] = []
    for fact in facts:
        if fact.reveal is Reveal.NEVER:
            continue
        keys, told = _stems(fact)
        own = sum(weight[one] * (2.0 if one in keys else 1.0) for one in asked & (keys | told))
        own += sum(2.0 for phrase in fact.keywords if " " in phrase and phrase.lower() in spoken)
        found.append(Match(fact=fact, own=own))
    return tuple(sorted(found, key=lambda match: -match.own))


@lru_cache(maxsize=64)
def _weights(facts: tuple[Fact, ...]) -> dict[str, float]:
    seen = Counter(one for fact in facts for one in set().union(*_stems(fact)))
    weight: dict[str, float] = {}
    for one, count in seen.items():
        weight[one] = log(1 + len(facts) / count)
    return weight


@lru_cache(maxsize=2_000)
def _stems(fact: Fact) -> tuple[frozenset[str], frozenset[str]]:
    return gist(" ".join(fact.keywords)), gist(fact.text)
