"""The plan for one turn, without a model: what the candidate did, and the one job that follows from it."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from feeler.interview.acts import PATTERNS, PRIVACY, PURPOSE, Act, acts_of
from feeler.interview.angles import PUSHES, angles_of
from feeler.interview.hooks import hook_of, said_back
from feeler.interview.language import language_of
from feeler.interview.opening import Opened, open_facts, personal_note, untouched
from feeler.interview.phases import LEADS, PROBES, phase_at
from feeler.interview.questions import questions_in
from feeler.interview.topics import gist, picked, topics_of
from feeler.interview.values import Difficulty, Interview, Line, Phase, Speaker
from feeler.interview.words import content, words
from feeler.personas.values import Company, Fact, Persona, Probe, Reveal, Topic


class Job(StrEnum):
    """The one thing the company's next line has to do."""

    ASK = "react and ask"  # react to what was said, ask on
    PUSH = "push"  # the answer was vague or short: ask for one example
    REPHRASE = "rephrase"  # say the last question again, easier
    ANSWER = "answer"  # answer with a fact of the dossier
    NEAR = "answer near"  # what was asked is not in the dossier; something close by is
    UNKNOWN = "not known"  # honest: I don't know, X would
    WITHHOLD = "hold back"  # there is more to it; a follow-up would open it
    PERSONAL = "answer personally"  # from what the persona knows of themselves
    TELL = "tell"  # tell something about the company, then hand over
    HAND_OVER = "hand over"  # your turn
    STEADY = "steady"  # stay calm: insult, begging
    DEFLECT = "deflect"  # somebody tries to get at the instructions
    CLOSE = "close"  # what could come of it, next step
    GOODBYE = "goodbye"
    SILENT = "silent"  # the practice partner speaks instead


class Asking(StrEnum):
    """How many questions the line may hold."""

    ONE = "exactly one"
    MAY = "at most one"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Plan:
    turn: int  # of the candidate's message that is answered
    phase: Phase
    acts: tuple[Act, ...]
    topics: tuple[Topic, ...] = ()  # what the candidate asked about, the clearest first
    job: Job
    asking: Asking = Asking.MAY
    questions: tuple[str, ...] = ()  # what the candidate asked, sentence by sentence
    facts: tuple[Fact, ...] = ()  # to be told now
    note: str = ""  # a sentence of the persona's own knowledge that answers a personal question
    knower: str = ""  # who would know what the dossier does not say
    hook: str = ""  # a few of the candidate's own words to pick up
    question: str = ""  # to be asked: the probe's, as it is written, or an angle, to be fitted to the story
    probe: Probe | None = None  # whose question that is; none where it is an angle
    bridge: str = ""  # before a question that does not follow from what was said: "Something else:"
    coach: str = ""  # key of the practice partner's line, see prompts/coach.yaml; empty: it says nothing
    offers: tuple[Topic, ...] = ()  # untouched topics, for the invitation and the reply keyboard

    @property
    def bridged(self) -> str:
        """The question as it stands in the line: behind its bridge where it has one."""
        if not self.bridge:
            return self.question
        return f"{self.bridge} {self.question[:1].lower()}{self.question[1:]}"


COACH_EVERY = 3  # turns between two invitations by the practice partner
ROOM = 52  # words of facts and a question in one line
VAGUE = 12  # words; a tough interviewer wants an example after fewer, once
GREETS = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|thanks|thank you|nice to)\b", re.I
)
OF_ONESELF = re.compile(r"\b(?:i'?m an?|i am an?|i was|i have|i've|i work\w*|my)\b", re.IGNORECASE)
PURPOSE_NOTE = (
    "There is no vacancy behind this, and nothing to win or lose. I want to find out what you are good at, "
    "and you may find out what we are really like."
)


def make_plan(interview: Interview, persona: Persona, company: Company, text: str) -> Plan:
    """The plan for answering `text`, which is not yet a line of `interview`."""
    turn = interview.turn + 1
    phase = phase_at(turn, interview.budget)
    acts = acts_of(text)
    questions = (text.strip(),) if picked(text) else questions_in(text) if Act.ASKED in acts else ()
    if picked(text):
        acts = (acts - {Act.SHORT, Act.TOLD}) | {Act.ASKED, Act.PICKED}
    plan = Plan(
        turn=turn, phase=phase, acts=_ordered(acts), job=Job.ASK, questions=questions, hook=_hook(text, acts)
    )
    if key := _coach_instead(interview, text, acts):
        return replace(plan, job=Job.SILENT, asking=Asking.NONE, coach=key, hook="")
    plan = _special(plan, interview, company) or _questions(plan, interview, persona, company, text)
    plan = plan if plan.job is not Job.ASK else _answerless(plan, interview, persona, company, text)
    return _invited(plan, interview, company)


def _coach_instead(interview: Interview, text: str, acts: frozenset[Act]) -> str:
    """The practice partner's line where it has to speak in the company's place; empty where it has not."""
    if Act.DISTRESS in acts:
        return "distress"
    since = _turns_since_distress(interview)
    if 0 < since <= 2 and not acts & {Act.ASKED, Act.GOES_ON, Act.GOODBYE, Act.PROMPT, Act.INSULT}:
        return "aftercare"
    if Act.MACHINE in acts:
        return "privacy" if PRIVACY.search(text) else "machine"
    return f"language.{language_of(text)}" if Act.LANGUAGE in acts else ""


def _turns_since_distress(interview: Interview) -> int:
    """How many messages ago the candidate was in distress; 0 where they never were or have gone on since."""
    for place, line in enumerate(reversed(_lines_of_candidate(interview)), start=1):
        if Act.DISTRESS in line.acts:
            return place
        if {Act.GOES_ON, Act.ASKED} & set(line.acts):
            return 0
    return 0


def _hook(text: str, acts: frozenset[Act]) -> str:
    if acts & {Act.NO_QUESTIONS, Act.GOES_ON}:
        return ""
    short = text.strip(" .!?…")
    return hook_of(text) or (short if Act.SHORT in acts and content(short) and Act.DODGED not in acts else "")


def _ordered(acts: frozenset[Act]) -> tuple[Act, ...]:
    return tuple(act for act in Act if act in acts)


def _special(plan: Plan, interview: Interview, company: Company) -> Plan | None:
    """Jobs that come before all else: a goodbye, an attack on the role, an insult, a misunderstanding."""
    acts = set(plan.acts)
    if Act.PROMPT in acts:
        return replace(plan, job=Job.DEFLECT, questions=(), hook="")
    if Act.GOODBYE in acts or (plan.turn >= interview.budget and Act.ASKED not in acts):
        return replace(plan, phase=Phase.CLOSE, job=Job.GOODBYE, asking=Asking.NONE)
    if Act.WRAPS_UP in acts and Act.ASKED not in acts and plan.phase in (Phase.QUESTIONS, Phase.CLOSE):
        said_so = any(Act.WRAPS_UP in line.acts for line in _lines_of_candidate(interview)[-2:])
        job = Job.GOODBYE if said_so or plan.phase is Phase.CLOSE else Job.CLOSE
        return replace(plan, job=job, asking=Asking.NONE if job is Job.GOODBYE else Asking.MAY)
    if Act.INSULT in acts and Act.ASKED not in acts:
        return replace(plan, job=Job.STEADY, hook="")
    if Act.GOES_ON in acts and any(Act.DISTRESS in line.acts for line in _lines_of_candidate(interview)):
        return replace(plan, job=Job.HAND_OVER, asking=Asking.ONE, hook="")  # the last question may have hurt
    if Act.GOES_ON in acts:
        return replace(plan, job=Job.REPHRASE, asking=Asking.ONE, hook="")
    if Act.ASKS_LEAVE in acts:
        return replace(plan, job=Job.HAND_OVER, asking=Asking.ONE, hook="")
    if Act.CLARIFY in acts and _last_question(interview):
        return replace(plan, job=Job.REPHRASE, asking=Asking.ONE)
    return None


def _questions(plan: Plan, interview: Interview, persona: Persona, company: Company, text: str) -> Plan:
    """Answer first, where the candidate asked."""
    if Act.ASKED not in plan.acts:
        return plan
    if any(PURPOSE.search(question) for question in plan.questions):
        return replace(plan, job=Job.PERSONAL, note=PURPOSE_NOTE, asking=Asking.MAY)
    opened = open_facts(interview, company, plan.questions)
    acts = set(plan.acts)
    begs = any(PATTERNS[Act.BEGGED].search(question) for question in plan.questions)
    if begs or (Act.INSULT in acts and not opened.sure):
        return replace(plan, job=Job.STEADY, asking=Asking.MAY, hook="")
    if opened.followed:
        acts.add(Act.FOLLOWED_UP)
    if Topic.PAY in opened.topics[:1] and not any(line.topics for line in interview.lines if line.turn):
        acts.add(Act.PAY_FIRST)
    plan = replace(plan, acts=_ordered(frozenset(acts)), topics=opened.topics, facts=opened.facts)
    if plan.phase in PROBES:
        probe, _ = _next_probe(interview, persona, text)
        plan = _shorter(_probing(plan, probe, persona.lines.get("back to you", ())))
    if Act.PERSONAL in acts and not (
        opened.facts and not opened.near and not _about_the_person(plan, opened)
    ):
        note = personal_note(persona, plan.questions, _said(interview))
        facts = opened.facts if opened.sure and len(words(note)) < 25 else ()
        return replace(plan, job=Job.PERSONAL, note=note, facts=facts[:1])
    if opened.withheld:
        return replace(plan, job=Job.WITHHOLD, asking=Asking.MAY, probe=None, question="", bridge="")
    if opened.facts:
        return replace(plan, job=Job.NEAR if opened.near else Job.ANSWER)
    return replace(plan, job=Job.UNKNOWN, knower=_named_before(_knower(plan, company), interview))


def _shorter(plan: Plan) -> Plan:
    """With one fact only where two and the question would be too much for one line."""
    said = [*(fact.text for fact in plan.facts), plan.bridged]
    return plan if len(words(" ".join(said))) <= ROOM else replace(plan, facts=plan.facts[:1])


def _about_the_person(plan: Plan, opened: Opened) -> bool:
    return (bool(opened.topics) and opened.topics[0] is Topic.PATH) or not opened.facts


def _answerless(plan: Plan, interview: Interview, persona: Persona, company: Company, text: str) -> Plan:
    """The candidate asked nothing: ask on, push, tell something, hand over or come to the end."""
    acts = set(plan.acts)
    if plan.phase is Phase.CLOSE:
        return replace(plan, job=Job.CLOSE, asking=Asking.MAY)
    if Act.BEGGED in acts:
        return replace(plan, job=Job.STEADY, asking=Asking.ONE if plan.phase in PROBES else Asking.MAY)
    if plan.phase in LEADS:
        return _your_turn(plan, interview, persona, company, text)
    only_greets = GREETS.match(text) and not plan.hook and not OF_ONESELF.search(text)
    if only_greets and _last_question(interview):
        return replace(plan, job=Job.REPHRASE, asking=Asking.ONE)
    probe, fits = _next_probe(interview, persona, text)
    probing = _probing(plan, probe, () if fits else persona.lines.get("bridge", ()))
    if _thin(plan, interview):
        if not plan.hook:
            return replace(probing, job=Job.PUSH)
        push = PUSHES[plan.turn % len(PUSHES) if len(words(plan.hook)) > 2 else 0]
        return replace(plan, job=Job.PUSH, asking=Asking.ONE, question=push)
    return _digging(plan, interview, text) if _listens_on(plan, interview, text, fits) else probing


def _listens_on(plan: Plan, interview: Interview, text: str, fits: bool) -> bool:
    """Whether to ask on about the story itself: after an answer to a probe, and once where no probe fits."""
    last = interview.last(Speaker.COMPANY)
    if not plan.hook:
        return False
    if last is not None and last.probe:
        return True
    if not said_back(text, plan.hook):
        return True  # where nothing can be said back, the question has to show that one has listened
    dug = last is not None and last.turn > 0 and "?" in last.text
    return not dug and not fits


def _probing(plan: Plan, probe: Probe | None, bridges: tuple[str, ...]) -> Plan:
    """The plan with this probe; one of `bridges` before it, since it does not follow from what was said."""
    bridge = bridges[plan.turn % len(bridges)] if bridges else ""
    asked = probe.question if probe else ""
    return replace(plan, asking=Asking.ONE, probe=probe, question=asked, bridge=bridge)


def _digging(plan: Plan, interview: Interview, text: str) -> Plan:
    """The plan with an angle on what was just told."""
    told = (*(line.text for line in _lines_of_candidate(interview)), text)
    return replace(plan, asking=Asking.ONE, probe=None, question=angles_of(told)[-1])


def _your_turn(plan: Plan, interview: Interview, persona: Persona, company: Company, text: str) -> Plan:
    """From the middle on: tell a fact and hand over, or hand over, or listen once more, in turns."""
    fact = _volunteered(interview, company)
    since = _turns_since_asked(interview)
    if since % 3 == 1 and fact:
        return replace(plan, job=Job.TELL, facts=(fact,), topics=())
    if since % 3 == 2 and plan.hook and plan.phase is Phase.QUESTIONS:
        return _digging(plan, interview, text)
    return replace(plan, job=Job.HAND_OVER, asking=Asking.ONE)


def _thin(plan: Plan, interview: Interview) -> bool:
    """Whether the answer was too little to react to; a tough interviewer is less patient."""
    before = interview.last(Speaker.CANDIDATE)
    polite = {Act.GREETED, Act.THANKED} & set(plan.acts)  # nobody is pushed for a greeting
    thin = bool({Act.SHORT, Act.DODGED, Act.EMPTY} & set(plan.acts)) or not (
        plan.hook or polite or Act.TOLD in plan.acts
    )
    if before is not None and {Act.SHORT, Act.DODGED, Act.EMPTY} & set(before.acts):
        thin = False  # nobody pushes twice; an easier question helps more
    if interview.difficulty is Difficulty.TOUGH and before is not None:
        thin = thin or len(plan.hook.split()) < 4
    return thin


def _invited(plan: Plan, interview: Interview, company: Company) -> Plan:
    """Offer untouched topics with a hand-over, and let the practice partner say it where nobody asks."""
    if plan.phase not in LEADS:
        return plan
    offers = tuple(topic for topic in untouched(interview, company, 5) if topic not in plan.topics)[:3]
    plan = replace(plan, offers=offers)
    quiet = Act.ASKED not in plan.acts and plan.job in (Job.ASK, Job.TELL, Job.HAND_OVER, Job.PUSH)
    if quiet and plan.phase is Phase.QUESTIONS and offers and _turns_since_coach(interview) >= COACH_EVERY:
        return replace(plan, coach="invite")
    return plan


def _next_probe(interview: Interview, persona: Persona, text: str) -> tuple[Probe | None, bool]:
    """The probe not asked yet that fits best what the candidate said, and whether it fits at all."""
    done = {line.probe for line in interview.lines if line.probe}
    left = [probe for probe in persona.probes if probe.id not in done] or list(persona.probes)
    said = " ".join([*(line.text for line in _lines_of_candidate(interview)[-2:]), text])
    stems = gist(said) | frozenset(content(said))
    fit = {probe.id: len(stems & set(content(" ".join(probe.keywords)))) for probe in left}
    best = max(left, key=lambda probe: fit[probe.id], default=None)
    return best, best is not None and fit[best.id] > 0


def _volunteered(interview: Interview, company: Company) -> Fact | None:
    """Something the company tells of itself: what fits the candidate's words, the problem before all."""
    told = interview.told
    left = [fact for fact in company.facts if fact.reveal is Reveal.VOLUNTEERED and fact.id not in told]
    said = gist(_said_by_candidate(interview))
    first = (Topic.PROBLEM, Topic.ENTRY, Topic.CULTURE, Topic.GROWTH, Topic.DAY, Topic.TEAM)

    def fit(fact: Fact) -> float:
        place = first.index(fact.topic) if fact.topic in first else 6
        return len(gist(fact.text + " " + " ".join(fact.keywords)) & said) - 0.5 * place

    return max(left, key=fit, default=None)


def _knower(plan: Plan, company: Company) -> str:
    """The colleague whose remit is closest to the question."""
    if not company.people:
        return "a colleague"
    asked = gist(" ".join(plan.questions))
    topics = set(plan.topics or topics_of(" ".join(plan.questions)))

    def fit(person: str) -> int:
        return 2 * len(gist(person) & asked) + len(set(topics_of(person)) & topics)

    best = max(company.people, key=fit)
    return best if fit(best) else company.people[plan.turn % len(company.people)]


def _named_before(knower: str, interview: Interview) -> str:
    """The name alone of somebody who was introduced already."""
    name = knower.split(",")[0]
    return name if name in _said(interview) else knower


def _lines_of_candidate(interview: Interview) -> tuple[Line, ...]:
    return tuple(line for line in interview.lines if line.speaker is Speaker.CANDIDATE)


def _said_by_candidate(interview: Interview) -> str:
    return " ".join(line.text for line in _lines_of_candidate(interview)[-3:])


def _said(interview: Interview) -> str:
    return " ".join(line.text for line in interview.lines if line.speaker is Speaker.COMPANY)


def _last_question(interview: Interview) -> str:
    last = interview.last(Speaker.COMPANY)
    return last.text if last is not None and "?" in last.text else ""


def _turns_since_asked(interview: Interview) -> int:
    """How many of the candidate's messages, this one included, held no question since they have the lead."""
    count = 1
    for line in reversed(_lines_of_candidate(interview)):
        if line.phase not in LEADS or Act.ASKED in line.acts:
            break
        count += 1
    return count


def _turns_since_coach(interview: Interview) -> int:
    last = max(
        (line.turn for line in interview.lines if line.speaker is Speaker.COACH and line.turn), default=-9
    )
    return interview.turn + 1 - last
