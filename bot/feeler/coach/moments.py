"""Which moments of a talk are worth another try: read off what the lines were understood as.

Never one of a talk in which somebody was in need.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from feeler.coach.care import troubled
from feeler.coach.follow import goes_on
from feeler.coach.values import Evidence
from feeler.coach.words import count, quote, sentences
from feeler.interview.acts import Act
from feeler.interview.phases import LEADS, PROBES
from feeler.interview.plan import ASKS, THIN, UNKNOWNS, Job
from feeler.interview.private import private_turns
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Company, Reveal

MOST = 3
BRIEF = 12  # words
APART = 2  # turns between two moments
# Messages that are about something else than the talk, or that belong where they stand.
LEFT_ALONE = frozenset(
    {
        *(Act.LANGUAGE, Act.PRIVACY, Act.MACHINE, Act.PROMPT, Act.CLARIFY, Act.GREETED, Act.THANKED),
        *(Act.GOES_ON, Act.ASKS_LEAVE, Act.NO_QUESTIONS, Act.WRAPS_UP, Act.GOODBYE),
    }
)


class Kind(StrEnum):
    """What could go another way."""

    MORE = "more"  # there was more behind what they had just told
    BEGGED = "begged"
    SHARP = "sharp"
    THIN = "thin"  # they asked, and got a few general words
    LEAD = "lead"  # the turn was the candidate's, who asked nothing
    BLANK = "blank"  # the question opened nothing
    BRIEF = "brief"  # they asked, and were told in a sentence, without a deed


# The weightiest first.
WORTH = tuple(Kind)
WHY: Mapping[Kind, str] = {
    Kind.MORE: "They had just told you something with more behind it, and you went on to something else.",
    Kind.BEGGED: "You asked for work as such.",
    Kind.SHARP: "You were sharp with somebody who had not done it.",
    Kind.THIN: "They asked about you, and you left it at a few words.",
    Kind.LEAD: "It was your turn to ask, and you did not.",
    Kind.BLANK: "They had no answer to your question; another one would open more.",
    Kind.BRIEF: "They asked about you, and you told it in a sentence.",
}
TIPS: Mapping[Kind, str] = {
    Kind.MORE: "Stay with what they said: how come, since when, what happened then?",
    Kind.BEGGED: "Offer something: what you did once that could be of use to them.",
    Kind.SHARP: "Say what happened to you, then ask how it is with them.",
    Kind.THIN: "One situation: what was hard, what did you do, what came of it?",
    Kind.LEAD: "Ask about what they said last.",
    Kind.BLANK: "Ask about something they have told you already, or for one case of it.",
    Kind.BRIEF: "The same story, one step further: what did you do yourself, what came of it?",
}
GOALS: Mapping[Kind, str] = {
    Kind.MORE: "stay with an answer",
    Kind.BEGGED: "offer something",
    Kind.SHARP: "stay calm",
    Kind.THIN: "answer with a case",
    Kind.LEAD: "lead my half",
    Kind.BLANK: "ask what they can answer",
    Kind.BRIEF: "say what I did",
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment worth another try: why, and what was said."""

    line: int  # number of the candidate's line
    kind: Kind
    said: Evidence  # the candidate's words
    before: Evidence | None = None  # the company's words that they answered

    @property
    def why(self) -> str:
        return WHY[self.kind]

    @property
    def tip(self) -> str:
        return TIPS[self.kind]


def moments(talk: Interview, company: Company, most: int = MOST) -> tuple[Moment, ...]:
    """Up to three moments that another try would change most, the weightiest first; each of another kind.

    None of a talk in which the candidate was in need: nobody is handed exercises then.
    """
    if troubled(talk):
        return ()
    found = sorted(_moments(talk, company), key=lambda one: WORTH.index(one.kind))
    chosen: list[Moment] = []
    turns: list[int] = []
    for one in found:
        turn = talk.numbered(one.line).turn
        if any(one.kind is other.kind for other in chosen) or any(abs(turn - near) < APART for near in turns):
            continue
        chosen.append(one)
        turns.append(turn)
    return tuple(chosen[:most])


def moment_at(talk: Interview, company: Company, line: int) -> Moment | None:
    """What could go another way at this line; None where nothing shows."""
    found = [one for one in _moments(talk, company) if one.line == line]
    return min(found, key=lambda one: WORTH.index(one.kind), default=None)


def private(talk: Interview) -> set[int]:
    """The turns that are left alone: moments of need, and those beside them."""
    return {turn + by for turn in private_turns(talk) for by in (-1, 0, 1)}


def _moments(talk: Interview, company: Company) -> Iterator[Moment]:
    alone = private(talk)
    for at, line in enumerate(talk.lines):
        if line.speaker is not Speaker.CANDIDATE or line.turn in alone or not line.acts:
            continue
        if LEFT_ALONE & set(line.acts):
            continue
        before = _before(talk.lines[:at])
        answers = [one for one in talk.lines if one.turn == line.turn and one.speaker is Speaker.COMPANY]
        for kind in _kinds(talk, line, before, answers, company):
            told = quote(before, _pointed(before)) if before is not None and before.text.strip() else None
            yield Moment(line=line.number, kind=kind, said=quote(line, longest=120), before=told)


def _before(lines: Sequence[Line]) -> Line | None:
    return next((line for line in reversed(lines) if line.speaker is Speaker.COMPANY), None)


def _kinds(
    talk: Interview, line: Line, before: Line | None, answers: Sequence[Line], company: Company
) -> Iterator[Kind]:
    acts = set(line.acts)
    asked, told = Act.ASKED in acts, Act.TOLD in acts
    job = before.job if before is not None else ""
    wanted = job in ASKS and line.phase in PROBES  # they asked about the candidate
    if Act.BEGGED in acts:
        yield Kind.BEGGED
    if Act.INSULT in acts:
        yield Kind.SHARP
    anew = goes_on(line, before) is False
    if before is not None and anew and more_behind(talk, before, company):
        yield Kind.MORE
    if wanted and not asked and not told and (THIN | {Act.DODGED}) & acts:
        yield Kind.THIN
    if line.phase in LEADS and job == Job.HAND and not asked:
        yield Kind.LEAD
    if anew and not told and answers and all(one.job in UNKNOWNS for one in answers):
        yield Kind.BLANK
    if wanted and told and not asked and not line.deed and count(line.text) <= BRIEF:
        yield Kind.BRIEF


def more_behind(talk: Interview, before: Line, company: Company) -> bool:
    """Whether the company has more to tell on what it told last, for somebody who asks on, and never did."""
    about = {fact.topic for fact in company.facts if fact.id in before.facts}
    return any(
        fact.reveal is Reveal.PROBED and fact.topic in about and fact.id not in talk.told
        for fact in company.facts
    )


def _pointed(line: Line) -> str:
    """What the line says, without the question behind it where it has both."""
    parts = list(sentences(line.text))
    told = [part for part in parts if not part.endswith("?")]
    if not told or len(told) == len(parts) or not line.facts:
        return line.text
    return line.text[line.text.index(told[0]) : line.text.rindex(told[-1]) + len(told[-1])]
