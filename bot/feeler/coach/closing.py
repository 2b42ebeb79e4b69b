"""How the candidate closed the talk: a short checklist, each with the line that shows it, or not shown.

Questions are known by how close they are to two that ask the same, as the encoder was taught to lay them;
a promise by its form. What no reading tells apart for certain is not on the list.
"""

from collections.abc import Iterator, Sequence

from feeler.coach.balance import is_promise
from feeler.coach.care import troubled
from feeler.coach.telling import cited
from feeler.coach.values import Closing, Evidence
from feeler.coach.words import quote, sentences
from feeler.interview.acts import Act
from feeler.interview.dossier import Finder
from feeler.interview.values import Interview, Line, Speaker

FEWEST = 6  # the candidate's messages in a talk whose close is looked at
LAST = 3  # of them that belong to the close
UNASKED = ("What should I have asked you that I did not?", "Is there anything I have not asked you?")
PERSON = ("Who else should I talk to?", "Could you put me in touch with somebody?")
# Cosines from which on a question is one of these; see docs/interview.md.
FORGOTTEN, SURE = 0.75, 0.9
NAMES = {
    "unasked": "asked what you had not asked",
    "person": "asked for somebody to talk to",
    "step": "said what you will do next",
}


def checklist(talk: Interview, finder: Finder) -> tuple[Closing, ...]:
    """One entry an item; none for a short talk, or where somebody was in need."""
    if talk.turn < FEWEST or troubled(talk):
        return ()
    own = [line for line in talk.lines if line.speaker is Speaker.CANDIDATE]
    last = own[-LAST:]
    shown = {
        "unasked": next(_asked(own, UNASKED, finder, FORGOTTEN), None),
        "person": next(_asked(own, PERSON, finder, SURE), None),
        "step": next(
            (quote(line, one) for line in last for one in sentences(line.text) if is_promise(one)), None
        ),
    }
    return tuple(Closing(item=item, shown=shown[item]) for item in NAMES)


def _asked(own: Sequence[Line], alike: tuple[str, ...], finder: Finder, least: float) -> Iterator[Evidence]:
    """The candidate's questions that ask the same as those of `alike`."""
    for line in own:
        asked = [one for one in sentences(line.text) if one.endswith("?")]
        for question in line.questions or asked:  # "may I ask ...?" is read as no question to the company
            if Act.PICKED not in line.acts and max(finder.closeness(question, alike)) >= least:
                yield quote(line, question)


def close_text(found: Sequence[Closing]) -> str:
    """The checklist in a message."""
    rows = [
        f"{'✓' if one.shown else '○'} {NAMES[one.item]}{f': {cited(one.shown, 70)}' if one.shown else ''}"
        for one in found
    ]
    return "\n".join(["Your close (○ not shown):", *rows])
