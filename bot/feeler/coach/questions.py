"""The candidate's questions: which they are, open or closed, of this company or of any, following up or not."""

# ruff: noqa: E501  (patterns read better on one line)

import re
from collections.abc import Sequence

from feeler.coach.values import Evidence, Learned, PassedOver, Question
from feeler.coach.words import content, count, fold, quote, sentences
from feeler.interview.acts import Act
from feeler.interview.topics import EMPTY
from feeler.interview.typos import mended
from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Company
from feeler.ports import Reader

READ_AGAIN = 24  # questions that are read by themselves
BRIEF = 6  # words of a question that says little without the line before
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
_COUNTS = re.compile(  # asks for a number or a date
    r"^(?:in |at |on |to |from |for |with |by |about )?how (?:many|much|long|often|old|big|large|far|soon|late|early)\b"
    r"|^(?:at )?what (?:time|day|date|year|percentage)\b|^what(?:'s| is) (?:the|your) (?:pay|salary|wage|headcount)\b"
    r"|^what (?:do|does|would|will|could|can) \w+ (?:\w+ )?(?:earn|make|cost|pay)$"
)
_NAMES = re.compile(  # asks for a person, a place or a moment; told at length it may still invite a story
    r"^(?:in |at |on |to |from |for |with |by |about |between )?(?:wh(?:en|o|om|ose|ere)|which)\b"
)
_ONLY_NAMES = re.compile(
    r"^who(?:'s| is| are) (?:the|my|your|in)\b|^when (?:do|does|is|are|can|could|will|would)\b|^where (?:are|is) (?:you|your|the)\b"
)
STORY = 8  # words from which such a question invites one
_WIDE = re.compile(
    r"\b(?:what|how|why|describe|example|explain|walk me|talk me|in what way|tell me (?:more )?about)\b"
)
_NO_VERB = re.compile(r"^(?:the|your) \w+")  # "And the worst week you had?"
_HOLLOW = re.compile(  # courtesies and echoes: nothing is asked of the company
    r"^(?:you know|is that so|right|really|sorry|pardon|what|huh|eh|okay|ok|and you|what about you|how about you|why not|who knows)$"
    r"|^(?:how are you|how do you do|how's it going|can you hear me|nice to meet you|is that (?:ok|okay|all right|alright|clear)"
    r"|does that (?:make sense|help|answer)|(?:can|could|may) i (?:start|begin|ask (?:you )?(?:something|stuff|some|a|one|another|questions?|things?|too))"
    r"|where (?:do|should|shall) i (?:start|begin))\b[^?]{0,25}$"
)
_POINTS_BACK = re.compile(
    r"\byou (?:just )?(?:said|say|mentioned|told|described)\b|^why$|\b(?:about|of|for|with|by|to|at|why|how|in|on|against|like) (?:that|those|this|these|it|them)\b"
    r"|\b(?:is|was|does|did|do|are|were|has|have|had|can|could|would|will|solve|solved|fix|fixed|tried) (?:that|it|they|this|those|these|them)\b|\b(?:where|when|if|whether) it\b|\bthen$"
)
# "I don't know, ask X" names people without telling anything
REFERS_ON = re.compile(
    r"\b(?:don't know|do not know|not know|no idea|will not guess|won't guess|caught me|outside my|not on my route)\b"
    r"|\b(?:would|might|could|can|will) (?:know|tell|answer)\b|^(?:please |better )?ask \w+|\bplease ask\b"
)
NEARBY = 9  # words of a question in which "it" is not yet something of its own
WHOLE = 180  # characters of an answer that is quoted as a whole
SAYS = 4  # words of the company's from which one can ask on
ITSELF = 5  # words of a sentence that says something
_COURTESY = re.compile(
    r"^(?:thank|thanks|hello|hi|good (?:morning|day|evening)|ok|okay|sure|right|i see|interesting|great|good|fine"
    r"|hm+|well|understood|got it|that's (?:a )?(?:good|interesting|fair)|good question)\b"
)
# Words that any company's candidate would use; sharing them makes a question neither specific nor a follow-up.
_ANYWHERE = (
    content(
        """work working job jobs company companies firm business team teams people person role roles position day days
    week weeks year years month months time hours pay paid salary money manager boss colleagues culture growth grow
    career skills skill experience industry field office home remote question questions talk interview offer salary
    future plan plans start place life problem problems help learn training success successful customer customers
    typical normal different important change changes hard easy big small new old honest honestly good bad best worst
    great nice come came stay find found first last next today tomorrow morning"""
    )
    | EMPTY
)


def is_courtesy(sentence: str) -> bool:
    """ "How are you?", "May I ask something?" """
    return _HOLLOW.match(_bare(sentence)) is not None


def _bare(sentence: str) -> str:
    """The sentence folded, without "so, and, well" in front and marks behind."""
    match = _BEGINS.match(fold(sentence).strip("\"“”«»' \t"))
    return (match.group("rest") if match else "").rstrip('?!.… "”»)').strip()


def is_open(question: str) -> bool:
    """Whether it invites a story: not to be answered with yes, no, a name or a number."""
    bare = _bare(question)
    if _BIDS.match(bare):
        return not re.match(r".{0,40}\b(?:if|whether)\b", bare)
    asks_on = re.search(r"\w.*\b(?:what|why|how)\b", bare) is not None
    if _COUNTS.match(bare) or _NAMES.match(bare):
        tells = count(bare) >= STORY and not (_COUNTS.match(bare) or _ONLY_NAMES.match(bare))
        return asks_on or tells
    if _YES_OR_NO.match(bare):
        return re.search(r", and (?:how|what|why)\b", bare) is not None
    return bool(_WIDE.search(bare) or _NO_VERB.match(bare))


def is_yes_or_no(question: str) -> bool:
    """Whether yes or no is a whole answer to it."""
    return bool(_YES_OR_NO.match(_bare(question))) and not is_open(question)


def questions(
    interview: Interview, company: Company, learned: Sequence[Learned] = (), reader: Reader | None = None
) -> tuple[Question, ...]:
    """Every question the candidate asked, in the order of the talk, with what each got.

    What it is about was read with its message; of several in one message each is read again by itself.
    """
    found: list[Question] = []
    about = content(f"{company.name} {company.field} {company.place} {company.about}") - _ANYWHERE
    heard: set[str] = set()
    last: Line | None = None
    left = READ_AGAIN
    for line in interview.lines:
        if line.speaker is Speaker.COMPANY:
            heard |= content(line.text) - _ANYWHERE
            last = line
        elif line.speaker is Speaker.CANDIDATE:
            own: set[str] = set()
            pieces = asked_by(line)
            for sentence in pieces:
                # After a question of one's own, "it" is what that one spoke of.
                alone = not own and not _said_before(line.text, sentence)
                clear = mended(sentence)
                follows = followed(clear, last, alone=alone) if last else None
                named = content(clear) - _ANYWHERE
                topics = line.topics
                if len(pieces) > 1 and reader is not None and left:
                    left -= 1
                    topics = reader.read(last.text if last else "", sentence).topics or line.topics
                if (
                    line.follows and len(pieces) == 1 and count(sentence) <= BRIEF and last and found
                ):  # "why?", "and then?"
                    follows = follows or _told_last(last)
                    topics = found[-1].topics or topics
                elif not topics and follows and found:
                    topics = found[-1].topics
                asked = quote(line, sentence)
                found.append(
                    Question(
                        asked=asked,
                        open=is_open(clear),
                        specific=follows is not None or bool(named & (about | heard | own)),
                        follows=follows,
                        topics=topics[:1],
                        got=next((one.said for one in learned if one.opened_by == asked), None),
                    )
                )
                own |= named
    return tuple(found)


def asked_by(line: Line) -> list[str]:
    """The questions of a message as they were read, each an exact substring; courtesies are left out."""
    if Act.PICKED in line.acts:
        return []
    return [one for one in line.questions if one in line.text and not is_courtesy(one)]


def _said_before(text: str, question: str) -> bool:
    """Whether the message says something itself before it asks, so that "it" may be that."""
    before = text[: text.index(question)]
    return any(count(part) >= ITSELF and not _COURTESY.match(fold(part)) for part in sentences(before))


def followed(question: str, before: Line, *, alone: bool) -> Evidence | None:
    """The sentence of the company's last line that `question` follows up on, or None.

    It shares a telling word with that line, or (where it stands `alone`) points back with "that" or "it".
    """
    if before.turn == 0:  # the opening line told nothing yet
        return None
    named = content(question) - _ANYWHERE
    told = [part for part in sentences(before.text) if not part.endswith("?") and count(part) >= SAYS]
    shared = [(len(named & content(part)), part) for part in reversed(told)]  # of equals the one said last
    best = max(shared, key=lambda pair: pair[0], default=(0, ""))
    if best[0]:
        return quote(before, best[1])
    if (
        not told
        or not alone
        or not _refers_back(question)
        or any(REFERS_ON.search(fold(one)) for one in told)
    ):
        return None
    whole = before.text[before.text.index(told[0]) : before.text.rindex(told[-1]) + len(told[-1])]
    return quote(before, whole if len(whole) <= WHOLE else told[-1])


def _told_last(line: Line) -> Evidence | None:
    """The last sentence of the company's that told something."""
    told = [part for part in sentences(line.text) if not part.endswith("?") and count(part) >= SAYS]
    if line.turn == 0 or not told or any(REFERS_ON.search(fold(one)) for one in told):
        return None
    return quote(line, told[-1])


def _refers_back(question: str) -> bool:
    """ "Why is that?", "you said ..." """
    bare = _bare(question)
    return bool(_POINTS_BACK.search(bare)) and (
        count(bare) <= NEARBY or "you said" in bare or "you mentioned" in bare
    )


def passed_over(interview: Interview) -> tuple[PassedOver, ...]:
    """The company's questions that the next message of the candidate's left without any answer."""
    found: list[PassedOver] = []
    asked: Evidence | None = None
    number = 0
    for line in interview.lines:
        if line.number != number + 1:  # what stood between was left out: a moment of need is no dodge
            asked = None
        number = line.number
        if line.speaker is Speaker.COMPANY:
            asked = next(
                (quote(line, part) for part in reversed(list(sentences(line.text))) if part.endswith("?")),
                None,
            )
        elif line.speaker is Speaker.CANDIDATE and asked:
            if not _answers(line, asked.quote):
                found.append(PassedOver(question=asked, reply=quote(line, longest=140)))
            asked = None
    return tuple(found)


def _answers(reply: Line, asked: str) -> bool:
    """Whether a message holds anything but questions, courtesies and dodges. One word answers a closed question."""
    text, acts = reply.text, reply.acts
    if Act.DODGED in acts:
        return False
    if _leaves_it_open(asked):
        return True
    told = [part for part in sentences(text) if _tells_itself(part) or not _asks(part, reply)]
    spoken = [part for part in told if not (_COURTESY.match(fold(part)) and count(part) < 7)]
    if not is_open(asked):
        return any(count(part) for part in told)
    return any(count(part) >= 2 for part in spoken)


def _asks(part: str, line: Line) -> bool:
    """Whether a sentence of the message is one of its questions."""
    return part.endswith("?") or any(part in asked or asked in part for asked in line.questions)


def _tells_itself(sentence: str) -> bool:
    """ "What I would like to find out is whether ..." asks, and yet answers what one would like."""
    return not sentence.endswith("?") and bool(re.match(r"(?:what )?i\b", _bare(sentence)))


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
