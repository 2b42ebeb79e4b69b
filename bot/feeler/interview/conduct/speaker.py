"""Checks: the line is spoken by the company's person, to the candidate, and by nobody and nothing else."""

# ruff: noqa: E501  (patterns read better on one line)

import re
from itertools import pairwise

from feeler.interview.conduct.listening import LISTENS
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Job
from feeler.interview.words import FAMILIAR, content, sentences, words

STAGE = re.compile(
    r"\*[^*]{1,80}\*|[\[\]{}<>|#`_]|\((?:[a-z ]*)(?:smil|laugh|nod|paus|lean|sigh|chuckl|think|look|grin|shrug)[^)]*\)|^\s*[-•]\s|\d\.\s+\w+.*\n\s*\d\.",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"(?:^|\n)\s*(?:candidate|interviewer|you|user|assistant|system|human|coach|me|[A-Z][\w.&-]+(?: [A-Z][\w.&-]+){0,2})\s*:(?!\d)",
    re.IGNORECASE,
)
THIRD = re.compile(
    r"\b(?:the|this|that|our|a|every) (?:candidate|applicant|interviewee)s?\b|\b(?:candidate|applicant|interviewee)'s\b|\bthis person's (?:background|experience|skills)\b|\b(?:his|her|their) (?:background|experience|skills|strengths|cv|resume|interview)\b",
    re.IGNORECASE,
)
PROMPT_WORDS = re.compile(
    r"\b(?:dossier|prompt|system message|language model|role-?play\w*|in character|my persona|persona|the (?:given |provided |above )?(?:fact|instruction|note|script|context|text)s?(?: above| below| provided| given| in brackets)?(?= (?:is|are|says?|above|below|provided|given|in brackets)\b)|brackets?|placeholder|token limit|max(?:imum)? \d+ words|(?:one|exactly one|two|three) (?:short )?(?:question|sentence)s? (?:about|only))\b",
    re.IGNORECASE,
)
ASSISTANT = re.compile(
    r"\bas an? (?:ai|artificial|assistant|language|virtual|chatbot)\b|\bi(?:'m| am) (?:just |only )?(?:an? )?(?:ai|assistant|virtual|chatbot|bot|language model|computer program)\b|\bhow (?:can|may) i (?:help|assist)\b|\bfeel free to\b|\bhere to (?:help|assist)\b|\b(?:please )?let me know if\b|\bhope (?:this|that) helps\b"
    r"|^\W*(?:certainly|absolutely|of course|great question|good question|excellent question|sure thing|sure)[!,.]|\b(?:that's|that is|what) an? (?:great|excellent|good|fantastic|interesting|very good) question\b|\bhappy to (?:help|assist|answer|provide)\b|\banything else (?:i can|you(?:'d| would) like)\b"
    r"|\bthank you for (?:sharing|providing|reaching out|your (?:interest|question|message|input|inquiry))\b|\bi (?:completely |totally |fully )?understand your (?:concern|frustration|question|situation)|\bi(?:'m| am) sorry,? but i\b|\bi apologi[sz]e\b|\bi (?:really )?appreciate your (?:interest|question|honesty|feedback|understanding|time)\b|\bit(?:'s| is) (?:important|essential|crucial) to (?:note|remember|understand)\b|\bprovide (?:you with )?(?:more |further |any )?(?:information|assistance|details)\b|\bcan't assist\b|\bas (?:a|an) (?:interviewer|hiring manager)\b|\bi don't have (?:access|personal|the ability|feelings)\b",
    re.IGNORECASE,
)  # fmt: skip
I_WAS = re.compile(
    r"\b(?:i (?:\w+ly )?(?:am|was|were|have|had|did|do|can|could|know|knew|spent|worked|ran|drove|taught|cooked|sold|left|started|began|led|managed|built|learned|used|got|made|kept|went|took|\w+ed)|i'm|i've|my)\b",
    re.IGNORECASE,
)
AS_ME = re.compile(
    r"^\W*(?:(?:and|so|right|but)\W+)?(?:my|(?:did|do|was|am|what did|how did) i)\b", re.IGNORECASE
)
SAID_BY_ALL = frozenset(["i see", "i like", "i know", "i think", "i can", "i hear", "tell me", "and i"])
I_DID = re.compile(
    r"^\W*(?:(?:and|so|right|but|then|once)\W+)?i (?:\w+ly )?(?:was|had|did|spent|ran|drove|taught|sold|left|began|led|built|got|made|kept|went|took|sat|stood|brought|told|found|saw|put|gave|said|held|caught|chose|wrote|felt|knew|came|sent|met|lost|won|\w+ed)\b",
    re.IGNORECASE,
)
TO_YOU = re.compile(r"\b(?:you|your|you're|you've|yours|yourself)\b", re.IGNORECASE)
QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")


def stage_directions(text: str, situation: Situation) -> str:
    """No gestures, brackets, lists or markup: it is a chat."""
    found = STAGE.search(text)
    return f"stage direction or markup: {found.group()[:30]!r}" if found else ""


def one_voice(text: str, situation: Situation) -> str:
    """No speaker's label, so nobody else's part is spoken."""
    found = LABEL.search(text)
    return f"speaks under a label: {found.group().strip()!r}" if found else ""


def not_the_candidate(text: str, situation: Situation) -> str:
    """The company's person does not tell the candidate's story as their own."""
    heard = " ".join(words(situation.heard))
    theirs = frozenset(content(" ".join(situation.candidate_lines))) - situation.own_stems
    for sentence in sentences(text):
        if _first_person_run(sentence, heard):
            return f"speaks the candidate's part: {sentence[:60]!r}"
        bare = QUOTED.sub(" ", sentence)
        if "?" in bare and (AS_ME.match(bare) or I_DID.match(bare)):
            return f"asks as if it were the candidate: {sentence[:60]!r}"
        if _keeps_their_i(bare, heard, situation):
            return f"says the candidate's words back as its own: {sentence[:60]!r}"
        if "?" not in bare and _own_story(bare, situation):
            return f"tells a story of its own that it never had: {sentence[:60]!r}"
        if "?" in bare or TO_YOU.search(bare) or not I_WAS.search(bare):
            continue
        if frozenset(content(bare)) & theirs:
            return f"speaks the candidate's part: {sentence[:60]!r}"
    return ""


def _keeps_their_i(sentence: str, heard: str, situation: Situation) -> bool:
    """Whether two words on end, an "I" or "me" among them, are still the candidate's: "they thanked me"."""
    if situation.plan.job not in (*LISTENS, Job.STEADY, Job.CLOSE, Job.GOODBYE):
        return False
    said = words(sentence)
    pairs = {
        f" {one} {other} "
        for one, other in pairwise(said)
        if {one, other} & {"me", "my", "i", "i'm", "i've", "i'll", "i'd"}
    }
    return any(pair in f" {heard} " and pair.strip() not in SAID_BY_ALL for pair in pairs)


def _own_story(sentence: str, situation: Situation) -> bool:
    """While it listens, the company's person tells of themselves only what they know of themselves."""
    if situation.plan.job not in (Job.ASK, Job.PUSH) or not I_DID.match(sentence):
        return False
    stems = frozenset(content(sentence))
    return len(stems) >= 2 and len(stems - situation.own_stems) * 2 >= len(stems)


def _first_person_run(sentence: str, heard: str) -> bool:
    """Whether five words on end, an "I" or "my" among them, are the candidate's and not quoted as theirs."""
    said = words(QUOTED.sub(" ", sentence))
    runs = (said[place : place + 5] for place in range(len(said) - 4))
    return any({"i", "my", "i'm", "i've", "i'd", "me"} & set(run) and " ".join(run) in heard for run in runs)


def to_their_face(text: str, situation: Situation) -> str:
    """The candidate is "you", never "the candidate", "he" or "she"."""
    found = THIRD.search(text)
    name = situation.interview.candidate.name.split()[:1]
    if not found and name:
        found = re.search(
            rf"\b{re.escape(name[0])} (?:is|was|has|had|did|does|will|would|seems|wants|said)\b", text
        )
    return f"speaks about the candidate: {found.group()!r}" if found else ""


def no_prompt_words(text: str, situation: Situation) -> str:
    """Nothing that shows the machinery, the prompt's "You are" with the persona's name before all."""
    found = PROMPT_WORDS.search(text) or re.search(
        rf"\byou(?:'re| are) {re.escape(situation.persona.name.split()[0])}\b", text, re.IGNORECASE
    )
    return f"shows the machinery: {found.group()!r}" if found else ""


def no_assistant(text: str, situation: Situation) -> str:
    """A person of a company does not talk like a help desk."""
    found = ASSISTANT.search(text)
    return f"talks like an assistant: {found.group()!r}" if found else ""


def own_words(text: str, situation: Situation) -> str:
    """The examples of the persona's way of speaking are not recited, nor is the opening line."""
    generic = (
        "not known",
        "hand over",
        "deflect",
        "steady",
        "close",
        "goodbye",
    )  # such lines are the persona's own
    shown = [example.persona for example in situation.persona.examples if example.job not in generic]
    said = words(text)
    runs = {said[place : place + 6] for place in range(len(said) - 5)}
    facts = {run for fact in situation.plan.facts for run in _runs(fact.text)} | set(
        _runs(situation.plan.note)
    )
    for line in shown:
        if set(_runs(line)) & runs - facts:
            return f"recites an example: {line[:40]!r}"
    if situation.plan.job in (Job.CLOSE, Job.GOODBYE, Job.STEADY, *LISTENS):
        theirs = frozenset(content(" ".join(example.candidate for example in situation.persona.examples)))
        strange = (theirs & frozenset(content(text))) - situation.known - FAMILIAR
        if strange:
            return f"takes up what somebody else told: {', '.join(sorted(strange))}"
    return ""


def _runs(text: str) -> list[tuple[str, ...]]:
    said = words(text)
    return [said[place : place + 6] for place in range(len(said) - 5)]
