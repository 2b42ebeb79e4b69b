"""A live talk at the desk: what rests while it runs, and the opening of somebody who has a next meeting."""

from dataclasses import replace

from feeler.interview.live import ends, is_live
from feeler.interview.values import Interview
from feeler.usecases import live_texts as texts
from feeler.usecases.visit import Visit
from feeler.usecases.zones import zone_of

RESTS = frozenset({"hint", "undo", "retry"})  # commands that nobody has across a real table


def rests(visit: Visit, command: str) -> bool:
    """Whether this command is not to be had now."""
    return command in RESTS and visit.talk is not None and is_live(visit.talk)


def hurried(visit: Visit, talk: Interview) -> Interview:
    """The talk just opened, the person saying that they are late and when they have to go."""
    if not talk.minutes:
        return talk
    zone = zone_of(visit)
    when = (
        texts.AT.format(time=f"{ends(talk).astimezone(zone):%H:%M}")
        if zone
        else texts.IN.format(minutes=talk.minutes)
    )
    first = talk.lines[0]
    late = texts.LATE[talk.difficulty].format(when=when)
    return talk.evolve(lines=(replace(first, text=f"{late} {first.text}"), *talk.lines[1:]))
