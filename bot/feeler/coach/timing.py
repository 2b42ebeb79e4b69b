"""Who closed a live talk, and whether its time was kept."""

from datetime import timedelta

from feeler.interview.live import LEAVES, ends, is_live, said_goodbye
from feeler.interview.values import Interview, Line, Speaker

MINUTE = timedelta(minutes=1)
NUMBERS = (
    "no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def time_kept(talk: Interview) -> str:
    """One sentence; empty where the talk is not over or no clock runs in it."""
    if not is_live(talk) or talk.ended is None:
        return ""
    last = talk.last(Speaker.COMPANY)
    if last is None or last.job not in LEAVES:
        return f"You left without a goodbye, {_beside(talk.ended - ends(talk))}."
    if last.at >= ends(talk):
        late = _beside(last.at - ends(talk))
        waited = "" if last.at - ends(talk) < MINUTE else f" Your last message came {late}."
        return f"They closed it: their next meeting began after {_many(talk.minutes)}.{waited}"
    return f"{_who(talk, last)} closed it, {_beside(last.at - ends(talk))}."


def _who(talk: Interview, last: Line) -> str:
    return "You" if said_goodbye(talk) else "They"


def _beside(past: timedelta) -> str:
    """How far from the beginning of the next meeting: "two minutes before their next meeting"."""
    minutes = abs(past) // MINUTE
    far = _many(minutes) if minutes else "less than a minute"
    return f"{far} {'after' if past >= timedelta(0) else 'before'} their next meeting" + " began" * (
        past >= timedelta(0)
    )


def _many(minutes: int) -> str:
    number = NUMBERS[minutes] if minutes < len(NUMBERS) else str(minutes)
    return f"{number} minute{'s' * (minutes != 1)}"
