"""Whether the candidate reached what they had set themselves for a talk, each with the line that shows it.

Decided by what lines were read as, which facts were told, and how close question and goal are to the encoder.
Where that is not certain, a goal is not shown: a wrong "reached" would teach something wrong.
"""

from collections.abc import Sequence

from feeler.coach.care import troubled, without_need
from feeler.coach.follow import goes_on
from feeler.coach.telling import cited
from feeler.coach.values import Evidence, Verdict
from feeler.coach.words import content, quote, sentences
from feeler.interview.acts import Act
from feeler.interview.dossier import Finder, Known
from feeler.interview.phases import LEADS
from feeler.interview.plan import UNKNOWNS
from feeler.interview.values import Aim, Goal, Interview, Line, Speaker
from feeler.personas.values import Company, Reveal, Topic

# A fact answers a goal where the encoder is sure, or nearly so and a question close to the goal opened it.
SURE, LIKELY = 0.45, 0.2
UNASKED = 0.6  # the same for a fact that nobody had asked for
CLOSE, CLOSER = 0.6, 0.8  # cosines of goal and question
THREE = 3  # questions in the candidate's half


def verdicts(talk: Interview, company: Company, finder: Finder) -> tuple[Verdict, ...]:
    """One verdict a goal, in their order; none where the candidate was in need."""
    if troubled(talk):
        return ()
    return tuple(_verdict(goal, without_need(talk), company, finder) for goal in talk.goals)


def _verdict(goal: Goal, talk: Interview, company: Company, finder: Finder) -> Verdict:
    match goal.aim:
        case Aim.STAY:
            return _stayed(goal, talk)
        case Aim.LEAD:
            return _led(goal, talk)
        case Aim.NAME:
            return _named(goal, talk, company)
        case Aim.DEED:
            return _did(goal, talk)
        case Aim.TELL:
            return _told(goal, talk)
    return _found_out(goal, talk, company, finder)


def _own(talk: Interview) -> list[Line]:
    return [line for line in talk.lines if line.speaker is Speaker.CANDIDATE]


def _asked_in(talk: Interview) -> dict[int, Line]:
    """By turn: the candidate's line, where it asked."""
    return {line.turn: line for line in _own(talk) if Act.ASKED in line.acts}


def _not_shown(goal: Goal, why: str = "", line: Evidence | None = None) -> Verdict:
    return Verdict(goal=goal, reached=False, why=why, shown=line)


def _stayed(goal: Goal, talk: Interview) -> Verdict:
    before: Line | None = None
    for line in talk.lines:
        if line.speaker is Speaker.CANDIDATE and goes_on(line, before):
            return Verdict(goal=goal, reached=True, shown=quote(line, longest=120))
        before = line if line.speaker is Speaker.COMPANY else before
    return _not_shown(goal)


def _led(goal: Goal, talk: Interview) -> Verdict:
    asked = [line for line in _own(talk) if line.phase in LEADS and Act.ASKED in line.acts]
    if len(asked) < THREE:
        why = f"{len(asked)} of {THREE}" if asked else ""
        return _not_shown(goal, why, quote(asked[-1], longest=120) if asked else None)
    return Verdict(goal=goal, reached=True, shown=quote(asked[THREE - 1], longest=120))


def _named(goal: Goal, talk: Interview, company: Company) -> Verdict:
    """Somebody of the company's was named in answer to a question; best to one for people to meet."""
    introduced = [person.split(",")[0].split() for person in company.people]
    names = [" ".join(word for word in words if word[:1].isupper()) for words in introduced]
    asked = _asked_in(talk)
    found = [
        (Topic.ADVICE in line.topics, quote(line, sentence))
        for line in talk.lines
        if line.speaker is Speaker.COMPANY and line.turn in asked
        if Topic.ADVICE in line.topics or line.job in UNKNOWNS
        for sentence in sentences(line.text)
        if any(name and name in sentence for name in names)
    ]
    best = max(found, key=lambda pair: pair[0], default=None)
    return Verdict(goal=goal, reached=True, shown=best[1]) if best else _not_shown(goal)


def _did(goal: Goal, talk: Interview) -> Verdict:
    deeds = [line for line in _own(talk) if line.deed]
    fullest = max(deeds, key=lambda line: len(line.span), default=None)
    if fullest is None:
        return _not_shown(goal)
    return Verdict(goal=goal, reached=True, shown=quote(fullest, fullest.span or None, longest=140))


def _told(goal: Goal, talk: Interview) -> Verdict:
    """The story that was meant has words of the goal in it."""
    wanted = content(goal.text)
    meant = [line for line in _own(talk) if Act.TOLD in line.acts and wanted & content(line.text)]
    best = max(meant, key=lambda line: (line.deed, len(wanted & content(line.text))), default=None)
    if best is None:
        return _not_shown(goal)
    shown = quote(best, longest=140)
    if not best.deed:
        return _not_shown(goal, "told, but not yet what you did yourself", shown)
    return Verdict(goal=goal, reached=True, shown=shown)


def _found_out(goal: Goal, talk: Interview, company: Company, finder: Finder) -> Verdict:
    """The company told what was to be found out."""
    asked = _asked_in(talk)
    if goal.topic is not None:
        of_topic = {fact.id for fact in company.facts if fact.topic is goal.topic}
        told = next((line for line in talk.lines if of_topic & set(line.facts)), None)
        if told is None:
            return _not_shown(goal)
        why = "" if told.turn in asked else "told unasked"
        return Verdict(goal=goal, reached=True, why=why, shown=quote(told))
    wanted = f"{goal.text.rstrip('.?! ')}?"
    close = _closeness(wanted, list(asked.values()), finder)
    facts = [fact for fact in company.facts if fact.reveal is not Reveal.NEVER]
    shares = finder.answers("", wanted, [Known(text=fact.text, fact=fact) for fact in facts])
    share = {fact.id: chance for fact, chance in zip(facts, shares.each, strict=True)}
    for line in talk.lines:
        if line.speaker is not Speaker.COMPANY or not line.facts:
            continue
        chance, near = max(share.get(fact, 0.0) for fact in line.facts), close.get(line.turn, 0.0)
        by_question = (chance >= SURE and near >= CLOSE) or (chance >= LIKELY and near >= CLOSER)
        if by_question or (line.turn not in asked and chance >= UNASKED):
            why = "" if line.turn in asked else "told unasked"
            return Verdict(goal=goal, reached=True, why=why, shown=quote(line))
    return _unanswered(goal, talk, asked, close)


def _closeness(wanted: str, lines: Sequence[Line], finder: Finder) -> dict[int, float]:
    """By turn: how close the questions of the candidate's line are to what was to be found out."""
    return {
        line.turn: max(finder.closeness(wanted, line.questions or (line.text,)), default=0.0)
        for line in lines
    }


def _unanswered(goal: Goal, talk: Interview, asked: dict[int, Line], close: dict[int, float]) -> Verdict:
    """Not found out; with the question where one was close and the company did not know."""
    for turn, line in asked.items():
        answers = [one for one in talk.lines if one.turn == turn and one.speaker is Speaker.COMPANY]
        if close[turn] >= CLOSER and answers and all(one.job in UNKNOWNS for one in answers):
            return _not_shown(goal, "you asked, and they did not know", quote(line, longest=120))
    return _not_shown(goal)


def goals_text(found: Sequence[Verdict]) -> str:
    """The verdicts in a message, a line each."""
    rows = [f"{'✓' if one.reached else '○'} {one.goal.title}: {told(one)}" for one in found]
    return "\n".join(["Your goals" if len(found) > 1 else "Your goal", *rows])


def told(one: Verdict) -> str:
    """ "reached. “…” (line 9)" """
    return f"{reached(one)}{f' {cited(one.shown, 100)}' if one.shown else ''}"


def reached(one: Verdict) -> str:
    """ "reached, told unasked." """
    return f"{'reached' if one.reached else 'not shown'}{f', {one.why}' if one.why else ''}."
