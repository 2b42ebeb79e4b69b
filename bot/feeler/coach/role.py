"""The role they might create: a trouble that they named, a deed of the person's, and what one would do."""

from collections.abc import Sequence

from feeler.coach.deeds import STRETCH
from feeler.coach.talents import kind_of
from feeler.coach.telling import cited, standing_alone
from feeler.coach.topics import OPENERS
from feeler.coach.values import Deed, Duty, Evidence, Learned, Role
from feeler.personas.values import Topic

TRIAL = "a trial of three months"
UNNAMED = "Three months on trial, at the trouble they named"
FIRST = "Spend the first two weeks beside the people whom it concerns, and write down what happens each time"
AS_THEN = "Go about it in one place as you did then, and see what holds there and what does not"
LAST = "Show after three months what has changed, by a figure that they choose themselves"
WHY = (
    "They told you what hurts: {trouble}. You told them what you did: {deed}."
    " It would be new work, so nobody has to go for it."
)
ONE_STORY = (
    "One story would have to show what you did when something of that kind went wrong: where it was,"
    " what you did first, what came of it."
)


def trouble_of(learned: Sequence[Learned]) -> Evidence | None:
    """The trouble that the company named, by a sentence that stands alone; None where it named none."""
    told = [one.said for one in learned if one.topic is Topic.PROBLEM]
    return next((point for said in told if (point := standing_alone(said))), told[0] if told else None)


def role(deeds: Sequence[Deed], learned: Sequence[Learned]) -> Role | None:
    """A position at the trouble they named, for who did the most telling deed; None where one is missing."""
    trouble = trouble_of(learned)
    if trouble is None or not deeds:
        return None
    deed = deeds[0]
    kind = kind_of(deed)
    texts = (FIRST, *kind.duties) if kind else (FIRST, AS_THEN, LAST)
    return Role(
        title=f"{kind.title}: {TRIAL}" if kind else UNNAMED,
        duties=tuple(Duty(text=text, talent=deed.said, need=trouble) for text in texts),
        why=WHY.format(trouble=cited(trouble), deed=cited(deed.said, STRETCH)),
    )


def missing(deeds: Sequence[Deed], learned: Sequence[Learned]) -> str:
    """What this talk lacks for a role, and what would carry one; empty where nothing is lacking."""
    trouble = trouble_of(learned)
    if trouble is not None and deeds:
        return ""
    if trouble is not None:
        return f"They told you what hurts: {cited(trouble)}. {ONE_STORY}"
    ask = f"Ask for it next time: “{OPENERS[Topic.PROBLEM][0]}”"
    if deeds:
        return (
            f"You told them what you did: {cited(deeds[0].said, STRETCH)}."
            f" What is missing is a trouble of theirs to put beside it. {ask}"
        )
    return f"It takes one thing that hurts them and one thing you did. {ask} {ONE_STORY}"
