"""A live talk: it lasts minutes, not messages, and the person across has a next meeting. Pure.

The clock is the wall clock and begins with the talk. Somebody in need stops it for good: from then on the
talk is an ordinary one.
"""

from datetime import datetime, timedelta

from feeler.interview.acts import Act
from feeler.interview.values import Interview, Line, Need, Phase, Speaker

LEAST, MOST, USUAL = 5, 60, 20  # minutes
STORY_UNTIL, ASKED_UNTIL, FLOOR_UNTIL = 0.35, 0.7, 0.95  # shares of them
LEAVES = frozenset({"leave", "bye"})  # jobs of a last line


def is_live(talk: Interview) -> bool:
    """Whether the clock runs: not in a talk that is counted in messages, nor once somebody was in need."""
    return talk.minutes > 0 and all(line.need is Need.NONE for line in talk.lines)


def ends(talk: Interview) -> datetime:
    """When the next meeting begins."""
    return talk.started + timedelta(minutes=talk.minutes)


def is_up(talk: Interview, now: datetime) -> bool:
    """Whether it is a live talk whose time is over."""
    return is_live(talk) and now >= ends(talk)


def with_room(talk: Interview) -> Interview:
    """The talk with messages left, for when its clock counts no more: by then it may have had many."""
    return talk.evolve(budget=max(talk.budget, talk.turn + talk.budget // 2))


def phase_in_time(talk: Interview, now: datetime) -> Phase:
    """The phase of the candidate's next message by the clock.

    The floor is handed over late, and only to somebody who has not taken it before.
    """
    share = (now - talk.started) / timedelta(minutes=talk.minutes)
    if not talk.turn:
        return Phase.OPENING
    if share < STORY_UNTIL:
        return Phase.STORY
    if share >= FLOOR_UNTIL:
        return Phase.CLOSE
    mark = talk.started + ASKED_UNTIL * timedelta(minutes=talk.minutes)
    led = any(Act.ASKED in line.acts and line.at < mark for line in _own(talk))
    return Phase.STRENGTHS if share < ASKED_UNTIL or led else Phase.QUESTIONS


def has_left(talk: Interview) -> bool:
    """Whether the person across has closed a live talk with the last line that was said."""
    if not is_live(talk) or not talk.lines or talk.lines[-1].job not in LEAVES:
        return False
    last = talk.lines[-1]
    return last.job == "bye" or said_goodbye(talk) or last.at >= ends(talk)


def said_goodbye(talk: Interview) -> bool:
    """Whether the candidate's last message took leave."""
    own = _own(talk)
    return bool(own) and Act.GOODBYE in own[-1].acts


def _own(talk: Interview) -> list[Line]:
    return [line for line in talk.lines if line.speaker is Speaker.CANDIDATE]
