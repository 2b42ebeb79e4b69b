"""Talents that the company could see by the candidate's own words, and what they would serve.

A sentence is evidence when the candidate says in the first person what they did, and the catalogue knows the words
of that deed. Wishes ("I would love to lead"), denials ("I never sold anything") and questions are none.
"""

# ruff: noqa: E501  (patterns read better on one line)

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from feeler.coach.questions import is_question
from feeler.coach.values import Evidence, Learned, Talent
from feeler.coach.words import content, count, fold, quote, sentences
from feeler.errors import DataError
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.library import shipped_prompts
from feeler.personas.values import Topic

MOST = 4  # talents in a debrief
WANTED = 0.6  # more weight for what a problem that was told calls for
WITNESSES = 2  # quotations a talent


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One talent of the catalogue."""

    name: str  # fits "You showed ..."
    deed: str  # what one would do with it, an infinitive: for a duty
    title: str  # of a role built on it
    signs: re.Pattern[str]  # what a sentence says that shows it
    serves: frozenset[str]  # stems of the needs it answers


@cache
def catalogue() -> tuple[Kind, ...]:
    """The talents of `prompts/talents.yaml`. DataError names what is wrong with the file."""
    file = shipped_prompts() / "talents.yaml"
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        return tuple(
            Kind(
                name=row["name"],
                deed=row["deed"],
                title=row["title"],
                signs=re.compile("|".join(row["signs"])),
                serves=frozenset(content(row["serves"])),
            )
            for row in rows
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, re.error) as error:
        raise DataError(f"{file.name}: is not a list of talents: {error}") from None


_FIRST_PERSON = re.compile(r"\b(?:i|i've|i'd|i'm|we|my|me|our)\b")
_DEED = re.compile(
    r"\b(?:i|we)(?:'ve|'d|'m| have| had| can| could)? (?!(?:am|feel|think|guess|believe|suppose|mean|wish|hope|want|need|like|love|might|may"
    r"|would|should|wonder|see|hear|heard|understand|agree|remember|forgot|don't|didn't|not)\b)\w+"
    r"|\b(?:my|our) (?:\w+ ){1,3}(?:was|were|is|are|came|said|grew)\b|^(?:\w{3,}ed|ran|led|built|taught|sold|wrote|\w{4,}ing)\b"
)
_HURTS = re.compile(
    r"\b(?:nobody|no one|wrong|los[et]|lose|leave|left|late|wait\w*|trouble|hard\w*|problems?|mistakes?|fail\w*|stuck|broke\w*|gone"
    r"|worst|worr\w+|complain\w*|afraid|grief|wall|knot|costs?|difficult\w*|miss\w*|upset|angry|frightened|threw|bad|laughed|press\w*|risk\w*|stall\w*)\b"
)
_NO_EVIDENCE = re.compile(
    r"\b(?:i'd (?!(?:\w+ed|been|seen|had|done|gone|got|taken|known|made|said|told|lost|left|found|kept|built|run|met|won)\b)|i would|i could|i might|i want|i wish|i hope|i'll|i will|i can learn|would like|would love|i've never|i never"
    r"|i have never|i don't|i do not|i didn't|i did not|i can't|i cannot|i couldn't|i'm not|i am not|not (?:very )?good|no experience"
    r"|interested in|curious about|hate|hated|bored|boring|if i|looking for|tired of|i'm sorry|wonder)\b"
)


def kind_named(name: str) -> Kind:
    """The catalogue's entry of this name."""
    return next(kind for kind in catalogue() if kind.name == name)


def talents(interview: Interview, learned: Sequence[Learned]) -> tuple[Talent, ...]:
    """The talents shown, the best evidenced first, each sentence standing for one of them only."""
    shown: dict[str, list[tuple[float, Line, str]]] = {}
    needs = needs_told(learned)
    problems = set().union(*(content(one.said.quote) for one in needs if one.topic is Topic.PROBLEM))
    for line in interview.lines:
        if line.speaker is not Speaker.CANDIDATE:
            continue
        for sentence in _deeds(line.text):
            folded = fold(sentence)
            for kind in catalogue():
                if hits := len(set(kind.signs.findall(folded))):
                    shown.setdefault(kind.name, []).append(
                        (hits + _weight(sentence) + WANTED * bool(kind.serves & problems), line, sentence)
                    )
    return tuple(_talent(name, rows, needs, interview) for name, rows in _without_sharing(shown)[:MOST])


def _deeds(text: str) -> list[str]:
    return [
        sentence
        for sentence in sentences(text)
        if count(sentence) >= 5 and not is_question(sentence) and tells_a_deed(sentence)
    ]


def tells_a_deed(sentence: str) -> bool:
    """Whether a sentence says in the first person what somebody did, and does not wish or deny it."""
    folded = fold(sentence)
    return bool(
        (_FIRST_PERSON.search(folded) or not folded[:1].isalpha() or _DEED.match(folded))
        and _DEED.search(folded)
        and not _NO_EVIDENCE.search(folded)
    )


def _weight(sentence: str) -> float:
    """How concrete a sentence is: its length up to a point, and numbers."""
    return min(count(sentence), 25) / 25 + (0.4 if any(sign.isdigit() for sign in sentence) else 0.0)


def _without_sharing(
    shown: dict[str, list[tuple[float, Line, str]]],
) -> list[tuple[str, list[tuple[float, Line, str]]]]:
    """Talents with their sentences, best first; a sentence stands for the first talent that claims it."""
    taken: set[tuple[int, str]] = set()
    kept = []
    best = {name: sorted(rows, key=lambda row: -row[0]) for name, rows in shown.items()}
    for name in sorted(best, key=lambda name: -sum(row[0] for row in best[name][:WITNESSES])):
        rows = [row for row in best[name] if (row[1].number, row[2]) not in taken][:WITNESSES]
        if rows:
            taken |= {(row[1].number, row[2]) for row in rows}
            kept.append((name, rows))
    return kept


def needs_told(learned: Sequence[Learned]) -> list[Learned]:
    """What the company told that hurts: its problems first, then whatever it told with words of trouble."""
    hurting = [one for one in learned if one.topic is Topic.PROBLEM or _HURTS.search(fold(one.said.quote))]
    return sorted(hurting, key=lambda one: one.topic is not Topic.PROBLEM)


def _talent(
    name: str, rows: list[tuple[float, Line, str]], needs: list[Learned], interview: Interview
) -> Talent:
    shown = tuple(quote(line, sentence) for _, line, sentence in rows)
    need = serving(name, needs)
    return Talent(
        name=name, shown=shown, heard=_heard(interview, rows), need=need, carries=carry_over(name, need)
    )


def serving(name: str, needs: Sequence[Learned]) -> Evidence | None:
    """What the company told that this talent serves best, a problem first among equals; None where nothing is."""
    wanted = kind_named(name).serves
    scored = [(len(wanted & content(one.said.quote)), one.topic is Topic.PROBLEM, one) for one in needs]
    best = max(scored, key=lambda row: row[:2], default=None)
    return best[2].said if best and best[0] else None


def carry_over(name: str, need: Evidence | None) -> str:
    """One sentence on how the talent carries over, without a need: what to find out."""
    deed = kind_named(name).deed
    if need is None:
        return "Nothing they told calls for it yet: ask which problem they would pay to have solved."
    return f"What they said in line {need.line} could use somebody to {deed}."


def _heard(interview: Interview, rows: list[tuple[float, Line, str]]) -> Evidence | None:
    """Where the company's next line took the candidate's words up, not asking."""
    for _, line, sentence in rows:
        said = content(sentence)
        after = next((one for one in interview.lines[line.number :] if one.speaker is Speaker.COMPANY), None)
        if after is None or after.turn != line.turn:
            continue
        for part in sentences(after.text):
            if (
                len(said & content(part)) >= 1
                and not part.endswith("?")
                and re.search(r"\byour?\b", fold(part))
            ):
                return quote(after, part)
    return None
