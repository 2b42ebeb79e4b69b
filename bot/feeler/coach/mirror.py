"""What a person said of themselves before and after their talks, shown back to them alone."""

from collections.abc import Sequence

from feeler.coach.clock import day_of
from feeler.interview.values import Asked, Interview

BARS = "▁▂▃▄▅▆▇█"
MOST = 8  # talks shown
READY = 10
NAMES = {
    Asked.SURPRISED: "Surprised",
    Asked.DRAWS: "Does it draw me",
    Asked.OUT: "Ruled out",
}


def bar(ready: int) -> str:
    """A block as high as `ready`, 1 to 10."""
    return BARS[round((len(BARS) - 1) * (ready - 1) / (READY - 1))]


def chart(talks: Sequence[Interview]) -> str:
    """How ready they felt before and after, over talks, as a row of blocks each; empty where never said."""
    told = [talk for talk in talks if talk.ready_before or talk.ready_after][-MOST:]
    if not told:
        return ""
    rows = [
        (name, [getattr(talk, field) for talk in told])
        for name, field in (("before", "ready_before"), ("after", "ready_after"))
    ]
    return "\n".join(
        f"{''.join(bar(one) if one else '·' for one in values)}  {name}: "
        + ", ".join(str(one) if one else "–" for one in values)
        for name, values in rows
    )


def mirror(talks: Sequence[Interview], names: Sequence[str]) -> str:
    """Chart and sentences of the last talks, oldest first; `names` are those of the interviewers."""
    parts = [drawn] if (drawn := chart(talks)) else []
    for talk, name in list(zip(talks, names, strict=True))[-MOST:]:
        if talk.reflections:
            rows = [f"{NAMES[one.asked]}: {one.text}" for one in talk.reflections]
            parts.append("\n".join([" · ".join(filter(None, (day_of(talk), name))), *rows]))
    return "\n\n".join(parts)
