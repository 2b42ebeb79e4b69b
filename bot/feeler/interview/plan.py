"""The plan for one turn: from what the candidate did, the one job that follows from it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from feeler.interview.acts import Act
from feeler.interview.dossier import (
    BRIEF,
    Finder,
    Known,
    Opened,
    asks_why,
    beside,
    context,
    is_bare,
    nearest,
    told_on,
    untouched,
    volunteered,
    who_knows,
)
from feeler.interview.language import language_of
from feeler.interview.live import is_live
from feeler.interview.phases import LEADS, PROBES, phase_at
from feeler.interview.reading import Reading
from feeler.interview.tripwires import in_danger
from feeler.interview.values import Difficulty, Interview, Line, Need, Phase, Speaker
from feeler.interview.words import words
from feeler.personas.values import Company, Fact, Persona, Topic


class Job(StrEnum):
    """The one thing the company's next line has to do; each but the last three is a skill of the model's."""

    OPEN = "open"  # the first line: who I am, and something on what they wrote of themselves
    ASK = "ask"  # one question that belongs to what was just told
    PUSH = "push"  # the answer was vague or short: one small case
    EASE = "ease"  # the last question again, simpler
    TELL = "tell"  # answer with a fact of the dossier
    NEAR = "near"  # what was asked is not in the dossier; something close by is
    UNKNOWN = "unknown"  # honest: I don't know, X would
    NO_MORE = "no_more"  # the same to somebody who asks on after an answer that is all there is
    MINE = "mine"  # answer from what the persona knows of themselves
    OFFER = "offer"  # tell something about the company, unasked
    HAND = "hand"  # your turn
    STEADY = "steady"  # stay calm: insult, begging
    DEFLECT = "deflect"  # somebody tries to get at the instructions
    LEAVE = "leave"  # what stays with me, the next step
    BYE = "bye"
    PAUSE = "pause"  # somebody is in need: the thread is dropped, nothing is asked
    RESUME = "resume"  # after that, or where a sorrow was told: a gentle, easy beginning with something else
    SILENT = "silent"  # the practice partner speaks instead


WRITTEN = frozenset({Job.PAUSE, Job.RESUME})  # no model is asked for these
ASKS = frozenset({Job.OPEN, Job.ASK, Job.PUSH, Job.EASE, Job.HAND})  # their line ends with a question
UNKNOWNS = frozenset({Job.UNKNOWN, Job.NO_MORE})  # their line answers nothing
TELLS = frozenset({Job.TELL, Job.NEAR, Job.MINE, Job.OFFER, *UNKNOWNS})  # their line says what is known


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


STORY = 12  # words of a message that tells something, so that handing over would pass it by
ASKING = ("how", "hows", "how's", "what", "which", "who", "when", "where")  # first words of a question
ENOUGH = 3  # questions after which nobody is urged to ask more
ASKED_LATELY = 4  # messages: who asked in one of them need not be told to ask
COACH_EVERY = 3  # turns between two invitations by the practice partner
THIN = frozenset({Act.SHORT, Act.VAGUE, Act.DODGED, Act.EMPTY})


def make_plan(
    interview: Interview,
    persona: Persona,
    company: Company,
    text: str,
    reading: Reading,
    opened: Opened,
    finder: Finder,
    phase: Phase | None = None,
) -> Plan:
    """The plan for answering `text`, not yet a line of `interview`, which was understood as `reading`.

    `opened` is what its questions open; `phase` is where a talk stands that the clock ends, not its turns.
    """
    turn = interview.turn + 1
    counted = phase_at(turn, interview.budget)
    plan = Plan(turn=turn, phase=phase or counted, reading=reading, job=Job.ASK)
    plan = (
        _in_need(plan, interview, text, opened)
        or _special(plan, interview, text)
        or _answer(plan, interview, persona, company, text, opened, finder)
        or _answerless(plan, interview, persona, company, text, finder)
    )
    return _invited(plan, interview, company)


def _in_need(plan: Plan, interview: Interview, text: str, opened: Opened) -> Plan | None:
    """Somebody in need comes before everything else, and is not stopped twice for the same words."""
    heard = _said(interview)
    before = [line for line in heard if line.need is not Need.NONE]
    need, acts = plan.reading.need, plan.acts
    again = any(line.text.casefold().split() == text.casefold().split() for line in before)
    if waits(interview) and not (
        _goes_on(plan.reading) or _is_back(plan.reading, text, opened, before[-1], heard)
    ):
        return replace(plan, job=Job.SILENT, coach=_meanwhile(plan.reading, again=again))
    if need is Need.ACUTE and not again:
        return replace(plan, job=Job.SILENT, coach="acute")
    if need is Need.HEAVY and not again:
        if any(line.need is Need.ACUTE for line in before):
            return replace(plan, job=Job.SILENT, coach="heavy")
        unsure = "unsure" if Act.UNEASY in acts else ""
        return replace(plan, job=Job.PAUSE, coach="heavy" if before else unsure)
    just_now = bool(before) and before[-1] is heard[-1]
    if just_now and Act.GOODBYE in acts and not plan.reading.asks:
        return replace(plan, job=Job.SILENT, coach="rest")
    if plan.reading.asks or plan.phase is Phase.CLOSE:
        return None
    if just_now and plan.reading.deed and need is Need.NONE and Act.SORROW not in acts:
        return None  # they go on by themselves, with what they did
    sad = bool(before) or any(Act.SORROW in line.acts for line in heard)
    goes_on = sad and Act.GOES_ON in acts
    if just_now or goes_on or need is not Need.NONE or Act.SORROW in acts:
        return replace(plan, job=Job.RESUME)
    return None


def waits(interview: Interview) -> bool:
    """Whether somebody was left to the coach and has not said since that they want to go on."""
    for line in reversed(interview.lines):
        if line.speaker is Speaker.COMPANY:
            return False
        if line.speaker is Speaker.CANDIDATE and line.need is not Need.NONE:
            return True
    return False


def _has_asked(interview: Interview) -> bool:
    """Whether the candidate has asked enough to be believed that nothing is left to ask."""
    return sum(Act.ASKED in line.acts for line in _said(interview)) >= ENOUGH


def _asked_lately(interview: Interview) -> bool:
    """Whether the candidate asks without being told to."""
    return any(Act.ASKED in line.acts for line in _said(interview)[-ASKED_LATELY:])


def left_open(interview: Interview) -> Line | None:
    """What was asked of the company while it was silent, for when the talk goes on; None: nothing was."""
    if not waits(interview):
        return None
    for line in reversed(_said(interview)):
        if line.need is not Need.NONE or Act.ASKED in line.acts:
            return line if line.need is Need.NONE else None
    return None


def _goes_on(reading: Reading) -> bool:
    """Whether somebody clearly says that they want to go on, and nothing else that speaks against it."""
    return Act.GOES_ON in reading.acts and reading.need is Need.NONE and Act.SORROW not in reading.acts


def _is_back(reading: Reading, text: str, opened: Opened, alarm: Line, heard: Sequence[Line]) -> bool:
    """Whether somebody tells or asks for the second time, and nothing since the alarm sounds of need: they
    were stopped by mistake, and one more word of the coach's would only be in the way.

    Who said in plain words that they may die is never taken for that, nor who asks what the dossier does not
    answer: "am I bad?".
    """
    since = [line for line in heard if line.number > alarm.number]
    sad = Act.SORROW in reading.acts or any(Act.SORROW in line.acts for line in since)
    if sad or reading.need is not Need.NONE or in_danger(alarm.text):
        return False
    told = _tells(reading.acts, text, deed=reading.deed)
    told_before = any(_tells(line.acts, line.text, deed=line.deed) for line in since)
    again = told_before or any(Act.ASKED in line.acts for line in since)
    return again and (told or reading.asks) and (told or told_before or bool(opened.facts))


def _tells(acts: Collection[str], text: str, *, deed: bool) -> bool:
    """Whether a message tells a deed, or at least something of some length."""
    return deed or (Act.TOLD in acts and len(words(text)) >= STORY)


def _meanwhile(reading: Reading, *, again: bool) -> str:
    """What the coach says while the interviewer is silent: the key of its line."""
    if reading.need is not Need.NONE:
        return "aftercare" if again else "still"
    if Act.GOODBYE in reading.acts:
        return "rest"
    if {Act.MACHINE, Act.PRIVACY} & reading.acts:
        return "program"
    return "asked" if reading.asks and Act.SORROW not in reading.acts else "aftercare"


def _special(plan: Plan, interview: Interview, text: str) -> Plan | None:
    """Jobs before the talk's own: another language, an attack on the role, a goodbye, an insult."""
    acts, asks = plan.acts, plan.reading.asks
    if Act.PRIVACY in acts or Act.MACHINE in acts:
        return replace(plan, job=Job.SILENT, coach="privacy" if Act.PRIVACY in acts else "machine")
    if Act.LANGUAGE in acts:
        return replace(plan, job=Job.SILENT, coach=f"language.{language_of(text)}")
    if Act.PROMPT in acts:
        return replace(plan, job=Job.DEFLECT)
    if Act.GOODBYE in acts or (_spent(plan, interview) and not asks):
        return replace(plan, phase=Phase.CLOSE, job=Job.BYE if _taken_leave(interview) else Job.LEAVE)
    none_left = Act.NO_QUESTIONS in acts and (not is_bare(text) or "no" in words(text))
    done = Act.WRAPS_UP in acts or (none_left and _has_asked(interview))
    if done and not asks and plan.phase in (Phase.QUESTIONS, Phase.CLOSE):
        return replace(plan, job=Job.BYE if _taken_leave(interview) else Job.LEAVE)
    if Act.INSULT in acts and not asks:
        return replace(plan, job=Job.STEADY)
    if Act.ASKS_LEAVE in acts and not plan.reading.questions:
        return replace(plan, job=Job.HAND)
    unclear = Act.CLARIFY in acts and not (asks and len(words(text)) > BRIEF)  # longer ones ask the company
    if unclear and last_question(interview):
        last = interview.last(Speaker.COMPANY)
        again = last is not None and last.job == Job.EASE  # asked a third time, it is the question's fault
        return replace(plan, job=Job.HAND if again else Job.EASE)
    return None


def _answer(
    plan: Plan,
    interview: Interview,
    persona: Persona,
    company: Company,
    text: str,
    opened: Opened,
    finder: Finder,
) -> Plan | None:
    """Answer first, where the candidate asked; None where they did not."""
    if not plan.reading.asks:
        return None
    if Act.BEGGED in plan.acts:
        return replace(plan, job=Job.STEADY)
    reading = replace(plan.reading, topics=opened.topics or plan.reading.topics)
    told_too = Act.TOLD in plan.acts and Act.SORROW not in plan.acts and plan.phase in PROBES
    told_too = told_too and len(words(text)) - sum(len(words(one)) for one in reading.questions) > BRIEF
    plan = replace(
        plan, reading=reading, facts=opened.facts, note=opened.note, more=opened.withheld, then_ask=told_too
    )
    last = interview.last(Speaker.COMPANY)
    question = plan.reading.questions[0] if plan.reading.questions else ""
    asks_on = plan.reading.follows and last is not None and (bool(last.facts) or last.job == Job.MINE)
    put_off = last is not None and last.job in UNKNOWNS and is_bare(question)
    if put_off and (close := nearest(interview, persona, company, finder)) is not None:
        return replace(plan, job=Job.NEAR, facts=(close,), note="")
    bare = asks_on and is_bare(question)  # nothing that was not just told answers it better
    if bare and (added := told_on(interview, persona, company, question, finder)) is not None:
        return _adding(plan, added)
    if last is not None and any(fact.text in last.text for fact in opened.facts):  # not twice running
        added = told_on(interview, persona, company, question, finder)
        if added is not None:
            return _adding(plan, added)
    if opened.note:
        return replace(plan, job=Job.MINE)
    if opened.facts:
        return replace(plan, job=Job.NEAR if opened.near else Job.TELL)
    if asks_on and (added := told_on(interview, persona, company, question, finder, surely=True)) is not None:
        exact = len(words(question)) <= BRIEF  # a longer one may be after something else
        return _adding(plan, added, Job.TELL if exact else Job.NEAR)
    if bare and (other := beside(interview, company)) is not None:
        return replace(plan, job=Job.NEAR, facts=(other,))
    if _taken_leave(interview):  # what sounds like a question then is most often thanks
        return replace(plan, job=Job.BYE)
    job = Job.NO_MORE if asks_on else Job.UNKNOWN
    asked = " ".join([context(last.text if last is not None else "", question), question]).strip()
    knower = who_knows(company, persona, asked, finder) if question else ""
    return replace(plan, job=job, knower=_named_before(knower, interview))


def _adding(plan: Plan, added: Known, job: Job = Job.TELL) -> Plan:
    """What there is to add is told: of a fact as that, of what the person said of themselves as their own."""
    if added.fact is None:
        return replace(plan, job=Job.MINE, facts=(), note=added.text)
    return replace(plan, job=job, facts=(added.fact,), note="")


def asks_back(text: str) -> bool:
    """Whether a message is only a question about the line before: "why?", "haha why", "hows that"."""
    said = words(text)
    return is_bare(text) and ("?" in text or asks_why(text) or (bool(said) and said[0] in ASKING))


def asking_back(reading: Reading, text: str) -> Reading:
    """What was read, as a question that goes on from what was told."""
    acts = reading.acts - {Act.TOLD, Act.CLARIFY, *THIN} | {Act.ASKED}
    return replace(reading, acts=acts, questions=(text.strip(),), follows=True, span="", deed=False)


def _answerless(
    plan: Plan, interview: Interview, persona: Persona, company: Company, text: str, finder: Finder
) -> Plan:
    """The candidate asked nothing: ask on, ask for a case, tell something, hand over or come to the end."""
    if Act.GOES_ON in plan.acts and (added := told_on(interview, persona, company, text, finder)) is not None:
        return _adding(plan, added)
    if plan.phase is Phase.CLOSE:
        return replace(plan, job=Job.BYE if _taken_leave(interview) else Job.LEAVE)
    if Act.BEGGED in plan.acts:
        return replace(plan, job=Job.STEADY)
    if plan.phase in LEADS:
        return _your_turn(plan, interview, company, text, finder)
    return replace(plan, job=Job.PUSH if _thin(plan, interview) else Job.ASK)


def _your_turn(plan: Plan, interview: Interview, company: Company, text: str, finder: Finder) -> Plan:
    """From the middle on: ask on where a deed was told, hand over, or tell something after that, in turns.

    Who asks without being told to is not handed over to when they tell something in between.
    """
    last = interview.last(Speaker.COMPANY)
    before = last.job if last is not None else ""
    told = _tells(plan.acts, text, deed=plan.reading.deed)
    if told and before not in (Job.ASK, Job.PUSH):
        return plan
    if Act.TOLD in plan.acts and _asked_lately(interview):
        return plan
    if before == Job.HAND and (fact := volunteered(interview, company, text, finder)) is not None:
        return replace(plan, job=Job.OFFER, facts=(fact,))
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
    if plan.phase not in LEADS or plan.job in (Job.SILENT, *WRITTEN):
        return plan
    offers = tuple(topic for topic in untouched(interview, company, 5) if topic not in plan.reading.topics)[
        :3
    ]
    plan = replace(plan, offers=offers)
    quiet = (
        not _asked_lately(interview)
        and not plan.reading.asks
        and plan.job in (Job.ASK, Job.OFFER, Job.HAND, Job.PUSH)
    )
    if quiet and plan.phase is Phase.QUESTIONS and offers and _turns_since_coach(interview) >= COACH_EVERY:
        return replace(plan, coach="invite")
    return plan


def _spent(plan: Plan, interview: Interview) -> bool:
    """Whether this is the last message that the talk has room for; a live one is ended by its clock."""
    return plan.turn >= interview.budget and not is_live(interview)


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


def _turns_since_coach(interview: Interview) -> int:
    last = max(
        (line.turn for line in interview.lines if line.speaker is Speaker.COACH and line.turn), default=-9
    )
    return interview.turn + 1 - last
