"""Which facts a candidate's questions open now, at their reveal level."""

# ruff: noqa: E501  (word lists and patterns read better on one line)

import re
from dataclasses import dataclass

from feeler.interview.topics import Match, gist, matches, picked, topics_of
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import sentences, words
from feeler.personas.values import Company, Fact, Persona, Reveal, Topic

CLEAR = 4.5  # a score from which on the fact is meant
DEEPER = 2.5  # what a follow-up is after, among facts that fit alike
HINT = 2.4  # from which on a fact is worth telling although the topic is not clear
TOUCHES = 1.5  # from which on a second question on a topic is after that fact
ROOM = 48  # words of facts that fit one answer
FOLLOWS_UP = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:why(?: is| was)? (?:that|not|so)|why\W*$|how so|how come|in what way|like what|such as|for example|what happened|what then|and then|what else"
    r"|(?:off the record|between (?:us|you and me))\W*$|(?:can|could|would) you (?:give|tell) me (?:an|one|another|a) (?:example|more)|(?:do|have) you (?:have |got )?an example|tell me more|say more|go on|what do you mean by|how (?:do|did|does) (?:you|they|people|that|it|he|she|this)\b(?! (?:work|earn|make))"
    r"|what (?:did|does|do) (?:that|this|it|they|he|she|you do about)\b|what about (?:that|those|them|it|this)|is (?:that|this|it) |was (?:that|this|it) |does (?:that|this|it)|did (?:that|this|it|they))"
    r"|\b(?:you (?:just )?(?:said|mentioned|told me)|what you (?:just )?(?:said|mentioned|told)|back to (?:that|what)|more about (?:that|this|it)|about that\b|the rest of (?:it|that)|\b(?:from|about|with|against|of|at|to) (?:that|this|it|them|those)\W*$|the harder part|the other half)",
    re.IGNORECASE,
)  # fmt: skip

SUCH = re.compile(r"\bsuch (?:people|a|an|things?|cases?)\b", re.IGNORECASE)
ABOUT_THAT = re.compile(  # whatever else it names, it asks on
    r"\bsuch people\b|\b(?:from|about|with|against) (?:that|this|it)\W*$", re.IGNORECASE
)
REFERS = re.compile(r"\b(?:it|that|this|they|them|those|these|then|he|she|there|such)\b", re.IGNORECASE)
PRESSES = re.compile(  # asks for the harder half
    r"\b(?:bring \w+ down|wrong|worst|hard(?:est)?|los[et]|losing|risk\w*|danger\w*|threat\w*|fear\w*|afraid|worr\w+|fail\w*|leav(?:e|es|ing)"
    r"|quit\w*|bad|hurts?|complain\w*|friction|break|broke|trouble|ugly|dark|suffer\w*|struggl\w+|regret\w*|honestly|frankly|brochure)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the candidate's questions open, and how that is known."""

    topics: tuple[Topic, ...] = ()
    facts: tuple[Fact, ...] = ()  # to be told now
    near: bool = False  # the facts are only close to what was asked
    withheld: bool = False  # there is a fact, for somebody who asks on
    followed: bool = False  # the question goes on about what was said
    sure: bool = False  # by the fact's own words, and not only by its topic


def find_facts(interview: Interview, company: Company, questions: tuple[str, ...]) -> Found:
    """The facts for `questions`, at most two and what fits one answer; told ones only where nothing else fits."""
    last = _last_topic(interview)
    asked_before = _asked_before(interview)
    result = Found()
    for question in questions[:3]:
        one = _open(interview, company, question, last, asked_before, result.facts)
        if one.facts and result.facts and _length(result.facts + one.facts) > ROOM:
            continue
        result = Found(
            topics=tuple(dict.fromkeys(result.topics + one.topics)),
            facts=tuple(dict.fromkeys(result.facts + one.facts))[:2],
            near=one.near if not result.facts else result.near and one.near,
            withheld=result.withheld or one.withheld,
            followed=result.followed or one.followed,
            sure=result.sure or one.sure,
        )
    return result


def _open(
    interview: Interview,
    company: Company,
    question: str,
    last: Topic | None,
    asked_before: frozenset[Topic],
    taken: tuple[Fact, ...],
) -> Found:
    tapped = picked(question)
    topics = (tapped,) if tapped else topics_of(question)
    specific = gist(question)
    refers = not topics and len(specific) <= 4 and bool(REFERS.search(question))
    presses = bool(PRESSES.search(question))
    onward = bool(ABOUT_THAT.search(question))
    asks_on = (refers or bool(FOLLOWS_UP.search(question))) and (not topics or last in topics)
    followed = plainly = last is not None and (onward or asks_on)
    if followed and last is not None:
        topics = tuple(dict.fromkeys((last, *topics)))
    followed = followed or bool(topics and topics[0] in asked_before)
    pointing = last if REFERS.search(question) or SUCH.search(question) else None
    allowed = [
        match
        for match in matches(question, company, topics)
        if match.fact not in taken
        and (tapped is None or match.fact.topic is tapped)
        and (
            match.fact.reveal is not Reveal.PROBED
            or (
                followed
                and match.fact.topic in asked_before | {last}
                and (plainly or presses or match.own >= TOUCHES)
            )
        )
    ]
    barred = [
        match
        for match in matches(question, company, topics)
        if match.fact.reveal is Reveal.PROBED and match.fact.topic not in asked_before
    ]
    told = interview.told
    fresh = [match for match in allowed if match.fact.id not in told]
    if onward:
        fresh = [match for match in fresh if match.fact.topic is last] or fresh
    pay = topics[:1] == (Topic.PAY,) and Topic.BUSINESS not in topics  # nobody asks about it in passing
    if pay:
        fresh = [match for match in fresh if match.fact.topic is Topic.PAY] or fresh
    fresh.sort(key=lambda match: -_drawn(match, topics[:1], pointing))
    best = fresh[0] if fresh else None
    meant = next((match for match in fresh if match.fact.topic in topics[:1] and match.own >= TOUCHES), None)
    if best and meant and best.fact.topic not in topics:
        # another fact's words may only happen to be in the question
        clear = meant.own >= CLEAR and best.own < 2 * meant.own
        best = meant if clear or meant.score >= 0.8 * best.score else best
    again = next((match for match in allowed if match.fact.id in told - _just_told(interview)), None)
    if again and again.own >= CLEAR and not (followed or pay):
        aside = (
            best is not None
            and best.fact.topic not in topics
            and again.fact.topic in topics
            and again.own >= best.own
        )
        clearer = best is not None and again.own > 1.6 * best.own and again.fact.topic in (topics or Topic)
        if best is None or aside or clearer:
            # asked about the very thing that was told: what else there is, or again
            more = (match for match in fresh if match.fact.topic is again.fact.topic)
            best = next((match for match in more if match.own > again.own / 3), again)
    if barred and best and barred[0].own > 1.3 * best.score:
        best = None  # what was asked about is kept for a follow-up
    if best and best.score >= CLEAR and best.own > 0:
        first = _first(best.fact.topic, topics)
        return Found(topics=first, facts=(best.fact,), followed=followed, sure=best.own >= CLEAR)
    on_topic = next((match for match in fresh if topics and match.fact.topic is topics[0]), None)
    if followed and on_topic:
        probed = next(
            (
                match
                for match in fresh
                if match.fact.topic is topics[0] and match.fact.reveal is Reveal.PROBED
            ),
            on_topic,
        )
        return Found(topics=topics, facts=(probed.fact,), followed=True)
    if barred and barred[0].own >= CLEAR and topics:
        easy = on_topic or next((match for match in fresh if match.fact.topic is barred[0].fact.topic), None)
        facts = (easy.fact,) if easy and easy.own else ()  # or else it would answer something else
        return Found(topics=_first(barred[0].fact.topic, topics), facts=facts, withheld=True)
    if on_topic:
        open_question = bool(tapped) or len(specific) <= 2
        return Found(topics=topics, facts=(on_topic.fact,), near=not open_question and on_topic.own < 1.5)
    if best and best.own >= HINT and not topics:
        return Found(topics=(best.fact.topic,), facts=(best.fact,), near=True)
    return Found(topics=topics, followed=followed)


def _drawn(match: Match, clearest: tuple[Topic, ...], pointing: Topic | None) -> float:
    """The score, and something more for the deeper fact on a follow-up and for what "it" points at."""
    deeper = match.fact.reveal is Reveal.PROBED and match.fact.topic in (*clearest, pointing)
    return (
        match.score
        + (DEEPER if deeper else 0.0)
        + (2.0 if match.fact.topic is pointing and match.own else 0.0)
    )


def _first(topic: Topic, topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    return tuple(dict.fromkeys((topic, *topics)))


def _length(facts: tuple[Fact, ...]) -> int:
    return sum(len(words(fact.text)) for fact in facts)


def _just_told(interview: Interview) -> frozenset[str]:
    last = interview.last(Speaker.COMPANY)
    return frozenset(last.facts if last else ())


def _last_topic(interview: Interview) -> Topic | None:
    for line in reversed(interview.lines):
        if line.speaker is Speaker.COMPANY and line.turn:
            return line.topics[0] if line.topics else None
    return None


def _asked_before(interview: Interview) -> frozenset[Topic]:
    """Topics that the candidate asked about, or that the company told something of."""
    return frozenset(topic for line in interview.lines for topic in line.topics)


def personal_note(persona: Persona, questions: tuple[str, ...], told: str) -> str:
    """The sentence of the persona's own knowledge that answers a personal question best, not told yet if possible."""
    asked = gist(" ".join(questions))
    best, most = "", -1.0
    for place, sentence in enumerate(sentences(" ".join(persona.knows.split()))):
        score = 2.0 * len(gist(sentence) & asked) - 0.01 * place
        if sentence in told or len(gist(sentence) & gist(told)) >= 0.8 * max(1, len(gist(sentence))):
            score -= 1.5
        if score > most:
            best, most = sentence, score
    return best
