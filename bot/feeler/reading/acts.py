"""What a message does, by its words: the rules that read until a taught reader beats them on the held-out keys."""

# ruff: noqa: E501  (word lists and patterns read better on one line)

import re

from feeler.interview.acts import Act
from feeler.interview.language import is_english
from feeler.interview.questions import ASKS_THE_PERSON, questions_in
from feeler.interview.typos import mended
from feeler.interview.words import words


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


BOT = r"(?:a |an |the )?(?:\w+ )?(?:bot|chat ?bot|robot|machine|ai|a\.i\.|computer|program|algorithm|llm|chat ?gpt|gpt|language model|artificial\w*)"
HUMAN = r"(?:a |an )?(?:real|actual|human|live|living)(?: (?:person|human|being|one|people))?"
SILLY = r"(?:stupid|dumb|idiotic|pathetic|ridiculous|moronic)"
PATTERNS: dict[Act, re.Pattern[str]] = {
    Act.MACHINE: _any(
        rf"\bare (?:you|u) (?:just |only |really |actually |maybe |perhaps |even )*(?:{BOT})\b(?! (?:builder|maker|company|shop|person|engineer|operator|guy|tool))",
        rf"\bare (?:you|u) (?:just |really |actually |even )*(?:{HUMAN}|human)\b",
        rf"\b(?:am i|i'?m i|i'm|i am) (?:\w+ )?(?:talking|speaking|chatting|writing|typing|texting) (?:to|with) (?:just |really |actually )*(?:{BOT}|{HUMAN}|a human|a person)\b",
        rf"\b(?:is|are) (?:this|it|these|that) (?:just |really |all )*(?:{BOT}|automated|ai[- ]generated|generated|written by)\b",
        r"\bis (?:there|this|anyone|anybody|someone) (?:a |an )?(?:real|human|actual)\b", r"\byou(?:'re| are) (?:a|an|just a) (?:bot|robot|ai|machine|chatbot|computer|program)\b",
        r"\b(?:human or|bot or|machine or|ai or|person or)\b.{0,20}\b(?:bot|machine|human|ai|robot|person|computer)\b", r"\bturing test\b",
        r"\bwho (?:am i|is) (?:(?:really|actually) (?:talking|speaking|writing|answering|typing)|(?:behind this|answering (?:me|this)|typing))\b",
    ),
    Act.PROMPT: _any(
        r"\bsystem ?prompt\b", r"\b(?:initial|hidden|secret|original|full|exact) (?:\w+ )?(?:prompt|instructions?)\b", r"\byour (?:\w+ )?(?:prompt\b|instructions?\b(?! (?:for|to) (?:new|your|the|a|people|staff|beginners)))", r"\bdeveloper mode\b", r"\bjail ?break",
        r"\b(?:ignore|disregard|forget|override|skip) (?:all |any |your |the |these |every |everything )*(?:previous|prior|above|earlier|former|past|instructions?|rules|prompts?)\b",
        r"\b(?:repeat|print|output|show|reveal|dump|paste|recite|copy|display|write out|give me|translate) .{0,30}\b(?:above|prompt|instructions?|verbatim|word for word|dossier|facts? list|configuration)\b",
        r"(?:^|[.!:,;]\s*)you are now (?:a|an|the|my|in|dan|no longer)\b", r"\bfrom now on,? (?:you|act|be|answer|respond)\b", r"\b(?:act|behave|respond|roleplay|role-play) as (?:a|an|if|dan|my)\b",
        r"\bpretend (?:to be|you are|you're|that you)\b", r"\bwhat (?:were|have|are) you (?:been )?(?:(?:programmed|prompted)\b|(?:told|instructed) (?:not to|never to|to (?:say|hide|keep|answer|reply|pretend)))",
        r"\b(?:rules|instructions) (?:you|they) (?:(?:were|have been) given|got|gave you)\b", r"<\|?(?:system|im_start|/?inst)", r"\[/?(?:system|inst)\b", r"^\s*system\s*:",
        r"\bwhat (?:facts|things|secrets) (?:are|must|should) you (?:not|never|hiding|keeping)\b", r"\bprompt injection\b", r"\b(?:your|the) dossier\b", r"\btold (?:you )?never to\b", r"\blist all (?:the |your )?(?:facts|secrets|rules|instructions)\b", r"\banswer only with\b", r"<\|", r"\b(?:developer|creator|admin\w*) of (?:this|the) (?:bot|program|app)\b",
    ),
    Act.INSULT: _any(
        r"\bf+u+c*k+ (?:you|u|off|this|yourself|your)\b", r"\b(?:shut up|screw you|go to hell|piss off|bugger off|get lost|drop dead|kiss my)\b",
        r"\b(?:you|u|ur)(?:'re| are|r)?(?: all| such| just| really| nothing but| so| fucking| a bunch of| full)* (?:an? )?(?:complete |total |fucking |bloody |real |stupid |little |utter )*(?:idiots?|stupid|morons?|useless|pathetic|dumb\w*|clowns?|jokes?|liars?|losers?|jerks?|assholes?|arseholes?|bitch\w*|bastards?|trash|garbage|scum|crap|shit|incompetent|ignorant|imbeciles?|fools?|parasites?|of shit)\b",
        r"\byou suck\b", r"\b(?:idiot|moron|asshole|arsehole|dickhead|bitch|bastard|wanker|twat|cunt)s?\b[.!?]*$", rf"\b{SILLY} (?:company|bot|woman|man|cow)s?\b",
        # not the questions that somebody would like to ask themselves
        rf"(?:\b(?:what|such|your|these|those|another)(?: an?)?(?: \w+)? |\bthat(?:'s| is| was) an? (?:really |very )?|^|[.!?] ){SILLY} (?:question|interview|talk)s?\b(?!,? (?:but|maybe|perhaps|sorry))",
        r"\b(?:company|firm|place|interview|you guys|questions?) (?:is|are|sucks?)(?: such| just| total| complete)* ?(?:an? )?(?:joke|crap|garbage|shit\w*|bullshit|rubbish|scam|sucks?|trash|stupid|pathetic|idiotic|dumb)\b",
        r"\bwast(?:e|es|ing|ed) (?:of )?(?:my|our|people's|everybody's|everyone's) (?:\w+ )?(?:time|days?|afternoons?|evenings?)\b", r"\bi hate you\b", r"\bpiece of (?:shit|crap|garbage)\b",
    ),
    Act.BEGGED: _any(
        r"\bplease,? (?:just |please )?(?:hire|take|employ|give me (?:a|this|any|the) (?:job|chance|position|shot))\b", r"\b(?:hire|employ) me\b",
        r"\bi(?:'d| would| will|'ll|'m willing to| am willing to|'m ready to| can) (?:really |literally |honestly |gladly )?(?:do|take|accept|work) (?:absolutely |literally |on )?(?:anything|any (?:job|work|position|kind)|whatever|everything|for free|for nothing)\b",
        r"\bi (?:really |just |badly |desperately |so )*need (?:a|the|this|any|some) (?:\w+ )?(?:job|work|position|chance)\b", r"\bi(?:'m| am)(?: so| really| quite)? desperate\b", r"\bbeg(?:ging)? (?:you|of you)\b",
        r"\bgive me (?:a|any|this|the|one) (?:\w+ )?(?:job|chance|position|shot)\b", r"\b(?:do you have|have you got|is there|are there) (?:a|any|an) (?:free |open |vacant )?(?:jobs?|vacanc\w+|openings?|positions?)\b(?: (?:at all|for me|here|free|open|available|left))*\s*[,?.!]", r"\b(?:have|stand|get) (?:a|any) (?:real )?chance\b", r"\bmy chances\b", r"\b(?:can|could|will|would) (?:you|i) (?:please )?(?:hire|employ|have the job|get the job|get a job)\b", r"\b(?:take|accept) (?:any|whatever) (?:job|work|position|you|there)\b", r"\bi (?:just |really |only )*want (?:this|it|that|the job|this job)(?: \w+)? (?:so (?:much|badly)|badly|really)\b", r"\bany(?: kind of)? (?:job|work|position) (?:will|would|is|at all)\b",
    ),
    Act.CLARIFY: _any(
        r"\bwhat (?:do|did|does) (?:you|u|that|it) (?:\w+ )?mean\b(?! for| to (?:the|you|your))", r"\b(?:do not|don'?t|didn'?t|did not|can'?t|not sure i|not) (?:quite |really |fully )?(?:understand|get|follow|understood) (?:the|your|that|this|what you|you)?\b.{0,25}(?:question|mean|ask|you|that)?",
        r"\b(?:can|could|would) (?:you|u) (?:please )?(?:repeat|rephrase|explain (?:the|your|that)(?: \w+)? question|say (?:that|it) (?:again|differently))\b", r"^\W*(?:sorry|pardon|huh|what|come again|excuse me|eh|hm+)\s*\?*\W*$",
        r"\bin what (?:sense|way)\s*\?", r"\bhow do you mean\b", r"\bwhat kind of (?:example|story|answer) do you\b", r"\bwhat (?:exactly )?(?:do you want|would you like) (?:me to|to) (?:know|hear|say|tell)\b",
    ),
    Act.DODGED: _any(
        r"\b(?:i'?d|i would|i) (?:rather|prefer) (?:not|to not|to keep)\b", r"\bno comment\b", r"\b(?:don'?t|do not) (?:want|like|wish|care|feel like) to (?:talk|say|go into|discuss|answer|share|get into)\b",
        r"\b(?:that'?s|it'?s|this is) (?:private|personal|confidential|complicated|a long story|none of your)\b", r"\bprefer not\b", r"\bdoes (?:it|that) (?:really )?matter\b", r"\b(?:can'?t|couldn'?t|cannot) (?:really )?(?:think of|remember|recall|say)\b",
        r"^\W*(?:i )?(?:don'?t|do not|dunno|idk)(?: really)? ?(?:know)?\b.{0,25}$", r"\bhard to say\b", r"\bit depends\b", r"\b(?:this and that|nothing special|the usual|bits and pieces|all sorts of things|various things|one thing and another)\b", r"^\W*(?:pass|skip|next question|next|whatever|dunno|idk|no idea|not really|nah|nope)\W*$",
        r"\bnone of your business\b", r"\bwhy (?:do|would|should) (?:you|i) (?:want|need|care|have) to (?:know|answer|tell)\b", r"\blet'?s not (?:go|talk|get)\b",
    ),
    Act.THANKED: _any(r"\b(?:thanks|thank you|thx|cheers|much appreciated|i appreciate|grateful)\b", r"^\W*ta\b"),
    Act.GREETED: _any(r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|nice to meet you|pleased to meet you)\b"),
}  # fmt: skip
LEAVING = _any(
    r"^\W*(?:(?:ok|okay|well|so|right|alright|thanks?|thank you|and|then|anyway|many|very|much|you|all|for everything|everyone|we'll see)\W+){0,4}(?:good ?bye|bye(?: bye)?|bye-bye|farewell|good night|see (?:you|ya)|take care|cheerio|talk soon)\b",
    r"\bi(?:'ve| have)?(?: really)? (?:have|need|got|must|should|gotta)(?: to)? (?:go|run|leave|stop|end|log off|head off)(?: (?:now|here|soon|there|then|this))*\W*$",
    r"\blet(?:'s| us) (?:stop|end|leave it|finish|wrap up|call it)\b",
    r"\bi(?:'m| am) (?:done|leaving)(?: (?:here|now|with this))*\W*$",
    r"\bi(?:'ll| will) (?:stop|go|leave) now\b",
)
WRAPS_UP = _any(
    r"\bthat(?:'s| is| was) (?:all|it|everything)(?: (?:from|for) (?:me|today|now))*\W*$",
    r"\bfor (?:your time|the (?:talk|chat|conversation|interview)|taking the time|everything|talking)\b",
    r"\b(?:it|this|that) (?:was|were|has been) (?:really |very |so )?(?:nice|good|great|alright|all right|lovely|a pleasure|helpful|useful|interesting|enough)\b",
    r"\benjoi?y?ed\b",
    r"\bi will remember\b",
    r"\b(?:thank you|thanks)\b|^\W*ta\b",
)
GOES_ON = _any(
    r"\b(?:let'?s|let us|can we|could we|shall we|may we|we can|we could|i want to|i'd like to|ready to|please)(?: \w+){0,2} (?:go on|continue|carry on|keep going|move on|practi[sc]e|start again|get back)\b",
    r"^\W*(?:ok(?:ay)?\W+|yes\W+|sure\W+)*(?:go on|continue|carry on|next)\W*$",
)
ASKS_LEAVE = _any(
    r"\b(?:can|may|could|might|am) i (?:also |allowed to |maybe )?ask(?: you)?(?: (?:something|stuff|things?|questions?|a question|some questions|too|also|back|one thing))*\W*$"
)
PURPOSE = _any(
    r"\bwhat (?:do|did) you (?:really |actually )?want (?:from|of|with) (?:me|us)\b",
    r"\bwhy (?:are we|am i|are you) (?:talking|here|doing this|asking)\b",
    r"\bwhat(?:'s| is) (?:this|the point|all this)(?: talk| interview| about| of this| for)*\W*$",
    r"\bis (?:this|there) (?:a |an )?(?:real |proper )?(?:job interview|interview for|vacancy)\b",
    r"\bwhat (?:is|are) (?:this|we) (?:talk |interview )?(?:about|doing here|for)\b",
    r"\bwhat happens (?:here|now|in this talk|next)\b",
)
NO_QUESTIONS = _any(
    r"\b(?:no|don't have|do not have|haven't got|without|have) (?:any |no )?(?:more |other |real )?questions?\b",
    r"\b(?:don't|do not) know what (?:i (?:would|could|should) |to )ask\b",
    r"\byou go ahead\b",
)
PRIVACY = _any(
    r"\b(?:are|is|do|will|who|does)\b.{0,20}\b(?:record(?:ing|ed)|stor(?:e|ed|ing)|sav(?:e|ed|ing)|reads? (?:this|along)|log(?:ged|ging))\b.{0,25}\b(?:this|me|that|it|here|talk|conversation|messages?|what i)\b",
    r"\b(?:is|are) (?:this|my messages?) (?:private|confidential|recorded|stored|saved|anonymous)\b",
)


def acts_of(text: str) -> frozenset[Act]:
    """Everything that `text` does."""
    spoken = mended(text.replace("’", "'"))
    count = len(words(spoken))
    if count == 0:
        return frozenset({Act.EMPTY if not _other_script(spoken) else Act.LANGUAGE})
    found = {act for act, pattern in PATTERNS.items() if pattern.search(spoken)}
    if not is_english(spoken):
        return frozenset({Act.LANGUAGE} | (found & {Act.PROMPT, Act.INSULT}))
    if PRIVACY.search(spoken):
        found = (found - {Act.MACHINE}) | {Act.PRIVACY}
    asked = () if found & {Act.MACHINE, Act.PRIVACY, Act.PROMPT} else questions_in(spoken)
    if ASKS_LEAVE.search(spoken) and count <= 20:
        return frozenset(found | {Act.ASKS_LEAVE})
    if GOES_ON.search(spoken) and len(asked) <= 1:
        asked = ()
        found.add(Act.GOES_ON)
    if Act.CLARIFY in found and count <= 20:
        asked = ()
    elif asked:
        found.discard(Act.CLARIFY)
    if asked:
        found.add(Act.ASKED)
        if any(ASKS_THE_PERSON.search(question) for question in asked):
            found.add(Act.PERSONAL)
    if _leaves(spoken, count, bool(asked)):
        found.add(Act.GOODBYE)
    rest = count - sum(len(words(question)) for question in asked)
    if (
        rest >= 6
        and not found & {Act.CLARIFY, Act.MACHINE, Act.PROMPT}
        and not (Act.GOODBYE in found and rest < 20)
    ):
        found.add(Act.TOLD)
    if count > 25:
        found.discard(Act.DODGED)
    if NO_QUESTIONS.search(spoken) and not asked:
        found.add(Act.NO_QUESTIONS)
    if not asked and count <= 25 and WRAPS_UP.search(spoken):
        found.add(Act.WRAPS_UP)
    if count <= 4 and not asked and not found & {Act.GREETED, Act.THANKED, Act.GOODBYE, Act.CLARIFY}:
        found.add(Act.SHORT)
    return frozenset(found)


def _leaves(text: str, count: int, asked: bool) -> bool:
    """Somebody who asks on is not leaving; a long story may hold the words by chance."""
    if asked or count > 60:
        return False
    from_here = re.split(r"(?<=[.!,;])\s+|\n+", text)
    return any(LEAVING.search(part) for part in from_here if len(words(part)) <= 14) or (
        count <= 14 and bool(LEAVING.search(text))
    )


def _other_script(text: str) -> bool:
    return sum(sign.isalpha() for sign in text) >= 2
