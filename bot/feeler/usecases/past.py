"""The talks of before: /history, /compare, and which talk a number means."""

import asyncio

from feeler import coach as debriefing
from feeler.coach.values import Progress
from feeler.interview.topics import LABELS
from feeler.interview.values import Interview
from feeler.personas.values import Topic
from feeler.usecases import texts
from feeler.usecases.choosing import topic_meant
from feeler.usecases.values import Button, Document, Outcome
from feeler.usecases.visit import Visit, coach

SHOWN = 10  # days of unreadable talks that are named


async def talks_of(visit: Visit) -> list[Interview]:
    """All readable talks in which the user said something, oldest first, each as it stands now."""
    stored = {talk.id: talk for talk in await visit.means.archive.talks(visit.chat.chat_id)}
    if visit.chat.interview is not None:
        stored[visit.chat.interview.id] = visit.chat.interview
    return [talk for talk in stored.values() if talk.turn]


async def _unreadable(visit: Visit) -> str:
    """What to say of the talks that cannot be read; empty where all can."""
    lost = await visit.means.archive.unreadable(visit.chat.chat_id)
    going_on = visit.chat.interview and visit.chat.interview.id
    days = dict.fromkeys(f"{began:%Y-%m-%d}" for talk, began in lost.items() if talk != going_on)
    return texts.UNREADABLE.format(days=", ".join(list(days)[-SHOWN:])) if days else ""


async def chosen_talk(visit: Visit, number: str) -> Interview | str:
    """The talk of this number in /history, 1 being the newest; none meaning this one; else what to say."""
    if not number:
        return visit.chat.interview or texts.NOTHING_SAID
    talks = await talks_of(visit)
    if number.isascii() and number.isdecimal() and 1 <= int(number[:6]) <= len(talks):
        return talks[-int(number[:6])]
    return texts.NO_SUCH_TALK.format(number=number[:20])


async def history(visit: Visit, argument: str) -> Outcome:
    """/history: past talks in a line each, and how they developed."""
    talks, lost = await talks_of(visit), await _unreadable(visit)
    if not talks:
        return visit.answer(lost or texts.NOTHING_SAID)
    figures = await asyncio.to_thread(debriefing.history, talks, visit.means.library)
    parts = (debriefing.history_text(figures), lost, texts.HISTORY_HOW)
    told = coach("\n\n".join(part for part in parts if part))
    if len(talks) < 2:
        return visit.answer(told)
    png = await asyncio.to_thread(debriefing.chart, Progress(talks=figures, sentence=""))
    file = Document(filename="feeler-history.png", media_type="image/png", content=png)
    return visit.answer(told, coach(texts.CHART, picture=file))


async def compare(visit: Visit, argument: str) -> Outcome:
    """/compare: what different interviewers told on one topic, side by side."""
    talks = await talks_of(visit)
    if not talks:
        return visit.answer(texts.NOTHING_SAID)
    topic = topic_meant(argument)
    if topic is None:
        return _ask_which(visit, talks)
    found = await asyncio.to_thread(debriefing.compare, talks, visit.means.library, topic)
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
