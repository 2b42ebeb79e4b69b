"""Before and after a talk: /ready takes a number, /reflect a sentence; shown back to the person alone."""

from dataclasses import replace

from feeler.coach.mirror import READY, chart, mirror
from feeler.interview.values import Asked, Interview, Reflection
from feeler.usecases import texts
from feeler.usecases.past import talks_of
from feeler.usecases.retrying import is_aside
from feeler.usecases.values import Awaiting, Button, Outcome, Reply
from feeler.usecases.visit import Visit, coach

LONGEST = 300  # characters of a sentence
NUMBERS = tuple(
    tuple(Button(label=str(one), data=f"/ready {one}") for one in row) for row in (range(1, 6), range(6, 11))
)
LABELS = {Asked.SURPRISED: "What surprised me", Asked.DRAWS: "Still drawn?", Asked.OUT: "I rule out"}
ROW = tuple(Button(label=label, data=f"/reflect {asked.value}") for asked, label in LABELS.items())
AWAITS: dict[Asked, Awaiting] = {
    Asked.SURPRISED: "surprised",
    Asked.DRAWS: "draws",
    Asked.OUT: "out",
}


async def ready(visit: Visit, argument: str) -> Outcome:
    """/ready 7: how ready one feels, before the talk or after it; alone, how it was so far."""
    talk = await _talk(visit)
    if talk is None:
        return visit.answer(texts.NO_TALK_TO_FEEL)
    given = argument.strip()
    if not given:
        drawn = chart(await talks_of(visit))
        asked = texts.READY_AFTER if talk.ended else texts.READY_BEFORE
        return visit.answer(coach("\n\n".join(filter(None, (drawn, asked))), buttons=NUMBERS))
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:3]) <= READY):
        return visit.answer(coach(texts.READY_HOW, buttons=NUMBERS))
    if talk.ended is None:
        kept = talk.evolve(ready_before=int(given))
        return visit.answer(texts.READY_NOTED.format(name=visit.name), interview=kept)
    kept = talk.evolve(ready_after=int(given))
    drawn = chart([kept if one.id == kept.id else one for one in await talks_of(visit)])
    return visit.answer(coach(f"{texts.READY_THEN}\n\n{drawn}", buttons=(ROW,)), interview=kept)


async def reflect(visit: Visit, argument: str) -> Outcome:
    """/reflect: what was said so far; with `surprised`, `draws` or `out` and a sentence, one more."""
    word, _, said = argument.strip().partition(" ")
    if not word:
        return await _show(visit)
    asked = next((one for one in Asked if one.value == word.casefold()), None)
    talk = await _talk(visit)
    if asked is None:
        return visit.answer(coach(texts.REFLECT_HOW, buttons=(ROW,)))
    if talk is None or talk.ended is None:
        return visit.answer(texts.REFLECT_LATER)
    if not said.strip():
        return visit.answer(texts.REFLECT_ASK[asked], interview=talk, awaiting=AWAITS[asked])
    return hear(visit.with_chat(interview=talk), asked, said)


def hear(visit: Visit, asked: Asked, said: str) -> Outcome:
    """The sentence that answers one of the three buttons."""
    talk = visit.chat.interview
    text = " ".join(said.split())
    if talk is None:
        return visit.answer(texts.NO_TALK_TO_FEEL, awaiting="")
    if len(text) > LONGEST:
        return visit.answer(texts.REFLECT_LONG.format(most=LONGEST))
    others = tuple(one for one in talk.reflections if one.asked is not asked)
    kept = talk.evolve(reflections=(*others, Reflection(asked=asked, text=text)))
    left = tuple(button for button, one in zip(ROW, Asked, strict=True) if one not in _asked(kept))
    noted = texts.REFLECTED if left else texts.REFLECTED_ALL
    return visit.answer(coach(noted, buttons=(left,) if left else ()), interview=kept, awaiting="")


def asked_by(awaiting: str) -> Asked | None:
    """Which of the three the next message answers."""
    return next((one for one, waits in AWAITS.items() if waits == awaiting), None)


def before_talk(opened: Outcome) -> Outcome:
    """The outcome of /new, its first message asking how ready one feels; one tap."""
    if len(opened.replies) < 2:
        return opened
    at = next((at for at, one in enumerate(opened.replies) if one.keyboard == ()), None)
    if at is None:
        return opened
    met = opened.replies[at]
    asking = replace(met, text=f"{met.text}\n\n{texts.READY_BEFORE}", keyboard=None, buttons=NUMBERS)
    last = replace(opened.replies[-1], keyboard=())
    return replace(opened, replies=(*opened.replies[:at], asking, *opened.replies[at + 1 : -1], last))


def after_debrief(talk: Interview) -> Reply:
    """What stands at the end of a debrief: the number again, where there was one, and the three buttons."""
    rows = NUMBERS if talk.ready_before and not talk.ready_after else ()
    return coach(texts.READY_AFTER if rows else texts.REFLECT_NOW, buttons=(*rows, ROW))


async def _talk(visit: Visit) -> Interview | None:
    """This talk; none in another try at a moment of one that has ended, which is not changed from there."""
    return None if await is_aside(visit) else visit.chat.interview


async def _show(visit: Visit) -> Outcome:
    talks = await talks_of(visit)
    people = visit.library.personas
    names = [people[one.persona].name if one.persona in people else one.persona for one in talks]
    told = mirror(talks, names)
    return visit.answer(coach(told or texts.NOTHING_REFLECTED, buttons=() if told else (ROW,)))


def _asked(talk: Interview) -> set[Asked]:
    return {one.asked for one in talk.reflections}
