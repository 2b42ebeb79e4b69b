"""Goals of one's own for a talk: /goal, what /new offers, and what was practised last."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from feeler.coach.findings import company_of
from feeler.coach.goals import verdicts
from feeler.coach.moments import Kind, moment_at, moments
from feeler.coach.values import Debrief, Verdict
from feeler.interview.branches import anew
from feeler.interview.dossier import Finder
from feeler.interview.values import Aim, Goal, Interview
from feeler.personas.values import Company, Topic
from feeler.usecases import texts
from feeler.usecases.past import branches_of, stored
from feeler.usecases.values import Button, Outcome
from feeler.usecases.visit import Visit, coach

MOST = 3
LONGEST = 80  # characters of a goal in one's own words
USAGE = "[find out …|tell …|off]"
# What a button sets, by the word that stands for it in its command.
READY = {
    "hurts": Goal(aim=Aim.FIND, text="what hurts them most", topic=Topic.PROBLEM),
    "name": Goal(aim=Aim.NAME),
    "deed": Goal(aim=Aim.DEED),
    "stay": Goal(aim=Aim.STAY),
    "lead": Goal(aim=Aim.LEAD),
}
LABELS = {
    "hurts": "Their trouble",
    "name": "A contact",
    "deed": "One thing I did",
    "stay": "Ask on",
    "lead": "Three asks",
}
PRACTISED = {
    Kind.MORE: "stay",
    Kind.BLANK: "stay",
    Kind.SHARP: "stay",
    Kind.THIN: "deed",
    Kind.BRIEF: "deed",
    Kind.BEGGED: "deed",
    Kind.LEAD: "lead",
}
OWN = re.compile(r"(?P<aim>find(?: out)?|tell)\s+(?P<text>\S.*)", re.IGNORECASE | re.DOTALL)  # /goal's syntax
OWN_KEY = "own"
OFF = frozenset({"off", "none", "no", "clear"})


async def goal(visit: Visit, argument: str) -> Outcome:
    """/goal: which goals this talk has; with words, one more."""
    talk = visit.talk
    if talk is None:
        return visit.answer(texts.NO_TALK_FOR_GOAL)
    wanted = argument.strip()
    if not wanted:
        text = _told(talk) if talk.goals else texts.GOAL_ASK
        return visit.answer(coach(text, buttons=await _buttons(visit, talk)))
    if wanted.casefold() in OFF:
        return visit.answer(texts.GOALS_OFF, interview=talk.evolve(goals=()), awaiting="")
    if wanted.casefold() == OWN_KEY:
        return visit.answer(texts.GOAL_OWN, awaiting="goal")
    ready = READY.get(wanted.casefold())
    return _set(visit, talk, ready) if ready else await hear_goal(visit, wanted)


async def hear_goal(visit: Visit, text: str) -> Outcome:
    """A goal in the candidate's own words: "find out why people leave", "tell the harbour story"."""
    talk = visit.talk
    if talk is None:
        return visit.answer(texts.NO_TALK_FOR_GOAL, awaiting="")
    wanted = " ".join(text.split())
    found = OWN.fullmatch(wanted)
    if found is None and await _is_asked(visit, wanted):
        found = OWN.fullmatch(f"find out {wanted}")
    if found is None:
        return visit.answer(texts.GOAL_HOW, awaiting="goal")
    if len(found["text"]) > LONGEST:
        return visit.answer(texts.GOAL_LONG.format(most=LONGEST), awaiting="goal")
    return _set(visit, talk, _own_goal(found))


async def offered(visit: Visit, opened: Outcome) -> Outcome:
    """The outcome of /new with goals to tap, before the interviewer's first line."""
    talk = opened.chat.interview
    if talk is None or talk.turn or not opened.replies:
        return opened
    proposal = await _practised(visit)
    text = texts.GOAL_OFFER
    if proposal:
        text += "\n\n" + texts.GOAL_PROPOSED.format(goal=_goal_of(proposal).title)
    offer = coach(text, buttons=_rows(proposal, talk))
    return replace(opened, replies=(*opened.replies[:-1], offer, opened.replies[-1]))


async def judged(visit: Visit, found: Debrief) -> Debrief:
    """The debrief with a verdict on each goal."""
    talk = found.interview
    if not talk.goals or visit.means.resigned or found.short:
        return found
    company = company_of(talk, visit.library)
    branches = [one for one in await branches_of(visit) if one.branch and one.branch.of == talk.id]
    return found.evolve(goals=await asyncio.to_thread(_verdicts, talk, branches, company, visit.means.reader))


def _verdicts(
    talk: Interview, branches: Sequence[Interview], company: Company, finder: Finder
) -> tuple[Verdict, ...]:
    """On the talk as it went first; a goal that only another try reached says in which."""
    first = verdicts(talk, company, finder)
    if all(one.reached for one in first):
        return first
    again = {one.branch: verdicts(one, company, finder) for one in branches if anew(one) is not None}
    later = [
        next((branch for branch, found in again.items() if branch and found and found[at].reached), None)
        for at in range(len(first))
    ]
    return tuple(
        replace(one, why=f"but in line {at.line}, try {at.number}") if at and not one.reached else one
        for one, at in zip(first, later, strict=True)
    )


async def _is_asked(visit: Visit, text: str) -> bool:
    """Whether words that name no kind are a question: "why people leave"."""
    if visit.means.resigned:
        return False
    reading = await asyncio.to_thread(visit.means.reader.read, "", text)
    return reading.asks


def _set(visit: Visit, talk: Interview, wanted: Goal) -> Outcome:
    if wanted in talk.goals:
        return visit.answer(texts.GOAL_THERE, awaiting="")
    if len(talk.goals) >= MOST:
        return visit.answer(texts.GOALS_FULL, awaiting="")
    after = talk.evolve(goals=(*talk.goals, wanted))
    text = texts.GOAL_SET.format(goal=wanted.title, count=len(after.goals), most=MOST, name=visit.name)
    return visit.answer(text, interview=after, awaiting="")


def _told(talk: Interview) -> str:
    rows = [f"{at}. {one.title}" for at, one in enumerate(talk.goals, start=1)]
    return "\n".join([texts.GOALS_NOW, *rows, "", texts.GOALS_HOW])


async def _buttons(visit: Visit, talk: Interview) -> tuple[tuple[Button, ...], ...]:
    return _rows(await _practised(visit), talk) if len(talk.goals) < MOST else ()


def _rows(proposal: str, talk: Interview) -> tuple[tuple[Button, ...], ...]:
    """The one practised last first, the others below it, two in a row; own words last."""
    keys = [key for key in ("hurts", "name", "stay", "deed") if key != proposal][:3]
    first = Button(label=f"⭐ {_label(proposal)}", data=f"/goal {proposal}") if proposal else None
    rest = [Button(label=LABELS[key], data=f"/goal {key}") for key in keys if READY[key] not in talk.goals]
    rest.append(Button(label="My own words", data=f"/goal {OWN_KEY}"))
    pairs = tuple(tuple(rest[at : at + 2]) for at in range(0, len(rest), 2))
    return ((first,), *pairs) if first and _goal_of(proposal) not in talk.goals else pairs


def _label(key: str) -> str:
    return LABELS.get(key) or key[:1].upper() + key[1:]


def _goal_of(key: str) -> Goal:
    """A ready goal by its word, or one in own words by them: "find out why people leave"."""
    if key in READY:
        return READY[key]
    found = OWN.fullmatch(key)
    assert found
    return _own_goal(found)


def _own_goal(found: re.Match[str]) -> Goal:
    """What a match of `OWN` says."""
    aim = Aim.TELL if found["aim"].casefold() == "tell" else Aim.FIND
    return Goal(aim=aim, text=found["text"].rstrip(" .!?"))


async def _practised(visit: Visit) -> str:
    """What was practised last, by the words that /goal takes for it; empty where there is nothing.

    It is the moment that was tried again last, else the last goal, else the last talk's weightiest moment.
    """
    talks = [talk for talk in (await stored(visit)).values() if talk.turn and talk.notes is None]
    newest = sorted(talks, key=lambda talk: talk.started)
    known = {talk.id: talk for talk in newest}
    for talk in reversed(newest):
        if talk.branch is not None and anew(talk) is not None and (first := known.get(talk.branch.of)):
            moment = moment_at(first, company_of(first, visit.library), talk.branch.line)
            if moment:
                return PRACTISED[moment.kind]
        if talk.branch is None:
            return _from_talk(visit, talk)
    return ""


def _from_talk(visit: Visit, talk: Interview) -> str:
    if talk.goals:
        last = talk.goals[-1]
        ready = next((key for key, one in READY.items() if one == last), "")
        own = _lower(last.title)
        return ready or (own if len(f"/goal {own}".encode()) <= 64 else "")
    found = moments(talk, company_of(talk, visit.library), most=1)
    return PRACTISED[found[0].kind] if found else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
