"""Who spoke how much, and what either side promised."""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.coach.questions import passed_over
from feeler.coach.values import Balance, Evidence, Promise
from feeler.coach.words import count, fold, quote, sentences
from feeler.interview.live import LEAVES
from feeler.interview.values import Interview, Speaker

_DEED = (
    r"(?:send|mail|email|e-mail|write|call|phone|ring|ask|introduce|show|find out|look into|check|get back|come back"
    r"|put you|put us|arrange|set up|invite|talk to|talk with|speak to|speak with|pass|bring|prepare|think (?:it|this|that)"
    r"|think about|let you know|let me know|follow up|forward|share|book|organi[sz]e|connect|read|visit|come by|drop by|draft"
    r"|sketch|note|try|meet|give|have (?:my|our|her|him)|make sure|see to it|tell (?:her|him|them)|take (?:it|this|that|you))"
)
_PROMISE = re.compile(
    r"\b(?:i|we)(?:'ll| will| shall|'m going to| am going to|'re going to| are going to| promise to| can promise)"
    rf" (?:\w+ly |also |then |just |gladly |happily |still |definitely |be sure to |be happy to )?{_DEED}\b"
    rf"|\blet me {_DEED}\b|\b(?:i|we) promise\b|\byou(?:'ll| will) (?:hear from|have (?:it|my|our)|get (?:it|my|our))"
    r"|\b(?:i|we) (?:can|could) (?:introduce|put you|connect|send you|arrange)"
)
# "let me ask you about", "I'll ask you" only lead over to a question; "if ..., I will" hangs on something
_LEADS_OVER = re.compile(
    r"\b(?:let me|i'll|i will) (?:ask|tell|give|share|show) (?:you|me)\b|\blet me (?:think|check|read|share)\b"
)
_UNSURE = re.compile(
    r"\b(?:might|maybe|perhaps|wouldn't|won't|if i (?:were|was|had)|can't promise|cannot promise|don't promise)\b"
)

# What the persona files and the model say when they take leave; "come home safe" and "talk to you" invite nobody.
_INVITES = re.compile(
    r"(?:^|[,;:] |\b(?:and|then|please|but) )(?:write to|send (?:us|me|him|her|them)|call|ring|ask for)\b"
    r"|\b(?:come (?:by|over|back|in|and|to)|drop (?:by|in)|stop by|visit us|talk to us|get in touch|look up"
    r"|you (?:should|could|can|may) (?:see|meet|talk|speak|come|visit|write|call|ask|spend|try)|see you in"
    r"|(?:like|want|love|happy|glad) (?:for )?(?:you )?to (?:meet|see|come|hear|talk|speak|show)"
    r"|(?:to|should) (?:see|meet|hear) (?:you|what you)|(?:second|another) (?:talk|conversation|meeting|one)"
    r"|talk (?:a second time|again)|speak again|a (?:morning|day|week) (?:at|in|with) our|sit (?:in|with)"
    r"|want \w+ to (?:meet|see|hear))\b"
)
TAKEN_UP = "What stays with me:"  # then the candidate's own words are said back
LAST = 2


def balance(interview: Interview) -> Balance:
    """Words of either side, the candidate's longest message, and the questions it passed over."""
    own = [line for line in interview.lines if line.speaker is Speaker.CANDIDATE]
    longest = max(own, key=lambda line: count(line.text), default=None)
    return Balance(
        candidate_words=sum(count(line.text) for line in own),
        company_words=sum(count(line.text) for line in interview.lines if line.speaker is Speaker.COMPANY),
        longest=quote(longest, longest=120) if longest and longest.text.strip() else None,
        longest_words=count(longest.text) if longest else 0,
        passed_over=passed_over(interview),
    )


def promises(interview: Interview, *, private: bool = False) -> tuple[Promise, ...]:
    """What either side said it would do, in the order of the talk; where it is `private`, the company alone:
    in distress people promise things to themselves.
    """
    return tuple(
        Promise(by=line.speaker, said=quote(line, sentence))
        for line in interview.lines
        if line.speaker is not Speaker.COACH
        for sentence in sentences(line.text)
        if is_promise(sentence) and not (private and line.speaker is Speaker.CANDIDATE)
    )


def invitations(interview: Interview) -> tuple[Evidence, ...]:
    """Next steps that the company offered in its last lines, other than what it promised to do.

    Of a talk whose lines do not say that they took leave, the last two are read.
    """
    theirs = [line for line in interview.lines if line.speaker is Speaker.COMPANY]
    last = [line for line in theirs if line.job in LEAVES] or theirs[-LAST:]
    return tuple(
        quote(line, sentence)
        for line in last
        for sentence in sentences(line.text.rpartition("”")[2] if TAKEN_UP in line.text else line.text)
        if _INVITES.search(fold(sentence)) and not is_promise(sentence)
    )


def is_promise(sentence: str) -> bool:
    """Whether a sentence commits its speaker to do something after the talk."""
    folded = fold(sentence)
    return bool(
        _PROMISE.search(folded)
        and "?" not in sentence
        and not _LEADS_OVER.search(folded)
        and not _UNSURE.search(folded)
    )
