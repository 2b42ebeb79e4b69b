"""Checks: nothing is invented, promised or let out."""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Job
from feeler.interview.words import FAMILIAR, content, numbers, sentences
from feeler.personas.values import Reveal

NAME = re.compile(r"(?<![.!?…:\"“”'’]\s)(?<![.!?…\"“”\n])(?<=\S\s)\b([A-Z][\w’'-]+)")
FREE_NAMES = frozenset(
    "i i'm i've i'd i'll monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december english christmas easter ok hr it ai cv mr mrs ms dr god".split()  # noqa: SIM905
)
HIRES = re.compile(
    r"\byou(?:'re| are) (?:hired|in\b|on the team)|\b(?:the|this|a) (?:job|position|place|role) is yours\b|\byou(?:'ve| have)? (?:got|have) the (?:job|position|role)\b|\bwelcome (?:aboard|to the (?:team|company|family))\b|\b(?:we|i)(?:'ll| will|'re going to| are going to| can| could)? (?:hire|employ) you\b|\b(?:we|i)(?:'ll| will| can| could|'d like to| would like to|'re happy to| want to) (?:offer|give) you (?:a|the|this|an)(?: \w+)? (?:job|position|role|contract|place|offer)\b|\byou (?:can|will|could|may) start (?:with us |here )?(?:on|next|tomorrow|in|as soon|right away|immediately)\b|\bi (?:guarantee|promise)\b|\bwe(?:'d| would) love to have you (?:on|join|as|here|in)\b|\bconsider yourself\b|\b(?:we|i)(?:'ll| will) (?:create|make) (?:a|the) (?:job|position|role|place) for you\b|\byou(?:'d| would| will|'ll) (?:definitely|certainly|surely) (?:get|have|be hired)\b",
    re.IGNORECASE,
)  # fmt: skip
PROMISE = re.compile(
    r"\b(?:i|we)(?:'ll| will|'m going to| am going to|'re going to| shall) (?:personally |also |then |certainly |definitely )?(?:send|call|email|e-mail|mail|write|phone|contact|introduce|arrange|schedule|set up|organi[sz]e|invite|connect|forward|follow up|get back|keep you|put you|make sure|ensure|recommend you|refer|help you|show you|give you|let you know|teach|train|pay|ask)\b"
    r"|\b(?:let(?:'s| us) meet|(?:see|meet) you|come) (?:tomorrow|again tomorrow|on monday|next week)\b",
    re.IGNORECASE,
)
TAKES_ON = re.compile(  # a job, or as good as one, in what is no offer
    r"\b(?:give|offer|get) you (?:a|the|that|this|one) (?:chance|job|try|place|position|role|contract|start)\b"
    r"|\byou(?:'d| would|'ll| will)? (?:surely |certainly |definitely )?(?:have|stand) (?:a|every) (?:\w+ )?chance\b"
    r"|\b(?:hire|employ|take you on|have you (?:here|start|on board|join))\b|\byou(?:'re| are) hired\b"
    r"|\byou (?:can|could|may|will) start (?:here|on|next|tomorrow|with us)\b|\blet(?:'s| us) start (?:tomorrow|on|next)\b|\bwelcome (?:aboard|to the team)\b",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(?:not?|never|cannot|nothing)\b|n['’]t\b", re.IGNORECASE)
ABOUT_US = re.compile(r"\b(?:we|our|us|ours|we're|we've|the company|the team|here)\b", re.IGNORECASE)
SPECULATES = re.compile(r"\b(?:you|your|yours|you're|you've)\b", re.IGNORECASE)
ONESELF = re.compile(r"\b(?:i|i'll|i'd|i've|i'm|my|myself)\b", re.IGNORECASE)
GUESSES = re.compile(
    r"\b(?:must|may|might|could|would|probably|perhaps|suppose|imagine|guess|sounds?)\b", re.IGNORECASE
)
LEAK = 0.7


def no_invented_number(text: str, situation: Situation) -> str:
    """Every number is in the facts, the persona or the talk."""
    made_up = set(numbers(text) - situation.known_numbers)
    made_up -= {"2", "3"} if not re.search(r"\d", text) else set()  # "two or three" is a way of speaking
    return f"number out of nowhere: {', '.join(sorted(made_up))}" if made_up else ""


def no_invented_name(text: str, situation: Situation) -> str:
    """Every name in mid-sentence is in the facts, the persona or the talk."""
    known = situation.known_words
    for match in NAME.finditer(text):
        name = re.sub(r"['’]s?$", "", match.group(1).lower().replace("’", "'"))
        if name not in FREE_NAMES and name not in known and not set(name.split("-")) <= known:
            return f"name out of nowhere: {match.group(1)!r}"
    return ""


def no_invented_claim(text: str, situation: Situation) -> str:
    """What the line says of the company, beyond the facts, is nothing new."""
    for sentence in sentences(text):
        if "?" in sentence or not ABOUT_US.search(sentence):
            continue
        stems = [one for one in content(sentence) if len(one) > 2 and one not in FAMILIAR]
        new = [one for one in stems if one not in situation.known]
        if len(new) >= 3 and len(new) >= 0.4 * len(stems):
            return f"claim out of nowhere: {sentence[:60]!r}"
    return ""


def nothing_put_into_their_mouth(text: str, situation: Situation) -> str:
    """What the line says about the candidate is theirs: they said it, now or before."""
    if situation.plan.job not in (Job.ASK, Job.PUSH):
        return ""
    for sentence in sentences(text):
        if "?" in sentence or GUESSES.search(sentence) or not SPECULATES.search(sentence):
            continue
        stems = frozenset(one for one in content(sentence) if one.isalpha() and one not in FAMILIAR)
        new = stems - situation.known
        if len(new) >= 3 and len(new) * 2 >= len(stems):
            return f"said by nobody: {sentence[:60]!r}"
    return ""


def not_turned_round(text: str, situation: Situation) -> str:
    """A fact that advises the candidate, or speaks for the house, is not told as what "I" do."""
    facts = " ".join(fact.text for fact in situation.plan.facts)
    if not facts or ONESELF.search(f"{facts} {situation.plan.note}"):
        return ""
    told = frozenset(content(facts))
    for sentence in sentences(text):
        said = frozenset(content(sentence))
        if "?" not in sentence and ONESELF.search(sentence) and len(said & told) * 2 > len(said) + 1:
            return f"tells the fact as its own doing: {sentence[:60]!r}"
    return ""


def no_promise(text: str, situation: Situation) -> str:
    """No job is promised, and nothing that nobody planned."""
    found = HIRES.search(text)
    if found:
        return f"promises a job: {found.group()!r}"
    for sentence in sentences(text):
        taken = TAKES_ON.search(sentence)
        if taken and not DENIES.search(sentence) and "?" not in sentence:
            return f"promises: {taken.group()!r}"
    found = PROMISE.search(text)
    if found and found.group().lower() not in situation.sources.lower():
        return f"promises: {found.group()!r}"
    return ""


def no_leak(text: str, situation: Situation) -> str:
    """What must never get out, and what nobody asked for yet, stays inside."""
    have = frozenset(content(text))
    free = situation.known
    for fact in situation.company.facts:
        if fact.reveal is not Reveal.NEVER:
            continue
        secret = frozenset(content(fact.text))
        own = secret - free
        if len(secret & have) >= LEAK * len(secret) and (not own or own & have):
            return f"lets out {fact.id!r}"
    return ""
