"""What the company could see in the candidate: their deeds, and what a deed shows where that is plain.

The names stand in `prompts/talents.yaml`. Which of them a deed shows is taught (`training/talents.py`);
where it is not plain, the deed stands for itself in the person's own words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from feeler.coach.values import Deed, Evidence, Talent
from feeler.coach.words import content, fold, quote, sentences
from feeler.errors import DataError
from feeler.interview.values import Interview, Speaker
from feeler.personas.library import shipped_prompts

MOST = 3  # deeds in a debrief
BESIDE = 0.7  # of what the most telling deed tells: what tells less is left out beside it
PLAIN = (
    0.58  # of a talent's figure, from which on it is named: docs/interview.md has what that costs and gives
)
SHARED = 2  # words that the company's answer has in common with what it takes up


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One talent of the vocabulary."""

    name: str  # fits "It shows: ..."
    means: str  # one plain sentence to the person
    title: str  # the work in which a company would look for it
    duties: tuple[str, ...]  # what somebody with it would do about a trouble


@cache
def vocabulary() -> Mapping[str, Kind]:
    """The talents of `prompts/talents.yaml` by their keys. DataError names what is wrong with the file."""
    file = shipped_prompts() / "talents.yaml"
    try:
        rows = yaml.safe_load(file.read_text(encoding="utf-8"))
        return {
            key: Kind(name=row["name"], means=row["means"], title=row["title"], duties=tuple(row["duties"]))
            for key, row in rows.items()
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{file.name}: is not a vocabulary of talents: {error}") from None


def kind_of(deed: Deed) -> Kind | None:
    """The talent that a deed plainly shows; None where it is not plain."""
    key = max(deed.shows, key=lambda name: deed.shows[name], default="")
    return vocabulary().get(key) if deed.shows.get(key, 0.0) >= PLAIN else None


def talents(talk: Interview, deeds: Sequence[Deed]) -> tuple[Talent, ...]:
    """The most telling deeds first, each with its talent where that is plain."""
    found = []
    for deed in [deed for deed in deeds if deed.telling >= BESIDE * deeds[0].telling][:MOST]:
        kind = kind_of(deed)
        found.append(
            Talent(
                name=kind.name if kind else "",
                shown=(deed.said,),
                point=deed.point,
                heard=_heard(talk, deed.said),
                means=kind.means if kind else "",
            )
        )
    return tuple(found)


def _heard(talk: Interview, said: Evidence) -> Evidence | None:
    """Where the company's answer took the candidate's words up, not asking."""
    told = talk.numbered(said.line)
    after = next(
        (line for line in talk.lines if line.turn == told.turn and line.speaker is Speaker.COMPANY), None
    )
    for part in sentences(after.text) if after else ():
        shared = content(said.quote) & content(part)
        if after and len(shared) >= SHARED and not part.endswith("?") and re.search(r"\byour?\b", fold(part)):
            return quote(after, part)
    return None
