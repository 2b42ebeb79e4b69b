"""The candidate's own words that the company's line picks up: the part of a message that says the most."""

# ruff: noqa: E501, SIM905  (word lists and patterns read better on one line)

import re

from feeler.interview.questions import questions_in
from feeler.interview.words import FUNCTION_WORDS, content, numbers, sentences, words

CLAUSE = re.compile(
    r"[,;:–—()]\s*|\s+-\s+|\b(?:and then|but|because|so that|which|although|while|where|and (?=(?:i|we)\b))\b\s*",
    re.IGNORECASE,
)
LEADS_IN = re.compile(
    r"^\W*(?:(?:and|so|then|well|also|or|that|i mean|you know|let's say|let us say|actually|basically|to be honest|honestly|yes|no(?! idea)|um|uh|ok|okay)\W+)+(?!(?:is|was|are|were)\b)",
    re.IGNORECASE,
)
DULL = frozenset("thank job company talk hello interest opportun like work year peopl thing".split())
POLITE = re.compile(
    r"\b(?:english|sorry|thanks?|thank you|appreciate|hope you|excuse|please)\b", re.IGNORECASE
)
LONGEST = 11  # words
LONGEST_DEED = 13  # words


def hook_of(text: str) -> str:
    """A few words of `text`, verbatim, worth reacting to; empty where it tells nothing."""
    best, most = "", 0.9
    for sentence in sentences(text):
        if questions_in(sentence):
            continue
        for clause in _clauses(sentence):
            worth = _worth(clause)
            if worth > most and not DENIED.search(clause) and not PRIVATE.search(clause):
                best, most = clause, worth
    return best


def _clauses(sentence: str) -> list[str]:
    parts = [LEADS_IN.sub("", part).strip(" .!?…\"'“”") for part in CLAUSE.split(sentence)]
    return [_short(part) for part in parts if part]


def _short(clause: str) -> str:
    """At most LONGEST words, not ending on a word that wants another."""
    kept = clause.split()
    if len(kept) > LONGEST:
        kept = kept[:LONGEST]
        while len(kept) > 3 and (kept[-1].lower() in FUNCTION_WORDS or numbers(kept[-1])):
            kept.pop()
    return " ".join(kept)


def _worth(clause: str) -> float:
    if POLITE.search(clause) or (FIRST_PERSON.match(clause) and ADDRESSED.search(clause)):
        return 0.0
    stems = [one for one in content(clause) if one not in DULL]
    count = len(words(clause))
    return (
        len(set(stems))
        + 0.7 * bool(numbers(clause))
        - (1.0 if count < 3 else 0.0)
        - (0.5 if count >= LONGEST else 0.0)
    )


FIRST_PERSON = re.compile(r"^(?:i|we|my|our|i'm|im|i've|ive|i'd|we're|we've)\b", re.IGNORECASE)
HEDGES = re.compile(
    r"^(?:i (?:guess|think|suppose|believe|feel|reckon|would say)(?: that)?)\s+", re.IGNORECASE
)
TRAILS = re.compile(
    r"\s+(?:like (?:that|this)|then|there|too|as well|though|really|of course|at all|anyway|again|mostly)$",
    re.IGNORECASE,
)
NO_DEED = re.compile(
    r"^(?:i|we)(?:'m| am| was)? ?(?:do not|don't|dont|did not|didn't|didnt)? ?(?:know|remember|hope|wonder|sorry|not sure|glad|happy to)\b",
    re.IGNORECASE,
)
DENIED = re.compile(  # said back it would sting
    r"\b(?:not|no|nothing|hardly|(?:do|did|ca|wo|is|was|are|have|had|could|would)n['’]?t)\b", re.IGNORECASE
)
BLANK = re.compile(
    r"^(?:idk|dunno|fine|okay|ok|yes|yeah|yep|sure|maybe|nope|hm+|well|whatever|anything|everything)\b",
    re.IGNORECASE,
)
PRIVATE = re.compile(  # a company does not take up what it may not ask about
    r"\b(?:child(?:ren)?|kids?|baby|pregnan\w*|husband|wife|married|marriage|divorc\w*|widow\w*|church|mosque|faith|pray\w*"
    r"|ill(?:ness)?|sick|cancer|depress\w*|therapy|burn-?out|disab\w*|diabet\w*|years? old|retire\w*|pension\w*|arrest\w*|prison)\b",
    re.IGNORECASE,
)
ADDRESSED = re.compile(r"\b(?:you|your|yours|u|ur)\b", re.IGNORECASE)
WOULD = re.compile(
    r"\b(?:i|we)'d(?= (?:like|rather|prefer|love|want|say|be|do|go|have|never|still|also|cook|take|try|need)\b)",
    re.IGNORECASE,
)
SIGNS = re.compile(r"[^\w\s.,;:!?…'’\"“”()–—%€$£&/-]+")  # emoji and the like
HANGS = re.compile(  # begins in the middle of a sentence
    r"^(?:of|is|was|are|were|be|been|to|for|from|with|than|as|or|if|how|what|why|when|who|that|found|got|had|did|made|went|\w+ing|\w+ed)\b",
    re.IGNORECASE,
)
VAGUE = re.compile(
    r"^(?:it'?s|it is|that'?s|this is) (?:hard|difficult|not|complicated|a long)\b", re.IGNORECASE
)
OWN_TAIL = re.compile(  # "Crane driver me"
    r"(?<!at)(?<!to)(?<!for)(?<!with)(?<!on)(?<!by)(?<!from)(?<!of)(?<!ed)(?<!told)(?<!gave)(?<!made)(?<!let) (?:me|i|us|myself)$",
    re.IGNORECASE,
)
JOINT = re.compile(r"\s+(?:and|that|who|as|when|if|until|since|or|so|then)\s+", re.IGNORECASE)


def reflection_of(text: str) -> str:
    """One whole short clause of `text` said back to its speaker, with a capital and without a stop; or "".

    Reflecting is what listeners do (the "simple reflection" of motivational interviewing), and a small model that
    has to do it by itself recites the story as its own.
    """
    text = SIGNS.sub(" ", text)
    asked = questions_in(text)
    best, most = "", 0.9
    for sentence in sentences(text):
        if sentence in asked or sentence.lower().startswith("sorry"):
            continue
        for clause in _deeds(sentence):
            worth = (_worth(clause) or (0.1 if len(clause.split()) > 3 else -1.0)) + 1.5
            worth -= 1.0 if re.match(r"(?:my|our)\b", clause, re.IGNORECASE) else 0.0
            if worth > most:
                best, most = clause, worth
    said = " ".join(mirrored(best).split())
    return said[:1].upper() + said[1:]


def echo_of(text: str) -> str:
    """A message of a few bare words, to be said back as it is; or ""."""
    bare = " ".join(text.split()).rstrip(".! ")
    if not 0 < len(words(bare)) <= 4 or questions_in(text) or re.search(r"[^\w\s,'’-]", bare):
        return ""
    if (
        BLANK.match(bare)
        or ADDRESSED.search(bare)
        or DENIED.search(bare)
        or re.search(r"\b(?:i|me|my)\b", bare, re.IGNORECASE)
    ):
        return ""
    return bare[:1].upper() + bare[1:] if content(bare) else ""


def _others_deed(text: str, hook: str) -> str:
    """`hook` said back whole, where it is about others or things: "So he was angry twenty minutes"; or ""."""
    after = text[text.find(hook) + len(hook) :] if hook and hook in text else "x"
    whole = re.match(r"\s*(?:[.,;:!?–—()\n]|$|(?:but|because|so|which|although|while|where)\b)", after)
    if not whole or len(hook.split()) < 3 or FIRST_PERSON.match(hook) or HANGS.match(hook):
        return ""
    if _better_left(hook) or OWN_TAIL.search(hook) or VAGUE.match(hook):
        return ""
    named = hook[:1].isupper() and not re.search(rf"(?:^|[.!?…\n])\W*{re.escape(hook)}", text)
    return f"So {mirrored(hook if named else hook[:1].lower() + hook[1:])}"


def taken_up(text: str, hook: str) -> str:
    """A few bare words, or what others did, to be said back where there is no deed of theirs; or ""."""
    return echo_of(text) or _others_deed(text, hook)


def said_back(text: str, hook: str) -> str:
    """What can be said back of `text` by rule: a deed of theirs, or what else can be taken up; or ""."""
    return reflection_of(text) or taken_up(text, hook)


def _better_left(clause: str) -> bool:
    """Whether saying it back would sting, pry, or turn "you" round."""
    return any(pattern.search(clause) for pattern in (ADDRESSED, DENIED, PRIVATE))


def _deeds(sentence: str) -> list[str]:
    """Whole clauses in which the speaker says what they did or are, short enough to be said back."""
    found = []
    for part in CLAUSE.split(sentence):
        clause = TRAILS.sub("", HEDGES.sub("", LEADS_IN.sub("", part).strip(" .!?…\"'“”")))
        if len(clause.split()) > LONGEST_DEED:
            clause = JOINT.split(clause)[0].strip()
            if re.search(r"\b(?:between|both|either)\b", clause, re.IGNORECASE):
                continue  # what was cut off is its other half
        if (
            not FIRST_PERSON.match(clause)
            or NO_DEED.match(clause)
            or not 2 < len(clause.split()) <= LONGEST_DEED
        ):
            continue
        if _better_left(clause):
            continue
        if clause.split()[-1].lower() in FUNCTION_WORDS:
            clause = JOINT.split(clause)[0].strip()  # "I told the people who had waited why"
            if len(clause.split()) < 4 or clause.split()[-1].lower() in FUNCTION_WORDS:
                continue
        found.append(clause)
    return found


def mirrored(hook: str) -> str:
    """`hook` as the company would say it back: "I ran my own shop" -> "you ran your own shop"."""
    return re.sub(
        r"\b(?:i'm|im|i am|i was|i wasn't|i wasnt|i've|ive|i have|i'd|we'd|i|me|my|mine|myself|we're|we were|we|our|ours|us)\b",
        _turn_round,
        WOULD.sub("you'd", hook.replace("’", "'")),
        flags=re.IGNORECASE,
    )


def _turn_round(match: re.Match[str]) -> str:
    return {
        "i'm": "you're", "im": "you're", "i am": "you are", "i was": "you were", "i wasn't": "you weren't",
        "i wasnt": "you weren't", "i've": "you've", "ive": "you've", "i have": "you have",
        "i'd": "you'd", "we'd": "you'd", "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
        "we're": "you're", "we were": "you were", "we": "you", "our": "your", "ours": "yours", "us": "you",
    }[match.group().lower()]  # fmt: skip
