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

from feeler.coach.needs import Need
from feeler.coach.questions import is_question
from feeler.coach.values import Evidence, Talent
from feeler.coach.words import content, count, fold, quote, sentences
from feeler.errors import DataError
from feeler.interview.acts import Act
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.library import shipped_prompts

MOST = 4  # talents in a debrief
WANTED = 0.6  # more weight for what a problem that was told calls for
FEW = 2  # talents beside which a story is shown
AGAIN = 3  # places by which a need fits less that another talent took
OTHER = 3  # and one that the company did not call a problem
LABEL = 0.8  # less for a sentence that only says what somebody was
WITNESSES = 2  # quotations a talent
FEWEST = 3  # words of a sentence that tells a deed
SHORT = 8  # words of a sentence that only remarks on the one before it
LONGEST = 170  # characters of a quotation that takes in the sentences around a deed
STORY = "a story worth telling"  # stands for a deed that no talent of the catalogue fits
STORY_CARRIES = "They cannot guess what it shows. End it next time with one sentence that says so."


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One talent of the catalogue."""

    name: str  # fits "You showed ..."
    works: str  # what one could do with it: "hear each side alone"
    title: str  # of a role built on it
    ask: str  # would find out whether the company needs it
    signs: re.Pattern[str]  # what a sentence says that shows it


@cache
def catalogue() -> tuple[Kind, ...]:
    """The talents of `prompts/talents.yaml`. DataError names what is wrong with the file."""
    file = shipped_prompts() / "talents.yaml"
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        return tuple(
            Kind(
                name=row["name"],
                works=row["works"],
                title=row["title"],
                ask=row["ask"],
                signs=re.compile("|".join(row["signs"].splitlines())),
            )
            for row in rows
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, re.error) as error:
        raise DataError(f"{file.name}: is not a list of talents: {error}") from None


_FIRST_PERSON = re.compile(r"\b(?:i|i'?ve|i'd|i'?m|we|we've|my|me|our)\b")
_DEED = re.compile(
    r"\b(?:i|we)(?:'ve|'d|'m| have| had| can| could)? (?!(?:am|feel|think|guess|believe|suppose|mean|wish|hope|want|need|like|love|might|may"
    r"|would|should|wonder|see(?! wh?ere)|hear|heard|understand|agree|remember|forgot|don't|didn't|not)\b)\w+"
    r"|\b(?:my|our) (?:\w+ ){1,3}(?:was|were|is|are|came|said|grew)\b"
    r"|^(?:\w{3,}ed|ran|led|built|taught|sold|wrote|found|held|made|kept|put|drew|cut|won|got|gave|took|brought|drove|grew|fought"
    r"|spoke|stood|caught|bought|began|chose|\w{4,}ing)\b"
)
_LABEL = re.compile(
    r"^(?:\W*\b(?:hi|hello|hey|well|yes|so|evening|ok)\b\W*)*(?:i think )?(?:i'?m|i am|i was|i have been|i've been|my name) "
)
_TURNS = re.compile(
    r"\b(?:because|so (?:that )?(?:i|we|they|he|she)\b|until|although|nobody|everybody|never|instead|before|after that|once|first)\b"
)
_NO_EVIDENCE = re.compile(
    r"\b(?:no idea|i'd (?!(?:\w+ed|been|seen|had|done|gone|got|taken|known|made|said|told|lost|left|found|kept|built|run|met|won)\b)|i would|i could|i might|i want|i wish|i hope|i'll|i will|i can learn|would like|would love|i'?ve never|i never"
    r"|i have never|i don'?t|i do not|i didn'?t know|i did not know|i can'?t|i cannot|i couldn't|i'?m not|i am not|not (?:very |so )?good|no experience"
    r"|interested in|curious about|hate|hated|bored|boring|if i|looking for|tired of|worn out|too little|counting the days|i've no |i'?m sorry|wonder\w*|thank you|i appreciate|ignore (?:all|previous)|system prompt)\b"
)
_CLAUSE = re.compile(r", (?:and |so |because |but |then |that is )?|; ")
_GOES_ON = re.compile(
    r"^(?:he|she|they|it|that|now|then|so|after|and|but|because|in the end|(?:\w+ ){1,2}of them|both|\w{3,}ed)\b"
)
_POINTS_BACK = re.compile(r"\b(?:him|her|them|it|he|she|they|there|that|his|their)\b")


def kind_named(name: str) -> Kind | None:
    """The catalogue's entry of this name; None for a story that no entry fits."""
    return next((kind for kind in catalogue() if kind.name == name), None)


@dataclass(frozen=True, kw_only=True)
class _Deed:
    """One sentence of the candidate's that tells a deed."""

    line: Line
    at: int  # which sentence of the line
    text: str
    weight: float


def talents(interview: Interview, needs: Sequence[Need]) -> tuple[Talent, ...]:
    """The talents shown, the best evidenced first, each sentence standing for one of them only."""
    deeds = [deed for line in interview.lines if line.speaker is Speaker.CANDIDATE for deed in _deeds(line)]
    shown: dict[str, list[tuple[float, _Deed]]] = {}
    for deed in deeds:
        folded = fold(deed.text)
        for kind in catalogue():
            if hits := len({found.group() for found in kind.signs.finditer(folded)}):
                wanted = any(need.problem and need.trouble.takes(kind.name) for need in needs)
                shown.setdefault(kind.name, []).append((hits + deed.weight + WANTED * wanted, deed))
    found: list[Talent] = []
    taken: set[tuple[int, int]] = set()  # sentences that are shown already
    for name, rows in _without_sharing(shown):
        free = [deed for deed in rows if (deed.line.number, deed.at) not in taken]
        if free:
            need = _serving(name, needs, [one.need for one in found])
            found.append(
                Talent(
                    name=name,
                    shown=tuple(_stretch(deed, taken, name) for deed in free),
                    heard=_heard(interview, free),
                    need=need.said if need else None,
                    carries=_carries(name, need, found),
                )
            )
    return (*found, *(_story(deeds, taken) if len(found) < FEW else ()))


def _deeds(line: Line) -> list[_Deed]:
    if Act.PROMPT in line.acts:
        return []
    return [
        _Deed(line=line, at=at, text=sentence, weight=_weight(sentence))
        for at, sentence in enumerate(sentences(line.text))
        if count(sentence) >= FEWEST
        and not is_question(sentence)
        and tells_a_deed(sentence)
        and Act.INSULT not in line.acts
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
    """How concrete a sentence is: its length up to a point, numbers, a turn; what somebody was tells less."""
    folded = fold(sentence)
    return (
        min(count(sentence), 25) / 25
        + 0.4 * any(sign.isdigit() for sign in sentence)
        + 0.3 * bool(_TURNS.search(folded))
        - LABEL * bool(_LABEL.match(folded))
    )


def _without_sharing(shown: dict[str, list[tuple[float, _Deed]]]) -> list[tuple[str, list[_Deed]]]:
    """Talents with their sentences, best first; a sentence stands for the first talent that claims it."""
    kept: list[tuple[str, list[_Deed]]] = []
    left = {name: sorted(rows, key=lambda row: -row[0]) for name, rows in shown.items()}
    while left and len(kept) < MOST:
        name = max(left, key=lambda name: sum(weight for weight, _ in left[name][:WITNESSES]))
        chosen = [deed for _, deed in left.pop(name)[:WITNESSES]]
        kept.append((name, chosen))
        left = {
            other: free
            for other, rows in left.items()
            if (free := [row for row in rows if row[1] not in chosen])
        }
    return kept


def _stretch(deed: _Deed, taken: set[tuple[int, int]], name: str) -> Evidence:
    """The deed with the sentences that belong to it: what came of it, and before it what "he" or "it" was."""
    taken.add((deed.line.number, deed.at))
    if len(deed.text) > LONGEST:
        return quote(deed.line, _clauses(deed.text, name), LONGEST)
    parts = list(sentences(deed.line.text))
    first = last = deed.at
    while _is_free(last + 1, parts, deed, taken) and _belongs(parts[last + 1], parts[last]):
        last += 1
    while _is_free(first - 1, parts, deed, taken) and _leads_in(parts[first - 1], parts[first]):
        first -= 1
    while first < last and len(_words(deed, parts, first, last)) > LONGEST:
        first, last = (first, last - 1) if last > deed.at else (first + 1, last)
    taken |= {(deed.line.number, at) for at in range(first, last + 1)}
    return quote(deed.line, _words(deed, parts, first, last))


def _is_free(at: int, parts: Sequence[str], deed: _Deed, taken: set[tuple[int, int]]) -> bool:
    inside = 0 <= at < len(parts) and (deed.line.number, at) not in taken
    return inside and not is_question(parts[at]) and not parts[at].endswith("?")


def _words(deed: _Deed, parts: Sequence[str], first: int, last: int) -> str:
    text = deed.line.text
    return text[_place(text, parts, first) : _place(text, parts, last) + len(parts[last])]


def _leads_in(before: str, sentence: str) -> bool:
    """Whether a sentence says who or what the next one speaks of; a greeting or an interjection does not."""
    return count(before) > FEWEST and bool(_POINTS_BACK.search(fold(sentence)))


def _belongs(after: str, before: str) -> bool:
    """Whether a sentence goes on with the one before it: it begins so, or is a remark on it; either may be short."""
    folded = fold(after)
    remark = min(count(after), 2 * count(before)) <= SHORT and not _FIRST_PERSON.search(folded)
    return remark or _GOES_ON.match(folded) is not None


def _clauses(sentence: str, name: str) -> str:
    """Of a sentence that does not end, the clauses that show the talent."""
    kind = kind_named(name)
    match = (kind.signs if kind else _DEED).search(fold(sentence))
    sign = match.start() if match else 0
    begin = max((found.end() for found in _CLAUSE.finditer(sentence, 0, sign)), default=0)
    ends = [found.start() for found in _CLAUSE.finditer(sentence, sign) if found.start() - begin <= LONGEST]
    end = ends[-1] if ends else begin + LONGEST
    return sentence[begin:end]


def _place(text: str, parts: Sequence[str], at: int) -> int:
    """Where the sentence number `at` begins."""
    place = 0
    for part in parts[:at]:
        place = text.index(part, place) + len(part)
    return text.index(parts[at], place)


def _story(deeds: Sequence[_Deed], taken: set[tuple[int, int]]) -> tuple[Talent, ...]:
    """The deed that tells most of those that no talent took, where few talents were found."""
    free = [deed for deed in deeds if (deed.line.number, deed.at) not in taken and deed.weight > 0.5]
    best = max(free, key=lambda deed: deed.weight, default=None)
    if best is None:
        return ()
    return (Talent(name=STORY, shown=(_stretch(best, taken, STORY),), carries=STORY_CARRIES),)


def _serving(name: str, needs: Sequence[Need], used: Sequence[Evidence | None]) -> Need | None:
    """The need that this talent fits best; one that another talent took, or that is no problem, fits less."""

    def distance(need: Need) -> int:
        return need.trouble.place(name) + AGAIN * used.count(need.said) + OTHER * (not need.problem)

    return min((need for need in needs if need.trouble.takes(name)), key=distance, default=None)


def _carries(name: str, need: Need | None, before: Sequence[Talent]) -> str:
    """How the talent carries over to this company; where nothing calls for it, what to ask."""
    kind = next(kind for kind in catalogue() if kind.name == name)
    if need is None and any(one.need is None for one in before):
        return f"Nothing calls for this yet, either. Ask: {kind.ask}"
    if need is None:
        return f"Nothing they told calls for it yet. This would find out: {kind.ask}"
    if any(one.need == need.said for one in before):
        return f"For what they said in line {need.said.line} you could also {kind.works}."
    return f"They told you of {need.trouble.name} (line {need.said.line}). There you could {kind.works}."


def _heard(interview: Interview, deeds: Sequence[_Deed]) -> Evidence | None:
    """Where the company's next line took the candidate's words up, not asking."""
    for deed in deeds:
        said = content(deed.text)
        after = next(
            (
                one
                for one in interview.lines
                if one.number > deed.line.number and one.speaker is Speaker.COMPANY
            ),
            None,
        )
        if after is None or after.turn != deed.line.turn:
            continue
        for part in sentences(after.text):
            if (
                len(said & content(part)) >= 2
                and not part.endswith("?")
                and re.search(r"\byour?\b", fold(part))
            ):
                return quote(after, part)
    return None
