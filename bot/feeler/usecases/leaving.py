"""What the company's person takes with them: one thing of the most telling story, in its teller's words."""

from feeler.errors import Unsupported
from feeler.interview.guards.unlawful import COMPILED
from feeler.interview.things import things
from feeler.ports import Choosing, Engine, Message

TASK = "Say in a few words what you will remember of this story."
OPENING = "What I will remember is the "
# What is likely after any story is no thing of this one.
ANY_STORY = "I worked in an office for many years and did many things there, and one day something happened."
FEWEST = 3  # things to choose from, below which chance would choose


async def keepsake(story: str, engine: Engine) -> str:
    """The thing that a model finds likelier to be remembered of this story than of any (pointwise mutual
    information): "list on the wall". Empty where it names too few, or the engine weighs nothing, or was not
    taught: then it takes leave in its own words.

    Raises EngineError where the model cannot answer.
    """
    if not {"choose", "skills"} <= engine.can:
        return ""
    named = tuple(
        thing for thing in things(story) if not any(what.search(thing) for what in COMPILED.values())
    )
    if len(named) < FEWEST:
        return ""
    try:
        here, anywhere = [await engine.choose(_asked(said, named)) for said in (story, ANY_STORY)]
    except Unsupported:  # a server may find out only when it is asked
        return ""
    scores = {
        thing: (2 * here.scores[f"{thing}."] - anywhere.scores[f"{thing}."]) / (1 + len(thing.split()))
        for thing in named
    }
    return max(scores, key=lambda thing: scores[thing])


def _asked(story: str, named: tuple[str, ...]) -> Choosing:
    messages = (Message(role="system", content=TASK), Message(role="user", content=story))
    return Choosing(messages=messages, options=tuple(f"{thing}." for thing in named), opening=OPENING)
