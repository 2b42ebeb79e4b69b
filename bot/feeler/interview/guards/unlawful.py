"""Check: nothing from the do-not-ask list, in any disguise."""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.interview.plan import Job
from feeler.interview.scene import Scene
from feeler.interview.words import sentences

DO_NOT_ASK: dict[str, str] = {
    "age": r"\bhow old\b|\byour age\b|\bbirth ?(?:day|date|year)\b|\bdate of birth\b|\b(?:were|was) you born\b|\byear (?:were|did) you (?:born|graduate|finish school)\b|\bretire(?:ment|d|s|)?\b(?=.{0,30}\b(?:you|your|plan|plans|soon|until|when)\b)|\b(?:you|your|when|plan).{0,25}\bretir\w+|\btoo (?:old|young)\b|\bat your age\b|\bhow many (?:more )?years (?:do you (?:have|want)|until|before you)\b.{0,20}(?:left|retir|stop)?|\byour generation\b|\byour (?:twenties|thirties|forties|fifties|sixties|seventies)\b|\bwhich generation\b",
    "origin": r"\bwhere (?:are|do) you (?:really |originally |actually )?(?:come )?from\b(?! (?:in the|professionally))|\b(?:your|which|what) (?:nationality|ethnic\w*|race|citizenship|heritage|ancestry|roots|birthplace|home ?country|native country|skin|passport)\b|\bwhere (?:were you born|did you grow up|are your parents)\b|\bare you (?:a )?(?:native|foreigner|immigrant|citizen)\b|\byour accent\b|\bunusual name\b|\bwhat kind of name\b|\bcountry of origin\b|\bvisa status\b|\bimmigration status\b|\bparents (?:come )?from\b",
    "language at home": r"\b(?:language|speak).{0,25}\bat home\b|\bmother tongue\b|\bnative (?:language|tongue|speaker)\b|\bfirst language\b",
    "religion": r"\breligi\w+\b|\bchurch\b|\bmosque\b|\bsynagogue\b|\bpray\w*\b|\bfaith\b|\bworship\b|\bsabbath\b|\bramadan\b|\bwhich holidays\b|\bholy day",
    "sex and orientation": r"\bsexual\w*\b|\bgender\b|\bgay\b|\blesbian\b|\bstraight or\b|\btransgender\b|\bpronouns\b|\bas a (?:woman|man|girl|mother|father|lady)\b",
    "family": r"\bmarri(?:ed|age)\b|\bhusband\b|\bwife\b|\bspouse\b|\bboyfriend\b|\bgirlfriend\b|\b(?:life|your) partner\b|\bpregnan\w+\b|\bmaternity\b|\bpaternity\b|\b(?:have|having|any|your|the|want|with|about) (?:\w+ )?(?:children|kids|babies|baby|sons?|daughters?|little ones)\b|\bchild ?care\b|\bfamily (?:plans?|situation|life|at home|obligations|commitments)\b|\b(?:start|plan\w*|have|raising|support) (?:a |your )(?:own )?family\b|\byour (?:family|parents|home life|private life|personal life)\b|\bsingle\?|\bdivorc\w+\b|\bwho (?:looks after|takes care of) (?:them|the|your)\b|\b(?:does|what) your family\b|\bat home\?|\bwho (?:is )?(?:waiting|waits) for you\b",
    "health": r"\bdisab\w+\b|\byour health\b|\bhealth(?:y)? (?:problem|issue|condition|enough|history)s?\b|\bmedica(?:tion|l (?:condition|history|problem)s?)\b|\bsick (?:days?|leave)\b|\billness\b|\bdiagnos\w+\b|\bdepress\w+\b|\btherap(?:y|ist)\b|\bgenetic\b|\byour (?:burnout|condition|disease|mental health)\b|\bhow often (?:are|were) you (?:ill|sick)\b|\bpills\b|\bdo you (?:drink|smoke)\b",
    "body": r"\bhow (?:tall|heavy|much do you weigh)\b|\byour (?:height|weight|looks|appearance|photo\w*|picture)\b|\bsend (?:me |us )?(?:a |your )(?:photo|picture)\w*\b",
    "clubs and unions": r"\bunions?\b(?=.{0,40}\?)|\b(?:which|what|any) (?:clubs?|associations?|societ(?:y|ies)|political part(?:y|ies)|organi[sz]ations? do you belong)\b|\bwho (?:do|did) you vote\b|\bpolitical (?:views|opinions|beliefs)\b",
    "arrests": r"\barrest\w*\b|\bcriminal\b|\bconvict\w*\b|\bprison\b|\bjail\b|\bpolice record\b",
    "salary history": r"\b(?:what|how much) (?:did|do|are|were|was|is) (?:you|your) (?:\w+ ){0,3}(?:earn\w*|mak(?:e|ing)\b(?! (?:of|it|them|sure))|paid|salary|pay|wage|income|get paid|compensation)\b|\b(?:current|previous|last|old|former|present) (?:salary|pay|wage|income|compensation)\b|\bwhat (?:was|were|is) your (?:salary|pay|wage|income)\b|\bsalary history\b|\bhow much (?:money )?did (?:they|he|she|it) pay you\b|\bearned? (?:there|before)\b",
}  # fmt: skip
COMPILED = {what: re.compile(pattern, re.IGNORECASE) for what, pattern in DO_NOT_ASK.items()}
ASKS = re.compile(
    r"\?|^\W*(?:so |and |please |now )?(?:tell me|describe|say|talk)\b|\bi (?:wonder|assume|guess|suppose|take it|imagine)\b|\b(?:curious|interested|want|like) to (?:know|hear)\b|\bmay i ask\b",
    re.IGNORECASE,
)
LISTENS = frozenset({Job.OPEN, Job.ASK, Job.PUSH, Job.EASE, Job.HAND, Job.STEADY, Job.LEAVE})
TO_THEM = re.compile(r"\byou(?:r|'re|'ve)?\b", re.IGNORECASE)


def nothing_unlawful(text: str, scene: Scene) -> str:
    """No question, no guess and no remark about what a company must not ask, not even where they mentioned it."""
    for sentence in sentences(text):
        listens = scene.plan.job in LISTENS and TO_THEM.search(sentence)
        if not ASKS.search(sentence) and not listens:
            continue
        for what, pattern in COMPILED.items():
            found = pattern.search(sentence)
            if found:
                return f"do not ask ({what}): {found.group()!r}"
    return ""
