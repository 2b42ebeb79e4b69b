"""Reads messages with taught heads; rules are left for taps on the keyboard, other languages and words of
alarm.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from feeler.interview.acts import Act
from feeler.interview.dossier import BRIEF, Known, Shares, context, is_bare
from feeler.interview.language import is_english
from feeler.interview.reading import Reading, Shown, Understood
from feeler.interview.topics import picked
from feeler.interview.tripwires import in_danger, is_bereaved, tells_of_an_end
from feeler.interview.values import Need
from feeler.interview.words import content, last_asked, words
from feeler.personas.values import Topic

# The probability from which on a message counts as in need, or one of its sentences, which stands there
# without the others. Low on purpose: a pause too many is one short line, one too few is somebody in need who
# is interviewed. docs/safety.md has what both cost.
STOPS = 0.5
CLEAR = 0.5  # from which on a sentence is clearly one of danger to life: then the interviewer is silent
LEAVES = 0.8  # that somebody says goodbye
CLEARER = 0.7  # where the message as a whole is clearly of nobody in need: from 0.9 on
UNMOVED = 0.9
SORROW = 0.9  # that something sad is told: nobody is stopped, and nothing is made of it
LIKELY = 0.5  # from which on an act counts
FOLLOWS, FOLLOWS_BRIEF = 0.9, 0.4  # that a question goes on from the line before; one of a few words
# and those that would take a talk out of the company's hands, or that the heads see too often
SURER = {
    Act.PROMPT: 0.85, Act.MACHINE: 0.85, Act.BEGGED: 0.85, Act.INSULT: 0.96, Act.LANGUAGE: 0.7,
    Act.CLARIFY: 0.7, Act.PRIVACY: 0.7,
}  # fmt: skip
# never only because nothing else is likelier
ENDS = {*SURER, Act.GOODBYE, Act.WRAPS_UP} - {Act.CLARIFY}
MAY_ASK = 0.25  # that a few words ask, where the company asked nothing
ASKS_ON = {Act.ASKED, Act.TOLD, Act.CLARIFY, Act.DODGED}  # what "why's that then" is taken for
LITTLE = {Act.SHORT, Act.VAGUE, Act.DODGED}
ABOUT = 0.2  # from which on a question is about a topic
GO_ON, STOP_HERE = "go on", "stop here"  # what the coach tells somebody to write
TINY = 2  # words of an answer that says little, whatever they are
OTHER, MATTERS = 0.01, 0.3  # what the topic of a thing counts at least, and how much beside what it says


class Heads(Protocol):
    """What `feeler.llm.reader` does; it computes, for milliseconds."""

    def understand(self, before: str, said: str) -> Understood: ...

    def topics(self, before: str, said: str) -> Mapping[Topic, float]: ...

    def shares(self, before: str, question: str, texts: Sequence[str]) -> tuple[Sequence[float], float]: ...

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]: ...

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]: ...

    def shows(self, texts: Sequence[str]) -> Sequence[Shown]: ...

    def suits(self, before: str, said: str, questions: Sequence[str]) -> Sequence[float]: ...


class TaughtReader:
    """See `feeler.ports.Reader`."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads

    def read(self, before: str, said: str) -> Reading:
        # as they were taught: with an introduction before the question every third story was taken for one
        found = self._heads.understand(last_asked(before) or before, said)
        need = Need.ACUTE if in_danger(said) else need_of(found)
        if need is Need.NONE and is_bereaved(said):
            need = Need.HEAVY
        if (topic := picked(said)) is not None:
            acts = frozenset({Act.ASKED, Act.PICKED})
            return Reading(acts=acts, topics=(topic,), questions=(said.strip(),), need=need)
        size = len(words(said))
        acts, bare = acts_of(found.acts, "?" in said), said.strip(" .!\"“”'«»").casefold()
        if not any(sign.isalnum() for sign in said):
            acts = frozenset({Act.EMPTY})
        elif bare in (GO_ON, STOP_HERE):
            return Reading(acts=frozenset({Act.GOES_ON if bare == GO_ON else Act.GOODBYE}))
        elif not is_english(said):
            acts = frozenset({Act.LANGUAGE}) | acts & {Act.PROMPT, Act.INSULT}
        elif size <= TINY and acts <= {Act.TOLD, Act.SHORT, Act.VAGUE}:
            acts = frozenset({Act.SHORT})
        marked = "?" in said and found.acts.get(Act.ASKED, 0.0) >= MAY_ASK
        may_ask = size <= BRIEF and "?" not in before  # nothing was asked that it could answer
        asks_on = may_ask and bool(before) and found.follows >= FOLLOWS and bool(acts & ASKS_ON)
        if asks_on or (marked and may_ask):
            acts = acts - {Act.TOLD, Act.CLARIFY, *LITTLE} | {Act.ASKED}
        sorrow = found.sorrow >= SORROW or tells_of_an_end(said)
        if need is not Need.NONE or sorrow:  # who cries or grieves insults and begs nobody
            acts = acts - {Act.INSULT, Act.BEGGED} or frozenset({Act.TOLD})
        if need is Need.NONE and sorrow:
            acts |= {Act.SORROW}
        if found.goes_on >= LIKELY:
            acts |= {Act.GOES_ON}
        if need is Need.ACUTE and not in_danger(said) and is_uneasy(found):
            need, acts = Need.HEAVY, acts | {Act.UNEASY}
        no_piece = not found.asked and not asks_on  # of it is a question
        if no_piece and (Act.TOLD in acts or "?" not in said):
            acts = acts - {Act.ASKED, Act.PERSONAL} or frozenset({Act.TOLD})
        asks = Act.ASKED in acts
        names_one = is_bare(said) and len(content(said)) <= 1  # "are breaks paid" names two things of its own
        topics = sorted(found.topics, key=lambda topic: -found.topics[topic])
        about = tuple(topic for topic in topics[:2] if found.topics[topic] >= ABOUT)
        return Reading(
            acts=acts,
            topics=about if asks else (),
            questions=(found.asked or (said.strip(),)) if asks else (),
            follows=asks and found.follows >= (FOLLOWS_BRIEF if names_one else FOLLOWS),
            deed=Act.TOLD in acts and found.deed >= LIKELY,
            span=max(found.spans, key=len, default="") if Act.TOLD in acts else "",
            need=need,
        )

    def answers(self, before: str, question: str, things: Sequence[Known]) -> Shares:
        """See `feeler.interview.dossier.Finder`: what is close to the question, and of its topic."""
        texts = [thing.text for thing in things]
        close, none = self._heads.shares(context(before, question), question, texts)
        topics = self._heads.topics(before, question)
        weights = [
            share * max(topics[thing.topic], OTHER) ** MATTERS
            for share, thing in zip(close, things, strict=True)
        ]
        part = (1.0 - none) / (sum(weights) or 1.0)
        return Shares(each=tuple(weight * part for weight in weights), none=none)

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """See `feeler.interview.dossier.Finder`."""
        return self._heads.closeness(text, others)

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]:
        """See `feeler.ports.Reader`."""
        return self._heads.sorts(texts)

    def suits(self, before: str, said: str, questions: Sequence[str]) -> Sequence[float]:
        """See `feeler.ports.Reader`."""
        return self._heads.suits(before, said, questions)

    def shows(self, texts: Sequence[str]) -> Sequence[Shown]:
        """See `feeler.ports.Reader`."""
        return self._heads.shows(texts)


def need_of(found: Understood) -> Need:
    """The need that these probabilities speak for: that of the whole message, or of its worst sentence."""
    stops = [1.0 - found.need[Need.NONE] >= STOPS]
    stops += [1.0 - part[Need.NONE] >= STOPS for part in found.parts]
    chances = [each for each, stop in zip((found.need, *found.parts), stops, strict=True) if stop]
    if not chances:
        return Need.NONE
    return Need.ACUTE if any(each[Need.ACUTE] >= each[Need.HEAVY] for each in chances) else Need.HEAVY


def is_uneasy(found: Understood) -> bool:
    """Whether no sentence of a message that sounds of danger is clearly one of danger.

    It has to be clearer where the whole sounds of none: "Why are you kind to me when there is no job". Nor is
    one clear where somebody surely takes leave: "It's enough for today, my son is at the door".
    """
    if max(found.acts.get(act, 0.0) for act in (Act.GOODBYE, Act.WRAPS_UP)) >= LEAVES:
        return True
    clear = CLEARER if found.need[Need.NONE] >= UNMOVED else CLEAR
    return all(part[Need.ACUTE] < clear for part in found.parts or (found.need,))


def acts_of(chances: Mapping[Act, float], marked: bool = False) -> frozenset[Act]:
    """The acts that are likely, at least one. With a question mark a message that says little asks.

    Whoever asks the person asks.
    """
    chances = {act: chance for act, chance in chances.items() if act is not Act.GOES_ON}  # the need head's
    found = {act for act, chance in chances.items() if chance >= SURER.get(act, LIKELY)}
    if Act.PERSONAL in found:
        found.add(Act.ASKED)
    if marked and found <= LITTLE:
        found = {Act.ASKED}
    return frozenset(found or {max(chances, key=lambda act: chances[act] - (act in ENDS))})
