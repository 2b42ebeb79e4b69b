"""Two things to practise next, chosen by what the talk shows, never by what the person is."""

from collections.abc import Iterator, Sequence

from feeler.coach.topics import TITLES
from feeler.coach.values import Balance, Coverage, Hidden, Practice, Question, Talent
from feeler.interview.acts import Act, acts_of
from feeler.interview.phases import LEADS
from feeler.interview.values import Interview, Speaker

LONG = 150  # words of a message that is hard to listen to
ENOUGH = 2


def practice(
    interview: Interview,
    questions: Sequence[Question],
    topics: Sequence[Coverage],
    balance: Balance,
    talents: Sequence[Talent],
    hidden: Sequence[Hidden],
) -> tuple[Practice, ...]:
    """The two exercises that would change this talk most."""
    found = [
        *_about_begging(interview),
        *_about_asking(questions, topics),
        *_about_answers(balance, talents, interview),
        *_about_depth(questions, hidden),
        *_about_passing_over(balance, interview, fewest=1),
        *_about_width(topics),
    ]
    return tuple({one.kind: one for one in found}.values())[:ENOUGH]


def _about_begging(interview: Interview) -> Iterator[Practice]:
    begged = [
        line.number
        for line in interview.lines
        if line.speaker is Speaker.CANDIDATE and Act.BEGGED in acts_of(line.text)
    ]
    if begged:
        yield Practice(
            kind="asking for work",
            aim="Offer something instead of asking for a job.",
            exercise="Finish three times, aloud: I could try ... for you in a week, because I have done ...",
            because="You asked for work as such.",
            lines=tuple(begged),
        )


def _about_asking(questions: Sequence[Question], topics: Sequence[Coverage]) -> Iterator[Practice]:
    if len(questions) < 3:
        first = next((one.topic for one in topics if not one.covered), topics[0].topic)
        yield Practice(
            kind="asking",
            aim="Lead the second half of the talk.",
            exercise="Write five questions that begin with how or what,"
            f" the first about {TITLES[first]}; ask them all.",
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
    over = [one for one in balance.passed_over if interview.lines[one.reply.line - 1].phase not in LEADS]
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


def _about_width(topics: Sequence[Coverage]) -> Iterator[Practice]:
    left = [one.topic for one in topics if not one.asked]
    for topic in left[:ENOUGH]:
        yield Practice(
            kind=f"topic: {topic}",
            aim=f"Ask about {TITLES[topic]} next time.",
            exercise="Write one open question on it that names something you heard in this talk.",
            because="You did not ask about it here.",
        )
