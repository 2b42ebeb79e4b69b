"""The talks of before: /history, /compare, and which talk a number means."""

import asyncio

from feeler import coach as debriefing
from feeler.coach.values import Progress
from feeler.interview.branches import of_record, root_of
from feeler.interview.topics import LABELS
from feeler.interview.values import Interview
from feeler.personas.values import Topic
from feeler.usecases import texts
from feeler.usecases.choosing import topic_meant
from feeler.usecases.values import Button, Document, Outcome
from feeler.usecases.visit import Visit, coach

SHOWN = 10  # days of unreadable talks that are named


async def stored(visit: Visit) -> dict[str, Interview]:
    """All readable talks and branches by id, oldest first, each as it stands now."""
    found = {talk.id: talk for talk in await visit.means.archive.talks(visit.chat.chat_id)}
    if visit.chat.interview is not None:
        found[visit.chat.interview.id] = visit.chat.interview
    return found


async def talks_of(visit: Visit) -> list[Interview]:
    """The talks in which the user said something, oldest first; of one that was tried again, the one that
    counts."""
    here = visit.chat.interview.id if visit.chat.interview else ""
    return [talk for talk in of_record(list((await stored(visit)).values()), here) if talk.turn or talk.notes]


async def branches_of(visit: Visit) -> tuple[Interview, ...]:
    """All other ways in which moments were tried again."""
    return tuple(talk for talk in (await stored(visit)).values() if talk.branch is not None)


async def _unreadable(visit: Visit) -> str:
    """What to say of the talks that cannot be read; empty where all can."""
    lost = await visit.means.archive.unreadable(visit.chat.chat_id)
    going_on = visit.chat.interview and visit.chat.interview.id
    days = dict.fromkeys(f"{began:%Y-%m-%d}" for talk, began in lost.items() if talk != going_on)
    return texts.UNREADABLE.format(days=", ".join(list(days)[-SHOWN:])) if days else ""


async def chosen_talk(visit: Visit, number: str) -> Interview | str:
    """The talk of this number in /history, 1 being the newest; none meaning this one; else what to say."""
    talks = await talks_of(visit)
    if not number:
        return await _this_talk(visit, talks) or texts.NOTHING_SAID
    if number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= len(talks):
        return talks[-int(number[:6])]
    return texts.NO_SUCH_TALK.format(number=number[:20])


async def _this_talk(visit: Visit, talks: list[Interview]) -> Interview | None:
    """The talk that the chat is in; in another try at a moment of one that has ended, that one."""
    here = visit.chat.interview
    if here is None or here.branch is None:
        return here
    known = await stored(visit)
    root = root_of(here, known)
    return next((talk for talk in talks if root_of(talk, known) == root), here)


async def history(visit: Visit, argument: str) -> Outcome:
    """/history: past talks in a line each, and how they developed."""
    talks, lost = await talks_of(visit), await _unreadable(visit)
    if not talks:
        return visit.answer(lost or texts.NOTHING_SAID)
    branches = await branches_of(visit)
    figures = await asyncio.to_thread(debriefing.history, talks, visit.library, branches)
    noted = frozenset(talk.id for talk in talks if talk.notes is not None)
    parts = (debriefing.history_text(figures, noted), lost, texts.HISTORY_HOW)
    told = coach("\n\n".join(part for part in parts if part))
    counted = tuple(one for one in figures if one.talk not in noted)
    if len(counted) < 2:
        return visit.answer(told)
    png = await asyncio.to_thread(debriefing.chart, Progress(talks=counted, sentence=""))
    file = Document(filename="feeler-history.png", media_type="image/png", content=png)
    return visit.answer(told, coach(texts.CHART, picture=file))


async def compare(visit: Visit, argument: str) -> Outcome:
    """/compare: what different interviewers told on one topic, side by side."""
    talks = [talk for talk in await talks_of(visit) if talk.notes is None]
    if not talks:
        return visit.answer(texts.NOTHING_SAID)
    topic = await topic_meant(visit, argument)
    if topic is None:
        return _ask_which(visit, talks)
    found = await asyncio.to_thread(debriefing.compare, talks, visit.library, topic, visit.means.reader)
    return visit.answer(debriefing.comparison_text(found))


def _ask_which(visit: Visit, talks: list[Interview]) -> Outcome:
    """The topics that came up so far, those with the most talks first."""
    came_up: dict[Topic, set[str]] = {}
    for talk in talks:
        for line in talk.lines:
            for topic in line.topics:
                came_up.setdefault(topic, set()).add(line.persona)
    topics = sorted(came_up, key=lambda topic: -len(came_up[topic])) or list(LABELS)
    buttons = tuple((Button(label=LABELS[topic], data=f"/compare {topic.value}"),) for topic in topics[:6])
    listed = ", ".join(topic.value for topic in topics)
    return visit.answer(coach(texts.COMPARE_WHICH.format(topics=listed), buttons=buttons))
