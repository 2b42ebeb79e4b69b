"""Two things to practise next, chosen by what the talk shows, never by what the person is."""

import re
from collections.abc import Iterator, Sequence

from feeler.coach.topics import OPENERS, TITLES, WORTH
from feeler.coach.values import Balance, Coverage, Hidden, Practice, Question, Talent
from feeler.coach.words import fold
from feeler.interview.acts import Act
from feeler.interview.phases import LEADS
from feeler.interview.values import Interview, Speaker
from feeler.personas.values import Topic

LONG = 150  # words of a message that is hard to listen to
ENOUGH = 2
FEW = 3  # questions
_NAMES_IT = re.compile(
    r"\b(?:i can|i'?m (?:actually |really )?good at|i am (?:actually )?good at|my talent|my strength)\b"
)


def practice(
    interview: Interview,
    questions: Sequence[Question],
    topics: Sequence[Coverage],
    balance: Balance,
    talents: Sequence[Talent],
    hidden: Sequence[Hidden],
) -> tuple[Practice, ...]:
    """The two exercises that would change this talk most; of words in another language nothing is judged."""
    if unread := _about_language(interview):
        return (unread,)
    found = [
        *_about_begging(interview),
        *_about_tone(interview),
        *_about_asking(questions, topics),
        *_about_answers(balance, talents, interview),
        *_about_depth(questions, hidden),
        *_about_passing_over(balance, interview, fewest=1),
        *_about_width(topics, asked=len(questions)),
        *_about_naming(talents, interview),
        *_about_retelling(interview),
    ]
    return tuple({one.kind: one for one in found}.values())[:ENOUGH]


def _about_language(interview: Interview) -> Practice | None:
    own = [line for line in interview.lines if line.speaker is Speaker.CANDIDATE]
    unread = [line.number for line in own if Act.LANGUAGE in line.acts]
    if not unread or 2 * len(unread) < len(own):
        return None
    return Practice(
        kind="language",
        aim="Hold the same talk in simple English.",
        exercise="Say your best story in four short English sentences, mistakes and all, and begin with it.",
        because="Most of your words were in another language, which this coach does not read.",
        lines=tuple(unread),
    )


def _about_begging(interview: Interview) -> Iterator[Practice]:
    begged = _lines_with(interview, Act.BEGGED)
    if begged:
        yield Practice(
            kind="asking for work",
            aim="Offer something instead of asking for a job.",
            exercise="Finish three times, aloud: I could try ... for you in a week, because I have done ...",
            because="You asked for work as such.",
            lines=begged,
        )


def _lines_with(interview: Interview, act: Act) -> tuple[int, ...]:
    """Numbers of the lines in which the candidate did this."""
    return tuple(
        line.number for line in interview.lines if line.speaker is Speaker.CANDIDATE and act in line.acts
    )


def _about_tone(interview: Interview) -> Iterator[Practice]:
    sharp = _lines_with(interview, Act.INSULT)
    if sharp:
        yield Practice(
            kind="tone",
            aim="Turn the anger into a question.",
            exercise="Say your sharpest line again so: this is what happened to me ... How is that with you?",
            because="You were sharp with somebody who had not done it.",
            lines=sharp,
        )


def _about_asking(questions: Sequence[Question], topics: Sequence[Coverage]) -> Iterator[Practice]:
    if len(questions) < FEW:
        first = next(iter(_left(topics)), Topic.PROBLEM)
        yield Practice(
            kind="asking",
            aim="Lead the second half of the talk.",
            exercise="Write five questions with how or what, and ask them all."
            f" A first one: {OPENERS[first][0]}",
            because="Half of such a talk is yours to ask in."
            + ("" if questions else " In this one you asked nothing."),
            lines=tuple(dict.fromkeys(one.asked.line for one in questions)),
        )
        return
    closed = [one.asked.line for one in questions if not one.open]
    if len(closed) * 2 > len(questions):
        yield Practice(
            kind="open questions",
            aim="Ask so that yes or no is no answer.",
            exercise="Take your closed questions and begin each again with how, what or why.",
            because="More than half of your questions were closed.",
            lines=tuple(dict.fromkeys(closed)),
        )


def _about_answers(balance: Balance, talents: Sequence[Talent], interview: Interview) -> Iterator[Practice]:
    yield from _about_passing_over(balance, interview, fewest=2)
    if not talents:
        own = [line.number for line in interview.lines if line.speaker is Speaker.CANDIDATE]
        yield Practice(
            kind="examples",
            aim="Show what you can do by one thing you did.",
            exercise="Tell in four sentences: where it was, what was wrong, what you did, what came of it.",
            because="Your words made no talent plain.",
            lines=tuple(own[:3]),
        )
    if balance.longest and balance.longest_words > LONG:
        yield Practice(
            kind="brevity",
            aim="Stop while they still want more.",
            exercise="Tell your longest story again in sixty words, aloud, with a clock.",
            because="Your longest message is hard to listen to in one go.",
            lines=(balance.longest.line,),
        )


def _about_passing_over(balance: Balance, interview: Interview, fewest: int) -> Iterator[Practice]:
    """Questions passed over while it was the company's turn to ask; once may be chance, twice is a habit."""
    over = [one for one in balance.passed_over if interview.numbered(one.reply.line).phase not in LEADS]
    if len(over) >= fewest:
        yield Practice(
            kind="answering",
            aim="Answer first, then ask.",
            exercise="Say one sentence that answers, one example, and only then your own question.",
            because="You passed over what they asked.",
            lines=tuple(one.reply.line for one in over),
        )


def _about_depth(questions: Sequence[Question], hidden: Sequence[Hidden]) -> Iterator[Practice]:
    followed = [one for one in questions if one.follows]
    if questions and len(followed) * 3 < len(questions):
        near = next((one for one in hidden if one.near), None)
        yield Practice(
            kind="follow-ups",
            aim="Stay with an answer for one more question.",
            exercise="After each answer, repeat its most surprising word and ask: how did that come about?",
            because="Most of your questions moved on to something new."
            + (f" After line {near.near.line} there was more to hear." if near and near.near else ""),
            lines=tuple(dict.fromkeys(one.asked.line for one in questions if not one.follows)),
        )
    generic = [one.asked.line for one in questions if not one.specific]
    if len(generic) * 2 > len(questions):
        yield Practice(
            kind="specific questions",
            aim="Ask what their website cannot answer.",
            exercise="Put one word they used into each question before you ask it.",
            because="More than half of your questions would fit any company.",
            lines=tuple(dict.fromkeys(generic)),
        )


def _about_width(topics: Sequence[Coverage], asked: int) -> Iterator[Practice]:
    left = _left(topics)[asked < FEW :]  # who asked little has got the first of them as an exercise already
    for topic in left[:1]:
        yield Practice(
            kind=f"topic: {topic}",
            aim=f"Ask about {TITLES[topic]} next time.",
            exercise=f"Begin so: {OPENERS[topic][0]} Then stay with the answer for two more questions.",
            because="You did not ask about it here.",
        )


def _about_naming(talents: Sequence[Talent], interview: Interview) -> Iterator[Practice]:
    """Who tells well and asks well can still say what it shows."""
    own = " ".join(line.text for line in interview.lines if line.speaker is Speaker.CANDIDATE)
    if talents and not _NAMES_IT.search(fold(own)):
        yield Practice(
            kind="naming it",
            aim="Say what your story shows.",
            exercise="End your best story with: and that is why I can ... Say it aloud, three times.",
            because="You told what you did and left it to them to see what you can do.",
            lines=(talents[0].shown[0].line,),
        )


def _left(topics: Sequence[Coverage]) -> list[Topic]:
    """The fields nobody asked about, what pays most first."""
    return sorted((one.topic for one in topics if not one.asked), key=WORTH.index)


def _about_retelling(interview: Interview) -> Iterator[Practice]:
    """What is of use after any talk."""
    told = next((line.number for line in interview.lines if line.speaker is Speaker.CANDIDATE), None)
    if told:
        yield Practice(
            kind="beginning",
            aim="Begin with a picture.",
            exercise="Tell in two sentences a moment of your work that nobody would guess; then what you do.",
            because="What you say first is what they tell others of you.",
            lines=(told,),
        )
