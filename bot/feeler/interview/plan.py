"""The plan for one turn, made without a model: what the candidate did, and the one job that follows from it."""

from dataclasses import dataclass
from enum import StrEnum

from feeler.interview.acts import Act
from feeler.interview.phases import phase_at
from feeler.interview.values import Interview, Phase
from feeler.personas.values import Company, Fact, Persona, Probe, Topic


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
    probe: Probe | None = None
    hook: str = ""  # a few of the candidate's own words to pick up
    coach: str = ""  # key of the practice partner's line; empty: it says nothing
    offers: tuple[Topic, ...] = ()  # untouched topics, for the invitation and the reply keyboard


def make_plan(interview: Interview, persona: Persona, company: Company, text: str) -> Plan:
    """The plan for answering `text`, which is not yet a line of `interview`."""
    turn = interview.turn + 1
    return Plan(
        turn=turn,
        phase=phase_at(turn, interview.budget),
        acts=(Act.TOLD,),
        job=Job.ASK,
        asking=Asking.ONE,
        probe=persona.probes[0] if persona.probes else None,
    )
