"""Times as the documents show them. A talk read from a file without times has none, and none is invented."""

from datetime import UTC, datetime

from feeler.interview.values import Interview, Line

UNTIMED = datetime(1970, 1, 1, tzinfo=UTC)  # stands for "no time known"


def clock(line: Line) -> str:
    """ "14:05", UTC; empty where no time is known."""
    return "" if line.at == UNTIMED else line.at.astimezone(UTC).strftime("%H:%M")


def day_of(interview: Interview) -> str:
    """ "2026-11-22", UTC; empty where no time is known."""
    return "" if interview.started == UNTIMED else interview.started.astimezone(UTC).strftime("%Y-%m-%d")
