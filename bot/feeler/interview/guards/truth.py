"""Guards: nothing is invented, promised or let out."""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.interview.plan import UNKNOWNS, Job
from feeler.interview.scene import Scene
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
VERDICT = re.compile(
    r"\W*(?:yes|no|not|mostly|sometimes|never|always|(?:they|we|you|it|he|she) (?:do|does|did|are|is|can|could|would|will)(?:n't| not)?[.,])",
    re.IGNORECASE,
)
LEAK = 0.7  # of a secret's words
NEW = 2  # words of meaning that an answer may have beside its fact and the question
NOT_KNOWN = 6  # and where it has to say, in some way, that something is not known


def no_invented_number(text: str, scene: Scene) -> str:
    """Every number is in the facts, the persona or the talk."""
    made_up = set(numbers(text) - scene.known_numbers)
    made_up -= {"2", "3"} if not re.search(r"\d", text) else set()  # "two or three" is a way of speaking
    return f"number out of nowhere: {', '.join(sorted(made_up))}" if made_up else ""


def no_invented_name(text: str, scene: Scene) -> str:
    """Every name in mid-sentence is in the facts, the persona or the talk."""
    known = scene.known_words
    for match in NAME.finditer(text):
        name = re.sub(r"['’]s?$", "", match.group(1).lower().replace("’", "'"))
        if name not in FREE_NAMES and name not in known and not set(name.split("-")) <= known:
            return f"name out of nowhere: {match.group(1)!r}"
    return ""


def nothing_beside_the_fact(text: str, scene: Scene) -> str:
    """An answer says what its fact says, and no more: a small model would go on from there."""
    plan = scene.plan
    if plan.job not in (Job.TELL, Job.NEAR, Job.MINE, *UNKNOWNS):
        return ""
    told = " ".join([*(fact.text for fact in plan.facts), plan.note, plan.knower, scene.heard])
    free = frozenset(content(told)) | FAMILIAR | scene.said_last
    new = [one for one in content(text) if one not in free]
    most = NEW if plan.job in (Job.TELL, Job.MINE) else NOT_KNOWN
    return f"goes beyond the fact: {', '.join(new[:4])}" if len(new) > most else ""


def keeps_the_fact(text: str, scene: Scene) -> str:
    """An answer has its fact's numbers and names, and no yes or no that the fact does not say."""
    if scene.plan.job is not Job.TELL:
        return ""
    told = " ".join(fact.text for fact in scene.plan.facts)
    lost = numbers(told) - numbers(text)
    if lost:
        return f"leaves out {', '.join(sorted(lost))}"
    if names := [one for one in NAME.findall(told) if one not in text]:
        return f"leaves out {names[0]!r}"
    verdict = VERDICT.match(text)
    return f"says more than the fact: {verdict.group()!r}" if verdict and not VERDICT.match(told) else ""


def no_promise(text: str, scene: Scene) -> str:
    """No job is promised, and nothing that nobody planned."""
    found = HIRES.search(text)
    if found:
        return f"promises a job: {found.group()!r}"
    for sentence in sentences(text):
        taken = TAKES_ON.search(sentence)
        if taken and not DENIES.search(sentence) and "?" not in sentence:
            return f"promises: {taken.group()!r}"
    found = PROMISE.search(text)
    if found and found.group().lower() not in scene.sources.lower():
        return f"promises: {found.group()!r}"
    return ""


def no_leak(text: str, scene: Scene) -> str:
    """What must never get out, and what nobody asked for yet, stays inside."""
    have = frozenset(content(text))
    free = scene.known
    for fact in scene.company.facts:
        if fact.reveal is not Reveal.NEVER:
            continue
        secret = frozenset(content(fact.text))
        own = secret - free
        if len(secret & have) >= LEAK * len(secret) and (not own or own & have):
            return f"lets out {fact.id!r}"
    return ""
