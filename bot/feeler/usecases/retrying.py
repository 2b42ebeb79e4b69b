"""The same moment again: /retry opens a branch of the talk, and both ways are put side by side."""

import asyncio
from uuid import uuid4

from feeler.coach import Debrief, findings
from feeler.coach.bothways import both_ways, quoted, said
from feeler.coach.closing import close_text
from feeler.coach.findings import company_of
from feeler.coach.goals import goals_text
from feeler.coach.moments import GOALS, Moment, moment_at, moments, private
from feeler.coach.tries import tries_text
from feeler.interview.branches import TRIES, anew, branch_off, tries, way
from feeler.interview.topics import LABELS
from feeler.interview.values import Interview, Line, Need, Speaker
from feeler.usecases import texts
from feeler.usecases.past import branches_of, stored, talks_of
from feeler.usecases.values import Button, Outcome, Reply
from feeler.usecases.visit import Visit, coach, company

USAGE = "[line|back]"
BACK = frozenset({"back", "first", "done"})
SHORT = 3  # digits of a number in /history; longer is the beginning of a talk's id
KEY = 12  # letters of an id in a button
NAMED = 8  # of the candidate's lines, where none or a wrong one is given


async def retry(visit: Visit, argument: str) -> Outcome:
    """/retry: the last turn again; with a line, that one; `back` leads to the first way."""
    wanted, _, which = argument.strip().casefold().partition(" ")
    if wanted in BACK:
        return await back(visit)
    chosen = await _chosen(visit, wanted, which.strip())
    if isinstance(chosen, str):
        return visit.answer(chosen)
    talk, line = chosen
    if refusal := _refused(visit, talk, line):
        return visit.answer(refusal)
    return await _open(visit, talk, talk.numbered(line))


async def back(visit: Visit) -> Outcome:
    """/retry back: to the talk as it went the first time."""
    here = visit.chat.interview
    if here is None or here.branch is None:
        return visit.answer(texts.NO_BRANCH)
    first = await origin(visit, here)
    if first is None:
        return visit.answer(texts.FIRST_GONE)
    visit = visit.with_chat(interview=first, undo=None, awaiting="")
    if first.ended is None:
        return visit.answer(
            texts.BACK_AGAIN.format(name=visit.name), *_last_of_company(first, len(first.lines) + 1)
        )
    return visit.answer(await _tried_so_far(visit, first))


async def origin(visit: Visit, branch: Interview) -> Interview | None:
    """The talk that this one branches off; None where it is deleted."""
    return (await stored(visit)).get(branch.branch.of) if branch.branch else None


async def is_aside(visit: Visit) -> bool:
    """Whether the chat is in another try at a moment of a talk that has ended already."""
    here = visit.chat.interview
    if here is None or here.branch is None:
        return False
    first = await origin(visit, here)
    return first is not None and first.ended is not None


async def to_practise(visit: Visit, found: Debrief) -> tuple[Reply, ...]:
    """What stands under a debrief, in one message: the goals, what was tried again, and the moments worth
    another try, as buttons."""
    talk = found.interview
    left = await _left(visit, talk) if not found.troubled else ()
    parts = [goals_text(found.goals)] if found.goals else []
    if found.close:
        parts.append(close_text(found.close))
    if found.tries and found.first and found.best:
        parts.append(tries_text(found.tries, found.first, found.best))
    if left:
        parts.append(_offer(left))
    return (coach("\n\n".join(parts), buttons=_buttons(talk, left)),) if parts else ()


async def side_by_side(visit: Visit, branch: Interview) -> tuple[Reply, ...]:
    """Both ways of the moment, once its new answer is there; nothing at any other turn, nor near a need."""
    again, last = anew(branch), branch.last(Speaker.CANDIDATE)
    if branch.branch is None or again is None or again.asked is not last or last.need is not Need.NONE:
        return ()
    talk = await origin(visit, branch)
    first = way(talk, branch.branch.line) if talk is not None else None
    if talk is None or first is None or any(line.speaker is Speaker.COACH for line in _since(branch, last)):
        return ()
    library = visit.library
    name = library.persona(again.asked.persona).name
    text = await asyncio.to_thread(both_ways, first, again, company_of(talk, library), name)
    if talk.ended is None:
        text += "\n\n" + texts.GO_ON_HERE
    return (coach(text, buttons=await _after(visit, talk, branch)),)


def _since(branch: Interview, line: Line) -> tuple[Line, ...]:
    return tuple(one for one in branch.lines if one.number > line.number)


async def _after(visit: Visit, talk: Interview, branch: Interview) -> tuple[tuple[Button, ...], ...]:
    """Once more, back, and the next moment of a talk that is over."""
    assert branch.branch
    row = []
    if branch.branch.number < TRIES:
        row.append(Button(label="Once more", data=_data(talk, branch.branch.line)))
    row.append(Button(label="First way" if talk.ended is None else "Done", data="/retry back"))
    rest = []
    if talk.ended is not None:
        rest = [one for one in await _left(visit, talk) if one.line != branch.branch.line][:1]
    return (tuple(row), *_buttons(talk, tuple(rest)))


async def _tried_so_far(visit: Visit, talk: Interview) -> Reply:
    """Back under the debrief: what was tried and what counts now, and the moments that are left."""
    branches = await branches_of(visit)
    found = await asyncio.to_thread(findings, talk, visit.library, (), branches)
    left = await _left(visit, talk)
    parts = [texts.BACK_UNDER.format(name=visit.name)]
    if found.tries and found.first and found.best:
        parts.append(tries_text(found.tries, found.first, found.best))
    if left:
        parts.append(_offer(left))
    return coach("\n\n".join(parts), buttons=(*_buttons(talk, left), _onwards()))


def _onwards() -> tuple[Button, ...]:
    """What else there is after a debrief."""
    return (Button(label="New talk", data="/new"), Button(label="My talks", data="/history"))


async def _left(visit: Visit, talk: Interview) -> tuple[Moment, ...]:
    """The moments worth another try that were not tried yet."""
    company = company_of(talk, visit.library)
    found = await asyncio.to_thread(moments, talk, company)
    done = tries(talk, await branches_of(visit))
    here = visit.library.personas
    return tuple(one for one in found if one.line not in done and talk.numbered(one.line).persona in here)


def _offer(left: tuple[Moment, ...]) -> str:
    rows = [f"• Line {one.line}: {quoted(one.said.quote, 80)}\n   {one.why}" for one in left]
    return "\n".join([texts.WORTH_RETRYING, *rows])


def _buttons(talk: Interview, left: tuple[Moment, ...]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(label=f"↻ Line {one.line}: {GOALS[one.kind]}", data=_data(talk, one.line)),) for one in left
    )


def _data(talk: Interview, line: int) -> str:
    return f"/retry {line} {talk.id[:KEY]}"


async def _chosen(visit: Visit, wanted: str, which: str) -> tuple[Interview, int] | str:
    """The talk and the candidate's line that are meant; else what to say."""
    talk = await _talk_meant(visit, which)
    if isinstance(talk, str):
        return talk
    first = await origin(visit, talk) if talk.branch else None
    if not wanted:
        return await _last_turn(talk, first)
    if not (wanted.isascii() and wanted.isdecimal()):
        return texts.WHICH_LINE.format(lines=_own_lines(talk))
    line = int(wanted[:6])
    if first is not None and talk.branch is not None and (first.ended or line <= talk.branch.line):
        talk = first
    mine = [one.number for one in talk.lines if one.speaker is Speaker.CANDIDATE]
    if line not in mine:
        return texts.NOT_YOUR_LINE.format(line=line, lines=_own_lines(talk))
    return talk, line


async def _talk_meant(visit: Visit, which: str) -> Interview | str:
    """The talk of a number in /history or of an id that a button brought; none meaning this one."""
    if not which:
        return visit.chat.interview or texts.NOTHING_SAID
    if which.isascii() and which.isdecimal() and len(which) <= SHORT:
        talks = await talks_of(visit)
        if 1 <= int(which) <= len(talks):
            return talks[-int(which)]
        return texts.NO_SUCH_TALK.format(number=which)
    found = [talk for talk in (await stored(visit)).values() if talk.id[:KEY] == which[:KEY]]
    return found[0] if found else texts.FIRST_GONE


async def _last_turn(talk: Interview, first: Interview | None) -> tuple[Interview, int] | str:
    last = talk.last(Speaker.CANDIDATE)
    if talk.branch is not None and first is not None:
        at = talk.branch.line
        if first.ended or last is None or last.number <= at:
            return first, at
    return (talk, last.number) if last is not None else texts.NOTHING_SAID


def _own_lines(talk: Interview) -> str:
    mine = [str(one.number) for one in talk.lines if one.speaker is Speaker.CANDIDATE]
    return ", ".join(mine[-NAMED:]) or "none yet"


def _refused(visit: Visit, talk: Interview, line: int) -> str:
    """Why this moment cannot be tried again; empty where it can."""
    if talk.notes is not None:
        return texts.NOT_HELD_HERE
    if talk.numbered(line).turn in private(talk):
        return texts.LEFT_ALONE
    if way(talk, line) is None:
        return texts.NOT_ANSWERED.format(line=line)
    if talk.numbered(line).persona not in visit.library.personas:
        return texts.NOBODY_THERE
    return ""


async def _open(visit: Visit, talk: Interview, again: Line) -> Outcome:
    """The talk as it stood before `again`; a try that was opened and not used is taken up."""
    made = [
        one
        for one in await branches_of(visit)
        if one.branch and (one.branch.of, one.branch.line) == (talk.id, again.number)
    ]
    used = [one for one in made if anew(one) is not None]
    name = visit.library.persona(again.persona).name
    if len(used) >= TRIES:
        return visit.answer(texts.TRIES_SPENT.format(line=again.number, slug=again.persona))
    blank = next((one for one in made if anew(one) is None), None)
    branch = branch_off(
        talk,
        again.number,
        id=blank.id if blank else uuid4().hex,
        number=len(used) + 1,
        now=visit.now,
    )
    moment = moment_at(talk, company_of(talk, visit.library), again.number)
    told = texts.AGAIN_FROM_HERE.format(line=again.number, name=name, said=said(again))
    text = f"{told}\n\n{moment.tip}" if moment else told
    leave = ((Button(label="Leave it", data="/retry back"),),)
    return visit.answer(
        coach(text, buttons=leave),
        *_last_of_company(branch, again.number),
        interview=branch,
        undo=None,
        awaiting="",
    )


def _last_of_company(talk: Interview, before: int) -> tuple[Reply, ...]:
    """What the company said last, with the keyboard that stood under it."""
    lines = [one for one in talk.lines if one.number < before and one.speaker is Speaker.COMPANY]
    keys = tuple((LABELS[topic],) for topic in lines[-1].offers) if lines else ()
    return (company(lines[-1].text, keyboard=keys),) if lines else ()
