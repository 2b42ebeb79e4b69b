"""The questions in a text: the candidate's, with or without a question mark, and the company's own."""

# ruff: noqa: E501  (word lists and patterns read better on one line)

import re

from feeler.interview.topics import topics_of
from feeler.interview.typos import mended
from feeler.interview.words import sentences, words

LEAD = r"^\W*(?:(?:and|an|so|but|ok|okay|well|also|um+|uh+|er+|hm+|then|now|first|second|finally|next|actually|honestly|anyway|thanks?|thank you|great|good|nice|interesting|sorry|hi|hello|hey|yes|no|right|sure|alright|please|one more thing|maybe|perhaps|by the way|just curious|out of curiosity|quick question)[,.:;!\s-]+){0,4}"
DIRECT = re.compile(
    LEAD + r"(?:"
    r"what \w+(?: \w+)? (?:do|does|did|is|are|would|can|will|should) (?!i (?:was|had))\w+|what(?:'s| is| are| do| does| did| would| was| were| kind| sort| about| makes| made| happens| happened| can| could| will| should| else| if| keeps| has| have| part| type)\b"
    r"|how(?:'s| do| does| is| are| big| many| much| long| often| would| can| could| about| did| hard| old| come| is| was| will| far| has| have| flexible| stable| strict| open| well)\b"
    r"|why(?:'s| do| does| did| is| are| would| not|n't| should| was| have| has)\b|who(?:'s| is| would| decides| do| does| are| else| should| can| runs| leads| will)\b"
    r"|which (?:\w+ ){1,3}(?:is|are|do|does|would|did|have|has|can|should)\b|when (?:do|does|is|are|will|would|can|did|was)\b|where (?:do|does|is|are|will|would|can|did)\b|whom? \w+"
    r"|(?:do|does|did|is|are|was|were|can|could|would|will|should|have|has|may|might|isn't|aren't|don't|doesn't|won't) "
    r"(?:you|u|the|your|it|there|they|we|people|this|that|these|a|an|someone|somebody|anyone|anybody|everyone|everybody|staff|employees|newcomers|folks|any|most|all|new|women|he|she|overtime|i (?:work|have to|get|be|expect|choose|need|see|come|meet|ask|talk))\b"
    r")",
    re.IGNORECASE,
)  # fmt: skip
INDIRECT = re.compile(
    r"\bi(?:'d| would)(?: really| also| quite| rather)? (?:like|love|want|be (?:curious|interested|keen)) to (?:know|hear|ask|learn|understand|find out)\b"
    r"|\bi(?:'m| am)(?: really| also| just| quite)* (?:curious|wondering|interested|keen)(?: to (?:know|hear|learn|understand))?(?: about)? (?:how|what|why|if|whether|where|who|which|when|your|you|the way you)\b"
    r"|\bi(?:'ve)?(?: \w+)? wonder(?:ed|ing)?\b (?:how|what|why|if|whether|who|where|about)|\b(?:can|could|would|will) (?:you|u) (?:please |maybe |perhaps |just )*(?:tell|say|explain|describe|share|give|walk|talk|speak)\b"
    r"|(?:^|[.,;!] *|\bplease |\band |\bso )(?:please )?(?:tell me|tell us|describe|explain|walk me|talk me|say more|(?:give|show) me (?:an|one|some)\b|name (?:me )?one)\b|\bmy (?:next |first |second |last |main )?question (?:is|would be)\b"
    r"|\bi want(?:ed)? to (?:know|ask|hear|understand)\b|\bi(?: still)? don'?t know (?:how|what|who|whether|if) (?:you|your|the|people|things)\b|\bmore about (?:that|this|the|your)\b.{0,40}\?",
    re.IGNORECASE,
)  # fmt: skip
NOT_MEANT = re.compile(
    r"^\W*(?:you know|right|ok|okay|see|no|(?:oh |ah |so )?is (?:that|it) (?:so|right|true)|really now|yes|really|isn'?t it|wasn'?t it|don'?t you think|know what i mean|(?:does|did|do) (?:that|it|this|i) (?:make sense|answer|help|sound).*"
    r"|where (?:do|should|shall|can) i (?:start|begin)|what (?:can|could|should|shall) i say|what (?:did|could|was) i .*|how (?:did|could) i .*|who (?:wouldn'?t|doesn'?t|knows|cares)|why not|guess what|can you imagine"
    r"|so what|what else(?: can i say)?|is that (?:ok|okay|enough|what you.*)|shall i (?:go on|continue).*|you see|get it|fair|deal)\W*$",
    re.IGNORECASE,
)  # fmt: skip
WHERE_TO_START = re.compile(r"\bwhere (?:do|should|shall|can) i (?:start|begin)\b,?", re.IGNORECASE)
GO_ON = ("and", "why", "how", "so", "because", "like", "else", "meaning", "when", "who", "where", "what")
UPTALK = re.compile(
    r"^\W*(?:(?:well|and|but|so|um+|maybe|yeah|yes|no)\W+)*(?:i|i'm|im|my|we|it|it's|that|he|she|they)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"[\"“][^\"“”]{0,300}[\"”]|(?:said|asked|told me|asks|says)[:,]? ?'[^']{0,200}'")
STORY_OF_OTHERS = re.compile(
    r"\b(?:he|she|they|my \w+|people|everyone|customers?) (?:asked|said|wondered|kept asking|told)\b"
)
ASKS_THE_PERSON = re.compile(
    r"\b(?:why|how|when|what)(?: \w+){0,2} (?:did|do|have|are|would|were) you (?:personally |yourself |really |actually |ever |first )*(?:join\w*|come|came|start|left|leave|cho\w+se|becom\w*|became|mov\w+|get (?:here|into|to)|got|end(?:ed)? up|lik\w+|love|dislike|hate|enjoy|regret|miss|worr\w+|fear|proud|happy|stay\w*|been (?:here|there|at|with|in|doing|working)|find (?:most|hard|difficult|best|interesting|frustrating)|wish|spend your|decide to (?:join|come|work)|feel|want to (?:work|be)|do before|study|learn(?:ed)? (?:from|when|since)|change about)\b"
    r"|\bwhat(?:'s| is| was| are) (?:your|ur) (?:own |personal |favou?rite )?(?:path|career|story|background|job|role|day|position|biggest (?:mistake|regret|frustration|worry)|favou?rite|opinion|view|typical)\b|\b(?:your own|your personal|you personally|about yourself|you yourself|for you personally|your (?:career|background|path|story|favou?rite|journey))\b"
    r"|\bwhat (?:keeps|made|makes|brought|surprised|surprises|frustrates|annoys|bothers|drives|motivates|worries|excites|attracted|convinced|bores|scares) you\b|\bwould you (?:do it again|join again|choose|still)\b|\b(?:are|were) you (?:happy|proud|glad|satisfied|an? \w+ by)\b|\bdo you (?:still |ever |actually |personally |really )?(?:like|enjoy|love|regret|miss|feel|hate|dislike)\b|\bhow long have you\b|\bhave you (?:ever|always|been|thought|regretted|worked)\b"
    r"|\b(?:and|what about|how about) you\b\W*$|\bwho are you\b|\bwhat do you (?:yourself )?do (?:here|exactly|there|all day|at)?\s*\?|\btell me (?:a bit |something |more )?about you(?:rself)?\b",
    re.IGNORECASE,
)  # fmt: skip


def questions_in(text: str) -> tuple[str, ...]:
    """The sentences of a candidate's `text` in which they ask something; quoted and rhetorical ones left out."""
    spoken = QUOTED.sub(" ", mended(text.replace("’", "'")))
    return tuple(part for sentence in sentences(spoken) if (part := _asked(sentence)))


def _asked(sentence: str) -> str:
    marked = "?" in sentence
    sentence = WHERE_TO_START.sub(" ", sentence).strip()
    if marked and len(words(sentence)) == 1:
        one = words(sentence)[0]
        return sentence if one in GO_ON or topics_of(one) else ""
    if NOT_MEANT.match(sentence) or len(words(sentence)) < 2 or STORY_OF_OTHERS.search(sentence):
        return ""
    if INDIRECT.search(sentence) or DIRECT.search(sentence):
        return sentence
    if not marked:
        return ""
    if UPTALK.match(sentence) and not re.search(r"\b(?:you|your|here|there|u)\b", sentence, re.IGNORECASE):
        return ""
    last = re.split(r"(?<=[,;:–—-])\s+", sentence)[-1]
    return "" if NOT_MEANT.match(last) and len(words(last)) <= 4 else sentence


def own_questions(text: str) -> tuple[str, ...]:
    """The sentences of the company's `text` that ask: with a question mark, or in the shape of "Tell me …"."""
    return tuple(
        sentence
        for sentence in sentences(text)
        if "?" in sentence
        or re.match(
            r"^\W*(?:so |and |please |now )?(?:tell me|describe|walk me|give me (?:one|an) example)\b",
            sentence,
            re.IGNORECASE,
        )
    )
