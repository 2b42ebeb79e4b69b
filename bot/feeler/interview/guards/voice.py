"""Guards: one person of the company speaks, to the candidate, about the candidate's life and not as if it were theirs."""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.interview.plan import Job
from feeler.interview.scene import Scene
from feeler.interview.words import words
from feeler.personas.gestures import gesture_in

STAGE = re.compile(
    r"\*[^*]{1,80}\*|[\[\]{}<>|#`_]|^\s*[-•]\s|\d\.\s+\w+.*\n\s*\d\.",
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
MINE = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|me|my|mine|we|us|our)\b", re.IGNORECASE)
QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")


def stage_directions(text: str, scene: Scene) -> str:
    """No gestures, brackets, lists or markup: it is a chat."""
    found = STAGE.search(text)
    shown = found.group() if found else gesture_in(text, scene.persona.name)
    return f"stage direction or markup: {shown[:30]!r}" if shown else ""


def one_voice(text: str, scene: Scene) -> str:
    """No speaker's label, so nobody else's part is spoken."""
    found = LABEL.search(text)
    return f"speaks under a label: {found.group().strip()!r}" if found else ""


def whose_life(text: str, scene: Scene) -> str:
    """While it listens, the company's person tells nothing of "I" and "we": what was told is the candidate's life.

    Nor does any line hold five words of the candidate's with an "I" among them as if they were its own.
    """
    bare = QUOTED.sub(" ", text.replace("’", "'"))
    if scene.plan.job in (Job.ASK, Job.PUSH) and (found := MINE.search(bare)):
        return f"speaks of itself while it listens: {found.group()!r}"
    said, heard = words(bare), " ".join(words(scene.heard))
    runs = (said[at : at + 5] for at in range(len(said) - 4))
    own = {"i", "my", "i'm", "i've", "i'd", "me"}
    if any(own & set(run) and " ".join(run) in heard for run in runs):
        return "speaks the candidate's part"
    return ""


def to_their_face(text: str, scene: Scene) -> str:
    """The candidate is "you", never "the candidate", "he" or "she"."""
    found = THIRD.search(text)
    name = scene.interview.candidate.name.split()[:1]
    if not found and name:
        found = re.search(
            rf"\b{re.escape(name[0])} (?:is|was|has|had|did|does|will|would|seems|wants|said)\b", text
        )
    return f"speaks about the candidate: {found.group()!r}" if found else ""


def no_prompt_words(text: str, scene: Scene) -> str:
    """Nothing that shows the machinery, the prompt's "You are" with the persona's name before all."""
    found = PROMPT_WORDS.search(text) or re.search(
        rf"\byou(?:'re| are) {re.escape(scene.persona.name.split()[0])}\b", text, re.IGNORECASE
    )
    return f"shows the machinery: {found.group()!r}" if found else ""


def no_assistant(text: str, scene: Scene) -> str:
    """A person of a company does not talk like a help desk."""
    found = ASSISTANT.search(text)
    return f"talks like an assistant: {found.group()!r}" if found else ""
