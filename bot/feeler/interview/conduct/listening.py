"""Checks: the line answers what was asked, touches what was said, and asks as the plan wants it."""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.interview.acts import Act
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Asking, Job
from feeler.interview.questions import own_questions
from feeler.interview.topics import SYNONYM
from feeler.interview.words import content, numbers, sentences, words
from feeler.personas.values import Fact

HONEST = re.compile(
    r"\b(?:don't|do not|can't|cannot|couldn't|could not|wouldn't|would not|not able to) (?:really |honestly |actually |quite )?(?:know|tell|say|answer|speak)\b|\bnot sure\b|\bno idea\b|\bnot (?:something|a thing) (?:i|that i) (?:know|can)\b|\bno (?:data|figures?|numbers?|answer)\b|\b(?:don't|do not) have (?:that|the|an) (?:exact )?(?:answer|number|figure)\b|\bbeyond (?:me|what i)|\boutside (?:my|of my)\b|\bnot my (?:field|area|desk|department|corner)\b|\byou(?:'ve)? (?:caught|got) me\b|\bask me\b.*\bnot\b|\bi (?:have|got) no\b",
    re.IGNORECASE,
)  # fmt: skip
NOT = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|without|hardly|neither|nor|cannot|few|less)\b|n't\b|n’t\b",
    re.IGNORECASE,
)
INVITES = re.compile(
    r"\b(?:want|like|need|wish|have) to (?:know|ask|hear|learn|find out|understand|see)\b|\bask (?:me|us|away|about|on)\b|\byour (?:turn|questions?)\b|\bcurious about\b|\b(?:know|hear|learn|ask) about (?:us|our|the|me|this|it)\b|\bquestions? (?:for|to|about) (?:me|us)\b",
    re.IGNORECASE,
)  # fmt: skip
OWN_WISH = re.compile(r"^\W*(?:and |so )?i(?:'d|’d| would)? (?:really )?(?:love|like|want)\b", re.IGNORECASE)
POINTS_BACK = re.compile(r"\b(?:it|that|this|those|them|there|then)\b", re.IGNORECASE)
NAMES = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")  # of people
CLOSES = re.compile(
    r"\b(?:promis\w*|vacan\w*|second (?:talk|time|one|meeting)|talk (?:again|on)|(?:next|first) step|come by|pretend"
    r"|no (?:job|role|place|position|offer)|both (?:sides|decide|think)|to meet|nothing(?: at all)? is)\b",
    re.IGNORECASE,
)
RECITED = 8  # words in a row
TOLD = 0.6  # of a fact's stems
TELLS = (Job.ANSWER, Job.NEAR, Job.UNKNOWN, Job.WITHHOLD, Job.PERSONAL)
LISTENS = (Job.ASK, Job.PUSH, Job.TELL, Job.HAND_OVER)
PLAIN = frozenset("do make work job company talk people thing day time year".split())  # noqa: SIM905


def answers(text: str, situation: Situation) -> str:
    """A question that the dossier covers gets the fact; one that it does not gets an honest word and a name."""
    plan = situation.plan
    missing = next((fact for fact in plan.facts if not tells(text, fact)), None)
    if missing:
        return f"does not tell the fact {missing.id!r}"
    if plan.job is Job.PERSONAL and plan.note and coverage(text, plan.note) < 0.4:
        return "does not answer from what this person knows"
    if plan.job is Job.HAND_OVER and not any(
        INVITES.search(sentence) and not OWN_WISH.match(sentence) for sentence in sentences(text)
    ):
        return "does not hand over"
    if plan.job is Job.CLOSE and not CLOSES.search(text):
        return "does not say what could come of it"
    if plan.job is Job.NEAR and not HONEST.search(text):
        return "does not say that it is not known exactly"
    if plan.job is Job.UNKNOWN:
        if not HONEST.search(text):
            return "does not say honestly that it is not known"
        names = re.findall(r"[A-Z]\w+", plan.knower.split(",")[0])
        if names and not any(name in text for name in names):
            return "does not say who would know"
    return ""


def coverage(text: str, told: str) -> float:
    """The share of the stems of `told` that are in `text`, synonyms counted as the same."""
    want = {SYNONYM.get(one, one) for one in content(told)}
    have = {SYNONYM.get(one, one) for one in content(text)}
    return len(want & have) / len(want) if want else 1.0


def tells(text: str, fact: Fact) -> bool:
    """Whether `text` says what `fact` says: enough of its words, a number and a name if it has any, its "not"."""
    figures = numbers(fact.text)
    if figures and not figures & numbers(text):
        return False
    if NOT.search(fact.text) and not NOT.search(text):
        return False
    people = NAMES.findall(fact.text)
    if people and not any(name in text for pair in people for name in pair.split()):
        return False
    return coverage(text, fact.text) >= TOLD


def asks_as_planned(text: str, situation: Situation) -> str:
    """At most one question; exactly one while the company is probing; none where the plan wants none."""
    asked = max(len(own_questions(text)), text.count("?"))
    asking = situation.plan.asking
    if asked > 1:
        return f"asks {asked} questions"
    if asking is Asking.ONE and asked == 0:
        return "asks nothing"
    if asking is Asking.NONE and asked:
        return "asks where it should not"
    return ""


def touches(text: str, situation: Situation) -> str:
    """Something of what the candidate just said is in the line."""
    plan = situation.plan
    if plan.job not in LISTENS or plan.job is Job.TELL or not plan.hook:
        return ""
    theirs = {SYNONYM.get(one, one) for one in content(situation.heard)} - PLAIN
    if len(theirs) < 3 or theirs & {SYNONYM.get(one, one) for one in content(text)}:
        return ""
    if plan.question and not plan.probe and any(POINTS_BACK.search(asked) for asked in own_questions(text)):
        return ""
    return "touches nothing that the candidate said"


def no_parrot(text: str, situation: Situation) -> str:
    """Picking up a few words is not reciting: no longer sentence is the candidate's own, word for word.

    Nor is a short one that was said to the company's person: "you" would be the wrong one.
    """
    heard = " / ".join(" ".join(words(line.replace("’", "'"))) for line in situation.candidate_lines)
    for sentence in sentences(text):
        said = words(sentence)
        if re.search(r"[\"“]", sentence):
            continue
        to_them = bool({"you", "your", "you're", "you've", "you'd"} & set(said))
        longest = 3 if to_them else RECITED
        whole = len(said) > longest and " ".join(said) in heard and "?" not in sentence
        runs = (" ".join(said[at : at + RECITED]) for at in range(len(said) - RECITED + 1))
        if whole or (not to_them and any(run in heard for run in runs)):
            return f"recites the candidate: {sentence[:40]!r}"
    return ""


def no_repeat(text: str, situation: Situation) -> str:
    """Never a question or a sentence of its own again, in the same words or nearly."""
    retold = situation.plan.job is Job.REPHRASE or any(
        fact.id in situation.interview.told for fact in situation.plan.facts
    )
    before = [sentence for line in situation.own_lines for sentence in sentences(line)]
    seen: list[str] = []
    knower = situation.plan.knower.split(",")[0]
    for sentence in sentences(text):
        new = words(sentence) not in map(words, before)
        if situation.plan.job is Job.REPHRASE and Act.CLARIFY not in situation.plan.acts and "?" in sentence:
            continue  # a greeting left the question open
        if new and ((knower and knower in sentence) or situation.plan.job is Job.CLOSE):
            continue  # there is no other way to say who would know, and at the end one looks back
        for old in (*before, *seen):
            if _same(sentence, old, question="?" in sentence and "?" in old and not retold):
                if retold and old not in seen and words(sentence) != words(old):
                    continue
                if retold and any(coverage(fact.text, sentence) > 0.8 for fact in situation.plan.facts):
                    continue
                return f"says again: {sentence[:60]!r}"
        seen.append(sentence)
    return ""


def _same(one: str, other: str, *, question: bool) -> bool:
    if len(words(one)) >= 3 and words(one) == words(other):
        return True
    left, right = frozenset(content(one)), frozenset(content(other))
    if min(len(left), len(right)) < (3 if question else 4):
        return False
    return len(left & right) / len(left | right) >= (0.6 if question else 0.75)
