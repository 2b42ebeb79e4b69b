"""A draft made presentable by rule, judged, and compared with the others."""

# ruff: noqa: E501  (patterns and lists read better on one line)

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from feeler.interview.conduct import Finding, broken, broken_so_far
from feeler.interview.conduct.listening import LISTENS, PLAIN, TELLS, coverage
from feeler.interview.conduct.situation import Situation
from feeler.interview.plan import Asking, Job, Plan
from feeler.interview.questions import own_questions
from feeler.interview.topics import SYNONYM
from feeler.interview.words import content, sentences, words

DROPPED = 0.9  # what a line loses that lost a sentence: the rest may hang in the air
GOOD = 2.0  # a passing draft from this score on ends the search
RETELLS = 16  # words
SLIP = 0.75  # likeness of two sentences, letter by letter, from which on one is the other with a slip
EXCLAMATIONS = ("ha", "hang on", "wonderful", "right", "hm", "oh", "ah", "well")
TAG = re.compile(
    r",\s*(?:right|eh|no|yes|(?:is|was|did|does|do|are|were|have|has)n['’]t \w+)\?", re.IGNORECASE
)
ON_THE_WAY = re.compile(  # before an answer; other short exclamations are a guess at it: "Early!"
    r"^\W*(?:yes|no|ha|good|honestly|plainly|frankly|true|right|fair|well|oh)\b", re.IGNORECASE
)
ABOUT_OTHERS = re.compile(r"^\W*(?:he|she|they|it)\b", re.IGNORECASE)
QUOTES = re.compile(r'^\s*["“”]+|["“”]+\s*$')
NOTE = re.compile(
    r"\[[^\]]*\]?|\*[^*]{0,80}\*|\((?:smil|laugh|nod|paus|lean|sigh|chuckl|think|look)[^)]*\)", re.IGNORECASE
)
EMPTY_PRAISE = re.compile(
    r"\b(?:impressive|interesting|great|amazing|wonderful|fantastic|awesome|fascinating|incredible|remarkable)\b",
    re.IGNORECASE,
)
FILLER = re.compile(
    r"^\W*(?:certainly|absolutely|of course|sure|(?:it|that)(?:'s| is) true|great question|good question|that's a (?:great|good) question)[!,.]+\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    text: str  # as it would be said, after the repair
    findings: tuple[Finding, ...]
    score: float  # soft: the higher the better, among lines that pass

    @property
    def passes(self) -> bool:
        return not self.findings


def judge(draft: str, situation: Situation) -> Verdict:
    """The draft as it can be said: tidied, and without the sentences that fail where the rest passes."""
    text = tidy(draft, situation)
    findings = broken(text, situation)
    if findings:
        shorter = _without_failing(text, situation)
        if shorter and shorter != text and not broken(shorter, situation):
            return Verdict(text=shorter, findings=(), score=_score(shorter, situation) - DROPPED)
    return Verdict(text=text, findings=findings, score=_score(text, situation))


def tidy(draft: str, situation: Situation) -> str:
    """Cut what is no speech: labels, quotes, notes, the half sentence at the end, a second question."""
    names = "|".join(re.escape(name) for name in {situation.persona.name, situation.persona.name.split()[0]})
    text = re.sub(rf"^\s*(?:{names}|interviewer|assistant)\s*:\s*", "", draft.strip(), flags=re.IGNORECASE)
    text = NOTE.sub(" ", text).split("\n\n")[0]
    if text.count('"') % 2 or (QUOTES.match(text) and text.rstrip()[-1:] in '"”' and text.count('"') <= 2):
        text = QUOTES.sub("", text).replace('"', "") if text.count('"') % 2 else QUOTES.sub("", text)
    text = re.sub(r"\s+", " ", FILLER.sub("", text)).strip()
    kept = [sentence for sentence in sentences(text) if re.search(r"[.!?…][\"'”’)]*$", sentence)]
    if situation.plan.job is Job.ANSWER:
        kept = [sentence for sentence in kept if not _adds_nothing(sentence, situation)] or kept
    if " ".join(kept).count('"') % 2:
        kept = [sentence.replace('"', "") for sentence in kept]
    kept = _calmer(_as_in_the_dossier(kept, situation), situation)
    text = " ".join([*_one_question(kept, situation), *_asks_on(situation)])
    return text[:1].upper() + text[1:]


def _asks_on(situation: Situation) -> tuple[str, ...]:
    """After an answer, in the half where the company leads, the persona's own question follows as it is written."""
    plan = situation.plan
    if plan.job not in TELLS or plan.asking is not Asking.ONE or not plan.question:
        return ()
    return (plan.bridged,)


def _as_in_the_dossier(said: list[str], situation: Situation) -> list[str]:
    """Sentences that are a fact's but for a slip of a word or two become the fact's, in its order."""
    told = [one for fact in situation.plan.facts for one in sentences(fact.text)]
    meant = [
        next((at for at, one in enumerate(told) if SequenceMatcher(None, sentence, one).ratio() > SLIP), None)
        for sentence in said
    ]
    in_order = iter(sorted(at for at in meant if at is not None))
    return [
        sentence if at is None else told[next(in_order)] for sentence, at in zip(said, meant, strict=True)
    ]


def _calmer(said: list[str], situation: Situation) -> list[str]:
    """Without an exclamation that the last two lines had already: "Ha!" in every line is a tic."""
    lately = " ".join(situation.own_lines[-2:]).lower()
    tics = [tic for tic in EXCLAMATIONS if re.search(rf"\b{tic}\b", lately)]
    if not tics:
        return said
    word = "|".join(tics)
    kept = [
        re.sub(rf"^(?:{word})\b[,!.]+\s*|,\s+(?:{word})(?=[!.])", "", one, flags=re.IGNORECASE)
        for one in said
    ]
    return [one[:1].upper() + one[1:] for one in kept if words(one)]


def _one_question(said: list[str], situation: Situation) -> list[str]:
    """Only the first question, or none where none may be asked or one was answered; nothing trails after it."""
    plan = situation.plan
    if plan.asking is Asking.NONE or plan.job in TELLS:
        return [sentence for sentence in said if not own_questions(sentence)]
    kept: list[str] = []
    asked = False
    for sentence in said:
        question = bool(own_questions(sentence))
        if question and asked:
            continue
        if asked and situation.plan.asking is Asking.ONE:
            break
        kept.append(sentence)
        asked = asked or question
    return kept


def _without_failing(text: str, situation: Situation) -> str:
    """The sentences that pass on their own and together, and at most sixty words of them."""
    kept: list[str] = []
    for sentence in sentences(text):
        longer = " ".join([*kept, sentence])
        if not broken_so_far(longer, situation) and len(words(longer)) <= 60:
            kept.append(sentence)
    return " ".join(kept)


def _score(text: str, situation: Situation) -> float:
    plan = situation.plan
    said = {SYNONYM.get(one, one) for one in content(text)}
    heard = {SYNONYM.get(one, one) for one in content(situation.heard)}
    count = len(words(text))
    score = 0.35 * min(3, len(said & heard))
    score += 0.5 if 14 <= count <= 46 else 0.0
    if plan.job in LISTENS:
        score += 0.5 if re.search(r"\byou", text, re.IGNORECASE) else 0.0
        score += 0.3 if len(sentences(text)) >= 2 else -0.4
    if plan.asking is Asking.ONE and text.rstrip().endswith("?"):
        score += 0.3
    if plan.job not in LISTENS:
        score += 0.8
    if plan.job in LISTENS and any(_says_little(question) for question in own_questions(text)):
        score -= 0.6
    if plan.job in (Job.ASK, Job.PUSH):
        score += _keeps_the_probe(text, plan) - _strays(text, situation)
    if plan.facts:
        score += _faithful(text, plan) - 0.5
    score -= 0.4 * len(EMPTY_PRAISE.findall(text))
    score -= 0.25 * len(_borrowed(said, situation))
    return score


def _keeps_the_probe(text: str, plan: Plan) -> float:
    """What a question earns for being the persona's own; an angle may change with the story."""
    if not plan.probe:
        return 0.3
    return (
        1.2 * max((coverage(asked, plan.probe.question) for asked in own_questions(text)), default=0.0) - 0.6
    )


def _strays(text: str, situation: Situation) -> float:
    """How far the words before the question leave what the candidate said, or tell it all over again."""
    reaction = " ".join(sentence for sentence in sentences(text) if "?" not in sentence)
    new = frozenset(content(reaction)) - frozenset(content(situation.heard)) - situation.own_stems
    lost = 0.3 * len(new)
    lost += 0.5 if len(words(reaction)) > RETELLS else 0.0
    return lost + (0.4 if ABOUT_OTHERS.match(reaction) else 0.0)


def _adds_nothing(sentence: str, situation: Situation) -> bool:
    """A sentence beside the facts that is no word on the way and takes up nothing of the talk so far."""
    if "?" in sentence:
        return False
    if len(words(sentence)) <= 3:
        return not ON_THE_WAY.match(sentence)
    said = frozenset(content(sentence))
    told = frozenset(content(" ".join(fact.text for fact in situation.plan.facts)))
    before = frozenset(content(" ".join(situation.candidate_lines[:-1]))) - told
    return len(said & told) * 2 < len(said) + 1 and len(said & before) < 2


def _faithful(text: str, plan: Plan) -> float:
    """The share of the facts' words, small ones too, that the line has."""
    want = frozenset(word for fact in plan.facts for word in words(fact.text))
    return len(want & frozenset(words(text))) / len(want)


def _says_little(question: str) -> bool:
    """A question that would fit any talk, or only wants a nod: "What did you do?", "That was hard, right?" """
    return bool(TAG.search(question)) or len(set(content(question)) - PLAIN) < 2


def _borrowed(said: set[str], situation: Situation) -> set[str]:
    """Words that are only in the examples of how the persona speaks: they belong to other talks."""
    shown = {one for example in situation.persona.examples for one in content(example.candidate)}
    return said & (shown - situation.known)
