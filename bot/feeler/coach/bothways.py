"""The same moment both ways, side by side: what changed in what was said, and what that opened."""

from collections.abc import Iterator, Sequence

from feeler.coach.follow import goes_on
from feeler.coach.questions import is_open
from feeler.coach.telling import cut
from feeler.coach.topics import TITLES
from feeler.coach.words import count
from feeler.interview.acts import Act
from feeler.interview.branches import TRIES, Way, best
from feeler.interview.plan import THIN, UNKNOWNS, Job
from feeler.interview.values import Line
from feeler.personas.values import Company, Fact

OWN, THEIRS = 120, 170  # characters quoted of either side
MUCH = 2.0  # times as long
MOST = 2  # changes that are named


def both_ways(first: Way, again: Way, company: Company, name: str) -> str:
    """One message: both ways with their lines, what changed, and what that opened."""
    tries = f"try {again.number} of {TRIES}"
    return "\n\n".join(
        [
            f"Line {first.asked.number}, both ways ({tries})",
            f"First\nYou: {said(first.asked, OWN)}\n{name}: {answered(first)}",
            f"Again\nYou: {said(again.asked, OWN)}\n{name}: {answered(again)}",
            f"What changed: {' '.join(changes(first, again))}",
            f"What it opened: {opened(first, again, company)}",
        ]
    )


def said(line: Line, longest: int = OWN) -> str:
    return quoted(line.text, longest)


def quoted(words: str, longest: int) -> str:
    """Words on one line in quotation marks; dots stand outside of them where they were cut."""
    flat = " ".join(words.split())
    short = cut(flat, longest)
    return f"“{short}”{'' if short == flat else ' …'}"


def answered(way: Way) -> str:
    return " ".join(said(line, THEIRS) for line in way.answers)


def changes(first: Way, again: Way) -> tuple[str, ...]:
    """What is different in what the candidate said, the weightiest first."""
    found = tuple(_changes(first, again))[:MOST]
    return found or tuple(_length(first.asked, again.asked)) or ("The same in other words.",)


def _changes(first: Way, again: Way) -> Iterator[str]:
    one, two = first.asked, again.asked
    was, now = set(one.acts), set(two.acts)
    if Act.BEGGED in was ^ now:
        yield ("This time you asked for work." if Act.BEGGED in now else "You did not ask for work as such.")
    if Act.INSULT in was ^ now:
        yield "This time you were sharp." if Act.INSULT in now else "You stayed calm."
    told = f"told something{' that you did' * two.deed}"
    if Act.ASKED in was and Act.ASKED not in now:
        yield f"First you asked; this time you {told if Act.TOLD in now else 'said little'}."
    elif Act.ASKED in now and Act.ASKED not in was:
        yield f"First you {'told' if Act.TOLD in was else 'said little'}; this time you asked."
    elif Act.ASKED in now:
        yield from _questions(first, again)
    elif THIN & was and not THIN & now and Act.TOLD in now:
        yield f"First a few general words; this time you {told}."
    elif two.deed and not one.deed:
        yield f"This time you {told}."


def _length(one: Line, two: Line) -> Iterator[str]:
    short, long = sorted((count(one.text), count(two.text)))
    if long >= MUCH * max(short, 4):
        how = "Longer" if count(two.text) == long else "Shorter"
        yield f"{how}: {count(two.text)} words in place of {count(one.text)}."


def _questions(first: Way, again: Way) -> Iterator[str]:
    one, two = first.asked, again.asked
    went, goes = goes_on(one, first.before), goes_on(two, again.before)
    if went is False and goes:
        yield "This time you went on from what they had just said; first you began something new."
    elif went and goes is False:
        yield "First you went on from what they had just said; this time you began something new."
    if one.questions and two.questions and (was := is_open(one.questions[0])) != is_open(two.questions[0]):
        yield (
            "First an open question; this time yes or no answers it."
            if was
            else "First yes or no was an answer; this time the question is open."
        )
    if one.topics and two.topics and one.topics[0] is not two.topics[0] and not (went or goes):
        yield f"First about {TITLES[one.topics[0]]}; this time about {TITLES[two.topics[0]]}."


def opened(first: Way, again: Way, company: Company) -> str:
    """What only one of the two ways opened; that it is the same where it is."""
    facts = {fact.id: fact for fact in company.facts}
    more, less = again.told - first.told, first.told - again.told
    if more and less:
        return f"something else: {_named(more, facts)} in place of {_named(less, facts)}."
    if more:
        return f"{_named(more, facts)} that the first way left closed."
    if less:
        return f"less: the first way had opened {_named(less, facts)}."
    if again.told:
        return "the same as the first way."
    return _without_facts(first, again)


def _without_facts(first: Way, again: Way) -> str:
    """Where neither way told anything new about the company: what they did with it."""
    was, now = _job(first.answers), _job(again.answers)
    if Job.MINE in now - was:
        return "something of their own, which is no fact about the company."
    if now & {Job.ASK} and was & {Job.PUSH, Job.EASE, Job.STEADY}:
        return "a question about what you told; first they had to ask you for a case."
    if UNKNOWNS & now:
        return "nothing: they do not know it." if not UNKNOWNS & was else "nothing, either way."
    if Job.ASK in now:
        return "another question of theirs, and nothing new about the company."
    return "nothing new about the company, either way."


def _job(lines: Sequence[Line]) -> set[str]:
    return {line.job for line in lines}


def _named(ids: frozenset[str], facts: dict[str, Fact]) -> str:
    """The fields of the topic map that these facts are of."""
    topics = dict.fromkeys(facts[fact].topic for fact in sorted(ids) if fact in facts)
    many = f"{len(ids)} things on " if len(ids) > 1 else "one thing on "
    return many + " and ".join(TITLES[topic] for topic in topics)


def verdict(ways: Sequence[Way]) -> str:
    """Which of the ways counts, and why."""
    one = best(ways)
    name = f"try {one.number}" if one.number else "the first way"
    others = [way for way in ways if way is not one]
    if all(len(one.told) > len(way.told) for way in others):
        why = "it opened most"
    elif one.asked.deed and not any(way.asked.deed for way in others if len(way.told) == len(one.told)):
        why = "it tells what you did"
    else:
        why = "no other opened more"
    return f"{name[:1].upper()}{name[1:]} counts: {why}."
