"""How it was said, where somebody spoke: two quiet sentences from the times alone, never a score."""

from feeler.interview.values import Interview, Line, Need, Speaker

LEAST = 8.0  # seconds of speech, below which times say nothing


def how_it_was_said(talk: Interview) -> str:
    """Pace, longest stretch, pauses and fillers of the spoken lines; empty where too little was spoken.

    A moment of need is left out. Nothing is said of accent or mood, which times do not hold.
    """
    mine = [line for line in talk.lines if line.speaker is Speaker.CANDIDATE]
    spoken = [line for line in mine if line.speech is not None and line.need is Need.NONE]
    speech = [line.speech for line in spoken if line.speech is not None]
    seconds = sum(one.seconds for one in speech)
    if seconds < LEAST:
        return ""
    pace = round(sum(one.words for one in speech) * 60 / seconds)
    longest = max(one.longest for one in speech)
    pauses, fillers = sum(one.pauses for one in speech), sum(one.fillers for one in speech)
    return (
        f"You spoke {_of(spoken, mine)}, at about {pace} words a minute, and for up to {longest:.0f} seconds "
        f"without a longer pause. There {_counted(pauses, 'pause')} of more than two seconds, and "
        f"{_counted(fillers, 'filler', verb=False)} such as “um”."
    )


def _of(spoken: list[Line], mine: list[Line]) -> str:
    if len(spoken) == len(mine):
        return "all your lines" if len(mine) > 1 else "your line"
    return f"{len(spoken)} of your {len(mine)} lines"


def _counted(many: int, thing: str, *, verb: bool = True) -> str:
    said = f"{many or 'no'} {thing}{'' if many == 1 else 's'}"
    return f"{'was' if many == 1 else 'were'} {said}" if verb else said
