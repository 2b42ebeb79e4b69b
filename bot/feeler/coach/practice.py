"""Advice from this talk: a moment in which another move would have opened something, and the move.

Moments are found by what was read in the messages and by what the company still had to tell.
"""

from collections.abc import Iterator, Sequence

from feeler.coach.topics import OPENERS, TITLES
from feeler.coach.values import Balance, Deed, Evidence, Hidden, Learned, Practice, Question, Well
from feeler.coach.words import quote, sentences
from feeler.interview.acts import Act
from feeler.interview.phases import LEADS
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Reveal, Topic

MOST = 2
LONG = 150  # words of a message that is hard to listen to
GENERAL = frozenset({Act.VAGUE, Act.SHORT, Act.DODGED})
TRIED = OPENERS[Topic.PROBLEM][1]
ONE_CASE = "Once, ... Say where it was, what you did first, and what came of it, in three sentences."


def practice(
    talk: Interview, questions: Sequence[Question], learned: Sequence[Learned], hidden: Sequence[Hidden],
    deeds: Sequence[Deed], balance: Balance,
) -> tuple[Practice, ...]:  # fmt: skip
    """The two moments that would have changed this talk most; other languages are not judged."""
    if unread := _about_language(talk):
        return (unread,)
    found = [
        *_begged(talk, learned),
        *_sharp(talk),
        *_trouble_passed_by(talk, questions, learned),
        *_general(talk),
        *_asked_nothing(talk, questions, learned),
        *_more_behind(questions, hidden),
        *_closed(questions),
        *_passed_over(talk, balance),
        *_too_long(balance),
        *_left_open(talk, deeds, learned),
        *_no_case(talk, deeds),
    ]
    return tuple(
        {one.kind: one for one in reversed(found)}[kind] for kind in dict.fromkeys(one.kind for one in found)
    )[:MOST]


def well(
    deeds: Sequence[Deed], questions: Sequence[Question], learned: Sequence[Learned]
) -> tuple[Well, ...]:
    """What the candidate did well, where they did it: at most two moments."""
    found: list[Well] = []
    answered = [one for one in questions if one.got]
    on = next((one for one in answered if one.follows), None)
    if on and on.got:
        found.append(
            Well(
                text="You stayed with what they had said and asked on. It got you this:",
                moment=(on.asked, on.got),
            )
        )
    weighty = [
        one
        for one in answered
        if one is not on and {Topic.PROBLEM, Topic.ADVICE} & set(_told_on(one, learned))
    ]
    if first := next(iter(weighty), None) or next(
        (one for one in answered if one is not on and one.open), None
    ):
        assert first.got  # it is one of those that were answered
        found.append(Well(text="You asked this, and they told you:", moment=(first.asked, first.got)))
    if deeds:
        found.append(Well(text="You told it as a case, by what you did yourself:", moment=(deeds[0].said,)))
    return tuple(found[:MOST])


def _told_on(question: Question, learned: Sequence[Learned]) -> list[Topic]:
    return [one.topic for one in learned if one.said == question.got]


def _about_language(talk: Interview) -> Practice | None:
    own = _own(talk)
    unread = [line for line in own if Act.LANGUAGE in line.acts]
    if not unread or 2 * len(unread) < len(own):
        return None
    return Practice(
        kind="language",
        aim="Hold the same talk in simple English",
        because="Most of your words were in another language, which this coach does not read.",
        moment=(quote(unread[0], longest=140),),
        move="Say this one again in two short English sentences, mistakes and all.",
        lines=tuple(line.number for line in unread),
    )


def _begged(talk: Interview, learned: Sequence[Learned]) -> Iterator[Practice]:
    for line in [line for line in _own(talk) if Act.BEGGED in line.acts][:1]:
        trouble = any(one.topic is Topic.PROBLEM and one.said.line < line.number for one in learned)
        yield Practice(
            kind="asking for work",
            aim="Offer something instead of asking for a job",
            because="You asked for work as such. They have no vacancy, so nobody can say yes to that.",
            moment=(quote(line, longest=140),),
            move="You told me what hurts. May I try something against it for a week, and show you?"
            if trouble
            else "Which small thing would you like to see tried? I could do it in a week, and show you.",
        )


def _sharp(talk: Interview) -> Iterator[Practice]:
    for line in [line for line in _own(talk) if Act.INSULT in line.acts][:1]:
        yield Practice(
            kind="tone",
            aim="Turn the anger into a question",
            because="You were sharp with somebody who had not done it.",
            moment=(quote(line, longest=140),),
            move="I have had that elsewhere and it still makes me angry. How is it with you?",
        )


def _trouble_passed_by(
    talk: Interview, questions: Sequence[Question], learned: Sequence[Learned]
) -> Iterator[Practice]:
    """The company named its trouble, and the next message went elsewhere."""
    for one in learned if questions else ():
        if one.topic is not Topic.PROBLEM:
            continue
        after = _next_own(talk, one.said.line)
        asked_on = after and any(
            q.asked.line == after.number and (q.follows or Topic.PROBLEM in q.topics) for q in questions
        )
        if after and not asked_on:
            yield Practice(
                kind="asking on",
                aim="Stay with what hurts them",
                because="They told you what hurts, and your next line went elsewhere."
                " Nothing in such a talk is worth more than a second question here.",
                moment=(one.said, quote(after, next(sentences(after.text)), 140)),
                move=TRIED,
            )
            return


def _general(talk: Interview) -> Iterator[Practice]:
    """They asked for something of the person's, and got general words."""
    for line in _own(talk):
        asked = _question_before(talk, line)
        if (
            asked is None
            or not GENERAL & set(line.acts)
            or line.deed
            or Act.ASKED in line.acts
            or line.phase in LEADS
        ):
            continue
        yield Practice(
            kind="one case",
            aim="Answer with one thing you did",
            because="They asked about you, and your answer could have been anybody's.",
            moment=(asked, quote(line, longest=140)),
            move=ONE_CASE,
        )
        return


def _asked_nothing(
    talk: Interview, questions: Sequence[Question], learned: Sequence[Learned]
) -> Iterator[Practice]:
    if questions:
        return
    trouble = next((one.said for one in learned if one.topic is Topic.PROBLEM), None)
    told = trouble or next((one.said for one in learned), None) or _last_of_company(talk)
    if told:
        yield Practice(
            kind="asking",
            aim="Ask them something",
            because="You asked nothing, and half of such a talk is yours to ask in. This was a place:",
            moment=(told,),
            move=TRIED if trouble else OPENERS[Topic.PROBLEM][0],
        )


def _more_behind(questions: Sequence[Question], hidden: Sequence[Hidden]) -> Iterator[Practice]:
    """They answered, and for somebody who asks on there was more."""
    got = {one.asked: one.got for one in questions if one.got}
    behind = [
        (one, one.near, got[one.near])
        for one in hidden
        if one.near in got and one.near and one.reveal is Reveal.PROBED
    ]
    for one, near, answer in behind[:1]:
        yield Practice(
            kind="asking on",
            aim="Ask a second time",
            because=f"They answered, and there was more to hear on {TITLES[one.topic]}.",
            moment=(near, answer),
            move=one.question,
        )
    for one in [one for one in hidden if one.after][:1]:
        assert one.after  # of those that have a place
        yield Practice(
            kind="asking on",
            aim="Ask where they stopped",
            because=f"They had begun, and there was more to hear on {TITLES[one.topic]}.",
            moment=(one.after,),
            move=one.question,
        )


def _closed(questions: Sequence[Question]) -> Iterator[Practice]:
    """A question that yes, no or a number answers, and got no fact."""
    for one in questions:
        if not one.open and not one.got and one.topics:
            yield Practice(
                kind="open questions",
                aim="Ask it so that yes or no is no answer",
                because="This could be answered in one word.",
                moment=(one.asked,),
                move=OPENERS[one.topics[0]][0],
            )
            return


def _passed_over(talk: Interview, balance: Balance) -> Iterator[Practice]:
    for one in balance.passed_over:
        if talk.numbered(one.reply.line).phase not in LEADS:
            yield Practice(
                kind="answering",
                aim="Answer first, then ask",
                because="They had asked you this, and it stayed without an answer.",
                moment=(one.question, one.reply),
                move="One sentence that answers, then your own question in the same message.",
            )
            return


def _too_long(balance: Balance) -> Iterator[Practice]:
    if balance.longest and balance.longest_words > LONG:
        yield Practice(
            kind="brevity",
            aim="Stop while they still want more",
            because=f"This message has {balance.longest_words} words.",
            moment=(balance.longest,),
            move="Tell what you did and what came of it in sixty words. They will ask for the rest.",
        )


def _left_open(talk: Interview, deeds: Sequence[Deed], learned: Sequence[Learned]) -> Iterator[Practice]:
    """The best story, told without a word on what it could do here."""
    trouble = next((one.said for one in learned if one.topic is Topic.PROBLEM), None)
    if deeds and trouble:
        yield Practice(
            kind="naming it",
            aim="Put your story beside their trouble",
            because="You told what you did and they told what hurts, and nobody put the two together.",
            moment=(deeds[0].point, trouble),
            move="That is close to something I have done. Shall I tell you how I would begin here?",
        )
    elif deeds:
        yield Practice(
            kind="naming it",
            aim="End your story with a question",
            because="You told what you did, and they were left to guess what it is good for.",
            moment=(deeds[0].point,),
            move="Where would that be of use with you?",
        )


def _no_case(talk: Interview, deeds: Sequence[Deed]) -> Iterator[Practice]:
    if deeds:
        return
    for line in _own(talk):
        if asked := _question_before(talk, line):
            yield Practice(
                kind="one case",
                aim="Tell one thing you did",
                because="They learned what you were, and not what you do.",
                moment=(asked, quote(line, longest=140)),
                move=ONE_CASE,
            )
            return


def _own(talk: Interview) -> list[Line]:
    return [line for line in talk.lines if line.speaker is Speaker.CANDIDATE]


def _next_own(talk: Interview, number: int) -> Line | None:
    return next((line for line in _own(talk) if line.number > number and Act.GOODBYE not in line.acts), None)


def _question_before(talk: Interview, line: Line) -> Evidence | None:
    """The company's question that stood right before this message."""
    before = next((one for one in reversed(talk.lines) if one.number < line.number), None)
    if before is None or before.speaker is not Speaker.COMPANY:
        return None
    asked = [part for part in sentences(before.text) if part.endswith("?")]
    return quote(before, asked[-1]) if asked else None


def _last_of_company(talk: Interview) -> Evidence | None:
    told = [line for line in talk.lines if line.speaker is Speaker.COMPANY and line.text.strip()]
    return quote(told[-1], longest=140) if told else None
