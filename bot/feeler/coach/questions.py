"""The candidate's questions: which they are, open or closed, of this company or of any, following up or not."""

# ruff: noqa: E501  (patterns read better on one line)

import re
from collections.abc import Sequence

from feeler.coach.topics import named_topics, topics_of
from feeler.coach.values import Evidence, PassedOver, Question
from feeler.coach.words import content, count, fold, quote, sentences
from feeler.interview.acts import Act, acts_of
from feeler.interview.questions import questions_in
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Company, Topic

_BEGINS = re.compile(
    r"^(?:(?:and|so|but|okay|ok|well|then|also|now|actually|oh|hm+|right|thanks|thank you|sorry|yes|no|great"
    r"|first|second|finally|maybe|honestly)\b[\s,;:–—-]*){0,4}"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_YES_OR_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|will|would|have|has|had|should|shall|may|might|am)(?:n't)? \w"
)
_BIDS = re.compile(
    r"^(?:(?:can|could|would|will) you (?:please )?(?:tell|describe|explain|show|walk|give|share|say)\b"
    r"|(?:please )?(?:tell|describe|explain|walk me|talk me|give me an example|show me)\b"
    r"|(?:i(?:'d| would) (?:like|love) to (?:know|hear|learn|understand|ask)|i(?:'m| am) (?:curious|wondering)"
    r"|i wonder|may i ask|can i ask|let me ask|curious)\b)"
)
_NARROW = re.compile(
    r"^(?:in |at |on |to |from |for |with |by |about )?(?:how (?:many|much|long|often|old|big|large|far|soon|late|early)|wh(?:en|o|om|ose|ere))\b"
)
_WIDE = re.compile(
    r"\b(?:what|how|why|describe|example|explain|walk me|talk me|in what way|tell me (?:more )?about)\b"
)
_HOLLOW = re.compile(  # courtesies and echoes: nothing is asked of the company
    r"^(?:you know|right|really|sorry|pardon|what|huh|eh|okay|ok|and you|what about you|how about you|why not|who knows)$"
    r"|^(?:how are you|how do you do|how's it going|can you hear me|nice to meet you|is that (?:ok|okay|all right|alright|clear)"
    r"|does that (?:make sense|help|answer)|(?:can|could|may) i (?:start|begin|ask (?:you )?(?:something|stuff|some|a|one|another|questions?|things?|too))"
    r"|where (?:do|should|shall) i (?:start|begin))\b[^?]{0,25}$"
)
_POINTS_BACK = re.compile(
    r"\byou (?:just )?(?:said|say|mentioned|told|described)\b|^why$|\b(?:about|of|for|with|by|to|at|why|how|in|on|against|like) (?:that|those|this|these|it|them)\b"
    r"|\b(?:is|was|does|did|do|are|were|has|have|had|can|could|would|will|solve|solved|fix|fixed|tried) (?:that|it|they|this|those|these|them)\b|\bthen$"
)
_COURTESY = re.compile(
    r"^(?:thank|thanks|hello|hi|good (?:morning|day|evening)|ok|okay|sure|right|i see|interesting|great|good|fine"
    r"|hm+|well|understood|got it|that's (?:a )?(?:good|interesting|fair)|good question)\b"
)
# Words that any company's candidate would use; sharing them makes a question neither specific nor a follow-up.
_ANYWHERE = content(
    """work working job jobs company companies firm business team teams people person role roles position day days
    week weeks year years month months time hours pay paid salary money manager boss colleagues culture growth grow
    career skills skill experience industry field office home remote question questions talk interview offer salary
    future plan plans start place life problem problems help learn training success successful customer customers
    typical normal different important change changes hard easy big small new old"""
)


def asked_in(text: str) -> list[str]:
    """The questions in a message, each an exact substring. Courtesies ("How are you?") are left out."""
    return [sentence for sentence in sentences(text) if is_question(sentence)]


def is_question(sentence: str) -> bool:
    """Whether a sentence asks something, with or without a question mark."""
    if _bare(sentence) == "why":
        return True
    return bool(questions_in(sentence)) and not _HOLLOW.match(_bare(sentence))


def _bare(sentence: str) -> str:
    """The sentence folded, without "so, and, well" in front and marks behind."""
    match = _BEGINS.match(fold(sentence).strip("\"“”«»' \t"))
    return (match.group("rest") if match else "").rstrip('?!.… "”»)').strip()


def is_open(question: str) -> bool:
    """Whether it invites a story: not to be answered with yes, no, a name or a number."""
    bare = _bare(question)
    if _BIDS.match(bare):
        return not re.match(r".{0,40}\b(?:if|whether)\b", bare)
    if _NARROW.match(bare) and not re.search(r"\b(?:what|why)\b", bare):
        return False
    return bool(_WIDE.search(bare)) and not _YES_OR_NO.match(bare)


def questions(interview: Interview, company: Company) -> tuple[Question, ...]:
    """Every question the candidate asked, in the order of the talk."""
    found: list[Question] = []
    about = content(f"{company.name} {company.field} {company.place} {company.about}") - _ANYWHERE
    heard: set[str] = set()
    last: Line | None = None
    for line in interview.lines:
        if line.speaker is Speaker.COMPANY:
            heard |= content(line.text) - _ANYWHERE
            last = line
        elif line.speaker is Speaker.CANDIDATE:
            own: set[str] = set()
            for sentence in asked_in(line.text):
                # After a question of one's own, "it" is what that one spoke of.
                follows = followed(sentence, last, alone=not own) if last else None
                named = content(sentence) - _ANYWHERE
                found.append(
                    Question(
                        asked=quote(line, sentence),
                        open=is_open(sentence),
                        specific=follows is not None or bool(named & (about | heard | own)),
                        follows=follows,
                        topics=_topics(sentence, company, follows, found[-1:]),
                    )
                )
                own |= named
    return tuple(found)


def _topics(
    question: str, company: Company, follows: Evidence | None, before: Sequence[Question]
) -> tuple[Topic, ...]:
    """What a question is about; a follow-up that names no topic stays with the one before it."""
    if follows and not named_topics(question):
        for earlier in before:
            if earlier.asked.line < follows.line:
                return earlier.topics
    return topics_of(question, company)


def followed(question: str, before: Line, *, alone: bool) -> Evidence | None:
    """The sentence of the company's last line that `question` follows up on, or None.

    It shares a telling word with that line, or (where it stands `alone`) points back with "that" or "it".
    """
    if before.turn == 0:  # the opening line told nothing yet
        return None
    named = content(question) - _ANYWHERE
    told = [part for part in sentences(before.text) if not part.endswith("?")]
    shared = [(len(named & content(part)), part) for part in told]
    best = max(shared, key=lambda pair: pair[0], default=(0, ""))
    if best[0]:
        return quote(before, best[1])
    return quote(before, told[-1]) if told and alone and _refers_back(question) else None


def _refers_back(question: str) -> bool:
    """ "Why is that?", "you said ..." """
    bare = _bare(question)
    return bool(_POINTS_BACK.search(bare)) and (
        count(bare) <= 14 or "you said" in bare or "you mentioned" in bare
    )


def passed_over(interview: Interview) -> tuple[PassedOver, ...]:
    """The company's questions that the next message of the candidate's left without any answer."""
    found: list[PassedOver] = []
    asked: Evidence | None = None
    for line in interview.lines:
        if line.speaker is Speaker.COMPANY:
            asked = next(
                (quote(line, part) for part in reversed(list(sentences(line.text))) if part.endswith("?")),
                None,
            )
        elif line.speaker is Speaker.CANDIDATE and asked:
            if not _answers(line.text, asked.quote):
                found.append(PassedOver(question=asked, reply=quote(line, longest=140)))
            asked = None
    return tuple(found)


def _answers(text: str, asked: str) -> bool:
    """Whether a message holds anything but questions, courtesies and dodges. One word answers a closed question."""
    if Act.DODGED in acts_of(text):
        return False
    if _leaves_it_open(asked):
        return True
    told = [part for part in sentences(text) if not is_question(part)]
    spoken = [part for part in told if not (_COURTESY.match(fold(part)) and count(part) < 7)]
    if not is_open(asked):
        return any(count(part) for part in told)
    return any(count(part) >= 2 for part in spoken)


def _leaves_it_open(asked: str) -> bool:
    """The company handed over: "What would you like to know?" is answered by asking."""
    return bool(
        re.search(
            r"\b(?:what|anything|something|which)\b.{0,30}\b(?:would you like|do you want|you(?:'d| would) like|want) to"
            r" (?:know|ask|hear)|your (?:turn|questions?)|questions? (?:for|of) (?:me|us|yours)|ask (?:me|us)\b"
            r"|what (?:else )?can i tell",
            fold(asked),
        )
    )
