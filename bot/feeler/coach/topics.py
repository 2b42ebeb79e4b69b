"""The topic map as the debrief shows it, and questions that open each of its fields."""

from collections.abc import Mapping, Sequence
from math import fsum

from feeler.coach.questions import REFERS_ON
from feeler.coach.values import Coverage, Evidence, Hidden, Learned, Question, Unknown
from feeler.coach.words import content, fold, quote, sentences, weigh
from feeler.interview import topics as interview_topics
from feeler.interview.plan import UNKNOWNS
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Company, Fact, Reveal, Topic

# As they stand in sentences to the candidate; on the keyboard the same fields speak to the interviewer.
TITLES: dict[Topic, str] = {
    Topic.PATH: "their own path",
    Topic.DAY: "day-to-day work",
    Topic.ENTRY: "entry from outside",
    Topic.SUCCESS: "success and how it is judged",
    Topic.TEAM: "team and manager",
    Topic.CULTURE: "culture and conflict",
    Topic.GROWTH: "growth",
    Topic.CONDITIONS: "hours, place and pressure",
    Topic.BUSINESS: "business health",
    Topic.INDUSTRY: "where the industry goes",
    Topic.PAY: "pay norms",
    Topic.ADVICE: "advice and people to meet",
    Topic.PROBLEM: "the problem worth paying for",
}

# The fields of the topic map, what pays most to ask about first.
WORTH = (
    Topic.PROBLEM,
    Topic.ADVICE,
    Topic.SUCCESS,
    Topic.ENTRY,
    Topic.CULTURE,
    Topic.GROWTH,
    Topic.TEAM,
    Topic.DAY,
    Topic.BUSINESS,
    Topic.CONDITIONS,
    Topic.INDUSTRY,
    Topic.PATH,
    Topic.PAY,
)

# The first question opens the field, the others fit facts that need a closer look or a follow-up.
OPENERS: dict[Topic, tuple[str, ...]] = {
    Topic.PATH: (
        "What did you and the people around you do before you came here?",
        "How did this company begin, and who started it?",
        "What nearly made you leave, and what made you stay?",
    ),
    Topic.DAY: (
        "What does an ordinary day look like from the morning on?",
        "What happens between the first idea and the finished product or project?",
        "What goes wrong on a bad day, and who puts it right?",
    ),
    Topic.ENTRY: (
        "How does somebody from another field start here, and who teaches them?",
        "Who came from outside and did not stay, and what was hard for them?",
        "What qualification or experience do you really need, and what can be learned?",
    ),
    Topic.SUCCESS: (
        "How would you know after a year that somebody did well here?",
        "How do reviews and feedback work, and what are people judged or measured by?",
        "What does somebody do who fails here, though they work hard?",
    ),
    Topic.TEAM: (
        "Who would I work with every day, and how is the team put together?",
        "How do the managers lead, and who decides what?",
        "Between which teams is there friction, and where does it come from?",
    ),
    Topic.CULTURE: (
        "How do people here deal with mistakes and disagreement?",
        "What is the atmosphere like when nobody from outside is watching?",
        "Why did the last people who left go, and what would they complain about?",
    ),
    Topic.GROWTH: (
        "How do people learn and grow here, and what courses or training do you pay for?",
        "When did you last create a role for somebody, and how did it come about?",
        "Where do people get stuck here, and who was not promoted?",
    ),
    Topic.CONDITIONS: (
        "How are the hours and the place of work arranged in a normal week?",
        "When is the pressure at its worst, and what does overtime look like then?",
        "What is too much here: the travel, the nights, the load?",
    ),
    Topic.BUSINESS: (
        "How is the business doing, and where does the money come from?",
        "What is the biggest risk to the business, and what keeps you awake?",
        "Which customers or income do you depend on, and what if you lose one?",
    ),
    Topic.INDUSTRY: (
        "Where is this industry going in the next few years?",
        "What will machines, computers or competitors change for you?",
        "Which change in your market worries you most?",
    ),
    Topic.PAY: (
        "How is pay worked out here, and what is the usual range for this kind of work?",
        "How does your pay compare with others nearby, and who earns more?",
        "What is in the package beyond the salary, such as bonus or raises?",
    ),
    Topic.ADVICE: (
        "Who else should I meet, and what would you advise somebody like me?",
        "What should I read, visit or try before I decide?",
        "What would you do first in my place?",
    ),
    Topic.PROBLEM: (
        "Which problem would you pay to have solved tomorrow?",
        "What have you already tried against that problem, and why did it not work?",
        "What does that problem cost you, and who suffers most from it?",
    ),
}

NEAR = 0.25  # share of a fact's telling words after which asking on would have fitted

MOST_UNKNOWN = 5


def coverage(
    interview: Interview, questions: Sequence[Question], learned: Sequence[Learned]
) -> tuple[Coverage, ...]:
    """The whole map, every field with the lines that asked (or tapped its button) and told about it."""
    asked = [(one.asked.line, topic) for one in questions for topic in one.topics]
    asked += [(line.number, topic) for line in interview.lines if (topic := tapped(line))]
    return tuple(
        Coverage(
            topic=topic,
            asked=tuple(sorted({line for line, about in asked if about is topic})),
            told=tuple(dict.fromkeys(one.said.line for one in learned if one.topic is topic)),
        )
        for topic in Topic
    )


def tapped(line: Line) -> Topic | None:
    """The topic whose button the candidate tapped in place of a question."""
    return interview_topics.picked(line.text) if line.speaker is Speaker.CANDIDATE else None


def hidden(
    interview: Interview, company: Company, questions: Sequence[Question], learned: Sequence[Learned]
) -> tuple[Hidden, ...]:
    """The facts that stayed hidden, those that a question of the candidate's came near to first.

    Each has a question that would have opened it, beside the own question that came near it, or the company's
    words after which it would have fitted. Facts that nobody may tell are left out.
    """
    known = {one.fact for one in learned}
    weights = weigh(company.facts)
    found = []
    for fact in company.facts:
        if fact.id in known or fact.reveal is Reveal.NEVER:
            continue
        near = next((one.asked for one in reversed(questions) if fact.topic in one.topics), None)
        found.append(
            Hidden(
                fact=fact.id,
                topic=fact.topic,
                reveal=fact.reveal,
                question=opening_question(fact),
                near=near,
                after=None if near else _fits_after(interview, fact, weights),
            )
        )
    return tuple(sorted(found, key=_nearness))


def unknown(interview: Interview, company: Company) -> tuple[Unknown, ...]:
    """What to ask a company that was made of somebody's papers: what they asked in vain, then what is open.

    Empty for a company whose dossier was written: there everything was known to somebody.
    """
    if not company.sourced:
        return ()
    vain = {line.turn for line in interview.lines if line.job in UNKNOWNS}
    own = [
        Unknown(question=asked, asked=quote(line, asked))
        for line in interview.lines
        if line.speaker is Speaker.CANDIDATE and line.turn in vain
        for asked in line.questions
        if asked in line.text
    ]
    ours = [
        Unknown(question=OPENERS[topic][0], topic=topic) for topic in WORTH if topic in company.open_topics
    ]
    return tuple([*own, *ours][:MOST_UNKNOWN])


def _nearness(one: Hidden) -> tuple[bool, bool, int, int]:
    """What the talk came close to first: there what opens to who asks on, elsewhere what opens a topic."""
    probed = one.reveal is Reveal.PROBED
    deep = not probed if one.near else probed
    return (one.near is None, one.after is None, deep, WORTH.index(one.topic))


def opening_question(fact: Fact) -> str:
    """Of the written questions of the fact's field, the one that has most words in common with it."""
    told = content(fact.text)
    return max(OPENERS[fact.topic], key=lambda question: len(told & content(question)))


def _fits_after(interview: Interview, fact: Fact, weights: Mapping[str, float]) -> Evidence | None:
    """The company's words that came closest to the fact, as the place to ask on; None where none did."""
    wanted = content(fact.text)
    near = NEAR * fsum(weights[word] for word in wanted)
    best: tuple[float, Evidence] | None = None
    for line in interview.lines:
        if line.speaker is not Speaker.COMPANY or line.turn == 0:
            continue
        for sentence in sentences(line.text):
            shared = fsum(weights[word] for word in wanted & content(sentence))
            tells = not sentence.endswith("?") and not REFERS_ON.search(fold(sentence))
            if tells and shared >= near and (best is None or shared > best[0]):
                best = (shared, quote(line, sentence))
    return best[1] if best else None
