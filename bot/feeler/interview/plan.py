"""The plan for one turn: from what the candidate did, the one job that follows from it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from feeler.interview.acts import Act
from feeler.interview.dossier import Finder, untouched, volunteered, who_knows
from feeler.interview.language import language_of
from feeler.interview.phases import LEADS, PROBES, phase_at
from feeler.interview.reading import Reading
from feeler.interview.values import Difficulty, Interview, Line, Need, Phase, Speaker
from feeler.personas.values import Company, Fact, Persona, Topic


class Job(StrEnum):
    """The one thing the company's next line has to do; each but the last two is a skill of the model's."""

    OPEN = "open"  # the first line: who I am, and something on what they wrote of themselves
    ASK = "ask"  # one question that belongs to what was just told
    PUSH = "push"  # the answer was vague or short: one small case
    EASE = "ease"  # the last question again, simpler
    TELL = "tell"  # answer with a fact of the dossier
    NEAR = "near"  # what was asked is not in the dossier; something close by is
    UNKNOWN = "unknown"  # honest: I don't know, X would
    MINE = "mine"  # answer from what the persona knows of themselves
    OFFER = "offer"  # tell something about the company, unasked
    HAND = "hand"  # your turn
    STEADY = "steady"  # stay calm: insult, begging
    DEFLECT = "deflect"  # somebody tries to get at the instructions
    LEAVE = "leave"  # what stays with me, the next step
    BYE = "bye"
    PAUSE = "pause"  # somebody is in need: the thread is dropped, nothing is asked
    SILENT = "silent"  # the practice partner speaks instead


ASKS = frozenset({Job.OPEN, Job.ASK, Job.PUSH, Job.EASE, Job.HAND})  # their line ends with a question
TELLS = frozenset({Job.TELL, Job.NEAR, Job.UNKNOWN, Job.MINE, Job.OFFER})  # their line says what is known


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the company's next line has to do, and what it may use for it."""

    turn: int  # of the candidate's message that is answered
    phase: Phase
    reading: Reading = field(default_factory=Reading)
    job: Job
    facts: tuple[Fact, ...] = ()  # to be told now
    note: str = ""  # a sentence of the persona's own knowledge that answers a personal question
    knower: str = ""  # who would know what the dossier does not say
    more: bool = False  # there is more to it, for somebody who asks on
    then_ask: bool = False  # after the answer, a question on what was told in the same message
    coach: str = ""  # key of the practice partner's line, see prompts/coach.yaml; empty: it says nothing
    offers: tuple[Topic, ...] = ()  # untouched topics, for the invitation and the reply keyboard

    @property
    def acts(self) -> frozenset[Act]:
        return self.reading.acts


COACH_EVERY = 3  # turns between two invitations by the practice partner
THIN = frozenset({Act.SHORT, Act.VAGUE, Act.DODGED, Act.EMPTY})


def make_plan(
    interview: Interview, persona: Persona, company: Company, text: str, reading: Reading, finder: Finder
) -> Plan:
    """The plan for answering `text`, not yet a line of `interview`, which was understood as `reading`."""
    turn = interview.turn + 1
    plan = Plan(turn=turn, phase=phase_at(turn, interview.budget), reading=reading, job=Job.ASK)
    plan = (
        _in_need(plan, interview, text)
        or _special(plan, interview, text)
        or _answer(plan, interview, persona, company, finder)
        or _answerless(plan, interview, company, text, finder)
    )
    return _invited(plan, interview, company)


def _in_need(plan: Plan, interview: Interview, text: str) -> Plan | None:
    """Somebody in need comes before everything else, and is not stopped twice for the same words."""
    heard = _said(interview)
    before = [line for line in heard if line.need is not Need.NONE]
    again = any(line.text.casefold().split() == text.casefold().split() for line in before)
    if plan.reading.need is Need.ACUTE and not again:
        return replace(plan, job=Job.SILENT, coach="acute")
    if plan.reading.need is Need.HEAVY and not again:
        recurs = any(line.need is not Need.NONE for line in heard)
        return replace(plan, job=Job.PAUSE, coach="heavy" if recurs else "")
    if not _waits(heard) or plan.reading.acts & {Act.GOES_ON, Act.ASKED}:
        if before and before[-1] is heard[-1] and not plan.reading.asks:
            return replace(plan, job=Job.HAND)  # an easy beginning, about something else
        return None
    return replace(plan, job=Job.SILENT, coach="aftercare")


def _waits(heard: tuple[Line, ...]) -> bool:
    """Whether somebody's life was in danger and they have not said since that they want to go on."""
    for line in reversed(heard):
        if line.need is Need.ACUTE:
            return True
        if {Act.GOES_ON, Act.ASKED} & set(line.acts):
            return False
    return False


def _special(plan: Plan, interview: Interview, text: str) -> Plan | None:
    """Jobs before the talk's own: another language, an attack on the role, a goodbye, an insult."""
    acts, asks = plan.acts, plan.reading.asks
    if Act.PRIVACY in acts or Act.MACHINE in acts:
        return replace(plan, job=Job.SILENT, coach="privacy" if Act.PRIVACY in acts else "machine")
    if Act.LANGUAGE in acts:
        return replace(plan, job=Job.SILENT, coach=f"language.{language_of(text)}")
    if Act.PROMPT in acts:
        return replace(plan, job=Job.DEFLECT)
    if Act.GOODBYE in acts or (plan.turn >= interview.budget and not asks):
        return replace(plan, phase=Phase.CLOSE, job=Job.BYE if _taken_leave(interview) else Job.LEAVE)
    if Act.WRAPS_UP in acts and not asks and plan.phase in (Phase.QUESTIONS, Phase.CLOSE):
        return replace(plan, job=Job.BYE if _taken_leave(interview) else Job.LEAVE)
    if Act.INSULT in acts and not asks:
        return replace(plan, job=Job.STEADY)
    if Act.ASKS_LEAVE in acts and not plan.reading.questions:
        return replace(plan, job=Job.HAND)
    if Act.CLARIFY in acts and last_question(interview):
        return replace(plan, job=Job.EASE)
    return None


def _answer(
    plan: Plan, interview: Interview, persona: Persona, company: Company, finder: Finder
) -> Plan | None:
    """Answer first, where the candidate asked; None where they did not."""
    if not plan.reading.asks:
        return None
    if Act.BEGGED in plan.acts:
        return replace(plan, job=Job.STEADY)
    opened = finder.open(interview, persona, company, plan.reading)
    follows = plan.reading.follows or opened.followed
    reading = replace(plan.reading, topics=opened.topics or plan.reading.topics, follows=follows)
    told_too = Act.TOLD in plan.acts and plan.phase in PROBES
    plan = replace(
        plan, reading=reading, facts=opened.facts, note=opened.note, more=opened.withheld, then_ask=told_too
    )
    if opened.note:
        return replace(plan, job=Job.MINE)
    if opened.facts:
        return replace(plan, job=Job.NEAR if opened.near else Job.TELL)
    question = plan.reading.questions[0] if plan.reading.questions else ""
    knower = who_knows(company, persona, question, finder) if question else ""
    return replace(plan, job=Job.UNKNOWN, knower=_named_before(knower, interview))


def _answerless(plan: Plan, interview: Interview, company: Company, text: str, finder: Finder) -> Plan:
    """The candidate asked nothing: ask on, ask for a case, tell something, hand over or come to the end."""
    if plan.phase is Phase.CLOSE:
        return replace(plan, job=Job.BYE if _taken_leave(interview) else Job.LEAVE)
    if Act.BEGGED in plan.acts:
        return replace(plan, job=Job.STEADY)
    if plan.phase in LEADS:
        return _your_turn(plan, interview, company, text, finder)
    return replace(plan, job=Job.PUSH if _thin(plan, interview) else Job.ASK)


def _your_turn(plan: Plan, interview: Interview, company: Company, text: str, finder: Finder) -> Plan:
    """From the middle on: hand over, tell a fact of one's own, or listen once more, in turns."""
    since = _turns_since_asked(interview)
    if since % 3 == 2:
        fact = volunteered(interview, company, text, finder)
        if fact is not None:
            return replace(plan, job=Job.OFFER, facts=(fact,))
    if since % 3 == 0 and Act.TOLD in plan.acts and not _thin(plan, interview):
        return plan
    return replace(plan, job=Job.HAND)


def _thin(plan: Plan, interview: Interview) -> bool:
    """Whether the answer was too little to react to; nobody is pushed twice in a row."""
    before = interview.last(Speaker.CANDIDATE)
    thin = bool(THIN & plan.acts) and Act.TOLD not in plan.acts
    if interview.difficulty is Difficulty.TOUGH:
        thin = thin or bool(THIN & plan.acts)
    return thin and not (before is not None and THIN & set(before.acts))


def _invited(plan: Plan, interview: Interview, company: Company) -> Plan:
    """Offer untouched topics with a hand-over, and let the practice partner say it where nobody asks."""
    if plan.phase not in LEADS or plan.job in (Job.SILENT, Job.PAUSE):
        return plan
    offers = tuple(topic for topic in untouched(interview, company, 5) if topic not in plan.reading.topics)[
        :3
    ]
    plan = replace(plan, offers=offers)
    quiet = not plan.reading.asks and plan.job in (Job.ASK, Job.OFFER, Job.HAND, Job.PUSH)
    if quiet and plan.phase is Phase.QUESTIONS and offers and _turns_since_coach(interview) >= COACH_EVERY:
        return replace(plan, coach="invite")
    return plan


def last_question(interview: Interview) -> str:
    """What the company said last, where it asked something; empty where it did not."""
    last = interview.last(Speaker.COMPANY)
    return last.text if last is not None and "?" in last.text else ""


def _taken_leave(interview: Interview) -> bool:
    """Whether the company has said already what it takes with it."""
    last = interview.last(Speaker.COMPANY)
    return last is not None and last.job == Job.LEAVE


def _named_before(knower: str, interview: Interview) -> str:
    """The name alone of somebody who was introduced already."""
    name = knower.split(",")[0]
    said = " ".join(line.text for line in interview.lines if line.speaker is Speaker.COMPANY)
    return name if name in said else knower


def _said(interview: Interview) -> tuple[Line, ...]:
    return tuple(line for line in interview.lines if line.speaker is Speaker.CANDIDATE)


def _turns_since_asked(interview: Interview) -> int:
    """How many of the candidate's messages, this one included, held no question since they have the lead."""
    count = 1
    for line in reversed(_said(interview)):
        if line.phase not in LEADS or Act.ASKED in line.acts:
            break
        count += 1
    return count


def _turns_since_coach(interview: Interview) -> int:
    last = max(
        (line.turn for line in interview.lines if line.speaker is Speaker.COACH and line.turn), default=-9
    )
    return interview.turn + 1 - last
